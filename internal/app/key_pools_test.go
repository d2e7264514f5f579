package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// pool is one of the world's partner.
func (w *world) pool(name, version string) license.Pool {
	w.t.Helper()
	pools, err := w.KeyPools(context.Background(), w.who)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range pools {
		if p.Name == name && p.Version == version {
			return p
		}
	}
	return license.Pool{Name: name, Version: version}
}

func (w *world) addKeys(pool, version string, keys ...string) (app.AddedKeys, error) {
	return do[app.AddedKeys](w, func(req app.Request) (app.Reply, error) {
		return w.AddKeys(context.Background(), w.who, req, app.KeyBatch{Pool: pool, Version: version, Keys: hidden(keys)})
	})
}

func hidden(keys []string) []app.Clear {
	out := make([]app.Clear, len(keys))
	for i, k := range keys {
		out[i] = app.Clear(k)
	}
	return out
}

// numbered are n keys that differ.
func numbered(prefix string, n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("%s-%06d", prefix, i)
	}
	return keys
}

// drain takes the free keys of the demo's server pool away, one line each.
func (w *world) drain(c party.Customer) {
	w.t.Helper()
	for range w.pool("server", "2022").Free {
		o := w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)
		if _, err := w.reveal(c, o.ID); err != nil {
			w.t.Fatal(err)
		}
	}
}

// shown is a line with the key it was shown; empty: it is being prepared.
type shown struct {
	customer party.Customer
	order    order.Order
	key      app.Clear
}

// TestF44NeverTwoBuyersForOneKey lets a hundred buyers race for sixty keys: sixty have one each, forty wait. Keys that come in
// then go to them by the instants of their orders.
func TestF44NeverTwoBuyersForOneKey(t *testing.T) {
	both(t, func(w *world) {
		w.drain(w.seeded.Customers[0])
		if got, err := w.addKeys("server", "2022", numbered("first", 60)...); err != nil || got.Added != 60 || got.Served != 0 {
			t.Fatal(got, err)
		}
		lines := make([]shown, 100)
		for i := range lines { // the order of asking is not that of ordering
			w.clock.Set(w.clock.Now().Add(time.Second))
			c := w.seeded.Customers[i%2]
			lines[i] = shown{customer: c, order: w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)}
		}
		var wg sync.WaitGroup
		for i := range lines {
			wg.Go(func() {
				got, err := w.reveal(lines[i].customer, lines[i].order.ID)
				if err != nil || got.Preparing != (got.Plain == "") {
					t.Errorf("line %d: preparing %v: %v", i, got.Preparing, err)
				}
				lines[i].key = got.Plain
			})
		}
		wg.Wait()
		if w.distinct(lines) != 60 {
			t.Fatalf("%d lines have a key of their own", w.distinct(lines))
		}
		if p := w.pool("server", "2022"); p.Free != 0 || p.Waiting != 40 || !p.Low() {
			t.Fatalf("%+v", p)
		}
		waiting := slices.DeleteFunc(slices.Clone(lines), func(l shown) bool { return l.key != "" })
		// Half of what is needed: the older orders are served, and the list of software says so.
		if got, err := w.addKeys("server", "2022", numbered("second", 20)...); err != nil || got.Served != 20 {
			t.Fatal(got, err)
		}
		for i, l := range waiting {
			got, err := w.reveal(l.customer, l.order.ID)
			if err != nil || got.Preparing != (i >= 20) {
				t.Errorf("waiting line %d of 40: preparing %v: %v", i, got.Preparing, err)
			}
			if state := w.softwareState(l); (state == license.Preparing) != (i >= 20) {
				t.Errorf("waiting line %d of 40 is %s", i, state)
			}
		}
		if got, err := w.addKeys("server", "2022", numbered("third", 23)...); err != nil || got.Served != 20 || got.Pool.Free != 3 {
			t.Fatal(got, err)
		}
		for i := range lines {
			got, err := w.reveal(lines[i].customer, lines[i].order.ID)
			if err != nil || got.Plain == "" || lines[i].key != "" && got.Plain != lines[i].key {
				t.Errorf("line %d: %v", i, err)
			}
			lines[i].key = got.Plain
		}
		if w.distinct(lines) != 100 {
			t.Errorf("%d lines have a key of their own", w.distinct(lines))
		}
	})
}

func (w *world) distinct(lines []shown) int {
	keys := map[app.Clear]bool{}
	for _, l := range lines {
		if l.key != "" && keys[l.key] {
			w.t.Error("a key has two buyers")
		}
		if l.key != "" {
			keys[l.key] = true
		}
	}
	return len(keys)
}

func (w *world) softwareState(l shown) license.LineState {
	w.t.Helper()
	items, err := w.Software(context.Background(), w.who, l.customer.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, i := range items {
		if i.Order.ID == l.order.ID {
			return i.State
		}
	}
	w.t.Fatal("not in the list")
	return ""
}

// TestF63ALineThatWaitsLeavesTheQueueWithItsOrder: what is cancelled is served no more, what is renewed keeps its turn.
func TestF63ALineThatWaitsLeavesTheQueueWithItsOrder(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		w.drain(c)
		var lines []shown
		for range 3 {
			w.clock.Set(w.clock.Now().Add(time.Second))
			l := shown{customer: c, order: w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)}
			if got, err := w.reveal(c, l.order.ID); err != nil || !got.Preparing {
				t.Fatal(got.Preparing, err)
			}
			lines = append(lines, l)
		}
		if _, err := w.change(c, lines[0].order.Lines[0].Subscription, app.Changes{State: app.WantCancelled}); err != nil {
			t.Fatal(err)
		}
		if p := w.pool("server", "2022"); p.Waiting != 2 {
			t.Fatalf("%+v", p)
		}
		w.later(366 * day) // the others renew
		if p := w.pool("server", "2022"); p.Waiting != 2 {
			t.Fatalf("after the renewal: %+v", p)
		}
		if got, err := w.addKeys("server", "2022", "ONE", "TWO", "THREE"); err != nil || got.Served != 2 || got.Pool.Free != 1 {
			t.Fatal(got, err)
		}
		for i, want := range []app.Clear{"", "ONE", "TWO"} {
			got, err := w.reveal(c, lines[i].order.ID)
			if got.Plain != want || (err == nil) != (want != "") {
				t.Errorf("line %d: %v", i, err)
			}
		}
	})
}

// TestF44ARevealWithoutAKeyIsRecordedAsOne: nobody saw a key, and the log says so.
func TestF44ARevealWithoutAKeyIsRecordedAsOne(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		w.drain(c)
		o := w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)
		if _, err := w.reveal(c, o.ID); err != nil {
			t.Fatal(err)
		}
		err := w.store.View(context.Background(), func(r app.Reader) error {
			recs, err := r.Records(w.who.Scope, app.RecordQuery{Security: true, Limit: 1})
			if err == nil && (len(recs) != 1 || recs[0].Status != "failed" || recs[0].ResourceID != string(o.ID) || !strings.Contains(fmt.Sprint(recs[0].Details), "key.preparing")) {
				t.Errorf("%+v", recs)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestR15KeyPools(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		for _, c := range []struct {
			name  string
			batch app.KeyBatch
			want  string
		}{
			{"F50 KMS", app.KeyBatch{Pool: "p", Kind: "kms", Keys: []app.Clear{"A"}}, "key.kms_refused"},
			{"another kind", app.KeyBatch{Pool: "p", Kind: "OEM", Keys: []app.Clear{"A"}}, "key.unknown_kind"},
			{"no pool", app.KeyBatch{Keys: []app.Clear{"A"}}, "pool.malformed"},
			{"an empty key", app.KeyBatch{Pool: "p", Keys: []app.Clear{"A", ""}}, "key.malformed"},
			{"a key with a line's end in it", app.KeyBatch{Pool: "p", Keys: []app.Clear{"A", "B\nC"}}, "key.malformed"},
			{"a key that is too long", app.KeyBatch{Pool: "p", Keys: []app.Clear{app.Clear(strings.Repeat("x", 257))}}, "key.malformed"},
		} {
			_, err := w.AddKeys(ctx, w.who, app.Request{}, c.batch)
			if f := fault.Of(err); f == nil || f.Code != c.want {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		}
		if p := w.pool("p", ""); p.Free != 0 {
			t.Errorf("a refused import left %+v", p)
		}
		first, err := w.addKeys("p", "", "A", "B", "A", "C")
		if err != nil || first.Added != 3 || first.Twice != 1 || first.Pool.Free != 3 || !slices.Equal(first.Repeated, []app.RepeatedKey{{Item: 3}}) {
			t.Errorf("%+v %v", first, err)
		}
		again, err := w.addKeys("p", "", "D", "B")
		if err != nil || again.Added != 1 || again.Held != 1 || again.Pool.Free != 4 || !slices.Equal(again.Repeated, []app.RepeatedKey{{Item: 2, Held: true}}) {
			t.Errorf("%+v %v", again, err)
		}
		mark := func(n int64) (license.Pool, error) {
			return do[license.Pool](w, func(req app.Request) (app.Reply, error) { return w.SetLowWater(ctx, w.who, req, "p", "", n) })
		}
		for n, low := range map[int64]bool{4: false, 5: true, 0: false} {
			if p, err := mark(n); err != nil || p.LowWater != n || p.Low() != low {
				t.Errorf("mark %d: %+v %v", n, p, err)
			}
		}
		if _, err := mark(-1); fault.Of(err) == nil {
			t.Error("a mark below zero")
		}
		nobody := w.who
		nobody.Roles = party.RolesOf(party.GlobalAdmin, party.AdminAgent)
		if _, err := w.KeyPools(ctx, nobody); fault.Of(err) == nil {
			t.Error("a partner's staff see pools")
		}
		stranger := w.who
		stranger.Scope = party.NewScope(id.Partner(w.seeded.Provider.ID), "")
		if pools, err := w.KeyPools(ctx, stranger); err != nil || len(pools) != 0 {
			t.Errorf("another partner sees %v %v", pools, err)
		}
	})
}
