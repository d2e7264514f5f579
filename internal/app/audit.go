package app

import (
	"context"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Records reads the activity log: each caller only the kinds its roles may read (F53, R06, R07).
func (a *App) Records(ctx context.Context, who party.Actor, q RecordQuery) ([]activity.Record, error) {
	q, err := readable(who, q)
	if err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]activity.Record, error) {
		found, err := r.Records(who.Scope, q)
		for i := range found {
			found[i] = shownTo(who, found[i])
		}
		return found, err
	})
}

// Record reads one record (R06, R07). Fault: "record.unknown", also for a kind the caller may not read.
func (a *App) Record(ctx context.Context, who party.Actor, rec id.Record) (activity.Record, error) {
	q, err := readable(who, RecordQuery{})
	if err != nil {
		return activity.Record{}, err
	}
	return read(ctx, a.Store, func(r Reader) (activity.Record, error) {
		got, err := r.Record(who.Scope, rec)
		if err != nil {
			return got, err
		}
		if got.Security() && !q.Security || !got.Security() && !q.Business || q.Customer != "" && got.Customer != q.Customer {
			return activity.Record{}, fault.NotFound("record.unknown", nil)
		}
		return shownTo(who, got), nil
	})
}

// shownTo is a record as the caller may read it: amounts are the partner's cost, which its customers are never shown (R09).
func shownTo(who party.Actor, rec activity.Record) activity.Record {
	if who.Customer != "" {
		rec.Details = slices.DeleteFunc(slices.Clone(rec.Details), func(d activity.Detail) bool {
			return d.Key == "Amount" || strings.HasPrefix(d.Key, "Amount-")
		})
	}
	return rec
}

func readable(who party.Actor, q RecordQuery) (RecordQuery, error) {
	business := who.May(party.ReadBusinessLog)
	q.Security, q.Business = who.May(party.ReadSecurityLog) == nil, business == nil
	if !q.Security && !q.Business {
		return q, business
	}
	if who.Customer != "" { // customer staff read their own tenant's only, whatever they ask for
		if q.Customer != "" && q.Customer != who.Customer {
			return q, fault.Deny("tenant.foreign", nil)
		}
		q.Customer = who.Customer
	}
	return q, nil
}
