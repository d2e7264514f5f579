package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Vendors are the publishers whose products are the vendor's own, where a sheet does not say which are.
var Vendors = []string{"Microsoft Corporation", "Microsoft"}

// PriceChange is a price row that a sheet adds, beside the one that decides without it when the new one begins; now, where it
// began before.
type PriceChange struct {
	Product *catalog.Product
	Title   string // the SKU's
	catalog.PriceRow
	Was *money.Price // nil: there was none
}

// PriceChanges is what a sheet does to the price lists.
type PriceChanges struct {
	PriceReport
	First                  []PriceChange // the first hundred
	Fresh, Dearer, Cheaper int           // rows with no price before, and with another
	Match                  string        // of all of it: the import carries it, and is refused when anything moved
}

// priceDiff gathers it while a sheet is laid over the catalogue, product by product.
type priceDiff struct {
	PriceChanges
	now time.Time
	sum hash.Hash
}

func newPriceDiff(now time.Time) *priceDiff { return &priceDiff{now: now, sum: sha256.New()} }

// add looks at the rows of a product from a place on.
func (d *priceDiff) add(e *catalog.Entry, first int) {
	before := catalog.Entry{Prices: e.Prices[:first]}
	for _, row := range e.Prices[first:] {
		change := PriceChange{Product: &e.Product, PriceRow: row}
		if sku, ok := e.Sku(row.Sku); ok {
			change.Title = sku.Title
		}
		at := row.From
		if at.Before(d.now) {
			at = d.now
		}
		a := catalog.Availability{Sku: row.Sku, Market: row.Market, Segment: row.Segment, Currency: row.Currency}
		was := ""
		if old, ok := before.Price(&a, catalog.Option{Term: row.Term, Plan: row.Plan}, max(1, row.TierMin), at); ok {
			was, change.Was = old.ID, &old.Unit
			switch c := cmp.Compare(row.Unit.Units(), old.Unit.Units()); {
			case c > 0:
				d.Dearer++
			case c < 0:
				d.Cheaper++
			}
		} else {
			d.Fresh++
		}
		_, _ = fmt.Fprintf(d.sum, "%s|%s|%s\n", e.Product.ID, row.ID, was) // ids of rows tell what they say; a hash takes all
		if len(d.First) < maxBad {
			d.First = append(d.First, change)
		}
	}
}

// PreviewPrices tells what a price sheet would change (R15), and saves nothing. The faults are those of ImportPrices; with
// "import.rows" the report has the rows.
func (a *App) PreviewPrices(ctx context.Context, who party.Actor, sheet PriceSheet) (PriceChanges, error) {
	return a.lookOver(ctx, who, sheet, true, "")
}

// TakePrices imports a price sheet that was looked over (R15): with the preview's Match it is refused when the price lists are
// not what they were then. Fault besides: "preview.moved".
func (a *App) TakePrices(ctx context.Context, who party.Actor, sheet PriceSheet, match string) (PriceChanges, error) {
	return a.lookOver(ctx, who, sheet, false, match)
}

func (a *App) lookOver(ctx context.Context, who party.Actor, sheet PriceSheet, preview bool, match string) (out PriceChanges, err error) {
	if err := who.May(party.OperateSystem); err != nil {
		return out, err
	}
	sheet.now = a.Clock.Now()
	report, err := layPrices(ctx, a.Store, Act{Actor: who, Preview: preview}, sheet, nil, func(d *priceDiff) error {
		out = d.PriceChanges
		if out.Match = hex.EncodeToString(d.sum.Sum(nil)); match != "" && match != out.Match {
			return fault.Conflict("preview.moved", nil)
		}
		return nil
	})
	out.PriceReport = report
	return out, err
}

// PriceHistory is all price rows of a SKU in a market and segment, and which of them decide at an instant.
type PriceHistory struct {
	At       time.Time
	Product  *catalog.Product
	Sku      *catalog.Sku
	Rows     []catalog.PriceRow // by term, plan and quantity; of those the latest first
	Decides  map[string]bool    // ids of the rows that decide for some quantity; with a quantity asked for, for it
	Segments []market.Segment   // in which the SKU has prices in that market
}

// HistoryQuery names a SKU's prices. Quantity 0 is any, a zero At is now.
type HistoryQuery struct {
	Country  string
	Segment  market.Segment
	Product  id.Product
	Sku      id.Sku
	Quantity int64
	At       time.Time
}

// PriceHistory reads one SKU's prices in a market, those that were, are and will be (R14, F24): what a purchase would cost at an
// instant is what the deciding row says. Faults: "country.unknown", "product.unknown", "sku.unknown".
func (a *App) PriceHistory(ctx context.Context, who party.Actor, q HistoryQuery) (PriceHistory, error) {
	h := PriceHistory{At: q.At, Decides: map[string]bool{}}
	if err := who.May(party.ReadPrices); err != nil {
		return h, err
	}
	m, ok := market.Lookup(q.Country)
	if !ok {
		return h, fault.Invalid("country.unknown", nil)
	}
	if h.At.IsZero() {
		h.At = a.Clock.Now()
	}
	entries, err := read(ctx, a.Store, func(r Reader) (map[id.Product]*catalog.Entry, error) { return r.Entries([]id.Product{q.Product}) })
	if err != nil {
		return h, err
	}
	e := entries[q.Product]
	if e == nil {
		return h, fault.NotFound("product.unknown", nil)
	}
	if h.Product, h.Sku = &e.Product, skuOf(e, id.Item{Product: q.Product, Sku: q.Sku}); h.Sku == nil {
		return h, fault.NotFound("sku.unknown", nil)
	}
	for _, row := range e.Prices {
		if row.Sku != h.Sku.ID || row.Market != m.Country {
			continue
		}
		if !slices.Contains(h.Segments, row.Segment) {
			h.Segments = append(h.Segments, row.Segment)
		}
		if row.Segment != q.Segment {
			continue
		}
		h.Rows = append(h.Rows, row)
		shelf := catalog.Availability{Sku: row.Sku, Market: row.Market, Segment: row.Segment, Currency: row.Currency}
		if q.Quantity > 0 {
			got, ok := e.Price(&shelf, catalog.Option{Term: row.Term, Plan: row.Plan}, q.Quantity, h.At)
			h.Decides[row.ID] = ok && got.ID == row.ID
			continue
		}
		h.Decides[row.ID] = slices.ContainsFunc(e.Deciding(&shelf, h.At), func(p catalog.PriceRow) bool { return p.ID == row.ID })
	}
	slices.SortStableFunc(h.Rows, func(x, y catalog.PriceRow) int {
		return cmp.Or(cmp.Compare(months(x), months(y)), cmp.Compare(x.Plan, y.Plan), cmp.Compare(x.TierMin, y.TierMin), y.From.Compare(x.From), cmp.Compare(y.ID, x.ID))
	})
	return h, nil
}

func months(p catalog.PriceRow) int { return p.Term.Years*12*31 + p.Term.Months*31 + p.Term.Days }
