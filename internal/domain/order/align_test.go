package order_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	. "github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// TestF28FirstTermOfChoice: its charge is for the days that remain of the period that ends then, whole ones follow.
func TestF28FirstTermOfChoice(t *testing.T) {
	running := subscription.End{At: time.Date(2023, 12, 31, 8, 0, 0, 0, time.UTC), AnchorDay: 31}
	s := shop()
	s.Ends = []subscription.End{running}
	s.Shelf["MAIL"] = product("MAIL", catalog.OnlineService, id.FirstParty, catalog.Sku{}, yearly("365"), way{when.Year, catalog.Monthly, "372"}, monthly("31"))
	for _, c := range []struct {
		name, wish, cents string
		plan              catalog.Plan
		term              when.Term
		end               time.Time
		anchor            int
		code              string
	}{
		{"the end of June, a year", "2023-06-30", "52.00 USD", catalog.Annual, when.Year, when.Date(2023, 7, 1), 1, ""},
		{"the end of June, by the month", "2023-06-30", "22.00 USD", catalog.Monthly, when.Year, when.Date(2023, 7, 1), 1, ""},
		{"with another, whose anchor day it takes", "2023-12-30", "235.00 USD", catalog.Annual, when.Year, running.At, 31, ""},
		{"a month ends with this one", "2023-05-31", "22.00 USD", catalog.Monthly, when.Month, when.Date(2023, 6, 1), 1, ""},
		{"a month is too short for June", "2023-06-30", "", catalog.Monthly, when.Month, time.Time{}, 0, "term_end.out_of_range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wish, _ := time.Parse(time.DateOnly, c.wish)
			lines := s.Check([]CartLine{{Item: id.Item{Product: "MAIL", Sku: "0001", Availability: "A"}, Quantity: 1, Plan: c.plan, Term: c.term, TermEnd: wish}}, true)
			if f := lines[0].Fault; f != nil || c.code != "" {
				if f == nil || f.Code != c.code {
					t.Errorf("%v, want %q", f, c.code)
				}
				return
			}
			made, err := s.Place(lines)
			if err != nil {
				t.Fatal(err)
			}
			sub := made.Subscriptions[0]
			if sub.Current.End != c.end || sub.AnchorDay != c.anchor || sub.Parent != "" || made.Orders[0].Lines[0].TermEnd != c.end {
				t.Errorf("%+v", sub)
			}
			if got := made.Charges[0]; got.Net.String() != c.cents || got.Period.Start != now {
				t.Errorf("%s for %v", got.Net, got.Period)
			}
		})
	}
}
