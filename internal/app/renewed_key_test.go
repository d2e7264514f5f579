package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// reveal shows the 2022 key of an order's first line.
func (w *world) reveal(c party.Customer, o id.Order) (app.RevealedKey, error) {
	return do[app.RevealedKey](w, func(req app.Request) (app.Reply, error) {
		return w.RevealKey(context.Background(), w.who, req, c.ID, string(o), 0, license.KeyRequest{Version: "2022"})
	})
}

// TestF63ARenewalKeepsItsKeyAndItsEndTakesIt: a renewed subscription has the key it had, asked for by either order; once
// the renewal is cancelled no order gives it, and the pool is not asked for another.
func TestF63ARenewalKeepsItsKeyAndItsEndTakesIt(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		first := w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)
		key, err := w.reveal(c, first.ID)
		if err != nil {
			t.Fatal(err)
		}
		later := w.clock.Now().AddDate(1, 0, 2)
		if err := w.RunDue(context.Background(), later, func(at time.Time) { w.clock.Set(at) }, nil); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(later)
		v, err := w.Subscription(context.Background(), w.who, c.ID, first.Lines[0].Subscription)
		if err != nil || v.Order == first.ID {
			t.Fatalf("not renewed: %v", err)
		}
		for _, o := range []id.Order{first.ID, v.Order} {
			if again, err := w.reveal(c, o); err != nil || again.Plain != key.Plain {
				t.Errorf("after the renewal: another key, or none: %v", err)
			}
		}
		got, err := w.change(c, v.ID, app.Changes{State: app.WantCancelled})
		if err != nil || got.State.Live() {
			t.Fatalf("cancel: %s %v", got.State, err)
		}
		for _, o := range []id.Order{first.ID, v.Order} {
			if again, err := w.reveal(c, o); fault.Of(err) == nil || fault.Of(err).Code != "software.cancelled" || again.Plain != "" {
				t.Errorf("a cancelled subscription's key was shown: %v", err)
			}
		}
	})
}
