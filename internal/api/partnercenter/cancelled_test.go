package partnercenter_test

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// TestCancelled: what a cancellation tells before it is done, keeps when it is, and when it needs a support request.
func TestCancelled(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		buy := func(product, plan string) (order object) {
			return d.do(201, "POST", french+"/orders", `{"billingCycle":"`+plan+`","lineItems":[{"lineItemNumber":0,"offerId":"`+product+`","quantity":2}]}`)
		}
		verdict := func(target, act string) object {
			return find(t, d.do(200, "GET", target+"/verdicts", "").items(), "act", act)
		}

		// F58: the operator wants to be told more. Nothing ends, the window goes on.
		flagged := french + "/orders/" + buy(item(sandbox.SQLPerpetual, "0001", "FR"), "one_time").text("id")
		for _, query := range []string{"", "?preview=true"} {
			d.refused(400, "990080", "PATCH", flagged+query, `{"status":"cancelled"}`)
		}
		v := verdict(flagged+"/lineitems/0", "cancel")
		if v["allowed"] != false || v.object("reason").text("name") != "cancel.needs_request" || v.text("until") != "2026-12-20T23:59:00.0000000Z" || v["daysLeft"] != 30.0 {
			t.Errorf("F58 %v", v)
		}
		if o := d.do(200, "GET", flagged, ""); o.text("status") != "completed" {
			t.Errorf("F58 a refusal changed something: %v", o)
		}

		// F56 F65: the facts, and the acknowledgement on the line and in the record.
		plain := french + "/orders/" + buy(item(sandbox.UserCAL, "0001", "FR"), "one_time").text("id")
		shown := d.do(200, "PATCH", plain+"?preview=true", `{"status":"cancelled","cancellationAcknowledged":true}`).object("preview")
		if shown["daysLeft"] != 30.0 || shown.text("window") != "2026-12-20T23:59:00.0000000Z" || len(shown.list("credits")) != 1 ||
			shown.object("invoice").text("invoiceDate") != "2026-12-01T00:00:00.0000000Z" || shown["keysRevoked"] != 0.0 || shown["linksRevoked"] != 0.0 {
			t.Errorf("F56 %v", shown)
		}
		done := d.do(200, "PATCH", plain, `{"status":"cancelled","cancellationAcknowledged":true}`, "If-Preview-Match", shown.text("hash"))
		for _, o := range []object{done, d.do(200, "GET", plain, "")} {
			if o.text("status") != "cancelled" || o.list("lineItems")[0]["cancellationAcknowledged"] != true {
				t.Errorf("F65 %v", o)
			}
		}
		acknowledged := func(operation string) bool {
			for _, r := range d.do(200, "GET", "/v1/auditrecords?size=1", "").items() {
				for _, value := range r.list("customizedData") {
					if r.text("operationType") == operation && value.text("key") == "Acknowledged" && value.text("value") == "true" {
						return true
					}
				}
			}
			return false
		}
		if !acknowledged("update_order") {
			t.Error("F65 the record does not tell of it")
		}
		// Who cancels by a client that knows nothing of it still cancels; nothing is said of an acknowledgement.
		silent := french + "/orders/" + buy(item(sandbox.UserCAL, "0001", "FR"), "one_time").text("id")
		if o := d.do(200, "PATCH", silent, `{"status":"cancelled"}`); o.list("lineItems")[0]["cancellationAcknowledged"] != nil || acknowledged("update_order") {
			t.Errorf("F65 %v", o)
		}

		// F59, by the subscription; F41, what is owed once the window is over.
		calls := buy(item(sandbox.RemoteCAL, "0001", "FR"), "monthly")
		sub := french + "/subscriptions/" + calls.list("lineItems")[0].text("subscriptionId")
		rest := verdict(sub, "cancel").object("remainingCommitment")
		if rest["charges"] != 11.0 || rest.text("currency") != "EUR" {
			t.Errorf("F41 %v", rest)
		}
		charged := 0.0
		for _, l := range d.do(200, "GET", "/v1/invoices/unbilled/lineitems", "").items() {
			if l.text("orderId") == calls.text("id") {
				charged += l["totalForCustomer"].(float64)
			}
		}
		if whole := 2 * 96 * 0.95 * 1.2; charged+rest["amount"].(float64) < whole-0.005 || charged+rest["amount"].(float64) > whole+0.005 {
			t.Errorf("F41 %v charged and %v to come are not %v", charged, rest["amount"], whole)
		}
		// F30: the reason, on what is suspended and in the record.
		reason := func(body string) string {
			d.do(200, "PATCH", sub, body)
			for _, value := range d.do(200, "GET", "/v1/auditrecords?size=1", "").items()[0].list("customizedData") {
				if value.text("key") == "Reason" {
					return value.text("value")
				}
			}
			return ""
		}
		for _, c := range []struct{ body, recorded, shown string }{
			{`{"status":"suspended","reason":"fraud"}`, "fraud", "Fraud"},
			{`{"status":"suspended","reason":"NonPayment"}`, "fraud", "Fraud"}, // it is suspended already
			{`{"status":"active"}`, "", ""},
			{`{"status":"suspended","reason":"NonPayment"}`, "non_payment", "NonPayment"},
			{`{"status":"active","reason":"fraud"}`, "", ""},
			{`{"status":"suspended"}`, "unspecified", "Unspecified"},
			{`{"status":"active"}`, "", ""},
		} {
			if got := reason(c.body); got != c.recorded {
				t.Errorf("F30 %s: recorded %q", c.body, got)
			}
			if shown, _ := d.do(200, "GET", sub, "")["suspensionReasons"].([]any); (len(shown) == 0) != (c.shown == "") || len(shown) == 1 && shown[0] != c.shown {
				t.Errorf("F30 %s: shown %v", c.body, shown)
			}
		}
		d.refused(400, "900126", "PATCH", sub, `{"status":"suspended","reason":"mood"}`)
		if got := reason(`{"status":"deleted","cancellationAcknowledged":true,"reason":"CustomerCancellation"}`); got != "customer_cancellation" {
			t.Errorf("F30 cancelled: recorded %q", got)
		}
		if o := d.do(200, "GET", french+"/orders/"+calls.text("id"), ""); o.list("lineItems")[0]["cancellationAcknowledged"] != true || !acknowledged("update_subscription") {
			t.Errorf("F59 F65 %v", o)
		}
		if v := verdict(sub, "cancel"); v["remainingCommitment"] != nil || v["daysLeft"] != nil {
			t.Errorf("F41 nothing is owed of what was taken back: %v", v)
		}
	})
}
