package subscription_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const suite id.Product = "SUITE"

// shelfOf is a product of three SKUs: 0001 leads to 0002, 0003 is a world of its own. All are sold for a month, and for a
// year in one charge or twelve.
func shelfOf(kind catalog.Kind, to id.Sku, ends ...End) Shelf {
	e := &catalog.Entry{
		Product: catalog.Product{ID: suite, Kind: kind, Publisher: id.FirstParty},
		Skus: []catalog.Sku{
			{ID: "0001", Title: "Business", MinQuantity: 1, AutoRenewable: true, MaxQuantity: 300, ConvertsTo: []catalog.Ref{{Product: suite, Sku: "0002"}}},
			{ID: "0002", Title: "Enterprise", MinQuantity: 5, AutoRenewable: true, MaxQuantity: 300},
			{ID: "0003", Title: "Frontline", MinQuantity: 1, AutoRenewable: true, MaxQuantity: 300},
		},
	}
	for _, s := range e.Skus {
		e.Availabilities = append(e.Availabilities, catalog.Availability{ID: id.Availability("AV" + s.ID), Sku: s.ID, Currency: "EUR"})
		for _, o := range []catalog.Option{{Term: when.Month, Plan: catalog.Monthly}, {Term: when.Year, Plan: catalog.Monthly}, {Term: when.Year, Plan: catalog.Annual}} {
			e.Prices = append(e.Prices, catalog.PriceRow{ID: "p", Sku: s.ID, Currency: "EUR", Term: o.Term, Plan: o.Plan, Unit: money.PriceOf(1, "EUR")})
		}
	}
	item, _ := e.Offered(id.Item{Product: suite, Sku: to}, "", "", time.Time{})
	item.ID.Availability = item.Availability.ID
	return Shelf{From: &e.Skus[0], To: item, Ends: ends}
}

// onSuite is a life that runs on SKU 0001.
func onSuite(t *testing.T, p plan, now string) *life {
	l := buy(t, p, at(now))
	l.s.Item = id.Item{Product: suite, Sku: "0001", Availability: "AV0001"}
	l.s.Publisher = id.FirstParty
	l.s.Title, l.s.FriendlyName = "Business", "Business"
	return l
}

func TestScheduleRefusals(t *testing.T) {
	enterprise := id.Item{Product: suite, Sku: "0002"}
	for _, c := range []struct {
		name string
		plan plan
		prep func(l *life)
		to   id.Sku
		want NextTerm
		code string
	}{
		{"R03 more seats", onlineYear, nil, "0001", NextTerm{Quantity: 25}, ""},
		{"E17 software gets other seats with its next term only", software, nil, "0001", NextTerm{Quantity: 25}, ""},
		{"F05 another plan", onlineYear, nil, "0001", NextTerm{Plan: catalog.Monthly}, ""},
		{"another term and plan", onlineYear, nil, "0001", NextTerm{Plan: catalog.Monthly, Term: when.Month}, ""},
		{"up", onlineYear, nil, "0002", NextTerm{Item: enterprise}, ""},
		{"too few for the new SKU", onlineYear, nil, "0002", NextTerm{Item: enterprise, Quantity: 4}, "quantity.out_of_range"},
		{"too many", onlineYear, nil, "0001", NextTerm{Quantity: 301}, "quantity.out_of_range"},
		{"another family", onlineYear, nil, "0003", NextTerm{Item: id.Item{Product: suite, Sku: "0003"}}, "transition.not_eligible"},
		{"a plan nobody sells", onlineYear, nil, "0001", NextTerm{Plan: catalog.Triennial}, "plan.not_offered"},
		{"F38 auto-renew off", onlineYear, func(l *life) { l.autoRenew(false, at("2026-03-02")) }, "0001", NextTerm{Quantity: 5}, "next_term.not_renewing"},
		{"F76 a trial", firstTrial, nil, "0001", NextTerm{Quantity: 25}, "next_term.not_renewing"},
		{"F36 metered", metered, func(l *life) { l.activate(at("2026-03-02")) }, "0001", NextTerm{Quantity: 2}, "next_term.fixed"},
		{"F74 pending", isvAnnual, nil, "0001", NextTerm{Quantity: 2}, "subscription.pending"},
		{"F23 in its free days", isvTrial, func(l *life) { l.activate(at("2026-03-02")) }, "0001", NextTerm{Quantity: 2}, "next_term.not_renewing"},
		{"suspended", onlineYear, func(l *life) { l.suspend(at("2026-03-02")) }, "0001", NextTerm{Quantity: 5}, "next_term.suspended"},
		{"cancelled", onlineYear, func(l *life) { l.done(l.cancel(at("2026-03-02"))) }, "0001", NextTerm{Quantity: 5}, "subscription.deleted"},
		{"F61 Linux plans are never exchanged", linux, nil, "0002", NextTerm{Item: enterprise, Quantity: 5}, "transition.not_eligible"},
		{"F28 a base keeps its term", onlineYear, func(l *life) { buyUnder(t, l, onlineYear, at("2026-03-02")) }, "0001",
			NextTerm{Plan: catalog.Monthly, Term: when.Month}, "next_term.add_ons"},
		{"F28 a base gets other seats", onlineYear, func(l *life) { buyUnder(t, l, onlineYear, at("2026-03-02")) }, "0001", NextTerm{Quantity: 5}, ""},
		{"the term is over", online, nil, "0001", NextTerm{Quantity: 5}, "subscription.settling"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := onSuite(t, c.plan, "2026-03-01")
			if c.prep != nil {
				c.prep(l)
			}
			now := at("2026-03-03")
			if c.code == "subscription.settling" {
				now = l.s.Current.End
			}
			out, err := Schedule(l.s, c.want, shelfOf(l.s.Kind, c.to), l.plain(), now)
			if code(err) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if err == nil && (out.Subscriptions[0].Scheduled.IsZero() || len(out.Charges) != 0) {
				t.Errorf("%+v", out)
			}
		})
	}
}

// TestE12ScheduledRenewal renews with what was planned, at the anchor day, with the price of that day, once.
func TestE12ScheduledRenewal(t *testing.T) {
	l := onSuite(t, onlineYear, "2026-01-31T10:00")
	plan := NextTerm{Item: id.Item{Product: suite, Sku: "0002"}, Quantity: 7, Term: when.Month, Plan: catalog.Monthly}
	l.done(Schedule(l.s, plan, shelfOf(l.s.Kind, "0002"), nil, at("2026-02-01")))
	if !l.s.Planned(plan) || l.s.Planned(NextTerm{Quantity: 7}) {
		t.Error("who sends the plan back changes nothing, who sends another does")
	}
	l.done(SetQuantity(l.ids, l.held(), &catalog.Sku{MaxQuantity: 300}, 12, at("2026-02-02"))) // other edits leave it alone
	l.done(Rename(l.s, "Ours"))
	if l.s.Scheduled.Quantity != 7 {
		t.Fatalf("lost by another edit: %+v", l.s.Scheduled)
	}
	l.sweep(at("2027-03-15"))
	if s := l.s; s.Item.Sku != "0002" || s.Title != "Enterprise" || s.FriendlyName != "Ours" || s.Quantity != 7 || s.Term != when.Month || !s.Scheduled.IsZero() {
		t.Errorf("%+v", s)
	}
	equal(t, l.charged()[2:],
		"2027-01-31 renew 2555.00 2027-01-31…2027-02-28", // the quote of a life asks 365 for whatever term
		"2027-02-28 renew 2555.00 2027-02-28…2027-03-31")
}

func TestScheduleRemovedAndDropped(t *testing.T) {
	planned := func() *life {
		l := onSuite(t, onlineYear, "2026-01-31")
		return l.done(Schedule(l.s, NextTerm{Quantity: 7}, shelfOf(l.s.Kind, "0001"), nil, at("2026-02-01")))
	}
	for _, c := range []struct {
		name string
		act  func(l *life)
	}{
		{"taken away", func(l *life) { l.done(Schedule(l.s, NextTerm{}, Shelf{}, nil, at("2026-02-02"))) }},
		{"taken away while suspended", func(l *life) {
			l.suspend(at("2026-02-02")).done(Schedule(l.s, NextTerm{}, Shelf{}, nil, at("2026-02-03")))
		}},
		{"as it is now is no plan", func(l *life) {
			l.done(Schedule(l.s, NextTerm{Quantity: 10}, shelfOf(l.s.Kind, "0001"), nil, at("2026-02-02")))
		}},
		{"F38 with auto-renew", func(l *life) { l.autoRenew(false, at("2026-02-02")) }},
		{"with a cancellation", func(l *life) { l.done(l.cancel(at("2026-02-02"))) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := planned()
			c.act(l)
			if !l.s.Scheduled.IsZero() {
				t.Errorf("%+v", l.s.Scheduled)
			}
		})
	}
	t.Run("E16 what is no longer sold is not changed to", func(t *testing.T) {
		l := planned()
		sold := l.quote
		l.quote = func(s Subscription, at time.Time) (Quote, bool) {
			q, _ := sold(s, at)
			return q, s.Quantity != 7
		}
		l.sweep(at("2027-02-01"))
		if l.s.State != Active || l.s.Quantity != 10 || !l.s.Scheduled.IsZero() {
			t.Errorf("%+v", l.s)
		}
	})
	t.Run("E22 a term that starts late starts as planned", func(t *testing.T) {
		l := planned().suspend(at("2027-01-01")).sweep(at("2027-02-01"))
		l.done(l.reactivate(at("2027-02-10")))
		if l.s.State != Active || l.s.Quantity != 7 || l.s.Current.Start != at("2027-02-10") {
			t.Errorf("%+v", l.s)
		}
	})
}

func TestAlign(t *testing.T) {
	start, other := at("2026-03-10T12:00"), End{at("2026-09-20T08:00"), 20}
	for _, c := range []struct {
		name, wish string
		want       End
		code       string
	}{
		{"the exact end of another", "2026-09-20T08:00", other, ""},
		{"its last day", "2026-09-19", other, ""},
		{"late on its last day", "2026-09-19T23:59:59", other, ""},
		{"a month's last day", "2026-06-30", End{at("2026-07-01"), 1}, ""},
		{"a month's exact end", "2026-07-01", End{at("2026-07-01"), 1}, ""},
		{"any other day", "2026-06-29", End{}, "term_end.not_aligned"},
		{"this very month", "2026-03-31", End{at("2026-04-01"), 1}, ""},
		{"in the past", "2026-02-28", End{}, "term_end.out_of_range"},
		{"the latest month", "2027-02-28", End{at("2027-03-01"), 1}, ""},
		{"later than a whole term", "2027-03-31", End{}, "term_end.out_of_range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Align(at(c.wish), start, 10, when.Year, []End{other})
			if code(err) != c.code || got != c.want {
				t.Errorf("%v %v", got, err)
			}
		})
	}
}

// TestAlignToMilliseconds: a client that keeps no more of an instant means the end it read all the same, not the month's.
func TestAlignToMilliseconds(t *testing.T) {
	exact := time.Date(2026, 8, 31, 10, 0, 0, 123_456_000, time.UTC)
	short := exact.Truncate(time.Millisecond)
	for _, c := range []struct {
		name string
		ends []End
		want time.Time
	}{
		{"the only one", []End{{exact, 31}}, exact},
		{"the exact one goes first", []End{{exact, 31}, {short, 31}}, short},
		{"another millisecond", []End{{exact.Add(time.Millisecond), 31}}, at("2026-09-01")},
	} {
		if got, err := Align(short, at("2026-03-10T12:00"), 10, when.Year, c.ends); err != nil || !got.At.Equal(c.want) {
			t.Errorf("%s: %v %v", c.name, got, err)
		}
	}
	s := Subscription{Quantity: 1, Plan: catalog.Annual, Term: when.Year}
	s.Scheduled = s.Wish(NextTerm{End: End{At: exact}})
	if !s.Planned(s.Wish(NextTerm{End: End{At: short}})) || s.Planned(s.Wish(NextTerm{End: End{At: short.Add(time.Microsecond)}})) {
		t.Error("a plan that is sent back is another one, or another one is none")
	}
}

// TestF28ScheduledEnd makes a renewed term end with a month: shorter, and charged for its days.
func TestF28ScheduledEnd(t *testing.T) {
	l := onSuite(t, onlineParts, "2026-01-11")
	l.done(Schedule(l.s, NextTerm{End: End{At: at("2027-03-31")}}, shelfOf(l.s.Kind, "0001"), nil, at("2026-02-01")))
	l.sweep(at("2027-05-02"))
	charges := l.charged()
	equal(t, charges[12:],
		"2027-01-11 renew 210.00 2027-01-11…2027-02-01", // 21 of 31 days of 310
		"2027-02-01 cycle 310.00 2027-02-01…2027-03-01",
		"2027-03-01 cycle 310.00 2027-03-01…2027-04-01",
		"2027-04-01 renew 310.00 2027-04-01…2027-05-01",
		"2027-05-01 cycle 310.00 2027-05-01…2027-06-01")
}
