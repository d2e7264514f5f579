package partnercenter_test

import (
	"fmt"
	"strings"
)

// sdkModels are the resources that the SDKs read and write, as their classes declare them. A member is name:type; without a
// type it is a text. i int, n decimal, b bool, d date-time, u address, o anything; a ? may be null; [ ] a list; a word in
// lower case is an enumeration, in upper case a model. Every model has links and attributes besides.
const sdkModels = `
Customer id commerceId companyProfile:CustomerCompanyProfile billingProfile:CustomerBillingProfile relationshipToPartner:relation allowDelegatedAccess:b? userCredentials:UserCredentials customDomains:[text] associatedPartnerId
CustomerCompanyProfile tenantId domain companyName organizationRegistrationNumber
CustomerBillingProfile id firstName lastName email culture language companyName defaultAddress:Address
UserCredentials userName password
Address country region city state addressLine1 addressLine2 postalCode firstName middleName lastName phoneNumber
Product id title description productType:ItemType isMicrosoftProduct:b publisherName
ItemType id displayName subType:ItemType
Sku id productId title description minimumQuantity:i maximumQuantity:i isTrial:b termsOfUseUri supportedBillingCycles:[cycle] purchasePrerequisites:[text] inventoryVariables:[text] provisioningVariables:[text] dynamicAttributes:o consumptionType
Availability id productId skuId catalogItemId defaultCurrency:CurrencyInfo segment country isPurchasable:b isRenewable:b renewalInstructions:[RenewalInstruction] terms:[AvailabilityTerm] product:Product sku:Sku
CurrencyInfo code symbol
AvailabilityTerm id duration description billingCycle renewalOptions:[RenewalOption] cancellationPolicies:[CancellationPolicy]
RenewalOption termDuration
RenewalInstruction applicableTermIds:[text] renewalOptions:[RenewalGoal]
RenewalGoal renewToId isAutoRenewable:b
CancellationPolicy refundOptions:[RefundOption]
InventoryCheckRequest targetItems:[InventoryItem] inventoryContext:o
InventoryItem productId skuId isRestricted:b restrictions:[InventoryRestriction]
InventoryRestriction reasonCode description
Cart id creationTimestamp:d? lastModifiedTimestamp:d? expirationTimestamp:d lastModifiedUser lineItems:[CartLineItem] status partnerOnRecordAttestationAccepted:b?
CartLineItem id:i catalogItemId friendlyName quantity:i currencyCode billingCycle:cycle termDuration promotionId participants:o provisioningContext:o orderGroup purchaseSystem addonItems:[CartLineItem] renewsTo:RenewsTo error:CartError customTermEndDate:d? attestationAccepted:b?
RenewsTo termDuration
CartError errorCode errorDescription
CartCheckoutResult orders:[Order] orderErrors:[OrderError]
OrderError orderGroupId code:i description
Order id alternateId referenceCustomerId billingCycle:cycle currencyCode currencySymbol lineItems:[OrderLineItem] creationDate:d? status transactionType totalPrice:n? partnerOnRecordAttestationAccepted:b?
OrderLineItem lineItemNumber:i offerId subscriptionId parentSubscriptionId termDuration renewsTo:RenewsTo transactionType promotionId customTermEndDate:d? friendlyName quantity:i pricing:Pricing partnerIdOnRecord additionalPartnerIdsOnRecord:[text] provisioningContext:o attestationAccepted:b?
Pricing listPrice:n discountedPrice:n proratedPrice:n price:n extendedPrice:n
Subscription id entitlementId offerId offerName friendlyName productType:ItemType quantity:i unitType parentSubscriptionId consumptionType creationDate:d effectiveStartDate:d commitmentEndDate:d commitmentEndDateTime:d? cancellationAllowedUntilDate:d? billingCycleEndDate:d? billingCycleEndDateTime:d? status:subscriptionStatus autoRenewEnabled:b billingType:billingType billingCycle:cycle hasPurchasableAddons:b isTrial:b actions:[text] termDuration renewalTermDuration refundOptions:[RefundOption] isMicrosoftProduct:b partnerId suspensionReasons:[text] contractType:contractType publisherName promotionId migratedFromSubscriptionId refundableQuantity:RefundableQuantity scheduledNextTermInstructions:ScheduledNextTermInstructions nextChargeInstructions:o
RefundOption type expiresAt:d?
RefundableQuantity totalQuantity:i details:[RefundableQuantityDetail]
RefundableQuantityDetail quantity:i allowedUntilDateTime:d?
ScheduledNextTermInstructions product:ProductTerm quantity:i customTermEndDate:d?
ProductTerm productId skuId availabilityId billingCycle:cycle termDuration promotionId
Entitlement includedEntitlements:[Entitlement] referenceOrder:ReferenceOrder productId quantity:i quantityDetails:[QuantityDetail] entitledArtifacts:[Artifact] skuId entitlementType fulfillmentState expiryDate:d?
ReferenceOrder id lineItemId alternateId
QuantityDetail quantity:i status
Artifact artifactType dynamicAttributes:o link:Link resourceId
Invoice id invoiceDate:d billingPeriodStartDate:d billingPeriodEndDate:d totalCharges:n paidAmount:n currencyCode currencySymbol pdfDownloadLink:u taxReceipts:o invoiceDetails:[InvoiceDetail] amendments:[Invoice] documentType:documentType amendsOf invoiceType
InvoiceDetail invoiceLineItemType:lineItemType billingProvider:billingProvider
OneTimeInvoiceLineItem partnerId customerId customerName customerDomainName customerCountry invoiceNumber mpnId resellerMpnId:i orderId orderDate:d productId skuId availabilityId productName skuName productQualifiers:[text] chargeType unitPrice:n effectiveUnitPrice:n unitType quantity:i subtotal:n taxTotal:n totalForCustomer:n currency publisherName publisherId subscriptionDescription subscriptionId subscriptionStartDate:d? subscriptionEndDate:d? chargeStartDate:d chargeEndDate:d termAndBillingCycle alternateId referenceId priceAdjustmentDescription discountDetails pricingCurrency pcToBCExchangeRate:n pcToBCExchangeRateDate:d? billableQuantity:n meterDescription billingFrequency reservationOrderId creditReasonCode invoiceLineItemType:lineItemType billingProvider:billingProvider promotionId
AuditRecord id partnerId customerId customerName userPrincipalName applicationId resourceType:resourceType resourceOldValue resourceNewValue operationType:operationType originalCorrelationId operationDate:d operationStatus:operationStatus customizedData:[KeyValuePair]
KeyValuePair key value
ServiceRequest id title description severity:severity supportTopicId supportTopicName status:requestStatus organization:ServiceRequestOrganization primaryContact:ServiceRequestContact lastUpdatedBy:ServiceRequestContact productName productId createdDate:d lastModifiedDate:d lastClosedDate:d newNote:ServiceRequestNote notes:[ServiceRequestNote] countryCode
ServiceRequestOrganization id name phoneNumber
ServiceRequestContact organization:ServiceRequestOrganization contactId lastName firstName email phoneNumber
ServiceRequestNote createdByName createdDate:d? text
SupportTopic name description id
`

// sdkWords are the enumerations with their members in order; the first is what an SDK has where nothing was set.
var sdkWords = map[string][]string{
	"relation":           {"unknown", "reseller", "advisor", "syndication", "microsoft_support", "none"},
	"cycle":              {"unknown", "monthly", "annual", "none", "one_time", "triennial", "biennial"},
	"subscriptionStatus": {"none", "active", "suspended", "deleted", "expired", "pending", "disabled"},
	"billingType":        {"none", "usage", "license", "benefit"},
	"contractType":       {"subscription", "product_key", "redemption_code"},
	"documentType":       {"none", "invoice", "void_note", "adjustment_note"},
	"lineItemType":       {"none", "usage_line_items", "billing_line_items"},
	"billingProvider":    {"none", "office", "azure", "one_time", "marketplace", "all"},
	"severity":           {"unknown", "critical", "moderate", "minimal"},
	"requestStatus":      {"none", "open", "closed", "attention_needed"},
	"operationStatus":    {"succeeded", "failed", "progress", "decline"},
	"operationType":      nil, // one that is not known does .NET no harm
	"resourceType":       nil,
}

// javaWords are the lists of the Java SDK where they differ: it throws on a word that they lack.
var javaWords = map[string][]string{
	"cycle":              {"unknown", "monthly", "annual", "none", "one_time"},
	"subscriptionStatus": {"none", "active", "suspended", "deleted"},
	"operationType": strings.Fields(`undefined update_customer_qualification update_subscription upgrade_subscription convert_trial_subscription
		add_customer update_customer_billing_profile update_customer_spending_budget delete_customer remove_partner_customer_relationship
		create_order update_order create_customer_user delete_customer_user update_customer_user update_customer_user_licenses
		reset_customer_user_password restore_customer_user update_transfer create_partner_relationship register_application
		unregister_application add_application_credential remove_application_credential create_partner_user update_partner_user
		create_self_serve_policy update_self_serve_policy delete_self_serve_policy remove_partner_relationship delete_tip_customer`),
	"resourceType": strings.Fields(`undefined customer customer_user order subscription license third_party_add_on mpn_association transfer
		application application_credential partner_user partner_relationship`),
}

// member is one of a model's.
type member struct {
	name, kind     string
	nullable, list bool
}

// models are sdkModels by name.
var models = func() map[string][]member {
	out := map[string][]member{}
	for line := range strings.Lines(sdkModels) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		for _, word := range words[1:] {
			m := member{kind: "text"}
			var kind string
			if m.name, kind, _ = strings.Cut(word, ":"); kind != "" {
				kind, m.nullable = strings.CutSuffix(kind, "?")
				kind, m.list = strings.CutPrefix(kind, "[")
				m.kind = strings.TrimSuffix(kind, "]")
			}
			out[words[0]] = append(out[words[0]], m)
		}
	}
	return out
}()

func modelOf(name string) []member {
	m, ok := models[name]
	if !ok {
		panic(fmt.Sprintf("no model %s", name))
	}
	return m
}

// isModel tells a model's name from the other types.
func isModel(kind string) bool { return kind[0] >= 'A' && kind[0] <= 'Z' && kind != "Link" }
