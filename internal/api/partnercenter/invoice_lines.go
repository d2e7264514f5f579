package partnercenter

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// lineItem is one reconciliation line (contract.md §12, OneTimeInvoiceLineItem): a charge, or a credit with negative
// amounts. Dates of periods are days, the last one included (E28); unit prices have all their digits.
type lineItem struct {
	PartnerID           string      `json:"partnerId"`
	CustomerID          string      `json:"customerId"`
	CustomerName        string      `json:"customerName"`
	CustomerDomainName  string      `json:"customerDomainName"`
	CustomerCountry     string      `json:"customerCountry"`
	InvoiceNumber       string      `json:"invoiceNumber,omitempty"`
	MpnID               string      `json:"mpnId,omitempty"`         // of who is billed
	ResellerMpnID       int         `json:"resellerMpnId,omitempty"` // of the reseller of record
	OrderID             string      `json:"orderId"`
	OrderDate           wireTime    `json:"orderDate"`
	ProductID           string      `json:"productId"`
	SkuID               string      `json:"skuId"`
	AvailabilityID      string      `json:"availabilityId"`
	ProductName         string      `json:"productName"`
	SkuName             string      `json:"skuName"`
	ChargeType          string      `json:"chargeType"`
	UnitPrice           json.Number `json:"unitPrice"`
	EffectiveUnitPrice  json.Number `json:"effectiveUnitPrice"`
	UnitType            string      `json:"unitType,omitempty"`
	Quantity            int64       `json:"quantity"`
	Subtotal            json.Number `json:"subtotal"`
	TaxTotal            json.Number `json:"taxTotal"`
	TotalForCustomer    json.Number `json:"totalForCustomer"`
	Currency            string      `json:"currency"`
	PublisherName       string      `json:"publisherName,omitempty"`
	PublisherID         string      `json:"publisherId"`
	SubscriptionDesc    string      `json:"subscriptionDescription,omitempty"`
	SubscriptionID      string      `json:"subscriptionId,omitempty"`
	SubscriptionStart   wireTime    `json:"subscriptionStartDate,omitzero"`
	SubscriptionEnd     wireTime    `json:"subscriptionEndDate,omitzero"`
	ChargeStartDate     wireTime    `json:"chargeStartDate"`
	ChargeEndDate       wireTime    `json:"chargeEndDate"`
	TermAndBillingCycle string      `json:"termAndBillingCycle"`
	AlternateID         string      `json:"alternateId"`
	ReferenceID         string      `json:"referenceId"`
	PriceAdjustment     string      `json:"priceAdjustmentDescription,omitempty"`
	PricingCurrency     string      `json:"pricingCurrency"`
	ExchangeRate        int         `json:"pcToBCExchangeRate"`
	BillableQuantity    int64       `json:"billableQuantity"`
	BillingFrequency    string      `json:"billingFrequency"`
	ReservationOrderID  string      `json:"reservationOrderId,omitempty"`
	InvoiceLineItemType string      `json:"invoiceLineItemType"`
	BillingProvider     string      `json:"billingProvider"`

	Explanation *explanation `json:"explanation,omitempty"`
	Attributes  *attributes  `json:"attributes"`
}

// lineItemOf is a charge as a line of an invoice; number is empty while it is unbilled.
func lineItemOf(partner id.Partner, number id.Invoice, l app.StatementLine) lineItem {
	c := l.Charge
	item := lineItem{
		PartnerID: string(partner), CustomerID: string(c.Customer), CustomerName: l.Customer.CompanyName,
		CustomerDomainName: l.Customer.Domain, CustomerCountry: string(l.Customer.Country()), InvoiceNumber: string(number),
		MpnID: l.MPN, ResellerMpnID: mpnNumber(subscription.ResellerOf(l.Line.Participants), 0),
		OrderID: string(c.Order), OrderDate: at(l.Order.At), ProductID: string(l.Line.Item.Product), SkuID: string(l.Line.Item.Sku),
		AvailabilityID: string(l.Line.Item.Availability), ProductName: l.Line.Title, SkuName: l.Line.Title, ChargeType: chargeTypes[c.Kind],
		UnitPrice: price(c.Unit), EffectiveUnitPrice: each(c.Priced(), c.Quantity), Quantity: c.Quantity, BillableQuantity: c.Quantity,
		Subtotal: amount(c.Net), TaxTotal: amount(c.Tax), TotalForCustomer: amount(c.Gross()), Currency: string(c.Net.Currency()),
		PublisherID: string(l.Line.Publisher), SubscriptionID: string(c.Subscription),
		TermAndBillingCycle: termAndCycle(l.Line.Term, l.Line.Plan), AlternateID: id.AlternateID(c.Order), ReferenceID: string(c.ID),
		PricingCurrency: string(c.Net.Currency()), ExchangeRate: 1, BillingFrequency: pascal(string(l.Line.Plan)),
		InvoiceLineItemType: billingLines, BillingProvider: providerOneTime, Attributes: of("OneTimeInvoiceLineItem"),
	}
	item.ChargeStartDate, item.ChargeEndDate = at(day(c.At)), at(day(c.At))
	if !c.Period.End.IsZero() {
		start, end := day(c.Period.Start), lastDay(c.Period.End)
		if end.Before(start) { // less than a day: the day itself
			end = start
		}
		item.ChargeStartDate, item.ChargeEndDate = at(start), at(end)
	}
	if c.Subscription != "" {
		item.SubscriptionDesc = l.Line.Title
	}
	if start, end := termCharged(l); !end.IsZero() {
		item.SubscriptionStart, item.SubscriptionEnd = at(day(start)), at(lastDay(end))
	}
	if l.Line.Kind == catalog.Reservation {
		item.ReservationOrderID = string(c.Order)
	}
	if l.Entry != nil {
		item.ProductName, item.PublisherName = cmp.Or(l.Entry.Product.Title, item.ProductName), l.Entry.Product.PublisherName
		item.UnitType = unitOf(l.Entry, l.Line.Item)
	}
	if c.Of != "" { // E05: a credit points at the charge that it gives back
		item.ReferenceID = string(c.Of)
		item.PriceAdjustment = fmt.Sprintf("Policy %s", c.PolicyRow)
		if c.Days > 0 {
			item.PriceAdjustment += fmt.Sprintf(": %d of %d days kept", c.Kept, c.Days)
		}
	}
	return item
}

// termCharged is the term that a line is of: its subscription's while that stands on the line, and later what was charged where that
// was for all of the term. Zero: part of a term that is over does not know it.
func termCharged(l app.StatementLine) (start, end time.Time) {
	c, s := l.Charge, l.Sub
	switch {
	case s.ID != "" && s.Order == c.Order && s.Line == c.Line:
		return startOf(s), s.Current.End
	case c.Parts == 1 && (c.Kind == billing.New || c.Kind == billing.Renew || c.Kind == billing.Convert):
		return c.Period.Start, c.Period.End
	}
	return start, end
}

// unitOf is what is counted of an item; of an imported offer it is its only SKU's.
func unitOf(e *catalog.Entry, i id.Item) string {
	if i.Imported() && len(e.Skus) == 1 {
		return e.Skus[0].UnitType
	}
	if k, ok := e.Sku(i.Sku); ok {
		return k.UnitType
	}
	return ""
}

// mpnNumber is an MPN where the contract has a number; none is what stands for one that is missing or is no number.
func mpnNumber(mpn string, none int) int {
	n, err := strconv.ParseUint(mpn, 10, 31)
	if err != nil {
		return none
	}
	return int(n)
}

// each is what one unit of a line comes to, with the digits that a unit price has, rounded half away from zero.
func each(a money.Amount, quantity int64) json.Number {
	if quantity == 0 {
		return amount(a)
	}
	digits := a.Currency().Digits()
	of := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	text := new(big.Rat).SetFrac(big.NewInt(a.Minor()), of.Mul(of, big.NewInt(quantity))).FloatString(money.PriceDigits)
	keep := len(text) - money.PriceDigits + digits
	return json.Number(strings.TrimSuffix(text[:keep]+strings.TrimRight(text[keep:], "0"), "."))
}

// day is 00:00Z of an instant's day.
func day(t time.Time) time.Time { return when.Midnight(t) }

// termAndCycle is the contract's free text of both: "1 Month Subscription", "3 Year Subscription, billed annually".
func termAndCycle(t when.Term, p catalog.Plan) string {
	if t.IsZero() {
		return "One Time"
	}
	text := ""
	for _, u := range []struct {
		n    int
		name string
	}{{t.Years, "Year"}, {t.Months, "Month"}, {t.Days, "Day"}} {
		if u.n > 0 {
			text += fmt.Sprintf("%d %s ", u.n, u.name)
		}
	}
	text += "Subscription"
	if n, ok := p.Charges(t); ok && n > 1 {
		text += ", billed " + adverbs[p]
	}
	return text
}

var adverbs = map[catalog.Plan]string{catalog.Monthly: "monthly", catalog.Annual: "annually", catalog.Biennial: "every two years", catalog.Triennial: "every three years"}

// officeItem is a line of an imported offer in the older form (contract.md §12, LicenseBasedLineItem).
type officeItem struct {
	PartnerID           string      `json:"partnerId"`
	CustomerID          string      `json:"customerId"`
	CustomerName        string      `json:"customerName"`
	MpnID               int         `json:"mpnId,omitempty"`
	Tier2MpnID          int         `json:"tier2MpnId"` // -1: none
	OrderID             string      `json:"orderId"`
	SubscriptionID      string      `json:"subscriptionId"`
	SubscriptionName    string      `json:"subscriptionName"`
	SubscriptionDesc    string      `json:"subscriptionDescription"`
	BillingCycleType    string      `json:"billingCycleType"`
	DomainName          string      `json:"domainName"`
	OfferID             string      `json:"offerId"`
	DurableOfferID      string      `json:"durableOfferId"`
	OfferName           string      `json:"offerName"`
	ChargeStartDate     wireTime    `json:"chargeStartDate"`
	ChargeEndDate       wireTime    `json:"chargeEndDate"`
	ChargeType          string      `json:"chargeType"`
	UnitPrice           json.Number `json:"unitPrice"`
	Quantity            int64       `json:"quantity"`
	Amount              json.Number `json:"amount"`
	TotalOtherDiscount  json.Number `json:"totalOtherDiscount"`
	Subtotal            json.Number `json:"subtotal"`
	Tax                 json.Number `json:"tax"`
	TotalForCustomer    json.Number `json:"totalForCustomer"`
	Currency            string      `json:"currency"`
	InvoiceLineItemType string      `json:"invoiceLineItemType"`
	BillingProvider     string      `json:"billingProvider"`
	Attributes          *attributes `json:"attributes"`
}

func officeItemOf(partner id.Partner, l app.StatementLine) officeItem {
	i := lineItemOf(partner, "", l)
	return officeItem{
		PartnerID: i.PartnerID, CustomerID: i.CustomerID, CustomerName: i.CustomerName, MpnID: mpnNumber(l.MPN, 0), Tier2MpnID: mpnNumber(subscription.ResellerOf(l.Line.Participants), -1), OrderID: i.OrderID,
		SubscriptionID: i.SubscriptionID, SubscriptionName: l.Line.Title, SubscriptionDesc: l.Line.Title,
		BillingCycleType: strings.ToUpper(string(l.Line.Plan)), DomainName: i.CustomerDomainName, OfferID: i.ProductID,
		DurableOfferID: i.ProductID, OfferName: l.Line.Title, ChargeStartDate: i.ChargeStartDate, ChargeEndDate: i.ChargeEndDate,
		ChargeType: i.ChargeType, UnitPrice: i.UnitPrice, Quantity: i.Quantity, Amount: i.Subtotal,
		TotalOtherDiscount: amount(money.Of(0, l.Net.Currency())), Subtotal: i.Subtotal, Tax: i.TaxTotal, TotalForCustomer: i.TotalForCustomer,
		Currency: i.Currency, InvoiceLineItemType: billingLines, BillingProvider: providerOffice, Attributes: of("LicenseBasedLineItem"),
	}
}
