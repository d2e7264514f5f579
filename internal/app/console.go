package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// DueList are at most limit things of all partners that are due at or before an instant and not done (R15), the oldest first.
// What is due before now waits for the sweep's next look, or is held back by something that fails.
func (a *App) DueList(ctx context.Context, who party.Actor, until time.Time, limit int) ([]Due, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return a.Due.NextDue(until, limit)
}

// TrialBalance adds up all postings of the actor's partner by currency and account (R15), in minor units. It reads all of them, on SQLite once: then those that were added since.
func (a *App) TrialBalance(ctx context.Context, who party.Actor) (map[money.Currency]map[ledger.Account]int64, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) (map[money.Currency]map[ledger.Account]int64, error) { return r.LedgerSums(who.Scope) })
}

// BookEntry is an entry as it is kept: what was damaged is shown, too.
type BookEntry struct {
	ID       id.Entry
	At       time.Time
	Ref      string // the charge or payment that caused it
	Postings []ledger.Posting
}

// Balanced tells whether the postings come to zero.
func (e BookEntry) Balanced() bool {
	sums := map[money.Currency]int64{}
	for _, p := range e.Postings {
		sums[p.Amount.Currency()] += p.Amount.Minor()
	}
	for _, s := range sums {
		if s != 0 {
			return false
		}
	}
	return len(e.Postings) > 1
}

// BookEntries are at most limit entries of the actor's partner the newest first, from before one on (R15).
func (a *App) BookEntries(ctx context.Context, who party.Actor, before id.Entry, limit int) ([]BookEntry, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]BookEntry, error) { return r.BookEntries(who.Scope, before, limit) })
}

// LogTree is the tree of the activity log as it stands (R15).
func (a *App) LogTree(ctx context.Context, who party.Actor) (Tree, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Tree{}, err
	}
	return read(ctx, a.Store, func(r Reader) (Tree, error) { return r.TreeNow() })
}

// AddPolicy adds a row of cancellation (R15); who adds one has proved who they are. The outcome is the row.
// Faults: "proof.needed", and those of policy.Add.
func (a *App) AddPolicy(ctx context.Context, who party.Actor, req Request, row policy.CancelRule) (Reply, error) {
	return a.changeRows(ctx, who, req, func(tx Tx, s saver) (any, error) {
		rows, err := tx.Rules()
		if err == nil {
			err = policy.Add(rows, row, s.now)
		}
		if err != nil {
			return nil, err
		}
		if err := tx.PutRules([]policy.CancelRule{row}, nil, nil); err != nil {
			return nil, err
		}
		return row, s.record(activity.AddPolicy, activity.Policy, row.ID, activity.Detail{Key: "Class", Value: string(row.Class)}, activity.Detail{Key: "From", Value: row.From.UTC().Format(time.RFC3339)})
	})
}

// ClosePolicy gives a row of cancellation its end (R15); who does it has proved who they are. The outcome is the row.
// Faults: "proof.needed", those of policy.Close, "policy.row_kept" when somebody was faster.
func (a *App) ClosePolicy(ctx context.Context, who party.Actor, req Request, rule string, until time.Time) (Reply, error) {
	return a.changeRows(ctx, who, req, func(tx Tx, s saver) (any, error) {
		rows, err := tx.Rules()
		if err != nil {
			return nil, err
		}
		row, err := policy.Close(rows, rule, until, s.now)
		if err != nil {
			return nil, err
		}
		if err := tx.PutRules([]policy.CancelRule{row}, nil, nil); err != nil {
			return nil, err
		}
		return row, s.record(activity.ClosePolicy, activity.Policy, row.ID, activity.Detail{Key: "Until", Value: until.UTC().Format(time.RFC3339)})
	})
}

// AddTaxRow adds a row of tax (F79, R15); who adds one has proved who they are. Charges that were made keep the row they were
// made with. The outcome is the row. Faults: "proof.needed", and those of market.AddTax.
func (a *App) AddTaxRow(ctx context.Context, who party.Actor, req Request, row market.TaxRow) (Reply, error) {
	return a.changeRows(ctx, who, req, func(tx Tx, s saver) (any, error) {
		rows, err := tx.Taxes()
		if err == nil {
			err = market.AddTax(rows, row, s.now)
		}
		if err != nil {
			return nil, err
		}
		if err := tx.PutRules(nil, nil, []market.TaxRow{row}); err != nil {
			return nil, err
		}
		return row, s.record(activity.AddPolicy, activity.Policy, row.ID, activity.Detail{Key: "Market", Value: string(row.Market)}, activity.Detail{Key: "From", Value: row.From.UTC().Format(time.RFC3339)})
	})
}

// changeRows changes dated rows for an operator who has proved who they are; nobody else changes any meanwhile.
func (a *App) changeRows(ctx context.Context, who party.Actor, req Request, change func(tx Tx, s saver) (any, error)) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if err := tx.HoldCatalogue(); err != nil {
			return nil, err
		}
		return change(tx, saver{a, tx, &act, party.Customer{}, a.Clock.Now()})
	})
}

const maxUsesShown = 100

// MediaUse are SKUs that deliver a file, the first hundred (R15). It looks through the catalogue.
func (a *App) MediaUse(ctx context.Context, who party.Actor, sha256 string) ([]catalog.Ref, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]catalog.Ref, error) { return r.MediaUses(sha256, maxUsesShown) })
}
