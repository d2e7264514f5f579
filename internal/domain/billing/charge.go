// Package billing turns sales into money: charges, proration, credits, estimates and invoices (rules.md §2.8, E05–E11,
// E21, E26–E28). Every figure can be explained: a charge keeps the rows, days and parts it was made of (F75).
package billing

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Kind says what a charge is for; on the wire it is the charge type.
type Kind string

// The kinds of charge.
const (
	New         Kind = "new"          // the first charge of a purchase
	Cycle       Kind = "cycle"        // a later charge of the same term
	Renew       Kind = "renew"        // the first charge of a renewed term
	AddQuantity Kind = "add_quantity" // seats added during a term
	Convert     Kind = "convert"      // the first charge after a trial
	Cancel      Kind = "cancel"       // a credit for a cancelled line
	RemoveSeats Kind = "remove_quantity"
)

// Charge is one line of money: what a customer's line costs for a period, or, with Of set and negative amounts, a credit
// of an earlier charge. What is written stays.
type Charge struct {
	ID           id.Charge
	Kind         Kind
	At           time.Time // decides the invoice it lands on
	Customer     id.Customer
	Order        id.Order
	Line         int
	Subscription id.Subscription // empty for perpetual software and reservations
	Imported     bool            // of an imported offer

	Period   when.Period // what it pays for; zero when it pays for ever
	Quantity int64
	Unit     money.Price // for the whole term
	Part     int         // this is charge Part of Parts of the term, from 0
	Parts    int
	Days     int64 // the days the amount is for
	Whole    int64 // the days of the whole charged period: more than Days where only the rest of it was charged (F28)
	Of       id.Charge
	Kept     int64 // a credit's days that stay charged, of Days

	Net, Tax  money.Amount
	TaxRow    string
	TaxPPM    int64
	Inclusive bool
	PriceRow  string
	PolicyRow string
}

// Gross is net + tax.
func (c Charge) Gross() money.Amount { return c.Net.Add(c.Tax) }

// Priced is the figure the price sheet speaks of: gross where prices include tax (F04), net elsewhere.
func (c Charge) Priced() money.Amount {
	if c.Inclusive {
		return c.Gross()
	}
	return c.Net
}

// rate is the tax rate pinned to the charge.
func (c Charge) rate() market.TaxRow {
	return market.TaxRow{ID: c.TaxRow, RatePPM: c.TaxPPM, Inclusive: c.Inclusive}
}

// Tariff is what a line is charged by, pinned when its term began.
type Tariff struct {
	Unit     money.Price // of one unit for the whole term
	PriceRow string
	Tax      market.TaxRow
	Policy   string // the cancellation row
}

// Part makes the amounts of charge part of parts for a quantity: the share by which the rounded running totals of price
// and tax grow, so that the parts of a term sum to its whole (E09, E11). Fault "money.too_large".
func (t Tariff) Part(quantity int64, part, parts int) (priced money.Amount, taxed market.Taxed, err error) {
	total, err := t.Unit.Times(quantity)
	if err != nil {
		return priced, taxed, err
	}
	upto, before := total.Ratio(int64(part+1), int64(parts)), total.Ratio(int64(part), int64(parts))
	a, b := t.Tax.On(upto), t.Tax.On(before)
	return upto.Sub(before), market.Taxed{Net: a.Net.Sub(b.Net), Tax: a.Tax.Sub(b.Tax)}, nil
}

// Rest is the charge for what remains of a charged period at now: round(price × remaining / days), where remaining is
// the started days of 24 h to the period's end and days the period's own (F28), rounded once (E11). Used for added seats
// and add-ons. All days of a period are charge part of parts itself; a period without an end has no days to count.
// Fault "money.too_large".
func (t Tariff) Rest(quantity int64, part, parts int, p when.Period, now time.Time) (taxed market.Taxed, remaining int64, err error) {
	if p.End.IsZero() {
		_, taxed, err = t.Part(quantity, part, parts)
		return taxed, 0, err
	}
	days := p.Days()
	remaining = min(when.DaysCeil(p.End.Sub(now)), days)
	if remaining == days {
		_, taxed, err = t.Part(quantity, part, parts)
		return taxed, days, err
	}
	priced, err := t.Unit.TimesRatio(quantity, remaining, int64(parts)*days)
	if err != nil {
		return taxed, 0, err
	}
	return t.Tax.On(priced), remaining, nil
}

// pin copies a tariff's rows into a charge.
func (t Tariff) pin(c Charge) Charge {
	c.Unit, c.PriceRow, c.PolicyRow = t.Unit, t.PriceRow, t.Policy
	c.TaxRow, c.TaxPPM, c.Inclusive = t.Tax.ID, t.Tax.RatePPM, t.Tax.Inclusive
	return c
}

// Charge completes c with charge part of parts of its quantity and the rows of the tariff; c.Period says which days.
func (t Tariff) Charge(c Charge, part, parts int) (Charge, error) {
	_, taxed, err := t.Part(c.Quantity, part, parts)
	if err != nil {
		return Charge{}, err
	}
	c = t.pin(c)
	c.Part, c.Parts, c.Net, c.Tax = part, parts, taxed.Net, taxed.Tax
	if !c.Period.End.IsZero() {
		c.Days = c.Period.Days()
		c.Whole = c.Days
	}
	return c, nil
}

// ChargeRest completes c with what remains of its period at c.At; the charge's period then starts at c.At.
func (t Tariff) ChargeRest(c Charge, part, parts int) (Charge, error) {
	taxed, remaining, err := t.Rest(c.Quantity, part, parts, c.Period, c.At)
	if err != nil {
		return Charge{}, err
	}
	c = t.pin(c)
	c.Part, c.Parts, c.Net, c.Tax, c.Days = part, parts, taxed.Net, taxed.Tax, remaining
	if !c.Period.End.IsZero() {
		c.Whole = c.Period.Days()
	}
	if c.At.After(c.Period.Start) {
		c.Period.Start = c.At
	}
	return c, nil
}
