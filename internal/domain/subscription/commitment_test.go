package subscription_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// TestF41WholeTermIsOwed: at every moment what was charged and what remains come to the price of the term, though the
// customer is suspended, loses its data, and never comes back.
func TestF41WholeTermIsOwed(t *testing.T) {
	start := at("2021-11-15T09:30")
	for _, c := range []struct {
		name  string
		plan  plan
		tax   int64 // parts per million
		parts int
		price int64 // cents, with tax
	}{
		{"F41 a year by the month", rdsMonthly, 0, 12, 37_200},
		{"F41 100.00 by the month does not divide", plan{catalog.SoftwareSub, yearly, catalog.Monthly, "100", 1, 0}, 200_000, 12, 12_000},
		{"F41 three years by the year", plan{catalog.SoftwareSub, when.ThreeYears, catalog.Annual, "1000", 1, 0}, 88_750, 3, 108_875},
		{"F41 at once", software, 0, 1, 36_500},
		{"F41 seats by the month", onlineParts, 0, 12, 372_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := buy(t, c.plan, start)
			l.s.Tariff.Tax = market.TaxRow{ID: "T", RatePPM: c.tax}
			taxed(&l.all[0], l.s)
			window, _ := l.held().Rule.End(start, start)
			if l.s.State != Active || len(l.s.Batches) == 0 || window.IsZero() {
				t.Fatalf("%+v", l.s)
			}
			check := func() {
				t.Helper()
				rest, ok, err := l.s.Commitment()
				made := money.Of(0, "EUR")
				for _, ch := range l.all {
					made = made.Add(ch.Gross())
				}
				if err != nil || !ok || made.Add(rest.Amount).Minor() != c.price || rest.Charges != c.parts-len(l.all) {
					t.Errorf("%s: %v charged in %d, %v remain in %d, %v", l.s.State, made, len(l.all), rest.Amount, rest.Charges, err)
				}
			}
			check()
			l.sweep(window)
			check()
			if _, err := l.cancel(window); code(err) != "cancel.window_closed" {
				t.Fatalf("F41 after the window: %v", err)
			}
			l.suspend(window.Add(time.Hour)) // and never reactivated: its data goes first, its charges go on
			for due := l.s.Due(0); !due.IsZero() && due.Before(l.s.Current.End); due = l.s.Due(0) {
				l.step()
				check()
			}
			if rest, _, _ := l.s.Commitment(); l.s.State != Cancelled || rest.Charges != 0 || len(l.all) != c.parts {
				t.Errorf("F41 in the end: %s, %d charges, %+v", l.s.State, len(l.all), rest)
			}
		})
	}
}

// taxed makes the first charge anew by the tariff that the subscription now has.
func taxed(c *billing.Charge, s Subscription) {
	parts := c.Parts
	again, err := s.Tariff.Charge(*c, 0, parts)
	if err != nil {
		panic(err)
	}
	*c = again
}

// TestF41NothingIsOwed where no term runs, or use is charged.
func TestF41NothingIsOwed(t *testing.T) {
	for name, l := range map[string]*life{
		"F74 waiting": buy(t, isvAnnual, at("2026-03-01")), "F23 free days": buy(t, isvTrial, at("2026-03-01")).activate(at("2026-03-02")),
		"F36 metered": buy(t, metered, at("2026-03-01")).activate(at("2026-03-02")), "F76 trial": buy(t, firstTrial, at("2026-03-01")),
	} {
		if l.s.Class == catalog.Metered || l.s.Class == catalog.Trial {
			l.s.Tariff.PriceRow = "" // what is not charged by term has none
		}
		if c, ok, err := l.s.Commitment(); ok || err != nil || c.Charges != 0 {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
	more := buy(t, onlineParts, at("2026-03-01"))
	out, err := SetQuantity(more.ids, more.held(), &catalog.Sku{MinQuantity: 1, MaxQuantity: 100}, 14, at("2026-03-16"))
	more.done(out, err)
	if c, _, _ := more.s.Commitment(); c.Charges != 11 || c.Amount != money.Of(11*14*3_100, "EUR") {
		t.Errorf("E17 F41 the seats that were added are owed too: %+v", c)
	}
}

// TestF23WhatFreeDaysLeadTo: what waits for its publisher has charges without dates, free days have those of the term that
// follows, the first at their end, as they are then made; without auto-renew nothing is charged.
func TestF23WhatFreeDaysLeadTo(t *testing.T) {
	coming := func(s Subscription) []Coming {
		t.Helper()
		all, err := s.Coming()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	l := buy(t, isvTrial, at("2026-01-31T10:00"))
	if all := coming(l.s); len(all) == 0 || !all[0].Period.Start.IsZero() {
		t.Errorf("while it waits: %+v", all)
	}
	l.activate(at("2026-02-01T12:00"))
	told := coming(l.s)
	off := l.s
	off.AutoRenew = false
	if all := coming(off); len(all) != 0 {
		t.Errorf("with auto-renew off: %+v", all)
	}
	end := l.s.TrialUntil
	if len(told) == 0 || !told[0].Period.Start.Equal(end) {
		t.Fatalf("free until %s: %+v", end, told)
	}
	before := len(l.all)
	for range told {
		l.step()
	}
	for i, ch := range l.all[before:] {
		if !ch.Period.Start.Equal(told[i].Period.Start) || !ch.Period.End.Equal(told[i].Period.End) || ch.Gross() != told[i].Taxed.Gross() {
			t.Errorf("charge %d is %s of %v, told was %+v", i, ch.Gross(), ch.Period, told[i])
		}
	}
	if len(l.all)-before != len(told) {
		t.Errorf("%d charges were made, %d told", len(l.all)-before, len(told))
	}
}
