//go:build e2e

package browser

import (
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// add puts one offer into the cart of the customer whose offers are shown.
func (h *trip) add(title string) {
	h.t.Helper()
	h.goes(h.row(title)+"form button", "")
	h.says(".said", "buy.added", "name", title)
}

// checkout goes from the offers by the review to the confirmation.
func (h *trip) checkout() {
	h.t.Helper()
	h.goes(`.head .acts a[href*="/carts/"]`, "")
	h.confirm()
}

// confirm buys the cart that is reviewed.
func (h *trip) confirm() {
	h.t.Helper()
	h.goes("button[value=buy]", "")
	if !strings.HasSuffix(h.at(), "/bought") {
		h.t.Fatalf("after Buy the page is %s: %s", h.at(), h.text("main"))
	}
	h.says(".head .sub", "bought.done")
}

// offers opens the offers for a customer on a tab, found by a word.
func (h *trip) offers(c buyer, tab, find string) {
	h.t.Helper()
	h.visit(c.at + "/products?tab=" + tab + "&q=" + find)
}

// barred fails unless an offer is shown with the reason that bars it, and cannot be put into the cart.
func (h *trip) barred(title, code string) string {
	h.t.Helper()
	row := h.row(title)
	h.says(row+".reason", "fault."+code)
	h.none(row + "form")
	return row
}

// has fails unless a customer has one subscription of an offer, in a state.
func (h *trip) has(c buyer, p id.Product, sku id.Sku, m market.Country, state string) (out subscribed) {
	h.t.Helper()
	n := 0
	for _, s := range h.subs(c) {
		if s.OfferID == sandbox.Item(p, sku, m).String() {
			out = s
			n++
		}
	}
	if n != 1 || out.Status != state {
		h.t.Fatalf("%d of %s %s, %s, want one that is %s", n, p, sku, out.Status, state)
	}
	return out
}

// buyFlows are those of buying (F03–F05, F19–F23, F76, F81).
var buyFlows = []flow{
	{id: "F03", name: "several lines from the customer to the order", drive: func(h *trip) {
		c := h.customer("US")
		h.visit(c.at)
		h.goes(`.head .acts a[href="`+c.at+`/products"]`, "")
		h.add("Mail Suite Business")
		h.goes(`.tabs a[href*="tab=software"]`, "")
		h.add("Server Standard, 16 cores (perpetual)")
		h.checkout()
		h.has(c, sandbox.MailSuite, "0001", "US", "active")
		h.goes(`main .acts a[href$="/software"]`, "")
		h.row("Server Standard, 16 cores")
	}},
	{id: "F04", name: "net prices, and gross where the market has them", drive: func(h *trip) {
		for _, m := range []struct {
			country         market.Country
			offers, in, tax string
		}{{"FR", "buy.excl", "overview.excl_tax", "cart.tax_added"}, {"AU", "buy.incl", "overview.incl_tax", "cart.tax_included"}, {"BR", "buy.incl", "overview.incl_tax", "cart.tax_included"}} {
			c := h.customer(m.country)
			h.offers(c, "online", "Suite+Business")
			h.says(".head .sub", m.offers)
			h.add("Mail Suite Business")
			h.goes(`.head .acts a[href*="/carts/"]`, "")
			h.says(".head .sub", m.tax)
			h.confirm()
			h.goes(`main tbody a[href*="/subscriptions/"]`, "")
			h.says(".facts", m.in)
		}
	}},
	{id: "F05", name: "the billing plan is chosen before the purchase", drive: func(h *trip) {
		c := h.customer("US")
		h.offers(c, "software", "RDS")
		h.add("RDS CAL, per user, 1 year")
		h.add("RDS CAL, per user, 3 years")
		h.goes(`.head .acts a[href*="/carts/"]`, "")
		for _, plan := range []string{"P1Y/annual", "P1Y/monthly", "P3Y/triennial", "P3Y/annual"} {
			h.find(`input[type=radio][value="`+plan+`"]`, "")
		}
		h.none(`input[type=radio][value="P3Y/monthly"]`) // not on the price sheet
		h.here(`input[type=radio][value="P1Y/monthly"]`)
		h.here(`input[type=radio][value="P3Y/annual"]`)
		h.goes("main .more button[value=update]", "")
		h.says("main", "cart.owed")
		h.says("main", "cart.renews")
		if n := value[int](h.t, h.p, `document.querySelectorAll("details.twin tbody tr").length`); n != 11+2 {
			h.t.Errorf("%d later charges are told, want 11 months and 2 years", n)
		}
		h.confirm()
		if n := value[int](h.t, h.p, `document.querySelectorAll("[aria-labelledby=comes] tbody tr").length`); n != 11+2 {
			h.t.Errorf("the confirmation tells %d later charges, want 13", n)
		}
		h.goes(`[aria-labelledby=orders] a[href*="/orders/"]`, "")
		for _, key := range []string{"cart.term_ends", "cart.renews"} {
			h.says("[aria-labelledby=lines]", key)
		}
		h.find("[aria-labelledby=comes] tbody tr", "")
		cycles := map[string]bool{}
		for _, o := range harness.Read[struct {
			Items []struct{ BillingCycle string }
		}](h.t, h.api.Call(h.t, "GET", "/v1"+c.at+"/orders", nil), 200).Items {
			cycles[o.BillingCycle] = true
		}
		if !cycles["monthly"] || !cycles["annual"] || len(cycles) != 2 {
			h.t.Errorf("the orders are billed %v", cycles)
		}
	}},
	{id: "F19", name: "SaaS by licence and by use", drive: func(h *trip) {
		c := h.customer("US")
		h.offers(c, "online", "Pulse")
		h.add("Pulse Metrics, pay as you go")
		h.offers(c, "online", "Ledger")
		h.add("Ledger Desk Pro")
		h.checkout()
		h.has(c, sandbox.PulseMetrics, "0001", "US", "none")
		h.has(c, sandbox.LedgerDesk, "0001", "US", "none")
	}},
	{id: "F20", name: "a bad quantity marks its line, the other is bought", drive: func(h *trip) {
		c := h.customer("US")
		h.offers(c, "online", "Pulse")
		h.none(h.row("Pulse Metrics, pay as you go") + "input[type=number]")
		h.add("Pulse Metrics, pay as you go")
		h.offers(c, "online", "Suite")
		row := h.row("Mail Suite Business")
		must(h.t, h.p.Do(chromedp.SetValue(row+"input[type=number]", "10001")))
		h.goes(row+"form button", "")
		h.says(".said", "buy.added_bad", "name", "Mail Suite Business")
		h.goes(`.head .acts a[href*="/carts/"]`, "")
		h.says(h.row("Mail Suite Business")+".reason", "fault.quantity.out_of_range", "min", 1)
		h.none(h.row("Pulse Metrics") + ".reason")
		h.confirm()
		h.says("#failed", "bought.failed")
		h.has(c, sandbox.PulseMetrics, "0001", "US", "none")
		h.goes(`main form[action$="/carts"] button`, "") // into a cart of its own
		field := value[string](h.t, h.p, `document.querySelector("main input.qty").id`)
		h.put(field, "12")
		h.goes("main .more button[value=update]", "")
		h.none("main tbody .reason")
		h.confirm()
		if got := h.has(c, sandbox.MailSuite, "0001", "US", "active"); got.Quantity != 12 {
			h.t.Errorf("%d were bought, not 12", got.Quantity)
		}
	}},
	{id: "F21", name: "edit by name on the Subscriptions page", drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, mail(3))[0].sub
		h.visit(c.at + "/subscriptions")
		h.goes(`main th a[href$="`+sub+`"]`, "Mail Suite")
		h.goes(`main a[href$="/rename"]`, "")
		h.put("f-name", "Front desk № 5")
		h.goes("dialog button[value=preview]", "")
		h.goes("dialog button[value=commit]", "")
		h.says(".said", "act.rename.said")
		h.goes(`main .verdicts a[href$="/quantity"]`, "")
		h.put("f-quantity", "5")
		h.goes("dialog button[value=preview]", "")
		h.goes("dialog button[value=commit]", "")
		h.says(".said", "act.quantity.said")
		if got := h.sub(c, sub); got.FriendlyName != "Front desk № 5" || got.Quantity != 5 {
			h.t.Errorf("the API says %+v", got)
		}
		h.goes(`.rail a[href$="/subscriptions"]`, "")
		h.row("Front desk № 5")
	}},
	{id: "F22", name: "to the publisher's set-up, from the confirmation and the row", drive: func(h *trip) {
		c := h.customer("US")
		h.offers(c, "online", "Orbit")
		h.add("Orbit CRM Team")
		h.offers(c, "online", "Pulse")
		h.add("Pulse Metrics, pay as you go")
		h.checkout()
		h.says("#setup", "bought.setup")
		for _, at := range []string{"", c.at + "/subscriptions"} {
			if at != "" {
				h.visit(at)
			}
			for _, publisher := range []string{"orbit", "pulse"} {
				h.find(`main a[href^="https://`+publisher+`.example/setup"]`, "")
			}
		}
	}},
	{id: "F81", name: "an order for each cycle and seller; without a price nothing is bought", drive: func(h *trip) {
		c := h.customer("US")
		h.offers(c, "online", "Trial")
		h.offers(c, "online", "Suite+Business")
		h.add("Mail Suite Business") // monthly, first-party
		h.offers(c, "software", "16+cores")
		h.add("Server Standard, 16 cores (perpetual)") // once, first-party
		h.offers(c, "software", "User")
		h.add("Server User CAL (access right)") // once, first-party
		h.offers(c, "online", "Ledger")
		h.add("Ledger Desk Pro") // monthly, of a publisher
		h.checkout()
		h.says("h1", "bought.title", "n", 3)
		if n := value[int](h.t, h.p, `new Set([...document.querySelectorAll("main tbody a[href*='/orders/']")].map(a => a.href)).size`); n != 3 {
			h.t.Errorf("%d orders are named, want 3", n)
		}
		orders := harness.Read[struct {
			Items []struct{ LineItems []struct{ OfferID string } }
		}](h.t, h.api.Call(h.t, "GET", "/v1"+c.at+"/orders", nil), 200).Items
		lines := 0
		for _, o := range orders {
			lines += len(o.LineItems)
		}
		if len(orders) != 3 || lines != 4 {
			h.t.Errorf("%d orders with %d lines, want 3 with 4", len(orders), lines)
		}
	}},
}
