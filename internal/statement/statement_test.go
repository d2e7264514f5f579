package statement

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func eur(minor int64) money.Amount { return money.Of(minor, "EUR") }

// sample is an invoice with everything on it: two customers, parts, a rest, a credit, two rates, a balance, a payment.
func sample(t testing.TB, culture string) app.Statement {
	t.Helper()
	ids := &id.Counting{}
	november := when.Period{Start: when.Date(2026, 11, 1), End: when.Date(2026, 12, 1)}
	at := november.Start.Add(34 * time.Hour)
	french := market.TaxRow{ID: "example-fr", RatePPM: 200_000}
	charged := func(c billing.Charge, err error) billing.Charge {
		if err != nil {
			t.Fatal(err)
		}
		c.ID = id.Charge(ids.GUID())
		return c
	}
	tariff := func(price string, tax market.TaxRow) billing.Tariff {
		unit, err := money.ParsePrice(price, "EUR")
		if err != nil {
			t.Fatal(err)
		}
		return billing.Tariff{Unit: unit, PriceRow: "row", Tax: tax, Policy: "P05"}
	}
	year := when.Period{Start: at, End: when.Next(at, at.Day(), when.Year)}
	month := when.Period{Start: at, End: when.Next(at, at.Day(), when.Month)}
	line := func(kind billing.Kind, quantity int64, p when.Period) billing.Charge {
		return billing.Charge{Kind: kind, At: at, Quantity: quantity, Period: p, Order: "Qw7tLp0aZc9eRk2vBn4mXs6dUf8gHj1K1"}
	}
	server := charged(tariff("288.80", french).Charge(line(billing.New, 10, year), 0, 1))
	seats := charged(tariff("1234.5678", french).Charge(line(billing.Cycle, 3, month), 4, 12))
	added := line(billing.AddQuantity, 2, month)
	added.At = at.AddDate(0, 0, 14)
	rest := charged(tariff("31", french).ChargeRest(added, 0, 1))
	gross := charged(tariff("55", market.TaxRow{ID: "t", RatePPM: 55_000, Inclusive: true}).Charge(line(billing.New, 1, when.Period{}), 0, 1))
	credit := billing.Credits(ids, []billing.Charge{server}, policy.Prorated, at, at.AddDate(0, 0, 20))[0]
	atelier := party.Customer{ID: "c1", CompanyName: "Atelier Nord", Domain: "atelier.example", Address: party.Address{Country: "FR"}}
	zarya := party.Customer{ID: "c2", CompanyName: "ООО «Заря» 東京", Domain: "zarya.example", Address: party.Address{Country: "RU"}}
	s := app.Statement{
		Partner:  party.Partner{Name: "Quainine Distribution", Culture: culture},
		Payments: []billing.Payment{{Invoice: "G000000042", On: when.Date(2026, 12, 9), Amount: eur(50_000)}},
	}
	totals := billing.Totals{Net: eur(0), Tax: eur(0)}
	for i, c := range []billing.Charge{server, seats, rest, gross, credit} {
		totals = totals.Add(c)
		l := app.StatementLine{Charge: c, Customer: atelier, Order: order.Order{ID: c.Order}, Line: order.Line{Title: "Windows Server Standard, 8 cores, 1 year"}}
		if i == 2 || i == 3 {
			l.Customer, l.Line.Title = zarya, "Orbit CRM Team"
		}
		s.Lines = append(s.Lines, l)
		s.Why = append(s.Why, billing.Explain(c, []billing.Charge{server}))
	}
	s.Invoice = billing.Issue(42, "EUR", november, totals, eur(-12_345))
	s.Invoice.Paid = eur(50_000)
	s.Now = s.DueAt
	return s
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"F73 en", english.numbers.amount(eur(346_560)), "€3,465.60"},
		{"F73 fr", french.numbers.amount(eur(346_560)), "3\u00a0465,60\u00a0€"},
		{"F73 ru", russian.numbers.amount(eur(346_560)), "3\u00a0465,60\u00a0€"},
		{"below zero, en", english.numbers.amount(eur(-5)), "−€0.05"},
		{"below zero, fr", french.numbers.amount(eur(-123_456_789)), "−1\u00a0234\u00a0567,89\u00a0€"},
		{"E11 no minor unit", english.numbers.amount(money.Of(1_000, "JPY")), "¥1,000"},
		{"E11 three digits", french.numbers.amount(money.Of(1_500, "KWD")), "1,500\u00a0KWD"},
		{"a code before the amount", english.numbers.amount(money.Of(1_500, "KWD")), "KWD\u00a01.500"},
		{"dollars of another country", english.numbers.amount(money.Of(100, "AUD")), "A$1.00"},
		{"a sign that the fonts lack", russian.numbers.amount(money.Of(100_000, "RUB")), "1\u00a0000,00\u00a0RUB"},
		{"E28 every digit of a price", russian.numbers.price(money.PriceOf(123_456_780_000, "EUR")), "1\u00a0234,5678\u00a0€"},
		{"a rate", english.numbers.rate(200_000), "20%"},
		{"a rate with digits", french.numbers.rate(55_250), "5,525\u00a0%"},
		{"nine hundred", english.numbers.count(999), "999"},
		{"a million", french.numbers.count(1_000_000), "1\u00a0000\u00a0000"},
		{"a day, en", english.numbers.day(when.Date(2026, 12, 1)), "1 Dec 2026"},
		{"a day, fr", french.numbers.day(when.Date(2026, 12, 1)), "01/12/2026"},
		{"a day, ru", russian.numbers.day(when.Date(2026, 12, 1)), "01.12.2026"},
		{"E28 the last day is in", russian.numbers.span(when.Date(2026, 11, 1), when.Date(2026, 12, 1)), "01.11.2026 – 30.11.2026"},
		{"E28 within a day", english.numbers.span(when.Date(2026, 11, 1), when.Date(2026, 11, 1).Add(time.Hour)), "1 Nov 2026"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

// TestWords: every language has every word, with the same holes, and the fonts have its letters.
func TestWords(t *testing.T) {
	want := reflect.ValueOf(english)
	for _, w := range []words{english, french, russian} {
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			name, field := v.Type().Field(i).Name, v.Field(i)
			switch field.Kind() {
			case reflect.String:
				text := field.String()
				if text == "" || strings.Count(text, "%s") != strings.Count(want.Field(i).String(), "%s") || !printable(text) {
					t.Errorf("%s %s: %q", w.lang, name, text)
				}
			case reflect.Map:
				if field.Len() != want.Field(i).Len() {
					t.Errorf("%s %s lacks a word", w.lang, name)
				}
				for _, k := range field.MapKeys() {
					if text := field.MapIndex(k).String(); text == "" || !printable(text) {
						t.Errorf("%s %s %v: %q", w.lang, name, k, text)
					}
				}
			}
		}
		for _, kind := range []billing.Kind{billing.New, billing.Cycle, billing.Renew, billing.AddQuantity, billing.Convert, billing.Cancel, billing.RemoveSeats} {
			if w.kind[kind] == "" {
				t.Errorf("%s has no word for %s", w.lang, kind)
			}
		}
	}
	for culture, want := range map[string]string{"fr-FR": "fr", "FR": "fr", "ru-RU": "ru", "en-GB": "en", "de-DE": "en", "": "en"} {
		if got := languageOf(culture).lang; got != want {
			t.Errorf("%q speaks %s", culture, got)
		}
	}
}

// TestSameBytes: F73, the same document gives the same bytes, many at a time too.
func TestSameBytes(t *testing.T) {
	for _, culture := range []string{"en-US", "fr-FR", "ru-RU"} {
		first, err := Render(sample(t, culture))
		if err != nil || !bytes.HasPrefix(first, []byte("%PDF-")) || len(first) > 200_000 {
			t.Fatalf("%s: %d bytes, %v", culture, len(first), err)
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if again, err := Render(sample(t, culture)); err != nil || !bytes.Equal(first, again) {
					t.Errorf("F73 %s: other bytes, %v", culture, err)
				}
			})
		}
		all.Wait()
		if dir := os.Getenv("STATEMENTS"); dir != "" { // to look at them
			if err := os.WriteFile(filepath.Join(dir, culture+".pdf"), first, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestDetails: F75, the arithmetic under a line in each language.
func TestDetails(t *testing.T) {
	for culture, want := range map[string][]string{
		"en": {"10 × €288.80", "part 5 of 12", "3 × €1,234.5678 / 12", "days: 16 of 30", "2 × €31.00 × 16/30", "Tax included, 5.5% of €55.00", "days kept: 20 of 365", "−(€2,888.00 − €158.25)", "rule P05"},
		"fr": {"10 × 288,80 €", "part 5 sur 12", "jours : 16 sur 30", "Taxe comprise, 5,5 % de 55,00 €", "jours conservés : 20 sur 365", "−(2 888,00 € − 158,25 €)", "règle P05"},
		"ru": {"10 × 288,80 €", "часть 5 из 12", "дней: 16 из 30", "Налог в цене, 5,5 % от 55,00 €", "сохранено дней: 20 из 365", "−(2 888,00 € − 158,25 €)", "правило P05"},
	} {
		s := sample(t, culture)
		p := page{nil, languageOf(culture), s}
		var all []string
		for i, l := range s.Lines {
			all = append(all, p.details(l, s.Why[i])...)
		}
		text := strings.ReplaceAll(strings.Join(all, " · "), nbsp, " ")
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("F75 %s lacks %q: %s", culture, w, text)
			}
		}
	}
}

// TestManyPages: long lists break over pages, and what is left out stands there as one sum.
func TestManyPages(t *testing.T) {
	s := sample(t, "en")
	one, why := s.Lines[1], s.Why[1]
	for i := range 400 {
		one.Line.Title = fmt.Sprint(strings.Repeat("A long title ", i%9), i)
		s.Lines, s.Why = append(s.Lines, one), append(s.Why, why)
		s.Totals = s.Totals.Add(one.Charge)
	}
	whole := s.Totals
	s.Lines, s.Why = s.Lines[:300], s.Why[:300]
	left := rest(s)
	if left.Lines != 105 || left.Net.Cmp(whole.Net) >= 0 {
		t.Errorf("left out: %+v", left)
	}
	out, err := Render(s)
	if err != nil || bytes.Count(out, []byte("/Type /Page\n")) < 8 {
		t.Errorf("%v, %d pages", err, bytes.Count(out, []byte("/Type /Page\n")))
	}
}

// TestOtherDocuments: credit notes, void notes, voided invoices and empty ones are printed as well, and no text of a
// customer stops the page.
func TestOtherDocuments(t *testing.T) {
	bill := sample(t, "ru")
	credit, void, voided, empty, odd := bill, bill, bill, bill, bill
	credit.Invoice = billing.Issue(43, "EUR", bill.Period, billing.Totals{Net: eur(-100), Tax: eur(-20), Lines: 5}, eur(0))
	bill.Invoice.Paid = eur(0)
	note, _, err := billing.Void(bill.Invoice, 44, bill.Now)
	if err != nil {
		t.Fatal(err)
	}
	void.Invoice, void.Payments = note, nil
	voided.VoidedBy = note.ID
	empty.Lines, empty.Why, empty.Payments = nil, nil, nil
	empty.Invoice = billing.Issue(45, "EUR", bill.Period, billing.Totals{Net: eur(0), Tax: eur(0)}, eur(-700))
	odd.Partner.Name = "Ω\x00\n\t😀\u202eاختبار" + strings.Repeat("ш", 4000)
	for i, s := range []app.Statement{credit, void, voided, empty, odd} {
		if out, err := Render(s); err != nil || !bytes.HasPrefix(out, []byte("%PDF-")) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// TestF78Bill: a bill names seller and customer, and says nothing of payments, so that it is the same on every day.
func TestF78Bill(t *testing.T) {
	for _, culture := range []string{"en-AU", "fr-FR", "ru-RU"} {
		bill := sample(t, culture)
		bill.To, bill.Payments, bill.Invoice.Paid = "Atelier Nord", nil, eur(0)
		bill.Now = bill.IssuedAt
		first, err := Render(bill)
		if err != nil {
			t.Fatal(err)
		}
		bill.Now = bill.DueAt.AddDate(1, 0, 0)
		later, err := Render(bill)
		if err != nil || !bytes.Equal(first, later) {
			t.Errorf("F78 %s: other bytes a year later, %v", culture, err)
		}
		bill.To = ""
		if own, err := Render(bill); err != nil || bytes.Equal(first, own) {
			t.Errorf("%s: the customer is not named, %v", culture, err)
		}
	}
}
