//go:build e2e

package browser

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// dollars is an amount as pages of the round's language write it.
func (h *trip) dollars(amount string) string {
	h.t.Helper()
	a, err := money.Parse(amount, "USD")
	must(h.t, err)
	return plain(h.l.Money(a))
}

// rest is what comes back of a year's 365.00 once some of its days are used: what is kept is rounded.
func (h *trip) rest(bought time.Time, used int64) string {
	h.t.Helper()
	days := int64(bought.AddDate(1, 0, 0).Sub(bought) / (24 * time.Hour))
	return money.Of(36_500-(36_500*used*2+days)/(2*days), "USD").Decimal()
}

// placed asks the API for an order.
func (h *trip) placed(c buyer, order string) (o struct {
	Status       string
	CreationDate time.Time
	LineItems    []struct{ Quantity int }
}) {
	h.t.Helper()
	must(h.t, json.Unmarshal(h.api.Call(h.t, "GET", "/v1"+c.at+"/orders/"+order, nil).Body, &o))
	return o
}

// asks opens the dialog that cancels a product's order from its row.
func (h *trip) asks(title string) {
	h.t.Helper()
	h.goes(h.row(title)+".acts a.ask", "")
}

// cancels ticks and does it.
func (h *trip) cancels() {
	h.t.Helper()
	h.here("#f-ack")
	h.goes("#cancel .final", "")
}

// cancelFlows are those of cancelling software (F54–F67).
var cancelFlows = []flow{
	{id: "F54", name: "pick the order, tick, submit", drive: func(h *trip) {
		c, all := h.stocked(server(1))
		second := h.buy(c, server(2))[0]
		h.visit(c.at + "/software")
		h.asks(serverTitle)
		h.goes(`#cancel .pick a[href$="order=`+second.order+`.0"]`, "")
		h.here("#cancel .final") // the browser wants the tick
		if got := h.placed(c, second.order); got.Status != "completed" {
			h.t.Fatalf("without the tick the order is %s", got.Status)
		}
		// What a browser without a mind of its own would send is refused as well.
		value[bool](h.t, h.p, `(document.querySelector("#cancel form").noValidate = true)`)
		h.refuses("#cancel .final", 422)
		h.says("#f-ack-error", "fault.cancel.unacknowledged")
		h.cancels()
		h.says(".said", "cancel.done", "product", serverTitle, "order", short(second.order), "credit", h.dollars("2138.00"), "keys", 0, "links", 0)
		if a, b := h.placed(c, all[0].order), h.placed(c, second.order); a.Status != "completed" || b.Status != "cancelled" {
			h.t.Errorf("the orders are %s and %s", a.Status, b.Status)
		}
	}},
	{id: "F55", name: "several orders at once", drive: func(h *trip) {
		c, all := h.stocked(server(1), access(), windows()) // the first two are lines of one order
		h.goes(`.head .acts a[href$="/software/cancel-several"]`, "")
		for _, title := range []string{serverTitle, calTitle} {
			h.here(h.row(title) + "input[name=pick]")
		}
		h.goes("main form .btn.ask", "")
		h.says(".btn.final", "cancel.final_several", "n", 2, "credit", h.dollars("1829.00"))
		h.here("#f-ack")
		h.goes(".btn.final", "")
		h.says(".said", "cancel.done_several", "n", 2, "credit", h.dollars("1829.00"))
		for i, want := range []string{"cancelled", "cancelled", "completed"} {
			if got := h.placed(c, all[i].order); got.Status != want {
				h.t.Errorf("order %d is %s, want %s", i, got.Status, want)
			}
		}
	}},
	{id: "F56", name: "days, instant, credit, invoice, keys and links are told before", drive: func(h *trip) {
		c, all := h.stocked(server(1))
		h.key(c, all[0].order, "2022")
		h.goes(h.unfold(serverTitle)+`[formaction$="/link"]`, "")
		h.visit(c.at + "/software")
		h.asks(serverTitle)
		shown := harness.Read[struct {
			Preview struct {
				Window   time.Time
				DaysLeft int
				Invoice  struct{ InvoiceDate time.Time }
			}
		}](h.t, h.api.Call(h.t, "PATCH", "/v1"+c.at+"/orders/"+all[0].order+"?preview=true", map[string]any{"status": "cancelled"}), 200).Preview
		dialog := "#cancel"
		if got := h.text(dialog); !strings.Contains(got, plain(h.l.Instant(shown.Window))) || !strings.Contains(got, "P02") || !strings.Contains(got, plain(h.l.Date(shown.Invoice.InvoiceDate))) {
			h.t.Errorf("the window %s, its row or the invoice of %s is not told: %s", h.l.Instant(shown.Window), h.l.Date(shown.Invoice.InvoiceDate), got)
		}
		if shown.DaysLeft != 30 {
			h.t.Errorf("the API says %d days", shown.DaysLeft)
		}
		h.says(dialog, "cancel.days_left", "n", shown.DaysLeft)
		h.says(dialog+" .gone", "cancel.keys", "n", 1)
		h.says(dialog+" .gone", "cancel.links", "n", 1)
		h.says(dialog+" .final", "cancel.final", "credit", h.dollars("1069.00"))
		h.says(dialog+" tbody", "cancel.in_full")
		h.goes("#cancel a[data-close]", "")
		if got := h.placed(c, all[0].order); got.Status != "completed" {
			h.t.Errorf("looking at it made it %s", got.Status)
		}
	}},
	{id: "F57", name: "the window has passed", moves: true, drive: func(h *trip) {
		c, all := h.stocked(server(1))
		until := h.software(c, all[0].order).Cancellation.Until
		h.pass(31 * 24 * time.Hour)
		h.visit(c.at + "/software")
		h.says(h.row(serverTitle)+".till", "software.closed", "at", plain(h.l.Date(until)))
		h.asks(serverTitle)
		h.says("#cancel .stop", "cancel.window_closed")
		if got := h.text("#cancel .stop"); !strings.Contains(got, "P02") || !strings.Contains(got, plain(h.l.Instant(until))) {
			h.t.Errorf("row or date that decided are not told: %s", got)
		}
		h.none("#cancel .final")
		if !h.there(`#cancel .stop a[href$="row=P02"]`) {
			h.t.Error("nothing leads to the rule")
		}
		harness.Refused(h.t, h.api.Call(h.t, "PATCH", "/v1"+c.at+"/orders/"+all[0].order, map[string]any{"status": "cancelled"}), 400, "900117")
		h.visit(c.at + "/orders/" + all[0].order)
		h.says(h.row(serverTitle)+".reason", "fault.cancel.window_closed", "policy", "P02")
		h.none(h.row(serverTitle) + "a.ask")
		h.visit(c.at + "/software/cancel?order=" + all[0].order + ".0")
		h.goes(`#cancel a[href^="/requests/new"]`, "") // the way out
		if got := value[string](h.t, h.p, `document.getElementById("f-order").value`); got != all[0].order {
			h.t.Errorf("the request is about %q", got)
		}
	}},
	{id: "F58", name: "a product that needs information, and a credit above the limit", drive: func(h *trip) {
		c, all := h.stocked(database(), server(1))
		h.asks(sqlTitle)
		h.says("#cancel .stop", "fault.cancel.needs_request")
		h.none("#cancel .final")
		h.goes(`#cancel a[href^="/requests/new"]`, "")
		if got := value[[]string](h.t, h.p, `["customer", "order", "amount", "title"].map(n => document.getElementById("f-" + n).value)`); got[0] != c.id || got[1] != all[0].order || got[2] != "3945.00 USD" || !strings.Contains(got[3], sqlTitle) {
			h.t.Errorf("the request is filled in with %q", got)
		}
		h.limits("1000", "")
		defer h.unlimited()
		h.put("f-request", "-1")
		h.refuses("main form .btn.main", 422)
		h.says("#f-request-error", "fault.money.not_an_amount")
		h.as("AA")
		h.visit(c.at + "/software")
		h.asks(serverTitle)
		h.says("#cancel .stop", "fault.cancel.above_limit", "credit", h.dollars("1069.00"), "limit", h.dollars("1000.00"))
		h.none("#cancel .final")
		if !h.there(`#cancel a[href*="order=` + all[1].order + `"]`) {
			h.t.Error("no way leads out")
		}
	}},
	{id: "F58", name: "the window still applies", moves: true, drive: func(h *trip) {
		c, all := h.stocked(database())
		h.pass(31 * 24 * time.Hour)
		h.visit(c.at + "/software/cancel?order=" + all[0].order + ".0")
		h.says("#cancel .stop", "cancel.window_closed")
	}},
	{id: "F59", name: "by the subscription, found by its name or id", drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, windows())[0]
		at := c.at + "/subscriptions/" + sub.sub
		harness.Read[any](h.t, h.api.Call(h.t, "PATCH", "/v1"+at, map[string]any{"friendlyName": "Ledger room"}), 200)
		for _, q := range []string{"Ledger", sub.sub} {
			h.visit(c.at + "/subscriptions")
			h.put("f-q", q)
			h.goes(".filters button", "")
			h.row("Ledger room")
		}
		h.goes(`main th a[href="`+at+`"]`, "")
		h.goes(`main .acts a[href$="/cancel"]`, "")
		h.here("#f-ack")
		h.goes("#act button[value=commit]", "")
		h.says(".said", "act.cancel.said")
		h.says("#status ~ p", "state.cancelled")
		if got := h.sub(c, sub.sub); got.Status != "deleted" {
			h.t.Errorf("the API says %s", got.Status)
		}
		h.visit(c.at + "/software")
		h.says(h.row(winTitle)+".mark", "software.cancelled")
	}},
	{id: "F60", name: "no fee inside the window, no cancellation after it", moves: true, drive: func(h *trip) {
		c, all := h.stocked(windows())
		one, other, bought := all[0].sub, h.buy(c, windows())[0].sub, h.now()
		h.pass(2*24*time.Hour + time.Minute)
		h.visit(c.at + "/subscriptions/" + one + "/cancel")
		h.says("#act button[value=commit]", "subs.final_credit", "sum", h.dollars(h.rest(bought, 3)))
		h.here("#f-ack")
		h.goes("#act button[value=commit]", "")
		h.pass(5 * 24 * time.Hour)
		h.visit(c.at + "/subscriptions/" + other)
		h.says(".verdicts li.no", "fault.cancel.window_closed", "policy", "P05")
		h.visit(c.at + "/subscriptions/" + other + "/cancel")
		h.says("#act .stop", "fault.cancel.window_closed", "policy", "P05")
		h.none("#act button[value=commit]")
		harness.Refused(h.t, h.api.Call(h.t, "PATCH", "/v1"+c.at+"/subscriptions/"+other, map[string]any{"status": "deleted"}), 400, "900117")
	}},
	{id: "F61", name: "Red Hat and SUSE plans stay", drive: func(h *trip) {
		c, all := h.stocked(linux())
		h.says(h.row(linuxTitle)+".till", "software.never")
		h.asks(linuxTitle)
		h.says("#cancel .stop", "fault.cancel.never", "policy", "P06")
		h.none("#cancel .final")
		h.goes(`#cancel a[href="/rules?class=linux_plan&row=P06"]`, "") // a link explains
		if got := h.text("main tbody tr.is-on"); !strings.Contains(got, "P06") || !strings.Contains(plain(got), plain(h.l.Text("cancel.rule.never", "class", h.l.Text("software.class.linux_plan")))) {
			h.t.Errorf("the rule is not explained: %s", got)
		}
		if got := h.placed(c, all[0].order); got.Status != "completed" {
			h.t.Errorf("the order is %s", got.Status)
		}
		if h.api.Call(h.t, "PATCH", "/v1"+c.at+"/orders/"+all[0].order, map[string]any{"status": "cancelled"}).Status < 400 {
			h.t.Error("the API cancels it")
		}
	}},
	{id: "F62", name: "a confirmation, and every list at once", drive: func(h *trip) {
		c, all := h.stocked(windows())
		h.asks(winTitle)
		h.cancels()
		h.says(".said", "cancel.done", "product", winTitle, "order", short(all[0].order))
		h.says(h.row(winTitle)+".mark", "software.cancelled")
		h.visit(c.at + "/orders")
		h.says(h.row(short(all[0].order))+".mark", "orders.status.cancelled")
		h.visit(c.at + "/subscriptions")
		h.says(h.row(winTitle)+".mark", "state.cancelled")
		if got := h.sub(c, all[0].sub); got.Status != "deleted" {
			h.t.Errorf("the API says %s", got.Status)
		}
	}},
	{id: "F63", name: "keys and links end for both sides", drive: func(h *trip) {
		c := h.theirs()
		order := h.buy(c, server(1))[0].order
		h.key(c, order, "2022")
		link := harness.Read[struct{ URI string }](h.t, h.api.Call(h.t, "POST", "/v1"+c.at+"/software/"+order+"/0/downloads", map[string]any{"version": "2022", "language": "en-US", "fileType": "zip"}), 200).URI
		h.visit(c.at + "/software/cancel?order=" + order + ".0")
		h.cancels()
		h.says(".said", "cancel.done", "keys", 1, "links", 1)
		if status, _ := h.stranger("late", link); status != 410 {
			h.t.Errorf("the link answers %d", status)
		}
		if ans := h.api.Call(h.t, "POST", "/v1"+c.at+"/software/"+order+"/0/keys", map[string]any{"version": "2022"}); ans.Status < 400 {
			h.t.Errorf("a key is still given: %d", ans.Status)
		}
		h.as("CGA")
		h.visit("/portal/products?tab=software")
		h.says(h.row(short(order)), "portal.revoked")
		h.none(h.row(short(order)) + `a[href^="/portal/software/"]`)
		h.visit("/portal/software/" + order + "/0")
		h.none("main button[formaction], main .take button.main")
	}},
	{id: "F64", name: "the row stays, without its key", drive: func(h *trip) {
		c, all := h.stocked(server(1))
		h.key(c, all[0].order, "2022")
		h.visit(c.at + "/software/cancel?order=" + all[0].order + ".0")
		h.cancels()
		row := h.unfold(serverTitle)
		h.says(row+".mark", "software.cancelled")
		h.says(row+".soft", "software.gone")
		h.none(row + ".take")
		h.none(row + ".acts a.ask")
		if got := h.software(c, all[0].order); got.State != "cancelled" || got.HasKeys {
			h.t.Errorf("the API says %+v", got)
		}
	}},
	{id: "F65", name: "both sides stop: shown, ticked, kept", drive: func(h *trip) {
		c, all := h.stocked(server(1))
		h.asks(serverTitle)
		h.says("label[for=f-ack]", "cancel.ack")
		h.cancels()
		h.visit(c.at + "/activity")
		if got := h.text("main tbody"); !strings.Contains(got, h.l.Text("logged.Acknowledged")) || !strings.Contains(got, all[0].order) {
			h.t.Errorf("the log does not keep the tick: %.400s", got)
		}
	}},
	{id: "F66", name: "the credit on the next invoice", moves: true, drive: func(h *trip) {
		c, all := h.stocked(server(1), windows())
		bought := h.now()
		h.pass(2*24*time.Hour + time.Minute)
		for _, o := range all {
			h.visit(c.at + "/software/cancel?order=" + o.order + ".0")
			h.cancels()
		}
		h.as("BA")
		h.visit("/billing")
		h.goes(`main a[href="/billing/next/USD"]`, "")
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		var back []string
		for i, of := range h.column(rows, "recon.customer_id") {
			if of == c.id && h.column(rows, "bill.original")[i] != "" {
				back = append(back, h.column(rows, "bill.net")[i])
			}
		}
		if slices.Sort(back); !slices.Equal(back, []string{"-1069.00", "-" + h.rest(bought, 3)}) {
			h.t.Errorf("the next invoice gives back %v, want all of the perpetual one and all but three days of the other", back)
		}
	}},
	{id: "F67", name: "the history of orders", drive: func(h *trip) {
		c, all := h.stocked(server(1), windows())
		third := h.buy(c, want(sandbox.MailSuite, "0001", "US", 3, "annual", "P1Y"))[0]
		h.visit(c.at)
		h.goes(`.rail a[href$="/orders"]`, "")
		for _, o := range append(all, third) {
			h.row(short(o.order))
		}
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		h.headed(rows, "bought.order", "orders.date", "orders.lines", "orders.who", "subs.status", "cart.gross")
		h.put("f-q", "Mail")
		h.goes(".filters button", "")
		if n := value[int](h.t, h.p, `document.querySelectorAll("main tbody tr").length`); n != 1 {
			h.t.Errorf("%d orders are found", n)
		}
		h.visit(c.at + "/orders")
		h.goes(`main th a[href$="/orders/`+all[0].order+`"]`, "")
		h.goes(h.row(serverTitle)+"a.ask", "")
		h.cancels()
		h.says(".said", "cancel.done", "product", serverTitle)
		if got := h.placed(c, all[0].order); got.Status != "cancelled" {
			h.t.Errorf("the order is %s", got.Status)
		}
	}},
}

// logFlows are those of the activity log (F53).
var logFlows = []flow{
	{id: "F53", name: "who saw keys or downloaded, by days, and as a file", as: "GA", drive: func(h *trip) {
		c := h.customer("US")
		order := h.buy(c, server(1))[0].order
		h.as("AA")
		h.visit(c.at + "/software")
		h.goes(h.unfold(serverTitle)+".take button.main", "")
		h.goes(`#taken a[data-close]`, "")
		h.as("GA")
		h.visit("/account")
		h.goes(`.nav a[href="/activity"], main a[href="/activity"]`, "")
		h.put("f-q", "Flow "+c.domain, "f-zone", "Europe/Paris")
		h.goes(".filters button", "")
		row := h.row(short(order))
		h.says("main tbody", "op.get_software_key")
		if got := h.text("main tbody"); !strings.Contains(got, h.As(h.t, "AA").UserPrincipalName) {
			h.t.Errorf("the log does not say who: %s", got)
		}
		must(h.t, h.p.Do(chromedp.ScrollIntoView(row+"details")))
		h.here(row + "details summary")
		if !value[bool](h.t, h.p, `document.querySelector("`+strings.TrimSpace(row)+` details").open`) {
			h.t.Error("the details do not open")
		}
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		h.headed(rows, "log.at")
		if got := h.column(rows, "log.action"); !slices.Contains(got, h.l.Text("op.get_software_key")) || !slices.Contains(got, h.l.Text("op.create_order")) {
			h.t.Errorf("the file tells of %v", got)
		}
		h.visit("/activity?q=Flow+" + c.domain + "&from=2020-01-01&to=2020-01-31")
		h.says(".empty", "log.none")
		h.put("f-from", "2021-03-05", "f-to", "2021-03-01")
		h.refuses(".filters button", 422)
		h.says(".errors, [role=alert]", "fault.log.range")
		h.as("AA") // who reads business records alone (R06)
		h.visit("/activity?q=Flow+" + c.domain)
		if got := h.text("main tbody"); strings.Contains(got, h.l.Text("op.get_software_key")) || !strings.Contains(got, h.l.Text("op.create_order")) {
			h.t.Errorf("an admin agent reads %s", got)
		}
	}},
}
