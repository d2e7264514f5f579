package subscription_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

var enterprise = id.Item{Product: suite, Sku: "0002"}

// dearer prices SKU 0002 at twice the plan's price.
func (l *life) dearer(p plan, twice string) *life {
	sold := l.quote
	l.quote = func(s Subscription, at time.Time) (Quote, bool) {
		q, ok := sold(s, at)
		if s.Item.Sku == "0002" {
			q.Tariff = tariff(l.t, p, twice, at)
		}
		return q, ok
	}
	return l
}

// transition moves seats to SKU 0002; those split off are a life of their own.
func (l *life) transition(seats int64, now time.Time) (split *life, err error) {
	out, err := Transition(l.ids, l.held(), NextTerm{Item: enterprise, Quantity: seats}, shelfOf(l.s.Kind, "0002"), l.plain(), l.quote, now)
	if err != nil {
		return nil, err
	}
	l.done(out, nil)
	if len(out.Begun) == 0 {
		return l, nil
	}
	split = &life{t: l.t, ids: l.ids, quote: l.quote, s: out.Begun[0]}
	for _, c := range out.Charges {
		if c.Subscription == split.s.ID {
			split.all = append(split.all, c)
		}
	}
	return split, nil
}

func TestTransitionMoney(t *testing.T) {
	for _, c := range []struct {
		name  string
		plan  plan
		twice string
		after time.Duration
		seats int64
		want  []string // of the act, old and new together
	}{
		{"P11 all, within the first day: all of both", onlineYear, "730", 5 * time.Hour, 10, []string{
			"2026-03-01 remove_quantity -3650.00 2026-03-01…2027-03-01", "2026-03-01 convert 7300.00 2026-03-01…2027-03-01"}},
		{"all, later: a day that has begun stays the old one's", onlineYear, "730", 10*day + time.Hour, 10, []string{
			"2026-03-11 remove_quantity -3540.00 2026-03-11…2027-03-01", "2026-03-11 convert 7080.00 2026-03-12…2027-03-01"}},
		{"some", onlineYear, "730", 10 * day, 6, []string{
			"2026-03-11 remove_quantity -2130.00 2026-03-11…2027-03-01", "2026-03-11 convert 4260.00 2026-03-11…2027-03-01"}},
		{"F05 by the month: the rest of this one", onlineParts, "744", 10 * day, 10, []string{
			"2026-03-11 remove_quantity -210.00 2026-03-11…2026-04-01", "2026-03-11 convert 420.00 2026-03-11…2026-04-01"}},
		{"on the last day nothing is left", online, "62", 30*day + time.Hour, 10, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := onSuite(t, c.plan, "2026-03-01").dearer(c.plan, c.twice)
			before := len(l.all)
			window := l.held().CancelWindow(at("2026-03-01"))
			now := at("2026-03-01").Add(c.after)
			split, err := l.transition(c.seats, now)
			if err != nil {
				t.Fatal(err)
			}
			charges := append([]billing.Charge(nil), l.all[before:]...)
			if split != l {
				charges = append(charges, split.all...)
			}
			equal(t, (&life{all: charges}).charged(), c.want...)
			if s := split.s; s.Item.Sku != "0002" || s.Quantity != c.seats || s.Current != l.s.Current || s.State != Active {
				t.Errorf("%+v", s)
			}
			if l != split && (l.s.Quantity != 10-c.seats || split.s.ID == l.s.ID || split.s.OrderedAt != now) {
				t.Errorf("%+v", l.s)
			}
			// Edge 23: the window is the parent's.
			if w := split.held().CancelWindow(at("2026-03-01")); w != window {
				t.Errorf("window %v, was %v", w, window)
			}
		})
	}
}

func TestTransitionRefusals(t *testing.T) {
	for _, c := range []struct {
		name string
		plan plan
		prep func(l *life)
		to   id.Sku
		want NextTerm
		code string
	}{
		{"up", onlineYear, nil, "0002", NextTerm{}, ""},
		{"the same", onlineYear, nil, "0001", NextTerm{}, "transition.same"},
		{"another family", onlineYear, nil, "0003", NextTerm{}, "transition.not_eligible"},
		{"E17 some of software", software, func(l *life) { l.s.Quantity = 20 }, "0002", NextTerm{Quantity: 6}, "quantity.fixed"},
		{"F61 Linux", linux, nil, "0002", NextTerm{}, "transition.not_eligible"},
		{"more than there are", onlineYear, nil, "0002", NextTerm{Quantity: 11}, "quantity.out_of_range"},
		{"fewer than the new SKU takes", onlineYear, nil, "0002", NextTerm{Quantity: 4}, "quantity.out_of_range"},
		{"all of them", onlineYear, nil, "0002", NextTerm{Quantity: 10}, ""},
		{"another plan", onlineYear, nil, "0002", NextTerm{Plan: catalog.Monthly}, "transition.term"},
		{"F76 a trial", firstTrial, nil, "0002", NextTerm{}, "transition.in_trial"},
		{"F23 free days", isvTrial, func(l *life) { l.activate(at("2026-03-01")) }, "0002", NextTerm{}, "transition.in_trial"},
		{"F74 pending", isvAnnual, nil, "0002", NextTerm{}, "subscription.pending"},
		{"suspended", onlineYear, func(l *life) { l.suspend(at("2026-03-02")) }, "0002", NextTerm{}, "transition.suspended"},
		{"cancelled", onlineYear, func(l *life) { l.done(l.cancel(at("2026-03-02"))) }, "0002", NextTerm{}, "subscription.deleted"},
		{"F13 a limited offer", onlineYear, func(l *life) { l.s.Slot = 1 }, "0002", NextTerm{}, "transition.not_eligible"},
		{"F26 an add-on could not follow", onlineYear, func(l *life) { buyUnder(t, l, onlineYear, at("2026-03-02")) }, "0002", NextTerm{}, "transition.add_ons"},
		{"F26 some may go without it", onlineYear, func(l *life) { buyUnder(t, l, onlineYear, at("2026-03-02")) }, "0002", NextTerm{Quantity: 5}, ""},
		{"a charge is due", onlineParts, func(l *life) { l.s.NextCharge = at("2026-03-03") }, "0002", NextTerm{}, "subscription.settling"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := onSuite(t, c.plan, "2026-03-01")
			if c.prep != nil {
				c.prep(l)
			}
			shelf := shelfOf(l.s.Kind, c.to)
			shelf.Orphans = len(l.addOns) > 0
			c.want.Item = id.Item{Product: suite, Sku: c.to}
			_, err := Transition(l.ids, l.held(), c.want, shelf, l.plain(), l.quote, at("2026-03-03"))
			if code(err) != c.code {
				t.Errorf("%v, want %q", err, c.code)
			}
		})
	}
}

// TestP11CancelledAfterTransition: seats that became another SKU keep the first day they had (contract.md §20, 23).
func TestP11CancelledAfterTransition(t *testing.T) {
	l := onSuite(t, onlineYear, "2026-03-01").dearer(onlineYear, "730").seats(15, at("2026-03-03T10:00"))
	if _, err := l.transition(15, at("2026-03-03T12:00")); err != nil {
		t.Fatal(err)
	}
	before := len(l.all)
	l.done(l.cancel(at("2026-03-03T14:00")))
	equal(t, (&life{all: l.all[before:]}).charged(),
		"2026-03-03 cancel -7240.00 2026-03-04…2027-03-01", // ten of the first day: another day is used
		"2026-03-03 cancel -3630.00 2026-03-03…2027-03-01") // five of today: all
}

// TestTransitionPaysEachDayOnce moves seats to a SKU of the same price: over its whole life a seat costs what it would have,
// to the cent of each rounding, whatever was added before and whenever it moves.
func TestTransitionPaysEachDayOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom([]plan{online, onlineYear, onlineParts}).Draw(t, "plan")
		l, still := buy(t, p, at("2026-01-31T10:00")), buy(t, p, at("2026-01-31T10:00"))
		now := at("2026-01-31T10:00")
		for range rapid.IntRange(0, 3).Draw(t, "batches") {
			now = now.Add(time.Duration(rapid.Int64Range(1, int64(5*day)).Draw(t, "later")))
			seats := l.s.Quantity + rapid.Int64Range(1, 20).Draw(t, "seats")
			sku := &catalog.Sku{MaxQuantity: 300}
			l.sweep(now).done(SetQuantity(l.ids, l.held(), sku, seats, now))
			still.sweep(now).done(SetQuantity(still.ids, still.held(), sku, seats, now))
		}
		l.s.Item, l.s.Publisher = id.Item{Product: suite, Sku: "0001"}, id.FirstParty
		now = now.Add(time.Duration(rapid.Int64Range(0, int64(60*day)).Draw(t, "when")))
		l.sweep(now)
		still.sweep(now)
		before := l.held()
		seats := rapid.Int64Range(5, l.s.Quantity-1).Draw(t, "moved")
		if rapid.Bool().Draw(t, "all") {
			seats = l.s.Quantity
		}
		split, err := l.transition(seats, now)
		if err != nil {
			t.Fatal(err)
		}
		var total, batches int64
		for _, c := range l.all {
			total += c.Net.Minor()
		}
		for _, b := range split.s.Batches {
			batches += b.Quantity
		}
		if split != l {
			for _, c := range split.all {
				total += c.Net.Minor()
			}
			for _, b := range l.s.Batches {
				batches += b.Quantity
			}
		}
		var want int64
		for _, c := range still.all {
			want += c.Net.Minor()
		}
		if slack := int64(2 * len(before.Batches)); total-want > slack || want-total > slack {
			t.Fatalf("%d cents, without the transition %d: %q", total, want, l.charged())
		}
		if batches != before.Quantity {
			t.Fatalf("%d seats in batches, %d before", batches, before.Quantity)
		}
	})
}
