//go:build e2e

package browser

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// invoice is one as the API tells of it.
type invoice struct {
	ID, CurrencyCode         string
	TotalCharges, PaidAmount float64
}

// invoices asks the API for all of a currency.
func (h *trip) invoices(c money.Currency) (out []invoice) {
	h.t.Helper()
	for _, i := range harness.Read[struct{ Items []invoice }](h.t, h.api.Call(h.t, "GET", "/v1/invoices?size=200", nil), 200).Items {
		if i.CurrencyCode == string(c) {
			out = append(out, i)
		}
	}
	return out
}

// month lets the running billing period end, and a little more.
func (h *trip) month() {
	h.t.Helper()
	now := h.now()
	h.pass(time.Date(now.Year(), now.Month()+1, 1, 0, 0, 1, 0, time.UTC).Sub(now))
}

// document fails unless a file is a PDF in the round's language, with a title that says something.
func (h *trip) document(f chrome.File, title string) {
	h.t.Helper()
	if !strings.HasSuffix(f.Name, ".pdf") || !bytes.HasPrefix(f.Content, []byte("%PDF-")) {
		h.t.Errorf("%s begins with %.5q", f.Name, f.Content)
	}
	var wide []byte // titles of PDF are of UTF-16
	for _, u := range utf16.Encode([]rune(title)) {
		wide = append(wide, byte(u>>8), byte(u))
	}
	if !bytes.Contains(f.Content, []byte("/Lang ("+h.tag)) || !bytes.Contains(f.Content, wide) {
		h.t.Errorf("%s is not in %s, or its title does not say %q", f.Name, h.tag, title)
	}
}

// newest opens the newest document of a currency, as a billing admin, and gives its number.
func (h *trip) newest(c money.Currency) string {
	h.t.Helper()
	h.as("BA")
	h.visit("/billing?currency=" + string(c))
	number := h.text("#documents ~ * tbody tr:first-child th a, [aria-labelledby=documents] tbody tr:first-child th a")
	h.goes(`main th a[href="/billing/invoices/`+number+`"]`, "")
	return number
}

// billingFlows are those of invoices and estimates (F71–F75).
var billingFlows = []flow{
	{id: "F71", name: "an invoice a month, with the credits of it", moves: true, drive: func(h *trip) {
		c := h.customer("AU")
		h.month() // nothing of others is in between
		all := h.buy(c, want(sandbox.ServerPerpetual, "0001", "AU", 1, "one_time", ""), want(sandbox.WindowsServer, "0001", "AU", 1, "annual", "P1Y"))
		h.visit(c.at + "/software/cancel?order=" + all[0].order + ".0")
		h.cancels()
		begun := h.now()
		h.month()
		number := h.newest("AUD")
		if issued := h.invoices("AUD"); !slices.ContainsFunc(issued, func(i invoice) bool { return i.ID == number }) {
			h.t.Errorf("%s is not among %+v", number, issued)
		}
		end := time.Date(begun.Year(), begun.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		h.says(".head .sub", "billing.made", "at", plain(h.l.Instant(end)))
		if got := h.text(".head .sub"); !strings.Contains(got, plain(h.l.Date(end.AddDate(0, 0, 30)))) {
			h.t.Errorf("it is not due 30 days later: %s", got)
		}
		h.says(".head .mark", "standing.unpaid")
		bought, back := 0, 0
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		for i, of := range h.column(rows, "recon.customer_id") {
			if of == c.id {
				bought++
				if h.column(rows, "bill.original")[i] != "" {
					back++
				}
			}
		}
		if bought != 3 || back != 1 {
			h.t.Errorf("it has %d lines of the customer, %d of them credits", bought, back)
		}
	}},
	{id: "F72", name: "what the next invoice would hold, live", as: "BA", drive: func(h *trip) {
		expected := func() string {
			h.visit("/billing")
			h.goes(`main a[href="/billing/next/AUD"]`, "")
			h.says(".head .sub", "billing.issued_on")
			return h.text(".facts")
		}
		c := h.customer("AU")
		h.buy(c, want(sandbox.UserCAL, "0001", "AU", 1, "one_time", ""))
		before := expected()
		h.buy(c, want(sandbox.UserCAL, "0001", "AU", 2, "one_time", ""))
		if expected() == before {
			h.t.Errorf("after a purchase it is still %s", before)
		}
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		n := 0
		for _, of := range h.column(rows, "recon.customer_id") {
			if of == c.id {
				n++
			}
		}
		if n != 2 {
			h.t.Errorf("%d lines are of the customer", n)
		}
	}},
	{id: "F73", name: "reconciliation and statement as files", drive: func(h *trip) {
		number := h.newest("BRL") // one with a credit
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		h.headed(rows, "recon.customer_id", "customers.company", "customers.domain", "customers.country", "recon.order", "recon.ordered", "recon.subscription", "recon.product")
		if got := h.column(rows, "recon.kind"); len(got) == 0 || !strings.Contains(strings.Join(got, " "), h.l.Text("charge.cycle")) && !strings.Contains(strings.Join(got, " "), h.l.Text("charge.renew")) {
			h.t.Errorf("the lines are %v", got)
		}
		h.document(h.saves(`.head .acts a[href$="/statement"]`), number)
		h.document(h.saves(`.head .acts a[href$="/statement"]`), h.l.Text("document.invoice"))
		h.visit("/billing")
		h.document(h.saves(`main td a[href$="/`+number+`/statement"]`), number)
		list := h.sheet(`.head .acts a[href*="format=csv"]`)
		h.headed(list, "billing.document", "billing.period", "billing.issued", "billing.due", "billing.standing", "billing.total")
	}},
	{id: "F74", name: "pending: cancelled at once, nothing charged", drive: func(h *trip) {
		c := h.customer("US")
		one := h.buy(c, want(sandbox.LedgerDesk, "0001", "US", 3, "monthly", "P1M"))[0]
		sub := one.sub
		h.visit(c.at + "/subscriptions/" + sub)
		h.says("#status ~ p", "state.pending")
		h.says("main", "subs.pending_text", "until", plain(h.l.Instant(h.placed(c, one.order).CreationDate.Add(30*24*time.Hour))))
		h.goes(`main .acts a[href$="/cancel"]`, "")
		h.goes("#act button[value=commit]", "")
		h.says(".said", "act.cancel.said")
		if got := h.sub(c, sub); got.Status != "deleted" {
			h.t.Errorf("the API says %s", got.Status)
		}
		h.uncharged(c)
	}},
	{id: "F74", name: "trial and term start at the publisher's activation, the window at the order", moves: true, drive: func(h *trip) {
		c := h.customer("US")
		one := h.buy(c, want(sandbox.OrbitCRM, "0001", "US", 2, "annual", "P1Y"))[0]
		sub := one.sub
		h.pass(3 * 24 * time.Hour)
		h.activate(c, sub)
		at := h.now()
		h.visit(c.at + "/subscriptions/" + sub)
		if got := h.text("main"); !strings.Contains(got, plain(h.l.Date(at.Add(30*24*time.Hour)))) {
			h.t.Errorf("the trial's end is not told: %s", got)
		}
		h.says("main", "subs.trial_until")
		h.uncharged(c)
		h.pass(30*24*time.Hour + time.Second)
		h.visit(c.at + "/subscriptions/" + sub)
		if got := h.sub(c, sub); got.IsTrial || got.Status != "active" {
			h.t.Errorf("after its trial it is %+v", got)
		}
		h.says(".facts", "subs.charged_so_far")
		if got := h.text(".facts"); !strings.Contains(got, h.dollars("540.00")) {
			h.t.Errorf("the term is not charged: %s", got)
		}
	}},
	{id: "F74", name: "not activated for 30 days: ended, never billed", moves: true, drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, want(sandbox.LedgerDesk, "0001", "US", 3, "annual", "P1Y"))[0].sub
		h.pass(30*24*time.Hour + time.Second)
		h.visit(c.at + "/subscriptions/" + sub)
		if got := h.text("#status ~ p"); got != h.l.Text("state.cancelled") && got != h.l.Text("state.expired") {
			h.t.Errorf("it is %q", got)
		}
		if got := h.sub(c, sub); got.Status != "deleted" && got.Status != "expired" {
			h.t.Errorf("the API says %s", got.Status)
		}
		h.uncharged(c)
	}},
	{id: "F75", name: "every amount explains itself", drive: func(h *trip) {
		h.newest("BRL")
		for _, credit := range []bool{false, true} {
			if credit {
				h.visit("/billing?currency=BRL")
				for _, number := range value[[]string](h.t, h.p, `[...document.querySelectorAll("[aria-labelledby=documents] tbody th a")].map(a => a.getAttribute("href"))`) {
					h.visit(number)
					if strings.Contains(h.text("#lines ~ *, [aria-labelledby=lines]"), h.l.Text("charge.cancel")) {
						break
					}
				}
				h.goes(h.row(h.l.Text("charge.cancel"))+`a[href*="why="]`, "")
				h.says("#explain .facts", "bill.original")
			} else {
				h.goes(`main th a[href*="why="]`, "")
				h.says("#explain .facts", "why.price_row")
			}
			h.says("#explain tbody", "why.step.net")
			h.says("#explain tbody", "why.step.gross")
			h.says("#explain .facts", "why.policy_row")
			h.says("#explain .facts", "why.tax_row")
			h.says("#explain .facts", "why.rounding_text")
			h.says("#explain .mark", "why.same")
		}
		h.goes(`#explain a[href^="/requests/new"]`, "")
		if got := value[string](h.t, h.p, `document.getElementById("f-description").value`); !strings.Contains(plain(got), plain(h.l.Text("request.about.charge", "id", ""))) {
			h.t.Errorf("the request is not filled in: %q", got)
		}
	}},
}

// uncharged fails when anything was charged to a customer.
func (h *trip) uncharged(c buyer) {
	h.t.Helper()
	for _, o := range harness.Read[struct {
		Items []struct {
			ID         string
			TotalPrice float64
		}
	}](h.t, h.api.Call(h.t, "GET", "/v1"+c.at+"/orders?price=true", nil), 200).Items {
		h.visit(c.at + "/orders/" + o.ID)
		if got := h.text(".facts"); strings.ContainsAny(got, "$") {
			h.t.Errorf("order %s: %s", o.ID, got)
		}
	}
}
