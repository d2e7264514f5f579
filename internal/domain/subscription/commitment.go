package subscription

import (
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Commitment is what is still to be charged for the running term: Charges more, Amount in all, with tax. After the window
// it is owed whatever the customer does (F41).
type Commitment struct {
	Charges int
	Amount  money.Amount
}

// Commitment sums the charges that are still to come for the seats there are, by the rows that the term was begun with: with
// those that were made they come to the price of the term. ok is false where there is no term to owe, such as in free days,
// or where use is charged.
func (s Subscription) Commitment() (c Commitment, ok bool, err error) {
	c.Amount = money.Of(0, s.Currency)
	if s.Current.Start.IsZero() || s.Tariff.PriceRow == "" {
		return c, false, nil
	}
	coming, err := s.Coming()
	for _, one := range coming {
		c.Charges++
		c.Amount = c.Amount.Add(one.Taxed.Gross())
	}
	return c, err == nil, err
}

// Coming is a charge that is still to be made for the running term, at the start of its period.
type Coming struct {
	Period when.Period
	Taxed  market.Taxed
}

// Coming are the charges still to be made for the running term, for the seats there are and by the rows it was begun with, in
// their order (F05, F41). What waits for its publisher has no dates yet: their periods are zero. In its free days they are those
// of the term that follows, and none where it does not go on (F23).
func (s Subscription) Coming() ([]Coming, error) {
	if s.Tariff.PriceRow == "" {
		return nil, nil
	}
	if s.Current.Start.IsZero() && !s.TrialUntil.IsZero() && s.State != Pending {
		if !s.AutoRenew {
			return nil, nil
		}
		s.ChargeNo, s.AnchorDay, s.NextCharge = 0, s.TrialUntil.Day(), s.TrialUntil
		s.Current = when.Period{Start: s.TrialUntil, End: when.Next(s.TrialUntil, s.AnchorDay, s.Term)}
	}
	first, parts, periods := s.ChargeNo, 0, s.schedule()
	switch {
	case s.Current.Start.IsZero():
		n, _ := s.Plan.Charges(s.Term)
		first, parts = 0, n
	case !s.NextCharge.IsZero():
		parts = len(periods)
	}
	var all []Coming
	for no := first; no < parts; no++ {
		_, taxed, err := s.Tariff.Part(s.Quantity, no, parts)
		if err != nil {
			return nil, err
		}
		one := Coming{Taxed: taxed}
		if !s.Current.Start.IsZero() {
			one.Period = periods[no]
		}
		all = append(all, one)
	}
	return all, nil
}
