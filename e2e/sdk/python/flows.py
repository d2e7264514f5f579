"""Signing in with MSAL for Python, and with ADAL, its predecessor, which many tools still carry: unmodified, with the checks of
well-known authorities switched off, for localhost is none of them."""

import base64
import json

import adal
import msal
import requests

from common import AUTHORITY, CERT, PERMISSION, SITE, TENANT, URL, Person, posted, redirected, step

APP_ONLY = ["https://api.partnercenter.microsoft.com/.default"]
BACK = "http://localhost:53682/back"


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def call(token, method="GET", path="/v1/customers?size=1", body=None, status=200):
    r = requests.request(method, URL + path, json=body, headers={"Authorization": "Bearer " + token}, verify=CERT)
    assert r.status_code == status, (path, r.status_code, r.text)
    return r.json()


def good(got):
    """Tokens that work, of what a library gives: MSAL names members as the wire does, ADAL in its own way."""
    token = got.get("access_token") or got.get("accessToken")
    assert token, got
    call(token)
    return token


def confidential(client, secret, authority=AUTHORITY):
    return msal.ConfidentialClientApplication(client, client_credential=secret, authority=authority, verify=CERT, instance_discovery=False)


for where in (AUTHORITY, URL + "/common", URL + "/organizations", URL + "/quainine.example"):
    app = confidential(SITE["clientId"], SITE["clientSecret"], where)
    first = app.acquire_token_for_client(APP_ONLY)
    assert first["token_source"] == "identity_provider" and first["expires_in"] == 3600, first
    assert claims(good(first))["tid"] == TENANT
    again = app.acquire_token_for_client(APP_ONLY)
    assert again["token_source"] == "cache" and again["access_token"] == first["access_token"]
wrong = confidential(SITE["clientId"], "not-it").acquire_token_for_client(APP_ONLY)
assert wrong["error"] == "invalid_client" and 7000215 in wrong["error_codes"], wrong
step("MSAL: client credentials")

# A person of the partner registers clients: the first token with somebody in it comes by the demo's own client.
admin = Person("GA").token()
register = lambda **more: call(admin, "POST", "/v1/partner/clients", {"roles": ["AA", "GA", "SA", "BA"], **more}, 201)
tool = register(name="Desktop tool", isPublic=True, redirectUris=["http://localhost/back"])["id"]
web = register(name="Web application", redirectUris=[BACK])
step("register a public and a confidential client")

agent = Person("AA")
public = msal.PublicClientApplication(tool, authority=AUTHORITY, verify=CERT, instance_discovery=False)
flow = public.initiate_device_flow([PERMISSION])
assert flow["verification_uri"] == URL + "/device" and flow["user_code"] in flow["message"], flow
agent.allow(flow["verification_uri"], flow["user_code"])
got = public.acquire_token_by_device_flow(flow)
assert claims(good(got))["upn"] == agent.name and got["id_token_claims"]["preferred_username"] == agent.name, got
account = public.get_accounts(agent.name)[0]
assert account["realm"] == TENANT, account
step("MSAL: device code")

silent = public.acquire_token_silent([PERMISSION], account)
assert silent["access_token"] == got["access_token"]
fresh = public.acquire_token_silent([PERMISSION], account, force_refresh=True)
assert good(fresh) != got["access_token"] and fresh["token_source"] == "identity_provider", fresh
third = public.acquire_token_silent([PERMISSION], account, force_refresh=True)  # by the refresh token that came with the second
assert good(third) != fresh["access_token"], third
step("MSAL: refresh")

for app, secret in ((msal.PublicClientApplication(tool, authority=AUTHORITY, verify=CERT, instance_discovery=False), False),
                    (confidential(web["id"], web["clientSecret"]), True)):
    for mode in (None, "form_post"):
        flow = app.initiate_auth_code_flow([PERMISSION], redirect_uri=BACK, login_hint=agent.name, response_mode=mode)
        assert "code_challenge=" in flow["auth_uri"] and "S256" in flow["auth_uri"], flow
        page = Person("AA").open(flow["auth_uri"])
        sent = posted(page, BACK) if mode else redirected(page, BACK)
        got = app.acquire_token_by_auth_code_flow(flow, sent)
        assert good(got) and got["id_token_claims"]["tid"] == TENANT and got["refresh_token"], got
        account = app.get_accounts(agent.name)[0]
        assert good(app.acquire_token_silent([PERMISSION], account, force_refresh=True)) != got["access_token"]
twice = requests.post(AUTHORITY + "/oauth2/v2.0/token", verify=CERT, data={
    "grant_type": "authorization_code", "code": sent["code"], "redirect_uri": BACK, "client_id": web["id"],
    "client_secret": web["clientSecret"], "code_verifier": flow["code_verifier"]}).json()
assert twice["error"] == "invalid_grant", twice
assert app.acquire_token_silent([PERMISSION], account, force_refresh=True) is None, "a code brought twice ends the tokens of its sign-in"
step("MSAL: authorization code with PKCE, by redirect and by form, and refresh")

old = adal.AuthenticationContext(AUTHORITY, validate_authority=False, verify_ssl=CERT)
GRAPH = "https://graph.windows.net"
assert claims(good(old.acquire_token_with_client_credentials(GRAPH, SITE["clientId"], SITE["clientSecret"])))["aud"]
flow = old.acquire_user_code(GRAPH, tool)
agent.allow(flow["verification_url"], flow["user_code"])
got = old.acquire_token_with_device_code(GRAPH, flow, tool)
assert good(got) and got["userId"] == agent.name, got
good(old.acquire_token_with_refresh_token(got["refreshToken"], tool, GRAPH))
good(old.acquire_token(GRAPH, agent.name, tool))  # from its cache
step("ADAL: client credentials, device code and refresh")
