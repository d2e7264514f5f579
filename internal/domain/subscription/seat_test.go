package subscription_test

import (
	"testing"
	"time"

	. "github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

func TestR18SeatsAreGivenWhileThereAreSome(t *testing.T) {
	start, now := at("2022-08-01"), at("2022-08-02")
	cancelled := buy(t, online, start)
	cancelled.done(cancelled.cancel(start))
	fewer := buy(t, online, start).s
	fewer.Scheduled.Quantity = 4
	more := buy(t, online, start).s
	more.Scheduled.Quantity = 40
	for _, c := range []struct {
		name string
		sub  Subscription
		used int64
		now  time.Time
		code string
	}{
		{"the first", buy(t, online, start).s, 0, now, ""},
		{"the last", buy(t, online, start).s, 9, now, ""},
		{"one more than there are", buy(t, online, start).s, 10, now, "seat.full"},
		{"the last of the next term's, fewer", fewer, 3, now, ""},
		{"one that the next term does not have", fewer, 4, now, "seat.full"},
		{"one that only the next term has", more, 10, now, "seat.full"},
		{"suspended", buy(t, online, start).suspend(start).s, 0, now, "seat.suspended"},
		{"cancelled", cancelled.s, 0, now, "subscription.deleted"},
		{"pending", buy(t, isvMonthly, start).s, 0, now, "subscription.pending"},
		{"F23 in the free days", buy(t, isvTrial, start).activate(start).s, 0, now, ""},
		{"F76 a trial's", buy(t, firstTrial, start).s, 24, now, ""},
		{"software", buy(t, software, start).s, 0, now, "seat.none"},
		{"metered", buy(t, metered, start).activate(start).s, 0, now, "seat.none"},
		{"a reservation", buy(t, reserved, start).s, 0, now, "seat.none"},
		{"at the end of the term, before anybody said what follows", buy(t, online, start).s, 0, buy(t, online, start).s.TermEnd(), "subscription.settling"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.sub.GiveSeat("ana", c.used, c.now)
			if code(err) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if want := (Seat{c.sub.ID, "ana", c.now}); err == nil && got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

func TestR18NoFewerSeatsThanPeopleHave(t *testing.T) {
	s := buy(t, online, at("2022-08-01")).s
	for quantity, want := range map[int64]string{10: "", 7: "", 6: "seat.assigned", 0: "seat.assigned"} {
		if err := s.KeepSeats(quantity, 7); code(err) != want {
			t.Errorf("%d seats with 7 given: %v", quantity, err)
		}
	}
}
