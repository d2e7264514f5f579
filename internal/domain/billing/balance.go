package billing

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// Balance is how a partner stands in one currency (F80).
type Balance struct {
	Currency      money.Currency
	Amount        money.Amount // to pay; below zero is owed to the partner
	Overdue       money.Amount // of what is to pay, what is past its due instant
	First, Latest time.Time    // issue of the first and the latest document
}

// Balances folds documents into one balance for each currency, that of the newest document first; documents come newest
// first, void notes left out. What the last period left over counts, older ones were carried into it (E07).
func Balances(documents []Invoice, now time.Time) []Balance {
	var all []Balance
	place := map[money.Currency]int{}
	last := map[money.Currency]Invoice{} // of what stands, the document of the latest period
	for _, i := range documents {
		n, seen := place[i.Currency]
		if !seen {
			n = len(all)
			place[i.Currency] = n
			zero := money.Of(0, i.Currency)
			all = append(all, Balance{Currency: i.Currency, Amount: zero, Overdue: zero, Latest: i.IssuedAt})
		}
		b := &all[n]
		b.First = i.IssuedAt
		if i.VoidedBy != "" {
			continue
		}
		b.Amount = b.Amount.Add(i.Open())
		if i.Standing(now) == Overdue {
			b.Overdue = b.Overdue.Add(i.Open())
		}
		if i.Period.Start.After(last[i.Currency].Period.Start) {
			last[i.Currency] = i
		}
	}
	for c, i := range last {
		b := &all[place[c]]
		b.Amount = b.Amount.Add(i.CarryOut)
	}
	return all
}
