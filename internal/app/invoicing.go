package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// document writes an invoice, a credit note or a void note, and tells of it.
func (s saver) document(i billing.Invoice) error {
	details := []activity.Detail{{Key: "Document", Value: string(i.Document)}, {Key: "Total", Value: i.Total().String()}}
	if i.Amends != "" {
		details = append(details, activity.Detail{Key: "Amends", Value: string(i.Amends)})
	}
	if err := s.record(activity.ReadyInvoice, activity.Invoice, string(i.ID), details...); err != nil {
		return err
	}
	return s.tx.AddInvoice(i)
}

// InvoiceView is a document with what amends it: the void note of one that was taken back (E10).
type InvoiceView struct {
	billing.Invoice
	Amendments []billing.Invoice
	Now        time.Time
}

// Invoices lists issued invoices and credit notes, newest first (R08); void notes stand with what they take back.
func (a *App) Invoices(ctx context.Context, who party.Actor, q InvoiceQuery) ([]billing.Invoice, error) {
	if err := who.May(party.ReadInvoices); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]billing.Invoice, error) { return r.Invoices(who.Scope, q) })
}

// Invoice is one document of any kind (R08). Fault: "invoice.unknown".
func (a *App) Invoice(ctx context.Context, who party.Actor, number id.Invoice) (InvoiceView, error) {
	if err := who.May(party.ReadInvoices); err != nil {
		return InvoiceView{}, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (InvoiceView, error) {
		i, err := r.Invoice(who.Scope, number)
		v := InvoiceView{Invoice: i, Now: now}
		if err == nil && i.VoidedBy != "" {
			var note billing.Invoice
			note, err = r.Invoice(who.Scope, i.VoidedBy)
			v.Amendments = append(v.Amendments, note)
		}
		return v, err
	})
}

// VoidInvoice takes an invoice or a credit note back and issues it again with the same lines (E10): two documents with the
// next two numbers, in one transaction. It is the operator's act (R22). The outcome is the InvoiceView of what was taken
// back. Faults: "invoice.unknown" and those of billing.Void.
func (a *App) VoidInvoice(ctx context.Context, who party.Actor, req Request, number id.Invoice) (Reply, error) {
	if err := who.May(party.RecordPayments); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		inv, err := tx.Invoice(who.Scope, number)
		if err != nil {
			return nil, err
		}
		if _, _, err := billing.Void(inv, 0, now); err != nil {
			return nil, err // before a number is taken
		}
		first, err := tx.NextInvoiceNumber()
		if err != nil {
			return nil, err
		}
		if _, err = tx.NextInvoiceNumber(); err != nil { // the series is locked: it is first + 1
			return nil, err
		}
		note, again, err := billing.Void(inv, first, now)
		if err != nil {
			return nil, err
		}
		s := saver{app: a, tx: tx, act: &act, now: now}
		for _, i := range []billing.Invoice{note, again} {
			if err := s.document(i); err != nil {
				return nil, err
			}
		}
		inv.VoidedBy, inv.ReplacedBy = note.ID, again.ID
		return InvoiceView{Invoice: inv, Amendments: []billing.Invoice{note}, Now: now}, nil
	})
}
