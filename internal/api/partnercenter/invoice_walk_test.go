package partnercenter_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// anOffer is an imported offer that the demo's American customer can buy.
const anOffer = "6513270E-269E-4D37-B2A7-4DE452E6B438"

// mixed makes lines of a product and of an imported offer in the open period of the demo's partner, each with a quantity that
// no other has, and an invoice of them.
type mixed struct {
	*demo
	begun    *begun
	customer id.Customer
	orders   [2]id.Order // of a product, of an imported offer
	n        int
}

func mixedOn(t *testing.T, s *begun) *mixed {
	d := demoOn(t, s)
	us := d.of("US")
	product := d.buy(us, lineOf(sandbox.UserCAL, "0001", "US", 1, "one_time", ""))
	offer := d.do(201, "POST", us+"/orders", `{"billingCycle":"monthly","lineItems":[{"offerId":"`+anOffer+`","quantity":3}]}`)
	return &mixed{d, s, id.Customer(strings.TrimPrefix(us, "/v1/customers/")), [2]id.Order{id.Order(product.id), id.Order(offer.text("id"))}, 1000}
}

// charge adds one; kind is 0 for the product, 1 for the imported offer.
func (m *mixed) charge(name string, kind int, at time.Time, c money.Currency) billing.Charge {
	m.n++
	return billing.Charge{
		ID: id.Charge(fmt.Sprintf("%s-%d", name, m.n)), Kind: billing.Cycle, At: at, Customer: m.customer, Order: m.orders[kind], Imported: kind == 1,
		Quantity: int64(m.n), Net: money.Of(int64(m.n), c), Tax: money.Of(0, c),
	}
}

// issue adds the charges and gives the number of an invoice of November that has them.
func (m *mixed) issue(edition int, c money.Currency, charges, all []billing.Charge) (number id.Invoice) {
	m.t.Helper()
	who, _ := m.Actor(m.t.Context(), "")
	_, err := m.begun.Update(m.t.Context(), app.Act{Actor: who, Lock: app.Lock{Partner: true}}, func(tx app.Tx) (any, error) {
		n, err := tx.NextInvoiceNumber()
		if err != nil {
			return nil, err
		}
		totals := billing.Totals{Net: money.Of(0, c), Tax: money.Of(0, c)}
		for _, one := range all {
			totals = totals.Add(one)
		}
		i := billing.Issue(n, c, when.Period{Start: when.Date(2026, 11, 1), End: when.Date(2026, 12, 1)}, totals, money.Of(0, c))
		i.Edition, number = edition, i.ID
		if err := tx.AddCharges(charges); err != nil {
			return nil, err
		}
		return nil, tx.AddInvoice(i)
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return number
}

// walked follows the pages from a target on, and tells the quantities of their lines. Each page but the last is full.
func (m *mixed) walked(target string, size int, next func(page object) (target string, headers []string)) (quantities []int) {
	m.t.Helper()
	var headers []string
	short := false
	for pages := 0; target != ""; pages++ {
		page := m.do(200, "GET", target, "", headers...)
		if short || pages > 200 {
			m.t.Fatalf("%s: a page after one that is not full", target)
		}
		for _, l := range page.items() {
			quantities = append(quantities, int(l["quantity"].(float64)))
		}
		short = len(page.items()) < size
		target, headers = next(page)
	}
	return quantities
}

// byLink goes where links.next leads.
func byLink(page object) (string, []string) {
	link, ok := object(page.object("links"))["next"].(map[string]any)
	if !ok {
		return "", nil
	}
	var headers []string
	for _, h := range object(link).list("headers") {
		headers = append(headers, h.text("key"), h.text("value"))
	}
	return "/v1" + object(link).text("uri"), headers
}

// byToken sends the continuation and nothing else.
func byToken(path string) func(page object) (string, []string) {
	return func(page object) (string, []string) {
		if token := page.text("continuationToken"); token != "" {
			return path + "?seekOperation=Next", []string{"MS-ContinuationToken", token}
		}
		return "", nil
	}
}

// TestF73PagesOfAProvider: whatever is mixed with what, and however large the pages are, each form of a walk gives the lines of the
// provider asked for, each once, in order, on full pages (contract.md §1.6, §12).
func TestF73PagesOfAProvider(t *testing.T) {
	m := mixedOn(t, begin(t, store.Options{}))
	currencies := []money.Currency{"SEK", "NOK", "DKK", "CZK", "PLN", "HUF", "RON", "KWD"} // the demo sells in none of them
	charges, editions := map[money.Currency][]billing.Charge{}, map[money.Currency]int{}
	providers := map[string]func(billing.Charge) bool{
		"All": func(billing.Charge) bool { return true }, "Marketplace": func(billing.Charge) bool { return false },
		"Office": func(c billing.Charge) bool { return c.Imported }, "OneTime": func(c billing.Charge) bool { return !c.Imported },
	}
	rapid.Check(t, func(rt *rapid.T) {
		c := rapid.SampledFrom(currencies).Draw(rt, "currency")
		var added []billing.Charge
		for _, kind := range rapid.SliceOfN(rapid.IntRange(0, 1), 0, 9).Draw(rt, "kinds") {
			at := now.Add(-time.Duration(rapid.IntRange(1, 3).Draw(rt, "hours")) * time.Hour)
			added = append(added, m.charge(rapid.StringMatching("[a-c]{2}").Draw(rt, "id"), kind, at, c))
		}
		all := append(charges[c], added...)
		slices.SortFunc(all, func(x, y billing.Charge) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.ID, y.ID)) })
		charges[c] = all
		editions[c]++
		number := m.issue(editions[c], c, added, all)
		size, provider := rapid.IntRange(1, 7).Draw(rt, "size"), rapid.SampledFrom([]string{"All", "OneTime", "Office", "Marketplace"}).Draw(rt, "provider")
		var want []int
		for _, one := range all {
			if providers[provider](one) {
				want = append(want, int(one.Quantity))
			}
		}
		issued, unbilled := "/v1/invoices/"+string(number)+"/lineitems", "/v1/invoices/unbilled/lineitems"
		asked := fmt.Sprintf("?provider=%s&invoicelineitemtype=billinglineitems&currencycode=%s&period=current&size=%d", provider, c, size)
		older := issued + "/" + provider + "/BillingLineItems"
		from := 0
		byRow := func(page object) (string, []string) {
			if from += size; len(page.items()) < size {
				return "", nil
			}
			return fmt.Sprintf("%s?size=%d&offset=%d", older, size, from), nil
		}
		for name, got := range map[string][]int{
			"links":             m.walked(issued+asked, size, byLink),
			"tokens":            m.walked(issued+asked, size, byToken(issued)),
			"unbilled, links":   m.walked(unbilled+asked, size, byLink),
			"unbilled, tokens":  m.walked(unbilled+asked, size, byToken(unbilled)),
			"unbilled, offset":  m.walked(unbilled+asked+"&offset=0", size, byLink),
			"older, links":      m.walked(fmt.Sprintf("%s?size=%d&offset=0", older, size), size, byLink),
			"older, tokens":     m.walked(fmt.Sprintf("%s?size=%d&offset=0", older, size), size, byToken(older)),
			"older, no offset":  m.walked(fmt.Sprintf("%s?size=%d", older, size), size, byLink),
			"older, row by row": m.walked(fmt.Sprintf("%s?size=%d&offset=0", older, size), size, byRow),
		} {
			if !slices.Equal(got, want) {
				rt.Errorf("%s of %s, pages of %d: %v, want %v", name, provider, size, got, want)
			}
		}
	})
}

// TestF73OffsetForm: links.next carries the next offset, links.self the page's own; past the end there is nothing.
func TestF73OffsetForm(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		m := mixedOn(t, s)
		var lines []billing.Charge
		for i := range 13 {
			kind := 0
			if i > 9 {
				kind = 1
			}
			lines = append(lines, m.charge("x", kind, now.Add(time.Duration(i-20)*time.Minute), "SEK"))
		}
		at := "/v1/invoices/" + string(m.issue(1, "SEK", lines, lines)) + "/lineitems/Office/BillingLineItems"
		uri := func(page object, name string) string {
			link, _ := object(page.object("links"))[name].(map[string]any)
			return object(link).text("uri")
		}
		for offset, want := range []int{1011, 1012, 1013} {
			page := m.do(200, "GET", fmt.Sprintf("%s?size=1&offset=%d", at, offset), "")
			if got := page.items(); len(got) != 1 || got[0]["quantity"] != float64(want) || page["totalCount"] != 1.0 {
				t.Errorf("offset %d: %v", offset, page)
			}
			next := ""
			if offset < 2 {
				next = fmt.Sprintf("%s?size=1&offset=%d", strings.TrimPrefix(at, "/v1"), offset+1)
			}
			if got := uri(page, "next"); got != next {
				t.Errorf("offset %d leads on to %q, want %q", offset, got, next)
			}
			if self := uri(page, "self"); !strings.HasSuffix(self, fmt.Sprintf("?size=1&offset=%d", offset)) {
				t.Errorf("offset %d is of %s", offset, self)
			}
		}
		if page := m.do(200, "GET", at+"?size=2&offset=3", ""); len(page.items()) != 0 || page.text("continuationToken") != "" || uri(page, "next") != "" {
			t.Errorf("past the end: %v", page)
		}
		m.refused(404, "1000", "GET", "/v1/invoices/G999999999/lineitems/Azure/UsageLineItems", "")
		// What was bought, not laid in.
		bought := m.do(200, "GET", "/v1/invoices/unbilled/lineitems?provider=office&invoicelineitemtype=billinglineitems&currencycode=USD&period=current", "").items()
		if len(bought) == 0 || bought[len(bought)-1].text("offerId") != anOffer {
			t.Errorf("lines of imported offers: %v", bought)
		}
	})
}

// TestF73Details: an invoice leads to the lines of each provider that it has lines of, as a list and alone, and they come to what
// it charges (contract.md §12).
func TestF73Details(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		m := mixedOn(t, s)
		november := now.Add(-time.Hour)
		kinds := map[money.Currency][]int{"SEK": {0, 1, 0, 1, 1}, "NOK": {0, 0}, "DKK": {1}}
		charged := map[string]map[string]float64{} // by document and provider
		for c, some := range kinds {
			var lines []billing.Charge
			sums := map[string]float64{"one_time": 0}
			for _, kind := range some {
				l := m.charge("x", kind, november, c)
				lines = append(lines, l)
				sums[[2]string{"one_time", "office"}[kind]] += float64(l.Net.Minor()) / 100
			}
			// Of the next period, and so not of this document.
			charged[string(m.issue(1, c, append(lines, m.charge("x", 1, when.Date(2026, 12, 1), c)), lines))] = sums
		}
		for _, doc := range m.do(200, "GET", "/v1/invoices?size=200", "").items() {
			want, known := charged[doc.text("id")]
			for _, one := range []object{doc, m.do(200, "GET", "/v1/invoices/"+doc.text("id"), "")} {
				got, sum := map[string]float64{}, 0.0
				for _, detail := range one.list("invoiceDetails") {
					provider := detail.text("billingProvider")
					got[provider] = 0
					for _, l := range m.do(200, "GET", "/v1"+object(object(detail.object("links")).object("self")).text("uri"), "").items() {
						if l.text("billingProvider") != provider || l.text("invoiceLineItemType") != detail.text("invoiceLineItemType") {
							t.Errorf("%s of %v", provider, l)
						}
						got[provider] += l["totalForCustomer"].(float64)
						sum += l["totalForCustomer"].(float64)
					}
				}
				if known && !maps.Equal(got, want) {
					t.Errorf("%s leads to %v, want %v", doc.text("id"), got, want)
				}
				if total := one["totalCharges"].(float64) - one["carriedIn"].(float64) + one["carriedOut"].(float64); math.Abs(sum-total) > 0.005 {
					t.Errorf("%s: lines of %.2f, %.2f charged", doc.text("id"), sum, total)
				}
			}
		}
	})
}

// TestF73LinesInACurrency: a document is in one currency and has no lines in another (contract.md §12).
func TestF73LinesInACurrency(t *testing.T) {
	m := mixedOn(t, begin(t, store.Options{}))
	lines := []billing.Charge{m.charge("x", 0, now.Add(-time.Hour), "SEK"), m.charge("x", 1, now.Add(-time.Hour), "SEK")}
	issued := "/v1/invoices/" + string(m.issue(1, "SEK", lines, lines)) + "/lineitems"
	for query, want := range map[string]int{
		"?size=1": 2, "?size=1&currencycode=sek": 2, "?size=1&currencyCode=USD": 0, "?size=1&currencycode=NOK": 0,
		"/OneTime/BillingLineItems?size=1&currencycode=USD&offset=0": 0, "/Office/BillingLineItems?size=1&currencycode=SEK": 1,
	} {
		if got := m.walked(issued+query, 1, byLink); len(got) != want {
			t.Errorf("%s: %d lines, want %d", query, len(got), want)
		}
	}
	m.refused(400, "3000", "GET", issued+"?currencycode=EU", "")
	m.refused(404, "1000", "GET", "/v1/invoices/G999999999/lineitems?currencycode=USD", "")
}

// TestF73LinesTellWhatWasSold: the product's own title beside the SKU's, its publisher, what is counted, the days of the term, and
// the order of a reservation, on issued and unbilled lines alike (contract.md §12).
func TestF73LinesTellWhatWasSold(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		seen := map[string]int{}
		at := []string{"/v1/invoices/unbilled/lineitems?provider=onetime&invoicelineitemtype=billinglineitems&period=current&size=0"}
		for _, doc := range d.do(200, "GET", "/v1/invoices?size=200", "").items() {
			at = append(at, "/v1/invoices/"+doc.text("id")+"/lineitems?provider=onetime&invoicelineitemtype=billinglineitems&size=0")
		}
		products := map[string]object{}
		for _, target := range at {
			for _, l := range d.do(200, "GET", target, "").items() {
				country, product := l.text("customerCountry"), l.text("productId")
				if products[country+product] == nil {
					products[country+product] = d.do(200, "GET", "/v1/products/"+product+"?country="+country, "")
				}
				p := products[country+product]
				if l.text("productName") != p.text("title") || l.text("publisherName") != p.text("publisherName") || l.text("unitType") == "" {
					t.Errorf("%v, of %v", l, p)
				}
				start, end := l.text("subscriptionStartDate"), l.text("subscriptionEndDate")
				if known := start != "" && end != ""; known && (start > l.text("chargeStartDate") || end < l.text("chargeEndDate") || l.text("subscriptionId") == "") {
					t.Errorf("charged from %s to %s of a term from %s to %s", l.text("chargeStartDate"), l.text("chargeEndDate"), start, end)
				} else if known {
					seen["a term"]++
				}
				if l.text("productName") != l.text("skuName") {
					seen["a title of its own"]++
				}
				if order := l.text("reservationOrderId"); order != "" {
					seen["a reservation"]++
					if order != l.text("orderId") {
						t.Errorf("the reservation of %s on a line of %s", order, l.text("orderId"))
					}
				}
			}
		}
		if seen["a term"] == 0 || seen["a title of its own"] == 0 || seen["a reservation"] == 0 {
			t.Errorf("seen: %v", seen)
		}
	})
}
