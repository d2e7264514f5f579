package app_test

import (
	"context"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Read-only on both engines: acts are refused, previews and reads are not, whoever looks at the same database sees it, and only
// the operator who proved who they are switches it (R15).
func TestR15ReadOnly(t *testing.T) {
	both(t, func(w *world) {
		raw := w.Store
		w.Store = &app.Gate{Store: raw, Wall: w.Wall}
		ctx := context.Background()
		operator := party.Actor{Name: "operator", Roles: party.RolesOf(party.OperatorAdmin), Proved: true}
		set := func(who party.Actor, on bool, reason string) string {
			_, err := w.SetReadOnly(ctx, who, app.Request{}, on, reason)
			return codeOf(err)
		}
		if code := set(party.Actor{Roles: party.RolesOf(party.GlobalAdmin, party.AdminAgent), Proved: true}, true, ""); code != "role.missing" {
			t.Errorf("partner staff: %q", code)
		}
		if code := set(party.Actor{Roles: operator.Roles}, true, ""); code != "proof.needed" {
			t.Errorf("without a proof: %q", code)
		}
		if code := set(operator, true, "two\nlines"); code != "mode.reason" {
			t.Errorf("two lines: %q", code)
		}
		for _, c := range []struct {
			on   bool
			want string
		}{{true, ""}, {true, "mode.same"}, {false, ""}, {false, "mode.same"}, {true, ""}} {
			if code := set(operator, c.on, "moving"); code != c.want {
				t.Errorf("to %v: %q, want %q", c.on, code, c.want)
			}
		}
		act := app.Act{Actor: operator}
		nothing := func(app.Tx) (any, error) { return nil, nil }
		if _, err := w.Store.Update(ctx, act, nothing); codeOf(err) != "server.read_only" {
			t.Errorf("an act: %v", err)
		}
		act.Preview = true
		if _, err := w.Store.Update(ctx, act, nothing); err != nil {
			t.Errorf("a preview: %v", err)
		}
		if _, err := w.Tenants(ctx, operator); err != nil {
			t.Errorf("a read: %v", err)
		}
		other := &app.Gate{Store: raw, Wall: w.Wall}
		if m, err := other.Mode(ctx); err != nil || !m.ReadOnly || m.Reason != "moving" || m.Since.IsZero() {
			t.Errorf("another process: %+v, %v", m, err)
		}
		if code := set(operator, false, "moving"); code != "" {
			t.Error(code)
		}
		act.Preview = false
		if _, err := w.Store.Update(ctx, act, nothing); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
