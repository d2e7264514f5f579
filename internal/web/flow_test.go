package web_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// twin are the rows of the table that says the same as a picture, each its cells joined by bars.
func (a answer) twin(id string) (rows []string) {
	_, part, _ := strings.Cut(a.body, `<h2 id="`+id+`"`)
	part, _, _ = strings.Cut(part, "</section>")
	_, part, _ = strings.Cut(part, "<tbody")
	for _, row := range rowOf.FindAllString(part, -1) {
		var cells []string
		for _, cell := range strings.FieldsFunc(strings.NewReplacer("</th>", "\x00", "</td>", "\x00").Replace(row), func(r rune) bool { return r == 0 }) {
			if text := strings.TrimSpace(tags.ReplaceAllString(cell, "")); text != "" {
				cells = append(cells, text)
			}
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	return rows
}

// F75 E05: the money of an order from its lines to the documents, to the cent, for those who read invoices, and for nobody else.
func TestF75MoneyOfAnOrder(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.GlobalAdmin)
	document := regexp.MustCompile(`G\d{9}`)
	for _, order := range []struct {
		name     string
		customer int
		title    string
		want     []string // G for a document
		sentence string
	}{
		{
			"three years, charged each year, each charge on its own invoice", 3, "Windows Server Standard, 8 cores, 3 years", []string{
				"Order|Windows Server Standard, 8 cores, 3 years|A$4,878.23", "Order|Sum|A$4,878.23",
				"Charges|Purchase|A$1,626.08", "Charges|Recurring charge|A$3,252.15", "Charges|Sum|A$4,878.23",
				"Postings|Sales|A$4,434.75", "Postings|Tax|A$443.48", "Postings|Sum|A$4,878.23",
				"Invoice|G|A$1,626.08", "Invoice|G|A$1,626.07", "Invoice|G|A$1,626.08", "Invoice|Sum|A$4,878.23",
				"Credit|Stays charged|A$4,878.23", "Credit|Sum|A$4,878.23",
			}, "A$4,878.23 was charged: A$4,878.23 stands on documents, A$0.00 is not invoiced yet; A$0.00 went back, A$4,878.23 stays charged.",
		},
		{
			"given back whole on the same invoice", 4, "Server User CAL", []string{
				"Order|Server User CAL (access right)|R$4,484.00", "Order|Sum|R$4,484.00", "Charges|Purchase|R$4,484.00", "Charges|Sum|R$4,484.00",
				"Postings|Sales|R$3,832.48", "Postings|Tax|R$651.52", "Postings|Sum|R$4,484.00", "Invoice|G|R$4,484.00", "Invoice|Sum|R$4,484.00",
				"Credit|Back on G|R$4,484.00", "Credit|Sum|R$4,484.00",
			}, "R$4,484.00 was charged: R$4,484.00 stands on documents, R$0.00 is not invoiced yet; R$4,484.00 went back, R$0.00 stays charged.",
		},
		{
			"two lines, not invoiced yet", 1, "Mail Suite Business", []string{
				"Order|Mail Suite Business|€85.50", "Order|Mail Archive|€42.76", "Order|Sum|€128.26", "Charges|Purchase|€128.26", "Charges|Sum|€128.26",
				"Postings|Sales|€106.88", "Postings|Tax|€21.38", "Postings|Sum|€128.26", "Invoice|Not invoiced yet|€128.26", "Invoice|Sum|€128.26",
				"Credit|Stays charged|€128.26", "Credit|Sum|€128.26",
			}, "€128.26 was charged: €0.00 stands on documents, €128.26 is not invoiced yet; €0.00 went back, €128.26 stays charged.",
		},
	} {
		t.Run(order.name, func(t *testing.T) {
			at := hrefOf(b.get(c.at(order.customer) + "/orders").row(order.title))
			page := b.get(at)
			b.has(page, 200, "Where the money of this order goes", order.sentence, `class="wide"`, `class="narrow"`)
			if strings.Contains(page.body, "sweep") || order.customer == 3 && !strings.Contains(page.body, "by itself") {
				t.Error("what fell due is told in the name of a program")
			}
			rows := page.twin("flow")
			for i := range rows {
				rows[i] = document.ReplaceAllString(rows[i], "G")
			}
			if !slices.Equal(rows, order.want) {
				t.Errorf("%q\nwant\n%q", rows, order.want)
			}
			for _, m := range regexp.MustCompile(`href="(/billing/invoices/G\d+)"`).FindAllStringSubmatch(page.body, -1) {
				b.has(b.get(m[1]), 200, order.title)
			}
			for _, lang := range []string{"fr", "ru"} {
				b.lang = lang
				if again := b.get(at); len(again.twin("flow")) != len(order.want) {
					t.Errorf("%s: %q", lang, again.twin("flow"))
				}
			}
			b.lang = "en"
			agent := c.as(c.seeded.Partner, "", party.AdminAgent)
			if page := agent.get(at); page.status != 200 || strings.Contains(page.body, `id="flow"`) || strings.Contains(page.body, "/billing/") {
				t.Errorf("R08 an admin agent is shown %d %q", page.status, page.twin("flow"))
			}
		})
	}
	moulin := c.as(c.seeded.Reseller, "", party.GlobalAdmin)
	at := hrefOf(moulin.get(hrefOf(moulin.get("/customers").row("Moulin Bleu")) + "/orders").row("Mail Suite"))
	if page := moulin.get(at); page.status != 200 || strings.Contains(page.body, `id="flow"`) {
		t.Errorf("a reseller is shown its provider's books: %d", page.status)
	}
	provider := c.as(c.seeded.Provider, "", party.BillingAdmin)
	provider.has(provider.get(at), 200, `id="flow"`, "Not invoiced yet")
}

// F06: the map has every market once, sold or not as the rule has it, and the customer's own is marked.
func TestF06MapOfMarkets(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	for at, want := range map[int]string{
		3: "Reservations are sold in 144 of 250 countries and territories, Australia among them.",
		5: "Reservations are sold in 144 of 250 countries and territories, Guadeloupe not among them.",
	} {
		page := b.get(c.at(at) + "/reservations")
		b.has(page, 200, "Where reservations are sold", want)
		if n := strings.Count(page.body, `class="l-st w3"`); n != 3 { // in both drawings, and in the key
			t.Errorf("the customer's country is marked %d times", n)
		}
	}
	for lang, words := range map[string][3]string{"en": {"Not sold", "Sold, price includes tax", "Sold"}, "fr": {"Non vendues", "Vendues, prix taxe comprise", "Vendues"}, "ru": {"Не продаются", "Продаются, цена с налогом", "Продаются"}} {
		b.lang = lang
		page := b.get(c.at(5) + "/reservations")
		said := map[market.Country]string{}
		for _, row := range page.twin("markets") {
			codes := regexp.MustCompile(`\(([A-Z]{2})\)`).FindAllStringSubmatch(row, -1)
			if n, err := strconv.Atoi(strings.Split(row, "|")[2]); err != nil || n != len(codes) {
				t.Errorf("%s: %d countries in %q", lang, len(codes), row)
			}
			for _, m := range codes {
				if said[market.Country(m[1])] != "" {
					t.Errorf("%s stands twice", m[1])
				}
				for _, w := range words {
					if strings.HasPrefix(row, w) {
						said[market.Country(m[1])] = w
						break
					}
				}
			}
		}
		for _, m := range market.All() {
			want := words[2]
			if !m.Reservations {
				want = words[0]
			} else if m.PriceIncludesTax {
				want = words[1]
			}
			if said[m.Country] != want {
				t.Errorf("%s: %s is %q, want %q", lang, m.Country, said[m.Country], want)
			}
		}
	}
}
