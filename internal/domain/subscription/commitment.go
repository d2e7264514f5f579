package subscription

import (
	"github.com/comptoir-dev/comptoir/internal/domain/money"
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
	if s.NextCharge.IsZero() {
		return c, true, nil
	}
	parts := len(s.schedule())
	for no := s.ChargeNo; no < parts; no++ {
		_, taxed, err := s.Tariff.Part(s.Quantity, no, parts)
		if err != nil {
			return c, false, err
		}
		c.Charges++
		c.Amount = c.Amount.Add(taxed.Gross())
	}
	return c, true, nil
}
