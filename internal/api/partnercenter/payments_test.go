package partnercenter_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// TestF80PaymentsOverTheWire: a payment is recorded once however often it is sent, shows on the invoice and in the balance,
// and its refusals say why.
func TestF80PaymentsOverTheWire(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		invoices := d.do(200, "GET", "/v1/invoices", "").items()
		var bill object
		for _, i := range invoices {
			if i.text("paymentStatus") != "paid" && i.text("documentType") == "invoice" {
				bill = i
			}
		}
		id, total, currency := bill.text("id"), fmt.Sprint(bill["totalCharges"]), bill.text("currencyCode")
		if bill.text("paymentStatus") != "overdue" {
			t.Errorf("F80 the oldest is %s", bill.text("paymentStatus"))
		}
		const path = "/v1/partner/payments"
		body := `{"InvoiceId":"OneTime-` + id + `","Amount":1,"CurrencyCode":"` + currency + `","Date":"2026-11-19"}`
		again := []string{"MS-RequestId", "0b1c2d3e-0000-4a5b-8c9d-0000000000f8"}
		first := d.call("POST", path, body, again...)
		if first.Code != 201 {
			t.Fatalf("%d %s", first.Code, first.Body)
		}
		if second := d.call("POST", path, body, again...); second.Body.String() != first.Body.String() || second.Code != 201 {
			t.Errorf("F80 replayed: %d %s", second.Code, second.Body)
		}
		d.refused(409, "800060", "POST", path, `{"invoiceId":"`+id+`","amount":2}`, again...)
		shown := d.do(200, "GET", "/v1/invoices/"+id, "")
		if fmt.Sprint(shown["paidAmount"]) != "1" || fmt.Sprint(shown["totalCharges"]) != total {
			t.Errorf("F80 paid %v of %v", shown["paidAmount"], shown["totalCharges"])
		}
		for _, sum := range d.do(200, "GET", "/v1/invoices/summaries", "").items() {
			if paid := sum.text("currencyCode") == currency; paid != (sum.text("lastPaymentDate") == "2026-11-19T00:00:00.0000000Z") || paid && fmt.Sprint(sum["lastPaymentAmount"]) != "1" {
				t.Errorf("F80 %v", sum)
			}
		}
		for _, c := range []struct {
			name, code, body string
			status           int
		}{
			{"no invoice", "3000", `{"amount":1}`, 400},
			{"no amount", "3000", `{"invoiceId":"` + id + `"}`, 400},
			{"unknown invoice", "1000", `{"invoiceId":"G999999999","amount":1}`, 404},
			{"another currency", "990024", `{"invoiceId":"` + id + `","amount":1,"currencyCode":"KWD"}`, 400},
			{"no currency", "3000", `{"invoiceId":"` + id + `","amount":1,"currencyCode":"EURO"}`, 400},
			{"nothing", "3000", `{"invoiceId":"` + id + `","amount":0}`, 400},
			{"below zero", "3000", `{"invoiceId":"` + id + `","amount":-1}`, 400},
			{"too much", "990023", `{"invoiceId":"` + id + `","amount":` + total + `}`, 409},
			{"tomorrow", "3000", `{"invoiceId":"` + id + `","amount":1,"date":"2026-11-21T00:00:00Z"}`, 400},
			{"a fraction of a cent", "3000", `{"invoiceId":"` + id + `","amount":0.001}`, 400},
			{"a text", "800002", `{"invoiceId":"` + id + `","amount":"much"}`, 400},
		} {
			t.Run("F80 "+c.name, func(t *testing.T) { d.refused(c.status, c.code, "POST", path, c.body) })
		}
		records := d.do(200, "GET", "/v1/auditrecords?size=5", "").items()
		if find(t, records, "operationType", "record_payment").text("resourceType") != "invoice" {
			t.Errorf("F80 %v", records)
		}
	})
}

// TestE10VoidOverTheWire: taken back once however often it is asked for with one request id, with a chain to walk.
func TestE10VoidOverTheWire(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		before := d.do(200, "GET", "/v1/invoices", "").items()
		bill := find(t, before, "documentType", "invoice")
		path := "/v1/invoices/" + bill.text("id")
		again := []string{"MS-RequestId", "0b1c2d3e-0000-4a5b-8c9d-0000000000e1"}
		first := d.call("POST", path+"/void", "", again...)
		second := d.call("POST", path+"/void", "", again...)
		if first.Code != 200 || second.Body.String() != first.Body.String() {
			t.Fatalf("E10 %d %s, then %s", first.Code, first.Body, second.Body)
		}
		d.refused(409, "990020", "POST", path+"/void", "")
		var voided object
		if err := json.Unmarshal(first.Body.Bytes(), &voided); err != nil {
			t.Fatal(err)
		}
		note := voided.list("amendments")[0]
		if note.text("documentType") != "void_note" || note.text("amendsOf") != bill.text("id") || fmt.Sprint(note["totalCharges"]) != "-"+fmt.Sprint(bill["totalCharges"]) {
			t.Errorf("E10 %v", note)
		}
		stands := d.do(200, "GET", "/v1/invoices/"+voided.text("replacedBy"), "")
		if stands.text("replaces") != bill.text("id") || fmt.Sprint(stands["totalCharges"]) != fmt.Sprint(bill["totalCharges"]) {
			t.Errorf("E10 %v", stands)
		}
		all := d.do(200, "GET", "/v1/invoices", "").items()
		numbers := map[string]bool{}
		for _, i := range all {
			numbers[i.text("id")] = true
			for _, n := range i.list("amendments") {
				numbers[n.text("id")] = true
			}
		}
		if len(all) != len(before)+1 || len(numbers) != len(before)+2 {
			t.Errorf("E10 %d documents, %d numbers after %d", len(all), len(numbers), len(before))
		}
		lines := d.do(200, "GET", "/v1/invoices/"+note.text("id")+"/lineitems?provider=all", "").items()
		if len(lines) == 0 || lines[0].text("invoiceNumber") != note.text("id") {
			t.Errorf("E10 lines of the note: %v", lines)
		}
		if got, err := s.Verify(t.Context()); err != nil || len(got) > 0 {
			t.Errorf("%v %v", err, got)
		}
	})
}

// TestF75EveryLineIsExplained: each line of each invoice of the demo, and of what is not billed yet, ends its explanation
// with its own figures; without explain=true there is none.
func TestF75EveryLineIsExplained(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		paths := []string{"/v1/invoices/unbilled/lineitems?provider=all&invoicelineitemtype=billinglineitems&period=current"}
		for _, i := range d.do(200, "GET", "/v1/invoices", "").items() {
			paths = append(paths, "/v1/invoices/"+i.text("id")+"/lineitems?provider=onetime&invoicelineitemtype=billinglineitems")
		}
		explained, credits := 0, 0
		for _, path := range paths {
			if lines := d.do(200, "GET", path, "").items(); len(lines) > 0 && lines[0]["explanation"] != nil {
				t.Errorf("F75 %s explains unasked", path)
			}
			for _, l := range d.do(200, "GET", path+"&explain=true", "").items() {
				why := l.object("explanation")
				steps := why.list("steps")
				n := len(steps) - 3
				if n < 0 || steps[n]["result"] != l["subtotal"] || steps[n+1]["result"] != l["taxTotal"] || steps[n+2]["result"] != l["totalForCustomer"] {
					t.Errorf("F75 %v is explained by %v", l, steps)
				}
				explained++
				if credit := l.text("chargeType") == "Cancel"; credit {
					credits++
					if why.text("originalChargeId") != l.text("referenceId") || why.text("policyRow") == "" {
						t.Errorf("F75 E05 %v", why)
					}
				}
				if why.text("priceRow") == "" || why.text("chargeId") == "" {
					t.Errorf("F75 %v", why)
				}
			}
		}
		if explained < 20 || credits == 0 {
			t.Errorf("F75 only %d lines, %d credits", explained, credits)
		}
	})
}

// TestF73StatementOverTheWire: the link on the invoice leads to the PDF, in the answer's own type and the same bytes twice.
func TestF73StatementOverTheWire(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		for _, i := range d.do(200, "GET", "/v1/invoices", "").items() {
			id := i.text("id")
			if i.text("pdfDownloadLink") != "/invoices/"+id+"/documents/statement" {
				t.Errorf("F73 link %s", i.text("pdfDownloadLink"))
			}
			first, again := d.call("GET", "/v1"+i.text("pdfDownloadLink"), ""), d.call("GET", "/v1/Invoices/OneTime-"+id+"/Documents/Statement", "")
			if first.Code != 200 || first.Header().Get("Content-Type") != "application/pdf" || first.Header().Get("Content-Disposition") != "attachment; filename=Invoice_"+id+".pdf" ||
				!strings.HasPrefix(first.Body.String(), "%PDF-") {
				t.Fatalf("F73 %d %v", first.Code, first.Header())
			}
			if first.Body.String() != again.Body.String() {
				t.Errorf("F73 %s has other bytes the second time", id)
			}
		}
		d.refused(404, "1000", "GET", "/v1/invoices/G999999999/documents/statement", "")
		d.roles = party.RolesOf(party.AdminAgent)
		d.refused(403, "900150", "GET", "/v1/invoices/G000000001/documents/statement", "")
	})
}
