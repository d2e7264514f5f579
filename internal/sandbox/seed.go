package sandbox

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// demoOffers are offers of the older catalogue, in the form the public API returns them, invented for the demo.
//
//go:embed offers.json
var demoOffers []byte

// Seeder fills an empty store with the demo: it sets its clock to the instants of the story and does everything through
// the use cases, as callers would, with the sweep in between.
type Seeder struct {
	App   *app.App
	Clock *when.Fixed // the clock of App
	Media File        // a download that was stored
	Keys  func(pool, version string, n int) string
}

// Seeded is what the demo is entered by.
type Seeded struct {
	Partner   party.Partner // direct bill: the demo client's own
	Provider  party.Partner // indirect provider …
	Reseller  party.Partner // … and a reseller of it
	Customers []party.Customer
}

// Seed makes the demo as of now. The story starts in 2020 and ends a moment before now.
func (s *Seeder) Seed(ctx context.Context, now time.Time) (Seeded, error) {
	s.Clock.Set(when.Date(2020, 7, 1))
	out, err := s.tenants(ctx)
	if err != nil {
		return out, err
	}
	if err := s.catalogue(ctx, out); err != nil {
		return out, err
	}
	t := &tale{Seeder: s, ctx: ctx, now: now, who: seller(out.Partner)}
	t.tell(out)
	out.Customers = t.customers
	return out, t.err
}

// seller acts for a partner with every role the demo client has.
func seller(p party.Partner) party.Actor {
	scope := party.NewScope(p.ID, "")
	if p.Kind == party.IndirectReseller {
		scope = party.NewScope(p.Provider, p.ID)
	}
	return party.Actor{
		Scope: scope, Kind: p.Kind, Name: "demo@" + string(p.ID)[:8] + ".example",
		Roles: party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin),
	}
}

func (s *Seeder) tenants(ctx context.Context) (Seeded, error) {
	provider := party.Partner{
		ID: id.Partner(s.App.IDs.GUID()), Name: "Grand Bazar Distribution", Kind: party.IndirectProvider, Country: "FR", MPN: "4810001",
		BillingDay: 1, Culture: "fr-FR",
	}
	out := Seeded{
		Partner: party.Partner{
			ID: id.Partner(s.App.IDs.GUID()), Name: "Quai Nine Software", Kind: party.DirectBill, Country: "US", MPN: "4810000", BillingDay: 1,
			Culture: "en-US",
		},
		Provider: provider,
		Reseller: party.Partner{
			ID: id.Partner(s.App.IDs.GUID()), Name: "Atelier Reseller", Kind: party.IndirectReseller, Provider: provider.ID, Country: "FR",
			MPN: "4810002", BillingDay: 1, Culture: "fr-FR",
		},
	}
	for _, p := range []party.Partner{out.Partner, out.Provider, out.Reseller} {
		_, err := s.App.Store.Update(ctx, app.Act{Actor: seller(p), Lock: app.Lock{Partner: true}}, func(tx app.Tx) (any, error) {
			return nil, tx.AddPartner(p)
		})
		if err != nil {
			return out, fmt.Errorf("sandbox: partner: %w", err)
		}
	}
	return out, nil
}

func (s *Seeder) catalogue(ctx context.Context, out Seeded) error {
	who := seller(out.Partner)
	if _, err := app.ImportOffers(ctx, s.App.Store, who, demoOffers, nil); err != nil {
		return fmt.Errorf("sandbox: offers: %w", err)
	}
	_, err := s.App.Store.Update(ctx, app.Act{Actor: who, Lock: app.Lock{Partner: true}}, func(tx app.Tx) (any, error) {
		if err := tx.PutRules(policy.Shipped, license.LinkRules, market.ExampleTaxRows()); err != nil {
			return nil, err
		}
		for _, p := range shelf(s.Media, out.Provider.ID) {
			e, err := p.entry()
			if err != nil {
				return nil, err
			}
			if err := tx.PutEntry(e); err != nil {
				return nil, err
			}
		}
		return nil, s.priceOffers(tx)
	})
	if err != nil {
		return fmt.Errorf("sandbox: catalogue: %w", err)
	}
	for _, pool := range []struct{ name, version string }{{"server", "2022"}, {"server", "2019"}, {"sql", "2022"}} {
		keys := make([]app.Clear, 40)
		for i := range keys {
			keys[i] = app.Clear(s.Keys(pool.name, pool.version, i))
		}
		if _, err := s.App.AddKeys(ctx, who, app.Request{}, app.KeyBatch{Pool: pool.name, Version: pool.version, Keys: keys}); err != nil {
			return fmt.Errorf("sandbox: keys: %w", err)
		}
	}
	return nil
}

// priceOffers gives ten imported offers a price, in the market their file is for: an offer without one is shown, not sold.
func (s *Seeder) priceOffers(tx app.Tx) error {
	offers, err := tx.Offers("US", app.OfferQuery{})
	if err != nil {
		return err
	}
	var ids []id.Product
	for _, o := range offers[:min(10, len(offers))] {
		ids = append(ids, o.ID)
	}
	entries, err := tx.Entries(ids)
	if err != nil {
		return err
	}
	for n, p := range ids {
		e := *entries[p]
		e.Prices = nil
		for _, a := range e.Availabilities {
			for _, o := range []offer{
				{when.Month, catalog.Monthly, int64(500 + 150*n), time.Time{}}, {when.Year, catalog.Annual, int64(5_000 + 1_500*n), time.Time{}},
				{when.Year, catalog.Monthly, int64(6_000 + 1_800*n), time.Time{}},
			} {
				e.Prices = append(e.Prices, price(p, a, o, 1000))
			}
		}
		if err := tx.PutEntry(e); err != nil {
			return err
		}
	}
	return nil
}

// line wishes for a quantity of an item.
func line(item id.Item, quantity int64, plan catalog.Plan, term when.Term) order.CartLine {
	return order.CartLine{Item: item, Quantity: quantity, Plan: plan, Term: term}
}
