package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// TestR15WhatTheConsoleReads is the same on both engines: tenants, what they owe, their entries and balances, what is due; and a
// dated row that two operators add at once is added once.
func TestR15WhatTheConsoleReads(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		operator := party.Actor{Name: "op", User: "u", Alias: "a", Roles: party.RolesOf(party.OperatorAdmin), Proved: true}
		all, err := w.Tenants(ctx, operator)
		if err != nil || len(all) < 3 || !slices.IsSortedFunc(all, func(a, b party.Partner) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) }) {
			t.Fatalf("%v %+v", err, all)
		}
		if _, _, err := w.Tenant(ctx, operator, "nobody"); code(err) != "partner.unknown" {
			t.Errorf("%v", err)
		}
		mine, who, err := w.Tenant(ctx, operator, w.seeded.Partner.ID)
		if err != nil || mine.ID != w.seeded.Partner.ID {
			t.Fatalf("%v", err)
		}
		owing, err := w.Owing(ctx, who)
		if err != nil || len(owing) == 0 {
			t.Fatalf("%v: nothing is owed", err)
		}
		for i, one := range owing {
			if one.Open().IsZero() || i > 0 && one.DueAt.Before(owing[i-1].DueAt) {
				t.Errorf("%d: %+v", i, one)
			}
		}
		sums, err := w.TrialBalance(ctx, who)
		if err != nil || len(sums) == 0 {
			t.Fatal(err)
		}
		entries, err := w.BookEntries(ctx, who, "", 10_000)
		if err != nil || len(entries) == 0 {
			t.Fatal(err)
		}
		for c, accounts := range sums {
			var whole int64
			for account, sum := range accounts {
				whole += sum
				for _, e := range entries {
					for _, p := range e.Postings {
						if p.Account == account && p.Amount.Currency() == c {
							sum -= p.Amount.Minor()
						}
					}
				}
				if sum != 0 {
					t.Errorf("%s %s: the entries are off by %d", c, account, sum)
				}
			}
			if whole != 0 {
				t.Errorf("%s is off by %d", c, whole)
			}
		}
		var paged []id.Entry
		for last := id.Entry(""); ; {
			page, err := w.BookEntries(ctx, who, last, 5)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				if last = e.ID; !e.Balanced() {
					t.Errorf("%s is not balanced", e.ID)
				}
				paged = append(paged, e.ID)
			}
		}
		if len(paged) != len(entries) || !slices.IsSortedFunc(paged, func(a, b id.Entry) int { return strings.Compare(string(b), string(a)) }) {
			t.Errorf("%d entries in pages, %d at once", len(paged), len(entries))
		}
		due, err := w.DueList(ctx, operator, now.AddDate(0, 0, 60), 20)
		if err != nil || len(due) == 0 || !slices.IsSortedFunc(due, func(a, b app.Due) int { return a.At.Compare(b.At) }) {
			t.Errorf("%v %+v", err, due)
		}

		row := policy.CancelRule{ID: "X1", Class: catalog.SaaSMonthly, From: now.AddDate(0, 1, 0), Window: policy.Elapsed(72 * time.Hour), Credit: policy.Full, After: policy.EndAtTerm, Source: "contract"}
		if _, err := w.AddPolicy(ctx, w.who, app.Request{}, row); code(err) != "proof.needed" {
			t.Errorf("without a proof: %v", err)
		}
		codes := make(chan string, 2)
		for _, name := range []string{"X1", "X2"} {
			go func() {
				r := row
				r.ID = name
				_, err := do[policy.CancelRule](w, func(req app.Request) (app.Reply, error) { return w.AddPolicy(ctx, operator, req, r) })
				codes <- code(err)
			}()
		}
		if got := []string{<-codes, <-codes}; !slices.Contains(got, "") || !slices.Contains(got, "policy.overlap") {
			t.Errorf("two at once: %q", got)
		}
		kept, err := w.KeptPolicies(ctx, operator)
		if err != nil || len(kept.Cancellation) != len(policy.Shipped)+1 {
			t.Errorf("%v: %d rows", err, len(kept.Cancellation))
		}
		ended, err := do[policy.CancelRule](w, func(req app.Request) (app.Reply, error) {
			return w.ClosePolicy(ctx, operator, req, "P08", now.Add(time.Hour))
		})
		if err != nil || !ended.Until.Equal(now.Add(time.Hour)) {
			t.Errorf("%v %+v", err, ended)
		}
		if _, err := do[policy.CancelRule](w, func(req app.Request) (app.Reply, error) {
			return w.ClosePolicy(ctx, operator, req, "P08", now.Add(2*time.Hour))
		}); code(err) != "policy.closed" {
			t.Errorf("ended again: %v", err)
		}
		kept, err = w.KeptPolicies(ctx, operator)
		if row, _ := policy.ByID(kept.Cancellation, "P08"); err != nil || !row.Until.Equal(now.Add(time.Hour)) {
			t.Errorf("%v: kept is %+v", err, row)
		}
		withdraw := func(count int, free int64) (license.Pool, error) {
			return do[license.Pool](w, func(req app.Request) (app.Reply, error) {
				return w.WithdrawKeys(ctx, proved(who), req, "sql", "2022", count, free)
			})
		}
		pools, err := w.KeyPools(ctx, who)
		i := slices.IndexFunc(pools, func(p license.Pool) bool { return p.Name == "sql" && p.Version == "2022" })
		if err != nil || i < 0 || pools[i].Free < 3 {
			t.Fatalf("%v %+v", err, pools)
		}
		was := pools[i]
		for _, c := range []struct {
			count int
			free  int64
			want  string
		}{{0, was.Free, "pool.withdraw"}, {int(was.Free) + 1, was.Free, "pool.withdraw"}, {1, was.Free + 1, "pool.changed"}, {2, was.Free, ""}, {2, was.Free, "pool.changed"}} {
			if got, err := withdraw(c.count, c.free); code(err) != c.want || err == nil && (got.Free != was.Free-2 || got.Revoked != was.Revoked+2 || got.Assigned != was.Assigned) {
				t.Errorf("%d of %d: %v %+v, want %q", c.count, c.free, err, got, c.want)
			}
		}
		if pools, err = w.KeyPools(ctx, who); err != nil || pools[i].Free != was.Free-2 || pools[i].Revoked != was.Revoked+2 || pools[i].Assigned != was.Assigned {
			t.Errorf("%v: the pool is %+v, was %+v", err, pools[i], was)
		}
		for _, refused := range []error{
			third(w.Tenants(ctx, party.Actor{Roles: party.RolesOf(party.SupportAgent)})), third(w.BookEntries(ctx, party.Actor{Scope: who.Scope, Roles: party.RolesOf(party.GlobalAdmin)}, "", 5)),
			third(w.TrialBalance(ctx, party.Actor{Scope: who.Scope, Roles: party.RolesOf(party.BillingAdmin)})), third(w.DueList(ctx, party.Actor{Roles: party.RolesOf(party.SupportAgent)}, now, 5)),
		} {
			if f := fault.Of(refused); f == nil || f.Kind != fault.KindDenied {
				t.Errorf("somebody else reads it: %v", refused)
			}
		}
	})
}

func proved(a party.Actor) party.Actor {
	a.Proved = true
	return a
}

func third[T any](_ T, err error) error { return err }
