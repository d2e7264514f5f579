package order_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	. "github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func faultCode(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	return ""
}

func TestR12EndingARelationship(t *testing.T) {
	before := policy.RenewFrom.Add(-time.Microsecond)
	for _, c := range []struct {
		name string
		sub  subscription.Subscription
		want string
	}{
		{"R12 nothing", subscription.Subscription{State: subscription.Cancelled}, ""},
		{"R12 suspended", subscription.Subscription{State: subscription.Suspended, Class: catalog.OnlineLicensed}, ""},
		{"R12 active", subscription.Subscription{State: subscription.Active, Class: catalog.OnlineLicensed}, "customer.active"},
		{"R12 waiting for its publisher", subscription.Subscription{State: subscription.Pending, Class: catalog.SaaSMonthly}, "customer.active"},
		{"R12 a reservation, suspended or not", subscription.Subscription{State: subscription.Suspended, Kind: catalog.Reservation, Class: catalog.ReservedClass}, "customer.reservations"},
		{"R12 expired reservation", subscription.Subscription{State: subscription.Expired, Kind: catalog.Reservation, Class: catalog.ReservedClass}, ""},
		{"R12 software that is no subscription to look at", subscription.Subscription{State: subscription.Active, Kind: catalog.Software, Class: catalog.SoftwareSub, OrderedAt: before}, ""},
		{"R12 software since", subscription.Subscription{State: subscription.Active, Kind: catalog.Software, Class: catalog.SoftwareSub, OrderedAt: policy.RenewFrom}, "customer.active"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := faultCode(MayEnd([]subscription.Subscription{c.sub})); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestR12DeletingACustomer(t *testing.T) {
	line := func(kind catalog.Kind, class catalog.Class, state LineState, sub id.Subscription) Line {
		return Line{Kind: kind, Class: class, State: state, Subscription: sub}
	}
	subs := []subscription.Subscription{{ID: "live", State: subscription.Active}, {ID: "over", State: subscription.Expired}}
	for _, c := range []struct {
		name string
		line Line
		want string
	}{
		{"R12 perpetual software", line(catalog.Software, catalog.Perpetual, LineActive, ""), "customer.software"},
		{"R12 cancelled software", line(catalog.Software, catalog.Perpetual, LineCancelled, ""), ""},
		{"R12 a running software subscription", line(catalog.Software, catalog.SoftwareSub, LineActive, "live"), "customer.software"},
		{"R12 one that is over", line(catalog.Software, catalog.SoftwareSub, LineActive, "over"), ""},
		{"R12 a renewed term's line", line(catalog.Software, catalog.SoftwareSub, LineSuperseded, "live"), ""},
		{"R12 a reservation", line(catalog.Reservation, catalog.ReservedClass, LineActive, "live"), "customer.reservations"},
		{"R12 an online service ends with the customer", line(catalog.OnlineService, catalog.OnlineLicensed, LineActive, "live"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := faultCode(MayDelete([]Order{{Lines: []Line{c.line}}}, subs)); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// What is left of a deleted customer ends at once: inside its window with its credit, after it with nothing, and nothing more
// is charged either way.
func TestR12Dissolve(t *testing.T) {
	s := shop()
	b := bought(place(t, s, line("WINSUB", 2, by(when.Year, catalog.Annual))), 0)
	var held []subscription.Held
	for _, h := range b.Subs {
		held = append(held, h)
	}
	held = append(held, subscription.Held{Subscription: subscription.Subscription{ID: "gone", State: subscription.Cancelled}})
	for _, c := range []struct {
		name    string
		after   time.Duration
		credits int
	}{{"inside its window", time.Hour, 1}, {"after it", 40 * 24 * time.Hour, 0}} {
		t.Run(c.name, func(t *testing.T) {
			now := s.Now.Add(c.after)
			out := Dissolve(s.IDs, held, now)
			if len(out.Subscriptions) != 1 || len(out.Cancelled) != 1 || len(out.Charges) != c.credits {
				t.Fatalf("%+v", out)
			}
			if sub := out.Subscriptions[0]; sub.State != subscription.Cancelled || !sub.NextCharge.IsZero() || !sub.EndedAt.Equal(now) {
				t.Errorf("%+v", sub)
			}
			for _, ch := range out.Charges {
				if ch.Kind != billing.Cancel {
					t.Errorf("%+v", ch)
				}
			}
		})
	}
}
