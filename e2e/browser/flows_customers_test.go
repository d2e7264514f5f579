//go:build e2e

package browser

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

// record adds a customer on the page, and gives it.
func (h *trip) record(country market.Country, segment market.Segment) buyer {
	h.t.Helper()
	h.made++
	domain := fmt.Sprintf("record-%d.example", h.made)
	h.visit("/customers")
	h.goes(`.head .acts a[href="/customers/new"]`, "")
	h.put("f-company", "Record "+domain, "f-domain", domain, "f-country", string(country), "f-segment", string(segment), "f-first", "Ана", "f-last", "Roux",
		"f-email", "office@"+domain, "f-phone", "1", "f-registration", "1", "f-street", "1", "f-city", "x", "f-state", "WA", "f-postal", "98052")
	h.goes("main form .btn.main", "")
	h.says("h1", "customers.made")
	h.goes(`main a[href^="/customers/"][href$="/products"]`, "")
	at := value[string](h.t, h.p, `location.pathname.replace("/products", "")`)
	return buyer{at[len("/customers/"):], at, domain}
}

// customerFlows are those of customers (F01, F02).
var customerFlows = []flow{
	{id: "F01", name: "a record, then what is sold to it", drive: func(h *trip) {
		c := h.record("US", market.Commercial)
		h.add("Mail Suite Business")
		h.checkout()
		h.visit("/customers?q=" + c.domain)
		h.goes(h.row("Record "+c.domain)+"th a", "")
		if h.at() != c.at {
			h.t.Errorf("the list leads to %s", h.at())
		}
		made := harness.Read[struct{ CompanyProfile struct{ Domain string } }](h.t, h.api.Call(h.t, "GET", "/v1"+c.at, nil), 200)
		if made.CompanyProfile.Domain != c.domain || len(h.subs(c)) != 1 {
			h.t.Errorf("the API says %+v with %d subscriptions", made, len(h.subs(c)))
		}
		// The domain is taken now: the form says so at the field, and keeps what was typed.
		h.visit("/customers/new")
		h.put("f-company", "Another", "f-domain", c.domain, "f-first", "a", "f-last", "b", "f-email", "a@b.example", "f-street", "1", "f-city", "x", "f-state", "WA", "f-postal", "98052")
		h.refused("main form .btn.main")
		h.says("#f-domain-error", "fault.customer.domain_taken")
		if got := value[string](h.t, h.p, `document.getElementById("f-company").value`); got != "Another" {
			h.t.Errorf("what was typed is %q now", got)
		}
		h.goes(`main .note a[href="`+c.at+`"]`, "") // and leads to the one that has it
	}},
	{id: "F01", name: "customers from a file, twice", drive: func(h *trip) {
		h.visit("/customers")
		h.goes(`.head .acts a[href="/customers/import"]`, "")
		head := strings.TrimSpace(string(h.saves(`main a[href$="/import/template"]`).Content))
		if !strings.HasPrefix(head, "CompanyName,Domain,Country,") || strings.Contains(head, "\n") {
			h.t.Fatalf("the template is %q", head)
		}
		c := h.customer("US")
		h.made++
		domain := fmt.Sprintf("filed-%d.example", h.made)
		row := func(domain, country string) string {
			return "Filed " + domain + "," + domain + "," + country + ",,Ада,Roux,a@" + domain + ",,1,x,WA,98052,\n"
		}
		looks := func(rows string) {
			h.visit("/customers/import")
			file := filepath.Join(h.t.TempDir(), "customers.csv")
			must(h.t, os.WriteFile(file, []byte(head+"\n"+rows), 0o600))
			h.upload("#f-file", file)
		}
		looks(row(domain, "Nowhere"))
		h.refused(`form[action$="/check"] .btn.main`)
		h.says("main", "row.country")
		for n, said := range []string{"customers.file_before", "customers.file_nothing"} {
			looks(row(domain, "US") + row(c.domain, "US"))
			h.goes(`form[action$="/check"] .btn.main`, "")
			h.says("main", said, "n", 1)
			h.find(`main th a[href="`+c.at+`"]`, "")
			h.goes(`form[action="/customers/import"] button`, "")
			h.says(".said", "customers.file_taken", "n", 1-n, "there", 1+n)
		}
		h.visit("/customers?q=" + domain)
		h.find(h.row("Filed "+domain)+"th a", "")
	}},
	{id: "F01", name: "change the record; end the relationship once nothing runs", drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, mail(1))[0].sub
		h.visit(c.at)
		h.goes(`.rail a[href="`+c.at+`/account"]`, "")
		h.put("f-email", "not here", "f-company", "")
		h.refused(`form[action$="/account"] .btn.main`)
		h.says("#f-company-error", "form.missing")
		h.put("f-email", "bills@"+c.domain, "f-company", "Flow & Söhne", "f-street", "10 Quay Street")
		h.goes(`form[action$="/account"] .btn.main`, "")
		h.says(".said", "customer.profile_said")
		profile := harness.Read[struct {
			Email, CompanyName string
			DefaultAddress     struct{ AddressLine1 string }
		}](h.t, h.api.Call(h.t, "GET", "/v1"+c.at+"/profiles/billing", nil), 200)
		if profile.Email != "bills@"+c.domain || profile.CompanyName != "Flow & Söhne" || profile.DefaultAddress.AddressLine1 != "10 Quay Street" {
			h.t.Errorf("the API says %+v", profile)
		}
		h.goes(`form[action$="/agree"] button`, "")
		h.says(".said", "customer.agree_said")
		h.says("[aria-labelledby=agreements]", "agreement.customer")
		end := func() {
			h.visit(c.at + "/account")
			h.goes(`.head .acts a[href$="/account/end"]`, "")
			h.says("dialog", "customer.end_before")
		}
		end()
		h.refused("dialog .final")
		h.says("main .note.stop", "fault.customer.active", "count", 1)
		h.goes(`main .note a[href$="/subscriptions"]`, "")
		h.goes(`main th a[href$="`+sub+`"]`, "")
		h.suspend()
		end()
		h.goes("dialog .final", "")
		h.says(".said", "portal.end_said")
		h.says(".head .sub", "customers.ended")
	}},
	{id: "F02", name: "found by whatever is known of it", drive: func(h *trip) {
		c := h.customer("US")
		one := h.buy(c, mail(2))[0]
		harness.Read[any](h.t, h.api.Call(h.t, "PATCH", "/v1"+c.at+"/subscriptions/"+one.sub, map[string]any{"friendlyName": "Lighthouse " + c.domain}), 200)
		sub, order := c.at+"/subscriptions/"+one.sub, c.at+"/orders/"+one.order
		h.visit("/customers")
		for _, ask := range []struct{ by, to string }{{"Flow " + c.domain, c.at}, {c.domain, c.at}, {c.id, c.at}, {one.order, order}, {one.sub, sub}, {"Lighthouse " + c.domain, sub}} {
			h.put("find", ask.by)
			h.sends("form.find")
			if h.at() != ask.to {
				h.goes(`main a[href="`+ask.to+`"]`, "")
			}
		}
		for _, by := range []string{c.domain, c.id, "Flow " + c.domain} { // the list's own filter
			h.visit("/customers")
			h.put("f-q", by)
			h.goes("main form.filters button", "")
			if h.at() != c.at {
				h.goes(`main th a[href="`+c.at+`"]`, "")
			}
		}
		h.put("find", "Mail Suite Business") // a product's name
		h.sends("form.find")
		h.find(`#subscriptions`, "")
		for _, by := range []string{one.sub, "Lighthouse", "Mail"} { // in the customer's own list
			h.visit(c.at + "/subscriptions?q=" + url.QueryEscape(by))
			h.find(`main th a[href="`+sub+`"]`, "")
		}
		h.visit(c.at) // the hub
		for _, page := range []string{"/subscriptions", "/software", "/orders"} {
			h.find(`.rail a[href="`+c.at+page+`"]`, "")
		}
		h.find(`.head .acts a[href="`+c.at+`/products"]`, "")
	}},
}
