package app_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// BenchmarkPlanner takes a file of 100,000 devices, once into an empty planner, once with every date changed, and looks at the
// fleet: its picture, and a page of what is due soon.
func BenchmarkPlanner(b *testing.B) {
	const n = 100_000
	file := func(day string) []byte {
		var out bytes.Buffer
		out.WriteString("Device,LastActivation,Product\n")
		for i := range n {
			fmt.Fprintf(&out, "PC-%06d.branch.example,%s %02d:%02d:%02d,Server 2019 Standard\n", i*7919%n, day, i%24, i%60, i/60%60)
		}
		return out.Bytes()
	}
	files := [][]byte{file("2026-06-01"), file("2026-06-02")}
	const partner, customer = id.Partner("7d000000-0000-4000-8000-000000000001"), id.Customer("6f1d0c0e-1111-4f60-9d6e-0a4b9a3f0001")
	who := party.Actor{Scope: party.NewScope(partner, ""), Roles: party.RolesOf(party.AdminAgent)}
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			for b.Loop() {
				s := storetest.Open(b, url(b), store.Options{})
				a := &app.App{Store: s, Clock: when.NewFixed(now), Wall: when.Wall{}, IDs: id.Random{}}
				_, err := s.Update(ctx, app.Act{Actor: who}, func(tx app.Tx) (any, error) {
					if err := tx.AddPartner(party.Partner{ID: partner, Kind: party.DirectBill}); err != nil {
						return nil, err
					}
					return nil, tx.AddCustomer(party.Customer{ID: customer, Domain: "atelier.example", CompanyName: "Atelier Nord"})
				})
				if err != nil {
					b.Fatal(err)
				}
				from := b.Elapsed()
				told := func(what string) {
					b.Logf("%s: %v", what, b.Elapsed()-from)
					from = b.Elapsed()
				}
				for _, f := range files {
					if _, err := a.ImportDevices(ctx, who, app.Request{}, customer, bytes.NewReader(f)); err != nil {
						b.Fatal(err)
					}
					told("import")
				}
				if f, err := a.Fleet(ctx, who, customer, license.Weekly); err != nil || f.Total != n {
					b.Fatal(f.Total, err)
				}
				told("picture")
				if v, err := a.Devices(ctx, who, customer, app.DeviceQuery{State: license.MoveSoon, Limit: 50}); err != nil {
					b.Fatal(v, err)
				}
				told("page of 50")
			}
		})
	}
}
