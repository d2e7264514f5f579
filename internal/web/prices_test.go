package web_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const sheetHead = "ProductTitle,ProductId,SkuId,SkuTitle,Publisher,TermDuration,BillingPlan,Market,Currency,UnitPrice,PricingTierRangeMin,PricingTierRangeMax,EffectiveStartDate,EffectiveEndDate,Segment\n"

// hiddenOf are the hidden values of the form that goes to an address.
func (a answer) hiddenOf(action string) (pairs []string) {
	_, form, _ := strings.Cut(a.body, `action="`+action+`"`)
	form, _, _ = strings.Cut(form, "</form>")
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(form, -1) {
		pairs = append(pairs, m[1], m[2])
	}
	return pairs
}

// TestF24PricingAndOffers: the list of a market at an instant, pages, CSV, one SKU through time with what a purchase would cost.
func TestF24PricingAndOffers(t *testing.T) {
	c := open(t)
	o := c.as(c.seeded.Partner, "", party.OperatorAdmin, party.AdminAgent)
	many := sheetHead
	for i := range 60 {
		many += fmt.Sprintf("Ribbon %d,RIBBON%04d,0001,Ribbon %d,Keys & Co,P1Y,Annual,FR,EUR,1.00,,,1753-01-01,9999-12-31,Commercial\n", i, i, i)
	}
	many += "Ribbon 0,RIBBON0000,0001,Ribbon 0,Keys & Co,P1Y,Annual,FR,EUR,5.00,,,2027-01-01,9999-12-31,Commercial\n"
	look := o.upload("/prices/check", "p.csv", many, "vendors", "")
	o.has(look, 200, "Import 61 prices")
	o.has(o.post("/prices/import", look.hiddenOf("/prices/import")...), 200)
	b := c.as(c.seeded.Partner, "", party.SalesAgent)
	page := b.get("/prices?country=FR")
	b.has(page, 200, "Pricing and offers", "prices of", "Mail Suite Business", "/v1/prices?country=FR", `rel="next"`)
	if next := b.get("/prices?" + strings.ReplaceAll(regexp.MustCompile(`href="/prices\?([^"]*after=[^"]*)" rel="next"`).FindStringSubmatch(page.body)[1], "&amp;", "&")); next.status != 200 || strings.Contains(next.body, ">Mail Suite Business<") {
		t.Error("the second page begins where the first did")
	}
	b.has(b.get("/prices?country=FR&format=csv"), 200, "ProductId,SkuId,", "CMPMAILST001,0001,Mail Suite Business")
	at := strings.ReplaceAll(hrefOf(page.row("Mail Suite Business")), "&amp;", "&")
	one := b.get(at + "&quantity=12")
	b.has(one, 200, "Prices through time", "decides", "12 would cost", "CMPMAILST001:0001")
	const ribbon = "/prices/RIBBON0000/0001?country=FR&segment=commercial&quantity=3"
	b.has(b.get(ribbon), 200, "to come", "3 would cost", "€3.00")
	b.has(b.get(ribbon+"&at=2026-12-31T23:59"), 200, "€3.00")
	b.has(b.get(ribbon+"&at=2027-01-01T00:00"), 200, "€15.00", "overruled by another row", "1\u00a0Jan\u00a02027")
	b.has(b.get("/prices?country=FR&segment=education"), 200, "No prices")
	b.has(b.get("/prices/NOTHING/0001?country=FR"), 404)
	if strings.Contains(page.body, "Import a price sheet") {
		t.Error("R15 a sales agent is offered the import")
	}
	b.has(b.upload("/prices/check", "p.csv", sheetHead), 403)
	log := c.as(c.seeded.Partner, "", party.AccountAdmin)
	log.has(log.get("/prices"), 403)
	for lang, text := range map[string]string{"fr": "Tarification et offres", "ru": "Цены и предложения"} {
		b.lang = lang
		b.has(b.get("/prices?country=FR"), 200, text)
		b.has(b.get(at), 200)
	}
}

// TestF24PriceSheets: a sheet with a bad row says which and changes nothing; a good one shows what it changes before it does, is
// refused when the lists moved meanwhile, and taken twice adds nothing.
func TestF24PriceSheets(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.OperatorAdmin, party.AdminAgent)
	row := func(price, segment string) string {
		return "Typewriter,TYPEWRITER01,0001,Typewriter Pro,Keys & Co,P1Y,Annual,FR,EUR," + price + ",,,1753-01-01,9999-12-31," + segment + "\n"
	}
	bad := b.upload("/prices/check", "p.csv", sheetHead+row("100.00", "Commercial")+row("dear", "Commercial"), "vendors", "Nobody")
	b.has(bad, 422, "Rows that kept the file out", "is no amount", `value="Nobody"`, `href="#f-file"`)
	if !regexp.MustCompile(`>3</`).MatchString(bad.body) {
		t.Error("the line of the bad row is not told")
	}
	first := b.upload("/prices/check", "p.csv", sheetHead+row("100.00", "Commercial"), "vendors", "Nobody")
	b.has(first, 200, "What the price sheet changes", "Typewriter Pro", "1 new product", "Import 1 price", "€100.00")
	if page := b.get("/prices?country=FR"); strings.Contains(page.body, "Typewriter") {
		t.Error("a look changed the list")
	}
	other := b.upload("/prices/check", "p.csv", sheetHead+row("90.00", "Commercial"), "vendors", "Nobody")
	b.has(b.post("/prices/import", first.hiddenOf("/prices/import")...), 200, "1 price is imported.")
	b.has(b.get("/prices/TYPEWRITER01/0001?country=FR&quantity=2"), 200, "decides", "€200.00")
	moved := b.post("/prices/import", other.hiddenOf("/prices/import")...)
	b.has(moved, 409, "The price lists changed meanwhile", "€100.00", "€90.00", "Cheaper")
	b.has(b.post("/prices/import", moved.hiddenOf("/prices/import")...), 200, "1 price is imported.")
	b.has(b.get("/prices/TYPEWRITER01/0001?country=FR&quantity=2"), 200, "€180.00", "overruled by another row")
	same := b.upload("/prices/check", "p.csv", sheetHead+row("90.00", "Commercial"), "vendors", "Nobody")
	b.has(same, 200, "Nothing changes")

	// What one person looked over is nobody else's, and not kept for ever.
	stranger := c.as(c.seeded.Partner, "", party.OperatorAdmin, party.AdminAgent)
	stranger.has(stranger.post("/prices/import", same.hiddenOf("/prices/import")...), 409, "no longer kept")
	agent := c.as(c.seeded.Partner, "", party.AdminAgent)
	agent.has(agent.post("/prices/import", same.hiddenOf("/prices/import")...), 403)
}

// TestR15SheetsOnTheConsole: the operator, who is no partner's staff, takes a sheet on the console.
func TestR15SheetsOnTheConsole(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	o.has(o.get("/operator/prices"), 200, "Import a price sheet")
	row := "Typewriter,TYPEWRITER01,0001,Typewriter Pro,Keys & Co,P1Y,Annual,FR,EUR,100.00,,,1753-01-01,9999-12-31,Commercial\n"
	o.has(o.upload("/operator/prices/check", "p.csv", sheetHead+"x"), 422, "Rows that kept the file out")
	look := o.upload("/operator/prices/check", "p.csv", sheetHead+row, "vendors", "")
	o.has(look, 200, "Import 1 price")
	o.has(o.post("/operator/prices/import", look.hiddenOf("/operator/prices/import")...), 200, "1 price is imported.")
	desk := c.ops(party.SupportAgent)
	desk.has(desk.get("/operator/prices"), 403)
}
