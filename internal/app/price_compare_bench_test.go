package app_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// BenchmarkComparePrices compares the price lists of one market with 100,000 rows of 20,000 products: between instants at which nothing, a
// few prices, or every one is another, and where every row was replaced at the same price, which a page ends early on.
func BenchmarkComparePrices(b *testing.B) {
	const products = 20_000
	sheets := make([]bytes.Buffer, 10) // a transaction of PostgreSQL has some seconds
	for i := range products {
		sheet := &sheets[i*len(sheets)/products]
		if sheet.Len() == 0 {
			sheet.WriteString(priceHeader)
		}
		few := "1.00"
		if i%5000 == 4999 {
			few = "2.00"
		}
		for year, price := range []string{"1.00", few, "3.00", "3.00", "4.00"} {
			fmt.Fprintf(sheet, "Ribbon %d,RIBBON%06d,0001,Ribbon %d,Keys & Co,P1Y,Annual,FR,EUR,%s,%d-01-01,%d-12-31,Commercial\r\n", i, i, i, price, 2021+year, 2021+year)
		}
	}
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			s := storetest.Open(b, url(b), store.Options{})
			a := &app.App{Store: s, Clock: when.NewFixed(now), Wall: when.Wall{}, IDs: id.Random{}}
			for i := range sheets {
				got, err := app.ImportPrices(ctx, s, operator, app.PriceSheet{File: bytes.NewReader(sheets[i].Bytes()), Size: int64(sheets[i].Len())}, nil)
				if err != nil || got.Added == 0 {
					b.Fatal(got.Added, err)
				}
			}
			who := party.Actor{Scope: party.NewScope("7d000000-0000-4000-8000-000000000001", ""), Roles: party.RolesOf(party.AdminAgent)}
			for b.Loop() {
				for _, c := range []struct {
					name    string
					was, is int
				}{{"nothing begins or ends", 2021, 2021}, {"four prices, all rows replaced", 2021, 2022}, {"every price", 2022, 2023}, {"no price, all rows replaced", 2023, 2024}} {
					var times []time.Duration
					found := 0
					var after app.TurnKey
					for range 40 {
						begin := when.Wall{}.Now()
						turns, next, err := a.ComparePrices(ctx, who, app.TurnQuery{
							Country: "FR", Segment: market.Commercial, Was: when.Date(c.was, 6, 1), Is: when.Date(c.is, 7, 1), Limit: 50, After: after,
						})
						if err != nil {
							b.Fatal(err)
						}
						times, found, after = append(times, when.Wall{}.Now().Sub(begin)), found+len(turns), next
					}
					slices.Sort(times)
					b.Logf("%s: a page p50 %v, the slowest %v (%d found on 40)", c.name, times[20].Round(100*time.Microsecond), times[39].Round(100*time.Microsecond), found)
				}
			}
		})
	}
}
