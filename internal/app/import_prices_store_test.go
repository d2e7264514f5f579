package app_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

const priceHeader = "ProductTitle,ProductId,SkuId,SkuTitle,Publisher,TermDuration,BillingPlan,Market,Currency,UnitPrice,EffectiveStartDate,EffectiveEndDate,Segment\r\n"

var operator = party.Actor{Name: "operator", Roles: party.RolesOf(party.OperatorAdmin)}

func importPrices(s app.Store, rows ...string) (app.PriceReport, error) {
	data := []byte(priceHeader + strings.Join(rows, "\r\n"))
	return app.ImportPrices(context.Background(), s, operator, app.PriceSheet{File: bytes.NewReader(data), Size: int64(len(data))}, nil)
}

func entry(t testing.TB, s app.Store, p id.Product) (e *catalog.Entry) {
	t.Helper()
	err := s.View(context.Background(), func(r app.Reader) error {
		all, err := r.Entries([]id.Product{p})
		e = all[p]
		return err
	})
	if err != nil || e == nil {
		t.Fatalf("%s: %v", p, err)
	}
	return e
}

// TestE15PriceImportedBetweenCartAndCheckout: the cart keeps the price it showed, checkout refuses the other one, and the
// cart written again accepts it. What was sold before keeps its row and its amount.
func TestE15PriceImportedBetweenCartAndCheckout(t *testing.T) {
	both(t, func(w *world) {
		ctx, customer := context.Background(), w.seeded.Customers[0]
		lines := []order.CartLine{{Item: sandbox.Item(sandbox.ServerPerpetual, "0001", "US"), Quantity: 3, Plan: catalog.OneTime}}
		checkout := func(c id.Cart) app.Purchase {
			w.t.Helper()
			got, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
				return w.Checkout(ctx, w.who, req, customer.ID, c, app.Asked{})
			})
			if err != nil {
				w.t.Fatal(err)
			}
			return got
		}
		open := func() order.Cart {
			w.t.Helper()
			got, err := do[order.Cart](w, func(req app.Request) (app.Reply, error) {
				return w.CreateCart(ctx, w.who, req, customer.ID, order.Cart{Lines: lines})
			})
			if err != nil {
				w.t.Fatal(err)
			}
			return got
		}
		sold := checkout(open().ID).Orders[0]

		cart := open()
		price := func(p string) string { return ",CMPWINPRP001,1,,,,OneTime,US,USD," + p + ",1/1/1753,12/31/9999," }
		if report, err := importPrices(w.store, price("1100.50")); err != nil || report.Added != 1 || report.Skus+report.Availabilities != 0 {
			w.t.Fatalf("%v, %v", report, err)
		}
		refused := checkout(cart.ID)
		if len(refused.Orders) != 0 || len(refused.Failed) != 1 || refused.Failed[0].Fault.Code != "price.changed" {
			w.t.Fatalf("%+v", refused)
		}
		if f := refused.Failed[0].Fault; f.Args["was"] != "1069.00" || f.Args["now"] != "1100.50" {
			w.t.Errorf("%v", f.Args)
		}
		accepted, err := do[order.Cart](w, func(req app.Request) (app.Reply, error) {
			return w.ReplaceCart(ctx, w.who, req, customer.ID, order.Cart{ID: cart.ID, Lines: cart.Lines})
		})
		if err != nil || accepted.Lines[0].Unit.Decimal() != "1100.50" || accepted.Lines[0].Fault != nil {
			w.t.Fatalf("%+v, %v", accepted.Lines, err)
		}
		bought := checkout(cart.ID)
		if len(bought.Orders) != 1 || len(bought.Failed) != 0 || bought.Made.Charges[0].Net.String() != "3301.50 USD" {
			w.t.Fatalf("%+v", bought)
		}
		before, after := sold.Lines[0].Tariff, bought.Orders[0].Lines[0].Tariff
		if before.Unit.Decimal() != "1069.00" || after.PriceRow == before.PriceRow || after.PriceRow <= before.PriceRow {
			w.t.Errorf("%+v, then %+v", before, after)
		}
		rows := map[string]string{}
		for _, r := range entry(w.t, w.store, sandbox.ServerPerpetual).Prices {
			rows[r.ID] = r.Unit.Decimal()
		}
		if rows[before.PriceRow] != "1069.00" || rows[after.PriceRow] != "1100.50" {
			w.t.Errorf("%v", rows)
		}

		// A cart that was open while the price went there and back is as it was.
		cart = open()
		for _, p := range []string{"1200", "1100.50"} {
			if _, err := importPrices(w.store, price(p)); err != nil {
				w.t.Fatal(err)
			}
		}
		if got := checkout(cart.ID); len(got.Orders) != 1 {
			w.t.Errorf("%+v", got.Failed)
		}
	})
}

// TestF81WhatASheetBringsIsSold: a product that only a price sheet told of goes from the shelf to an order.
func TestF81WhatASheetBringsIsSold(t *testing.T) {
	both(t, func(w *world) {
		ctx, customer := context.Background(), w.seeded.Customers[0]
		_, err := importPrices(w.store,
			"Cloud Disk,NCECLOUD0001,2,Cloud Disk 1 TB,,P1Y,Monthly,US,USD,100,1/1/2024,12/31/9999,Commercial",
			"Cloud Disk,NCECLOUD0001,2,Cloud Disk 1 TB,,P1Y,Annual,US,USD,96,1/1/2024,11/20/2026,Commercial",
			"Cloud Disk,NCECLOUD0001,2,Cloud Disk 1 TB,,P1Y,Monthly,FR,EUR,95,1/1/2024,12/31/9999,Commercial",
			"Cloud Disk,NCECLOUD0001,2,Cloud Disk 1 TB,,P1Y,Monthly,US,USD,10,1/1/2024,12/31/9999,Education")
		if err != nil {
			w.t.Fatal(err)
		}
		shelf, e, err := w.Product(ctx, w.who, customer.ID, "", "", "NCECLOUD0001")
		if err != nil || len(shelf.Listed(e)) != 1 {
			w.t.Fatalf("F12 %v, %v", e, err)
		}
		item := shelf.Listed(e)[0]
		if item.Barred != nil || len(e.Options(item.Availability, now)) != 2 || len(e.Options(item.Availability, now.AddDate(0, 0, 1))) != 1 {
			w.t.Errorf("F05 %v, %v", item.Barred, e.Options(item.Availability, now))
		}
		got, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
			return w.PlaceOrder(ctx, w.who, req, customer.ID, []order.CartLine{{Item: item.ID, Quantity: 3, Plan: catalog.Monthly}}, app.Asked{})
		})
		if err != nil || len(got.Orders) != 1 || got.Made.Charges[0].Net.String() != "25.00 USD" { // 3 × 100 over twelve
			w.t.Errorf("%+v, %v", got, err)
		}
	})
}

// Sheets are all or nothing on both engines, and one that says what stands writes nothing.
func TestImportPricesIntoAStore(t *testing.T) {
	const first = "Disk,NCECLOUD0001,1,Disk,,P1Y,Annual,US,USD,96,1/1/2024,12/31/9999,Commercial"
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if _, err := importPrices(s, first, ",11111111-AAAA-4AAA-8AAA-000000000001,1,,,P1Y,Annual,US,USD,96,,,"); fault.Of(err) == nil || fault.Of(err).Code != "import.rows" {
			t.Fatal(err)
		}
		for _, c := range []struct {
			row     string
			added   int
			version int64
			prices  int
		}{
			{first, 1, 1, 1}, {first, 0, 1, 1},
			{strings.Replace(first, ",96,", ",97,", 1), 1, 2, 2}, {strings.Replace(first, ",96,", ",97,", 1), 0, 2, 2},
			{strings.Replace(first, ",US,USD,", ",GB,GBP,", 1), 1, 3, 3}, {first, 1, 4, 4}, {first, 0, 4, 4},
		} {
			report, err := importPrices(s, c.row)
			e := entry(t, s, "NCECLOUD0001")
			if err != nil || report.Added != c.added || e.Version != c.version || len(e.Prices) != c.prices {
				t.Errorf("%s: %v, %v: version %d, %d prices", c.row, report, err, e.Version, len(e.Prices))
			}
		}
	})
}

// BenchmarkImportPrices takes a sheet of 100,000 rows, once into an empty store, once with every price changed.
func BenchmarkImportPrices(b *testing.B) {
	big := func(cents int) []byte {
		var out bytes.Buffer
		out.WriteString(priceHeader)
		for p := range 2_500 {
			for _, m := range []string{"US,USD", "FR,EUR", "DE,EUR", "GB,GBP", "CA,CAD", "BR,BRL", "AU,AUD", "IN,INR"} {
				for _, plan := range []string{"P1M,Monthly", "P1Y,Monthly", "P1Y,Annual", "P3Y,Monthly", "P3Y,Annual"} {
					fmt.Fprintf(&out, "\"Product %d, cloud\",NCE%09d,1,Plan %d,,%s,%s,%d.%02d,1/1/2024,12/31/9999,Commercial\r\n", p, p, p, plan, m, p, cents)
				}
			}
		}
		return out.Bytes()
	}
	sheets := [][]byte{big(10), big(11)}
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s := storetest.Open(b, url(b), store.Options{})
				for _, data := range sheets {
					report, err := app.ImportPrices(context.Background(), s, operator, app.PriceSheet{File: bytes.NewReader(data), Size: int64(len(data))}, nil)
					if err != nil || report.Added != 100_000 {
						b.Fatal(report, err)
					}
					b.Logf("%v: %d rows", b.Elapsed(), report.Rows)
				}
			}
		})
	}
}
