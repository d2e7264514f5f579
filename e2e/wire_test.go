package e2e

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
)

// What the tests read of answers; the whole of them is checked by the strict client and by the tests of the door.

type collection[T any] struct {
	TotalCount int
	Items      []T
	Links      struct{ Next *struct{ URI string } }
}

type cart struct {
	ID        string
	Status    string
	LineItems []cartLine
}

type cartLine struct {
	ID            int
	CatalogItemID string
	Quantity      int
	OrderGroup    string
	Error         *struct {
		ErrorCode        any
		ErrorDescription string
	}
}

type checkout struct {
	Orders      []order
	OrderErrors []struct {
		OrderGroupID string
		Code         int
		Description  string
	}
	Preview *preview
}

type order struct {
	ID           string
	AlternateID  string
	Status       string
	CurrencyCode string
	BillingCycle string
	CreationDate time.Time
	LineItems    []orderLine
	Preview      *preview
}

type orderLine struct {
	LineItemNumber int
	OfferID        string
	SubscriptionID string
	Quantity       int
}

type subscription struct {
	ID                           string
	OrderID                      string
	Status                       string
	Quantity                     int
	AutoRenewEnabled             bool
	IsTrial                      bool
	EffectiveStartDate           time.Time
	CancellationAllowedUntilDate time.Time
	Preview                      *preview
}

type preview struct {
	Charges, Credits          []previewLine
	KeysRevoked, LinksRevoked int
	Window                    time.Time
	Policy, Hash              string
}

type previewLine struct {
	ChargeType                string
	Quantity                  int
	Subtotal, TaxTotal, Total json.Number
	Currency                  string
	Days, DaysKept            int
}

// invoiceLine is a reconciliation line.
type invoiceLine struct {
	OrderID, SubscriptionID              string
	ChargeType                           string
	Quantity                             int
	Subtotal, TaxTotal, TotalForCustomer json.Number
	Currency                             string
	PriceAdjustmentDescription           string
	ReferenceID                          string
}

type software struct {
	OrderID        string
	LineItemNumber int
	ProductID      string
	State          string
	HasKeys        bool
	HasDownloads   bool
	Cancellation   struct {
		Allowed bool
		Until   time.Time
		Policy  string
	}
}

type keys struct {
	Keys []struct{ ProductKey, Kind, Version, State string }
}

type link struct {
	URI, FileName, SHA256 string
	Size                  int64
	RemainingDownloads    int
	ExpiresAt             time.Time
}

type clock struct{ Now time.Time }

type auditRecord struct{ OperationType, OperationStatus, ResourceType, CustomerID, OperationDate string }

// cents is a number of the wire in hundredths; it must be written with two digits.
func cents(t testing.TB, n json.Number) int64 {
	t.Helper()
	r, ok := new(big.Rat).SetString(n.String())
	if !ok || r.FloatString(2) != n.String() {
		t.Fatalf("%q is no amount of a currency with two digits", n)
	}
	return r.Mul(r, big.NewRat(100, 1)).Num().Int64()
}

// amounts are lines as texts in order, "New 4041.30 + 808.26": what a preview and an invoice can be compared by.
func (p *preview) amounts(t testing.TB) []string {
	t.Helper()
	if p == nil {
		t.Fatal("there is no preview")
	}
	var out []string
	for _, l := range append(slices.Clone(p.Charges), p.Credits...) {
		out = append(out, amountsOf(t, l.ChargeType, l.Subtotal, l.TaxTotal, l.Total, l.Currency))
	}
	slices.Sort(out)
	return out
}

func amountsOfLines(t testing.TB, lines []invoiceLine) []string {
	t.Helper()
	var out []string
	for _, l := range lines {
		out = append(out, amountsOf(t, l.ChargeType, l.Subtotal, l.TaxTotal, l.TotalForCustomer, l.Currency))
	}
	slices.Sort(out)
	return out
}

func amountsOf(t testing.TB, kind string, net, tax, total json.Number, currency string) string {
	t.Helper()
	if cents(t, net)+cents(t, tax) != cents(t, total) {
		t.Errorf("%s: %s + %s is not %s", kind, net, tax, total)
	}
	return fmt.Sprintf("%s %s + %s %s", kind, net, tax, currency)
}

// unbilled are the lines of orders in the open period.
func unbilled(t testing.TB, c *harness.Client, orders ...string) []invoiceLine {
	t.Helper()
	ans := c.Call(t, "GET", "/v1/invoices/unbilled/lineitems?provider=all&invoicelineitemtype=billinglineitems&currencycode=eur&period=current&size=2000", nil)
	all := harness.Read[collection[invoiceLine]](t, ans, 200)
	if all.Links.Next != nil {
		t.Fatal("more lines than a page holds")
	}
	return slices.DeleteFunc(all.Items, func(l invoiceLine) bool { return !slices.Contains(orders, l.OrderID) })
}

// estimated is what the next invoice in euros would come to, in cents; nothing while it would have no line.
func estimated(t testing.TB, c *harness.Client) int64 {
	t.Helper()
	type estimate struct {
		Period   string
		Estimate *struct{ Total json.Number }
	}
	all := harness.Read[collection[estimate]](t, c.Call(t, "GET", "/v1/invoices/estimates/links?currencycode=eur", nil), 200)
	for _, e := range all.Items {
		switch {
		case e.Period != "Current":
		case e.Estimate == nil:
			return 0
		default:
			return cents(t, e.Estimate.Total)
		}
	}
	t.Fatal("there is no link to the open period")
	return 0
}

// guid numbers request ids.
func guid(n int) string { return fmt.Sprintf("00000000-e2e0-4000-8000-%012d", n) }
