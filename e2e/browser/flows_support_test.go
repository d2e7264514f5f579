//go:build e2e

package browser

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
)

// request is one as the API tells of it.
type request struct {
	ID, Title, Status string
	SupportTopicID    string
}

// files raises a request for the refund of an order's first line, from its Cancel dialog, and gives its number.
func (h *trip) files(c buyer, order string) string {
	h.t.Helper()
	h.as("AA")
	h.visit(c.at + "/software/cancel?order=" + order + ".0")
	h.goes(`#cancel a[href^="/requests/new"]`, "")
	h.put("f-reason", "It does not fit.", "f-phone", "+1 555 0100", "f-last", "Agent", "f-email", "ada@quainine.example")
	h.goes("main form .btn.main", "")
	h.says(".said", "request.raised")
	return strings.TrimPrefix(h.at(), "/requests/")
}

// asked asks the API for a request.
func (h *trip) asked(number string) request {
	h.t.Helper()
	return harness.Read[request](h.t, h.api.Call(h.t, "GET", "/v1/servicerequests/"+number, nil), 200)
}

// limits sets above which amounts in US dollars a cancellation goes through a request, and a refund takes two people; nothing is
// no limit.
func (h *trip) limits(byRequest, twoPeople string) {
	h.t.Helper()
	h.as("OA")
	h.visit("/operator/requests")
	h.goes(`.head .acts a[href="/operator/limits"]`, "")
	h.put("f-currency", "USD", "f-request", byRequest, "f-second", twoPeople)
	h.goes("main form .btn.main", "")
	h.says(".said", "limits.said", "currency", "USD")
	if kept := h.api.Call(h.t, "GET", "/v1/operator/refundlimits", nil); !strings.Contains(string(kept.Body), byRequest+twoPeople) {
		h.t.Errorf("the API says %s", kept.Body)
	}
}

// unlimited takes all limits away, for the flows that follow.
func (h *trip) unlimited() {
	harness.Read[any](h.t, h.api.Call(h.t, "PUT", "/v1/operator/refundlimits", map[string]any{"items": []any{}}), 200)
}

// queue opens a request on the operator's side, from the queue.
func (h *trip) queue(as, number string) {
	h.t.Helper()
	h.as(as)
	h.visit("/operator/requests")
	h.goes(`main th a[href$="/`+number+`"]`, "")
}

// supportFlows are those of requests and refunds (F68–F70, F77).
var supportFlows = []flow{
	{id: "F68", name: "from the Cancel dialog, filled in", drive: func(h *trip) {
		c, all := h.stocked(database())
		h.asks(sqlTitle)
		h.goes(`#cancel a[href^="/requests/new"]`, "")
		h.says("main form", "request.reason")
		if got := value[[]string](h.t, h.p, `[document.querySelector("main [name=topic]").value, document.getElementById("f-order").value]`); got[0] != "32444671" || got[1] != all[0].order {
			h.t.Errorf("the form is about %q", got)
		}
		h.put("f-reason", "Bought twice.", "f-phone", "1", "f-last", "Agent", "f-email", "ada@quainine.example")
		h.goes("main form .btn.main", "")
		h.says(".said", "request.raised")
		number := strings.TrimPrefix(h.at(), "/requests/")
		h.says(".facts", "request.topic.32444671")
		if got := h.asked(number); got.ID != number || !strings.Contains(got.Title, sqlTitle) {
			h.t.Errorf("the API says %+v", got)
		}
		h.visit("/requests")
		h.row(number)
		if got := h.placed(c, all[0].order); got.Status != "completed" {
			h.t.Errorf("asking made the order %s", got.Status)
		}
	}},
	{id: "F69", name: "what is missing is told at its field; files", drive: func(h *trip) {
		c, all := h.stocked(database())
		h.visit("/requests")
		h.goes(`.head .acts a[href$="/requests/new"]`, "")
		h.goes(`main a[href*="topic=32444671"]`, "")
		h.put("f-title", "Two too many", "f-first", "", "f-last", "", "f-email", "", "f-phone", "")
		h.refuses("main form .btn.main", 422)
		h.says(".errors, [role=alert]", "form.errors", "n", 7)
		for _, name := range []string{"customer", "order", "reason", "amount", "last", "email", "phone"} {
			h.says("#f-"+name+"-error", "form.missing")
		}
		if got := value[string](h.t, h.p, `document.getElementById("f-title").value`); got != "Two too many" {
			h.t.Errorf("the title that was typed is %q", got)
		}
		h.put("f-customer", c.id, "f-order", all[0].order, "f-reason", "They are too many.", "f-amount", "a lot", "f-severity", "critical",
			"f-first", "Ada", "f-last", "Agent", "f-email", "ada@quainine.example", "f-phone", "1")
		h.refuses("main form .btn.main", 422)
		h.says("#f-amount-error", "fault.money.not_an_amount")
		h.put("f-amount", "3945,00 USD")
		h.goes("main form .btn.main", "")
		h.says(".said", "request.raised")
		h.says(".facts", "request.severity.critical")
		file := filepath.Join(h.t.TempDir(), "days.txt")
		must(h.t, os.WriteFile(file, []byte("1 to 30"), 0o600))
		h.upload("#f-file", file)
		h.goes(`form[action$="/files"] .btn`, "")
		h.says(".said", "request.attached")
		if f := h.saves(h.row("days.txt") + "a"); f.Name != "days.txt" || string(f.Content) != "1 to 30" {
			h.t.Errorf("%s holds %q", f.Name, f.Content)
		}
		number := strings.TrimPrefix(h.at(), "/requests/")
		h.put("f-text", "One of them would do.")
		h.goes(`form[action$="/reply"] .btn.main`, "")
		h.says(".said", "request.replied")
		h.goes(`form[action$="/state"] button`, "")
		h.says(".said", "request.closed_said")
		if got := h.asked(number); got.Status != "closed" {
			h.t.Errorf("the API says %s", got.Status)
		}
	}},
	{id: "F70", name: "a reply, and a refusal with its reason", drive: func(h *trip) {
		c, all := h.stocked(database())
		number := h.files(c, all[0].order)
		h.queue("OS", number)
		h.put("f-text", "Which invoice is it on?")
		h.goes(`form[action$="/reply"] .btn.main`, "")
		h.says(".said", "console.said.reply")
		h.refuses(`form[action$="/refuse"] button`, 422)
		h.says("#f-reason-error", "fault.form.missing")
		h.put("f-reason", "It is in use.")
		h.goes(`form[action$="/refuse"] button`, "")
		h.says(".said", "console.said.refuse")
		h.as("AA")
		h.visit("/requests/" + number)
		h.says(".stop", "request.refused")
		if got := h.text("main"); !strings.Contains(got, "It is in use.") || !strings.Contains(got, "Which invoice is it on?") {
			h.t.Errorf("the raiser reads %s", got)
		}
		if got := h.placed(c, all[0].order); got.Status != "completed" {
			h.t.Errorf("the order is %s", got.Status)
		}
	}},
	{id: "F70", name: "an approval cancels the line, its keys and links", drive: func(h *trip) {
		c, all := h.stocked(database())
		h.key(c, all[0].order, "2022")
		number := h.files(c, all[0].order)
		h.queue("OA", number)
		h.says(".info", "console.would_go_back", "amount", h.dollars("3945.00"))
		h.says(".info", "console.keys_links", "keys", 1, "links", 0)
		h.goes(`form[action$="/approve"] .final`, "")
		h.says(".said", "console.said.approve")
		if got := h.placed(c, all[0].order); got.Status != "cancelled" {
			h.t.Errorf("the order is %s", got.Status)
		}
		h.as("AA")
		h.visit("/requests/" + number)
		h.says(".good", "request.given_back", "amount", h.dollars("3945.00"))
		h.visit(c.at + "/software")
		h.says(h.row(sqlTitle)+".mark", "software.cancelled")
	}},
	{id: "F70", name: "two people above an amount", drive: func(h *trip) {
		c, all := h.stocked(database())
		h.limits("", "1000")
		defer h.unlimited()
		number := h.files(c, all[0].order)
		h.queue("OA", number)
		h.refuses(`form[action$="/approve"] .final`, 409)
		h.says(".errors, [role=alert]", "fault.request.second_person", "limit", h.dollars("1000.00"))
		h.goes(`form[action$="/propose"] button`, "")
		h.says(".said", "console.said.propose")
		h.refuses(`form[action$="/approve"] .final`, 409) // the same person
		h.as("OS")
		h.visit("/operator/requests/" + number)
		h.none(`form[action$="/approve"]`)
		h.goes(`form[action$="/propose"] button`, "")
		h.as("OA")
		h.visit("/operator/requests/" + number)
		h.says(".info", "console.proposed")
		h.goes(`form[action$="/approve"] .final`, "")
		h.says(".said", "console.said.approve")
		if got := h.placed(c, all[0].order); got.Status != "cancelled" {
			h.t.Errorf("the order is %s", got.Status)
		}
	}},
	{id: "F70", name: "the window is judged when the request was filed", moves: true, drive: func(h *trip) {
		c, all := h.stocked(database())
		number := h.files(c, all[0].order)
		h.pass(40 * 24 * time.Hour)
		h.queue("OA", number)
		h.goes(`form[action$="/approve"] .final`, "")
		h.says(".said", "console.said.approve")
		if got := h.placed(c, all[0].order); got.Status != "cancelled" {
			h.t.Errorf("the order is %s", got.Status)
		}
	}},
	{id: "F77", name: "what a law requires, beyond the window", drive: func(h *trip) {
		c, all := h.stocked(linux())
		number := h.files(c, all[0].order)
		h.queue("OA", number)
		h.says(".stop", "console.nothing_back")
		h.none(`form[action$="/approve"]`)
		h.here("details.twin summary")
		h.put("f-law", "FR", "f-law-reason", "L221-18", "f-amount", "9999.00")
		h.goes("details.twin .filters button", "")
		h.says(".stop", "console.nothing_back") // more than is charged; what was typed stays
		if got := value[string](h.t, h.p, `document.getElementById("f-law-reason").value`); got != "L221-18" {
			h.t.Errorf("the law is %q", got)
		}
		h.put("f-amount", "100.00")
		h.goes("details.twin .filters button", "")
		h.says(".info", "console.would_go_back", "amount", h.dollars("100.00"))
		h.goes(`form[action$="/approve"] .final`, "")
		h.says(".said", "console.said.approve")
		h.as("AA")
		h.visit("/requests/" + number)
		h.says(".good", "request.given_back", "amount", h.dollars("100.00"))
		if got := h.text(".good"); !strings.Contains(got, h.l.Country("FR")) || !strings.Contains(got, "L221-18") {
			h.t.Errorf("the law is not told: %s", got)
		}
		h.as("BA")
		h.visit("/billing/next/USD")
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		found := false
		for i, of := range h.column(rows, "recon.order") {
			found = found || of == all[0].order && h.column(rows, "bill.gross")[i] == "-100.00" && h.column(rows, "why.policy_row")[i] == "P06"
		}
		if !found {
			h.t.Error("the next invoice does not give 100.00 back under the row that the line is pinned to")
		}
	}},
}
