package web_test

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

var (
	rowOf    = regexp.MustCompile(`(?s)<tr role="row".*?</tr>`)
	fieldsOf = regexp.MustCompile(`<input[^>]* name="([^"]*)"[^>]*>`)
	valueOf  = regexp.MustCompile(` value="([^"]*)"`)
	typeOf   = regexp.MustCompile(` type="([^"]*)"`)
	actionOf = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
)

// row is the table row that holds a text.
func (a answer) row(text string) string {
	for _, r := range rowOf.FindAllString(a.body, -1) {
		if strings.Contains(r, text) {
			return r
		}
	}
	return ""
}

// form is what the form with an action would send as it stands, in turns name and value; more replaces or adds.
func (b *browser) form(part string, more ...string) (action string, pairs []string) {
	b.t.Helper()
	m := actionOf.FindStringSubmatch(part)
	if m == nil {
		b.t.Fatalf("no form in %s", part)
	}
	for _, in := range fieldsOf.FindAllStringSubmatch(part, -1) {
		kind := typeOf.FindStringSubmatch(in[0])
		if kind != nil && (kind[1] == "radio" || kind[1] == "checkbox") && !strings.Contains(in[0], " checked") {
			continue
		}
		value := ""
		if v := valueOf.FindStringSubmatch(in[0]); v != nil {
			value = html.UnescapeString(v[1])
		}
		replaced := false
		for i := 0; i+1 < len(more); i += 2 {
			replaced = replaced || more[i] == in[1]
		}
		if !replaced {
			pairs = append(pairs, in[1], value)
		}
	}
	return html.UnescapeString(m[1]), append(pairs, more...)
}

// press sends a form of a page, the first whose text holds mark.
func (b *browser) press(a answer, mark string, more ...string) answer {
	b.t.Helper()
	for _, f := range regexp.MustCompile(`(?s)<form.*?</form>`).FindAllString(a.body, -1) {
		if strings.Contains(f, mark) {
			action, pairs := b.form(f, more...)
			return b.post(action, pairs...)
		}
	}
	b.t.Fatalf("%s: no form with %q\n%s", a.path, mark, a.body)
	return answer{}
}

// F03 F20: from Add products to bought in at most six clicks, the plan's change among them.
func TestF03ProductsAreBought(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	at := "/customers/" + string(c.seeded.Customers[1].ID) // in France
	b.has(b.get(at), 200, at+"/products")
	a := b.get(at + "/products?tab=software")                                                      // 1: Add products opens the list; 2: the tab
	b.has(a, 200, "RDS CAL, per user, 1 year", "€", "excluding tax", "Hybrid benefit", "up to 40") // F04 F07
	a = b.press(a, "RDS CAL, per user, 1 year", "quantity", "3")                                   // 3: Add
	b.has(a, 200, "In the cart: RDS CAL, per user, 1 year", "Review cart · 1 line")
	a = b.get(regexp.MustCompile(`href="(` + at + `/carts/[0-9a-f-]{36})"`).FindStringSubmatch(a.body)[1]) // 4: Review
	cart := a.path
	b.has(a, 200, "1 year, charged each month", "1 year", "20\u00a0% is added", "Tax", "7 days: full on the first day", "whole term is owed", "All later charges") // F05
	a = b.press(a, `name="match"`, "plan0", "P1Y/annual", "do", "update")
	b.has(a, 200, "The cart is updated", "Buy, €")
	once := a.once()
	done := b.press(a, `name="match"`, "do", "buy") // 6: Buy
	b.has(done, 200, "1 order placed", "RDS CAL, per user, 1 year", "Charged, with tax")
	if done.path != cart+"/bought" {
		t.Errorf("bought leads to %s", done.path)
	}
	_, pairs := b.form(regexp.MustCompile(`(?s)<form class="side".*?</form>`).FindString(a.body), "do", "buy")
	if !slices.Contains(pairs, once) {
		t.Fatal("the form has no name of its own")
	}
	b.post(cart, pairs...) // pressed twice
	orders, err := c.app.Orders(t.Context(), operator(c), c.seeded.Customers[1].ID, catalog.Annual, false)
	n := 0
	for _, o := range orders {
		if len(o.Order.Lines) == 1 && o.Order.Lines[0].Title == "RDS CAL, per user, 1 year" {
			n++
		}
	}
	if err != nil || n != 1 {
		t.Errorf("%d orders, %v", n, err)
	}
	for _, lang := range []string{"fr", "ru"} {
		b.lang = lang
		b.has(b.get(at+"/products"), 200)
		b.has(b.get(done.path), 200)
	}
}

func operator(c *town) party.Actor {
	return party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Kind: c.seeded.Partner.Kind, Name: "op", Roles: party.RolesOf(party.AdminAgent, party.GlobalAdmin), Proved: true}
}

// F08–F19: what is on the shelf, what is barred and why, and the filters.
func TestF08ShelfOfACustomer(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	at := "/customers/" + string(c.seeded.Customers[0].ID) + "/products"
	a := b.get(at)
	b.has(a, 200, "Orbit CRM Team", "Pulse Metrics, pay as you go", "starts with a free trial of 30 days", "Usage", "by use") // F08 F10 F19 F23
	for row, why := range map[string]string{
		"Northwind Planner":  "not on the list",                  // F17
		"Solo Studio":        "does not sell it through partner", // F16
		"Harbour containers": "not sold here",                    // F18
		"Starter Kit<":       "has it already",                   // F13
	} {
		if r := a.row(row); !strings.Contains(r, why) || strings.Contains(r, "<form") {
			t.Errorf("%s: %s", row, r)
		}
	}
	if strings.Contains(a.body, "Mail Archive") { // F25
		t.Error("an add-on stands in the catalogue")
	}
	b.has(b.get("/customers/"+string(c.seeded.Customers[3].ID)+"/products"), 200, "including tax", "not sold in Australia")                                                                // F04 F15
	for query, not := range map[string]string{"publisher=partner": "Mail Suite Business", "billing=usage": "Orbit CRM Team", "category=trial": "Pulse Metrics", "q=orbit": "Mail Suite"} { // F09 F10 F11
		if a := b.get(at + "?" + query); a.status != 200 || strings.Contains(a.body, not) {
			t.Errorf("%s: %d, or %s is there", query, a.status, not)
		}
	}
	b.has(b.get(at+"?tab=reservations"), 200, "Reserved machine D2, 1 year")
	palme := b.get("/customers/" + string(c.seeded.Customers[5].ID) + "/products?tab=reservations") // F06
	b.has(palme, 200, "Reservations are not sold in Guadeloupe")
	sales := c.as(c.seeded.Partner, "", party.SalesAgent) // R01 R02
	if a := sales.get(at + "?tab=software"); strings.Contains(a.body, "RDS CAL") || strings.Contains(a.body, ">Reservations</a>") {
		t.Error("software is offered to a role that may not buy it")
	}
	ua := c.as(c.seeded.Partner, "", party.UserAdmin)
	ua.has(ua.get(at), 403)
}

// E15, F20: a changed price is shown with its difference and wants accepting; a bad line marks itself; what was typed stays.
func TestE15ChangedPriceIsAccepted(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	at := "/customers/" + string(c.seeded.Customers[0].ID)
	a := b.press(b.get(at+"/products?tab=software"), "Server User CAL", "quantity", "2")
	a = b.press(b.get(at+"/products"), "Mail Suite Business", "quantity", "4")
	a = b.get(regexp.MustCompile(`href="(` + at + `/carts/[0-9a-f-]{36})"`).FindStringSubmatch(a.body)[1])
	cart := a.path
	b.has(a, 200, "$76.00", "Mail Suite Business")
	b.has(b.press(a, `name="match"`, "q0", "many", "do", "update"), 422, `value="many"`, `href="#f-q0"`, "type a whole number")
	b.has(b.press(a, `name="match"`, "q1", "5", "do", "buy"), 200, "it was not bought yet", `value="5"`)
	b.has(b.press(a, `name="match"`, "q1", "0", "do", "update"), 200, "The quantity must be from 1 to 10,000")
	b.press(b.get(cart), `name="match"`, "q1", "5", "do", "update")
	stale := b.get(cart)
	dearer(c, "CMPUSRCAL001", 4_000)
	moved := b.press(stale, `name="match"`, "do", "buy")
	b.has(moved, 409, "The figures changed", "1 price changed while it was in the cart", "$38.00 before, $40.00 now", "Accept the new prices")
	part := b.press(moved, `name="match"`, "do", "buy") // the others go through
	b.has(part, 200, "1 order placed", "Not bought", "Accept it to buy the line", "Put these into a new cart")
	again := b.press(part, `name="from"`)
	b.has(again, 200, "Server User CAL", "$80.00")
	b.has(b.press(again, `name="match"`, "do", "buy"), 200, "1 order placed")
}

func dearer(c *town, product string, cents int64) {
	c.t.Helper()
	text := "ProductTitle,ProductId,SkuId,SkuTitle,Publisher,SkuDescription,UnitOfMeasure,TermDuration,BillingPlan,Market,Currency,UnitPrice,PricingTierRangeMin,PricingTierRangeMax,EffectiveStartDate,EffectiveEndDate,Tags,ERP Price,Segment\n" +
		"x," + product + ",0001,Server User CAL (access right),Comptoir Software,x,Licenses,,OneTime,US,USD," + fmt.Sprintf("%d.%02d", cents/100, cents%100) + ",,,2026-01-01,2030-01-01,,,Commercial\n"
	who := party.Actor{Name: "op", Roles: party.RolesOf(party.OperatorAdmin), Proved: true}
	if _, err := app.ImportPrices(c.t.Context(), c.app.Store, who, app.PriceSheet{File: strings.NewReader(text), Size: int64(len(text))}, nil); err != nil {
		c.t.Fatal(err)
	}
}
