package partnercenter_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// TestR09BillsOverTheWire: R09, F78. A customer's admin sees what it is billed and nothing of the cost; a bill has the same
// bytes whatever the partner sells by later.
func TestR09BillsOverTheWire(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		d.do(200, "PUT", "/v1/partner/markup", `{"basisPoints":3333}`)
		d.do(200, "POST", "/sandbox/clock", `{"to":"2027-02-01T00:00:00Z"}`)
		costs := map[string]bool{} // what the partner itself pays: no figure of the bill may be one of them
		for _, l := range d.do(200, "GET", "/v1/invoices/unbilled/lineitems?provider=all&invoicelineitemtype=billinglineitems&period=previous", "").items() {
			if strings.HasSuffix(french, l.text("customerId")) {
				costs[fmt.Sprint(l["unitPrice"])], costs[fmt.Sprint(l["totalForCustomer"])] = true, true
			}
		}
		own := d.roles
		d.roles, d.customer.ID = party.RolesOf(party.CustomerBilling), id.Customer(strings.TrimPrefix(french, "/v1/customers/"))
		bills := d.do(200, "GET", french+"/bills", "").items()
		if len(bills) < 3 || len(costs) < 4 {
			t.Fatalf("%d bills, %d costs", len(bills), len(costs))
		}
		newest := french + "/bills/" + bills[0].text("id")
		shown := d.call("GET", newest+"?explain=true", "")
		paper := d.call("GET", newest+"/documents/statement", "")
		var bill object
		if err := json.Unmarshal(shown.Body.Bytes(), &bill); err != nil || shown.Code != 200 {
			t.Fatal(err, shown.Code)
		}
		lines := bill.list("lineItems")
		if len(lines) == 0 || bill.text("issuerName") != d.seeded.Partner.Name || fmt.Sprint(bill["lineCount"]) != fmt.Sprint(len(lines)) {
			t.Errorf("F78 %v", bill)
		}
		for _, l := range lines {
			for _, figure := range []string{"unitPrice", "totalForCustomer", "subtotal"} {
				if costs[fmt.Sprint(l[figure])] {
					t.Errorf("R09 %s tells a cost: %v", figure, l)
				}
			}
			if l.object("explanation").text("priceRow") != "" {
				t.Errorf("R09 %v", l)
			}
		}
		if paper.Code != 200 || paper.Header().Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(paper.Body.Bytes(), []byte("%PDF-")) {
			t.Errorf("F78 %d %s", paper.Code, paper.Header())
		}
		if part := d.do(200, "GET", newest+"?size=1&offset=1", "").list("lineItems"); len(part) != 1 || fmt.Sprint(part[0]["title"]) != fmt.Sprint(lines[1]["title"]) {
			t.Errorf("F78 %v", part)
		}
		d.refused(404, "1000", "GET", french+"/bills/B999999999", "")
		d.refused(403, "20002", "GET", d.of("US")+"/bills", "")
		for _, path := range []string{"/v1/invoices", "/v1/partner/markup", "/v1/partner/prices", "/v1/prices?country=FR"} {
			if w := d.call("GET", path, ""); w.Code != 403 {
				t.Errorf("R09 %s: %d", path, w.Code)
			}
		}
		d.roles, d.customer.ID = own, ""
		d.refused(404, "1000", "GET", d.of("US")+"/bills/"+bills[0].text("id"), "") // of another customer
		d.do(200, "PUT", "/v1/partner/markup", `{"basisPoints":0}`)
		d.do(200, "POST", "/sandbox/clock", `{"to":"2027-04-01T00:00:00Z"}`)
		if again := d.call("GET", newest+"?explain=true", ""); !bytes.Equal(again.Body.Bytes(), shown.Body.Bytes()) {
			t.Errorf("F78 the bill reads otherwise: %s, was %s", again.Body, shown.Body)
		}
		if again := d.call("GET", newest+"/documents/statement", ""); !bytes.Equal(again.Body.Bytes(), paper.Body.Bytes()) {
			t.Error("F78 the paper has other bytes")
		}
		if got, err := s.Verify(t.Context()); err != nil || len(got) > 0 {
			t.Errorf("%v %v", err, got)
		}
	})
}

// TestR23OverTheWire: R23. Mark-up and own prices, what is refused of them, and that a set is all or nothing.
func TestR23OverTheWire(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		const markup, prices, seat = "/v1/partner/markup", "/v1/partner/prices", string(sandbox.UserCAL)
		before := d.do(200, "GET", markup, "").list("rows")
		got := d.do(200, "PUT", markup, `{"BasisPoints":2000,"From":"2026-12-01T00:00:00Z"}`)
		if rows := got.list("rows"); len(rows) != len(before)+1 || fmt.Sprint(got["basisPoints"]) != "1250" || fmt.Sprint(rows[len(before)]["basisPoints"]) != "2000" {
			t.Errorf("R23 %v", got)
		}
		row := func(from, to string) string {
			return `{"items":[` + strings.Replace(`{"productId":"`+seat+`","skuId":"0001","country":"FR","billingCycle":"one_time","currencyCode":"EUR","unitPrice":49.5,"from":"2027-01-01"}`, from, to, 1) + `]}`
		}
		for _, c := range []struct{ name, method, path, code, body string }{
			{"in the past", "PUT", markup, "990030", `{"basisPoints":1,"from":"2026-11-20T09:59:59Z"}`},
			{"below zero", "PUT", markup, "990031", `{"basisPoints":-1}`},
			{"too much", "PUT", markup, "990031", `{"basisPoints":100001}`},
			{"half a point", "PUT", markup, "3000", `{"basisPoints":0.5}`},
			{"no points", "PUT", markup, "3000", `{"from":"2027-01-01"}`},
			{"no rows", "PUT", prices, "3000", `{"items":[]}`},
			{"unknown product", "PUT", prices, "990032", row(seat, "CMPNOTHING01")},
			{"a whole item", "PUT", prices, "3000", row(seat, "A:B:C")},
			{"unknown SKU", "PUT", prices, "990032", row("0001", "0009")},
			{"unknown country", "PUT", prices, "3000", row(`"FR"`, `"QQ"`)},
			{"not sold there", "PUT", prices, "990033", row(`"FR"`, `"DE"`)},
			{"unknown currency", "PUT", prices, "3000", row("EUR", "EURO")},
			{"another currency", "PUT", prices, "990033", row("EUR", "USD")},
			{"unknown cycle", "PUT", prices, "900126", row("one_time", "weekly")},
			{"no cycle", "PUT", prices, "3000", row(`"one_time"`, "null")},
			{"a term", "PUT", prices, "990033", row(`"country"`, `"termDuration":"P1Y","country"`)},
			{"no term", "PUT", prices, "3000", row(`"country"`, `"termDuration":"year","country"`)},
			{"negative", "PUT", prices, "3000", row("49.5", "-1")},
			{"too fine", "PUT", prices, "3000", row("49.5", "0.000000001")},
			{"no price", "PUT", prices, "3000", row("49.5", "null")},
			{"price and mark-up", "PUT", prices, "3000", row("49.5", `1,"useMarkup":true`)},
			{"in the past", "PUT", prices, "990030", row("2027-01-01", "2026-11-01")},
		} {
			t.Run("R23 "+c.name, func(t *testing.T) { d.refused(400, c.code, c.method, c.path, c.body) })
		}
		if all := d.do(200, "GET", prices, "").items(); len(all) != 0 {
			t.Errorf("R23 what was refused left %v", all)
		}
		d.do(200, "PUT", prices, row("", ""))
		d.do(200, "PUT", prices, row("49.5", `null,"useMarkup":true`))
		all := d.do(200, "GET", prices+"?productId="+seat, "").items()
		if len(all) != 2 || fmt.Sprint(all[0]["unitPrice"]) != "49.50" && fmt.Sprint(all[0]["unitPrice"]) != "49.5" || all[1]["useMarkup"] != true || all[1]["unitPrice"] != nil {
			t.Errorf("R23 %v", all)
		}
		if none := d.do(200, "GET", prices+"?productId="+string(sandbox.MailSuite), "").items(); len(none) != 0 {
			t.Errorf("R23 %v", none)
		}
	})
}
