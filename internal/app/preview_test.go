package app_test

import (
	"context"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestPreviewSaysWhatTheCommitDoes previews a cancellation twice, does it under the preview's hash, and is refused under
// the hash of something else.
func TestPreviewSaysWhatTheCommitDoes(t *testing.T) {
	both(t, func(w *world) {
		ctx, customer := context.Background(), w.seeded.Customers[0]
		line := order.CartLine{Item: sandbox.Item(sandbox.ServerPerpetual, "0001", "US"), Quantity: 3, Plan: catalog.OneTime}
		bought, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
			return w.PlaceOrder(ctx, w.who, req, customer.ID, []order.CartLine{line}, app.Asked{})
		})
		if err != nil {
			t.Fatal(err)
		}
		oid := string(bought.Orders[0].ID)
		cancel := func(asked app.Asked) (app.OrderView, error) {
			return do[app.OrderView](w, func(req app.Request) (app.Reply, error) {
				return w.CancelOrder(ctx, w.who, req, customer.ID, oid, nil, asked)
			})
		}
		first, err := cancel(app.Asked{Preview: true})
		if err != nil {
			t.Fatal(err)
		}
		again, err := cancel(app.Asked{Preview: true})
		if err != nil {
			t.Fatal(err)
		}
		if first.Preview.Hash() != again.Preview.Hash() {
			t.Error("two previews of one thing have two hashes")
		}
		if got := first.Preview.Sums(); len(got) != 1 || got[0].String() != "-3207.00 USD" {
			t.Errorf("preview returns %s", got)
		}
		if _, err := cancel(app.Asked{Match: "0000000000000000000000000000000000000000000000000000000000000000"}); fault.Of(err) == nil || fault.Of(err).Code != "preview.moved" {
			t.Errorf("a moved preview: %v", err)
		}
		done, err := cancel(app.Asked{Match: first.Preview.Hash()})
		if err != nil || done.Order.Status != order.Cancelled {
			t.Errorf("the commit of a preview: %v %v", done.Order.Status, err)
		}
		if _, err := cancel(app.Asked{}); fault.Of(err) == nil || fault.Of(err).Code != "cancel.line_already" {
			t.Errorf("E03 cancelled twice: %v", err)
		}
	})
}

// TestPreviewIsOfItsOwnLines: two lines of one order that cost the same are told apart.
func TestPreviewIsOfItsOwnLines(t *testing.T) {
	both(t, func(w *world) {
		ctx, customer := context.Background(), w.seeded.Customers[0]
		line := order.CartLine{Item: sandbox.Item(sandbox.ServerPerpetual, "0001", customer.Country()), Quantity: 3, Plan: catalog.OneTime}
		same := line
		same.ID = 1
		bought, err := do[app.Purchase](w, func(req app.Request) (app.Reply, error) {
			return w.PlaceOrder(ctx, w.who, req, customer.ID, []order.CartLine{line, same}, app.Asked{})
		})
		if err != nil {
			t.Fatal(err)
		}
		cancel := func(line int, asked app.Asked) (app.OrderView, error) {
			return do[app.OrderView](w, func(req app.Request) (app.Reply, error) {
				return w.CancelOrder(ctx, w.who, req, customer.ID, string(bought.Orders[0].ID), []int{line}, asked)
			})
		}
		shown, err := cancel(0, app.Asked{Preview: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cancel(1, app.Asked{Match: shown.Preview.Hash()}); code(err) != "preview.moved" {
			t.Errorf("F54 the other line was cancelled by the preview of this one: %v", err)
		}
		if _, err := cancel(0, app.Asked{Match: shown.Preview.Hash()}); err != nil {
			t.Errorf("F54 the line that was shown: %v", err)
		}
	})
}

// TestR04RefusedRevealIsRecorded: who may not see a key leaves a record of having tried, and so does one who asks for KMS.
// TestF56WindowOfWhatItBecame: software that became another SKU is cancelled until the end of the window it had, and its
// order's preview tells that one.
func TestF56WindowOfWhatItBecame(t *testing.T) {
	both(t, func(w *world) {
		ctx, customer := context.Background(), w.seeded.Customers[0]
		other := w.another(sandbox.WindowsServer)
		s := w.buyOne(customer, sandbox.WindowsServer, "0001", 2, catalog.Annual, when.Year).Lines[0].Subscription
		w.later(3 * day)
		done, err := do[app.Transition](w, func(req app.Request) (app.Reply, error) {
			want := subscription.NextTerm{Item: id.Item{Product: other, Sku: "0001"}}
			return w.Transition(ctx, w.who, req, customer.ID, s, want, app.Asked{})
		})
		if err != nil {
			w.t.Fatal(err)
		}
		shown, err := do[app.OrderView](w, func(req app.Request) (app.Reply, error) {
			return w.CancelOrder(ctx, w.who, req, customer.ID, string(done.Operation), nil, app.Asked{Preview: true})
		})
		if err != nil {
			w.t.Fatal(err)
		}
		if until := w.sub(customer, s).Window.Until; !shown.Preview.Window.Equal(until) {
			t.Errorf("told until %s, enforced until %s", shown.Preview.Window, until)
		}
	})
}

func TestR04RefusedRevealIsRecorded(t *testing.T) {
	both(t, func(w *world) {
		ctx, customer := context.Background(), w.seeded.Customers[0]
		items, err := w.Software(ctx, w.who, customer.ID)
		if err != nil {
			t.Fatal(err)
		}
		var oid string
		for _, i := range items {
			if i.Line.Item.Product == sandbox.ServerPerpetual && i.Open {
				oid = string(i.Order.ID)
			}
		}
		sales := w.who
		sales.Roles, sales.Name = party.RolesOf(party.SalesAgent), "sam@quainine.example"
		before := failures(w, customer)
		for _, try := range []struct {
			who  party.Actor
			ask  license.KeyRequest
			code string
		}{
			{sales, license.KeyRequest{Version: "2022"}, "role.missing"},
			{w.who, license.KeyRequest{Version: "2022", Kind: "KMS"}, "key.kms_refused"},
		} {
			got, err := do[app.RevealedKey](w, func(req app.Request) (app.Reply, error) {
				return w.RevealKey(ctx, try.who, req, customer.ID, oid, 0, try.ask)
			})
			if f := fault.Of(err); f == nil || f.Code != try.code || got.Plain != "" {
				t.Errorf("%s: %v", try.code, err)
			}
		}
		if n := failures(w, customer) - before; n != 2 {
			t.Errorf("%d refusals recorded, want 2", n)
		}
	})
}

func failures(w *world, c party.Customer) (n int) {
	w.t.Helper()
	reader := w.who
	reader.Roles = party.RolesOf(party.GlobalAdmin)
	records, err := w.Records(context.Background(), reader, app.RecordQuery{Customer: c.ID})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range records {
		if r.Status == activity.Failed && r.Operation == activity.GetSoftwareKey {
			n++
		}
	}
	return n
}
