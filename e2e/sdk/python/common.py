"""What the scripts share: where the server is, a step that says its name, and a person in front of a browser."""

import html
import json
import os
import re
import urllib.parse

import requests

# Of the server under test: its url, tenant, clientId, clientSecret, users and customers, as in demo.json.
SITE = json.loads(os.environ["COMPTOIR_SITE"])
CERT = os.environ["COMPTOIR_CERT"]
URL, TENANT = SITE["url"], SITE["tenant"]
AUTHORITY = URL + "/" + TENANT
PERMISSION = "https://api.partnercenter.microsoft.com/user_impersonation"


def step(name):
    """Tells the test how far the script is: it waits for these very lines."""
    print("step: " + name, flush=True)


def customer(country):
    return next(c["id"] for c in SITE["customers"] if c["country"] == country)


class Person:
    """Somebody of the partner's staff with a browser of their own. No script runs in it."""

    def __init__(self, role):
        self.name, self.password = next((u["userPrincipalName"], u["password"]) for u in SITE["users"] if u["role"] == role)
        self.session = requests.Session()
        self.session.verify = CERT

    def submit(self, page, **typed):
        """Sends the page's first form with what was typed."""
        form = re.search(r'<form [^>]*action="([^"]*)"[^>]*>(.*?)</form>', page.text, re.S)
        assert form, page.text
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form.group(2))
        fields = {html.unescape(k): html.unescape(v) for k, v in hidden}
        return self.go("POST", urllib.parse.urljoin(page.url, html.unescape(form.group(1))), {**fields, **typed})

    def go(self, method, url, data=None):
        """Follows redirects until they leave the server: the address they leave to is the answer then."""
        while True:
            page = self.session.request(method, url, data=data, allow_redirects=False)
            if not page.is_redirect:
                return page
            method, data, url = "GET", None, urllib.parse.urljoin(page.url, page.headers["Location"])
            if not url.startswith(URL + "/"):
                return url

    def open(self, url):
        """Opens an address, and signs in where that is asked for."""
        page = self.go("GET", url)
        if not isinstance(page, str) and 'name="password"' in page.text:
            page = self.submit(page, name=self.name, password=self.password)
        return page

    def allow(self, url, code):
        """Types a device's code at an address and lets it in."""
        page = self.submit(self.submit(self.open(url), code=code), decision="allow")
        assert page.status_code == 200, page.text

    def token(self):
        """A token of the demo's own client with this person in it, by a device code."""
        asked = requests.post(AUTHORITY + "/oauth2/v2.0/devicecode", data={"client_id": SITE["clientId"], "scope": PERMISSION}, verify=CERT).json()
        self.allow(asked["verification_uri"], asked["user_code"])
        return requests.post(AUTHORITY + "/oauth2/v2.0/token", verify=CERT, data={
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": asked["device_code"],
            "client_id": SITE["clientId"], "client_secret": SITE["clientSecret"]}).json()["access_token"]


def redirected(url, back):
    """What a redirect to the client's address brings it."""
    assert url.startswith(back + "?"), url
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def posted(page, back):
    """What the page with the one button would post to the client's address."""
    assert 'action="%s"' % back in page.text, page.text
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text)
    return {html.unescape(k): html.unescape(v) for k, v in fields}
