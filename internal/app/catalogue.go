package app

import (
	"context"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// Shelf is the part of the catalogue a caller looks at: a market and segment, at an instant.
type Shelf struct {
	Market  market.Country
	Segment market.Segment
	Now     time.Time
	Buyer   catalog.Buyer
	Rules   []policy.CancelRule // to publish the window before purchase (contract.md §7)
}

// shelf decides which part: the customer's own market and segment when c is given, else those asked for. A segment asked
// for that the customer is neither in nor qualified for is "segment.not_allowed". Fault "country.unknown".
func (a *App) shelf(r Reader, who party.Actor, c id.Customer, country, segment string) (Shelf, error) {
	s := Shelf{Segment: market.Commercial, Now: a.Clock.Now()}
	if segment != "" {
		seg, ok := market.ParseSegment(segment)
		if !ok {
			return s, fault.Deny("segment.not_allowed", nil)
		}
		s.Segment = seg
	}
	if c != "" {
		customer, err := r.Customer(who.Scope, c)
		if err != nil {
			return s, err
		}
		if segment == "" {
			s.Segment = customer.Segment
		} else if s.Segment != customer.Segment && !slices.Contains(customer.Qualified(), s.Segment) {
			return s, fault.Deny("segment.not_allowed", nil)
		}
		s.Market = customer.Country()
	} else {
		m, ok := market.Lookup(country)
		if !ok {
			return s, fault.Invalid("country.unknown", nil)
		}
		s.Market = m.Country
	}
	s.Buyer = buyer(who, party.Customer{Address: party.Address{Country: s.Market}, Segment: s.Segment})
	var err error
	s.Rules, err = r.Rules()
	return s, err
}

// Products lists what is on the shelf (F08, F12): of the kinds given, those listed for the buyer. c is empty for the
// partner's own look at a country.
func (a *App) Products(ctx context.Context, who party.Actor, c id.Customer, country, segment string, kinds []catalog.Kind) (Shelf, []*catalog.Entry, error) {
	type found struct {
		shelf   Shelf
		entries []*catalog.Entry
	}
	if err := mayBrowse(who, c); err != nil {
		return Shelf{}, nil, err
	}
	got, err := read(ctx, a.Store, func(r Reader) (f found, err error) {
		if f.shelf, err = a.shelf(r, who, c, country, segment); err != nil {
			return f, err
		}
		all, err := r.Market(f.shelf.Market, f.shelf.Segment, kinds)
		if err != nil {
			return f, err
		}
		for _, e := range all {
			if len(f.shelf.Listed(e)) > 0 {
				f.entries = append(f.entries, e)
			}
		}
		return f, nil
	})
	return got.shelf, got.entries, err
}

// Product finds one product on the shelf. Fault: "product.unknown".
func (a *App) Product(ctx context.Context, who party.Actor, c id.Customer, country, segment string, product id.Product) (Shelf, *catalog.Entry, error) {
	type found struct {
		shelf Shelf
		entry *catalog.Entry
	}
	if err := mayBrowse(who, c); err != nil {
		return Shelf{}, nil, err
	}
	got, err := read(ctx, a.Store, func(r Reader) (f found, err error) {
		if f.shelf, err = a.shelf(r, who, c, country, segment); err != nil {
			return f, err
		}
		entries, err := r.Entries([]id.Product{product})
		if err != nil {
			return f, err
		}
		f.entry = entries[product]
		if f.entry == nil || f.entry.Product.Imported || len(f.shelf.Listed(f.entry)) == 0 {
			return f, fault.NotFound("product.unknown", nil)
		}
		return f, nil
	})
	return got.shelf, got.entry, err
}

// AddOnsOnShelf are the add-ons that products of a kind may have on a shelf: software and reservations have none (F25, F26).
func (a *App) AddOnsOnShelf(ctx context.Context, s Shelf, of catalog.Kind) ([]*catalog.Sku, error) {
	if of == catalog.Software || of == catalog.Reservation {
		return nil, nil
	}
	return read(ctx, a.Store, func(r Reader) ([]*catalog.Sku, error) { return addOnsOn(r, s.Market, s.Segment, s.Now) })
}

// addOnsOn are the add-ons of the newer catalogue that can be bought in a market and segment.
func addOnsOn(r Reader, m market.Country, segment market.Segment, now time.Time) ([]*catalog.Sku, error) {
	all, err := r.Market(m, segment, []catalog.Kind{catalog.OnlineService, catalog.SaaS})
	if err != nil {
		return nil, err
	}
	var addOns []*catalog.Sku
	for _, e := range all {
		for i := range e.Skus {
			item := id.Item{Product: e.Product.ID, Sku: e.Skus[i].ID}
			if _, sold := e.Offered(item, m, segment, now); e.Skus[i].AddOn && sold {
				addOns = append(addOns, &e.Skus[i])
			}
		}
	}
	return addOns, nil
}

func mayBrowse(who party.Actor, c id.Customer) error {
	if c == "" {
		return who.May(party.ReadCommerce)
	}
	return who.MayFor(party.ReadCommerce, c)
}

// Listed gives the items of a product that the shelf shows, each with the reason it cannot be bought, if any.
func (s Shelf) Listed(e *catalog.Entry) []Offered {
	var out []Offered
	for i := range e.Availabilities {
		av := &e.Availabilities[i]
		sku, ok := e.Sku(av.Sku)
		if !ok {
			continue
		}
		item := catalog.Item{ID: id.Item{Product: e.Product.ID, Sku: sku.ID, Availability: av.ID}, Entry: e, Sku: sku, Availability: av}
		if item.Listed(s.Buyer, s.Now) {
			out = append(out, Offered{item, item.Barred(s.Buyer, s.Now)})
		}
	}
	return out
}

// Offered is an item on the shelf; Barred is nil when it can be bought.
type Offered struct {
	catalog.Item
	Barred *fault.Fault
}

// Offers lists imported offers of a country (R20; contract.md §7.2).
func (a *App) Offers(ctx context.Context, who party.Actor, c id.Customer, country string, q OfferQuery) ([]catalog.Offer, error) {
	if err := mayBrowse(who, c); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]catalog.Offer, error) {
		s, err := a.shelf(r, who, c, country, "")
		if err != nil {
			return nil, err
		}
		if c != "" { // what is not for the customer's segment is hidden (F12)
			q.Segment = s.Segment
		}
		return r.Offers(s.Market, q)
	})
}

// Offer reads one imported offer. Faults: "offer.unknown"; "offers.not_served" for a product of the newer catalogue or an item
// of it, whatever its availability: those change (contract.md §3).
func (a *App) Offer(ctx context.Context, who party.Actor, country string, offer id.Product) (catalog.Offer, error) {
	if err := who.May(party.ReadCommerce); err != nil {
		return catalog.Offer{}, err
	}
	return read(ctx, a.Store, func(r Reader) (catalog.Offer, error) {
		s, err := a.shelf(r, who, "", country, "")
		if err != nil {
			return catalog.Offer{}, err
		}
		item, _ := id.ParseItem(string(offer))
		entries, err := r.Entries([]id.Product{item.Product})
		if err != nil {
			return catalog.Offer{}, err
		}
		if e := entries[item.Product]; e != nil && !e.Product.Imported {
			if _, known := e.Sku(item.Sku); known || item.Sku == "" {
				return catalog.Offer{}, fault.Refuse("offers.not_served", nil)
			}
		}
		return r.Offer(s.Market, offer)
	})
}
