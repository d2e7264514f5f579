package app

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// OfferReport is what an import of offers found in its file.
type OfferReport struct {
	Country                market.Country
	Offers, AddOns, Trials int
	Changed                int // products written; the others said the same before

	// Prerequisites are all base offers that add-ons name. Resolved are in the file; Unresolved are not: they are kept,
	// and count as bases once they are imported. Missing are the ids of those, each once, in order.
	Prerequisites, Resolved, Unresolved int
	Missing                             []id.Product

	// Bad are the rows that kept the file out, the first hundred of BadRows.
	Bad     []RowError
	BadRows int
}

// RowError says where a row of a file is wrong, never with what.
type RowError struct {
	Item, Line int    // both from 1
	Member     string // the wire's name, such as "category.rank"
	Code       string // stable, such as "row.missing"
}

// String is the report in a few plain lines.
func (r OfferReport) String() string {
	var b strings.Builder
	if r.BadRows > 0 {
		fmt.Fprintf(&b, "%d rows cannot be taken; nothing was imported", r.BadRows)
		for _, e := range r.Bad {
			fmt.Fprintf(&b, "\n  item %d (line %d): %s: %s", e.Item, e.Line, e.Member, e.Code)
		}
		if more := r.BadRows - len(r.Bad); more > 0 {
			fmt.Fprintf(&b, "\n  and %d more", more)
		}
		return b.String()
	}
	fmt.Fprintf(&b, "%s: %d offers, of them %d add-ons and %d trials; %d products changed\n", r.Country, r.Offers, r.AddOns, r.Trials, r.Changed)
	fmt.Fprintf(&b, "%d prerequisite offers: %d in the file, %d unresolved (%d offers that are not in it)",
		r.Prerequisites, r.Resolved, r.Unresolved, len(r.Missing))
	return b.String()
}

// ImportOffers takes the offers of one country as GET /v1/offers?country= returns them (product.md, "Data that users
// bring"): all or nothing, safe to repeat. Each becomes a product with one SKU and an availability in that country;
// prices, other countries and what the operator added to the product stay. progress may be nil; it is called from
// another goroutine, one call at a time, and the last one says that all is done.
// Faults: "role.missing" (R15), "import.json" with the line, "import.not_utf8", "import.too_large", "import.empty",
// "import.rows" with how many rows are wrong (the error's text and the report say which), "import.not_an_offer" with the
// item whose id is another product's, "catalog.changed" when another import was faster.
func ImportOffers(ctx context.Context, store Store, actor party.Actor, data []byte, progress func(done, total int)) (OfferReport, error) {
	if err := actor.May(party.OperateSystem); err != nil {
		return OfferReport{}, err
	}
	rows, bad, err := readOffers(data)
	if err != nil {
		return OfferReport{}, err
	}
	report := reportOf(rows, bad)
	if len(bad) > 0 {
		return report, fmt.Errorf("%w: %s", fault.Invalid("import.rows", fault.Args{"rows": len(bad)}), report)
	}
	step, end := follow(progress, len(rows))
	defer end()
	_, err = store.Update(ctx, Act{Actor: actor}, func(tx Tx) (any, error) {
		report.Changed = 0 // an act may run more than once
		return nil, putOffers(tx, report.Country, rows, step, &report.Changed)
	})
	if err != nil {
		return OfferReport{}, err
	}
	if end(); progress != nil {
		progress(len(rows), len(rows))
	}
	return report, nil
}

// follow lets progress hear of steps without the transaction waiting for it; steps in between may be left out.
func follow(progress func(done, total int), total int) (step func(int), end func()) {
	if progress == nil {
		return func(int) {}, func() {}
	}
	steps, ended := make(chan int, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for n := range steps {
			progress(n, total)
		}
	}()
	step = func(n int) {
		select {
		case steps <- n:
		default:
		}
	}
	return step, sync.OnceFunc(func() { close(steps); <-ended })
}

func putOffers(tx Tx, country market.Country, rows []offerRow, step func(int), changed *int) error {
	ids := make([]id.Product, len(rows))
	for i := range rows {
		ids[i] = rows[i].offer.ID
	}
	known, err := tx.Entries(ids)
	if err != nil {
		return err
	}
	for i := range rows {
		row := &rows[i]
		old := known[row.offer.ID]
		if old == nil {
			old = new(catalog.Entry)
		} else if !old.Product.Imported {
			return fault.Conflict("import.not_an_offer", fault.Args{"item": i + 1})
		}
		e, err := row.merge(tx, country, old)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(e, *old) {
			*changed++
			if err := tx.PutEntry(e); err != nil {
				return err
			}
		}
		if err := tx.PutOffer(row.offer); err != nil {
			return err
		}
		step(i + 1)
	}
	return nil
}

// merge lays what the file says over what stands. The file knows nothing of prices, of other countries, nor of how the
// operator delivers or restricts the product: these stay.
func (row *offerRow) merge(tx Tx, country market.Country, old *catalog.Entry) (catalog.Entry, error) {
	e := catalog.Entry{Product: old.Product, Prices: old.Prices, Version: old.Version}
	told := row.product
	e.Product.ID, e.Product.Title, e.Product.Description = told.ID, told.Title, told.Description
	e.Product.Kind, e.Product.Publisher, e.Product.Imported = told.Kind, told.Publisher, true
	e.Product.NotTransactable = told.NotTransactable

	sku := row.sku
	if before, ok := old.Sku(sku.ID); ok {
		sku.Delivery, sku.Attestation = before.Delivery, before.Attestation
		more, err := row.otherBases(tx, country, old, before.Bases)
		if err != nil {
			return e, err
		}
		sku.Bases = slices.Concat(sku.Bases, more)
	}
	e.Skus = []catalog.Sku{sku}

	e.Availabilities = append(e.Availabilities, row.availability)
	for _, a := range old.Availabilities {
		if a.Market != country {
			e.Availabilities = append(e.Availabilities, a)
		}
	}
	slices.SortFunc(e.Availabilities, func(a, b catalog.Availability) int { return strings.Compare(string(a.Market), string(b.Market)) })
	return e, nil
}

// otherBases are those bases that this file does not name and another country's does: a base that no file names any more
// falls away.
func (row *offerRow) otherBases(tx Tx, country market.Country, old *catalog.Entry, bases []catalog.Ref) ([]catalog.Ref, error) {
	var doubtful []catalog.Ref
	for _, b := range bases {
		if !slices.Contains(row.sku.Bases, b) {
			doubtful = append(doubtful, b)
		}
	}
	if len(doubtful) == 0 {
		return nil, nil
	}
	var named []id.Product
	for _, a := range old.Availabilities {
		if a.Market == country {
			continue
		}
		o, err := tx.Offer(a.Market, old.Product.ID)
		if f := fault.Of(err); f != nil && f.Kind == fault.KindNotFound {
			continue // an availability that no file brought
		}
		if err != nil {
			return nil, err
		}
		named = append(named, o.Prerequisites...)
	}
	return slices.DeleteFunc(doubtful, func(b catalog.Ref) bool { return !slices.Contains(named, b.Product) }), nil
}

func reportOf(rows []offerRow, bad []RowError) OfferReport {
	r := OfferReport{Offers: len(rows), BadRows: len(bad), Bad: bad[:min(len(bad), 100)]}
	here := make(map[id.Product]bool, len(rows))
	for i := range rows {
		here[rows[i].offer.ID] = true
	}
	missing := map[id.Product]bool{}
	for i := range rows {
		row := &rows[i]
		r.Country = row.offer.Country
		if row.sku.AddOn {
			r.AddOns++
		}
		if row.sku.Trial {
			r.Trials++
		}
		for _, base := range row.offer.Prerequisites {
			r.Prerequisites++
			if here[base] {
				r.Resolved++
				continue
			}
			r.Unresolved++
			if !missing[base] {
				missing[base] = true
				r.Missing = append(r.Missing, base)
			}
		}
	}
	slices.Sort(r.Missing)
	return r
}
