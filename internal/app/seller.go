package app

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// seller sells the charges of one partner's customers by its mark-up and own prices (F78). What a charge is sold at follows
// from rows that never change: the charge, its order, and the partner's rows in force when that was made. So bills need no
// lines of their own, and read the same for ever.
type seller struct {
	r       Reader
	scope   party.Scope
	markups []billing.Markup
	plain   bool // nothing was ever set: all is sold at cost

	prices map[id.Product][]billing.OwnPrice
	orders map[id.Order]order.Order // of the customer that is being billed
	line   map[id.Order][]billing.Charge
}

func newSeller(r Reader, scope party.Scope) (*seller, error) {
	s := &seller{r: r, scope: scope, prices: map[id.Product][]billing.OwnPrice{}}
	var err error
	if s.markups, err = r.Markups(scope); err != nil {
		return nil, err
	}
	own, err := r.OwnPrices(scope, OwnPriceQuery{Limit: 1})
	s.plain = len(s.markups) == 0 && len(own) == 0
	return s, err
}

// each walks the charges and credits of a customer's period in the order they were made, until one is enough.
func (s *seller) each(customer id.Customer, currency money.Currency, p when.Period, do func(billing.Charge) (more bool, err error)) error {
	s.orders, s.line = map[id.Order]order.Order{}, map[id.Order][]billing.Charge{}
	q := ChargeQuery{Customer: customer, Currency: currency, From: p.Start, Until: p.End, Limit: chargesABill}
	for {
		charges, err := s.r.Charges(s.scope, q)
		if err != nil {
			return err
		}
		for _, c := range charges {
			if more, err := do(c); err != nil || !more {
				return err
			}
		}
		if len(charges) < q.Limit {
			return nil
		}
		last := charges[len(charges)-1]
		q.After = ChargeCursor{last.At, last.ID}
	}
}

// totals adds up what the charges of a customer's period are sold for.
func (s *seller) totals(customer id.Customer, currency money.Currency, p when.Period) (billing.Totals, error) {
	t := billing.Totals{Net: money.Of(0, currency), Tax: money.Of(0, currency)}
	err := s.each(customer, currency, p, func(c billing.Charge) (bool, error) {
		if s.plain {
			t = t.Add(c)
			return true, nil
		}
		sold, _, err := s.sell(c)
		t = t.Add(sold)
		return true, err
	})
	return t, err
}

// sell gives a charge as sold, and of a credit what explains it. What is sold at cost comes to what it cost.
func (s *seller) sell(c billing.Charge) (sold billing.Charge, before []billing.Charge, err error) {
	unit, err := s.unit(c)
	if err != nil {
		return c, nil, err
	}
	var line []billing.Charge
	if c.Of != "" {
		known := false
		if line, known = s.line[c.Order]; !known {
			if line, err = s.r.Charges(s.scope, ChargeQuery{Customer: c.Customer, Order: c.Order}); err != nil {
				return c, nil, err
			}
			s.line[c.Order] = line
		}
	}
	if sold, before, err = billing.Sell(c, line, unit); err == nil && unit == c.Unit {
		sold.Net, sold.Tax = c.Net, c.Tax
	}
	return sold, before, err
}

// unit is what one unit of a charge's item was sold at for its whole term when its order was made.
func (s *seller) unit(c billing.Charge) (money.Price, error) {
	if s.plain {
		return c.Unit, nil
	}
	o, err := s.order(c)
	if err != nil {
		return c.Unit, err
	}
	product := o.Lines[c.Line].Item.Product
	prices, known := s.prices[product]
	if !known {
		if prices, err = s.r.OwnPrices(s.scope, OwnPriceQuery{Product: product}); err != nil {
			return c.Unit, err
		}
		s.prices[product] = prices
	}
	var row catalog.PriceRow
	if len(prices) > 0 {
		entries, err := s.r.Entries([]id.Product{product})
		if err != nil {
			return c.Unit, err
		}
		if e := entries[product]; e != nil {
			if i := slices.IndexFunc(e.Prices, func(p catalog.PriceRow) bool { return p.ID == c.PriceRow }); i >= 0 {
				row = e.Prices[i]
			}
		}
	}
	return billing.Resale{Markups: s.markups, Prices: prices}.Unit(product, row, c.Unit, o.At), nil
}

func (s *seller) order(c billing.Charge) (order.Order, error) {
	o, known := s.orders[c.Order]
	if known {
		return o, nil
	}
	o, err := s.r.Order(s.scope, c.Customer, string(c.Order))
	s.orders[c.Order] = o
	return o, err
}
