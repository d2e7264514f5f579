package catalog

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// Turn is what became of a price between two instants.
type Turn string

// The turns. A price that another row says the same of did not turn.
const (
	Fresh   Turn = "new"
	Gone    Turn = "gone"
	Dearer  Turn = "dearer"
	Cheaper Turn = "cheaper"
)

// Turns are all of them.
func Turns() []Turn { return []Turn{Fresh, Gone, Dearer, Cheaper} }

// Difference is a way to buy a SKU, and quantities, whose price is another at the second of two instants.
type Difference struct {
	Option
	Currency money.Currency
	Min, Max int64     // quantities; Max 0: no upper bound
	Was, Is  *PriceRow // what decides at the first instant and at the second; nil: nothing does
	Turn     Turn
}

// Key orders the differences of one SKU in a market and segment; no two have the same.
func (d Difference) Key() string {
	months, _ := d.Term.AllMonths()
	return string(d.Currency) + " " + padded(int64(months)) + padded(int64(d.Term.Days)) + string(d.Plan) + " " + padded(d.Min)
}

func padded(n int64) string {
	text := strconv.FormatInt(n, 10)
	return string(rune('a'+len(text))) + text // longer numbers are greater
}

// By is how much the price of a unit rose, below zero where it fell, and that as parts of a million of what it was, rounded half
// away from zero. ok is false where there is no such share: nothing decides at one of the instants, it was free, or the share is
// greater than can be told.
func (d Difference) By() (by money.Price, ppm int64, ok bool) {
	if d.Was == nil || d.Is == nil {
		return by, 0, false
	}
	by = money.PriceOf(d.Is.Unit.Units()-d.Was.Unit.Units(), d.Currency)
	was := d.Was.Unit.Units()
	if was <= 0 {
		return by, 0, false
	}
	const million = 1_000_000
	share, ok := money.PriceOf(million, d.Currency).Ratio(max(by.Units(), -by.Units()), was)
	if by.Units() < 0 {
		return by, -share.Units(), ok
	}
	return by, share.Units(), ok
}

// Differences compares what decides at two instants (Deciding) for one SKU in one market and segment, for every way to buy and every
// quantity: rows that decide for some quantities alone are compared for those. Neighbouring quantities whose rows are the same
// on both sides are told together. In the order of their keys.
func Differences(was, is []PriceRow) []Difference {
	type way struct {
		Option
		currency money.Currency
	}
	var ways []way
	for _, p := range slices.Concat(was, is) {
		if w := (way{Option{p.Term, p.Plan}, p.Currency}); !slices.Contains(ways, w) {
			ways = append(ways, w)
		}
	}
	var out []Difference
	for _, w := range ways {
		of := func(rows []PriceRow) (mine []PriceRow) {
			for _, p := range rows {
				if p.Term == w.Term && p.Plan == w.Plan && p.Currency == w.currency {
					mine = append(mine, p)
				}
			}
			return mine
		}
		out = append(out, differencesOf(Difference{Option: w.Option, Currency: w.currency}, of(was), of(is))...)
	}
	slices.SortFunc(out, func(x, y Difference) int { return cmp.Compare(x.Key(), y.Key()) })
	return out
}

// differencesOf compares one way to buy: between two quantities at which a row begins or ends nothing changes.
func differencesOf(like Difference, was, is []PriceRow) (out []Difference) {
	cuts := []int64{1}
	for _, p := range slices.Concat(was, is) {
		cuts = append(cuts, max(1, p.TierMin))
		if p.TierMax > 0 {
			cuts = append(cuts, p.TierMax+1)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	together := false
	for i, from := range cuts {
		d := like
		d.Min, d.Was, d.Is = from, deciderOf(was, from), deciderOf(is, from)
		if i+1 < len(cuts) {
			d.Max = cuts[i+1] - 1
		}
		if d.Turn = turnOf(d.Was, d.Is); d.Turn == "" {
			together = false
			continue
		}
		if last := len(out) - 1; together && out[last].Was == d.Was && out[last].Is == d.Is {
			out[last].Max = d.Max
			continue
		}
		out, together = append(out, d), true
	}
	return out
}

// deciderOf is the row that decides for a quantity, as in Price; nil: none does.
func deciderOf(rows []PriceRow, quantity int64) (best *PriceRow) {
	for i := range rows {
		p := &rows[i]
		if quantity >= p.TierMin && (p.TierMax == 0 || quantity <= p.TierMax) && (best == nil || p.decides(*best)) {
			best = p
		}
	}
	return best
}

func turnOf(was, is *PriceRow) Turn {
	switch {
	case was == nil && is == nil:
		return ""
	case was == nil:
		return Fresh
	case is == nil:
		return Gone
	}
	switch c := cmp.Compare(is.Unit.Units(), was.Unit.Units()); {
	case c > 0:
		return Dearer
	case c < 0:
		return Cheaper
	}
	return ""
}
