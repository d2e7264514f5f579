//go:build e2e

package browser

import (
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

const day = 24 * time.Hour

// mail is what these flows buy where it does not matter what.
func mail(n int) map[string]any {
	return want(sandbox.MailSuite, "0001", "US", n, "annual", "P1Y")
}

// ledger is SaaS of a publisher, billed by the month or by the year.
func ledger(cycle, term string) map[string]any {
	return want(sandbox.LedgerDesk, "0001", "US", 1, cycle, term)
}

func usd(cents int64) money.Amount { return money.Of(cents, "USD") }

func containsText(all, part string) bool { return strings.Contains(all, part) }

// suspend suspends the subscription whose page is shown.
func (h *trip) suspend() {
	h.t.Helper()
	h.goes(`form[action$="/suspend"] button`, "")
	h.says("#status ~ p", "state.suspended")
}

// reactivate brings back the one whose page is shown.
func (h *trip) reactivate() {
	h.t.Helper()
	h.goes(`[aria-labelledby=status] a[href$="/reactivate"]`, "")
	h.goes("dialog button[value=commit]", "")
	h.says(".said", "act.reactivate.said")
	h.says("#status ~ p", "state.active")
}

// kept is the instant under the word Suspended.
func (h *trip) kept() time.Time {
	h.t.Helper()
	h.says("[aria-labelledby=status]", "subs.data_until")
	text := value[string](h.t, h.p, `document.querySelector("[aria-labelledby=status] time").dateTime`)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		h.t.Fatal(err)
	}
	return at
}

// over asks page and API whether it has ended.
func (h *trip) over(c buyer, sub, state string) {
	h.t.Helper()
	h.says("#status ~ p", state)
	h.says(".facts", "subs.ended_at")
	if got := h.sub(c, sub); got.Status != "deleted" {
		h.t.Errorf("the API says %s", got.Status)
	}
}

// windowed drives F33 and F34: inside the window all comes back, at its end it runs to the end of its term.
func (h *trip) windowed(cycle, term string, window time.Duration, price money.Amount) {
	c := h.customer("US")
	soon := h.buy(c, ledger(cycle, term))[0].sub
	h.activate(c, soon)
	at := c.at + "/subscriptions/"
	h.visit(at + soon)
	h.says(`[aria-labelledby=status] a[href$="/cancel"]`, "subs.cancel_ask")
	h.goes(`[aria-labelledby=status] a[href$="/cancel"]`, "")
	h.says("dialog button[value=commit]", "subs.final_credit", "act", h.l.Text("act.cancel.do"), "sum", price)
	h.says("dialog", "subs.lands")
	h.goes("dialog button[value=commit]", "")
	h.says(".said", "act.cancel.said")
	h.over(c, soon, "state.cancelled")

	late := h.buy(c, ledger(cycle, term))[0].sub
	h.activate(c, late)
	h.pass(window)
	h.visit(at + late)
	h.says(`[aria-labelledby=status] a[href$="/cancel"]`, "subs.end_ask")
	h.goes(`[aria-labelledby=status] a[href$="/cancel"]`, "")
	h.none("dialog .calc") // nothing comes back
	h.says("dialog button[value=commit]", "act.cancel.at_end")
	h.says("dialog", "subs.takes_effect")
	h.goes("dialog button[value=commit]", "")
	h.says(".said", "act.cancel.said_end")
	h.says("#status ~ p", "state.active")
	h.says("[aria-labelledby=status]", "subs.ends_at")
	if got := h.sub(c, late); got.Status != "active" || got.AutoRenewEnabled {
		h.t.Errorf("the API says %+v", got)
	}
}

// subscriptionFlows are those of a subscription's life (F23, F30–F41, F76).
var subscriptionFlows = []flow{
	{id: "F30", name: "suspend for each reason", drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, mail(2))[0].sub
		for _, reason := range []string{"customer_cancellation", "non_payment", "fraud"} {
			h.visit(c.at + "/subscriptions/" + sub)
			h.put("f-s-reason", reason)
			h.suspend()
			h.says(".facts", "suspend."+reason)
			if got := h.sub(c, sub); got.Status != "suspended" || strings.Join(got.SuspensionReasons, "") == "" {
				h.t.Errorf("%s: the API says %s %q", reason, got.Status, got.SuspensionReasons)
			}
			h.reactivate()
		}
	}},
	{id: "F31", name: "until when the data is kept", drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, mail(2))[0].sub
		h.visit(c.at + "/subscriptions/" + sub)
		h.says("main form .note.inset", "subs.suspend_until")
		before := h.now()
		h.suspend()
		h.says(".said", "act.suspend.said_until")
		if kept := h.kept(); kept.Before(before.Truncate(time.Second).Add(90*day)) || kept.After(h.now().Add(90*day)) {
			h.t.Errorf("suspended after %s, the data is kept until %s, want 90 days", before, kept)
		}
		h.goes(`.rail a[href$="/subscriptions"]`, "")
		h.says(h.row("Mail Suite Business"), "subs.data_until_short")
	}},
	{id: "F32", name: "reactivate in time; a new suspension counts anew; too late", moves: true, drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, mail(2))[0].sub
		h.visit(c.at + "/subscriptions/" + sub)
		h.suspend()
		first := h.kept()
		h.pass(10 * day)
		h.visit(c.at + "/subscriptions/" + sub)
		h.reactivate()
		h.suspend()
		second := h.kept()
		if by := second.Sub(first); by < 10*day || by > 10*day+time.Hour {
			h.t.Errorf("kept until %s at first, then until %s", first, second)
		}
		h.pass(second.Sub(h.now()) + time.Second)
		h.visit(c.at + "/subscriptions/" + sub)
		h.none(`main a[href$="/reactivate"]`)
		h.over(c, sub, "state.cancelled")
	}},
	{id: "F33", name: "SaaS by the month: a day to cancel, then it ends with its term", moves: true, drive: func(h *trip) { h.windowed("monthly", "P1M", day, usd(49_00)) }},
	{id: "F34", name: "SaaS by the year: fourteen days, then it ends with its term", moves: true, drive: func(h *trip) { h.windowed("annual", "P1Y", 14*day, usd(529_00)) }},
	{id: "F35", name: "Status, Cancel, Yes", drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, mail(4))[0].sub
		h.visit(c.at + "/subscriptions")
		h.goes(`main th a[href$="`+sub+`"]`, "")
		h.goes(`[aria-labelledby=status] a[href$="/cancel"]`, "")
		h.says("dialog", "act.cancel.title", "name", "Mail Suite Business")
		h.says("dialog", "subs.lands")
		h.says("dialog", "cancel.rule")
		h.says("dialog button[value=commit]", "subs.final_credit", "act", h.l.Text("act.cancel.do"), "sum", usd(240_00)) // the first day: all of it
		before := h.now()
		h.goes("dialog button[value=commit]", "")
		h.says(".said", "act.cancel.said")
		h.over(c, sub, "state.cancelled")
		ended := false
		for _, text := range value[[]string](h.t, h.p, `[...document.querySelectorAll(".facts time")].map(e => e.dateTime)`) {
			at, err := time.Parse(time.RFC3339Nano, text)
			ended = ended || err == nil && !at.Before(before.Truncate(time.Minute)) && !at.After(h.now())
		}
		if !ended {
			h.t.Errorf("the page does not tell the instant: %s", h.text(".facts"))
		}
	}},
	{id: "F36", name: "by use: de-provision, at once, nothing comes back", drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, want(sandbox.PulseMetrics, "0001", "US", 1, "none", ""))[0].sub
		h.activate(c, sub)
		h.visit(c.at + "/subscriptions/" + sub)
		h.says(`[aria-labelledby=status] a[href$="/cancel"]`, "subs.deprovision_ask")
		h.goes(`[aria-labelledby=status] a[href$="/cancel"]`, "")
		h.none("dialog .calc")
		if got := h.text("dialog button[value=commit]"); got != plain(h.l.Text("act.cancel.deprovision")) {
			h.t.Errorf("the button says %q", got)
		}
		h.goes("dialog button[value=commit]", "")
		h.over(c, sub, "state.cancelled")
	}},
	{id: "F38", name: "switch auto-renew, one and several", drive: func(h *trip) {
		c := h.customer("US")
		two := h.buy(c, ledger("annual", "P1Y"), mail(3))
		h.activate(c, two[0].sub)
		for _, one := range two {
			h.visit(c.at + "/subscriptions/" + one.sub)
			h.says("[aria-labelledby=status]", "subs.renews_at")
			for _, on := range []bool{false, true} {
				h.goes(`[aria-labelledby=status] form[action$="/renew"] button`, "")
				h.says(".said", "act.renew.said")
				h.says("[aria-labelledby=status]", map[bool]string{false: "subs.ends_at", true: "subs.renews_at"}[on])
				if got := h.sub(c, one.sub); got.AutoRenewEnabled != on || got.Status != "active" {
					h.t.Errorf("the API says %+v", got)
				}
			}
		}
		h.goes(`.rail a[href$="/subscriptions"]`, "")
		for _, one := range two {
			h.here(`input[name=pick][value="` + one.sub + `"]`)
		}
		h.goes(`button[value=renew_off]`, "")
		h.says(".said", "subs.switched", "n", 2)
		for _, one := range two {
			if h.sub(c, one.sub).AutoRenewEnabled {
				h.t.Errorf("%s still renews", one.sub)
			}
		}
	}},
	{id: "F39", name: "software since 2021-10-14 renews and can be switched, older is not", drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, want(sandbox.SQLServer, "0001", "US", 1, "annual", "P1Y"))[0].sub
		h.visit(c.at + "/subscriptions/" + sub)
		h.says("[aria-labelledby=status]", "subs.renews_at")
		h.goes(`[aria-labelledby=status] form[action$="/renew"] button`, "")
		h.says("[aria-labelledby=status]", "subs.ends_at")
		if h.sub(c, sub).AutoRenewEnabled {
			h.t.Error("it still renews")
		}
		old := h.old("2020-09-01")
		h.visit(old.at) // its order is all there is: no page with a switch
		h.none(`main a[href*="/subscriptions/"]`)
		h.none(`main form[action$="/renew"]`)
	}},
	{id: "F40", name: "older software is on the Software page and in the orders alone", drive: func(h *trip) {
		old, later := h.old("2020-09-01"), h.old("2021-10-14")
		us := "/customers/" + h.Of(h.t, "US").ID
		h.visit(us + "/orders?q=" + old.order)
		h.find(`main th a[href="`+old.at+`"]`, "")
		h.visit(us + "/subscriptions")
		h.none(`main th a[href$="` + old.sub + `"]`)
		h.find(`main th a[href="`+us+`/subscriptions/`+later.sub+`"]`, "")
		h.visit(us + "/software")
		if !value[bool](h.t, h.p, `document.querySelector(".items").innerHTML.includes("`+old.order+`")`) {
			h.t.Error("it is not on the Software page")
		}
		for _, s := range h.subs(buyer{at: us}) {
			if s.ID == old.sub {
				h.t.Error("the API lists it among the subscriptions")
			}
		}
	}},
	{id: "F41", name: "after the window the term is owed", moves: true, drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, want(sandbox.RemoteCAL, "0001", "US", 1, "monthly", "P1Y"))[0].sub
		h.pass(8 * day)
		h.visit(c.at + "/subscriptions/" + sub)
		h.says(".verdicts", "subs.owed", "n", 11, "sum", usd(88_00)) // 96.00 a year, one of twelve is charged
		h.says(".verdicts", "fault.cancel.window_closed", "n", 7)
		h.goes(`[aria-labelledby=status] a[href$="/cancel"]`, "")
		h.says("dialog .note.stop", "fault.cancel.window_closed", "n", 7)
		h.none("dialog button[value=commit]")
		harness.Refused(h.t, h.api.Call(h.t, "PATCH", "/v1"+c.at+"/subscriptions/"+sub, map[string]any{"status": "deleted"}), 400, "900117")
		h.pass(31 * day)
		h.visit(c.at + "/subscriptions/" + sub)
		h.says(".verdicts", "subs.owed", "n", 10, "sum", usd(80_00))
	}},
}

// pastOrder is an order of the demo's story.
type pastOrder struct{ order, sub, at string }

// old finds the order that the customer in the United States placed on a day.
func (h *trip) old(day string) pastOrder {
	h.t.Helper()
	us := "/customers/" + h.Of(h.t, "US").ID
	for _, o := range harness.Read[struct {
		Items []struct {
			ID           string
			CreationDate time.Time
			LineItems    []struct{ SubscriptionID string }
		}
	}](h.t, h.api.Call(h.t, "GET", "/v1"+us+"/orders", nil), 200).Items {
		if o.CreationDate.UTC().Format(time.DateOnly) == day {
			return pastOrder{o.ID, o.LineItems[0].SubscriptionID, us + "/orders/" + o.ID}
		}
	}
	h.t.Fatalf("nothing was ordered on %s", day)
	return pastOrder{}
}
