package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

const buyer = id.Customer("22222222-2222-4222-8222-222222222222")

var (
	bought = when.Date(2024, 3, 1).Add(10 * time.Hour)
	scope  = party.NewScope(partner, "")
)

// freeKeys are n keys of a pool and version, named prefix0, prefix1, …
func freeKeys(prefix, pool, version string, n int) []license.Key {
	ks := make([]license.Key, n)
	for i := range ks {
		name := fmt.Sprintf("%s%d", prefix, i)
		ks[i] = license.Key{
			ID: id.Key(name), Partner: partner, Pool: pool, Version: version, Kind: license.MAK, State: license.Free,
			Sealed: []byte("sealed " + name), Fingerprint: "print " + name,
		}
	}
	return ks
}

var errEmpty = errors.New("the pool is empty")

// add puts keys in; one that is known is "key.duplicate".
func add(t *store.Tx, ks []license.Key) error {
	known, err := t.AddKeys(ks)
	if err == nil && len(known) > 0 {
		return fault.Conflict("key.duplicate", nil)
	}
	return err
}

// take is what revealing a key does to the store.
func take(t *store.Tx, order id.Order, line int, version string) (license.Key, error) {
	ks, err := t.FreeKeys(scope, "pool", version, 1)
	if err != nil || len(ks) == 0 {
		return license.Key{}, errors.Join(err, errEmpty)
	}
	k := ks[0]
	k.State, k.AssignedAt, k.Customer, k.Order, k.Line = license.Assigned, bought, buyer, order, line
	return k, t.AssignKey(k)
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	return "internal: " + err.Error()
}

func TestKeysFromPoolToLine(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		put := func(ks []license.Key) error { return do(s, func(t *store.Tx) error { return add(t, ks) }) }
		if err := errors.Join(put(freeKeys("z", "pool", "2022", 2)), put(freeKeys("a", "pool", "2022", 2)), put(freeKeys("o", "pool", "2019", 1)),
			put(freeKeys("p", "other", "2022", 1))); err != nil {
			t.Fatal(err)
		}
		var got []id.Key
		for i := range 4 {
			err := do(s, func(t *store.Tx) error {
				k, err := take(t, "order", i, "2022")
				got = append(got, k.ID)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if want := []id.Key{"z0", "z1", "a0", "a1"}; !slices.Equal(got, want) {
			t.Errorf("the oldest first: %v, want %v", got, want)
		}
		err := do(s, func(t *store.Tx) error { _, err := take(t, "order", 9, "2022"); return err })
		if !errors.Is(err, errEmpty) {
			t.Errorf("another pool's key was given: %v", err)
		}
		want := freeKeys("z", "pool", "2022", 2)[1]
		want.State, want.AssignedAt, want.Customer, want.Order, want.Line, want.RowVersion = license.Assigned, bought, buyer, "order", 1, 2
		if diff := cmp.Diff([]license.Key{want}, keysOf(t, s, scope, 1)); diff != "" {
			t.Error(diff)
		}
		if ks := keysOf(t, s, party.NewScope("33333333-3333-4333-8333-333333333333", ""), 1); ks != nil {
			t.Errorf("another tenant sees %v", ks)
		}
		err = do(s, func(t *store.Tx) error {
			ks, err := t.FreeKeys(party.NewScope("33333333-3333-4333-8333-333333333333", ""), "pool", "2019", 1)
			if len(ks) > 0 {
				err = errors.New("another tenant takes a key")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func keysOf(t *testing.T, s *store.Store, scope party.Scope, line int) (ks []license.Key) {
	t.Helper()
	err := s.ViewReader(ctx, func(r *store.Reader) (err error) {
		ks, err = r.Keys(scope, "order", line)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ks
}

func TestKeyFaults(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		mine := freeKeys("k", "pool", "", 3)
		if err := do(s, func(t *store.Tx) error { return add(t, mine) }); err != nil {
			t.Fatal(err)
		}
		again, renamed, foreign := freeKeys("k", "pool", "", 1), freeKeys("n", "pool", "", 2), freeKeys("f", "pool", "", 1)
		renamed[1].Fingerprint = mine[2].Fingerprint
		foreign[0].Partner = "33333333-3333-4333-8333-333333333333"
		assign := func(t *store.Tx, key id.Key, line int, version int64) error {
			return t.AssignKey(license.Key{ID: key, Customer: buyer, Order: "order", Line: line, AssignedAt: bought, RowVersion: version})
		}
		for _, c := range []struct {
			name string
			fn   func(t *store.Tx) error
			want string
		}{
			{"the same row twice", func(t *store.Tx) error { return add(t, again) }, "key.duplicate"},
			{"the same key under another id", func(t *store.Tx) error { return add(t, renamed) }, "key.duplicate"},
			{"written since it was read", func(t *store.Tx) error { return assign(t, "k0", 0, 7) }, "key.taken"},
			{"free", func(t *store.Tx) error { return assign(t, "k0", 0, 1) }, ""},
			{"taken", func(t *store.Tx) error { return assign(t, "k0", 1, 2) }, "key.taken"},
			{"F44 a second key of one version for a line", func(t *store.Tx) error { return assign(t, "k1", 0, 1) }, "key.taken"},
			{"a key of another pool under the same fingerprint", func(t *store.Tx) error {
				k := freeKeys("q", "second pool", "", 1)
				k[0].Fingerprint = mine[0].Fingerprint
				return add(t, k)
			}, ""},
		} {
			if got := codeOf(do(s, c.fn)); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		if err := do(s, func(t *store.Tx) error { return add(t, foreign) }); err == nil || fault.Of(err) != nil {
			t.Errorf("a key sealed for another partner: %v", err)
		}
		err := s.ViewReader(ctx, func(r *store.Reader) error {
			n, err := r.Ints(`SELECT COUNT(*) FROM license_key`)
			if err == nil && n[0] != 4 {
				t.Errorf("%d keys", n[0])
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// Acts on different customers take different keys at once, and never wait for or refuse one another while there are enough.
func TestParallelActsTakeDifferentKeys(t *testing.T) {
	const n = 40
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if err := do(s, func(t *store.Tx) error { return add(t, freeKeys("k", "pool", "", 2*n)) }); err != nil {
			t.Fatal(err)
		}
		var taken sync.Map
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				var k license.Key
				err := do(s, func(t *store.Tx) (err error) { k, err = take(t, "order", i, ""); return err })
				if err != nil {
					t.Error(err)
				} else if _, twice := taken.LoadOrStore(k.ID, i); twice {
					t.Errorf("%s was given twice", k.ID)
				}
			})
		}
		wg.Wait()
	})
}

func newLink(name string) license.Link {
	return license.Link{
		ID: id.Link(name), Partner: partner, Customer: buyer, Order: "order", Line: 1,
		File: license.FileChoice{Version: "2022", Language: "fr", FileType: "iso"}, Side: license.PartnerSide,
		IssuedAt: bought, ExpiresAt: bought.Add(14 * 24 * time.Hour), Max: 50, State: license.Live, Rule: "L01",
		Sealed: []byte("sealed"), TokenHash: "hash of " + name,
	}
}

func linkOf(t *testing.T, s *store.Store, name string) (l license.Link, err error) {
	t.Helper()
	err = s.ViewReader(ctx, func(r *store.Reader) (err error) {
		l, err = r.LinkByToken("hash of " + name)
		return err
	})
	return l, err
}

func TestF46OneLiveLinkPerLineFileAndSide(t *testing.T) {
	first, second, theirs, file, once, line := newLink("first"), newLink("second"), newLink("theirs"), newLink("file"), newLink("once"), newLink("line")
	theirs.Side = license.CustomerSide
	file.File.Language = "ru"
	line.Line = 2
	once.OneTime, once.Max, once.Rule, once.Sealed = true, 1, "", nil
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		for _, l := range []license.Link{first, theirs, file, once, line} {
			if err := do(s, func(t *store.Tx) error { return t.AddLink(l) }); err != nil {
				t.Fatalf("%s: %v", l.ID, err)
			}
			l.Version = 1
			got, err := linkOf(t, s, string(l.ID))
			if diff := cmp.Diff(l, got); diff != "" || err != nil {
				t.Errorf("%s: %v", diff, err)
			}
		}
		if err := do(s, func(t *store.Tx) error { return t.AddLink(second) }); codeOf(err) != "link.changed" {
			t.Errorf("a second live link: %v", err)
		}
		stale := first
		stale.State, stale.Version = license.Replaced, 9
		if err := do(s, func(t *store.Tx) error { return t.SaveLink(stale) }); codeOf(err) != "link.changed" {
			t.Errorf("written since it was read: %v", err)
		}
		err := do(s, func(t *store.Tx) error {
			live, err := t.LiveLink(scope, "order", 1, first.File, license.PartnerSide)
			if err != nil || live == nil || live.ID != "first" {
				return fmt.Errorf("live: %+v, %w", live, err)
			}
			live.State = license.Replaced
			return errors.Join(t.SaveLink(*live), t.AddLink(second))
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.ViewReader(ctx, func(r *store.Reader) error {
			live, err := r.LiveLink(scope, "order", 1, first.File, license.PartnerSide)
			if err != nil || live == nil || live.ID != "second" {
				t.Errorf("live: %+v, %v", live, err)
			}
			if none, err := r.LiveLink(scope, "order", 3, first.File, license.PartnerSide); none != nil || err != nil {
				t.Errorf("none: %+v, %v", none, err)
			}
			if n, err := r.LiveLinks(scope, "order", 1); n != 3 || err != nil {
				t.Errorf("%d live links, %v", n, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if _, err := linkOf(t, s, "nobody"); codeOf(err) != "link.unknown" {
			t.Error(err)
		}
	})
}

// G30, E24: 200 visits at once on a link with 50 downloads: exactly 50 are counted.
func TestE24ExactlyFiftyOfTwoHundred(t *testing.T) {
	now := bought.Add(time.Hour)
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if err := do(s, func(t *store.Tx) error { return t.AddLink(newLink("l")) }); err != nil {
			t.Fatal(err)
		}
		read, err := linkOf(t, s, "l") // all decide from the same row
		if err != nil {
			t.Fatal(err)
		}
		var granted, refused atomic.Int64
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				err := do(s, func(t *store.Tx) error { return t.CountDownload(read, fmt.Sprintf("client %d", i%20), now) })
				switch codeOf(err) {
				case "":
					granted.Add(1)
				case "link.used_up":
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		after, err := linkOf(t, s, "l")
		if granted.Load() != 50 || refused.Load() != 150 || after.Used != 50 || err != nil {
			t.Errorf("granted %d, refused %d, counted %d, %v", granted.Load(), refused.Load(), after.Used, err)
		}
	})
}

func TestE24WhatCounts(t *testing.T) {
	end := bought.Add(14 * 24 * time.Hour)
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if err := do(s, func(t *store.Tx) error { return t.AddLink(newLink("l")) }); err != nil {
			t.Fatal(err)
		}
		l, err := linkOf(t, s, "l")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name string
			at   time.Time
			want string
		}{
			{"first", bought, ""},
			{"last microsecond", end.Add(-time.Microsecond), ""},
			{"on the dot it is expired", end, "link.used_up"},
		} {
			err := do(s, func(t *store.Tx) error { return t.CountDownload(l, "client\x00\xff of any length", c.at) })
			if codeOf(err) != c.want {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		err = s.ViewReader(ctx, func(r *store.Reader) error {
			for client, want := range map[string]time.Time{"client\x00\xff of any length": end.Add(-time.Microsecond), "another": {}} {
				if at, err := r.LastDownload(l, client); err != nil || !at.Equal(want) {
					t.Errorf("%q: %v, %v", client, at, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		l.State = license.Replaced
		if err := do(s, func(t *store.Tx) error { return t.SaveLink(l) }); err != nil {
			t.Errorf("a counted download overtook the replacement: %v", err)
		}
		if err := do(s, func(t *store.Tx) error { return t.CountDownload(l, "client", bought) }); codeOf(err) != "link.used_up" {
			t.Errorf("counted on a replaced link: %v", err)
		}
	})
}

func TestF63RevokeLine(t *testing.T) {
	now := bought.Add(time.Hour)
	live, spent, replaced, once, other := newLink("live"), newLink("spent"), newLink("replaced"), newLink("once"), newLink("other")
	live.Side = license.CustomerSide
	spent.State, replaced.State = license.Spent, license.Replaced
	once.OneTime, once.Max = true, 1
	other.Line = 2
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		err := do(s, func(t *store.Tx) error {
			for _, l := range []license.Link{live, spent, replaced, once, other} {
				if err := t.AddLink(l); err != nil {
					return err
				}
			}
			if err := add(t, freeKeys("k", "pool", "", 3)); err != nil {
				return err
			}
			for line := range 2 {
				if _, err := take(t, "order", line+1, ""); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []time.Time{now, now.Add(time.Hour)} { // the second changes nothing
			if err := do(s, func(t *store.Tx) error { return t.RevokeLine("order", 1, at) }); err != nil {
				t.Fatal(err)
			}
			for name, want := range map[string]license.LinkState{
				"live": license.LinkRevoked, "spent": license.LinkRevoked, "once": license.LinkRevoked,
				"replaced": license.Replaced, "other": license.Live,
			} {
				if l, err := linkOf(t, s, name); err != nil || l.State != want {
					t.Errorf("%s: %s, %v", name, l.State, err)
				}
			}
			k := keysOf(t, s, scope, 1)
			if len(k) != 1 || k[0].State != license.KeyRevoked || !k[0].RevokedAt.Equal(now) || k[0].Customer != buyer {
				t.Errorf("%+v", k)
			}
		}
		if k := keysOf(t, s, scope, 2); len(k) != 1 || k[0].State != license.Assigned {
			t.Errorf("another line's key: %+v", k)
		}
	})
}
