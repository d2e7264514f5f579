package billing

import (
	"fmt"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Totals sums lines of one currency; it does not depend on their order.
type Totals struct {
	Net, Tax money.Amount
	Lines    int
}

// Add counts one charge.
func (t Totals) Add(c Charge) Totals {
	return Totals{t.Net.Add(c.Net), t.Tax.Add(c.Tax), t.Lines + 1}
}

// Gross is net + tax.
func (t Totals) Gross() money.Amount { return t.Net.Add(t.Tax) }

// Invoice is one month of one partner in one currency (F71). Its lines are the charges whose instant lies in Period.
type Invoice struct {
	ID       id.Invoice
	Number   int64 // gap-free per store
	Currency money.Currency
	Period   when.Period
	IssuedAt time.Time
	DueAt    time.Time
	Totals   Totals
	Carried  money.Amount // brought in from the invoice before: negative, or zero
	CarryOut money.Amount // left over for the next: negative, or zero (E07)
	Paid     money.Amount
}

// Total is what is to be paid: lines and what was carried in, never below zero (E07).
func (i Invoice) Total() money.Amount {
	return i.Totals.Gross().Add(i.Carried).Sub(i.CarryOut)
}

// PaymentTerm is how long after its issue an invoice is due (F71).
const PaymentTerm = 30 * day

// Issue makes the invoice of a period from the totals of its lines. A negative sum is carried to the next invoice.
func Issue(number int64, currency money.Currency, p when.Period, t Totals, carried money.Amount) Invoice {
	inv := Invoice{
		ID: id.Invoice(fmt.Sprintf("G%09d", number)), Number: number, Currency: currency, Period: p,
		IssuedAt: p.End, DueAt: p.End.Add(PaymentTerm), Totals: t, Carried: carried, CarryOut: money.Of(0, currency), Paid: money.Of(0, currency),
	}
	if sum := t.Gross().Add(carried); sum.Sign() < 0 {
		inv.CarryOut = sum
	}
	return inv
}
