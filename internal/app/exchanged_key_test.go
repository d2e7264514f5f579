package app_test

import (
	"context"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestF63KeysOfAnotherSkuDie renews software as another SKU: the keys of the one it was are not its own any more.
func TestF63KeysOfAnotherSkuDie(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		o := w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)
		s := o.Lines[0].Subscription
		if _, err := w.reveal(c, o.ID); err != nil {
			t.Fatal(err)
		}
		wish := subscription.NextTerm{Item: sandbox.Item(sandbox.WindowsServer, "0002", "US"), Term: when.ThreeYears, Plan: catalog.Triennial}
		if _, err := w.change(c, s, app.Changes{Next: &wish}); err != nil {
			t.Fatal(err)
		}
		w.later(366 * day)
		v := w.sub(c, s)
		if v.Item.Sku != "0002" || v.Term != when.ThreeYears || v.Current.End.Year() != 2030 {
			t.Errorf("%+v", v.Subscription)
		}
		err := w.store.View(context.Background(), func(r app.Reader) error {
			old, err := r.Keys(w.who.Scope, o.ID, 0)
			if err == nil && (len(old) != 1 || old[0].State != license.KeyRevoked) {
				t.Errorf("keys of the line that is over: %+v", old)
			}
			fresh, err := r.Keys(w.who.Scope, v.Order, v.Line)
			if len(fresh) != 0 {
				t.Errorf("keys of the new line: %+v", fresh)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
