//go:build e2e

package browser

import (
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// titles are those of the offers that are shown.
func (h *trip) titles() []string {
	h.t.Helper()
	return value[[]string](h.t, h.p, `[...document.querySelectorAll("[aria-labelledby=offers] tbody th")].map(e => e.firstChild.textContent)`)
}

// filter chooses in a filter of the offers and sends it, and gives the titles that are left.
func (h *trip) filter(name, choice string) []string {
	h.t.Helper()
	h.put("f-"+name, choice)
	h.goes("form.filters button", "")
	if got := value[string](h.t, h.p, `document.getElementById("f-`+name+`").value`); got != choice {
		h.t.Errorf("the filter %s says %q, chosen was %q", name, got, choice)
	}
	return h.titles()
}

func (h *trip) shown(all []string, is []string, not ...string) {
	h.t.Helper()
	got := "\n" + strings.Join(all, "\n") + "\n"
	for _, title := range is {
		if !strings.Contains(got, "\n"+title+"\n") {
			h.t.Errorf("%s is not shown: %q", title, all)
		}
	}
	for _, title := range not {
		if strings.Contains(got, "\n"+title+"\n") {
			h.t.Errorf("%s is shown", title)
		}
	}
}

// saas are the offers of publishers.
var saas = []string{"Orbit CRM Team", "Ledger Desk Pro", "Pulse Metrics, pay as you go", "Northwind Planner", "Solo Studio", "Harbour containers"}

// catalogueFlows are those of the offers (F06–F18, F24).
var catalogueFlows = []flow{
	{id: "F06", name: "a reservation, bought and managed", drive: func(h *trip) {
		c := h.customer("AU")
		h.visit(c.at + "/reservations")
		h.goes(`.head .acts a[href*="tab=reservations"]`, "")
		h.add("Reserved machine D2, 1 year")
		h.checkout()
		h.goes(`.rail a[href$="/reservations"]`, "")
		row := h.row("Reserved machine D2")
		h.says(row, "reserved.shared")
		h.says(row, "reserved.then_renews")
		h.says("main .note", "reserved.why")
		h.none(`main a[href*="/cancel"]`)
		h.goes(row+`form[action$="/renew"] button`, "")
		h.says(".said", "reserved.said_off")
		h.says(h.row("Reserved machine D2"), "reserved.then_ends")
		h.goes(`[data-row] form[action$="/renew"] button`, "")
		h.says(".said", "reserved.said_on")
	}},
	{id: "F06", name: "none where they are not sold", drive: func(h *trip) {
		c := h.customer("GP")
		h.visit(c.at + "/reservations")
		h.says(".empty", "fault.reservation.market", "market", h.l.Country("GP"))
		h.visit(c.at + "/products?tab=reservations")
		h.says("main", "fault.reservation.market", "market", h.l.Country("GP"))
		h.none("main td form")
	}},
	{id: "F07", name: "hybrid benefit beside server software", drive: func(h *trip) {
		c := h.customer("US")
		h.offers(c, "software", "Windows")
		h.says("main .note", "hybrid.text")
		h.add("Windows Server Standard, 8 cores, 1 year")
		h.checkout()
		h.goes(`main tbody a[href*="/subscriptions/"]`, "")
		h.says("main .note", "hybrid.title")
		h.says("main .note", "hybrid.datacenter_text")
	}},
	{id: "F08", name: "every SaaS offer on the tab Online services", drive: func(h *trip) {
		c := h.customer("US")
		h.visit(c.at + "/products")
		h.goes(`.tabs a[href*="tab=online"]`, "")
		h.says(".tabs [aria-current]", "buy.tab.online")
		h.shown(h.titles(), append([]string{"Mail Suite Business"}, saas...), "Server Standard, 16 cores (perpetual)", "Reserved machine D2, 1 year")
	}},
	{id: "F09", name: "the filter Publisher", drive: func(h *trip) {
		c := h.customer("US")
		h.visit(c.at + "/products")
		h.shown(h.filter("publisher", "partner"), saas, "Mail Suite Business")
		h.shown(h.filter("publisher", "first"), []string{"Mail Suite Business"}, saas...)
	}},
	{id: "F10", name: "the filter Billing type; monthly and annual explained", drive: func(h *trip) {
		c := h.customer("US")
		h.visit(c.at + "/products")
		h.shown(h.filter("billing", "usage"), []string{"Pulse Metrics, pay as you go"}, "Orbit CRM Team", "Mail Suite Business")
		h.says(h.row("Pulse Metrics"), "buy.billing.usage")
		h.shown(h.filter("billing", "licence"), []string{"Orbit CRM Team", "Mail Suite Business"}, "Pulse Metrics, pay as you go")
		h.says(h.row("Orbit CRM Team"), "window.hours", "h", "24")
		h.add("Ledger Desk Pro")
		h.goes(`.head .acts a[href*="/carts/"]`, "")
		h.says("main tbody", "window.hours", "h", "24") // by the month
		h.here(`input[type=radio][value="P1Y/annual"]`)
		h.goes("main .more button[value=update]", "")
		h.says("main tbody", "window.days", "n", 14) // by the year
	}},
	{id: "F11", name: "the filter Category", drive: func(h *trip) {
		c := h.customer("US")
		h.visit(c.at + "/products")
		h.shown(h.filter("category", "trial"), []string{"Mail Suite, trial", "Orbit CRM Team"}, "Mail Suite Business", "Starter Kit")
		h.shown(h.filter("category", "small"), []string{"Starter Kit", "Meridian Office Essentials"}, "Mail Suite Business", "Mail Suite, trial")
		h.shown(h.filter("category", "enterprise"), []string{"Mail Suite Business", "Meridian Mail Plan 1"}, "Starter Kit", "Mail Suite, trial")
	}},
	{id: "F12", name: "segment and market decide what is seen", drive: func(h *trip) {
		h.record("US", market.Education)
		h.says(".empty", "buy.none_text", "country", h.l.Country("US"), "segment", h.l.Text("segment.education"))
		h.none("main td form")
		h.record("DE", market.Commercial) // nothing has a price there
		h.none("main td form")
		h.record("US", market.Commercial)
		h.shown(h.titles(), []string{"Mail Suite Business"})
	}},
	{id: "F12", name: "a qualification opens another segment", drive: func(h *trip) {
		c := h.customer("US")
		h.visit(c.at + "/account")
		h.put("f-kind", "nonprofit")
		h.goes(`form[action$="/qualify"] button`, "")
		h.says(".said", "customer.qualified_said")
		h.says(".facts", "segment.nonprofit")
		h.visit(c.at + "/products")
		h.shown(h.titles(), []string{"Mail Suite Business"}, "Meridian Records (Nonprofit Staff Pricing)")
		h.shown(h.filter("segment", "nonprofit"), []string{"Meridian Records (Nonprofit Staff Pricing)"}, "Mail Suite Business")
		h.add("Meridian Records (Nonprofit Staff Pricing)")
		h.checkout()
		if got := h.subs(c); len(got) != 1 || got[0].Status != "active" {
			h.t.Errorf("the API says %+v", got)
		}
	}},
	{id: "F13", name: "one more than the limit is refused", drive: func(h *trip) {
		c := h.customer("US")
		second := func() map[string]any { return want(sandbox.StarterKit, "0002", "US", 1, "annual", "P1Y") }
		h.buy(c, want(sandbox.StarterKit, "0001", "US", 1, "annual", "P1Y"), second())
		h.offers(c, "online", "Starter")
		h.says(h.barred("Starter Kit", "offer.limit")+".reason", "fault.offer.limit", "n", 1)
		h.add("Starter Kit, second edition") // two, ever
		h.checkout()
		h.offers(c, "online", "second+edition")
		h.says(h.barred("Starter Kit, second edition", "offer.limit")+".reason", "fault.offer.limit", "n", 2)
		all := h.subs(c)
		if len(all) != 3 {
			h.t.Errorf("%d subscriptions, want 3", len(all))
		}
		for _, s := range all { // what ends gives its place back, but one that is counted ever keeps it
			harness.Read[any](h.t, h.api.Call(h.t, "PATCH", "/v1"+c.at+"/subscriptions/"+s.ID, map[string]any{"status": "deleted"}), 200)
		}
		h.offers(c, "online", "Starter")
		h.find(h.row("Starter Kit")+"form button", "")
		h.barred("Starter Kit, second edition", "offer.limit")
	}},
	{id: "F14", name: "refused because one is suspended: reactivate that", drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, want(sandbox.StarterKit, "0001", "US", 1, "annual", "P1Y"))[0].sub
		h.visit(c.at + "/subscriptions/" + sub)
		h.goes(`form[action$="/suspend"] button`, "")
		h.offers(c, "online", "Starter")
		h.goes(h.barred("Starter Kit", "offer.limit_suspended")+`a[href$="/reactivate"]`, "")
		h.goes("dialog button[value=commit]", "")
		h.says(".said", "act.reactivate.said")
		if got := h.sub(c, sub); got.Status != "active" {
			h.t.Errorf("the API says %s", got.Status)
		}
	}},
	{id: "F15", name: "not for the customer's country", drive: func(h *trip) {
		c := h.customer("AU")
		h.offers(c, "online", "Ledger")
		h.says(h.barred("Ledger Desk Pro", "offer.market")+".reason", "fault.offer.market", "market", h.l.Country("AU"))
	}},
	{id: "F16", name: "the publisher opted out", drive: func(h *trip) {
		h.offers(h.customer("US"), "online", "Solo")
		h.find(h.barred("Solo Studio", "offer.no_resale")+`a[href="https://solo.example/contact"]`, "")
	}},
	{id: "F17", name: "for partners whom the publisher named", drive: func(h *trip) {
		h.offers(h.customer("US"), "online", "Northwind")
		row := h.barred("Northwind Planner", "offer.exclusive")
		h.find(row+`a[href="https://northwind.example/contact"]`, "")
		h.says(row+"a", "buy.contact")
	}},
	{id: "F17", name: "one that was named buys it", drive: func(h *trip) {
		h.provider()
		h.record("FR", market.Commercial)
		h.add("Northwind Planner")
		h.checkout()
		h.goes(`main tbody a[href*="/subscriptions/"]`, "")
		h.says("#status ~ p", "state.pending")
	}},
	{id: "F18", name: "not sold here: the way out", drive: func(h *trip) {
		h.offers(h.customer("US"), "online", "Harbour")
		row := h.barred("Harbour containers", "offer.not_transactable")
		h.find(row+`a[href="https://harbour.example/contact"]`, "")
		h.says(row+"a", "buy.open_elsewhere")
	}},
	{id: "F81", name: "without a price it is shown, not bought", drive: func(h *trip) {
		c := h.customer("US")
		h.offers(c, "online", "Calling")
		if all := h.titles(); len(all) != 0 { // an add-on: from its base alone
			h.t.Errorf("an add-on is among the offers: %q", all)
		}
		h.offers(c, "online", "Office+Premium")
		h.add("Meridian Office Premium")
		h.checkout()
		h.goes(`main tbody a[href*="/subscriptions/"]`, "")
		row := h.row("Meridian Calling Plan")
		h.says(row+".reason", "fault.offer.no_price")
		h.none(row + "input")
	}},
	{id: "F24", name: "prices and limited offers, and as a file", drive: func(h *trip) {
		h.visit("/customers")
		h.goes(`nav a[href="/prices"]`, "")
		h.put("f-country", "AU")
		h.goes("main form.filters button", "")
		h.says(".head .sub", "overview.incl_tax")
		h.goes(`main form.filters button`, "")
		h.prices("Starter Kit")
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		if titles := h.column(rows, "buy.offer"); !slices.Contains(titles, "Starter Kit, second edition") || !slices.Contains(titles, "Reserved machine D2, 1 year") {
			h.t.Errorf("the file holds %q", titles)
		}
		h.goes(h.row("Mail Suite Business")+"th a", "")
		h.find("main tbody tr", "")
		list := harness.Read[struct{ Items []any }](h.t, h.api.Call(h.t, "GET", "/v1/prices?country=AU&currency=AUD", nil), 200)
		if len(list.Items) == 0 {
			h.t.Error("the API knows no prices")
		}
	}},
	{id: "F24", name: "the price lists of two instants compared, to the instant from which a plan is sold", drive: func(h *trip) {
		h.visit("/prices?country=US")
		h.goes(`.head .acts a[href^="/prices/compare"]`, "")
		h.put("f-was", "2021-10-21T23:59", "f-is", "2021-10-22T00:00")
		h.goes("main form.filters button", "")
		h.says(h.row("RDS CAL, per user, 1 year"), "turns.new")
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		if titles := h.column(rows, "buy.offer"); !slices.Contains(titles, "RDS CAL, per user, 1 year") {
			h.t.Errorf("the file holds %q", titles)
		}
		h.put("f-was", "2021-10-22T00:00", "f-is", "2021-10-22T00:01")
		h.goes("main form.filters button", "")
		h.says("main", "turns.none")
	}},
}

// prices finds a limited offer on the list, with its limit.
func (h *trip) prices(title string) {
	h.t.Helper()
	for !strings.Contains(h.text("main tbody"), title) {
		h.goes(`a[rel=next]`, "")
	}
	h.find(h.row(title)+".reason", "")
}
