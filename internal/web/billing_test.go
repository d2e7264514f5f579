package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

var invoices = regexp.MustCompile(`href="(/billing/invoices/G\d+)"`)

// Whoever may read invoices sees what is owed, each document with its lines, and how every amount came about.
func TestF71F75BillingIsExplained(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin, party.BillingAdmin)
	home := b.get("/billing")
	b.has(home, 200, "Balance", "Next invoice, so far", `role="img"`, "Invoices and credit notes")
	all := invoices.FindAllStringSubmatch(home.body, -1)
	if len(all) < 2 {
		t.Fatalf("%d documents\n%s", len(all), home.body)
	}
	explained, credits, chained := 0, 0, 0
	for _, m := range all {
		page := b.get(m[1])
		b.has(page, 200, "explain this amount", "Payments")
		if strings.Contains(page.body, "step by step") {
			chained++
		}
		if strings.Contains(page.body, ">Credit: ") {
			credits++
		}
		for _, w := range regexp.MustCompile(`href="([^"]*why=[^"]*)#explain"`).FindAllStringSubmatch(page.body, 3) {
			one := b.get(strings.ReplaceAll(w[1], "&amp;", "&"))
			b.has(one, 200, "Same today", "Ask about this line", "half away from zero")
			if strings.Contains(one.body, "tell the operator") {
				t.Errorf("F75 %s: differs when it is worked out again", w[1])
			}
			explained++
		}
	}
	if explained == 0 || credits == 0 || chained == 0 {
		t.Errorf("%d explanations, %d documents with credits, %d compared with the one before", explained, credits, chained)
	}
	b.has(b.get("/billing?currency=EUR&standing=voided"), 200, "No document fits")
	csv := b.get(all[0][1] + "?format=csv")
	b.has(csv, 200, "Customer ID,Company name", ",Net,Tax,Total,Currency,")
	if strings.Count(csv.body, "\n") < 2 {
		t.Errorf("F73 no lines: %s", csv.body)
	}
	for _, lang := range []string{"en", "fr", "ru"} {
		b.lang = lang
		pdf := b.get(all[0][1] + "/statement")
		if pdf.status != 200 || pdf.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf.body, "%PDF-") {
			t.Errorf("F73 %s: %d %s", lang, pdf.status, pdf.header.Get("Content-Type"))
		}
		b.has(b.get(all[0][1]), 200)
		b.has(b.get("/billing"), 200)
	}
	b.lang = "en"
	for _, m := range regexp.MustCompile(`href="(/billing/next/[A-Z]+)"`).FindAllStringSubmatch(home.body, -1) {
		b.has(b.get(m[1]), 200, "Sum", "explain this amount")
		b.has(b.get(m[1]+"?format=csv"), 200, "Customer ID,")
	}
	b.has(b.get("/billing/invoices/G999999999"), 404)
	b.has(b.get("/billing/next/XQQ"), 404)
	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	sales.has(sales.get("/billing"), 403, "Your role does not allow this")
	if a := sales.get("/customers"); strings.Contains(a.body, `href="/billing"`) {
		t.Error("R08 billing is offered to a sales agent")
	}
}

// A partner's bills to its customers, and what it sells by (F78, R23).
func TestF78SellingPrices(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	form := b.get("/billing/resale")
	b.has(form, 200, "Change the mark-up", "In force")
	b.has(b.post("/billing/resale/markup", "once", form.once(), "percent", "12.345"), 422, `value="12.345"`, `href="#f-m-percent"`)
	b.has(b.post("/billing/resale/markup", "percent", "5", "from", "2020-01-01"), 409, `href="#f-m-from"`)
	b.has(b.post("/billing/resale/markup", "once", form.once(), "percent", "12,5", "from", ""), 200, "The mark-up is set.", "12.5\u00a0%")
	b.has(b.post("/billing/resale/prices", "product", "nothing", "sku", "1", "country", "FR", "term", "P1Y", "plan", "annual", "price", "1"), 422, `href="#f-p-product"`, `value="nothing"`)
	ba := c.as(c.seeded.Partner, "", party.BillingAdmin)
	ba.has(ba.get("/billing/resale"), 403)

	bills := 0
	for _, customer := range c.seeded.Customers {
		at := "/customers/" + string(customer.ID) + "/bills"
		list := ba.get(at)
		ba.has(list, 200)
		m := regexp.MustCompile(`href="(` + regexp.QuoteMeta(at) + `/B\d+)"`).FindStringSubmatch(list.body)
		if m == nil {
			continue
		}
		bills++
		page := ba.get(m[1])
		ba.has(page, 200, "explain this amount")
		w := regexp.MustCompile(`why=([^"&#]+)#explain`).FindStringSubmatch(page.body)
		why := ba.get(m[1] + "?why=" + url.QueryEscape(w[1]))
		ba.has(why, 200, "Same today")
		if strings.Contains(why.body, "Price row") {
			t.Error("R09 a bill tells of the cost")
		}
		if pdf := ba.get(m[1] + "/statement"); !strings.HasPrefix(pdf.body, "%PDF-") {
			t.Errorf("%s: %d", m[1], pdf.status)
		}
	}
	if bills == 0 {
		t.Error("no customer was billed")
	}
}
