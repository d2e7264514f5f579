package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Products whose rows begin or end between the instants are read so many at a time, and so many times at most for one page: where
// most of them turn out to cost the same, a page ends early and the next one goes on there.
const (
	turnWidth     = 64
	turnStretches = 4
)

// TurnQuery asks what turned in a country's price lists between two instants, whichever is the earlier.
type TurnQuery struct {
	Country  string
	Segment  market.Segment
	Currency money.Currency // empty: any
	Was, Is  time.Time
	Turn     catalog.Turn // empty: any
	After    TurnKey      // the last one seen; zero: from the start
	Limit    int          // at least 1
}

// TurnKey is what differences are listed by, in ascending order.
type TurnKey struct {
	Product id.Product
	Sku     id.Sku
	Way     string // catalog.Difference.Key
}

func (k TurnKey) compare(other TurnKey) int {
	return cmp.Or(cmp.Compare(k.Product, other.Product), cmp.Compare(k.Sku, other.Sku), cmp.Compare(k.Way, other.Way))
}

// PriceTurn is a price that is another at the second instant, with what it is the price of.
type PriceTurn struct {
	catalog.Difference
	Product *catalog.Product
	Sku     id.Sku
	Title   string // the SKU's
}

// Key is where it stands in the list.
func (p PriceTurn) Key() TurnKey { return TurnKey{p.Product.ID, p.Sku, p.Difference.Key()} }

// ComparePrices tells which prices on the shelf of a country are new, gone, dearer or cheaper at the second of two instants (R14, F24):
// at most the query's limit. next is what the query's After is for the page that follows, which there is also where a page ended
// early; zero at the end. Fault "country.unknown".
func (a *App) ComparePrices(ctx context.Context, who party.Actor, q TurnQuery) (turns []PriceTurn, next TurnKey, err error) {
	if err := who.May(party.ReadPrices); err != nil {
		return nil, next, err
	}
	m, ok := market.Lookup(q.Country)
	if !ok {
		return nil, next, fault.Invalid("country.unknown", nil)
	}
	b := buyer(who, party.Customer{Address: party.Address{Country: m.Country}, Segment: q.Segment})
	since, until := q.Was, q.Is
	if until.Before(since) {
		since, until = until, since
	}
	turns, err = read(ctx, a.Store, func(r Reader) ([]PriceTurn, error) {
		var out []PriceTurn
		next = TurnKey{}
		from := q.After.Product
		for range turnStretches {
			products, err := r.Repriced(m.Country, q.Segment, from, since, until, turnWidth)
			if err != nil {
				return nil, err
			}
			entries, err := r.Entries(products)
			if err != nil {
				return nil, err
			}
			for _, p := range products {
				if entries[p] == nil {
					continue
				}
				for _, turn := range turnsOf(entries[p], b, q) {
					if turn.Key().compare(q.After) <= 0 {
						continue
					}
					if len(out) == q.Limit {
						next = out[len(out)-1].Key()
						return out, nil
					}
					out = append(out, turn)
				}
			}
			if len(products) < turnWidth {
				return out, nil
			}
			from = products[len(products)-1] + "\x01" // the least that comes after it
		}
		next = TurnKey{Product: from}
		return out, nil
	})
	return turns, next, err
}

// turnsOf are the differences of one product that a buyer sees, in the order of their keys.
func turnsOf(e *catalog.Entry, b catalog.Buyer, q TurnQuery) []PriceTurn {
	was, is := decidingOf(e, b, q, q.Was), decidingOf(e, b, q, q.Is)
	var out []PriceTurn
	for i := range e.Skus {
		sku := &e.Skus[i]
		for _, d := range catalog.Differences(was[sku.ID], is[sku.ID]) {
			if q.Turn == "" || q.Turn == d.Turn {
				out = append(out, PriceTurn{d, &e.Product, sku.ID, sku.Title})
			}
		}
	}
	slices.SortFunc(out, func(x, y PriceTurn) int { return x.Key().compare(y.Key()) })
	return out
}

// decidingOf are the rows that decide at an instant for each SKU on the shelf then.
func decidingOf(e *catalog.Entry, b catalog.Buyer, q TurnQuery, at time.Time) map[id.Sku][]catalog.PriceRow {
	rows := map[id.Sku][]catalog.PriceRow{}
	for _, o := range (Shelf{Market: b.Market, Segment: b.Segment, Now: at, Buyer: b}).Listed(e) {
		for _, row := range e.Deciding(o.Availability, at) {
			if (q.Currency == "" || q.Currency == row.Currency) && !slices.ContainsFunc(rows[row.Sku], func(p catalog.PriceRow) bool { return p.ID == row.ID }) {
				rows[row.Sku] = append(rows[row.Sku], row)
			}
		}
	}
	return rows
}
