//go:build e2e

package browser

import (
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// trialFlows are those of trials (F23, F76).
var trialFlows = []flow{
	{id: "F23", name: "free days by themselves, then paid, or over", moves: true, drive: func(h *trip) {
		c := h.customer("US")
		h.offers(c, "online", "Orbit")
		h.says(h.row("Orbit CRM Team")+".hint", "buy.trial_first", "n", 30)
		h.add("Orbit CRM Team")
		h.checkout()
		stays := h.has(c, sandbox.OrbitCRM, "0001", "US", "none").ID
		leaves := h.buy(c, want(sandbox.OrbitCRM, "0001", "US", 1, "monthly", "P1M"))[0].sub
		at := c.at + "/subscriptions/"
		h.visit(at + stays)
		h.says("main .note.warn", "subs.pending")
		for _, sub := range []string{stays, leaves} {
			h.activate(c, sub)
			h.visit(at + sub)
			h.says(".facts", "subs.trial_until")
			h.says(".facts", "subs.trial_then")
			h.find("[aria-labelledby=comes] tbody time", "") // the first charge, with its day
		}
		h.goes(`[aria-labelledby=status] form[action$="/renew"] button`, "")
		h.pass(30*day + time.Minute)
		h.visit(at + stays)
		h.says("#status ~ p", "state.active")
		h.says(".facts", "subs.charged_so_far")
		h.visit(at + leaves)
		h.over(c, leaves, "state.expired")
		if got := h.sub(c, stays); got.IsTrial || got.Status != "active" {
			h.t.Errorf("the API says %+v", got)
		}
	}},
	{id: "F76", name: "a first-party trial, converted by hand", drive: func(h *trip) {
		c := h.customer("US")
		h.offers(c, "online", "trial")
		row := h.row("Mail Suite, trial")
		h.says(row+".hint", "buy.trial", "n", 30)
		h.none(row + "input[type=number]") // its quantity is fixed
		h.add("Mail Suite, trial")
		h.goes(`.head .acts a[href*="/carts/"]`, "")
		h.says("main tbody", "cart.trial_ends")
		h.confirm()
		sub := h.has(c, sandbox.MailSuite, "0002", "US", "active")
		if sub.Quantity != 25 || !sub.IsTrial {
			h.t.Errorf("the API says %+v", sub)
		}
		h.visit(c.at + "/subscriptions/" + sub.ID)
		h.says(".facts", "subs.term_to", "term", h.l.Text("term.days", "n", 30))
		h.says(".facts", "buy.free")
		h.goes(`.verdicts a[href$="/convert"]`, "")
		h.put("f-quantity", "30")
		h.goes("dialog button[value=preview]", "")
		h.says("dialog .calc", "figure.convert", "n", 30)
		h.goes("dialog button[value=commit]", "")
		h.says(".said", "act.convert.said")
		paid := h.has(c, sandbox.MailSuite, "0001", "US", "active")
		if paid.Quantity != 30 || paid.IsTrial {
			h.t.Errorf("the API says %+v", paid)
		}
		h.offers(c, "online", "trial") // one, ever
		h.barred("Mail Suite, trial", "offer.limit")
	}},
	{id: "F76", name: "it does not convert by itself", moves: true, drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, want(sandbox.MailSuite, "0002", "US", 25, "none", ""))[0].sub
		h.pass(30 * day)
		h.visit(c.at + "/subscriptions/" + sub)
		h.over(c, sub, "state.expired")
		lines := harness.Read[struct{ Items []struct{ ID string } }](h.t, h.api.Call(h.t, "GET", "/v1"+c.at+"/orders", nil), 200)
		if len(lines.Items) != 1 {
			h.t.Errorf("%d orders, want the trial's alone", len(lines.Items))
		}
	}},
}
