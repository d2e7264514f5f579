package subscription_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func TestF76Convert(t *testing.T) {
	enterprise := NextTerm{Item: id.Item{Product: suite, Sku: "0002"}, Term: when.Year, Plan: catalog.Annual, Quantity: 30}
	other := enterprise
	other.Item.Sku = "0003"
	few, never := enterprise, enterprise
	few.Quantity, never.Plan = 4, catalog.Triennial
	for _, c := range []struct {
		name  string
		want  NextTerm
		after time.Duration
		prep  func(l *life)
		code  string
	}{
		{"at once", enterprise, 0, nil, ""},
		{"last microsecond", enterprise, 30*day - µs, nil, ""},
		{"E20 the days are over, the sweep is late", enterprise, 30 * day, nil, "subscription.settling"},
		{"expired", enterprise, 31 * day, func(l *life) { l.sweep(at("2026-04-05")) }, "subscription.deleted"},
		{"P12 cancelled", enterprise, 2 * day, func(l *life) { l.done(l.cancel(at("2026-03-02"))) }, "subscription.deleted"},
		{"what it does not lead to", other, day, nil, "conversion.not_eligible"},
		{"too few seats", few, day, nil, "quantity.out_of_range"},
		{"a plan nobody sells", never, day, nil, "plan.not_offered"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := onSuite(t, firstTrial, "2026-03-01")
			l.s.Slot = 1
			if c.prep != nil {
				c.prep(l)
			}
			now := at("2026-03-01").Add(c.after)
			before := l.s
			out, err := Convert(l.ids, l.s, c.want, shelfOf(l.s.Kind, c.want.Item.Sku), l.quote, policy.Shipped, now)
			if code(err) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if err != nil {
				return
			}
			l.done(out, err)
			if s := l.s; s.ID != before.ID || s.Class != catalog.OnlineLicensed || s.Quantity != 30 || s.InTrial(now) || s.Slot != 0 || !s.AutoRenew ||
				s.Current != (when.Period{Start: now, End: now.AddDate(1, 0, 0)}) || s.Order == before.Order {
				t.Errorf("%+v", s)
			}
			if m := out.Moves[0]; m.From != before.ID || m.Before != (LineRef{Order: before.Order, Line: before.Line}) || m.Item != before.Item {
				t.Errorf("%+v", m)
			}
			if len(out.Charges) != 1 || out.Charges[0].Kind != "convert" || out.Charges[0].At != now {
				t.Errorf("%+v", out.Charges)
			}
			// P12: the paid term does not reopen the order's window, which is P11's seven days.
			if w := l.held().CancelWindow(now); w.Policy != "P11" || w.Until != at("2026-03-08") || w.Allowed != (c.after < 7*day) {
				t.Errorf("%+v", w)
			}
		})
	}
	paid := onSuite(t, onlineYear, "2026-03-01")
	if _, err := Convert(paid.ids, paid.s, enterprise, shelfOf(paid.s.Kind, "0002"), paid.quote, policy.Shipped, at("2026-03-02")); code(err) != "conversion.not_trial" {
		t.Error(err)
	}
}
