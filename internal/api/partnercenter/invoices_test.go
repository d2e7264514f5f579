package partnercenter

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const orderOne = "Qw7tLp0aZc9eRk2vBn4mXs6dUf8gHj1K1"

// line is a year of software for 365.00, bought 2020-09-01, in a statement.
func line(change func(*app.StatementLine)) app.StatementLine {
	start := utc("2020-09-01T00:00:00Z")
	l := app.StatementLine{
		Charge: billing.Charge{
			ID: "c1", Kind: billing.New, At: start, Customer: customerOne, Order: orderOne, Line: 0, Subscription: requestOne,
			Period: when.Period{Start: start, End: utc("2021-09-01")}, Quantity: 1, Unit: money.PriceOf(36_500_000_000, "EUR"), Parts: 1, Days: 365,
			Net: money.Of(36_500, "EUR"), Tax: money.Of(7_300, "EUR"), TaxRow: "T", TaxPPM: 200_000, PriceRow: "row", PolicyRow: "P03",
		},
		Customer: party.Customer{ID: customerOne, CompanyName: "Atelier Nord", Domain: "atelier.example", Address: party.Address{Country: "FR"}},
		Order:    order.Order{ID: orderOne, At: start}, MPN: "4810001",
		Line: order.Line{
			Item:  id.Item{Product: "CMP000000002", Sku: "0003", Availability: "CMPAVL000009"},
			Title: "Server, 1 year", Term: when.Year, Plan: catalog.Annual, Publisher: id.FirstParty, Kind: catalog.Software,
			Participants: []order.Participant{{Key: "transaction_reseller", Value: "4810002"}},
		},
		Entry: &catalog.Entry{
			Product: catalog.Product{Title: "Server", PublisherName: "Comptoir Samples"}, Skus: []catalog.Sku{{ID: "0003", UnitType: "Licenses"}},
		},
		Sub: subscription.Subscription{ID: requestOne, Order: orderOne, Current: when.Period{Start: start, End: utc("2021-09-01")}},
	}
	if change != nil {
		change(&l)
	}
	return l
}

// credit is the worked case of rules.md §3: cancelled 45 × 24 h after, 320.00 back.
func credit(l *app.StatementLine) {
	l.ID, l.Of, l.Kind, l.At, l.Kept = "c2", "c1", billing.Cancel, utc("2020-10-16T00:00:00Z"), 45
	l.Period.Start, l.Net, l.Tax = l.At, money.Of(-32_000, "EUR"), money.Of(-6_400, "EUR")
}

func TestLineItemGolden(t *testing.T) {
	body, err := encode(collect([]lineItem{lineItemOf(partnerOne, "G000000042", line(nil)), lineItemOf(partnerOne, "", line(credit))}))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "invoice_lines", body)
	if body, err = encode(officeItemOf(partnerOne, line(func(l *app.StatementLine) { l.Line.Item = id.Item{Product: "2B3B8D2D"} }))); err != nil {
		t.Fatal(err)
	}
	golden(t, "invoice_line_office", body)
}

func TestLineItem(t *testing.T) {
	for _, c := range []struct {
		name               string
		change             func(*app.StatementLine)
		charge, start, end string
		each               string
	}{
		{"E28 last day included", nil, "New", "2020-09-01", "2021-08-31", "365.00"},
		{"E05 credit", credit, "Cancel", "2020-10-16", "2021-08-31", "-320.00"},
		{"perpetual: its day", func(l *app.StatementLine) { l.Subscription, l.Period = "", when.Period{} }, "New", "2020-09-01", "2020-09-01", "365.00"},
		{"E28 within one day", func(l *app.StatementLine) {
			l.Kind, l.Period = billing.AddQuantity, when.Period{Start: utc("2021-08-31T10:00:00Z"), End: utc("2021-08-31T12:00:00Z")}
		}, "addQuantity", "2021-08-31", "2021-08-31", "365.00"},
		{"E28 every digit", func(l *app.StatementLine) { l.Kind, l.Quantity = billing.Cycle, 3 }, "cycleCharge", "2020-09-01", "2021-08-31", "121.66666667"},
		{"E11 no minor unit", func(l *app.StatementLine) {
			l.Kind, l.Quantity, l.Net, l.Tax = billing.Renew, 3, money.Of(1000, "JPY"), money.Of(0, "JPY")
		}, "renew", "2020-09-01", "2021-08-31", "333.33333333"},
		{"E11 three digits", func(l *app.StatementLine) {
			l.Kind, l.Net, l.Tax = billing.Convert, money.Of(1500, "KWD"), money.Of(0, "KWD")
		}, "convert", "2020-09-01", "2021-08-31", "1.500"},
		{"F04 tax inside: gross is what a unit costs", func(l *app.StatementLine) { l.Inclusive = true }, "New", "2020-09-01", "2021-08-31", "438.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := lineItemOf(partnerOne, "", line(c.change))
			if got.ChargeType != c.charge || !got.ChargeStartDate.Equal(utc(c.start)) || !got.ChargeEndDate.Equal(utc(c.end)) || string(got.EffectiveUnitPrice) != c.each {
				t.Errorf("%s %v to %v, %s each", got.ChargeType, got.ChargeStartDate, got.ChargeEndDate, got.EffectiveUnitPrice)
			}
			if got.ReferenceID != "c1" {
				t.Errorf("reference %s", got.ReferenceID)
			}
		})
	}
	for k, want := range map[[2]string]string{
		{"P1M", "monthly"}: "1 Month Subscription", {"P3Y", "annual"}: "3 Year Subscription, billed annually", {"", "one_time"}: "One Time",
		{"P1Y", "monthly"}: "1 Year Subscription, billed monthly", {"P30D", "none"}: "30 Day Subscription",
	} {
		term, err := when.ParseTerm(k[0])
		if got := termAndCycle(term, catalog.Plan(k[1])); err != nil || got != want {
			t.Errorf("%v: %q", k, got)
		}
	}
}

// TestLineOfATerm: the days of the term that a line is of, as far as they are known (contract.md §12).
func TestLineOfATerm(t *testing.T) {
	renewed := func(change func(*app.StatementLine)) func(*app.StatementLine) {
		return func(l *app.StatementLine) {
			l.Sub.Order, l.Sub.Current = "renewal", when.Period{Start: utc("2021-09-01"), End: utc("2022-09-01")}
			if change != nil {
				change(l)
			}
		}
	}
	for _, c := range []struct {
		name       string
		change     func(*app.StatementLine)
		start, end string
	}{
		{"the term that runs", func(l *app.StatementLine) { l.Parts, l.Part = 12, 4 }, "2020-09-01", "2021-08-31"},
		{"a credit in it", credit, "2020-09-01", "2021-08-31"},
		{"joined later", func(l *app.StatementLine) { l.Sub.LineAt = utc("2020-11-05T10:00:00Z") }, "2020-11-05", "2021-08-31"},
		{"a term before, charged at once", renewed(nil), "2020-09-01", "2021-08-31"},
		{"a part of one", renewed(func(l *app.StatementLine) { l.Parts = 12 }), "", ""},
		{"seats added in one", renewed(func(l *app.StatementLine) { l.Kind = billing.AddQuantity }), "", ""},
		{"a credit in one", renewed(credit), "", ""},
		{"perpetual", func(l *app.StatementLine) {
			l.Sub, l.Period, l.Parts = subscription.Subscription{}, when.Period{}, 1
		}, "", ""},
		{"not begun", func(l *app.StatementLine) { l.Sub.Current = when.Period{} }, "", ""},
	} {
		got := lineItemOf(partnerOne, "", line(c.change))
		want := [2]time.Time{}
		if c.start != "" {
			want = [2]time.Time{utc(c.start), utc(c.end)}
		}
		if !got.SubscriptionStart.Equal(want[0]) || !got.SubscriptionEnd.Equal(want[1]) {
			t.Errorf("%s: %v to %v", c.name, got.SubscriptionStart, got.SubscriptionEnd)
		}
	}
	gone := lineItemOf(partnerOne, "", line(func(l *app.StatementLine) { l.Entry = nil }))
	if gone.ProductName != gone.SkuName || gone.UnitType != "" || gone.ReservationOrderID != "" {
		t.Errorf("a product that is gone: %+v", gone)
	}
	reserved := lineItemOf(partnerOne, "", line(func(l *app.StatementLine) { l.Line.Kind = catalog.Reservation }))
	if reserved.ReservationOrderID != orderOne {
		t.Errorf("a reservation of order %s", reserved.ReservationOrderID)
	}
}

func TestLineQuery(t *testing.T) {
	for _, c := range []struct {
		name, query, provider, kind, code string
		want                              lineQuery
		sold                              app.Sold
	}{
		{"nothing", "", "", "", "", lineQuery{period: "current"}, ""},
		{"docs", "provider=onetime&invoicelineitemtype=billinglineitems&currencycode=eur&period=previous&size=5", "", "", "",
			lineQuery{period: "previous", provider: "one_time", currency: "EUR", page: page{size: 5}}, app.SoldProducts},
		{".NET", "provider=All&invoiceLineItemType=BillingLineItems&currencyCode=USD&period=Current", "", "", "", lineQuery{period: "current", provider: "all", currency: "USD"}, ""},
		{"older form", "size=10&offset=20", "Office", "BillingLineItems", "", lineQuery{period: "current", provider: "office", skip: 20, rows: true, page: page{size: 10}}, app.SoldOffers},
		{"usage", "provider=marketplace&invoicelineitemtype=usagelineitems", "", "", "", lineQuery{period: "current", provider: "marketplace", usage: true}, app.SoldNothing},
		{"more than a page", "size=9999", "", "", "", lineQuery{period: "current"}, ""},
		{"all", "size=0", "", "", "", lineQuery{period: "current"}, ""},
		{"bad provider", "provider=moon", "", "", "enum.unknown", lineQuery{}, ""},
		{"bad currency", "currencycode=EU", "", "", "query.value", lineQuery{}, ""},
		{"bad period", "period=next", "", "", "enum.unknown", lineQuery{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := parseQuery(c.query)
			if err != nil {
				t.Fatal(err)
			}
			r := &request{api: newAPI(nil, options()), http: httptest.NewRequest("GET", "/v1/invoices/unbilled/lineitems", nil), query: q}
			if c.provider != "" {
				r.http.SetPathValue("provider", c.provider)
				r.http.SetPathValue("type", c.kind)
			}
			if c.want.page.size == 0 {
				c.want.page.size = maxLines
			}
			got, err := r.lineQuery()
			if f := fault.Of(err); f != nil || c.code != "" {
				if f == nil || f.Code != c.code {
					t.Fatalf("%v, want %s", err, c.code)
				}
				return
			}
			if got.page.size != c.want.page.size || got.skip != c.want.skip || got.rows != c.want.rows || got.currency != c.want.currency || got.period != c.want.period || got.provider != c.want.provider || got.usage != c.want.usage {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			if sold := got.charges(app.ChargeCursor{}).Sold; sold != c.sold {
				t.Errorf("%s, want %s", sold, c.sold)
			}
		})
	}
}

func TestInvoiceGolden(t *testing.T) {
	november := when.Period{Start: utc("2026-11-01"), End: utc("2026-12-01")}
	totals := billing.Totals{Net: money.Of(10_000, "EUR"), Tax: money.Of(2_000, "EUR"), Lines: 3}
	inv := billing.Issue(42, "EUR", november, totals, money.Of(-500, "EUR"))
	body, err := encode(dialect{}.invoice(app.InvoiceView{Invoice: inv, Now: inv.DueAt}))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "invoice", body)

	// E10: taken back and issued again.
	note, again, err := billing.Void(inv, 43, utc("2026-12-02T08:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	voided := inv
	voided.VoidedBy, voided.ReplacedBy = note.ID, again.ID
	for name, v := range map[string]app.InvoiceView{
		"invoice_voided":       {Invoice: voided, Amendments: []billing.Invoice{note}, Now: note.IssuedAt},
		"invoice_issued_again": {Invoice: again, Now: note.IssuedAt},
	} {
		if body, err = encode(dialect{}.invoice(v)); err != nil {
			t.Fatal(err)
		}
		golden(t, name, body)
	}

	// E07: the older one was carried into the newer; only what the newest leaves over counts.
	older := billing.Issue(41, "EUR", when.Period{Start: utc("2026-10-01"), End: utc("2026-11-01")}, billing.Totals{Net: money.Of(-500, "EUR"), Tax: money.Of(0, "EUR"), Lines: 2, Charges: 1}, money.Of(0, "EUR"))
	yen := billing.Issue(40, "JPY", november, billing.Totals{Net: money.Of(-900, "JPY"), Tax: money.Of(0, "JPY"), Lines: 1}, money.Of(0, "JPY"))
	inv.Paid = money.Of(1_500, "EUR")
	var all []summary
	for _, b := range billing.Balances([]billing.Invoice{inv, yen, older}, inv.DueAt) {
		all = append(all, summaryOf(app.Balance{Balance: b, Now: inv.DueAt}))
	}
	paid := app.Paid{Payment: billing.Payment{ID: requestOne, Invoice: inv.ID, On: utc("2026-12-01"), Amount: inv.Paid}, After: inv, Now: inv.DueAt}
	all[0] = summaryOf(app.Balance{Balance: billing.Balances([]billing.Invoice{inv, yen, older}, inv.DueAt)[0], Last: &paid.Payment, Now: inv.DueAt})
	if body, err = encode(paymentOf(paid)); err != nil {
		t.Fatal(err)
	}
	golden(t, "payment", body)
	if body, err = encode(collect(all)); err != nil {
		t.Fatal(err)
	}
	golden(t, "invoice_summaries", body)

	if body, err = encode(collect(estimateLinks([]app.Estimate{{Currency: "EUR", Period: november, Totals: totals, Carried: money.Of(-500, "EUR")}, {Currency: "JPY"}}, "EUR"))); err != nil {
		t.Fatal(err)
	}
	golden(t, "estimates", body)
	if none := estimateLinks(nil, "USD"); len(none) != 2 || none[0].Estimate != nil {
		t.Errorf("%+v", none)
	}
}

func TestInvoiceDates(t *testing.T) {
	us := time.Microsecond
	second := utc("2026-11-02")
	for _, c := range []struct {
		name, filter string
		from, until  time.Time
		code         string
	}{
		{"none", "", time.Time{}, time.Time{}, ""},
		{"a day", `{"Field":"InvoiceDate","Value":"2026-11-02","Operator":"equals"}`, second, second.AddDate(0, 0, 1), ""},
		{"span", `{"LeftFilter":{"Field":"InvoiceDate","Value":"11/02/2026 00:00:00","Operator":"greater_than"},"RightFilter":{"Field":"InvoiceDate","Value":"2026-12-01","Operator":"less_than_or_equals"},"Operator":"and"}`,
			second.Add(us), utc("2026-12-01").Add(us), ""},
		{"the narrower one", `{"LeftFilter":{"Field":"InvoiceDate","Value":"2026-11-02","Operator":"greater_than_or_equals"},"RightFilter":{"Field":"InvoiceDate","Value":"2026-01-01","Operator":"GreaterThan"},"Operator":"And"}`,
			second, time.Time{}, ""},
		{"or", `{"LeftFilter":{"Field":"InvoiceDate","Value":"2026-11-02","Operator":"equals"},"RightFilter":{"Field":"InvoiceDate","Value":"2026-01-01","Operator":"equals"},"Operator":"or"}`, time.Time{}, time.Time{}, "filter.value"},
		{"no date", `{"Field":"InvoiceDate","Value":"soon","Operator":"equals"}`, time.Time{}, time.Time{}, "filter.value"},
		{"in part", `{"Field":"InvoiceDate","Value":"2026-11-02","Operator":"substring"}`, time.Time{}, time.Time{}, "filter.operator"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := query{{"filter", c.filter}}.filter("InvoiceDate")
			if err != nil {
				t.Fatal(err)
			}
			var from, until time.Time
			err = f.dates(&from, &until)
			if flt := fault.Of(err); flt != nil || c.code != "" {
				if flt == nil || flt.Code != c.code {
					t.Errorf("%v, want %s", err, c.code)
				}
				return
			}
			if !from.Equal(c.from) || !until.Equal(c.until) {
				t.Errorf("%v to %v", from, until)
			}
		})
	}
}

func TestInvoiceNumber(t *testing.T) {
	for sent, want := range map[string]id.Invoice{"G000024135": "G000024135", "OneTime-G000024135": "G000024135", "recurring-d02005yfhi": "D02005YFHI", "a-b": "A-B"} {
		r := &request{http: httptest.NewRequest("GET", "/", nil)}
		r.http.SetPathValue("invoice", sent)
		if got := r.invoiceNumber(); got != want {
			t.Errorf("%s: %s", sent, got)
		}
	}
}
