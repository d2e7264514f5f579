package partnercenter_test

import (
	"encoding/json"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// TestF68FromARefusalToItsCredit goes from a refused cancellation by the links alone: the verdict leads to a draft, a person
// adds the reason and the contact, and the operator gives back what the law asks for (F58, F77).
func TestF68FromARefusalToItsCredit(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		us := d.of("US")
		var late object
		for _, item := range d.do(200, "GET", us+"/software", "").items() {
			window := item.object("cancellation")
			if item.text("state") == "active" && window.text("policy") == "P02" && window["allowed"] == false {
				late = item
			}
		}
		order := us + "/orders/" + late.text("orderId")
		verdict := find(t, d.do(200, "GET", order+"/lineitems/0/verdicts", "").items(), "act", "cancel")
		mend := verdict.object("mend")
		if verdict.object("reason").text("code") != "900117" || mend.text("act") != "support_request" {
			t.Fatalf("F58 %v", verdict)
		}
		draft := d.do(200, "GET", "/v1"+mend.text("draft"), "")
		d.refused(400, "3000", "POST", "/v1"+mend.text("uri"), raised(t, draft, false))
		filed := d.do(201, "POST", "/v1"+mend.text("uri"), raised(t, draft, true))
		if filed.object("refund").text("orderId") != late.text("orderId") || filed.text("supportTopicId") != "32444671" {
			t.Errorf("F68 %v", filed)
		}
		d.acting(approver, "", []party.Role{party.OperatorAdmin}, func() {
			one := "/v1/operator/requests/" + filed.text("id")
			d.refused(400, "900117", "POST", one+"/approve", "")
			done := d.do(200, "POST", one+"/approve", `{"reason":"not what was promised","requiredByLaw":{"country":"US"}}`)
			if credit, _ := done.object("decision")["credit"].(float64); credit <= 0 || done.text("status") != "closed" {
				t.Errorf("F77 %v", done)
			}
		})
		if got := d.do(200, "GET", order, "").text("status"); got != "cancelled" {
			t.Errorf("F70 the order is %s", got)
		}
	})
}

// raised is a draft as it is sent, with the reason that only a person knows, and the contact or none.
func raised(t *testing.T, draft object, contact bool) string {
	t.Helper()
	draft.object("refund")["reason"] = "It does not do what was promised."
	if contact {
		draft["primaryContact"] = object{"firstName": "Ana", "lastName": "Lima", "email": "ana@partner.example", "phoneNumber": "+33 1 23 45 67 89"}
	}
	text, err := json.Marshal(draft)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
