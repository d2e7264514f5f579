package billing

import (
	"fmt"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Totals sums lines of one currency; it does not depend on their order.
type Totals struct {
	Net, Tax money.Amount
	Lines    int
	Charges  int // of the lines, those above zero: without any there is no invoice to set credits off against (E06)
}

// Add counts one charge.
func (t Totals) Add(c Charge) Totals {
	t.Net, t.Tax = t.Net.Add(c.Net), t.Tax.Add(c.Tax)
	t.Lines++
	if c.Gross().Sign() > 0 {
		t.Charges++
	}
	return t
}

// Gross is net + tax.
func (t Totals) Gross() money.Amount { return t.Net.Add(t.Tax) }

// Document is what a numbered paper is.
type Document string

// The documents. They share one series of numbers without gaps.
const (
	Bill       Document = "invoice"
	CreditNote Document = "credit_note" // a period without charges closes with what is owed to the partner (E06)
	VoidNote   Document = "void_note"   // takes another document back, figure by figure (E10)
)

// Invoice is one month of one partner in one currency (F71, E08): an invoice, a credit note, or the void note of one. Its
// lines are the charges whose instant lies in Period.
type Invoice struct {
	ID       id.Invoice
	Number   int64 // gap-free per store
	Document Document
	Edition  int // of its period and currency: 1, and one more for each time it was issued again (E10)
	Currency money.Currency
	Period   when.Period
	IssuedAt time.Time
	DueAt    time.Time
	Totals   Totals
	Carried  money.Amount // brought in from the invoice before: negative, or zero
	CarryOut money.Amount // left over for the next: negative, or zero (E07)
	Paid     money.Amount // the sum of its payments; negative: paid out to the partner
	Imported bool         // lines of imported offers are among its own
	Amends   id.Invoice   // of a void note, what it takes back; of an invoice issued again, what it stands for

	// What became of it later: empty while it stands.
	VoidedBy   id.Invoice
	ReplacedBy id.Invoice
}

// Total is what is to be paid: lines and what was carried in. That of an invoice is never below zero (E07), that of a
// credit note always is.
func (i Invoice) Total() money.Amount {
	return i.Totals.Gross().Add(i.Carried).Sub(i.CarryOut)
}

// Open is what is still to be paid, or below zero to be paid out. Nothing is open on what was voided, and on void notes.
func (i Invoice) Open() money.Amount {
	if i.VoidedBy != "" || i.Document == VoidNote {
		return money.Of(0, i.Currency)
	}
	return i.Total().Sub(i.Paid)
}

// Standing is how an invoice stands with its payments (F80).
type Standing string

// The standings.
const (
	Settled Standing = "paid"
	Unpaid  Standing = "unpaid"
	Overdue Standing = "overdue"
	Voided  Standing = "voided"
)

// Standing at an instant: from its due instant on, what is not paid is overdue. What is owed to the partner never is.
func (i Invoice) Standing(now time.Time) Standing {
	open := i.Open().Sign()
	switch {
	case i.VoidedBy != "":
		return Voided
	case open == 0:
		return Settled
	case open > 0 && !now.Before(i.DueAt):
		return Overdue
	}
	return Unpaid
}

// PaymentTerm is how long after its issue an invoice is due (F71).
const PaymentTerm = 30 * day

// Issue makes the document of a period from the totals of its lines. A sum below zero is carried to the next invoice
// (E07); in a period that charged nothing there is no invoice for it to come off, so it closes with a credit note (E06).
func Issue(number int64, currency money.Currency, p when.Period, t Totals, carried money.Amount) Invoice {
	inv := Invoice{
		Document: Bill, Edition: 1, Currency: currency, Period: p, Totals: t, Carried: carried,
		CarryOut: money.Of(0, currency), Paid: money.Of(0, currency),
	}.numbered(number, p.End)
	switch sum := t.Gross().Add(carried); {
	case sum.Sign() >= 0:
	case t.Charges == 0:
		inv.Document = CreditNote
	default:
		inv.CarryOut = sum
	}
	return inv
}

// numbered gives a document its number and its date.
func (i Invoice) numbered(number int64, at time.Time) Invoice {
	i.ID, i.Number, i.IssuedAt, i.DueAt = id.Invoice(fmt.Sprintf("G%09d", number)), number, at, at.Add(PaymentTerm)
	return i
}

// Void takes a document back at now and issues it again (E10): a void note with its figures reversed, and the next edition
// of the same period, lines and balance, dated now. So nothing that was charged is ever without a document, and what was
// carried on stays. number and the next one are taken. Faults: "invoice.void_note", "invoice.voided", "invoice.paid" once
// a payment is on it.
func Void(i Invoice, number int64, now time.Time) (note, again Invoice, err error) {
	switch {
	case i.Document == VoidNote:
		return note, again, fault.Refuse("invoice.void_note", nil)
	case i.VoidedBy != "":
		return note, again, fault.Conflict("invoice.voided", fault.Args{"by": string(i.VoidedBy)})
	case !i.Paid.IsZero():
		return note, again, fault.Conflict("invoice.paid", fault.Args{"paid": i.Paid.String()})
	}
	i.Amends = i.ID
	again = i.numbered(number+1, now)
	again.Edition++
	note = i.numbered(number, now)
	note.Document, note.DueAt = VoidNote, now
	note.Totals.Net, note.Totals.Tax = i.Totals.Net.Neg(), i.Totals.Tax.Neg()
	note.Carried, note.CarryOut = i.Carried.Neg(), i.CarryOut.Neg()
	return note, again, nil
}
