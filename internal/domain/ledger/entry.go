// Package ledger keeps the books: balanced entries of postings, append-only. Balances are folds over postings.
package ledger

import (
	"errors"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// Account names one account of a partner's books.
type Account string

// The accounts.
const (
	Receivable Account = "receivable" // what the partner owes
	Sales      Account = "sales"
	Tax        Account = "tax"
	Cash       Account = "cash"
)

// Posting is one side of an entry: + debit, − credit.
type Posting struct {
	Account Account
	Amount  money.Amount
}

// Entry is one balanced movement. What is written stays; a mistake is answered by a second entry.
type Entry struct {
	id       id.Entry
	at       time.Time
	ref      string
	postings []Posting
}

// NewEntry refuses fewer than two postings, two currencies, and any set that does not sum to zero. ref names the cause: a
// charge or a payment.
func NewEntry(entry id.Entry, at time.Time, ref string, ps ...Posting) (Entry, error) {
	var sum money.Amount
	for _, p := range ps {
		if p.Amount.Currency() != ps[0].Amount.Currency() {
			return Entry{}, errors.New("ledger: entry in two currencies")
		}
		sum = sum.Add(p.Amount)
	}
	if len(ps) < 2 || !sum.IsZero() {
		return Entry{}, errors.New("ledger: entry is not balanced")
	}
	return Entry{entry, at, ref, append([]Posting(nil), ps...)}, nil
}

// ID names the entry.
func (e Entry) ID() id.Entry { return e.id }

// At is the business instant of the movement.
func (e Entry) At() time.Time { return e.at }

// Ref names what caused it.
func (e Entry) Ref() string { return e.ref }

// Postings are its sides, in order.
func (e Entry) Postings() []Posting { return append([]Posting(nil), e.postings...) }

// Sale is the entry of a charge, or of a credit when net and tax are negative: the partner owes the gross, sales and tax
// take their parts. ok is false when there is nothing to move.
func Sale(entry id.Entry, at time.Time, charge id.Charge, net, tax money.Amount) (e Entry, ok bool) {
	gross := net.Add(tax)
	if net.IsZero() && tax.IsZero() {
		return Entry{}, false
	}
	ps := make([]Posting, 0, 3)
	for _, p := range [3]Posting{{Receivable, gross}, {Sales, net.Neg()}, {Tax, tax.Neg()}} {
		if !p.Amount.IsZero() {
			ps = append(ps, p)
		}
	}
	e, err := NewEntry(entry, at, string(charge), ps...)
	if err != nil {
		panic(err) // gross is net + tax by construction
	}
	return e, true
}

// Payment is the entry of money that came in for an invoice, or that went out when the amount is below zero: cash takes it,
// the partner owes so much less (F80). The amount is never zero.
func Payment(entry id.Entry, at time.Time, payment id.Payment, amount money.Amount) (Entry, error) {
	return NewEntry(entry, at, string(payment), Posting{Cash, amount}, Posting{Receivable, amount.Neg()})
}
