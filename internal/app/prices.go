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

// PriceQuery names the prices of a country at an instant; an empty segment or currency is any.
type PriceQuery struct {
	Country  string
	Segment  market.Segment
	Currency money.Currency
	At       time.Time
	After    PriceKey // the last row seen; zero: from the start
	Limit    int      // at least 1
}

// PriceKey is what prices are listed by: segments in the order of market.Segments, then in ascending order.
type PriceKey struct {
	Segment market.Segment
	Product id.Product
	Sku     id.Sku
	Row     string
}

// ShelfPrice is a price row that decides at the instant asked for, with what it is the price of.
type ShelfPrice struct {
	catalog.PriceRow
	Product *catalog.Product
	Title   string // the SKU's
	Item    id.Item
	Of      *catalog.Sku
}

// Key is where the price stands in the list.
func (p ShelfPrice) Key() PriceKey { return PriceKey{p.Segment, p.Product.ID, p.Sku, p.ID} }

func (k PriceKey) compare(other PriceKey) int {
	return cmp.Or(cmp.Compare(k.Product, other.Product), cmp.Compare(k.Sku, other.Sku), cmp.Compare(k.Row, other.Row))
}

// saleWidth is how many products are read at a time.
const saleWidth = 256

// Prices lists the price rows on the shelf of a country at an instant (R14, F24): those that would decide the price of some
// quantity of an item that is listed then. Fault "country.unknown".
func (a *App) Prices(ctx context.Context, who party.Actor, q PriceQuery) ([]ShelfPrice, error) {
	if err := who.May(party.ReadPrices); err != nil {
		return nil, err
	}
	m, ok := market.Lookup(q.Country)
	if !ok {
		return nil, fault.Invalid("country.unknown", nil)
	}
	return read(ctx, a.Store, func(r Reader) ([]ShelfPrice, error) {
		var out []ShelfPrice
		started := q.After.Segment == ""
		for _, segment := range market.Segments() {
			from := PriceKey{}
			if segment == q.After.Segment {
				started, from = true, q.After
			}
			if !started || q.Segment != "" && q.Segment != segment {
				continue
			}
			b := buyer(who, party.Customer{Address: party.Address{Country: m.Country}, Segment: segment})
			found, err := pricesOf(r, b, q, from, q.Limit-len(out))
			if err != nil {
				return nil, err
			}
			if out = append(out, found...); len(out) >= q.Limit {
				return out, nil
			}
		}
		return out, nil
	})
}

// pricesOf lists at most limit prices of one segment that come after a key.
func pricesOf(r Reader, b catalog.Buyer, q PriceQuery, after PriceKey, limit int) ([]ShelfPrice, error) {
	var out []ShelfPrice
	for next := after.Product; ; {
		products, err := r.OnSale(b.Market, b.Segment, next, saleWidth)
		if err != nil || len(products) == 0 {
			return out, err
		}
		entries, err := r.Entries(products)
		if err != nil {
			return nil, err
		}
		for _, p := range products {
			e := entries[p]
			if e == nil {
				continue
			}
			for _, row := range shelfPrices(e, b, q) {
				if row.Key().compare(after) <= 0 {
					continue
				}
				if out = append(out, row); len(out) == limit {
					return out, nil
				}
			}
		}
		if len(products) < saleWidth {
			return out, nil
		}
		next = products[len(products)-1] + "\x01" // the least that comes after it
	}
}

// shelfPrices are the prices of one product that a buyer sees, in the order of their keys.
func shelfPrices(e *catalog.Entry, b catalog.Buyer, q PriceQuery) []ShelfPrice {
	var out []ShelfPrice
	for _, o := range (Shelf{Market: b.Market, Segment: b.Segment, Now: q.At, Buyer: b}).Listed(e) {
		if e.Product.Imported { // sold by its GUID alone
			o.ID = id.Item{Product: e.Product.ID}
		}
		for _, row := range e.Deciding(o.Availability, q.At) {
			if q.Currency == "" || q.Currency == row.Currency {
				out = append(out, ShelfPrice{row, &e.Product, o.Sku.Title, o.ID, o.Sku})
			}
		}
	}
	slices.SortFunc(out, func(x, y ShelfPrice) int { return x.Key().compare(y.Key()) })
	return slices.CompactFunc(out, func(x, y ShelfPrice) bool { return x.Key() == y.Key() }) // two availabilities of one SKU
}
