package catalog

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Buyer is who buys for whom: what eligibility asks about.
type Buyer struct {
	Partner id.Partner // who sells on: F17's lists name it
	Kind    party.Kind
	Market  market.Country // the customer's billing country
	Segment market.Segment
	Also    []market.Segment // opened by the customer's qualifications: not shown unasked, but sold
}

// in tells whether the buyer may buy in a segment.
func (b Buyer) in(s market.Segment) bool { return s == b.Segment || slices.Contains(b.Also, s) }

// Listed tells whether the buyer sees the availability at all (F12): another segment or market is hidden, and so is a
// first-party product that lacks the price row it needs. Imported offers, those of publishers and those barred by
// F15–F18 are shown with their reason.
func (i Item) Listed(b Buyer, at time.Time) bool {
	a, p := i.Availability, &i.Entry.Product
	if a == nil || !a.Live(at) || a.Market != b.Market || a.Segment != b.Segment {
		return false
	}
	return p.Imported || p.Publisher != id.FirstParty || p.NotTransactable || i.priced(at)
}

// priced tells whether nothing is missing on the price sheet: metered plans and first-party trials have no price by term.
func (i Item) priced(at time.Time) bool {
	return i.Sku.Metered || i.Sku.Trial || len(i.Entry.Options(i.Availability, at)) > 0
}

// Barred says why the buyer may not purchase the item now, nil when it may (F06, F12, F15–F18, F81). Add-ons and
// limits are asked by the order: they depend on what the customer holds.
func (i Item) Barred(b Buyer, at time.Time) *fault.Fault {
	p := &i.Entry.Product
	switch {
	case p.NotTransactable:
		return fault.Refuse("offer.not_transactable", fault.Args{"uri": p.ContactURI})
	case p.ResaleOptOut:
		return fault.Refuse("offer.no_resale", fault.Args{"uri": p.ContactURI})
	case len(p.OnlyPartners) > 0 && !slices.Contains(p.OnlyPartners, b.Partner):
		return fault.Refuse("offer.exclusive", fault.Args{"uri": p.ContactURI})
	case len(p.OnlyMarkets) > 0 && !slices.Contains(p.OnlyMarkets, b.Market):
		return fault.Refuse("offer.market", fault.Args{"market": string(b.Market)})
	}
	if p.Kind == Reservation {
		if !b.in(market.Commercial) {
			return fault.Refuse("reservation.segment", nil)
		}
		if m, ok := market.Lookup(string(b.Market)); !ok || !m.Reservations {
			return fault.Refuse("reservation.market", fault.Args{"market": string(b.Market)})
		}
	}
	a := i.Availability
	switch {
	case a == nil || a.Market != b.Market:
		return fault.Refuse("offer.market", fault.Args{"market": string(b.Market)})
	case !b.in(a.Segment):
		return fault.Refuse("offer.segment", fault.Args{"segment": string(a.Segment)})
	case !a.Live(at):
		return fault.Refuse("offer.withdrawn", nil)
	case !i.priced(at):
		return fault.Refuse("offer.no_price", nil)
	}
	return nil
}

// HangsOn tells whether the add-on may hang on a SKU (F26).
func (s *Sku) HangsOn(base Ref) bool {
	return slices.ContainsFunc(s.Bases, func(r Ref) bool {
		return r.Product == base.Product && (r.Sku == "" || r.Sku == base.Sku)
	})
}
