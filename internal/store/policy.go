// Dated rows: cancellation rules, link rules and taxes (rules.md §3, F46, F79).
package store

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

const (
	sqlCancelRules = `SELECT id, class, valid_from, valid_until, window_kind, window_days, window_span, credit, afterwards, source
		FROM cancel_rule ORDER BY class, valid_from DESC NULLS LAST, id`
	sqlLinkRules = `SELECT id, valid_from, life, downloads, source FROM link_rule ORDER BY valid_from DESC NULLS LAST, id`
	sqlTaxRows   = `SELECT id, country, class, valid_from, rate_ppm, inclusive, source
		FROM tax_row ORDER BY country, class, valid_from DESC NULLS LAST, id`

	// A line may be pinned to a row: what it says stays. Only an open end is filled in.
	sqlPutCancelRule = `INSERT INTO cancel_rule
			(id, class, valid_from, valid_until, window_kind, window_days, window_span, credit, afterwards, source)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET valid_until = COALESCE(cancel_rule.valid_until, excluded.valid_until)
		WHERE cancel_rule.class = excluded.class AND cancel_rule.window_kind = excluded.window_kind
			AND COALESCE(cancel_rule.valid_from, -9223372036854775807) = COALESCE(excluded.valid_from, -9223372036854775807)
			AND cancel_rule.window_days = excluded.window_days AND cancel_rule.window_span = excluded.window_span
			AND cancel_rule.credit = excluded.credit AND cancel_rule.afterwards = excluded.afterwards
			AND cancel_rule.source = excluded.source
			AND (cancel_rule.valid_until IS NULL OR excluded.valid_until IS NULL OR cancel_rule.valid_until = excluded.valid_until)`
	sqlPutLinkRule = `INSERT INTO link_rule (id, valid_from, life, downloads, source) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET source = link_rule.source
		WHERE COALESCE(link_rule.valid_from, -9223372036854775807) = COALESCE(excluded.valid_from, -9223372036854775807)
			AND link_rule.life = excluded.life AND link_rule.downloads = excluded.downloads AND link_rule.source = excluded.source`
	sqlPutTaxRow = `INSERT INTO tax_row (id, country, class, valid_from, rate_ppm, inclusive, source)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET source = tax_row.source
		WHERE tax_row.country = excluded.country AND tax_row.class = excluded.class
			AND COALESCE(tax_row.valid_from, -9223372036854775807) = COALESCE(excluded.valid_from, -9223372036854775807)
			AND tax_row.rate_ppm = excluded.rate_ppm AND tax_row.inclusive = excluded.inclusive AND tax_row.source = excluded.source`
)

// Rules implements app.CatalogReader, by class and the newest first. The slice is shared.
func (r *Reader) Rules() ([]policy.CancelRule, error) {
	d, err := r.dated()
	return d.rules, err
}

// LinkRules implements app.CatalogReader, the newest first. The slice is shared.
func (r *Reader) LinkRules() ([]license.LinkRule, error) {
	d, err := r.dated()
	return d.links, err
}

// Taxes implements app.CatalogReader, by market, class and the newest first. The slice is shared.
func (r *Reader) Taxes() ([]market.TaxRow, error) {
	d, err := r.dated()
	return d.taxes, err
}

// dated reads all three tables at once: whoever asks for one asks for another next.
func (r *Reader) dated() (*dated, error) {
	c, err := r.learn()
	if err != nil {
		return new(dated), err
	}
	if !c.wrote {
		if d := theShelves.dated(c.stamp); d != nil {
			return d, r.err
		}
	}
	var d *dated
	err = r.steady(c, func() []read {
		d = new(dated)
		return []read{
			{sql: sqlCancelRules, each: d.cancelRule}, {sql: sqlLinkRules, each: d.linkRule}, {sql: sqlTaxRows, each: d.taxRow},
		}
	})
	if err != nil {
		return new(dated), err
	}
	if !c.wrote {
		theShelves.keepDated(c.stamp, d)
	}
	return d, nil
}

func (d *dated) cancelRule(scan func(...any) error) error {
	var row policy.CancelRule
	var span int64
	w := &row.Window
	if err := scan(&row.ID, &row.Class, &row.From, &row.Until, &w.Kind, &w.Days, &span, &row.Credit, &row.After, &row.Source); err != nil {
		return err
	}
	w.Span = time.Duration(span) * time.Microsecond
	d.rules = append(d.rules, row)
	return nil
}

func (d *dated) linkRule(scan func(...any) error) error {
	var row license.LinkRule
	var life int64
	if err := scan(&row.ID, &row.From, &life, &row.Downloads, &row.Source); err != nil {
		return err
	}
	row.Life = time.Duration(life) * time.Microsecond
	d.links = append(d.links, row)
	return nil
}

func (d *dated) taxRow(scan func(...any) error) error {
	var row market.TaxRow
	if err := scan(&row.ID, &row.Market, &row.Class, &row.From, &row.RatePPM, &row.Inclusive, &row.Source); err != nil {
		return err
	}
	d.taxes = append(d.taxes, row)
	return nil
}

// PutRules implements app.Tx. Rows are added; one that is there already may be put again, and a cancellation rule's open
// end may be filled in (an open one put over it leaves it closed). A row that says anything else than the one stored
// under its id: "policy.row_kept" with the id. Faults of a tax row: see market.TaxRow.Check.
func (t *Tx) PutRules(rules []policy.CancelRule, links []license.LinkRule, taxes []market.TaxRow) error {
	if err := t.touch(); err != nil {
		return err
	}
	kept := func(id string) *fault.Fault { return fault.Conflict("policy.row_kept", fault.Args{"row": id}) }
	for _, c := range rules {
		w := c.Window
		if err := t.exec(1, kept(c.ID), sqlPutCancelRule, c.ID, c.Class, c.From, c.Until, w.Kind, w.Days, w.Span.Microseconds(),
			c.Credit, c.After, c.Source); err != nil {
			return err
		}
	}
	for _, l := range links {
		if err := t.exec(1, kept(l.ID), sqlPutLinkRule, l.ID, l.From, l.Life.Microseconds(), l.Downloads, l.Source); err != nil {
			return err
		}
	}
	for _, x := range taxes {
		if err := x.Check(); err != nil {
			return err
		}
		if err := t.exec(1, kept(x.ID), sqlPutTaxRow, x.ID, x.Market, x.Class, x.From, x.RatePPM, x.Inclusive, x.Source); err != nil {
			return err
		}
	}
	return nil
}
