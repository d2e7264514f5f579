package app

import (
	"context"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// MaxStatement is how many lines a statement prints. What a longer one leaves out stands on it as one sum; all lines are on
// the reconciliation pages.
const MaxStatement = 2000

// Statement is what the printed form of a document holds (F73).
type Statement struct {
	InvoiceView
	Partner  party.Partner
	To       string // of a bill, the customer's name; empty: the partner's own document
	Lines    []StatementLine
	Why      []billing.Explanation // one for each line
	Payments []billing.Payment     // in the order of their days
}

// Statement gives a document with its lines and payments (F73, R08). Fault: "invoice.unknown".
func (a *App) Statement(ctx context.Context, who party.Actor, number id.Invoice) (Statement, error) {
	view, err := a.Invoice(ctx, who, number)
	if err != nil {
		return Statement{}, err
	}
	_, lines, err := a.InvoiceLines(ctx, who, number, ChargeQuery{Limit: MaxStatement})
	if err != nil {
		return Statement{}, err
	}
	return read(ctx, a.Store, func(r Reader) (s Statement, err error) {
		s.InvoiceView, s.Lines = view, lines
		if s.Partner, err = r.Partner(who.Scope); err != nil {
			return s, err
		}
		if s.Why, err = explain(r, who.Scope, lines); err != nil {
			return s, err
		}
		s.Payments, err = r.Payments(who.Scope, PaymentQuery{Invoice: view.ID})
		slices.Reverse(s.Payments) // they come newest first
		return s, err
	})
}
