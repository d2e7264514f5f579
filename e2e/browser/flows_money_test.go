//go:build e2e

package browser

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// billed asks the API for the bills of a customer.
func (h *trip) billed(c buyer) (out []struct{ ID, CurrencyCode string }) {
	h.t.Helper()
	return harness.Read[struct {
		Items []struct{ ID, CurrencyCode string }
	}](h.t, h.api.Call(h.t, "GET", "/v1"+c.at+"/bills", nil), 200).Items
}

// owed is what the open sheet of a document says is still to pay.
func (h *trip) owed(number string) string {
	h.t.Helper()
	h.as("BA")
	h.visit("/billing/invoices/" + number)
	return h.text(`[aria-labelledby=sum] dd:last-of-type`)
}

// sells sets the partner's own price of an access right, in the United States.
func (h *trip) sells(price string) {
	h.t.Helper()
	h.put("f-p-product", string(sandbox.UserCAL), "f-p-sku", "0001", "f-p-country", "US", "f-p-term", "", "f-p-plan", "one_time", "f-p-price", price)
	h.goes(`form[action$="/prices"] button`, "")
	h.says(".said", "resale.said_price")
}

// moneyFlows are those of bills, tax rows and payments (F78–F80).
var moneyFlows = []flow{
	{id: "F78", name: "a mark-up and a price of one's own", as: "GA", drive: func(h *trip) {
		h.visit("/billing")
		h.goes(`.head .acts a[href="/billing/resale"]`, "")
		h.put("f-m-percent", "7.555")
		h.refuses(`form[action$="/markup"] button`, 422)
		h.says("#f-m-percent-error", "fault.resale.points", "max", 100000)
		h.put("f-m-percent", "15,5")
		h.goes(`form[action$="/markup"] button`, "")
		h.says(".said", "resale.said_markup")
		h.says("[aria-labelledby=markups] tbody tr:first-child", "resale.now")
		if got := h.text("[aria-labelledby=markups] tbody tr:first-child"); !strings.Contains(got, plain(h.l.Percent(155_000))) {
			h.t.Errorf("the mark-up is %s", got)
		}
		h.put("f-p-product", "CMPNOTHING01", "f-p-sku", "0001", "f-p-country", "US", "f-p-price", "12.00")
		h.refuses(`form[action$="/prices"] button`, 422)
		h.says("#f-p-product-error", "fault.resale.product")
		h.sells("50.00")
		if got := h.text(h.row(string(sandbox.UserCAL))); !strings.Contains(got, h.dollars("50.00")) {
			h.t.Errorf("the price is %s", got)
		}
		if got := harness.Read[struct{ BasisPoints int }](h.t, h.api.Call(h.t, "GET", "/v1/partner/markup", nil), 200); got.BasisPoints != 1550 {
			h.t.Errorf("the API says %+v", got)
		}
	}},
	{id: "F78", name: "the customer's bill, at prices of the partner's", moves: true, drive: func(h *trip) {
		h.as("GA")
		h.visit("/billing/resale")
		h.sells("50.00")
		c := h.theirs()
		h.month()
		before := len(h.billed(c))
		h.buy(c, server(1), access()) // 1,069.00 with the mark-up, and 20 at 50.00
		h.month()
		if got := len(h.billed(c)); got != before+1 {
			h.t.Fatalf("%d bills were made", got-before)
		}
		number := h.billed(c)[0].ID
		for _, side := range []struct{ as, at string }{{"BA", c.at + "/bills"}, {"CGA", "/portal/bills"}} {
			h.as(side.as)
			h.visit(side.at)
			h.goes(h.row(number)+`th a`, "")
			if got := h.text("main"); !strings.Contains(got, h.dollars("1000.00")) || strings.Contains(got, "P02") || strings.Contains(got, h.dollars("760.00")) {
				h.t.Errorf("%s reads %s", side.as, got)
			}
			if got := h.text("main"); strings.Contains(got, h.dollars("1069.00")) {
				h.t.Errorf("the cost stands on the bill: %s", got)
			}
			h.goes(`main a[href*="why="]`, "")
			h.says("#explain .mark", "why.same")
			if got := h.text("#explain"); strings.Contains(got, h.l.Text("why.price_row")) {
				h.t.Errorf("the price row of the partner's cost is told: %s", got)
			}
			h.document(h.saves(`.head .acts a[href$="/statement"]`), number)
		}
	}},
	{id: "F79", name: "net, gross or not set, by the market's row", drive: func(h *trip) {
		for country, key := range map[market.Country]string{"FR": "cart.tax_added", "AU": "cart.tax_included", "GP": "cart.tax_unset"} {
			c := h.customer(country)
			made := harness.Read[struct{ ID string }](h.t, h.api.Call(h.t, "POST", "/v1"+c.at+"/carts", map[string]any{"lineItems": []any{
				with(want(sandbox.UserCAL, "0001", country, 10, "one_time", ""), "id", 0),
			}}), 201)
			h.visit(c.at + "/carts/" + made.ID)
			h.says("main", key, "country", h.l.Country(country))
		}
		h.as("OA")
		h.visit("/operator/policies")
		for country, rate := range map[market.Country]int64{"FR": 200_000, "RU": 200_000, "AU": 100_000, "BR": 170_000, "US": 0} {
			got := value[string](h.t, h.p, fmt.Sprintf(`[...document.querySelectorAll("[aria-labelledby=taxes] tbody tr")].find(r => r.textContent.includes(%q))?.textContent ?? ""`, h.l.Country(country)))
			if !strings.Contains(plain(got), plain(h.l.Percent(rate))) {
				h.t.Errorf("the row of %s says %q, want %s", country, got, h.l.Percent(rate))
			}
		}
	}},
	{id: "F79", name: "a row that the operator adds", as: "OA", moves: true, drive: func(h *trip) {
		h.visit("/operator/policies")
		h.goes(`main a[href="/operator/policies/tax"]`, "")
		tomorrow := h.now().AddDate(0, 0, 1)
		h.put("f-id", "GP-85", "f-market", "GP", "f-from", h.now().Format(time.DateOnly), "f-rate", "8.50001", "f-source", "Article 294")
		h.refuses("main form .btn.main", 422)
		h.says("#f-rate-error", "fault.tax.percent")
		h.put("f-rate", "8,5")
		h.refuses("main form .btn.main", 422)
		h.says("#f-from-error", "fault.policy.past")
		h.put("f-from", tomorrow.Format(time.DateOnly))
		h.goes("main form .btn.main", "")
		h.says(".said", "console.add_row_said", "row", "GP-85")
		if got := h.text(h.row("GP-85")); !strings.Contains(got, plain(h.l.Percent(85_000))) || !strings.Contains(got, "Article 294") {
			h.t.Errorf("the row is %s", got)
		}
		c := h.customer("GP")
		before := h.buy(c, want(sandbox.UserCAL, "0001", "GP", 10, "one_time", ""))[0]
		h.pass(24 * time.Hour)
		after := h.buy(c, want(sandbox.UserCAL, "0001", "GP", 10, "one_time", ""))[0]
		h.as("BA")
		h.visit("/billing/next/EUR")
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		taxed := map[string]string{}
		for i, of := range h.column(rows, "recon.order") {
			taxed[of] = h.column(rows, "bill.tax")[i]
		}
		if taxed[before.order] != "0.00" || taxed[after.order] != "30.69" { // 10 × 36.10 × 8.5 %
			h.t.Errorf("the tax is %s before the row and %s after", taxed[before.order], taxed[after.order])
		}
	}},
	{id: "F80", name: "payments, and what they leave to pay", drive: func(h *trip) {
		var due invoice
		for _, i := range h.invoices("RUB") {
			if i.TotalCharges > i.PaidAmount+1000 {
				due = i
			}
		}
		if due.ID == "" {
			h.t.Fatalf("nothing is to pay: %+v", h.invoices("RUB"))
		}
		before := h.owed(due.ID)
		pay := func(amount string) {
			h.as("OA")
			h.visit("/operator/tenants/" + h.Tenant + "?invoice=" + due.ID)
			if amount != "" {
				h.put("f-amount", amount)
			}
		}
		h.as("OA")
		h.visit("/operator/tenants")
		h.goes(`main th a[href="/operator/tenants/`+h.Tenant+`"]`, "")
		h.goes(`[aria-labelledby=owing] th a[href*="invoice=`+due.ID+`"]`, "")
		h.put("f-amount", "99999999")
		h.refuses("#pay .btn.main", 409)
		h.says("#f-amount-error", "fault.payment.too_much")
		h.put("f-amount", "-1")
		h.refuses("#pay .btn.main", 422)
		pay("1000,50")
		h.goes("#pay .btn.main", "")
		h.says(".said", "console.pay_said")
		after := h.owed(due.ID)
		if after == before {
			h.t.Errorf("after a payment it is still %s", after)
		}
		h.none(".head .mark.good") // some is left
		h.says("[aria-labelledby=payments]", "billing.recorded")
		pay("") // the rest is filled in
		h.goes("#pay .btn.main", "")
		h.owed(due.ID)
		h.says(".head .mark", "standing.paid")
		i := slices.IndexFunc(h.invoices("RUB"), func(i invoice) bool { return i.ID == due.ID })
		if got := h.invoices("RUB")[i]; got.PaidAmount != got.TotalCharges {
			h.t.Errorf("the API says %+v", got)
		}
	}},
	{id: "F80", name: "unpaid becomes overdue", moves: true, drive: func(h *trip) {
		h.buy(h.customer("AU"), want(sandbox.UserCAL, "0001", "AU", 3, "one_time", ""))
		h.month()
		number := h.newest("AUD")
		h.says(".head .mark", "standing.unpaid")
		h.pass(30*24*time.Hour + time.Second)
		h.visit("/billing?standing=overdue")
		h.says(h.row(number)+".mark", "standing.overdue")
		h.says(".strip", "billing.overdue_hint")
	}},
}

func with(m map[string]any, name string, v any) map[string]any {
	m[name] = v
	return m
}
