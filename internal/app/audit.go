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
	return readRows(ctx, a.Store, func(r Reader) ([]activity.Record, error) {
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
		if !q.reads(got) {
			return activity.Record{}, fault.NotFound("record.unknown", nil)
		}
		return shownTo(who, got), nil
	})
}

// RecordProof is a proof that a record is in the log, with the key that its checkpoint is signed with.
type RecordProof struct {
	activity.Proof
	Record id.Record
	Key    string // public, as note.NewVerifier reads it
}

// ProveRecord proves that a record stands in the log (R06, R07 by its kind, as Record). What of a record its caller is not
// shown is not told by the proof either: it is of the hash alone then.
// Faults: "record.unknown", "record.not_numbered" for the first second of its life.
func (a *App) ProveRecord(ctx context.Context, who party.Actor, rec id.Record) (RecordProof, error) {
	q, err := readable(who, RecordQuery{})
	if err != nil {
		return RecordProof{}, err
	}
	return read(ctx, a.Store, func(r Reader) (RecordProof, error) {
		whole, err := r.Record(who.Scope, rec)
		if err == nil && !q.reads(whole) {
			err = fault.NotFound("record.unknown", nil)
		}
		if err != nil {
			return RecordProof{}, err
		}
		n, entry, err := r.Leaf(who.Scope, rec)
		if err != nil {
			return RecordProof{}, err
		}
		tree, err := r.TreeNow()
		if err != nil {
			return RecordProof{}, err
		}
		c, err := activity.OpenCheckpoint(tree.Checkpoint, a.LogKeys...)
		if err != nil {
			return RecordProof{}, err
		}
		p, err := activity.Prove(tree.Checkpoint, c, n, entry, r.TreeTile)
		if err != nil {
			return RecordProof{}, err
		}
		if len(shownTo(who, whole).Details) < len(whole.Details) {
			p.Leaf = nil
		}
		return RecordProof{Proof: p, Record: rec, Key: a.LogKey}, nil
	})
}

// reads tells whether a record is of a kind and a tenant that the query's caller may read.
func (q RecordQuery) reads(rec activity.Record) bool {
	kind := q.Business
	if rec.Security() {
		kind = q.Security
	}
	return kind && (q.Customer == "" || rec.Customer == q.Customer)
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
	if q.Keys && !q.Security {
		return q, who.May(party.ReadSecurityLog)
	}
	q.Business = q.Business && !q.Keys
	if who.Customer != "" { // customer staff read their own tenant's only, whatever they ask for
		if q.Customer != "" && q.Customer != who.Customer {
			return q, fault.Deny("tenant.foreign", nil)
		}
		q.Customer = who.Customer
	}
	return q, nil
}

// recordStretches is how many stretches of the log are looked through for one page of what concerns a single thing.
const recordStretches = 6

// RecordsOf lists the records of a query that keep keeps, latest first, at most the query's limit: the log has no key of what a
// record is about, so it is read in stretches, and after so many a page ends early. next is what the query's After is for the page
// that follows; zero at the end. Permission and faults as for Records.
func (a *App) RecordsOf(ctx context.Context, who party.Actor, q RecordQuery, keep func(activity.Record) bool) (out []activity.Record, next RecordCursor, err error) {
	limit := q.Limit
	q.Limit, next = pageStretch, q.After
	for range recordStretches {
		q.After = next
		found, err := a.Records(ctx, who, q)
		if err != nil {
			return nil, RecordCursor{}, err
		}
		for _, rec := range found {
			if keep(rec) {
				if len(out) == limit {
					return out, next, nil
				}
				out = append(out, rec)
			}
			next = RecordCursor{At: rec.At, ID: rec.ID}
		}
		if len(found) < pageStretch {
			return out, RecordCursor{}, nil
		}
	}
	return out, next, nil
}
