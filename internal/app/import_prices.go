package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// PriceReport is what an import of prices found in its sheet.
type PriceReport struct {
	Rows  int
	Added int // price rows written; the others said what stands already

	// Products, Skus and Availabilities are new ones. Made are the first hundred products with the kind they were given:
	// a sheet does not tell it outright, so the operator looks it over.
	Products, Skus, Availabilities int
	Made                           []MadeProduct

	// Unsold are rows of imported offers in markets and segments whose file was not imported: kept, but nothing to buy.
	Unsold int

	// Bad are the first hundred of Errors; BadRows have them.
	Bad             []RowError
	BadRows, Errors int
}

// MadeProduct is a product that came with a price sheet.
type MadeProduct struct {
	ID   id.Product
	Kind catalog.Kind
}

// String is the report in a few plain lines.
func (r PriceReport) String() string {
	var b strings.Builder
	if r.BadRows > 0 {
		fmt.Fprintf(&b, "%d rows cannot be taken; nothing was imported", r.BadRows)
		for _, e := range r.Bad {
			fmt.Fprintf(&b, "\n  row %d (line %d): %s: %s", e.Item, e.Line, e.Member, e.Code)
		}
		if more := r.Errors - len(r.Bad); more > 0 {
			fmt.Fprintf(&b, "\n  and %d more", more)
		}
		return b.String()
	}
	fmt.Fprintf(&b, "%d rows: %d prices added, %d stood already; %d new products, %d SKUs, %d availabilities",
		r.Rows, r.Added, r.Rows-r.Added, r.Products, r.Skus, r.Availabilities)
	if r.Unsold > 0 {
		fmt.Fprintf(&b, "\n%d rows are of imported offers that are not sold in that market and segment", r.Unsold)
	}
	if r.Products > 0 {
		b.WriteString("\nnew products, with the kind that their tags, units and terms tell; please look them over:")
		for _, p := range r.Made {
			fmt.Fprintf(&b, "\n  %s %s", p.ID, p.Kind)
		}
		if more := r.Products - len(r.Made); more > 0 {
			fmt.Fprintf(&b, "\n  and %d more", more)
		}
	}
	return b.String()
}

// ImportPrices takes a price sheet in the form of the new-commerce price list (product.md, "Data that users bring"): all
// or nothing, safe to repeat. Products, SKUs and availabilities that are not known are made; of known ones nothing but
// prices is added. A price that changed becomes a row beside the old one and decides from the next look on (E15); rows are
// never changed or dropped, for sales are pinned to them (docs/decisions/0007). Prices are never converted (F81).
// progress counts bytes read, of twice the file; see ImportOffers.
// Faults: "role.missing" (R15), "import.csv" with the line, "import.column" with the name, "import.too_large",
// "import.empty", "import.rows" with how many rows are wrong (the error's text and the report say which),
// "catalog.changed" when another import was faster.
func ImportPrices(ctx context.Context, store Store, actor party.Actor, sheet PriceSheet, progress func(done, total int)) (PriceReport, error) {
	if err := actor.May(party.OperateSystem); err != nil {
		return PriceReport{}, err
	}
	return layPrices(ctx, store, Act{Actor: actor}, sheet, progress, nil)
}

// layPrices reads a sheet and lays it over the catalogue in one act. settle looks at what was added before it is kept;
// nil: nobody does.
func layPrices(ctx context.Context, store Store, act Act, sheet PriceSheet, progress func(done, total int), settle func(*priceDiff) error) (PriceReport, error) {
	step, end := follow(progress, int(2*sheet.Size))
	defer end()
	f, err := readPrices(&sheet, step)
	if err != nil {
		return PriceReport{}, err
	}
	if f.badRows > 0 {
		return f.refusal()
	}
	var report PriceReport
	_, err = store.Update(ctx, act, func(tx Tx) (any, error) {
		f.bad, f.badRows, f.errors = nil, 0, 0 // an act may run more than once
		report = PriceReport{Rows: f.rows}
		if settle != nil {
			f.diff = newPriceDiff(sheet.now)
		}
		if err := f.put(tx, &report, step); err != nil {
			return nil, err
		}
		if f.badRows > 0 {
			_, err := f.refusal()
			return nil, err
		}
		if settle != nil {
			return nil, settle(f.diff)
		}
		return nil, nil
	})
	if f.badRows > 0 {
		return f.refusal()
	}
	if err != nil {
		return PriceReport{}, err
	}
	if end(); progress != nil {
		progress(int(2*sheet.Size), int(2*sheet.Size))
	}
	return report, nil
}

// refusal says which rows kept the sheet out.
func (f *priceFile) refusal() (PriceReport, error) {
	slices.SortStableFunc(f.bad, func(a, b RowError) int { return cmp.Compare(a.Line, b.Line) })
	r := PriceReport{Rows: f.rows, Bad: f.bad, BadRows: f.badRows, Errors: f.errors}
	return r, fmt.Errorf("%w: %s", fault.Invalid("import.rows", fault.Args{"rows": f.badRows}), r)
}

// priceBatch is how many products are read and laid over at a time: it bounds what is held in memory.
const priceBatch = 64

// put lays the sheet over the catalogue, product by product. Rows that do not fit the catalogue are refused.
func (f *priceFile) put(tx Tx, report *PriceReport, step func(int)) error {
	done := f.sheet.Size
	for runs := f.runs; len(runs) > 0; {
		n, ids := 0, []id.Product(nil)
		for ; n < len(runs); n++ {
			if p := runs[n].product; len(ids) == 0 || ids[len(ids)-1] != p {
				if len(ids) == priceBatch {
					break
				}
				ids = append(ids, p)
			}
		}
		known, err := tx.Entries(ids)
		if err != nil {
			return err
		}
		for batch := runs[:n]; len(batch) > 0; {
			k := 1
			for k < len(batch) && batch[k].product == batch[0].product {
				k++
			}
			if err := f.putProduct(tx, batch[:k], known[batch[0].product], report); err != nil {
				return err
			}
			for _, r := range batch[:k] {
				done += r.end - r.start
			}
			step(int(done))
			batch = batch[k:]
		}
		runs = runs[n:]
	}
	return nil
}

func (f *priceFile) putProduct(tx Tx, runs []run, old *catalog.Entry, report *PriceReport) error {
	m := newMerger(runs[0].product, old)
	for _, r := range runs {
		err := f.lines(r, func(l priceLine) error {
			if bad := m.add(l, f.sheet.Vendors); bad.Code != "" {
				f.refuse(l.item, l.line, bad)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if f.badRows > 0 { // the others are still looked at, nothing is written any more
		return nil
	}
	m.finish()
	if f.diff != nil {
		f.diff.add(&m.e, m.prices)
	}
	report.Added += len(m.e.Prices) - m.prices
	report.Skus += len(m.e.Skus) - m.skus
	report.Availabilities += len(m.e.Availabilities) - m.shelf
	report.Unsold += m.unsold
	if m.fresh {
		report.Products++
		if len(report.Made) < maxBad {
			report.Made = append(report.Made, MadeProduct{m.e.Product.ID, m.e.Product.Kind})
		}
	}
	switch {
	case m.shaped():
		return tx.PutEntry(m.e)
	case len(m.e.Prices) > m.prices:
		return tx.AddPrices(m.e, m.prices)
	}
	return nil
}
