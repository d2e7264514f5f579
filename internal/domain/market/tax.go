package market

import (
	"regexp"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// MaxRatePPM bounds a tax rate: 100 %.
const MaxRatePPM = 1_000_000

// TaxRow is the tax of a market from an instant on (F79). Rows are the operator's data; a charge pins the row it was
// made with and its credits use that one.
type TaxRow struct {
	ID        string // empty: no row is set, the tax is 0
	Market    Country
	Class     string // a catalogue class, or empty for any
	From      time.Time
	RatePPM   int64 // parts per million: 200,000 is 20 %
	Inclusive bool  // the price includes the tax (F04)
	Source    string
}

// Check refuses a row that says nothing or too much. Faults: "tax.incomplete" without id or source,
// "tax.market_unknown", "tax.rate" outside 0 … MaxRatePPM.
func (r TaxRow) Check() error {
	if r.ID == "" || r.Source == "" {
		return fault.Invalid("tax.incomplete", nil)
	}
	if m, ok := Lookup(string(r.Market)); !ok || m.Country != r.Market {
		return fault.Invalid("tax.market_unknown", nil)
	}
	if r.RatePPM < 0 || r.RatePPM > MaxRatePPM {
		return fault.Invalid("tax.rate", fault.Args{"max": int64(MaxRatePPM)})
	}
	return nil
}

var taxID = regexp.MustCompile(`^[A-Z][A-Z0-9-]{0,19}$`)

// maxTaxSource is how long a row's source may be, in bytes.
const maxTaxSource = 400

// AddTax checks a row that an operator adds to those there are, at now (F79): ahead of time, so that no charge that was made
// would be another today. Faults: those of Check, "policy.id" for an id that is none, "policy.taken" for one that is there,
// "policy.past" for a row that begins before now, "policy.source" for a source that is too long.
func AddTax(rows []TaxRow, r TaxRow, now time.Time) error {
	switch {
	case !taxID.MatchString(r.ID):
		return fault.Invalid("policy.id", nil)
	case slices.ContainsFunc(rows, func(other TaxRow) bool { return other.ID == r.ID }):
		return fault.Conflict("policy.taken", fault.Args{"row": r.ID})
	case r.From.Before(now):
		return fault.Invalid("policy.past", fault.Args{"now": now})
	case len(r.Source) > maxTaxSource:
		return fault.Invalid("policy.source", fault.Args{"max": maxTaxSource / 2})
	}
	return r.Check()
}

// TaxFor finds the row for a class sold in a market at an instant: among the rows with From ≤ at, one for the class
// itself beats one for any, then the newest wins, then the greater id. Without one, ok is false and the row has no id,
// bills 0 and is inclusive where the market's prices are.
func TaxFor(rows []TaxRow, m Country, class string, at time.Time) (row TaxRow, ok bool) {
	for _, r := range rows {
		if r.Market == m && (r.Class == class || r.Class == "") && !r.From.After(at) && (!ok || r.beats(row)) {
			row, ok = r, true
		}
	}
	if !ok {
		row = TaxRow{Market: m, Class: class, Inclusive: byCode[m].PriceIncludesTax}
	}
	return row, ok
}

// beats compares two rows that both match.
func (r TaxRow) beats(other TaxRow) bool {
	if r.Class != other.Class {
		return r.Class != ""
	}
	if !r.From.Equal(other.From) {
		return r.From.After(other.From)
	}
	return r.ID > other.ID
}

// Taxed is an amount with its tax set apart; both have the sign of what was priced.
type Taxed struct{ Net, Tax money.Amount }

// Gross is what is paid: net + tax.
func (t Taxed) Gross() money.Amount { return t.Net.Add(t.Tax) }

// On sets the tax of a line apart (E09), rounded once, half away from zero. Exclusive: priced is the net and
// tax = net × r. Inclusive: priced is the gross, tax = gross × r / (1 + r), and net is the rest, so that
// net + tax = gross always. The row must pass Check, or have no id.
func (r TaxRow) On(priced money.Amount) Taxed {
	if r.Inclusive {
		tax := priced.Ratio(r.RatePPM, 1_000_000+r.RatePPM)
		return Taxed{Net: priced.Sub(tax), Tax: tax}
	}
	return Taxed{Net: priced, Tax: priced.Ratio(r.RatePPM, 1_000_000)}
}

// ExampleTaxRows are the rows that ship: marked examples, for the operator to replace (F79).
func ExampleTaxRows() []TaxRow {
	const source = "example, replace with your own"
	from := when.Date(2000, 1, 1)
	return []TaxRow{
		{"example-au", "AU", "", from, 100_000, true, source},
		{"example-br", "BR", "", from, 170_000, true, source},
		{"example-fr", "FR", "", from, 200_000, false, source},
		{"example-ru", "RU", "", from, 200_000, false, source},
		{"example-us", "US", "", from, 0, false, source},
	}
}
