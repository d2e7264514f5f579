package app_test

import (
	"context"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// TestR15RowsAndLimits adds a row of tax and sets limits, as somebody who proved who they are, and as others.
func TestR15RowsAndLimits(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		operator := party.Actor{Name: "op", User: "u", Alias: "a", Roles: party.RolesOf(party.OperatorAdmin), Proved: true}
		hasty, agent := operator, operator
		hasty.Proved, agent.Roles = false, party.RolesOf(party.SupportAgent)
		row := market.TaxRow{ID: "GP-1", Market: "GP", From: w.App.Clock.Now().AddDate(0, 0, 1), RatePPM: 85_000, Source: "the law"}
		limit := support.Limit{Second: money.Of(100_000, "USD")}
		add := func(who party.Actor) error {
			_, err := do[market.TaxRow](w, func(req app.Request) (app.Reply, error) { return w.AddTaxRow(ctx, who, req, row) })
			return err
		}
		set := func(who party.Actor, c money.Currency, l support.Limit) error {
			_, err := do[support.Limit](w, func(req app.Request) (app.Reply, error) { return w.SetRefundLimit(ctx, who, req, c, l) })
			return err
		}
		for who, want := range map[*party.Actor]string{&hasty: "proof.needed", &agent: "role.missing", &w.who: "proof.needed"} {
			if got := code(add(*who)); got != want {
				t.Errorf("a row by %v: %q", who.Roles.List(), got)
			}
			if got := code(set(*who, "USD", limit)); got != want {
				t.Errorf("a limit by %v: %q", who.Roles.List(), got)
			}
		}
		if err := add(operator); err != nil {
			t.Fatal(err)
		}
		if got := code(add(operator)); got != "policy.taken" {
			t.Errorf("the same row again: %q", got)
		}
		kept, err := w.KeptPolicies(ctx, operator)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := market.TaxFor(kept.Taxes, "GP", "", row.From); !ok || got != row {
			t.Errorf("what counts from then on is %+v", got)
		}
		if got := code(set(operator, "USD", support.Limit{Request: money.Of(-1, "USD")})); got != "money.not_an_amount" {
			t.Errorf("a limit below nothing: %q", got)
		}
		for c, l := range map[money.Currency]support.Limit{"USD": limit, "EUR": {Request: money.Of(5, "EUR")}} {
			if err := set(operator, c, l); err != nil {
				t.Fatal(err)
			}
		}
		if err := set(operator, "EUR", support.Limit{}); err != nil { // none any more
			t.Fatal(err)
		}
		all, err := w.RefundLimits(ctx, operator)
		if err != nil || len(all) != 1 || all["USD"] != limit {
			t.Errorf("%v: the limits are %+v", err, all)
		}
	})
}
