"""A client's session with partnercenterservices, the SDK that AutoRest made of the vendor's own description of the API. It is
used as it is published; only the host is another. What its description leaves out (carts, products) is asked for without it."""

import uuid

import adal
import requests
from microsoft.store.partnercenterservices import MicrosoftPartnerStoreApis, models
from msrest.authentication import BasicTokenAuthentication
from msrest.exceptions import DeserializationError
from msrestazure.azure_active_directory import AdalAuthentication
from msrestazure.azure_exceptions import CloudError

from common import AUTHORITY, CERT, SITE, URL, Person, customer, step

V = "1"
RESOURCE = "https://graph.windows.net"  # what these clients ask for by default

directory = adal.AuthenticationContext(AUTHORITY, validate_authority=False, verify_ssl=CERT)
sign_in = directory.acquire_token_with_client_credentials
api = MicrosoftPartnerStoreApis(AdalAuthentication(sign_in, RESOURCE, SITE["clientId"], SITE["clientSecret"]), base_url=URL)
api.config.connection.verify = CERT


def model(name, **members):
    return getattr(models, "MicrosoftPartnerSdkContractsV1" + name)(**members)


def ok(call, *args, **more):
    """Makes a call that has to succeed, and to be understood: the SDK itself takes refusals for nothing."""
    got = call(*args, raw=True, ms_request_id=str(uuid.uuid4()), ms_correlation_id=str(uuid.uuid4()), **more)
    assert got.response.status_code < 300, (got.response.request.url, got.response.status_code, got.response.text)
    if got.response.content:
        assert got.output is not None, (got.response.request.url, got.response.text)
    return got.output


def refused(code, call, *args, **more):
    try:
        response = call(*args, raw=True, **more).response
    except CloudError as e:
        response = e.response
    assert response.status_code >= 400 and response.json()["code"] == code, (response.status_code, response.text)


def plain(method, path, body=None, status=200):
    token = sign_in(RESOURCE, SITE["clientId"], SITE["clientSecret"])["accessToken"]
    r = requests.request(method, URL + "/v1" + path, json=body, headers={"Authorization": "Bearer " + token}, verify=CERT)
    assert r.status_code == status, (path, r.status_code, r.text)
    return r.json()


token = sign_in(RESOURCE, SITE["clientId"], SITE["clientSecret"])
assert token["tokenType"] == "Bearer" and token["accessToken"], token
step("sign in")

read, post, patch = api.getvversioncustomerscustomer, api.postvversioncustomerscustomer, api.patchvversioncustomerscustomer
address = model("Address", country="FR", city="Lille", address_line1="1 rue des Quais", postal_code="59000", first_name="Léa", last_name="Roux", phone_number="+33300000000")
domain = "pylon-%s.example" % uuid.uuid4().hex[:8]
# The description takes the password of the first user for an object, so the SDK cannot read the answer, of whatever server: the
# customer is there all the same.
try:
    ok(api.postvversioncustomers, model(
        "Customer", company_profile=model("CustomerCompanyProfile", domain=domain),
        billing_profile=model("CustomerBillingProfile", culture="fr-FR", email="lea@" + domain, language="fr", company_name="Pylon", default_address=address)), V)
    raise AssertionError("the SDK reads passwords now: take the answer")
except DeserializationError as e:
    assert "'str' object" in str(e), e
found = ok(api.getvversioncustomersfilterfilter.value, V, filter='{"Field":"Domain","Value":"%s","Operator":"starts_with"}' % domain, size=10).items
assert [one.company_profile.company_name for one in found] == ["Pylon"], found
c = found[0].id
assert ok(read.id, c, V).billing_profile.default_address.address_line1 == "1 rue des Quais"
profile = ok(read.idprofilesbilling, c, V)
profile.email = "office@" + domain
assert ok(api.putvversioncustomerscustomer.idprofilesbilling, c, profile, V).email == "office@" + domain
step("create a customer")

seen, token = [], None
while True:
    header = {"MS-ContinuationToken": token} if token else None
    page = ok(api.getvversioncustomersfilterfilter.value, V, size=2, seek_operation="Next" if token else None, custom_headers=header)
    seen += [one.id for one in page.items]
    following = getattr(page.links, "next", None)
    if following is None:
        break
    token = following.headers[0].value
assert c in seen and len(seen) == len(set(seen)) > 2, seen
named = ok(api.getvversioncustomersfilterfilter.value, V, filter='{"Field":"CompanyName","Value":"Pylo","Operator":"starts_with"}', size=10)
assert c in [one.id for one in named.items]
step("page customers by token")

assert ok(api.getvversionoffercategoriescountrycountry.value, V, "FR") is not None
offers = ok(api.getvversionofferscountrycountry.value, V, "US", size=50).items
assert len(offers) > 3 and all(o.minimum_quantity >= 1 and o.billing for o in offers), offers[0].as_dict()
offer = ok(api.getvversionoffersoffer.value1, offers[0].id, V, country="US")
assert offer.name == offers[0].name and offer.has_add_ons, offer.as_dict()
add_ons = ok(api.getvversionoffersoffer.value, offer.id, V, country="US").items
assert add_ons and all(a.is_add_on and offer.id in a.prerequisite_offers for a in add_ons), [a.as_dict() for a in add_ons]
suite = plain("GET", "/customers/%s/products/CMPMAILST001/skus/0001/availabilities" % c)["items"][0]["catalogItemId"]
archive = plain("GET", "/customers/%s/products/CMPMAILAR001/skus/0001/availabilities" % c)["items"][0]["catalogItemId"]
cal = plain("GET", "/customers/%s/products/CMPUSRCAL001/skus/0001/availabilities" % c)["items"][0]["catalogItemId"]
step("browse the catalogue")

cart = plain("POST", "/customers/%s/carts" % c, {"lineItems": [
    {"id": 0, "catalogItemId": suite, "quantity": 5, "billingCycle": "monthly", "termDuration": "P1Y",
     "addonItems": [{"id": 1, "catalogItemId": archive, "quantity": 5, "billingCycle": "monthly", "termDuration": "P1Y"}]},
    {"id": 2, "catalogItemId": cal, "quantity": 3, "billingCycle": "one_time"}]}, 201)
bought = ok(post.idcheckout, c, cart["id"], V)
again = ok(post.idcheckout, c, cart["id"], V)
assert not bought.order_errors and [o.id for o in bought.orders] == [o.id for o in again.orders], bought.as_dict()
monthly = next(o for o in bought.orders if o.billing_cycle == "monthly")
once = next(o for o in bought.orders if o.billing_cycle == "one_time")
base = next(line for line in monthly.line_items if line.offer_id == suite)
step("check out a cart with an add-on, twice")

direct = ok(post.idorders, c, model("Order", reference_customer_id=c, billing_cycle="one_time", line_items=[
    model("OrderLineItem", line_item_number=0, offer_id=cal, quantity=2)]), V)
assert direct.status == "completed" and direct.line_items[0].quantity == 2, direct.as_dict()
for cycle, order in (("OneTime", once), ("Monthly", monthly)):
    assert order.id in [o.id for o in ok(read.value7, c, V, billing_type=cycle).items]
assert len(ok(read.value7, c, V).items) == 3
assert ok(read.id5, c, monthly.id, V).creation_date.tzinfo is not None
step("read orders by billing cycle")

sid = base.subscription_id
for on in (False, True):
    sub = ok(read.id6, c, sid, V)
    sub.auto_renew_enabled = on
    assert ok(patch.id4, c, sid, sub, V).auto_renew_enabled is on
step("toggle auto-renew by the whole object")

for status in ("suspended", "active"):
    sub = ok(read.id6, c, sid, V)
    sub.status = status
    assert ok(patch.id4, c, sid, sub, V).status == status
    assert [a.status for a in ok(read.idaddons, c, sid, V).items] == [status]
step("suspend and reactivate, with the add-on")

order = ok(read.id5, c, monthly.id, V)
order.line_items.append(model("OrderLineItem", line_item_number=len(order.line_items), offer_id=archive, parent_subscription_id=sid, quantity=2))
patched = ok(patch.id3, c, order.id, order, V)
assert [(line.offer_id, line.quantity) for line in patched.line_items] == [(archive, 2)], patched.as_dict()  # of an order of its own: docs/wire.md
assert len(ok(read.idaddons, c, sid, V).items) == 2
step("buy an add-on by patching the order")

order = ok(read.id5, c, once.id, V)
order.status = "cancelled"
assert ok(patch.id3, c, once.id, order, V).line_items[0].quantity == 0
sub = ok(read.id6, c, sid, V)
sub.status = "deleted"
assert ok(patch.id4, c, sid, sub, V).status == "deleted"
refused("2011", patch.id4, c, sid, sub, V)
step("cancel by order and by subscription")

us = customer("US")
legacy = ok(post.idorders, us, model("Order", reference_customer_id=us, billing_cycle="monthly", line_items=[
    model("OrderLineItem", line_item_number=0, offer_id=offer.id, quantity=3)]), V)
lid = legacy.line_items[0].subscription_id
sold = next(a for a in add_ons if a.is_available_for_purchase)
legacy.line_items.append(model("OrderLineItem", line_item_number=1, offer_id=sold.id, parent_subscription_id=lid, quantity=3))
assert ok(patch.id3, us, legacy.id, legacy, V).line_items[0].parent_subscription_id == lid
assert [a.offer_id for a in ok(read.idaddons, us, lid, V).items] == [sold.id]
sub = ok(read.id6, us, lid, V)
sub.quantity, sub.friendly_name = 4, "Mail of the office"
assert ok(patch.id4, us, lid, sub, V).quantity == 4
step("buy an imported offer with an add-on, and more seats of it")

topics = ok(api.getvversionservicerequestssupporttopics, V).items
topic = next(t for t in topics if "volume licensing" in t.name)
raised = ok(api.postvversionservicerequestsagent.locale, "fr-FR", model(
    "ServiceRequest", title="Help", description="We need a hand.", severity="critical", support_topic_id=str(topic.id),
    primary_contact=model("ServiceRequestContact", first_name="Léa", last_name="Roux", email="lea@" + domain, phone_number="+33300000000")), V)
assert raised.status == "open" and raised.severity == "critical", raised.as_dict()
raised.new_note = model("ServiceRequestNote", text="It is urgent.")
noted = ok(api.patchvversionservicerequestsservice.id, raised.id, raised, V)
assert [n.text for n in noted.notes] == ["It is urgent."]
noted.new_note, noted.status = None, "closed"
assert ok(api.patchvversionservicerequestsservice.id, raised.id, noted, V).status == "closed"
found = ok(api.getvversionservicerequestsfilterfilter.value, V, size=10, filter='{"Field":"Status","Value":"closed","Operator":"equals"}')
assert raised.id in [r.id for r in found.items]
step("raise, note and close a service request")

user = plain("POST", "/customers/%s/users" % c, {
    "usageLocation": "FR", "userPrincipalName": "max@" + domain, "firstName": "Max", "lastName": "Roux", "displayName": "Max Roux",
    "passwordProfile": {"password": "quai-du-Port-9", "forceChangePassword": True}})["id"]  # a password again
role = next(r for r in ok(read.value, V, c).items if r.name == "Global Administrator")
refused("990040", post.idusermembers, c, role.id, model("ContractsRoleManagementUserMember", id=user), V)  # powers take a person
agent = MicrosoftPartnerStoreApis(BasicTokenAuthentication({"access_token": Person("AA").token()}), base_url=URL)
agent.config.connection.verify = CERT
ok(agent.postvversioncustomerscustomer.idusermembers, c, role.id, model("ContractsRoleManagementUserMember", id=user), V)
assert len(ok(read.iddirectoryroles, c, user, V).items) == 2  # and that of every user
assert user in [u.id for u in ok(read.value6, c, V, size=10).items]
ok(api.deletevversioncustomerscustomer.id2, c, user, V)
step("add a user with a role, and delete it")

for one in ok(read.value9, us, V).items:
    for call in (read.id6, read.idconversions, read.idupgrades, read.idsupportcontact, read.idprovisioningstatus, read.idregistrationstatus,
                 read.idusagesummary1, read.idusagerecordsresources, read.idaddons):
        ok(call, us, one.id, V)
for call in (read.idprofilescompany, read.idusagesummary, read.idusagebudget, read.idsubscriptionsusagerecords, read.idrelationships, read.idoffercategories):
    ok(call, us, V)
for call in (api.getvversionprofilesorganization, api.getvversionprofilessupport, api.getvversionprofilesbilling, api.getvversionusagesummary,
             api.getvversioncustomersusagerecords):
    ok(call, V)
ok(api.getvversioncountryvalidationrulescountry, "US", V)
ok(api.headvversiondomainsdomain, domain, V)
assert api.headvversiondomainsdomain("free.example", V, raw=True).response.status_code == 404
step("read everything else it can")
