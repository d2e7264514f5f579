package partnercenter_test

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// tour goes to every route once, reading before it changes things.
func (d *demo) tour() []stop {
	const c, s = "/v1/customers/{customer}", "/v1/customers/{customer}/subscriptions/{subscription}"
	const product = "/products/{product}"
	cart := `{"LineItems":[{"Id":0,"CatalogItemId":"{user_cal}","Quantity":2},` +
		`{"Id":1,"CatalogItemId":"{orbit}","Quantity":1,"BillingCycle":"monthly","TermDuration":"P1M"},{"Id":2,"CatalogItemId":"NONE:0001:NONE","Quantity":1}],"Attributes":{"ObjectType":"Cart"}}`
	return []stop{
		{route: "GET /v1/customers", target: "/v1/customers?size=2"},
		{route: "GET " + c},
		{route: "GET " + c + "/profiles/billing"},
		{route: "GET " + c + "/profiles/company"},
		{route: "GET " + c + "/validationStatus", target: c + "/validationStatus?type=account"},
		{route: "GET /v1/agreements", target: "/v1/agreements?agreementType=*"},
		{route: "GET /v1/agreementtemplates/{template}/document", target: "/v1/agreementtemplates/{template}/document?language=fr-FR&country=fr"},
		{route: "GET /v1/agreementtemplates/{template}/text"},
		{route: "GET " + c + "/directSignedMicrosoftCustomerAgreementStatus"},

		{route: "GET /v1/relationships", target: "/v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf", as: party.IndirectProvider},
		{route: "GET " + c + "/relationships", target: "/v1/customers/{resold}/relationships", as: party.IndirectProvider},
		{route: "GET /v1/customers/relationshiprequests"},
		{route: "PUT /v1/profiles/organization", body: `{"Id":null,"CompanyName":"Quai Nine Software","DefaultAddress":{"Country":"US","Region":null,"City":"Portland","State":"OR",` +
			`"AddressLine1":"9 Quay","AddressLine2":null,"PostalCode":"97201","FirstName":"Jo","LastName":"Marsh","PhoneNumber":"+1 503 555 0100"},"TenantId":null,"Domain":null,` +
			`"Email":"office@quaynine.example","Language":"en","Culture":"en-US","ProfileType":"none","Links":null,"Attributes":{"Etag":null,"ObjectType":"PartnerOrganizationProfile"}}`},
		{route: "GET /v1/profiles/organization"},
		{route: "PUT /v1/profiles/billing", body: `{"CompanyName":"Quai Nine Accounts","Address":{"Country":"US","City":"Portland","State":"OR","AddressLine1":"9 Quay","PostalCode":"97201"},` +
			`"PrimaryContact":{"FirstName":"Jo","LastName":"Marsh","Email":"jo@quaynine.example","PhoneNumber":null},"PurchaseOrderNumber":"PO-7","TaxId":"93-0000000","BillingDay":0,` +
			`"BillingCurrency":null,"ProfileType":"none","Attributes":{"Etag":null,"ObjectType":"PartnerBillingProfile"}}`},
		{route: "GET /v1/profiles/billing"},
		{route: "PUT /v1/profiles/legalbusiness", body: `{"CompanyName":"Quai Nine Software Inc.","Address":{"Country":"US","City":"Portland","State":"OR","AddressLine1":"9 Quay","PostalCode":"97201"},` +
			`"PrimaryContact":{"FirstName":"Jo","LastName":"Marsh","Email":"jo@quaynine.example","PhoneNumber":null},"CompanyApproverAddress":{"Country":"US","City":"Bend","State":"OR",` +
			`"AddressLine1":"1 Mill","PostalCode":"97701"},"CompanyApproverEmail":"legal@quaynine.example","VettingStatus":"none","VettingSubStatus":"none","ProfileType":"none","Attributes":null}`},
		{route: "GET /v1/profiles/legalbusiness", target: "/v1/profiles/legalbusiness?vettingVersion=Current"},
		{route: "GET /v1/profiles/mpn", target: "/v1/profiles/mpn?mpnId=4810002", as: party.IndirectProvider},
		{route: "PUT /v1/profiles/support", body: `{"Email":"help@quaynine.example","Telephone":"+1 503 555 0101","Website":"https://quaynine.example/help","ProfileType":"none","Attributes":{"ObjectType":"PartnerSupportProfile"}}`},
		{route: "PUT /v1/profiles/supportprofile", body: `{"Email":"help@quaynine.example","Telephone":null,"Website":"https://quaynine.example/help"}`},
		{route: "GET /v1/profiles/support"},
		{route: "HEAD /v1/domains/{domain}", target: "/v1/domains/Atelier.example"},
		{route: "POST /v1/validations/address", body: `{"Country":"us","Region":null,"City":"Bend","State":"or","AddressLine1":"1 Mill","AddressLine2":null,"PostalCode":"97701","FirstName":null,"LastName":null,"PhoneNumber":null}`},
		{route: "GET /v1/countryvalidationrules/{country}", target: "/v1/countryvalidationrules/ca"},

		{route: "GET /v1/products", target: "/v1/products?country=AU&targetView=AzureReservations"},
		{route: "GET /v1" + product, target: "/v1" + product + "?country=FR"},
		{route: "GET /v1" + product + "/skus", target: "/v1" + product + "/skus?country=FR&targetSegment=commercial"},
		{route: "GET /v1" + product + "/skus/{sku}", target: "/v1" + product + "/skus/{sku}?country=FR"},
		{route: "GET /v1" + product + "/skus/{sku}/availabilities", target: "/v1" + product + "/skus/{sku}/availabilities?country=FR"},
		{route: "GET /v1" + product + "/skus/{sku}/availabilities/{availability}", target: "/v1" + product + "/skus/{sku}/availabilities/{availability}?country=FR"},
		{route: "GET " + c + "/products", target: c + "/products?targetView=SoftwarePerpetual"},
		{route: "GET " + c + product},
		{route: "GET " + c + product + "/skus"},
		{route: "GET " + c + product + "/skus/{sku}"},
		{route: "GET " + c + product + "/skus/{sku}/availabilities"},
		{route: "GET " + c + product + "/skus/{sku}/availabilities/{availability}"},
		{route: "POST /v1/extensions/product/checkinventory", target: "/v1/extensions/product/checkinventory?country=FR",
			body: `{"TargetItems":[{"ProductId":"{product}","SkuId":"{sku}"},{"ProductId":"CMPNORTHX001"},{"ProductId":"NONE"}],"InventoryContext":{"customerId":"{customer}"}}`},
		{route: "GET /v1/offers", target: "/v1/offers?country=US&size=1&offset=1"},
		{route: "GET /v1/offers/{offer}", target: "/v1/offers/{offer}?country=US"},
		{route: "GET /v1/offers/{offer}/addons", target: "/v1/offers/{offer}/addons?country=US&size=1"},
		{route: "GET /v1/offercategories", target: "/v1/offercategories?country=US"},
		{route: "GET " + c + "/offers", target: "/v1/customers/{us}/offers?size=1"},
		{route: "GET " + c + "/offercategories", target: "/v1/customers/{us}/offercategories"},

		{route: "GET /v1/productpromotions", target: "/v1/productpromotions?country=FR&segment=commercial"},
		{route: "GET /v1/productpromotions/{promotion}", target: "/v1/productpromotions/NONE?country=FR", status: 404},
		{route: "POST " + c + "/promotionEligibilities", body: `{"Items":[{"CatalogItemId":"{suite}","Quantity":5,"TermDuration":"P1Y","BillingCycle":"Monthly","PromotionId":"NONE"}]}`},

		{route: "GET " + c + "/orders", target: "/v1/customers/{gp}/orders?include_price=True"},
		{route: "GET " + c + "/orders/{order}", target: c + "/orders/{order}?include_price=true"},
		{route: "GET " + c + "/orders/{order}/provisioningstatus"},
		{route: "GET " + c + "/orders/{order}/activationlinks", target: "/v1/customers/{gp}/orders/{pendingorder}/activationlinks"},
		{route: "GET " + c + "/orders/{order}/lineitems/{line}/activationlinks", target: "/v1/customers/{gp}/orders/{pendingorder}/lineitems/0/activationlinks"},
		{route: "GET " + c + "/orders/{order}/lineitems/{line}/verdicts"},
		{route: "GET " + c + "/subscriptions", target: "/v1/customers/{gp}/subscriptions"},
		{route: "GET " + s},
		{route: "GET " + s + "/addons", keep: map[string]string{"addOn": "items.0.id"}},
		{route: "PATCH " + s + "/addons", target: s + "/addons?preview=true", body: `{"items":[{"id":"{addOn}","quantity":99}]}`},
		{route: "GET " + s + "/activationlinks", target: "/v1/customers/{gp}/subscriptions/{pending}/activationlinks"},
		{route: "GET " + s + "/provisioningstatus"},
		{route: "GET " + s + "/transitionEligibilities", target: s + "/transitionEligibilities?eligibilityType=immediate"},
		{route: "GET " + s + "/verdicts"},
		{route: "GET " + s + "/supportcontact"},
		{route: "PUT " + s + "/supportcontact", body: `{"SupportTenantId":"7D000000-0000-4000-8000-000000000077","SupportMpnId":"4810077","Name":"Helping Hands"}`},
		{route: "POST " + s + "/activate", target: "/v1/customers/{us}/subscriptions/{metered}/activate", body: `null`},
		{route: "POST " + s + "/registrations", target: "/v1/customers/{us}/subscriptions/{metered}/registrations", status: 202},
		{route: "GET " + s + "/registrationstatus", target: "/v1/customers/{us}/subscriptions/{metered}/registrationstatus"},
		{route: "PATCH " + c + "/usagebudget", target: "/v1/customers/{us}/usagebudget", body: `{"Amount":1500.5,"Attributes":{"ObjectType":"SpendingBudget"}}`},
		{route: "GET " + c + "/usagebudget", target: "/v1/customers/{us}/usagebudget"},
		{route: "GET " + c + "/usagesummary", target: "/v1/customers/{us}/usagesummary"},
		{route: "GET " + c + "/subscriptions/usagerecords", target: "/v1/customers/{us}/subscriptions/usagerecords"},
		{route: "GET " + s + "/usagesummary", target: "/v1/customers/{us}/subscriptions/{metered}/usagesummary"},
		{route: "GET " + s + "/meterusagerecords", target: "/v1/customers/{us}/subscriptions/{metered}/meterusagerecords"},
		{route: "GET " + s + "/resourceusagerecords"},
		{route: "GET " + s + "/usagerecords/resources"},
		{route: "GET /v1/customers/usagerecords"},
		{route: "GET /v1/usagesummary"},
		{route: "GET " + c + "/entitlements", target: "/v1/customers/{au}/entitlements?showExpiry=True"},
		{route: "GET " + c + "/artifacts/{artifact}/groups/{order}/lineitems/{line}/resource/{subscription}", target: "{reserved}"},
		{route: "GET " + c + "/software", target: "/v1/customers/{au}/software"},
		{route: "GET " + c + "/software/{order}/{line}/options"},
		{route: "GET /v1/policies", target: "/v1/policies?kind=link"},
		{route: "GET /v1/prices", target: "/v1/prices?country=FR&size=1"},

		{route: "GET /v1/invoices", target: "/v1/invoices?size=1&offset=1"},
		{route: "GET /v1/invoices/{invoice}"},
		{route: "GET /v1/invoices/{invoice}/documents/statement"},
		{route: "GET /v1/invoices/{invoice}/receipts/{receipt}/documents/statement", target: "/v1/invoices/{invoice}/receipts/1/documents/statement", status: 404},
		{route: "GET /v1/invoices/{invoice}/lineitems", target: "/v1/invoices/{invoice}/lineitems?provider=all&invoicelineitemtype=billinglineitems&currencycode=usd&period=current&size=1"},
		{route: "GET /v1/invoices/{invoice}/lineitems/{provider}/{type}", target: "/v1/invoices/{invoice}/lineitems/OneTime/BillingLineItems?size=1"},
		{route: "GET /v1/invoices/unbilled/lineitems", target: "/v1/invoices/unbilled/lineitems?provider=all&invoicelineitemtype=billinglineitems&currencycode=eur&period=current&size=1&explain=true"},
		{route: "GET /v1/invoices/{invoice}/reconciliation"},
		{route: "GET /v1/invoices/estimates/links", target: "/v1/invoices/estimates/links?currencycode=eur"},
		{route: "GET /v1/invoices/summary"},
		{route: "GET /v1/invoices/summaries"},
		{route: "GET /v1/auditrecords", target: "/v1/auditrecords?startDate=11/01/2026%2000:00:00&size=1", keep: map[string]string{"record": "items.0.id"}},
		{route: "GET /v1/auditrecords/{record}"},
		{route: "GET /auditactivity/v1/auditrecords/{record}"},

		{route: "POST /v1/customers", status: 201, keep: map[string]string{"made": "id"}, body: `{"CompanyProfile":{"Domain":"nouveau.example"},"BillingProfile":{"Culture":"fr-FR","Email":"a@nouveau.example","Language":"fr",` +
			`"CompanyName":"Nouveau","DefaultAddress":{"Country":"FR","City":"Lille","AddressLine1":"1 rue","PostalCode":"59000","FirstName":"A","LastName":"B"}},"Attributes":{"ObjectType":"Customer"}}`},
		{route: "PUT " + c + "/profiles/billing", target: "/v1/customers/{made}/profiles/billing", body: `{"Id":null,"FirstName":null,"LastName":"Blanc","Email":"b@nouveau.example",` +
			`"Culture":"fr-FR","Language":"fr","CompanyName":"Nouveau SARL","DefaultAddress":{"Country":"FR","Region":null,"City":"Lyon","State":null,"AddressLine1":"2 rue",` +
			`"AddressLine2":null,"PostalCode":"69001","FirstName":"A","LastName":"Blanc","PhoneNumber":"+33 4 00 00 00 00"},"Attributes":{"Etag":null,"ObjectType":"CustomerBillingProfile"}}`},
		{route: "POST " + c + "/qualifications", target: "/v1/customers/{made}/qualifications", status: 201,
			body: `{"Qualification":"Education","EducationSegment":"HigherEducation","ValidationCode":null,"Website":"https://nouveau.example"}`},
		{route: "GET " + c + "/qualifications", target: "/v1/customers/{made}/qualifications"},
		{route: "GET " + c + "/qualification", target: "/v1/customers/{made}/qualification"},
		{route: "PUT " + c + "/qualification", target: "/v1/customers/{made}/qualification", body: `"none"`},
		{route: "POST " + c + "/agreements", target: "/v1/customers/{made}/agreements", status: 201, body: `{"UserId":null,"PrimaryContact":{"FirstName":"A","LastName":"Blanc",` +
			`"Email":"b@nouveau.example","PhoneNumber":null},"TemplateId":"117a77b0-9360-443b-8795-c6dedc750cf9","DateAgreed":"2026-11-19T00:00:00","Type":"MicrosoftCustomerAgreement","AgreementLink":null}`},
		{route: "GET " + c + "/agreements", target: "/v1/customers/{made}/agreements?agreementType=MicrosoftCustomerAgreement"},
		{route: "PATCH " + c, target: "/v1/customers/{made}", body: `{"Id":"{made}","CommerceId":null,"CompanyProfile":null,"RelationshipToPartner":"none","AllowDelegatedAccess":null,` +
			`"UserCredentials":null,"Attributes":{"ObjectType":"Customer"}}`},
		{route: "DELETE " + c, target: "/v1/customers/{made}", status: 204, sandbox: true},
		{route: "POST " + c + "/carts", status: 201, body: cart, keep: map[string]string{"cart": "id"}},
		{route: "GET " + c + "/carts/{cart}"},
		{route: "PUT " + c + "/carts/{cart}", status: 201, body: strings.Replace(cart, `"Quantity":2`, `"Quantity":3`, 1)},
		{route: "POST " + c + "/carts/{cart}/checkout", status: 201, body: `"success"`, keep: map[string]string{"bought": "orders.0.id"}},
		{route: "POST " + c + "/orders", status: 201, keep: map[string]string{"trialsub": "lineItems.0.subscriptionId"},
			body: `{"ReferenceCustomerId":"{customer}","BillingCycle":"unknown","LineItems":[{"LineItemNumber":0,"OfferId":"{trial}","Quantity":25}]}`},
		{route: "GET " + s + "/conversions", target: c + "/subscriptions/{trialsub}/conversions"},
		{route: "POST " + s + "/conversions", target: c + "/subscriptions/{trialsub}/conversions", body: `{"OfferId":"{trial}","TargetOfferId":"{suite}","Quantity":25,"BillingCycle":"annual"}`},
		{route: "POST " + s + "/transitions", target: c + "/subscriptions/{trialsub}/transitions",
			body: `{"ToCatalogItemId":"{enterprise}","Quantity":5,"TransitionType":"transition_only"}`},
		{route: "GET " + s + "/transitions", target: c + "/subscriptions/{trialsub}/transitions"},
		{route: "POST " + c + "/orders", target: "/v1/customers/{us}/orders", quiet: true, status: 201, keep: map[string]string{"legacy": "lineItems.0.subscriptionId"},
			body: `{"BillingCycle":"monthly","LineItems":[{"LineItemNumber":0,"OfferId":"{offer}","Quantity":3}]}`},
		{route: "GET " + s + "/upgrades", target: "/v1/customers/{us}/subscriptions/{legacy}/upgrades"},
		{route: "POST " + s + "/upgrades", target: "/v1/customers/{us}/subscriptions/{legacy}/upgrades",
			body: `{"TargetOffer":{"Id":"9531985D-5D9D-49F8-9818-E811892F902B"},"UpgradeType":1,"Quantity":3,"IsEligible":true,"UpgradeErrors":null}`},
		{route: "PATCH " + s, target: c + "/subscriptions/{trialsub}", body: `{"FriendlyName":"Mail of the office","AutoRenewEnabled":false,"Quantity":21,"Status":"none"}`},
		{route: "POST " + c + "/software/{order}/{line}/keys", body: `{"version":"2022"}`},
		{route: "POST " + c + "/software/{order}/{line}/downloads", body: `{"version":"2022","language":"fr-FR","fileType":"zip"}`},
		{route: "PATCH " + c + "/orders/{order}", target: c + "/orders/{bought}", body: `{"Id":"{bought}","Status":"cancelled","LineItems":[{"LineItemNumber":0}]}`},
		{route: "GET /v1/customers/{customer}/bills", target: "/v1/customers/{customer}/bills?size=1", keep: map[string]string{"bill": "items.0.id"}},
		{route: "GET /v1/customers/{customer}/bills/{bill}", target: "/v1/customers/{customer}/bills/{bill}?explain=true"},
		{route: "GET /v1/customers/{customer}/bills/{bill}/documents/statement"},
		{route: "GET /v1/partner/markup"},
		{route: "PUT /v1/partner/markup", body: `{"basisPoints":1500,"from":"2026-12-01"}`},
		{route: "PUT /v1/partner/prices", body: `{"items":[{"productId":"CMPUSRCAL001","skuId":"0001","country":"FR","billingCycle":"one_time","currencyCode":"EUR","unitPrice":49.5,"from":"2026-12-01"}]}`},
		{route: "GET /v1/partner/prices"},
		{route: "POST /v1/partner/payments", status: 201, body: `{"invoiceId":"{invoice}","amount":1}`},
		{route: "POST /v1/invoices/{invoice}/void", target: "/v1/invoices/G000000002/void"},

		{route: "GET /sandbox/clock"},
		{route: "POST /sandbox/snapshots", status: 201, keep: map[string]string{"snapshot": "id"}, sqlite: true},
		{route: "GET /sandbox/snapshots", sqlite: true},
		{route: "POST /sandbox/clock", body: `{"advance":"PT1H"}`},
		{route: "POST /sandbox/snapshots/{snapshot}/restore", sqlite: true},
		{route: "DELETE /sandbox/snapshots/{snapshot}", status: 204, sqlite: true},
	}
}
