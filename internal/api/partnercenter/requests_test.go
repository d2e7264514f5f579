package partnercenter_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

const formKind = "multipart/form-data; boundary=edge"

// formOf is a form with one file.
func formOf(name, content string) string {
	return "--edge\r\nContent-Disposition: form-data; name=\"comment\"\r\n\r\nas asked\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" +
		name + "\"\r\nContent-Type: text/html\r\n\r\n" + content + "\r\n--edge--\r\n"
}

// contactOf and wishOf are bodies as SDKs send them, the second with all that F69 asks for in the description.
const contactOf = `"PrimaryContact":{"FirstName":"Ana","LastName":"Lima","Email":"ana@partner.example","PhoneNumber":"+33 1 23 45 67 89","Organization":null}`

func wishOf(customer, order string) string {
	return `{"Id":null,"Title":"Refund","Severity":"critical","SupportTopicId":"32444671","Status":"none","NewNote":null,"Notes":null,"CreatedDate":"0001-01-01T00:00:00",` +
		contactOf + `,"Description":"Customer: ` + customer + `\nOrder: ` + order + `\nRefund reason: bought twice\nAmount: 10.00"}`
}

// lastSale is the id of the customer's newest perpetual licence, whose window is open in the demo.
func (d *demo) lastSale(customer string) string {
	d.t.Helper()
	for _, s := range d.do(200, "GET", customer+"/software", "").items() {
		if strings.HasPrefix(s.text("title"), "Server Standard") && s.object("cancellation")["allowed"] == true {
			return s.text("orderId")
		}
	}
	d.t.Fatal("no open window in " + customer)
	return ""
}

// idOf is a customer's id.
func idOf(customer string) string { return strings.TrimPrefix(customer, "/v1/customers/") }

// acting makes the calls of fn as somebody else: a client with roles, of a customer's staff where one is named.
func (d *demo) acting(client id.Client, customer string, roles []party.Role, fn func()) {
	d.t.Helper()
	before := *d
	d.client, d.roles, d.customer.ID = client, party.RolesOf(roles...), id.Customer(idOf(customer))
	fn()
	d.client, d.roles, d.customer = before.client, before.roles, before.customer
}

const (
	supporter = id.Client("00000000-0000-4000-8000-0000000005a9")
	approver  = id.Client("00000000-0000-4000-8000-0000000005aa")
)

// wished raises a request that the matrix goes to.
func (d *demo) wished() {
	d.t.Helper()
	french := d.of("FR")
	d.acting(d.client, french, []party.Role{party.CustomerGlobal}, func() {
		d.wish = d.do(201, "POST", "/v1/servicerequests/fr-FR", `{"title":"x","description":"y","severity":2,"supportTopicId":32444676}`).text("id")
		d.file = d.attach(d.wish, "a.txt", "x").text("id")
	})
}

// attach posts one file.
func (d *demo) attach(request, name, content string) object {
	d.t.Helper()
	return d.do(201, "POST", "/v1/servicerequests/"+request+"/attachments", formOf(name, content), "Content-Type", formKind)
}

// TestF69RaisedOverTheWire: what every SDK sends, what is missing, what is not known, and whose it is.
func TestF69RaisedOverTheWire(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		american, french := d.of("US"), d.of("FR")
		sale := d.lastSale(american)
		const post = "/v1/servicerequests/en-US"
		again := []string{"MS-RequestId", "0b1c2d3e-0000-4a5b-8c9d-0000000000a1"}
		first := d.call("POST", post, wishOf(idOf(american), sale), again...)
		if second := d.call("POST", post, wishOf(idOf(american), sale), again...); first.Code != 201 || second.Body.String() != first.Body.String() {
			t.Fatalf("F69 %d %s, then %s", first.Code, first.Body, second.Body)
		}
		d.refused(409, "800060", "POST", post, wishOf(idOf(american), "x"), again...)
		var raised object
		if err := json.Unmarshal(first.Body.Bytes(), &raised); err != nil {
			t.Fatal(err)
		}
		if raised.text("status") != "open" || raised.text("severity") != "critical" || raised.text("lastClosedDate") != "0001-01-01T00:00:00" ||
			strings.Trim(raised.text("id"), "0123456789") != "" || raised.object("refund").text("orderId") != sale || raised.text("customerId") != idOf(american) {
			t.Errorf("F69 %v", raised)
		}
		with := func(old, new string) string { return strings.Replace(wishOf(idOf(american), sale), old, new, 1) }
		for _, c := range []struct {
			name, code, body string
			status           int
		}{
			{"F69 no title", "3000", with(`"Title":"Refund"`, `"Title":" "`), 400},
			{"F69 no description", "3000", `{"title":"x","severity":"critical","supportTopicId":32444671,` + contactOf + `}`, 400},
			{"F69 severity unset", "3000", with(`"critical"`, `"unknown"`), 400},
			{"F69 severity unknown", "900126", with(`"critical"`, `"grave"`), 400},
			{"F69 no topic", "3000", with(`"32444671"`, `null`), 400},
			{"F69 another topic than there is", "3000", with(`"32444671"`, `"7"`), 400},
			{"F69 no contact", "3000", with(contactOf, `"PrimaryContact":null`), 400},
			{"F69 no telephone", "3000", with(`+33 1 23 45 67 89`, `none`), 400},
			{"F69 no address", "3000", with(`ana@partner.example`, `ana`), 400},
			{"F69 no tenant", "990070", with(`Customer:`, `Who:`), 400},
			{"F69 no order", "990070", with(`Order:`, `What:`), 400},
			{"F69 no reason", "990070", with(`Refund reason:`, `Because`), 400},
			{"F69 no amount", "990070", with(`Amount:`, `Money:`), 400},
			{"F69 an amount that is none", "3000", with(`10.00`, `much`), 400},
			{"F69 an amount of nothing", "990070", with(`10.00`, `0`), 400},
			{"F69 an unknown order", "20000", with(sale, `none`), 404},
			{"F69 an unknown tenant", "60003", with(idOf(american), "00000000-0000-4000-8000-0000000fffff"), 404},
			{"F69 an unknown domain", "60003", with(idOf(american), "nobody.example"), 404},
			{"F69 another customer's order", "20000", with(idOf(american), idOf(french)), 404},
			{"F69 a line that is not there", "800071", with(`\nRefund reason`, `\nLine: 7\nRefund reason`), 400},
			{"F69 a country that is none", "3000", with(`"NewNote":null`, `"CountryCode":"QQ"`), 400},
			{"F69 a control character", "3000", with(`"Title":"Refund"`, `"Title":"a\u0007b"`), 400},
		} {
			t.Run(c.name, func(t *testing.T) { d.refused(c.status, c.code, "POST", post, c.body) })
		}
		d.refused(400, "3000", "POST", "/v1/servicerequests/123", wishOf(idOf(american), sale))
		domain := d.do(200, "GET", american, "").object("companyProfile").text("domain")
		byDomain := d.do(201, "POST", post, with(idOf(american), strings.ToUpper(domain)))
		if byDomain.text("customerId") != idOf(american) {
			t.Errorf("F69 by domain: %v", byDomain)
		}
		members := d.do(201, "POST", post, `{"title":"x","description":"see below","severity":"minimal","supportTopicId":32444671,`+contactOf+
			`,"refund":{"customerId":"`+idOf(american)+`","orderId":"`+sale+`","lineItemNumbers":[0],"reason":"twice","amount":12.5}}`)
		if !strings.Contains(members.text("description"), "Refund reason: twice\nAmount: 12.50 USD") || !strings.HasPrefix(members.text("description"), "see below\n\nCustomer: "+idOf(american)) {
			t.Errorf("F69 told by members, the description says it all the same: %q", members.text("description"))
		}

		list := d.do(200, "GET", "/v1/servicerequests?size=2", "")
		if len(list.items()) != 2 || list.items()[0].text("id") != members.text("id") || list.object("links").object("next").text("uri") != "/servicerequests?size=2&offset=2" {
			t.Errorf("R10 %v", list["links"])
		}
		if got := d.do(200, "GET", "/v1/servicerequests?offset=2&size=2", "").items(); len(got) != 1 || got[0].text("id") != raised.text("id") {
			t.Errorf("R10 %v", got)
		}
		for filter, want := range map[string]int{
			`filter={"Field":"Status","Value":"Open","Operator":"equals"}`: 3, `filter=%7B%22Field%22:%22status%22,%22Value%22:%22closed%22,%22Operator%22:%22equals%22%7D`: 0,
			`filter={"Field":"Status","Value":"closed","Operator":"not_equals"}`: 3, `filter={"Field":"Status","Value":"open","Operator":1}`: 0,
			`filter={"Field":"Status","Value":"none","Operator":"not_equals"}`: 3,
			"status=attention_needed": 0, "status=Open": 3, "status=none": 3,
		} {
			if got := d.do(200, "GET", "/v1/servicerequests?"+filter, "").items(); len(got) != want {
				t.Errorf("R10 %s: %d", filter, len(got))
			}
		}
		d.refused(400, "3000", "GET", `/v1/servicerequests?filter={"Field":"Status","Value":"open","Operator":"substring"}`, "")
		d.refused(400, "3000", "GET", `/v1/servicerequests?filter={"Field":"Title","Value":"open","Operator":"equals"}`, "")
		if got := d.do(200, "GET", french+"/servicerequests", "").items(); len(got) != 0 {
			t.Errorf("R10 the French customer has none: %v", got)
		}
		d.refused(404, "1000", "GET", french+"/servicerequests/"+raised.text("id"), "")
		for _, path := range []string{"/v1/servicerequests/0", "/v1/servicerequests/x", "/v1/servicerequests/99999999999999999999999"} {
			d.refused(404, "1000", "GET", path, "")
		}
		for _, topic := range d.do(200, "GET", "/v1/servicerequests/SupportTopics/", "").items() {
			if _, number := topic["id"].(float64); !number || topic.object("attributes").text("objectType") != "SupportTopic" {
				t.Errorf("F68 %v", topic)
			}
		}
	})
}

// TestR10Followed: who raised a request adds notes, is answered, takes it back; customers see their own and no figures.
func TestR10Followed(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		order := find(t, d.do(200, "GET", french+"/software", "").items(), "title", "RDS CAL").text("orderId")
		partners := d.do(201, "POST", "/v1/servicerequests/en-US", wishOf(idOf(french), order)).text("id")
		one := "/v1/servicerequests/" + partners
		noted := d.do(200, "PATCH", one, `{"Id":"`+partners+`","Severity":"unknown","Status":"none","Title":"Refund","NewNote":{"Text":"any news?"},"Notes":null,"CreatedDate":"0001-01-01T00:00:00"}`)
		if notes := noted.list("notes"); len(notes) != 1 || notes[0].text("text") != "any news?" || notes[0].text("createdByName") != "demo script" || noted.text("severity") != "critical" {
			t.Errorf("R10 %v", noted)
		}
		answered := d.do(200, "POST", "/v1/operator/requests/"+partners+"/reply", `{"text":"Which line?"}`)
		if answered.text("status") != "attention_needed" || answered.text("partnerId") != string(d.seeded.Partner.ID) || answered.object("links").object("self").text("uri") != "/operator/requests/"+partners {
			t.Errorf("R16 %v", answered)
		}
		if back := d.do(200, "PATCH", one, `{"newNote":{"text":"the first"},"status":"attention_needed"}`); back.text("status") != "open" || len(back.list("notes")) != 3 {
			t.Errorf("R10 %v", back)
		}
		for member, body := range map[string]string{
			"title": `{"title":"other"}`, "description": `{"description":"other"}`, "topic": `{"supportTopicId":32444672}`, "contact": `{"primaryContact":{"email":"x@y.example"}}`,
		} {
			t.Run("R10 fixed "+member, func(t *testing.T) { d.refused(400, "900127", "PATCH", one, body) })
		}
		d.refused(400, "3000", "PATCH", one, `{"status":"attention_needed"}`)
		if closed := d.do(200, "PATCH", one, `{"status":"closed"}`); closed.text("status") != "closed" || closed.text("lastClosedDate") == "0001-01-01T00:00:00" {
			t.Errorf("R10 %v", closed)
		}
		d.refused(409, "990071", "PATCH", one, `{"newNote":{"text":"wait"}}`)
		d.refused(409, "990071", "POST", "/v1/operator/requests/"+partners+"/approve", ``)
		d.refused(409, "990071", "POST", one+"/attachments", formOf("a.txt", "x"), "Content-Type", formKind)
		if open := d.do(200, "PATCH", one, `{"status":2,"newNote":{"text":""}}`); open.text("status") != "closed" {
			t.Errorf("R10 %v", open)
		}
		d.do(200, "PATCH", one, `{"status":"open"}`)

		var own string
		d.acting(supporter, french, []party.Role{party.CustomerBilling}, func() {
			own = d.do(201, "POST", "/v1/servicerequests/fr-FR", wishOf(idOf(french), order)).text("id")
			d.refused(403, "20002", "POST", "/v1/servicerequests/fr-FR", wishOf(idOf(d.of("US")), order))
			d.refused(404, "1000", "GET", one, "") // what the partner asks about it is the partner's
			d.refused(404, "1000", "PATCH", one, `{"newNote":{"text":"x"}}`)
			if got := d.do(200, "GET", "/v1/servicerequests", "").items(); len(got) != 1 || got[0].text("id") != own {
				t.Errorf("R10 %v", got)
			}
			d.refused(403, "20002", "GET", d.of("US")+"/servicerequests", "")
			draft := d.do(200, "GET", french+"/orders/"+order+"/lineitems/0/servicerequest", "")
			if draft.object("refund")["amount"] != nil || !strings.HasSuffix(draft.text("description"), "Amount: \n") {
				t.Errorf("R09 a draft for a customer has no cost: %v", draft)
			}
		})
		if got := d.do(200, "GET", french+"/servicerequests/"+own, ""); got.text("id") != own {
			t.Errorf("R10 the partner sees what its customer asked: %v", got)
		}
		d.do(200, "POST", "/v1/operator/requests/"+own+"/approve", `{"requiredByLaw":{"country":"fr"},"reason":"art. L221-18","lineItems":[{"lineItemNumber":0,"amount":1}],"currency":"EUR"}`)
		if got := d.do(200, "GET", "/v1/servicerequests/"+own, "").object("decision"); fmt.Sprint(got["credit"]) != "1" || got["approved"] != true {
			t.Errorf("F77 %v", got)
		}
		d.acting(supporter, french, []party.Role{party.CustomerGlobal}, func() {
			shown := d.do(200, "GET", "/v1/servicerequests/"+own, "")
			decision := shown.object("decision")
			if decision["credit"] != nil || decision.list("lineItems")[0]["amount"] != nil || decision["approved"] != true || decision.object("requiredByLaw").text("country") != "FR" {
				t.Errorf("R09 %v", decision)
			}
			for _, rec := range d.do(200, "GET", "/v1/auditrecords", "").items() {
				for _, data := range rec.list("customizedData") {
					if strings.HasPrefix(data.text("key"), "Amount") {
						t.Errorf("R09 the log shows a customer %v", rec)
					}
				}
			}
		})
		kinds := map[string]int{}
		for _, rec := range d.do(200, "GET", `/v1/auditrecords?size=20&filter={"Field":"ResourceType","Value":"service_request","Operator":"equals"}`, "").items() {
			kinds[rec.text("operationType")]++
		}
		if kinds["create_service_request"] != 2 || kinds["update_service_request"] != 5 || kinds["approve_refund"] != 1 {
			t.Errorf("F53 %v", kinds)
		}
	})
}

// TestF68DraftToCredit is the whole way: a draft from the order, the reason filled in, filed inside the window, approved
// after it, with two people; keys and links are dead, the credit is on the next invoice (F58, F63–F66, F70, R16).
func TestF68DraftToCredit(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		american := d.of("US")
		sale := d.lastSale(american)
		line := american + "/orders/" + sale
		draft := d.do(200, "GET", line+"/lineitems/0/servicerequest", "")
		if draft.text("status") != "none" || draft["id"] != nil || draft.text("supportTopicId") != "32444671" || draft.object("refund").text("orderId") != sale ||
			!strings.Contains(draft.text("description"), "Order: "+sale) || draft.object("refund")["amount"] == nil {
			t.Fatalf("F68 %v", draft)
		}
		text, _ := json.Marshal(draft)
		d.refused(400, "3000", "POST", "/v1/servicerequests/en-US", string(text)) // the contact is a person's
		body := strings.Replace(string(text), `"primaryContact":{`, contactOf[:len(contactOf)-1]+`,`, 1)
		d.refused(400, "990070", "POST", "/v1/servicerequests/en-US", body) // so is the reason
		body = strings.Replace(body, "Refund reason: ", "Refund reason: bought twice", 1)
		filed := d.do(201, "POST", "/v1/servicerequests/en-US", body)
		one := "/v1/operator/requests/" + filed.text("id")

		d.do(200, "POST", "/sandbox/clock", `{"advance":"P30D"}`) // the window is over
		d.refused(400, "900117", "PATCH", line, `{"status":"cancelled","lineItems":[{"lineItemNumber":0}]}`)
		preview := d.do(200, "POST", one+"/propose?preview=true", ``).object("preview")
		credit := preview.list("credits")[0]
		if len(preview.list("credits")) != 1 || fmt.Sprint(credit["total"]) != "-1069" || preview.text("policy") != "P02" || preview["keysRevoked"] != 1.0 || preview["linksRevoked"] != 1.0 {
			t.Errorf("F70 %v", preview)
		}
		d.do(200, "PUT", "/v1/operator/refundlimits", `{"items":[{"currencyCode":"USD","secondPersonAbove":1000}]}`)
		d.refused(400, "990075", "POST", one+"/approve", ``) // nobody proposed
		d.acting(supporter, "", []party.Role{party.SupportAgent}, func() {
			d.refused(403, "900150", "POST", one+"/approve", ``)
			proposed := d.do(200, "POST", one+"/propose", `{"reason":"bought twice"}`)
			if p := proposed.object("proposal"); fmt.Sprint(p["credit"]) != "1069" || proposed.text("status") != "open" {
				t.Errorf("R16 %v", proposed)
			}
		})
		d.acting(supporter, "", []party.Role{party.SupportAgent, party.OperatorAdmin}, func() {
			d.refused(400, "990075", "POST", one+"/approve", ``) // proposed by the same
		})
		before, cents := d.money(sale, "USD")
		var first *httptest.ResponseRecorder
		again := []string{"MS-RequestId", "0b1c2d3e-0000-4a5b-8c9d-0000000000a2", "If-Preview-Match", preview.text("hash")}
		d.acting(approver, "", []party.Role{party.OperatorAdmin}, func() {
			d.refused(409, "990001", "POST", one+"/approve", ``, again[2:]...) // the proposal moved the request on
			hash := d.do(200, "POST", one+"/approve?preview=true", ``).object("preview").text("hash")
			again[3] = hash
			first = d.call("POST", one+"/approve", ``, again...)
			if second := d.call("POST", one+"/approve", ``, again...); first.Code != 200 || second.Body.String() != first.Body.String() {
				t.Errorf("F70 %d %s, then %s", first.Code, first.Body, second.Body)
			}
			d.refused(409, "990071", "POST", one+"/approve", ``)
			d.refused(409, "990071", "POST", one+"/refuse", `{"reason":"no"}`)
		})
		if lines, after := d.money(sale, "USD"); lines != before+1 || after-cents != -106_900 {
			t.Errorf("F66 F70 %d lines, %d cents", lines-before, after-cents)
		}
		if o := d.do(200, "GET", line, ""); o.text("status") != "cancelled" {
			t.Errorf("F70 %v", o["status"])
		}
		item := find(t, d.do(200, "GET", american+"/software", "").items(), "orderId", sale)
		if item.text("state") != "cancelled" {
			t.Errorf("F64 %v", item)
		}
		d.refused(400, "990011", "POST", american+"/software/"+sale+"/0/keys", `{"version":"2022"}`)
		d.refused(409, "800061", "PATCH", line, `{"status":"cancelled"}`)
		d.refused(409, "990071", "PATCH", "/v1/servicerequests/"+filed.text("id"), `{"status":"open"}`)
		if got, err := s.Verify(t.Context()); err != nil || len(got) > 0 {
			t.Errorf("%v %v", err, got)
		}
	})
}

// TestF58NeedsInformation: a product whose cancellation goes through a request is cancelled by its approval.
func TestF58NeedsInformation(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		o := d.buy(french, lineOf(sandbox.SQLPerpetual, "0001", "FR", 1, "one_time", ""))
		request := d.do(201, "POST", "/v1/servicerequests/fr-FR", wishOf(idOf(french), o.id)).text("id")
		d.do(200, "POST", "/sandbox/clock", `{"advance":"P31D"}`)
		done := d.do(200, "POST", "/v1/operator/requests/"+request+"/approve", ``)
		if done.text("status") != "closed" || done.object("decision")["approved"] != true || d.do(200, "GET", o.order, "").text("status") != "cancelled" {
			t.Errorf("F58 %v", done)
		}

		american := d.of("US")
		sale := d.buy(american, lineOf(sandbox.ServerPerpetual, "0001", "US", 1, "one_time", ""))
		yearly := d.buy(american, lineOf(sandbox.SQLServer, "0001", "US", 1, "annual", "P1Y"))
		limit := func(above string) {
			d.do(200, "PUT", "/v1/operator/refundlimits", `{"items":[{"currencyCode":"USD","requestAbove":`+above+`}]}`)
		}
		limit("1068.99")
		d.refused(400, "990079", "PATCH", sale.order, `{"status":"cancelled"}`)
		d.refused(400, "990079", "PATCH", yearly.sub, `{"status":"deleted"}`)
		for _, v := range d.do(200, "GET", sale.order+"/lineitems/0/verdicts", "").items() {
			if v.text("act") == "cancel" && (v["allowed"] != false || v.object("mend").text("uri") != "/servicerequests/en-US") {
				t.Errorf("F58 %v", v)
			}
		}
		above := d.do(201, "POST", "/v1/servicerequests/en-US", wishOf(idOf(american), sale.id)).text("id")
		d.do(200, "POST", "/v1/operator/requests/"+above+"/approve", ``)
		limit("1418")
		d.do(200, "PATCH", yearly.sub, `{"status":"deleted"}`)
	})
}

// TestF77OverTheWire: what the law requires after the window, its bounds and its record.
func TestF77OverTheWire(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		order := find(t, d.do(200, "GET", french+"/software", "").items(), "title", "Server Standard").text("orderId") // of 2021
		request := d.do(201, "POST", "/v1/servicerequests/fr-FR", wishOf(idOf(french), order)).text("id")
		one := "/v1/operator/requests/" + request
		law := func(rest string) string {
			return `{"requiredByLaw":{"country":"FR"},"reason":"art. L217-14"` + rest + `}`
		}
		for _, c := range []struct {
			name, code, body string
			status           int
		}{
			{"F70 the window is over", "900117", ``, 400},
			{"F77 no reason", "3000", `{"requiredByLaw":{"country":"FR"}}`, 400},
			{"F77 no country", "3000", `{"requiredByLaw":{},"reason":"x"}`, 400},
			{"F77 an amount without a law", "990076", `{"lineItems":[{"lineItemNumber":0,"amount":1}],"currency":"EUR"}`, 400},
			{"F77 an amount without a currency", "3000", law(`,"lineItems":[{"lineItemNumber":0,"amount":1}]`), 400},
			{"F77 another currency", "990077", law(`,"lineItems":[{"lineItemNumber":0,"amount":1}],"currency":"USD"`), 400},
			{"F77 nothing", "3000", law(`,"lineItems":[{"lineItemNumber":0,"amount":0}],"currency":"EUR"`), 400},
			{"E26 F77 more than was charged", "990077", law(`,"lineItems":[{"lineItemNumber":0,"amount":1218.67}],"currency":"EUR"`), 400},
			{"F77 a line twice", "3000", law(`,"lineItems":[{"lineItemNumber":0},{"lineItemNumber":0}]`), 400},
			{"F77 a line that is not there", "800071", law(`,"lineItems":[{"lineItemNumber":4}]`), 400},
		} {
			t.Run(c.name, func(t *testing.T) { d.refused(c.status, c.code, "POST", one+"/approve", c.body) })
		}
		done := d.do(200, "POST", one+"/approve", law(`,"lineItems":[{"lineItemNumber":0,"amount":"100.00"}],"currency":"EUR"`))
		if decision := done.object("decision"); fmt.Sprint(decision["credit"]) != "100" || decision.object("requiredByLaw").text("country") != "FR" || decision.text("reason") != "art. L217-14" {
			t.Errorf("F77 %v", decision)
		}
		second := d.do(201, "POST", "/v1/servicerequests/fr-FR", wishOf(idOf(french), order)).text("id")
		d.refused(409, "800061", "POST", "/v1/operator/requests/"+second+"/approve", ``) // E03: it is cancelled
		rest := d.do(200, "POST", "/v1/operator/requests/"+second+"/approve", law(``)).object("decision")
		if fmt.Sprint(rest["credit"]) != "1118.66" {
			t.Errorf("E26 F77 what was left: %v", rest)
		}
		third := d.do(201, "POST", "/v1/servicerequests/fr-FR", wishOf(idOf(french), order)).text("id")
		d.refused(400, "990077", "POST", "/v1/operator/requests/"+third+"/approve", law(``))
		for _, rec := range d.do(200, "GET", "/v1/auditrecords?size=5", "").items() {
			if rec.text("operationType") == "approve_refund" {
				text := fmt.Sprint(rec["customizedData"])
				for _, want := range []string{"RequiredByLaw", "FR", "Reason", "art. L217-14"} {
					if !strings.Contains(text, want) {
						t.Errorf("F77 the record lacks %s: %s", want, text)
					}
				}
			}
		}
		for _, l := range d.do(200, "GET", "/v1/invoices/unbilled/lineitems?provider=all&invoicelineitemtype=billinglineitems&period=current&explain=true", "").items() {
			if l.text("orderId") != order {
				continue
			}
			if steps := l.object("explanation").list("steps"); steps[0].text("name") != "granted" || l["quantity"] != 0.0 {
				t.Errorf("F75 F77 %v", l)
			}
		}
		if got, err := s.Verify(t.Context()); err != nil || len(got) > 0 {
			t.Errorf("%v %v", err, got)
		}
	})
}

// TestR16Queue: the operator's queue holds the requests of all partners, and nobody else's acts reach across.
func TestR16Queue(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		const plain = `{"title":"x","description":"y","severity":"minimal","supportTopicId":32444676}`
		ours := d.do(201, "POST", "/v1/servicerequests/en-US", plain).text("id")
		partner := d.seeded.Partner
		d.seeded.Partner = d.seeded.Provider
		theirs := d.do(201, "POST", "/v1/servicerequests/en-US", plain).text("id")
		d.refused(404, "1000", "GET", "/v1/servicerequests/"+ours, "")
		d.refused(404, "1000", "PATCH", "/v1/servicerequests/"+ours, `{"newNote":{"text":"x"}}`)
		d.seeded.Partner = partner
		queue := d.do(200, "GET", "/v1/operator/requests", "").items()
		if len(queue) != 2 || queue[0].text("id") != ours || queue[1].text("partnerId") != string(d.seeded.Provider.ID) {
			t.Errorf("R16 %v", queue)
		}
		if got := d.do(200, "GET", "/v1/operator/requests?status=closed", "").items(); len(got) != 0 {
			t.Errorf("R16 %v", got)
		}
		d.do(200, "POST", "/v1/operator/requests/"+theirs+"/reply", `{"text":"done","status":"closed"}`)
		d.refused(400, "990074", "POST", "/v1/operator/requests/"+ours+"/approve", ``)
		d.refused(400, "3000", "POST", "/v1/operator/requests/"+ours+"/refuse", `{"reason":" "}`)
		d.refused(400, "3000", "POST", "/v1/operator/requests/"+ours+"/reply", `{"text":"x","status":"open"}`)
		if got := d.do(200, "GET", "/v1/operator/requests?status=closed", "").items(); len(got) != 1 || got[0].text("id") != theirs {
			t.Errorf("R16 %v", got)
		}
		for name, body := range map[string]string{
			"R15 no currency": `{"items":[{"currencyCode":"EURO"}]}`, "R15 twice": `{"items":[{"currencyCode":"EUR"},{"currencyCode":"eur"}]}`,
			"R15 below zero": `{"items":[{"currencyCode":"EUR","requestAbove":-1}]}`, "R15 a fraction of a cent": `{"items":[{"currencyCode":"EUR","requestAbove":0.001}]}`,
		} {
			t.Run(name, func(t *testing.T) { d.refused(400, "3000", "PUT", "/v1/operator/refundlimits", body) })
		}
	})
}
