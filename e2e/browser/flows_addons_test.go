//go:build e2e

package browser

import (
	"fmt"
	"time"

	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// hangs buys add-ons on the page of a base: titles and quantities in turns.
func (h *trip) hangs(c buyer, base string, pairs ...any) {
	h.t.Helper()
	h.visit(c.at + "/subscriptions/" + base)
	for i := 0; i+1 < len(pairs); i += 2 {
		h.seats(pairs[i].(string), pairs[i+1].(int))
	}
	h.goes(`form[action$="/add-ons"] button[value=preview]`, "")
	h.goes("dialog button[value=commit]", "")
	h.says(".said", "act.add-ons.said")
}

// seats types the quantity of an add-on.
func (h *trip) seats(title string, n int) {
	h.t.Helper()
	if row := h.row(title); !value[bool](h.t, h.p, fmt.Sprintf(`(e => { if (!e) return false; e.value = %d; return true; })(document.querySelector(%q))`, n, row+"input.qty")) {
		h.t.Fatalf("there is no quantity of %s: %s", title, h.text(row))
	}
}

// under are the add-ons of a base, by their states.
func (h *trip) under(c buyer, base string) map[string][]subscribed {
	h.t.Helper()
	out := map[string][]subscribed{}
	for _, s := range h.subs(c) {
		if s.ParentSubscriptionID == base {
			out[s.Status] = append(out[s.Status], s)
		}
	}
	return out
}

// based buys an offer with two add-ons, and gives the subscription.
func (h *trip) based(c buyer) string {
	h.t.Helper()
	h.offers(c, "online", "Mail+Plan+2")
	h.add("Meridian Mail Plan 2")
	h.checkout()
	return h.subs(c)[0].ID
}

// addOnFlows are those of add-ons (F25–F29).
var addOnFlows = []flow{
	{id: "F25", name: "from the base, while that is active; never from the offers", drive: func(h *trip) {
		c := h.customer("US")
		h.offers(c, "online", "Archive")
		h.shown(h.titles(), nil, "Mail Archive", "Meridian Archive Storage")
		base := h.buy(c, mail(5))[0].sub
		h.hangs(c, base, "Mail Archive", 5)
		if got := h.under(c, base)["active"]; len(got) != 1 || got[0].Quantity != 5 {
			h.t.Errorf("the API says %+v", got)
		}
		h.goes(h.row("Mail Archive")+"th a", "") // and back to its base
		h.says(".facts", "subs.base")
		h.goes(`.facts a[href$="`+base+`"]`, "")
		other := h.buy(c, mail(1))[0].sub
		h.visit(c.at + "/subscriptions/" + other)
		h.goes(`form[action$="/suspend"] button`, "")
		row := h.row("Mail Archive")
		h.says(row+".reason", "fault.addon.base_not_active")
		h.none(row + "input")
	}},
	{id: "F26", name: "only those that fit", drive: func(h *trip) {
		c := h.customer("US")
		h.buy(c, mail(1), want(sandbox.LedgerDesk, "0001", "US", 1, "monthly", "P1M"))
		fits := func(sub string, is, not []string) {
			h.visit(c.at + "/subscriptions/" + sub)
			for _, title := range is {
				h.find(h.row(title)+"input", "")
			}
			all := h.text("[aria-labelledby=add-ons]")
			for _, title := range not {
				if all == "" || containsText(all, title) {
					h.t.Errorf("%s is shown: %s", title, all)
				}
			}
		}
		fits(h.has(c, sandbox.MailSuite, "0001", "US", "active").ID, []string{"Mail Archive"}, []string{"Meridian"})
		fits(h.has(c, sandbox.LedgerDesk, "0001", "US", "none").ID, nil, []string{"Mail Archive", "Meridian"})
		h.says("[aria-labelledby=add-ons]", "fault.addon.none")
		d := h.customer("US")
		c = d
		fits(h.based(d), []string{"Meridian Archive Storage", "Meridian Audio Conferencing"}, []string{"Mail Archive", "Calling"})
	}},
	{id: "F27", name: "several quantities, one submit, all or nothing", drive: func(h *trip) {
		c := h.customer("US")
		base := h.based(c)
		h.visit(c.at + "/subscriptions/" + base)
		h.seats("Meridian Archive Storage", 3)
		h.seats("Meridian Audio Conferencing", 20_000_000) // more than there can be
		h.refused(`form[action$="/add-ons"] button[value=preview]`)
		h.says("dialog .note.stop", "fault.quantity.out_of_range", "min", 1)
		h.none("dialog button[value=commit]")
		if got := h.under(c, base); len(got) != 0 {
			h.t.Errorf("bought in part: %+v", got)
		}
		h.hangs(c, base, "Meridian Archive Storage", 3, "Meridian Audio Conferencing", 4)
		if got := h.under(c, base)["active"]; len(got) != 2 || got[0].Quantity+got[1].Quantity != 7 {
			h.t.Errorf("the API says %+v", got)
		}
		h.hangs(c, base, "Meridian Archive Storage", 5, "Meridian Audio Conferencing", 6)
		if got := h.under(c, base)["active"]; len(got) != 2 || got[0].Quantity+got[1].Quantity != 11 {
			h.t.Errorf("after the second submit the API says %+v", got)
		}
	}},
	{id: "F28", name: "dates align to the base, the first charge is for the days left", moves: true, drive: func(h *trip) {
		c := h.customer("US")
		base := h.buy(c, mail(2))[0].sub
		h.pass(100 * 24 * time.Hour)
		h.visit(c.at + "/subscriptions/" + base)
		h.says("[aria-labelledby=add-ons]", "subs.add_ons_hint")
		h.seats("Mail Archive", 2)
		h.goes(`form[action$="/add-ons"] button[value=preview]`, "")
		h.says("dialog .calc", "subs.days_of", "n", 265, "of", 365)
		h.says("dialog .calc", "figure.new", "n", 2)
		if got, sum := h.text("dialog .calc tbody td"), plain(h.l.Value(usd(43_56))); got != sum { // 2 × 30.00 × 265 / 365 = 43.561…
			h.t.Errorf("the charge is told as %q, want %q", got, sum)
		}
		h.goes("dialog button[value=commit]", "")
		over, under := h.sub(c, base), h.under(c, base)["active"]
		if len(under) != 1 || !under[0].CommitmentEndDate.Equal(over.CommitmentEndDate) {
			h.t.Errorf("the add-on ends otherwise than its base: %+v, %+v", under, over)
		}
	}},
	{id: "F29", name: "suspended and brought back with the base", drive: func(h *trip) {
		c := h.customer("US")
		base := h.based(c)
		h.hangs(c, base, "Meridian Archive Storage", 1, "Meridian Audio Conferencing", 1)
		h.goes(h.row("Meridian Audio Conferencing")+"th a", "") // suspended for itself: it stays so
		h.goes(`form[action$="/suspend"] button`, "")
		h.visit(c.at + "/subscriptions/" + base)
		h.goes(`form[action$="/suspend"] button`, "")
		if got := h.under(c, base); len(got["suspended"]) != 2 {
			h.t.Errorf("the API says %+v", got)
		}
		h.says(h.row("Meridian Archive Storage"), "subs.suspended_with_base")
		h.goes("[data-row] th a", "")
		h.says("#status ~ p", "state.suspended")
		h.says("[aria-labelledby=status] .reason", "fault.reactivate.parent")
		h.none(`main .acts a[href$="/reactivate"]`)
		h.visit(c.at + "/subscriptions/" + base)
		h.goes(`main a[href$="/reactivate"]`, "")
		h.goes("dialog button[value=commit]", "")
		got := h.under(c, base)
		if len(got["active"]) != 1 || len(got["suspended"]) != 1 {
			h.t.Errorf("after reactivating the base the API says %+v", got)
		}
		h.says(h.row("Meridian Audio Conferencing"), "state.suspended")
		h.says(h.row("Meridian Archive Storage"), "state.active")
	}},
}
