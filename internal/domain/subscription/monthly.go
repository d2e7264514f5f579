package subscription

import (
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// Monthly is the monthly recurring revenue of a subscription (D): the price that its running term was begun with, for the seats
// there are, divided by the months of the term, without tax, rounded once, half away from zero. A year's price is divided by 12,
// three years' by 36, however often it is charged: the plan splits the price of the term over its charges (F05).
//
// It counts while the subscription is active in a paid term, whether or not that renews by itself: what will not renew drops out when
// its term ends. Nothing is what waits for its publisher; is suspended (charged to the end of its term, E21, which does not renew);
// is cancelled or has expired; is in its free days or a trial; is charged by use or once; has no end (perpetual), or a term in days.
// Nothing is the zero Amount, without a currency.
func (s Subscription) Monthly() money.Amount {
	months, whole := s.Term.AllMonths()
	if s.State != Active || s.Current.Start.IsZero() || !whole || months <= 0 || s.Plan.Step().IsZero() ||
		s.Class == catalog.Trial || s.Class == catalog.Metered {
		return money.Amount{}
	}
	priced, err := s.Tariff.Unit.TimesRatio(s.Quantity, 1, int64(months))
	if err != nil || priced.IsZero() { // a price too large was refused when it was charged
		return money.Amount{}
	}
	return s.Tariff.Tax.On(priced).Net
}
