package web_test

import (
	"context"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestLogLeadsToTheSoftware: the link of a record about a key leads to the product that the key is of (F53), and what the record
// holds is told in the reader's language.
func TestLogLeadsToTheSoftware(t *testing.T) {
	c := open(t)
	agent := c.as(c.seeded.Partner, "", party.AdminAgent)
	at := c.at(0) + "/software"
	agent.has(agent.post(at+"/key", agent.get(at).values(`action="`+at+`/key"`)...), 200, "Copy key")
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin, party.AdminAgent)
	log := b.get(c.at(0) + "/activity")
	link := regexp.MustCompile(`href="(` + at + `\?q=[^"]+)"`).FindStringSubmatch(log.body)
	if link == nil {
		t.Fatal("no link to the software")
	}
	page := b.get(html.UnescapeString(link[1]))
	b.has(page, 200, `class="itemrow"`)
	if strings.Count(page.body, `class="itemrow"`) != 1 {
		t.Errorf("%s shows more than its product", link[1])
	}
	for lang, texts := range map[string][]string{
		"en": {"Line of the order", "Download link", "Version or file"}, "fr": {"Ligne de la commande", "Clé de produit"}, "ru": {"Строка заказа", "Ключ продукта"},
	} {
		b.lang = lang
		page := b.get(c.at(0) + "/activity")
		b.has(page, 200, texts[0], texts[1])
		if strings.Contains(page.body, "LineItemNumber") || strings.Contains(page.body, ">software_key") {
			t.Errorf("%s: a word of the interface stands on the page", lang)
		}
	}
	b.lang = "en"
	b.has(b.get(c.at(0)+"/activity?format=csv"), 200, "LineItemNumber=", "software_key") // as machines know it
	sub := c.at(1) + "/subscriptions/" + string(c.sub(1, "Mail Suite Business").ID)
	for lang, text := range map[string]string{"en": "licenses", "fr": "licences", "ru": "лицензии"} {
		b.lang = lang
		page := b.get(sub)
		b.has(page, 200, `<span class="hint">`+text)
		if strings.Contains(page.body, `>Licenses<`) {
			t.Errorf("%s: the unit is the catalogue's word", lang)
		}
	}
}

// keyless is a store in which a line of an order waits for its key.
type keyless struct {
	app.Store
	wait license.Wait
}

type keylessReader struct {
	app.Reader
	wait license.Wait
}

func (r keylessReader) Waiting(party.Scope, int) ([]license.Wait, error) {
	return []license.Wait{r.wait}, nil
}

func (k keyless) View(ctx context.Context, fn func(app.Reader) error) error {
	return k.Store.View(ctx, func(r app.Reader) error { return fn(keylessReader{r, k.wait}) })
}

// TestHomeLeadsToTheProductWithoutAKey: the card's link opens the row of that line, not of the first one.
func TestHomeLeadsToTheProductWithoutAKey(t *testing.T) {
	c := open(t)
	customer := c.seeded.Customers[0]
	items, err := c.app.Software(t.Context(), operator(c), customer.ID)
	if err != nil {
		t.Fatal(err)
	}
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	opened := regexp.MustCompile(`(?s)<details class="item[^"]*" open>.*?<b>([^<]*)</b>`)
	tried := map[string]bool{}
	plain := c.app.Store
	for _, it := range items {
		c.app.Store = keyless{plain, license.Wait{Customer: customer.ID, Order: it.Order.ID, Line: it.Line.Number, OrderedAt: now, AskedAt: now}}
		home := b.get("/home")
		c.app.Store = plain
		link := html.UnescapeString(hrefOf(home.row("waits for a product key")))
		got := opened.FindAllStringSubmatch(b.get(link).body, -1)
		if len(got) != 1 || html.UnescapeString(got[0][1]) != it.Line.Title {
			t.Errorf("%s opens %q, not %s", link, got, it.Line.Title)
		}
		tried[it.Line.Title] = true
	}
	if len(tried) < 2 {
		t.Fatal("one product tells nothing")
	}
}
