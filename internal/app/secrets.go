package app

import (
	"context"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// told is what a guarded act hands out, and how its record names it.
type told struct {
	outcome any
	row     string // the key's or link's row, never what it holds
	what    string
	kept    string // why nothing was handed out after all; the record says failed
}

// guarded is an act that hands out a secret of a line of software (R04): a product key or a download address. The record is
// written in the same transaction; a refusal is recorded in one of its own before it is answered (house.md §3).
type guarded struct {
	app       *App
	who       party.Actor
	req       Request
	customer  id.Customer
	order     string
	line      int
	operation activity.Operation
	resource  activity.Resource
}

// run asks the role, finds the line, and lets give decide what is handed out.
func (g guarded) run(ctx context.Context, give func(tx Tx, item SoftwareItem, now time.Time) (told, error)) (Reply, error) {
	if err := g.who.MayFor(party.RevealKey, g.customer); err != nil {
		return Reply{}, g.refused(ctx, err)
	}
	act := Act{Actor: g.who, Lock: Lock{Customer: string(g.customer)}, Request: g.req}
	rep, err := g.app.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := g.app.Clock.Now()
		customer, err := tx.Customer(g.who.Scope, g.customer)
		if err != nil {
			return nil, err
		}
		if err := customer.Dealing(); err != nil && g.who.Customer == "" { // what is the customer's own stays so
			return nil, err
		}
		item, err := softwareLine(tx, g.who.Scope, g.customer, g.order, g.line)
		if err != nil {
			return nil, err
		}
		out, err := give(tx, item, now)
		if err != nil {
			return nil, err
		}
		s := saver{g.app, tx, &act, customer, now}
		rec := s.recorded(g.operation, g.resource, out.row, lineDetails(item.Order.ID, item.Line.Number, out.what)...)
		if out.kept != "" {
			rec.Status, rec.Details = activity.Failed, append(rec.Details, activity.Detail{Key: "Reason", Value: out.kept})
		}
		return out.outcome, tx.AddRecord(rec)
	})
	if err != nil {
		err = g.refused(ctx, err)
	}
	return rep, err
}

func lineDetails(o id.Order, line int, what string) []activity.Detail {
	ds := []activity.Detail{{Key: "OrderId", Value: string(o)}, {Key: "LineItemNumber", Value: strconv.Itoa(line)}}
	if what != "" {
		ds = append(ds, activity.Detail{Key: "Item", Value: what})
	}
	return ds
}

// refused writes that a key or link was refused, or could not be handed out, in a transaction of its own, and gives back why.
// Faults of another tenant's or an unknown customer are not recorded: there is no tenant to record them under.
func (g guarded) refused(ctx context.Context, why error) error {
	reason := "internal"
	if f := fault.Of(why); f != nil {
		if f.Code == "tenant.foreign" || f.Kind == fault.KindUnavailable || f.Kind == fault.KindNotFound {
			return why
		}
		reason = f.Code
	}
	act := Act{Actor: g.who, Lock: Lock{Customer: string(g.customer)}, Request: Request{Correlation: g.req.Correlation}}
	_, err := g.app.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := g.app.Clock.Now()
		customer, err := tx.Customer(g.who.Scope, g.customer)
		if err != nil {
			return nil, err
		}
		details := append(lineDetails(id.Order(g.order), g.line, ""), activity.Detail{Key: "Reason", Value: reason})
		return nil, tx.AddRecord(activity.Record{
			ID: id.Record(g.app.IDs.GUID()), At: now, Customer: g.customer, CustomerName: customer.CompanyName,
			Who: g.who.Alias, Actor: g.who.Name, Client: g.who.Client,
			Operation: g.operation, Resource: g.resource, ResourceID: g.order, Status: activity.Failed, Correlation: g.req.Correlation, Details: details,
		})
	})
	if f := fault.Of(err); err != nil && (f == nil || f.Kind == fault.KindUnavailable) {
		return err // a refusal that could not be recorded is not told as one
	}
	return why
}
