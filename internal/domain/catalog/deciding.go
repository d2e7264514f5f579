package catalog

import "time"

// Deciding lists the price rows of an availability that decide at an instant for some quantity, whatever the term and plan:
// what a price list shows. A row that another one overrides for all its quantities is left out.
func (e *Entry) Deciding(a *Availability, at time.Time) []PriceRow {
	var fit []PriceRow
	for _, p := range e.Prices {
		if p.fits(a, at) {
			fit = append(fit, p)
		}
	}
	var out []PriceRow
	for _, p := range fit {
		if e.decidesAnywhere(p, fit, a, at) {
			out = append(out, p)
		}
	}
	return out
}

// decidesAnywhere asks at the quantities where anything can change: where p begins, and where another row begins or ends.
func (e *Entry) decidesAnywhere(p PriceRow, fit []PriceRow, a *Availability, at time.Time) bool {
	decides := func(quantity int64) bool {
		if quantity < 1 || quantity < p.TierMin || p.TierMax != 0 && quantity > p.TierMax {
			return false
		}
		got, ok := e.Price(a, Option{p.Term, p.Plan}, quantity, at)
		return ok && got.ID == p.ID
	}
	if decides(max(1, p.TierMin)) {
		return true
	}
	for _, other := range fit {
		if other.Term == p.Term && other.Plan == p.Plan && (decides(other.TierMin) || other.TierMax != 0 && decides(other.TierMax+1)) {
			return true
		}
	}
	return false
}
