package web_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestF24PriceListsAreCompared: two instants and a market in the address, what turned with amount and share, on pages and as a file.
func TestF24PriceListsAreCompared(t *testing.T) {
	c := open(t)
	o := c.as(c.seeded.Partner, "", party.OperatorAdmin, party.AdminAgent)
	rows := sheetHead
	for i := range 60 {
		rows += fmt.Sprintf("Ribbon %d,RIBBON%04d,0001,Ribbon %d,Keys & Co,P1Y,Annual,FR,EUR,40.00,,,1753-01-01,9999-12-31,Commercial\n", i, i, i)
	}
	rows += "Ribbon 0,RIBBON0000,0001,Ribbon 0,Keys & Co,P1Y,Annual,FR,EUR,50.00,10,49,2027-01-01,2027-12-31,Commercial\n"
	rows += "Ribbon 1,RIBBON0001,0001,Ribbon 1,Keys & Co,P1Y,Annual,FR,EUR,30.00,,,2027-01-01,2027-12-31,Commercial\n"
	for i := range 60 {
		rows += fmt.Sprintf("Reel %d,REEL%04d,0001,Reel %d,Keys & Co,P1Y,Annual,FR,EUR,9.00,,,2027-06-01,9999-12-31,Commercial\n", i, i, i)
	}
	look := o.upload("/prices/check", "p.csv", rows, "vendors", "")
	o.has(o.post("/prices/import", look.hiddenOf("/prices/import")...), 200, "prices are imported")
	b := c.as(c.seeded.Partner, "", party.SalesAgent)
	b.has(b.get("/prices?country=FR"), 200, `href="/prices/compare?country=FR&amp;segment=commercial"`)
	const at = "/prices/compare?country=FR&was=2026-12-31T23:59&is=2027-01-01T00:00"
	page := b.get(at)
	b.has(page, 200, "Compare price lists", "10–49", "+€10.00 (+25\u00a0%)", "−€10.00 (−25\u00a0%)", "Dearer", "Cheaper", `value="2027-01-01T00:00"`, "€40.00")
	if strings.Contains(page.body, "RIBBON0002") || strings.Contains(page.body, "REEL") {
		t.Error("what did not turn is told")
	}
	b.has(b.get(at+"&turn=cheaper"), 200, "Ribbon 1")
	if page := b.get(at + "&turn=gone"); !strings.Contains(page.body, "No price changed") {
		t.Error("what is not gone is told as gone")
	}
	b.has(b.get("/prices/compare?country=FR&was=2026-12-31T23:58&is=2026-12-31T23:59"), 200, "No price changed")
	b.has(b.get(at+"&currency=usd"), 200, "No price changed")
	b.has(b.get(at+"&currency=xyz"), 200, "There is no such currency", "Ribbon 1")
	b.has(b.get("/prices/compare?country=FR&is=soon"), 200, "This is no instant")
	b.has(b.get("/prices/compare"), 200)
	b.has(b.get("/prices/compare?country=XX"), 422)
	file := b.get(at + "&format=csv")
	b.has(file, 200, "ProductId,SkuId,", "RIBBON0000,0001,Ribbon 0,", ",10,49,EUR,40.00,50.00,Dearer,10.00,25.00", ",1,,EUR,40.00,30.00,Cheaper,-10.00,-25.00")
	all := "/prices/compare?country=FR&was=2027-01-01&is=2027-06-01"
	first := b.get(all)
	next := regexp.MustCompile(`href="(/prices/compare\?[^"]*after=[^"]*)" rel="next"`).FindStringSubmatch(first.body)
	if next == nil {
		t.Fatal("sixty are on one page")
	}
	second := b.get(strings.ReplaceAll(next[1], "&amp;", "&"))
	b.has(second, 200, "REEL0050", "New")
	if strings.Contains(second.body, "REEL0049") || !strings.Contains(first.body, "REEL0049") {
		t.Error("the second page does not begin where the first ends")
	}
	if n := strings.Count(b.get(all+"&format=csv").body, "\nREEL"); n != 60 {
		t.Errorf("%d are in the file, want 60", n)
	}
	log := c.as(c.seeded.Partner, "", party.AccountAdmin)
	log.has(log.get(at), 403)
	for lang, text := range map[string]string{"fr": "Comparer les listes de prix", "ru": "Сравнить прайс-листы"} {
		b.lang = lang
		b.has(b.get(at), 200, text)
	}
}
