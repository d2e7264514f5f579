package subscription_test

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// TestMonthly: what a subscription brings in a month, and what brings nothing.
func TestMonthly(t *testing.T) {
	at := when.Date(2026, 1, 1)
	for _, c := range []struct {
		name   string
		change func(*Subscription)
		want   money.Amount
	}{
		{"a year of 120.00, billed monthly", func(*Subscription) {}, money.Of(10_00, "EUR")},
		{"billed annually: /12", func(s *Subscription) { s.Plan = catalog.Annual }, money.Of(10_00, "EUR")},
		{"three years billed annually: /36", func(s *Subscription) { s.Plan, s.Term = catalog.Annual, when.ThreeYears }, money.Of(3_33, "EUR")},
		{"three years billed once each term: /36", func(s *Subscription) { s.Plan, s.Term = catalog.Triennial, when.ThreeYears }, money.Of(3_33, "EUR")},
		{"a month's term", func(s *Subscription) { s.Term = when.Month }, money.Of(120_00, "EUR")},
		{"seats first, rounded once: 7 of 0.05 a year is 0.029", func(s *Subscription) { s.Quantity, s.Tariff.Unit = 7, money.PriceOf(5_000_000, "EUR") }, money.Of(3, "EUR")},
		{"half a cent goes up: 0.06 / 12", func(s *Subscription) { s.Tariff.Unit = money.PriceOf(6_000_000, "EUR") }, money.Of(1, "EUR")},
		{"just below half goes down", func(s *Subscription) { s.Tariff.Unit = money.PriceOf(5_999_999, "EUR") }, money.Amount{}},
		{"E11 a currency without minor units", func(s *Subscription) { s.Tariff.Unit = money.PriceOf(1000_0000_0000, "JPY") }, money.Of(83, "JPY")},
		{"F04 without the tax that the price includes", func(s *Subscription) { s.Tariff.Tax = market.TaxRow{ID: "x", RatePPM: 100_000, Inclusive: true} }, money.Of(9_09, "EUR")},
		{"tax that comes on top changes nothing", func(s *Subscription) { s.Tariff.Tax = market.TaxRow{ID: "x", RatePPM: 200_000} }, money.Of(10_00, "EUR")},
		{"it counts to its end though it will not renew", func(s *Subscription) { s.AutoRenew = false }, money.Of(10_00, "EUR")},
		{"suspended", func(s *Subscription) { s.State = Suspended }, money.Amount{}},
		{"pending", func(s *Subscription) { s.State, s.Current = Pending, when.Period{} }, money.Amount{}},
		{"cancelled", func(s *Subscription) { s.State = Cancelled }, money.Amount{}},
		{"expired", func(s *Subscription) { s.State = Expired }, money.Amount{}},
		{"F23 in its free days", func(s *Subscription) { s.TrialUntil, s.Current = at.AddDate(0, 0, 30), when.Period{} }, money.Amount{}},
		{"F76 a trial", func(s *Subscription) { s.Class = catalog.Trial }, money.Amount{}},
		{"F36 by use", func(s *Subscription) { s.Class, s.Plan = catalog.Metered, catalog.NoPlan }, money.Amount{}},
		{"one charge", func(s *Subscription) { s.Plan = catalog.OneTime }, money.Amount{}},
		{"perpetual", func(s *Subscription) { s.Term = when.Term{} }, money.Amount{}},
		{"a term in days", func(s *Subscription) { s.Term = when.Term{Days: 30} }, money.Amount{}},
	} {
		s := Subscription{
			State: Active, Class: catalog.OnlineLicensed, Quantity: 1, Term: when.Year, Plan: catalog.Monthly, AutoRenew: true,
			Current: when.Period{Start: at, End: at.AddDate(1, 0, 0)}, Tariff: billing.Tariff{Unit: money.PriceOf(120_0000_0000, "EUR")},
		}
		c.change(&s)
		if got := s.Monthly(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
