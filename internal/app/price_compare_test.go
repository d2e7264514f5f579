package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestF24PriceListsAreCompared: what is new, gone, dearer and cheaper between two instants, to the microsecond; in pages, each
// difference once, however the pages are cut.
func TestF24PriceListsAreCompared(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		var rows []string
		row := func(product int, price, from, until string) {
			rows = append(rows, fmt.Sprintf("Ribbon,RIBBON%06d,0001,Ribbon %d,Keys & Co,P1Y,Annual,FR,EUR,%s,%s,%s,Commercial", product, product, price, from, until))
		}
		const turn = "2027-03-01"
		for i := range 900 { // enough of them that a page of a filter ends early
			row(i, "100.00", "1753-01-01", "2027-02-28") // until that day is over
			switch i % 450 {
			case 0:
				row(i, "110.00", turn, "9999-12-31")
			case 1:
				row(i, "90.00", turn, "9999-12-31")
			case 2: // gone
			default:
				row(i, "100.00", turn, "9999-12-31") // another row, the same price
			}
		}
		row(9000, "7.00", turn, "9999-12-31")
		if got, err := importPrices(w.Store, rows...); err != nil || got.Bad != nil {
			t.Fatal(got.Bad, err)
		}
		at := func(text string) time.Time {
			instant, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				t.Fatal(err)
			}
			return instant
		}
		all := func(who party.Actor, q app.TurnQuery) (told []string, pages int) {
			t.Helper()
			q.Country, q.Segment = "FR", market.Commercial
			for pages < 100 {
				found, next, err := w.ComparePrices(ctx, who, q)
				if err != nil {
					t.Fatal(err)
				}
				pages++
				for _, d := range found {
					told = append(told, fmt.Sprintf("%s %s", d.Product.ID, d.Turn))
				}
				if q.After = next; next == (app.TurnKey{}) {
					return told, pages
				}
			}
			t.Fatal("there is no end")
			return nil, 0
		}
		want := "RIBBON000000 dearer, RIBBON000001 cheaper, RIBBON000002 gone, RIBBON000450 dearer, RIBBON000451 cheaper, RIBBON000452 gone, RIBBON009000 new"
		before, on := at("2027-02-28T23:59:59.999999Z"), at("2027-03-01T00:00:00Z")
		for _, limit := range []int{1, 2, 50} {
			if got, pages := all(w.who, app.TurnQuery{Was: before, Is: on, Limit: limit}); strings.Join(got, ", ") != want || pages < 2 {
				t.Errorf("in pages of %d (%d): %s, want %s", limit, pages, strings.Join(got, ", "), want)
			}
		}
		for _, c := range []struct {
			name string
			q    app.TurnQuery
			want string
		}{
			{"a microsecond earlier on both sides", app.TurnQuery{Was: before.Add(-time.Microsecond), Is: before}, ""},
			{"from the date on", app.TurnQuery{Was: on, Is: on.Add(time.Microsecond)}, ""},
			{"backwards", app.TurnQuery{Was: on, Is: before, Turn: catalog.Gone}, "RIBBON009000 gone"},
			{"one kind", app.TurnQuery{Was: before, Is: on, Turn: catalog.Cheaper}, "RIBBON000001 cheaper, RIBBON000451 cheaper"},
			{"another currency", app.TurnQuery{Was: before, Is: on, Currency: "USD"}, ""},
			{"the same instant", app.TurnQuery{Was: on, Is: on}, ""},
		} {
			c.q.Limit = 50
			if got, _ := all(w.who, c.q); strings.Join(got, ", ") != c.want {
				t.Errorf("%s: %v, want %s", c.name, got, c.want)
			}
		}
		_, _, err := w.ComparePrices(ctx, w.who, app.TurnQuery{Country: "XX", Segment: market.Commercial, Was: before, Is: on, Limit: 1})
		is(t, "no country", err, "country.unknown")
		nobody := w.who
		nobody.Roles = party.RolesOf(party.AccountAdmin)
		if _, _, err := w.ComparePrices(ctx, nobody, app.TurnQuery{Country: "FR", Segment: market.Commercial, Was: before, Is: on, Limit: 1}); err == nil {
			t.Error("R14 an account admin compares prices")
		}
	})
}
