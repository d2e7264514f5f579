package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// withdraw takes all of a product off the shelf at an instant.
func (w *world) withdraw(product id.Product, at time.Time) {
	w.t.Helper()
	if _, err := w.Store.Update(context.Background(), app.Act{Actor: w.who}, func(tx app.Tx) (any, error) {
		entries, err := tx.Entries([]id.Product{product})
		if err != nil {
			return nil, err
		}
		e := *entries[product]
		e.Availabilities = slices.Clone(e.Availabilities)
		for i := range e.Availabilities {
			e.Availabilities[i].Until = at
		}
		return nil, tx.PutEntry(e)
	}); err != nil {
		w.t.Fatal(err)
	}
}

// warnings are the records of E16 about a subscription, oldest first, as instant and days.
func (w *world) warnings(sub id.Subscription) (out []string) {
	w.t.Helper()
	records, err := w.Records(context.Background(), w.who, app.RecordQuery{Resource: activity.Subscription, Security: true, Business: true})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range slices.Backward(records) {
		values := map[string]string{}
		for _, d := range r.Details {
			values[d.Key] = d.Value
		}
		if r.ResourceID == string(sub) && values["Status"] == "offer_withdrawn" {
			if r.Security() || r.Operation != activity.UpdateSubscription || r.Actor != "sweep" {
				w.t.Errorf("E16 %+v", r)
			}
			out = append(out, r.At.Format(time.RFC3339Nano)+" "+values["DaysLeft"]+" "+values["EndsAt"])
		}
	}
	return out
}

// TestE16WarnedThirtyAndSevenDaysBefore: what was withdrawn is told of at its two instants, once each, by a sweep that is
// on time or back from an outage, and ends with its term; what is sold, or ends by choice, is not told of.
func TestE16WarnedThirtyAndSevenDaysBefore(t *testing.T) {
	both(t, func(w *world) {
		c := w.alone()
		year := func() id.Subscription {
			return w.buyOne(c, sandbox.MailSuite, "0001", 3, catalog.Annual, when.Year).Lines[0].Subscription
		}
		punctual, off := year(), year()
		sold := w.buyOne(c, sandbox.StarterKit, "0001", 1, catalog.Annual, when.Year).Lines[0].Subscription
		no := false
		if _, err := w.change(c, off, app.Changes{AutoRenew: &no}); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(now.Add(36 * time.Hour))
		late := year()
		w.withdraw(sandbox.MailSuite, now.Add(48*time.Hour))

		verdict := func(sub id.Subscription) *app.Withdrawn {
			vs, err := w.SubscriptionVerdicts(context.Background(), w.who, c.ID, sub)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range vs {
				if v.Act == app.ActAutoRenew {
					return v.Withdrawn
				}
			}
			return nil
		}
		end := time.Date(2027, 11, 20, 10, 0, 0, 0, time.UTC)
		if v := verdict(punctual); v == nil || !v.EndsAt.Equal(end) || len(v.Warnings) != 2 || !v.Warnings[0].At.Equal(end.Add(-30*24*time.Hour)) || !v.Warnings[1].At.Equal(end.Add(-7*24*time.Hour)) {
			t.Errorf("E16 told with the verdicts: %+v", v)
		}
		if verdict(sold) != nil || verdict(off) != nil {
			t.Error("E16 told of what is sold, or of what ends by choice")
		}

		first := "2027-10-21T10:00:00Z 30 2027-11-20T10:00:00Z"
		second := "2027-11-13T10:00:00Z 7 2027-11-20T10:00:00Z"
		for _, step := range []struct {
			until string
			want  []string
		}{
			{"2027-10-21T09:59:59.999999Z", nil},
			{"2027-10-21T10:00:00Z", []string{first}},
			{"2027-11-13T09:59:59.999999Z", []string{first}},
			{"2027-11-13T10:00:00Z", []string{first, second}},
			{"2027-11-19T00:00:00Z", []string{first, second}},
		} {
			until, _ := time.Parse(time.RFC3339Nano, step.until)
			if w.run(until); !slices.Equal(w.warnings(punctual), step.want) {
				t.Errorf("E16 by %s: %q", step.until, w.warnings(punctual))
			}
		}
		if v, err := w.Subscription(context.Background(), w.who, c.ID, punctual); err != nil || v.Version != 1 {
			t.Errorf("E16 a look changes nothing that anybody read: version %d, %v", v.Version, err)
		}
		// An outage: the sweep comes back after the end of the term.
		w.run(time.Date(2027, 12, 24, 0, 0, 0, 0, time.UTC))
		for sub, want := range map[id.Subscription][]string{
			punctual: {first, second}, off: nil, sold: nil,
			late: {"2027-10-22T22:00:00Z 30 2027-11-21T22:00:00Z", "2027-11-14T22:00:00Z 7 2027-11-21T22:00:00Z"},
		} {
			if got := w.warnings(sub); !slices.Equal(got, want) {
				t.Errorf("E16 in the end: %q, want %q", got, want)
			}
		}
		for sub, want := range map[id.Subscription]subscription.State{punctual: subscription.Expired, late: subscription.Expired, sold: subscription.Active} {
			if v, err := w.Subscription(context.Background(), w.who, c.ID, sub); err != nil || v.State != want {
				t.Errorf("E16 %s, %v", v.State, err)
			}
		}
	})
}

// TestE16AfterAnOutage: a sweep that was away for both warnings and the end makes them all, each at its own instant.
func TestE16AfterAnOutage(t *testing.T) {
	both(t, func(w *world) {
		c := w.alone()
		sub := w.buyOne(c, sandbox.MailSuite, "0001", 3, catalog.Annual, when.Year).Lines[0].Subscription
		w.withdraw(sandbox.MailSuite, now.Add(time.Hour))
		back := time.Date(2028, 1, 2, 0, 0, 0, 0, time.UTC)
		w.clock.Set(back)
		var told []string
		if err := w.RunDue(context.Background(), back, nil, func(h app.Happened) {
			if h.Subscription == sub {
				told = append(told, h.At.Format(time.DateOnly)+" "+h.What)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if want := []string{"2027-10-21 offer_withdrawn", "2027-11-13 offer_withdrawn", "2027-11-20 expired"}; !slices.Equal(told, want) {
			t.Errorf("E16 %q", told)
		}
		if got := w.warnings(sub); len(got) != 2 {
			t.Errorf("E16 %q", got)
		}
	})
}
