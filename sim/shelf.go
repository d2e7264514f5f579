// Package sim drives the real use cases on a real store and asks an independent model (sim/model) after every act
// whether they answered what rules.md says. One goroutine, one generator: a seed gives the same run every time.
package sim

import (
	"fmt"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/sim/model"
)

// sku is the only SKU of each product on the simulation's shelf.
const sku id.Sku = "0001"

// partnersOf are those of model.Actors in the nth world: a direct-bill partner, an indirect provider, its reseller.
func partnersOf(n int) [3]party.Partner {
	name := func(letter string) id.Partner {
		return id.Partner(fmt.Sprintf("00000000-0000-4000-8000-%08x%s000", n, letter))
	}
	return [3]party.Partner{
		{ID: name("a"), Name: "Direct", Kind: party.DirectBill, Country: "US", BillingDay: model.BillingDays[0]},
		{ID: name("b"), Name: "Provider", Kind: party.IndirectProvider, Country: "FR", BillingDay: model.BillingDays[1]},
		{ID: name("c"), Name: "Reseller", Kind: party.IndirectReseller, Country: "FR", BillingDay: 1, Provider: name("b")},
	}
}

// actor is the caller behind an actor of the model.
func (w *world) actor(n int) party.Actor {
	a := model.Actors[n]
	p := w.partners[a.Partner]
	who := party.Actor{
		Scope: party.NewScope(p.ID, ""), Kind: p.Kind, Name: fmt.Sprint("actor", n), Client: id.Client(fmt.Sprint("client", n)),
		Roles: party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin),
	}
	if a.Reseller {
		who.Scope, who.Kind = party.NewScope(p.ID, w.partners[2].ID), party.IndirectReseller
	}
	if a.Sales {
		who.Roles = party.RolesOf(party.SalesAgent)
	}
	return who
}

func itemID(product, country string) id.Item {
	return id.Item{Product: id.Product(product), Sku: sku, Availability: availability(product, country)}
}

func availability(product, country string) id.Availability {
	return id.Availability("AV" + product[3:9] + country + "00")
}

func term(months int) when.Term {
	if months > 0 && months%12 == 0 {
		return when.Term{Years: months / 12}
	}
	return when.Term{Months: months}
}

// scope is that of a partner of the model.
func (w *world) scope(p int) party.Scope { return party.NewScope(w.partners[p].ID, "") }

// stock puts policies, taxes and the model's shelf into an empty store for so many worlds.
func stock(tx app.Tx, worlds int) error {
	var taxes []market.TaxRow
	for _, t := range model.Taxes {
		taxes = append(taxes, market.TaxRow{
			ID: t.ID, Market: market.Country(t.Market), Class: t.Class, From: t.From, RatePPM: t.PPM, Inclusive: t.Inclusive, Source: "simulation",
		})
	}
	if err := tx.PutRules(policy.Shipped, license.LinkRules, taxes); err != nil {
		return err
	}
	for i := range model.Shelf {
		if err := tx.PutEntry(entry(&model.Shelf[i], worlds)); err != nil {
			return err
		}
	}
	return nil
}

func entry(i *model.Item, worlds int) catalog.Entry {
	p := catalog.Product{
		ID: id.Product(i.Product), Title: i.Product, Kind: catalog.Kind(i.Kind), Publisher: id.FirstParty, LinuxPlan: i.Linux, ResaleOptOut: i.OptOut,
	}
	if i.Publisher != "" {
		p.Publisher = id.Publisher(i.Publisher)
	}
	for n := 0; i.Partner > 0 && n < worlds; n++ {
		p.OnlyPartners = append(p.OnlyPartners, partnersOf(n)[i.Partner-1].ID)
	}
	for _, m := range i.Markets {
		p.OnlyMarkets = append(p.OnlyMarkets, market.Country(m))
	}
	s := catalog.Sku{
		ID: sku, Title: i.Product, MinQuantity: i.Min, MaxQuantity: i.Max, UnitType: "Licenses", Trial: i.Trial, TrialDays: i.FreeDays,
		Metered: i.Metered, AutoRenewable: i.Renewable, AddOn: i.Bases != nil, Limit: i.Limit,
	}
	switch {
	case i.Lifetime:
		s.LimitUnit = catalog.Lifetime
	case i.Limit > 0:
		s.LimitUnit = catalog.Concurrent
	}
	for _, b := range i.Bases {
		s.Bases = append(s.Bases, catalog.Ref{Product: id.Product(b)})
	}
	for _, b := range i.LeadsTo {
		s.ConvertsTo = append(s.ConvertsTo, catalog.Ref{Product: id.Product(b), Sku: sku})
	}
	e := catalog.Entry{Product: p, Skus: []catalog.Sku{s}}
	for _, m := range model.Markets {
		a := catalog.Availability{
			ID: availability(i.Product, m.Code), Sku: sku, Market: market.Country(m.Code), Segment: market.Commercial,
			Currency: money.Currency(m.Currency), Until: i.Withdrawn,
		}
		e.Availabilities = append(e.Availabilities, a)
		if i.Unpriced == m.Code {
			continue
		}
		for n, o := range i.Offers {
			e.Prices = append(e.Prices, catalog.PriceRow{
				ID: fmt.Sprintf("%s-%s-%d", i.Product, m.Code, n), Sku: sku, Market: a.Market, Segment: a.Segment, Currency: a.Currency,
				Term: term(o.Months), Plan: catalog.Plan(o.Plan), Unit: money.PriceOf(o.UnitsIn(m.Code).Int64(), a.Currency), TierMin: 1, From: o.From,
			})
		}
	}
	return e
}
