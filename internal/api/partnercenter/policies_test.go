package partnercenter_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// TestPoliciesAndPrices: R20 and R14, what decisions are made by, to look at.
func TestPoliciesAndPrices(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		t.Run("R20 policies", func(t *testing.T) { d.t = t; policies(t, d) })
		t.Run("R14 F24 prices", func(t *testing.T) { d.t = t; prices(t, d) })
	})
}

func policies(t *testing.T, d *demo) {
	rows := map[string]object{}
	for _, row := range d.do(200, "GET", "/v1/policies", "").items() {
		key := row.text("kind") + " " + row.text("id")
		if rows[key] != nil || row.text("source") == "" {
			t.Errorf("%s stands twice, or has no source: %v", key, row)
		}
		rows[key] = row
	}
	for _, rule := range policy.Shipped {
		row := rows["cancellation "+rule.ID]
		if row == nil || row.text("class") != string(rule.Class) || row.text("window") != string(rule.Window.Kind) || row.text("afterWindow") != string(rule.After) {
			t.Errorf("%s: %v", rule.ID, row)
		}
	}
	for key, want := range map[string]string{
		"cancellation P02":                    `{"afterWindow":"refused","class":"perpetual","credit":"full","id":"P02","kind":"cancellation","source":"programme announcement 2021-04; D2, D4","validFrom":"2021-06-01T00:00:00.0000000Z","window":"day_end","windowDays":30}`,
		"cancellation P08":                    `{"afterWindow":"end_at_term","class":"saas_monthly","credit":"full","id":"P08","kind":"cancellation","source":"D3","window":"elapsed","windowHours":24}`,
		"tax example-au":                      `{"country":"AU","id":"example-au","inclusive":true,"kind":"tax","ratePpm":100000,"source":"example, replace with your own","validFrom":"2000-01-01T00:00:00.0000000Z"}`,
		"auto_renew renew-software":           `{"autoRenew":"on","class":"software_subscription","id":"renew-software","kind":"auto_renew","source":"D2","validFrom":"2021-10-14T00:00:00.0000000Z"}`,
		"visibility visible-perpetual":        `{"class":"perpetual","id":"visible-perpetual","kind":"visibility","source":"D2","visible":false}`,
		"billing_plan plans-software":         `{"class":"software_subscription","id":"plans-software","kind":"billing_plan","partsAllowed":true,"source":"D2","validFrom":"2021-10-22T00:00:00.0000000Z"}`,
		"retention suspension-90-120":         `{"daysKept":90,"daysKeptAtMost":120,"id":"suspension-90-120","kind":"retention","source":"D3"}`,
		"suspended_billing billing-suspended": `{"charged":true,"id":"billing-suspended","kind":"suspended_billing","source":"decided: E21; D2"}`,
	} {
		if got, _ := json.Marshal(rows[key]); string(got) != want {
			t.Errorf("%s: %s", key, got)
		}
	}
	links := d.do(200, "GET", "/v1/policies?kind=Link", "").items()
	if len(links) != 1 || links[0]["lifeHours"] != 336.0 || links[0]["downloads"] != 50.0 {
		t.Errorf("F46 %v", links)
	}
	d.refused(400, "900126", "GET", "/v1/policies?kind=weather", "")
}

func prices(t *testing.T, d *demo) {
	all := d.do(200, "GET", "/v1/prices?country=FR&size=0", "").items()
	seen := map[string]bool{}
	for _, row := range all {
		if id := row.text("catalogItemId"); strings.Contains(id, "-") && strings.Contains(id, ":") {
			t.Errorf("an imported offer is sold by its GUID: %s", id)
		}
		if row.text("currency") != "EUR" || row.text("country") != "FR" || row["taxIncluded"] != false || row["unitPrice"] == nil {
			t.Errorf("%v", row)
		}
		seen[row.text("productTitle")+" "+row.text("billingCycle")] = true
	}
	for _, want := range []string{"Mail Suite monthly", "Windows Server Standard annual", "Server Standard one_time"} {
		if !seen[want] {
			t.Errorf("%s has no price: %v", want, seen)
		}
	}
	var paged []object
	target, token := "/v1/prices?country=fr&size=7", ""
	for range len(all) {
		page := d.do(200, "GET", target, "", "MS-ContinuationToken", token)
		paged = append(paged, page.items()...)
		next := page.object("links").object("next")
		if next == nil {
			break
		}
		target, token = "/v1"+next.text("uri"), page.text("continuationToken")
	}
	if fmt.Sprint(paged) != fmt.Sprint(all) {
		t.Errorf("page by page %d rows, at once %d", len(paged), len(all))
	}
	if none := d.do(200, "GET", "/v1/prices?country=FR&currency=usd", "").items(); len(none) != 0 {
		t.Errorf("F81 prices are never converted: %v", none)
	}
	for at, want := range map[string]bool{"2021-10-21T23:59:59.999999Z": false, "2021-10-22": true} {
		monthly := false
		for _, row := range d.do(200, "GET", "/v1/prices?country=FR&size=0&at="+at, "").items() {
			monthly = monthly || row.text("productTitle") == "Remote Desktop Services CAL" && row.text("billingCycle") == "monthly"
		}
		if monthly != want {
			t.Errorf("F05 at %s the CAL has a monthly price: %v", at, monthly)
		}
	}
	for _, row := range d.do(200, "GET", "/v1/prices?country=AU&size=0", "").items() {
		if row["taxIncluded"] != true {
			t.Errorf("F04 %v", row)
		}
	}
	d.refused(400, "3000", "GET", "/v1/prices", "")
	d.refused(400, "3000", "GET", "/v1/prices?country=QQ", "")
	d.refused(400, "3000", "GET", "/v1/prices?country=FR&currency=shells", "")
	d.refused(400, "3000", "GET", "/v1/prices?country=FR&at=soon", "")
}
