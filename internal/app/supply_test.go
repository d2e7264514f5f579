package app_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/depot"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// shelfOf is a supplier in memory: keys by the name of a request.
type shelfOf struct {
	mu    sync.Mutex
	keys  map[string]string
	down  error
	asked []string // names, in order
	done  []string
	wants map[string]bool
}

func (s *shelfOf) Ask(_ context.Context, q app.KeyQuestion) (string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return "", false, s.down
	}
	s.asked = append(s.asked, q.Name)
	key, ok := s.keys[q.Name]
	return key, ok, nil
}

func (s *shelfOf) Done(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = append(s.done, name)
	delete(s.keys, name)
	return nil
}

func (s *shelfOf) Waiting(_ context.Context, names map[string]bool) (left []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wants = names
	for name := range s.keys {
		if !names[name] {
			left = append(left, name)
		}
	}
	return left, s.down
}

// supplied makes a product's keys come from a supplier.
func (w *world) supplied(d license.Delivery) {
	w.t.Helper()
	if _, err := w.SetDelivery(context.Background(), w.who, app.Request{}, sandbox.WindowsServer, "0001", d, ""); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) waits() []app.KeyRequest {
	w.t.Helper()
	all, err := w.KeyRequests(context.Background(), w.who)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// bought are lines of different instants, each of which was asked for its key and waits.
func (w *world) asked(c party.Customer, n int) (lines []order.Order) {
	w.t.Helper()
	for range n {
		w.clock.Set(w.clock.Now().Add(time.Second))
		lines = append(lines, w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year))
	}
	for _, o := range slices.Backward(lines) { // not in the order of the orders
		if got, err := w.reveal(c, o.ID); err != nil || !got.Preparing {
			w.t.Fatal(got.Preparing, err)
		}
	}
	return lines
}

// TestF44KeysFromASupplier: a line waits until its supplier has its key, is asked about in the order of the orders, and has it
// then, sealed and its own; what fails is tried again, from the oldest on.
func TestF44KeysFromASupplier(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[0]
		wall := when.NewFixed(now)
		shelf := &shelfOf{keys: map[string]string{}, down: errors.New("nobody answers")}
		w.Wall, w.Suppliers = wall, map[string]app.KeySupplier{"elsewhere": shelf}
		w.supplied(license.Delivery{HasKeys: true, Pool: "server", KeyVersions: []string{"2022", "2019"}, Suppliers: map[string]string{"2022": "elsewhere"}})
		lines := w.asked(c, 3)
		if got, err := do[app.RevealedKey](w, func(req app.Request) (app.Reply, error) {
			return w.RevealKey(ctx, w.who, req, c.ID, string(lines[0].ID), 0, license.KeyRequest{Version: "2019"})
		}); err != nil || got.Plain == "" {
			t.Errorf("another version comes from the pool all the same: %v", err)
		}
		waits := w.waits()
		if len(waits) != 3 || waits[0].Order != lines[0].ID || waits[2].Order != lines[2].ID || waits[0].Supplier != "elsewhere" || waits[0].Title == "" {
			t.Fatalf("%+v", waits)
		}
		supply := app.Supply{App: w.App}
		look := func() app.Supplied {
			t.Helper()
			got, err := supply.Look(ctx)
			if err != nil {
				t.Error(err)
			}
			return got
		}
		if _, err := supply.Look(ctx); !errors.Is(err, shelf.down) {
			t.Errorf("it is not told that the supplier fails: %v", err)
		}
		shelf.down = nil
		if got := look(); got.Asked != 0 {
			t.Errorf("a supplier that failed is not left alone: %+v", got)
		}
		wall.Set(wall.Now().Add(license.AskAgain))
		if got := look(); got.Asked != 3 || got.Served != 0 || len(shelf.wants) != 3 || !slices.Equal(shelf.asked, names(waits, w.who)) {
			t.Errorf("%+v, asked %v", got, shelf.asked)
		}
		// A key for the second, and what is no key for the first.
		shelf.keys[name(waits[1], w.who)], shelf.keys[name(waits[0], w.who)] = "SECOND-KEY", "two\nlines"
		if got := look(); got.Asked != 0 {
			t.Errorf("asked again at once: %+v", got)
		}
		wall.Set(wall.Now().Add(license.AskAgain))
		if got, err := supply.Look(ctx); got.Served != 1 || err == nil || strings.Contains(err.Error(), "lines") {
			t.Errorf("%+v %v", got, err)
		}
		if got, err := w.reveal(c, lines[1].ID); err != nil || got.Plain != "SECOND-KEY" || !slices.Equal(shelf.done, []string{name(waits[1], w.who)}) {
			t.Errorf("%q %v, done %v", got.Plain, err, shelf.done)
		}
		if len(w.waits()) != 2 {
			t.Errorf("%+v", w.waits())
		}
		// The same key for another line is refused: never two buyers for one key.
		shelf.keys[name(waits[0], w.who)] = "SECOND-KEY"
		wall.Set(wall.Now().Add(license.AskAgain))
		if got, err := supply.Look(ctx); got.Served != 0 || fault.Of(err) == nil || fault.Of(err).Code != "key.duplicate" {
			t.Errorf("%+v %v", got, err)
		}
		shelf.keys[name(waits[0], w.who)], shelf.keys[name(waits[2], w.who)] = "FIRST-KEY", "THIRD-KEY"
		wall.Set(wall.Now().Add(license.AskAgain))
		if got := look(); got.Served != 2 || len(w.waits()) != 0 {
			t.Errorf("%+v", got)
		}
		for i, want := range []app.Clear{"FIRST-KEY", "SECOND-KEY", "THIRD-KEY"} {
			if got, err := w.reveal(c, lines[i].ID); err != nil || got.Plain != want {
				t.Errorf("line %d: %v", i, err)
			}
		}
		if p := w.pool("server", "2022"); p.Low() {
			t.Errorf("lines of a supplier make a pool low: %+v", p)
		}
	})
}

func name(k app.KeyRequest, who party.Actor) string {
	return app.QueuedWait{Partner: who.Scope.Partner(), Wait: k.Wait}.Name()
}

func names(ks []app.KeyRequest, who party.Actor) (all []string) {
	for _, k := range ks {
		all = append(all, name(k, who))
	}
	return all
}

// TestF63ASupplierIsToldOfCancellations: what is cancelled waits no more, a key that comes for it all the same stays where it is;
// a renewal keeps its request.
func TestF63ASupplierIsToldOfCancellations(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[0]
		shelf := &shelfOf{keys: map[string]string{}}
		w.Suppliers = map[string]app.KeySupplier{"elsewhere": shelf}
		w.supplied(license.Delivery{HasKeys: true, KeyVersions: []string{"2022"}, Supplier: "elsewhere"})
		lines := w.asked(c, 2)
		before := names(w.waits(), w.who)
		if _, err := w.change(c, lines[0].Lines[0].Subscription, app.Changes{State: app.WantCancelled}); err != nil {
			t.Fatal(err)
		}
		shelf.keys[before[0]] = "TOO-LATE"
		supply := app.Supply{App: w.App}
		got, err := supply.Look(ctx)
		if err != nil || !slices.Equal(got.Left, before[:1]) || !slices.Equal(slices.Collect(maps.Keys(shelf.wants)), before[1:]) || shelf.keys[before[0]] == "" {
			t.Errorf("%+v %v, wants %v", got, err, shelf.wants)
		}
		w.later(366 * day) // the other one renews
		if after := names(w.waits(), w.who); !slices.Equal(after, before[1:]) {
			t.Fatalf("%v, before %v", after, before)
		}
		shelf.keys[before[1]] = "IN-TIME"
		supply = app.Supply{App: w.App}
		w.Wall = when.NewFixed(time.Now().Add(time.Hour))
		if got, err := supply.Look(ctx); err != nil || got.Served != 1 {
			t.Errorf("%+v %v", got, err)
		}
		if got, err := w.reveal(c, lines[1].ID); err != nil || got.Plain != "IN-TIME" {
			t.Errorf("%q %v", got.Plain, err)
		}
		// A process that ended before it could say so: the key is kept, and its file goes.
		shelf.keys[before[1]] = "IN-TIME"
		if got, err := supply.Look(ctx); err != nil || shelf.keys[before[1]] != "" || !slices.Equal(got.Left, before[:1]) {
			t.Errorf("%+v %v", got, err)
		}
	})
}

// TestF44TwoProcessesAskOneSupplier: both are given the key, one keeps it.
func TestF44TwoProcessesAskOneSupplier(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[0]
		shelf := &shelfOf{keys: map[string]string{}}
		w.Suppliers = map[string]app.KeySupplier{"elsewhere": shelf}
		w.supplied(license.Delivery{HasKeys: true, KeyVersions: []string{"2022"}, Supplier: "elsewhere"})
		lines := w.asked(c, 20)
		for i, one := range names(w.waits(), w.who) {
			shelf.keys[one] = fmt.Sprintf("KEY-%02d", i)
		}
		var wg sync.WaitGroup
		served := make([]int, 2)
		for n := range served {
			wg.Go(func() {
				got, err := (&app.Supply{App: w.App}).Look(ctx)
				if err != nil {
					t.Error(err)
				}
				served[n] = got.Served
			})
		}
		wg.Wait()
		if served[0]+served[1] != 20 || len(w.waits()) != 0 {
			t.Errorf("%v served", served)
		}
		for i, o := range lines {
			if got, err := w.reveal(c, o.ID); err != nil || got.Plain != app.Clear(fmt.Sprintf("KEY-%02d", i)) {
				t.Errorf("line %d: %q %v", i, got.Plain, err)
			}
		}
	})
}

// TestR15KeysByHand: the operator gives one line its key; nobody else may, and no other line gets it.
func TestR15KeysByHand(t *testing.T) {
	both(t, func(w *world) {
		ctx, c := context.Background(), w.seeded.Customers[0]
		w.supplied(license.Delivery{HasKeys: true, KeyVersions: []string{"2022"}, Supplier: license.ByHand})
		lines := w.asked(c, 2)
		waits := w.waits()
		hand := func(who party.Actor, ref string, key app.Clear) string {
			_, err := w.HandKey(ctx, who, app.Request{}, ref, key)
			return codeOf(err)
		}
		stranger, staff := w.who, w.who
		stranger.Scope = party.NewScope(w.seeded.Provider.ID, "")
		staff.Roles = party.RolesOf(party.GlobalAdmin, party.AdminAgent)
		for _, step := range []struct {
			name, code string
			who        party.Actor
			ref        string
			key        app.Clear
		}{
			{"another partner", "keyrequest.unknown", stranger, waits[0].Ref, "A"},
			{"a partner's staff", "role.missing", staff, waits[0].Ref, "A"},
			{"no key", "key.malformed", w.who, waits[0].Ref, ""},
			{"no such line", "keyrequest.unknown", w.who, "7d000000-0000-4000-8000-00000000dead", "A"},
			{"no reference", "keyrequest.unknown", w.who, "", "A"},
			{"the younger first", "", w.who, waits[1].Ref, "B-KEY"},
			{"again", "keyrequest.unknown", w.who, waits[1].Ref, "C-KEY"},
			{"the same key for another", "key.duplicate", w.who, waits[0].Ref, "B-KEY"},
			{"the older", "", w.who, waits[0].Ref, "A-KEY"},
		} {
			if got := hand(step.who, step.ref, step.key); got != step.code {
				t.Errorf("%s: %q, want %q", step.name, got, step.code)
			}
		}
		for i, want := range []app.Clear{"A-KEY", "B-KEY"} {
			if got, err := w.reveal(c, lines[i].ID); err != nil || got.Plain != want {
				t.Errorf("line %d: %v", i, err)
			}
		}
		if _, err := w.KeyRequests(ctx, staff); codeOf(err) != "role.missing" {
			t.Errorf("anybody sees who waits: %v", err)
		}
	})
}

// TestF44KeysByFolder runs a real depot: the request is a file, the key comes as one, and leaves the folder once it is kept.
func TestF44KeysByFolder(t *testing.T) {
	both(t, func(w *world) {
		ctx, c, dir := context.Background(), w.seeded.Customers[0], t.TempDir()
		d, err := depot.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		w.Suppliers = map[string]app.KeySupplier{"depot": d}
		w.supplied(license.Delivery{HasKeys: true, KeyVersions: []string{"2022"}, Supplier: "depot"})
		lines := w.asked(c, 2)
		supply := app.Supply{App: w.App}
		look := func(served int) {
			t.Helper()
			w.Wall = when.NewFixed(w.Wall.Now().Add(license.AskAgain))
			if got, err := supply.Look(ctx); err != nil || got.Served != served {
				t.Errorf("%+v %v", got, err)
			}
		}
		look(0)
		one := name(w.waits()[1], w.who)
		if got := listed(t, dir+"/requests"); len(got) != 2 || !slices.Contains(got, one+".json") {
			t.Fatalf("%v, wanted %s", got, one)
		}
		write(t, dir+"/keys/"+one+".key", "FROM-A-FILE\n")
		look(1)
		if got, err := w.reveal(c, lines[1].ID); err != nil || got.Plain != "FROM-A-FILE" {
			t.Errorf("%q %v", got.Plain, err)
		}
		if keys, asked := listed(t, dir+"/keys"), listed(t, dir+"/requests"); len(keys) != 0 || len(asked) != 1 {
			t.Errorf("left: %v, asked for: %v", keys, asked)
		}
		if _, err := w.change(c, lines[0].Lines[0].Subscription, app.Changes{State: app.WantCancelled}); err != nil {
			t.Fatal(err)
		}
		look(0)
		if asked := listed(t, dir+"/requests"); len(asked) != 0 {
			t.Errorf("still asked for: %v", asked)
		}
	})
}

// TestR17PublishersBringKeys: write-only. A publisher's admin puts keys of its own products into their pools, and reads nothing.
func TestR17PublishersBringKeys(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		before := w.pool("sql", "2022")
		pa := party.Actor{Scope: w.who.Scope, Name: "pat@publisher.example", Publisher: id.FirstParty, Roles: party.RolesOf(party.PublisherAdmin)}
		bring := func(who party.Actor, product id.Product, version string, keys ...string) (app.AddedKeys, error) {
			return do[app.AddedKeys](w, func(req app.Request) (app.Reply, error) {
				return w.SupplyKeys(ctx, who, req, product, "", app.KeyBatch{Version: version, Keys: hidden(keys)})
			})
		}
		nobody, dev, other := pa, pa, pa
		nobody.Publisher, dev.Roles, other.Publisher = "", party.RolesOf(party.PublisherDev, party.PublisherFinance), "orbit"
		for _, c := range []struct {
			name, code string
			who        party.Actor
			product    id.Product
			version    string
		}{
			{"no publisher's", "publisher.none", nobody, sandbox.SQLPerpetual, "2022"},
			{"a developer", "role.missing", dev, sandbox.SQLPerpetual, "2022"},
			{"the operator has its own way", "role.missing", w.who, sandbox.SQLPerpetual, "2022"},
			{"another publisher's product", "product.unknown", other, sandbox.SQLPerpetual, "2022"},
			{"no such product", "product.unknown", pa, "NONE", "2022"},
			{"F48 a product without keys", "product.unknown", pa, sandbox.UserCAL, ""},
			{"no such version", "key.no_such_version", pa, sandbox.SQLPerpetual, "1999"},
			{"which version", "key.choice_needed", pa, sandbox.ServerPerpetual, ""},
		} {
			if _, err := bring(c.who, c.product, c.version, "X"); codeOf(err) != c.code {
				t.Errorf("%s: %v, want %s", c.name, err, c.code)
			}
		}
		if got, err := bring(pa, sandbox.SQLPerpetual, "", "P-1", "P-2", "P-1"); err != nil || got.Added != 2 || got.Twice != 1 {
			t.Errorf("%+v %v", got, err)
		}
		if p := w.pool("sql", "2022"); p.Free != before.Free+2 {
			t.Errorf("%+v, before %+v", p, before)
		}
		file := "ProductId,Version,Key\n" + string(sandbox.SQLPerpetual) + ",2022,P-3\n"
		load := func(who party.Actor, text string) (app.KeyReport, error) {
			return w.ImportKeys(ctx, who, app.KeyFile{File: strings.NewReader(text), Size: int64(len(text))}, nil)
		}
		if report, err := load(pa, file); err != nil || report.Added != 1 {
			t.Errorf("%v %s", err, report)
		}
		for _, c := range []struct{ name, file, says string }{
			{"a pool", "Pool,Version,Key\nsql,2022,P-4\n", "ProductId: row.missing"},
			{"another's product", "ProductId,Version,Key\n" + string(sandbox.OrbitCRM) + ",2022,P-4\n", "row.unknown_product"},
		} {
			if report, err := load(pa, c.file); codeOf(err) != "import.rows" || !strings.Contains(report.String(), c.says) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if _, err := load(nobody, file); codeOf(err) != "publisher.none" {
			t.Error(err)
		}
		c := w.seeded.Customers[0]
		o := w.buyOne(c, sandbox.SQLPerpetual, "0001", 1, catalog.OneTime, when.Term{})
		for what, read := range map[string]func() error{
			"pools": func() error { _, err := w.KeyPools(ctx, pa); return err },
			"waits": func() error { _, err := w.KeyRequests(ctx, pa); return err },
			"a key": func() error {
				_, err := w.RevealKey(ctx, pa, app.Request{}, c.ID, string(o.ID), 0, license.KeyRequest{})
				return err
			},
			"delivery": func() error { _, err := w.Delivery(ctx, pa, sandbox.SQLPerpetual, "0001"); return err },
			"marks": func() error {
				_, err := w.SetLowWater(ctx, pa, app.Request{}, "sql", "2022", 1)
				return err
			},
		} {
			if err := read(); codeOf(err) != "role.missing" {
				t.Errorf("a publisher sees %s: %v", what, err)
			}
		}
		w.supplied(license.Delivery{HasKeys: true, KeyVersions: []string{"2022"}, Supplier: license.ByHand})
		if _, err := bring(pa, sandbox.WindowsServer, "", "P-9"); codeOf(err) != "key.other_supplier" {
			t.Error(err)
		}
	})
}

// TestR15LowPools tells of pools with a mark or with lines that wait, of every partner.
func TestR15LowPools(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		low := func() (all []string) {
			t.Helper()
			got, err := w.LowPools(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range got {
				all = append(all, fmt.Sprintf("%s/%s free %d waiting %d", p.Name, p.Version, p.Free, p.Waiting))
			}
			return all
		}
		if got := low(); len(got) != 0 {
			t.Errorf("%v", got)
		}
		free := w.pool("sql", "2022").Free
		for _, c := range []struct {
			mark int64
			want []string
		}{{free, nil}, {free + 1, []string{fmt.Sprintf("sql/2022 free %d waiting 0", free)}}, {0, nil}} {
			if _, err := w.SetLowWater(ctx, w.who, app.Request{}, "sql", "2022", c.mark); err != nil {
				t.Fatal(err)
			}
			if got := low(); !slices.Equal(got, c.want) {
				t.Errorf("mark %d: %v, want %v", c.mark, got, c.want)
			}
		}
		c := w.seeded.Customers[0]
		w.drain(c)
		w.asked(c, 1)
		if got := low(); !slices.Equal(got, []string{"server/2022 free 0 waiting 1"}) {
			t.Errorf("%v", got)
		}
	})
}
