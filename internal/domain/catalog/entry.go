package catalog

import (
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Entry is a product with everything that hangs on it, as loaded at one version of the catalogue. It is shared between
// requests and never changed.
type Entry struct {
	Product        Product
	Skus           []Sku
	Availabilities []Availability
	Prices         []PriceRow
	Version        int64 // grows with every change of the product or its rows
}

// Item is one thing that can be put into a cart: the parts an id.Item names.
type Item struct {
	ID           id.Item
	Entry        *Entry
	Sku          *Sku
	Availability *Availability
}

// Sku finds a SKU of the product.
func (e *Entry) Sku(sku id.Sku) (*Sku, bool) {
	for i := range e.Skus {
		if strings.EqualFold(string(e.Skus[i].ID), string(sku)) {
			return &e.Skus[i], true
		}
	}
	return nil, false
}

// Item finds what an id.Item names. An imported offer's GUID, whatever stands behind it, means its only SKU, and the
// availability of the buyer's market.
func (e *Entry) Item(item id.Item, m market.Country) (Item, bool) {
	if item.Sku == "" || e.Product.Imported {
		if !e.Product.Imported || len(e.Skus) != 1 {
			return Item{}, false
		}
		for i := range e.Availabilities {
			if e.Availabilities[i].Market == m {
				return Item{id.Item{Product: e.Product.ID}, e, &e.Skus[0], &e.Availabilities[i]}, true
			}
		}
		return Item{ID: id.Item{Product: e.Product.ID}, Entry: e, Sku: &e.Skus[0]}, true
	}
	sku, ok := e.Sku(item.Sku)
	if !ok {
		return Item{}, false
	}
	for i := range e.Availabilities {
		a := &e.Availabilities[i]
		if a.Sku == sku.ID && strings.EqualFold(string(a.ID), string(item.Availability)) {
			return Item{id.Item{Product: e.Product.ID, Sku: sku.ID, Availability: a.ID}, e, sku, a}, true
		}
	}
	return Item{}, false
}

// Option is a way to buy an availability: a term and a billing plan that has a price.
type Option struct {
	Term when.Term
	Plan Plan
}

// Options lists the ways an availability can be bought at an instant: those with a price row then.
func (e *Entry) Options(a *Availability, at time.Time) []Option {
	var out []Option
	for _, p := range e.Prices {
		o := Option{p.Term, p.Plan}
		if p.fits(a, at) && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

// Price finds the price row for a quantity at an instant. Where rows overlap in time the earlier end date decides
// until it passes; of rows that end together the newest from, then the greater id.
func (e *Entry) Price(a *Availability, o Option, quantity int64, at time.Time) (PriceRow, bool) {
	var best PriceRow
	found := false
	for _, p := range e.Prices {
		if !p.fits(a, at) || p.Term != o.Term || p.Plan != o.Plan ||
			quantity < p.TierMin || p.TierMax != 0 && quantity > p.TierMax {
			continue
		}
		if !found || p.decides(best) {
			best, found = p, true
		}
	}
	return best, found
}

func (p *PriceRow) fits(a *Availability, at time.Time) bool {
	return p.Sku == a.Sku && p.Market == a.Market && p.Segment == a.Segment && p.Currency == a.Currency &&
		!at.Before(p.From) && (p.Until.IsZero() || at.Before(p.Until))
}

// decides compares two rows that both fit.
func (p *PriceRow) decides(over PriceRow) bool {
	if !p.Until.Equal(over.Until) {
		return !p.Until.IsZero() && (over.Until.IsZero() || p.Until.Before(over.Until))
	}
	if !p.From.Equal(over.From) {
		return p.From.After(over.From)
	}
	return p.ID > over.ID
}

// ClassOf is the policy class of a line of the SKU bought by a plan (rules.md §3). Billed monthly or annually is the
// line's billing plan, not its term.
func ClassOf(p *Product, s *Sku, plan Plan, term when.Term) Class {
	switch {
	case s.Metered:
		return Metered
	case p.LinuxPlan:
		return LinuxPlan
	case p.Kind == Reservation:
		return ReservedClass
	case s.Trial:
		return Trial
	case p.Kind == Software && term.IsZero():
		return Perpetual
	case p.Kind == Software:
		return SoftwareSub
	case p.Kind == SaaS && plan == Monthly:
		return SaaSMonthly
	case p.Kind == SaaS:
		return SaaSAnnual
	}
	return OnlineLicensed
}

// Segment is the segment that an item is sold in; otherwise where its availability is not in the catalogue any more.
func (e *Entry) Segment(item id.Item, otherwise market.Segment) market.Segment {
	for _, a := range e.Availabilities {
		if a.Sku == item.Sku && a.ID == item.Availability {
			return a.Segment
		}
	}
	return otherwise
}

// Offered finds a live availability of an item's SKU in a market and segment, whichever it is now: ids of availabilities
// change, the SKU of a running subscription stays (E16). ok is false when it is no longer sold there.
func (e *Entry) Offered(item id.Item, m market.Country, segment market.Segment, at time.Time) (Item, bool) {
	for i := range e.Availabilities {
		a := &e.Availabilities[i]
		if (a.Sku == item.Sku || item.Sku == "") && a.Market == m && a.Segment == segment && a.Live(at) {
			if sku, ok := e.Sku(a.Sku); ok {
				return Item{item, e, sku, a}, true
			}
		}
	}
	return Item{}, false
}
