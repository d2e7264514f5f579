package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// The bounds of a customer's figures: charges added up for its months, and active subscriptions counted.
const (
	spendMost  = 2_000
	activeMost = 1_000
	// SpendMonths is how many months Spend looks back, the running one included.
	SpendMonths = 12
)

// Spent is what one charge, or credit, came to.
type Spent struct {
	At  time.Time
	Net money.Amount
}

// SpendMonth is what a customer was charged in a calendar month (UTC), credits taken off, without tax, by currency.
type SpendMonth struct {
	From time.Time
	Sums []money.Amount
}

// Spend is what a customer was charged in the months up to now. Where there are more charges than are added up, the months
// before the oldest whole one are left out.
type Spend struct {
	Months []SpendMonth   // the oldest first
	Open   []money.Amount // charged since the billing period began: on no document yet
	Issued time.Time      // when the period's documents are (F71)
}

// Spend adds it up (R20).
func (a *App) Spend(ctx context.Context, who party.Actor, c id.Customer) (Spend, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return Spend{}, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (out Spend, err error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return out, err
		}
		partner, err := r.Partner(who.Scope)
		if err != nil {
			return out, err
		}
		period := billing.PeriodAt(partner.BillingDay, now)
		first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, 1-SpendMonths, 0)
		found, err := r.Spent(who.Scope, c, first, spendMost+1)
		if err != nil {
			return out, err
		}
		if len(found) > spendMost { // the month of the last one may go on beyond it
			last := found[spendMost].At
			first = time.Date(last.Year(), last.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		}
		out.Issued = period.End
		var open []money.Amount
		for _, one := range found {
			if !one.At.Before(period.Start) {
				open = append(open, one.Net)
			}
		}
		out.Open = sumsOf(open)
		for from := first; !from.After(now); from = from.AddDate(0, 1, 0) {
			until := from.AddDate(0, 1, 0)
			var own []money.Amount
			for _, one := range found {
				if !one.At.Before(from) && one.At.Before(until) {
					own = append(own, one.Net)
				}
			}
			out.Months = append(out.Months, SpendMonth{from, sumsOf(own)})
		}
		return out, nil
	})
}

// sumsOf adds amounts up by currency, in the order of their codes.
func sumsOf(all []money.Amount) (out []money.Amount) {
	by := map[money.Currency]money.Amount{}
	for _, a := range all {
		by[a.Currency()] = by[a.Currency()].Add(a)
	}
	for _, sum := range by {
		out = append(out, sum)
	}
	slices.SortFunc(out, func(x, y money.Amount) int { return cmp.Compare(x.Currency(), y.Currency()) })
	return out
}

// ActiveCounts tells how many active subscriptions each of a list's customers has, up to a bound (R20); of one that is not the
// caller's there is none.
func (a *App) ActiveCounts(ctx context.Context, who party.Actor, customers []party.Customer) (map[id.Customer]Counted, error) {
	if err := who.May(party.ReadCommerce); err != nil {
		return nil, err
	}
	ids := make([]id.Customer, len(customers))
	for i, c := range customers {
		if err := who.MayFor(party.ReadCommerce, c.ID); err != nil {
			return nil, err
		}
		ids[i] = c.ID
	}
	return read(ctx, a.Store, func(r Reader) (map[id.Customer]Counted, error) { return r.ActiveCounts(who.Scope, ids, activeMost) })
}
