package partnercenter_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// What the older catalogue calls upgrades, and a trial of it: an imported offer goes by its GUID alone.
func TestUpgradesOfImportedOffers(t *testing.T) {
	const planOne, planTwo = "6513270E-269E-4D37-B2A7-4DE452E6B438", "9531985D-5D9D-49F8-9818-E811892F902B"
	const trial, premium = "9BE4BCFC-49B6-4A08-B2E6-CC3ABABCED20", "90C192CF-D3AC-44AF-8F21-DDB66CAD4A26"
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		us := d.of("US")
		buy := func(offer, cycle string, quantity int) string {
			o := d.do(201, "POST", us+"/orders", fmt.Sprintf(`{"billingCycle":"%s","lineItems":[{"offerId":"%s","quantity":%d}]}`, cycle, offer, quantity))
			return us + "/subscriptions/" + o.list("lineItems")[0].text("subscriptionId")
		}
		sub := buy(planOne, "monthly", 3)
		upgrade := func(offer, more string) string { return `{"TargetOffer":{"Id":"` + offer + `"}` + more + `}` }
		for _, c := range []struct{ name, body, code string }{
			{"no target", `{"upgradeType":1}`, "3000"},
			{"not an upgrade target", upgrade(premium, ""), "800020"},
			{"an item of the new catalogue", upgrade("CMPMAILST001:0001:AVMAIL01XUS0", ""), "800004"},
			{"with licences", upgrade(planTwo, `,"UpgradeType":"UpgradeWithLicenseTransfer"`), "900127"},
			{"more seats than there are", upgrade(planTwo, `,"Quantity":4`), "2002"},
			{"fewer than none", upgrade(planTwo, `,"Quantity":-1`), "2002"},
		} {
			w := d.call("POST", sub+"/upgrades", c.body)
			if w.Code < 400 || !strings.Contains(w.Body.String(), `"`+c.code+`"`) {
				t.Errorf("%s: %d %s, want %s", c.name, w.Code, w.Body, c.code)
			}
		}
		if p := d.do(200, "POST", sub+"/upgrades?preview=true", upgrade(planTwo, "")).object("preview"); len(p.list("charges")) != 1 {
			t.Errorf("previewed: %v", p)
		}
		d.do(200, "POST", sub+"/upgrades", upgrade(planTwo, `,"UpgradeType":1`))
		if now := d.do(200, "GET", sub, ""); now.text("offerId") != planTwo {
			t.Errorf("upgraded to %s", now.text("offerId"))
		}
		if left := d.do(200, "GET", sub+"/upgrades", "").items(); len(left) != 0 {
			t.Errorf("it leads on to %v", left)
		}

		tried := buy(trial, "none", 25)
		if to := d.do(200, "GET", tried+"/conversions", "").items()[0].text("targetOfferId"); to != premium {
			t.Errorf("F76 a trial converts to %s", to)
		}
		d.do(200, "POST", tried+"/conversions", `{"targetOfferId":"`+premium+`","billingCycle":"monthly"}`)
		if now := d.do(200, "GET", tried, ""); now.text("offerId") != premium || now["isTrial"] != false {
			t.Errorf("F76 converted: %v", now)
		}
		if on := d.do(200, "GET", us+"/subscriptions", "").items(); find(t, on, "offerName", "Pulse").text("id") == "" {
			t.Error("no metered one")
		} else if up := d.do(200, "GET", us+"/subscriptions/"+find(t, on, "offerName", "Pulse").text("id")+"/upgrades", "").items(); len(up) != 0 {
			t.Errorf("upgrades are of imported offers: %v", up)
		}
	})
}

// What was charged to a metered plan is its use: of the plan, its customer, all customers; budgets warn and refuse nothing.
func TestUseAndBudgets(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		us := d.of("US")
		metered := find(t, d.do(200, "GET", us+"/subscriptions", "").items(), "offerName", "Pulse")
		customer := id.Customer(strings.TrimPrefix(us, "/v1/customers/"))
		who, _ := d.Actor(t.Context(), "")
		charge := func(n int, at time.Time, minor int64) billing.Charge {
			return billing.Charge{
				ID: id.Charge(fmt.Sprintf("00000000-0000-4000-8000-00000000ffe%d", n)), At: at, Kind: billing.Cycle, Customer: customer,
				Order: id.Order(metered.text("orderId")), Subscription: id.Subscription(metered.text("id")), Quantity: 1,
				Net: money.Of(minor, "USD"), Tax: money.Of(0, "USD"),
			}
		}
		november := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		_, err := s.Update(t.Context(), app.Act{Actor: who, Lock: app.Lock{Customer: string(customer)}}, func(tx app.Tx) (any, error) {
			return nil, tx.AddCharges([]billing.Charge{
				charge(1, november, 1000), charge(2, november.Add(24*time.Hour), 234), charge(3, november.Add(-time.Microsecond), 99_999),
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		cost := func(path string) string { return fmt.Sprint(d.do(200, "GET", path, "")["totalCost"]) }
		sub := us + "/subscriptions/" + metered.text("id")
		for _, path := range []string{"/v1/usagesummary", us + "/usagesummary", sub + "/usagesummary"} {
			if got := cost(path); got != "12.34" {
				t.Errorf("%s: %s, want what the open period has: 12.34", path, got)
			}
		}
		if r := d.do(200, "GET", us+"/subscriptions/usagerecords", "").items(); len(r) != 1 || fmt.Sprint(r[0]["totalCost"]) != "12.34" || r[0].text("status") != "none" {
			t.Errorf("%v", r)
		}
		if got := cost(d.of("FR") + "/usagesummary"); got != "0" {
			t.Errorf("a customer without metered plans: %s", got)
		}
		for _, c := range []struct {
			budget         string
			percent        float64
			over, trending float64
		}{{"10.00", 123, 1, 0}, {"15", 82, 0, 1}, {"100", 12, 0, 0}, {"null", 0, 0, 0}} {
			d.do(200, "PATCH", us+"/usagebudget", `{"Amount":`+c.budget+`}`)
			all := d.do(200, "GET", "/v1/usagesummary", "")
			one := d.do(200, "GET", "/v1/customers/usagerecords", "").items()[0]
			if one["percentUsed"] != c.percent || all["customersOverBudget"] != c.over || all["customersTrendingOver"] != c.trending {
				t.Errorf("budget %s: %v %% used, %v over, %v on the way", c.budget, one["percentUsed"], all["customersOverBudget"], all["customersTrendingOver"])
			}
		}
		d.refused(400, "3000", "PATCH", us+"/usagebudget", `{"amount":-1}`)
		d.refused(400, "3000", "PATCH", us+"/usagebudget", `{"amount":1.001}`)
		own := d.seeded.Partner
		d.seeded.Partner = d.seeded.Provider // another partner's use is not this one's
		if all := d.do(200, "GET", "/v1/usagesummary", ""); all["customersWithUsageBasedSubscriptions"] != 0.0 || fmt.Sprint(all["totalCost"]) != "0" {
			t.Errorf("the provider's: %v", all)
		}
		d.seeded.Partner = own
		d.roles = party.RolesOf(party.BillingAdmin)
		d.do(200, "GET", us+"/usagebudget", "")
	})
}

func TestContactsAndRegistrations(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		us, french := d.of("US"), d.of("FR")
		metered := us + "/subscriptions/" + find(t, d.do(200, "GET", us+"/subscriptions", "").items(), "offerName", "Pulse").text("id")
		mail := french + "/subscriptions/" + find(t, d.do(200, "GET", french+"/subscriptions", "").items(), "offerName", "Mail Suite").text("id")
		d.refused(400, "800011", "POST", mail+"/registrations", "")
		d.refused(400, "800012", "POST", metered+"/registrations", `{}`)
		d.do(200, "POST", metered+"/activate", "null")
		for range 2 {
			w := d.call("POST", metered+"/registrations", "")
			if w.Code != 202 || w.Header().Get("Location") != strings.TrimPrefix(metered, "/v1")+"/registrationstatus" || w.Body.Len() != 0 {
				t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
			}
		}
		if got := d.do(200, "GET", mail+"/registrationstatus", "").text("status"); got != "notregistered" {
			t.Errorf("%s", got)
		}
		d.refused(400, "3000", "PUT", mail+"/supportcontact", `{"name":"nobody"}`)
		d.refused(400, "3000", "PUT", mail+"/supportcontact", `{"supportTenantId":"x"}`)
		before := len(d.do(200, "GET", "/v1/auditrecords?size=0", "").items())
		body := `{"supportTenantId":"7d000000-0000-4000-8000-000000000077","name":"Helping Hands"}`
		for range 2 { // the second changes nothing
			d.do(200, "PUT", mail+"/supportcontact", body)
		}
		if got := d.do(200, "GET", mail+"/supportcontact", "").text("name"); got != "Helping Hands" {
			t.Errorf("%s", got)
		}
		if n := len(d.do(200, "GET", "/v1/auditrecords?size=0", "").items()) - before; n != 1 {
			t.Errorf("%d records of one change", n)
		}
		bought := d.do(201, "POST", french+"/orders", `{"billingCycle":"monthly","lineItems":[{"termDuration":"P1M","offerId":"`+item(sandbox.MailSuite, "0001", "FR")+`","quantity":1}]}`)
		gone := french + "/subscriptions/" + bought.list("lineItems")[0].text("subscriptionId")
		d.do(200, "PATCH", gone, `{"status":"deleted"}`)
		d.refused(400, "2011", "PUT", gone+"/supportcontact", strings.Replace(body, "Hands", "Feet", 1))
	})
}

func TestPromotions(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		d.refused(400, "3000", "GET", "/v1/productpromotions", "")
		d.refused(400, "3000", "GET", "/v1/productpromotions?country=ZZ", "")
		d.refused(403, "400030", "GET", "/v1/productpromotions?country=FR&segment=none", "")
		d.refused(400, "3000", "POST", d.of("FR")+"/promotionEligibilities", `{"items":[]}`)
		d.refused(400, "900126", "POST", d.of("FR")+"/promotionEligibilities", `{"items":[{"billingCycle":"weekly"}]}`)
	})
}
