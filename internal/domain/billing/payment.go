package billing

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Payment is money that moved for one document (F80): in from the partner for an invoice, or out to it, below zero, for a
// credit note. What is written stays.
type Payment struct {
	ID      id.Payment
	Invoice id.Invoice
	On      time.Time // 00:00Z of the day the money moved
	At      time.Time // when it was recorded
	Amount  money.Amount
}

// Pay records an amount above zero against what is open on an invoice, dated on's UTC day; of a credit note it is paid
// out. Faults: "payment.currency", "payment.not_positive", "payment.future" for a day after now's, "payment.too_much"
// beyond what is open, "invoice.voided".
func Pay(i Invoice, payment id.Payment, amount money.Amount, on, now time.Time) (Invoice, Payment, error) {
	p := Payment{ID: payment, Invoice: i.ID, On: when.Midnight(on), At: now, Amount: amount}
	open := i.Open()
	switch {
	case amount.Currency() != i.Currency:
		return i, p, fault.Refuse("payment.currency", fault.Args{"currency": string(i.Currency)})
	case amount.Sign() <= 0:
		return i, p, fault.Invalid("payment.not_positive", nil)
	case p.On.After(now):
		return i, p, fault.Refuse("payment.future", fault.Args{"now": now})
	case i.VoidedBy != "":
		return i, p, fault.Conflict("invoice.voided", fault.Args{"by": string(i.VoidedBy)})
	}
	if open.Sign() < 0 { // a credit note's
		p.Amount, open = amount.Neg(), open.Neg()
	}
	if amount.Cmp(open) > 0 {
		return i, p, fault.Conflict("payment.too_much", fault.Args{"open": open.String()})
	}
	i.Paid = i.Paid.Add(p.Amount)
	return i, p, nil
}
