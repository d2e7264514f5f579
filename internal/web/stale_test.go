package web_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestStaleFiguresShowBoth: an act whose sum moved since it was shown is not done; the dialog says what it showed and what it
// would be now, and asks anew.
func TestStaleFiguresShowBoth(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	sub := c.sub(1, "SQL Server Standard, 2 cores, 1 year")
	at := c.at(1) + "/subscriptions/" + string(sub.ID) + "/cancel"
	c.app.Clock = fixed(sub.Current.Start.Add(30 * time.Hour)) // in its window, on the second day
	dialog := b.get(at)
	b.has(dialog, 200, "<dialog", `name="shown"`)
	shown := regexp.MustCompile(`name="shown" value="([^"]*)"`).FindStringSubmatch(dialog.body)[1]
	c.app.Clock = fixed(sub.Current.Start.Add(60 * time.Hour)) // on the third
	moved := b.press(dialog, `name="match"`, "do", "commit", "ack", "1")
	b.has(moved, 409, "The figures changed", "As shown", shown, "Now")
	if now := c.sub(1, "SQL Server Standard, 2 cores, 1 year"); now.State != sub.State || now.Version != sub.Version {
		t.Errorf("it is %s, version %d", now.State, now.Version)
	}
	b.has(b.press(moved, `name="match"`, "do", "commit", "ack", "1"), 200, "ancelled")
	for _, lang := range []string{"fr", "ru"} {
		b.lang = lang
		b.has(b.press(dialog, `name="match"`, "once", lang, "do", "commit", "ack", "1"), 409)
	}
}

// TestF06ReservationIsSwitched: on the page, with the day on which it matters; an old page says that it is one.
func TestF06ReservationIsSwitched(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	at := c.at(3) + "/reservations"
	page := b.get(at)
	b.has(page, 200, "Switch auto-renew off", "at the price of that day")
	b.has(b.press(page, `name="reservation"`), 200, "ends with its term", "Switch auto-renew on")
	b.has(b.press(page, `name="reservation"`, "once", "another"), 422, "It was changed meanwhile", "you saw “On”, it is “Off” now", "Switch auto-renew on")
	b.has(b.press(b.get(at), `name="reservation"`), 200, "renews at its end", "Switch auto-renew off")
	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	sales.has(sales.post(at+"/renew", "reservation", "x"), 403)
}

// TestF47WarningBeforeReveal: keys and links are told to be worth money before the button that reveals them, and beside what was
// revealed, to the partner and to its customer.
func TestF47WarningBeforeReveal(t *testing.T) {
	c := open(t)
	customer := c.seeded.Customers[0]
	staff, own := c.as(c.seeded.Partner, "", party.AdminAgent), c.as(c.seeded.Partner, customer.ID, party.CustomerGlobal)
	line := regexp.MustCompile(`href="(/portal/software/[^"]+)"`).FindStringSubmatch(own.get("/portal/products?tab=software").body)[1]
	for _, x := range []struct {
		b    *browser
		path string
	}{{staff, c.at(0) + "/software"}, {own, line}} {
		for lang, texts := range map[string][3]string{
			"en": {"Keys and links are worth money", "Get key", "This key is worth money"},
			"fr": {"Les clés et les liens ont de la valeur", "Obtenir une clé", "Cette clé a de la valeur"},
			"ru": {"Ключи и ссылки стоят денег", "Получить ключ", "Этот ключ стоит денег"},
		} {
			x.b.lang = lang
			page := x.b.get(x.path)
			warning, button := strings.Index(page.body, texts[0]), strings.Index(page.body, texts[1]+"</button>")
			if warning < 0 || button < 0 || warning > button {
				t.Errorf("F47 %s in %s: the warning stands at %d, the button at %d", x.path, lang, warning, button)
			}
			action := regexp.MustCompile(`action="([^"]*/key)"`).FindStringSubmatch(page.body)[1]
			x.b.has(x.b.post(action, page.values(`action="`+action+`"`)...), 200, texts[2])
		}
	}
}

// TestListsOfACustomerArePaged: a page of subscriptions and of orders, the next one, and the way back; a filter goes along.
func TestListsOfACustomerArePaged(t *testing.T) {
	c := open(t)
	customer := c.seeded.Customers[1]
	who := operator(c)
	for i := range 2 * 30 {
		line := order.CartLine{Item: sandbox.Item(sandbox.MailSuite, "0001", customer.Country()), Quantity: 2, Plan: catalog.Annual, Term: when.Year, FriendlyName: fmt.Sprintf("Desk %02d", i)}
		req := app.Request{Answer: func(any) (app.Reply, error) { return app.Reply{}, nil }}
		if _, err := c.app.PlaceOrder(t.Context(), who, req, customer.ID, []order.CartLine{line}, app.Asked{}); err != nil {
			t.Fatal(err)
		}
	}
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	next := regexp.MustCompile(`href="([^"]*)" rel="next"`)
	for _, list := range []string{"/subscriptions?q=desk", "/orders?q=desk"} {
		page, seen, pages := b.get(c.at(1)+list), map[string]bool{}, 0
		for {
			pages++
			for _, m := range regexp.MustCompile(`Desk \d\d`).FindAllString(page.body, -1) {
				if pages == 2 && seen[m] {
					t.Errorf("%s: %s stands on both pages", list, m)
				}
			}
			for _, m := range regexp.MustCompile(`Desk \d\d`).FindAllString(page.body, -1) {
				seen[m] = true
			}
			m := next.FindStringSubmatch(page.body)
			if m == nil {
				break
			}
			page = b.get(strings.ReplaceAll(m[1], "&amp;", "&"))
			b.has(page, 200, "First page")
		}
		if pages != 2 || len(seen) != 60 {
			t.Errorf("%s: %d of 60 on %d pages", list, len(seen), pages)
		}
		if csv := b.get(c.at(1) + list + "&format=csv"); strings.Count(csv.body, "Desk ") < 60 {
			t.Errorf("%s: the file has %d", list, strings.Count(csv.body, "Desk "))
		}
	}
}
