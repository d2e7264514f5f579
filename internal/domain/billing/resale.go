package billing

import (
	"errors"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// MaxPoints bounds a mark-up: 100,000 basis points sell at eleven times the cost.
const MaxPoints = 100_000

// Markup is a dated row: what a partner adds to its cost for what is ordered from an instant on, in basis points (F78).
type Markup struct {
	From   time.Time
	Points int64
}

// OwnPrice is a dated row of a partner's own prices: one unit of an item of the price sheet for the whole term, in the
// currency of the sheet, for what is ordered from an instant on (F78). With ByMarkup it has no price: the mark-up counts again.
type OwnPrice struct {
	Product  id.Product
	Sku      id.Sku
	Market   market.Country
	Term     when.Term
	Plan     catalog.Plan
	From     time.Time
	Unit     money.Price
	ByMarkup bool
}

// Resale is what a partner sells by. Rows stand in the order they were recorded, which decides between those of one From.
// No row begins before it was recorded and none is ever changed, so what was ordered keeps its price.
type Resale struct {
	Markups []Markup
	Prices  []OwnPrice
}

// Unit is the selling price of one unit for the whole term: the partner's own price of the row that the item was bought by,
// or the cost with the mark-up, rounded once to the digits of a price; those in force when its order was made decide. What
// costs nothing is sold for nothing.
func (r Resale) Unit(product id.Product, row catalog.PriceRow, cost money.Price, ordered time.Time) money.Price {
	if cost.Units() == 0 {
		return cost
	}
	var own OwnPrice
	for _, p := range r.Prices {
		if p.of(product, row) && p.Unit.Currency() == cost.Currency() && inForce(p.From, own.From, ordered) {
			own = p
		}
	}
	if !own.From.IsZero() && !own.ByMarkup {
		return own.Unit
	}
	unit, ok := cost.Ratio(10_000+r.Points(ordered), 10_000)
	if !ok {
		return cost
	}
	return unit
}

// Points is the mark-up in force at an instant; 0 before the first row.
func (r Resale) Points(at time.Time) int64 {
	var up Markup
	for _, m := range r.Markups {
		if inForce(m.From, up.From, at) {
			up = m
		}
	}
	return up.Points
}

// of tells whether the row is a price for what another row of the price sheet sells, whatever the segment and quantity.
func (p OwnPrice) of(product id.Product, row catalog.PriceRow) bool {
	return p.Product == product && p.Sku == row.Sku && p.Market == row.Market && p.Term == row.Term && p.Plan == row.Plan
}

// inForce tells whether a row has begun by an instant, and is no older than the best one so far.
func inForce(from, best, at time.Time) bool { return !from.After(at) && !from.Before(best) }

// Sells tells whether a row may be recorded at now. Faults: "resale.past" for one that begins earlier, "resale.points".
func (m Markup) Sells(now time.Time) error {
	switch {
	case m.Points < 0 || m.Points > MaxPoints:
		return fault.Invalid("resale.points", fault.Args{"max": MaxPoints})
	case m.From.Before(now):
		return fault.Refuse("resale.past", fault.Args{"now": now})
	}
	return nil
}

// Sell is a charge or credit as the partner's customer is billed for it, at the selling price of one unit for the whole
// term: the same part, days, seats and tax rate, the amounts made by the arithmetic of charges and credits. So parts sum to
// the whole, what is given back and what is kept to what was charged, and the tax of a credit is the tax of the charge less
// the tax of what is kept (E09, E26). A credit needs its charge and the credits before it in line, others may be among them;
// one set by hand (F70) gives back the same share. Nothing of the cost is left on what is sold. sold is what explains it:
// the charge of a credit and the credits before, as sold (Explain). An amount beyond MaxMinor is sold at cost instead.
func Sell(c Charge, line []Charge, unit money.Price) (out Charge, sold []Charge, err error) {
	if c.Of == "" {
		return sellCharge(c, unit), nil, nil
	}
	at := slices.IndexFunc(line, func(l Charge) bool { return l.ID == c.Of })
	if at < 0 {
		return Charge{}, nil, errors.New("billing: a credit without its charge")
	}
	of := line[at]
	var earlier []Charge
	for _, l := range line {
		if l.Of == c.Of && l.before(c) {
			earlier = append(earlier, l)
		}
	}
	slices.SortFunc(earlier, func(a, b Charge) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	sold = append(sold, sellCharge(of, unit))
	for _, e := range earlier {
		sold = append(sold, sellCredit(e, of, sold))
	}
	return sellCredit(c, of, sold), sold, nil
}

func sellCharge(c Charge, unit money.Price) Charge {
	parts := max(1, c.Parts)
	t := Tariff{Unit: unit, Tax: c.rate()}
	_, taxed, err := t.Part(c.Quantity, c.Part, parts)
	if err == nil && c.Days < c.Whole {
		var priced money.Amount
		priced, err = unit.TimesRatio(c.Quantity, c.Days, int64(parts)*c.Whole)
		taxed = t.Tax.On(priced)
	}
	c.PriceRow = ""
	if err == nil {
		c.Unit, c.Net, c.Tax = unit, taxed.Net, taxed.Tax
	}
	return c
}

// sellCredit gives back of a sold charge what a credit gives back of the charge itself; books are the sold charge and the
// credits before.
func sellCredit(c, of Charge, books []Charge) Charge {
	sold := books[0]
	p := credited(books, sold.ID)
	back := sold.Net.Sub(sold.Net) // nothing, in its currency
	if c.Quantity == 0 {           // an amount set by hand
		if still := sold.Priced().Sub(p.priced); !of.Priced().IsZero() {
			back = sold.Priced().Ratio(c.Priced().Neg().Minor(), of.Priced().Minor())
			if back.Cmp(still) > 0 {
				back = still
			}
		}
	} else {
		share := p.share(sold, c.Quantity)
		stays := share.Sub(share)
		switch {
		case c.Days == 0 && c.Priced().IsZero(): // what has no end is used up, or given back whole
			stays = share
		case c.Kept > 0 && c.Kept < c.Days:
			stays = share.Ratio(c.Kept, c.Days)
		case c.Kept > 0:
			stays = share
		}
		back = share.Sub(stays)
	}
	c.Unit, c.PriceRow = sold.Unit, ""
	return c.reversed(back, p.taxBack(sold, back))
}
