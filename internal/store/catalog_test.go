package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

var exactly = cmp.AllowUnexported(money.Price{})

// server is a product with something in every field.
func server(p id.Product) catalog.Entry {
	from := when.Date(2021, 6, 1)
	return catalog.Entry{
		Product: catalog.Product{
			ID: p, Title: "Server <Standard> – é", Description: "d", Kind: catalog.Software, Publisher: id.FirstParty,
			PublisherName: "Vendor", LinuxPlan: true, NeedsInformation: true, ResaleOptOut: true, NotTransactable: true,
			OnlyPartners: []id.Partner{partner}, OnlyMarkets: []market.Country{"FR", "US"}, ContactURI: "https://c.example",
			LandingPage: "https://l.example",
		},
		Skus: []catalog.Sku{
			{
				ID: "0002", Title: "two", Description: "sd", MinQuantity: 1, MaxQuantity: 10, UnitType: "Licenses", TrialDays: 30,
				AutoRenewable: true, AddOn: true, Bases: []catalog.Ref{{Product: "BASE"}, {Product: "BASE", Sku: "0003"}},
				ConvertsTo: []catalog.Ref{{Product: "X", Sku: "0001"}}, Limit: 2, LimitUnit: catalog.Lifetime, Attestation: true,
				Delivery: license.Delivery{
					HasKeys: true, HasDownloads: true, Pool: "pool", KeyVersions: []string{"2019", "2022"}, InstructionsURI: "https://i.example",
					Files: []license.File{{Version: "2022", Language: "fr", FileType: "iso", Name: "s.iso", Blob: "b", Size: 5 << 30, SHA256: "ff"}},
				},
			},
			{ID: "0001", Title: "one", Trial: true, Metered: true},
		},
		Availabilities: []catalog.Availability{
			{ID: "CMPAVL000002", Sku: "0002", Market: "FR", Segment: market.Commercial, Currency: "EUR", From: from},
			{ID: "CMPAVL000001", Sku: "0001", Market: "US", Segment: market.Education, Currency: "USD", Until: when.Never},
		},
		Prices: []catalog.PriceRow{
			{
				ID: "p2", Sku: "0002", Market: "FR", Segment: market.Commercial, Currency: "EUR", Term: when.Term{Years: 1, Months: 6, Days: 1},
				Plan: catalog.Monthly, Unit: money.PriceOf(123_456_789_01, "EUR"), TierMin: 1, TierMax: 9, From: from, Until: from.Add(time.Microsecond),
			},
			{ID: "p1", Sku: "0001", Market: "US", Segment: market.Education, Currency: "USD", Plan: catalog.OneTime, Unit: money.PriceOf(1, "USD")},
		},
	}
}

func put(t *testing.T, s *store.Store, entries ...catalog.Entry) {
	t.Helper()
	err := do(s, func(t *store.Tx) error {
		for _, e := range entries {
			if err := t.PutEntry(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// entry reads one product in a transaction of its own.
func entry(t *testing.T, s *store.Store, p id.Product) *catalog.Entry {
	t.Helper()
	var e *catalog.Entry
	err := s.ViewReader(ctx, func(r *store.Reader) error {
		all, err := r.Entries([]id.Product{p, p, "NOBODY"})
		if len(all) > 1 {
			return fmt.Errorf("%d entries", len(all))
		}
		e = all[p]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEntriesReadBackWhole(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		want := server("CMP000000001")
		put(t, s, want, catalog.Entry{Product: catalog.Product{ID: "CMP000000002", Kind: catalog.SaaS}})
		want.Version = 1
		if diff := cmp.Diff(&want, entry(t, s, "CMP000000001"), exactly); diff != "" {
			t.Error(diff)
		}
		if bare := entry(t, s, "CMP000000002"); bare == nil || bare.Skus != nil || bare.Product.Kind != catalog.SaaS {
			t.Errorf("%+v", bare)
		}
		if entry(t, s, "CMP000000003") != nil {
			t.Error("an unknown product")
		}

		// A later version has fewer rows, and says so.
		want.Skus, want.Availabilities, want.Prices = want.Skus[:1], want.Availabilities[:1], want.Prices[:1]
		put(t, s, want)
		want.Version = 2
		if diff := cmp.Diff(&want, entry(t, s, "CMP000000001"), exactly); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEntriesAreSharedUntilTheCatalogueChanges(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		put(t, s, server("CMP000000001"))
		first := entry(t, s, "CMP000000001")
		if entry(t, s, "CMP000000001") != first {
			t.Error("read twice at one state")
		}
		put(t, s, catalog.Entry{Product: catalog.Product{ID: "CMP000000009", Kind: catalog.SaaS}})
		if again := entry(t, s, "CMP000000001"); again == first || again.Version != 1 {
			t.Errorf("kept over a change: %+v", again)
		}
	})
}

// What a transaction wrote and took back must never be seen by another, through the shelves either.
func TestRolledBackCatalogueIsNotKept(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		put(t, s, server("CMP000000001"))
		refuse := fault.Refuse("test.refuse", nil)
		err := do(s, func(t *store.Tx) error {
			e := server("CMP000000001")
			e.Product.Title = "draft"
			if err := t.PutEntry(e); err != nil {
				return err
			}
			own, err := t.Entries([]id.Product{"CMP000000001"})
			if err != nil {
				return err
			}
			if got := own["CMP000000001"]; got.Product.Title != "draft" || got.Version != 2 {
				return fmt.Errorf("own write reads %q, version %d", got.Product.Title, got.Version)
			}
			e.Product.Title = "second draft"
			if err := t.PutEntry(e); err != nil {
				return err
			}
			if own, err = t.Entries([]id.Product{"CMP000000001"}); err != nil {
				return err
			}
			if got := own["CMP000000001"].Product.Title; got != "second draft" {
				return fmt.Errorf("own second write reads %q", got)
			}
			return refuse
		})
		if fault.Of(err) != refuse {
			t.Fatal(err)
		}
		// The next state has the same number as the one taken back.
		put(t, s, catalog.Entry{Product: catalog.Product{ID: "CMP000000002", Kind: catalog.SaaS}})
		if e := entry(t, s, "CMP000000001"); e.Product.Title == "draft" || e.Version != 1 {
			t.Errorf("%q, version %d", e.Product.Title, e.Version)
		}
	})
}

func TestPutEntryFaults(t *testing.T) {
	stale, twice := server("CMP000000001"), server("CMP000000002")
	stale.Version = 7
	twice.Prices[1].ID = twice.Prices[0].ID
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		put(t, s, server("CMP000000001"))
		for _, c := range []struct {
			name string
			e    catalog.Entry
			want string
		}{{"written by somebody else", stale, "catalog.changed"}, {"one id twice", twice, "catalog.duplicate"}} {
			err := do(s, func(t *store.Tx) error { return t.PutEntry(c.e) })
			if f := fault.Of(err); f == nil || f.Code != c.want {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if entry(t, s, "CMP000000002") != nil {
			t.Error("half a product was kept")
		}
	})
}

func TestF12MarketListsByCountryAndSegment(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		imported := server("CMP000000004")
		imported.Product.Imported = true
		saas := server("CMP000000003")
		saas.Product.Kind = catalog.SaaS
		put(t, s, server("CMP000000002"), server("CMP000000001"), saas, imported)
		for _, c := range []struct {
			name    string
			m       market.Country
			segment market.Segment
			kinds   []catalog.Kind
			want    []id.Product
		}{
			{"all kinds, by id", "FR", market.Commercial, nil, []id.Product{"CMP000000001", "CMP000000002", "CMP000000003"}},
			{"one kind", "FR", market.Commercial, []catalog.Kind{catalog.SaaS}, []id.Product{"CMP000000003"}},
			{"wrong segment", "FR", market.Education, nil, nil},
			{"another market", "US", market.Education, []catalog.Kind{catalog.Software, catalog.Reservation}, []id.Product{"CMP000000001", "CMP000000002"}},
			{"no such market", "ZZ", market.Commercial, nil, nil},
		} {
			var got []id.Product
			err := s.ViewReader(ctx, func(r *store.Reader) error {
				list, err := r.Market(c.m, c.segment, c.kinds)
				for _, e := range list {
					got = append(got, e.Product.ID)
				}
				return err
			})
			if err != nil || !cmp.Equal(got, c.want) {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
		}
	})
}

// More products than fit one statement, one trip; and bodies beyond what the shelves hold are read all the same.
func TestManyEntries(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		const n = 300
		var ids []id.Product
		err := do(s, func(t *store.Tx) error {
			for i := range n {
				ids = append(ids, id.Product(fmt.Sprintf("CMP%09d", i)))
				if err := t.PutEntry(server(ids[i])); err != nil {
					return err
				}
			}
			return nil
		})
		ids = ids[:n] // an act may run more than once
		for range 2 {
			err = errors.Join(err, s.ViewReader(ctx, func(r *store.Reader) error {
				all, err := r.Entries(ids)
				if err == nil && len(all) != n {
					err = fmt.Errorf("%d entries", len(all))
				}
				for _, p := range ids {
					if e := all[p]; e != nil && (e.Product.ID != p || len(e.Skus) != 2 || len(e.Prices) != 2) {
						err = fmt.Errorf("%s: %d SKUs, %d prices", p, len(e.Skus), len(e.Prices))
					}
				}
				return err
			}))
		}
		if err != nil {
			t.Error(err)
		}
	})
}

// A product's title and its SKU's are always written alike: readers beside a writer must never see two states in one entry.
func TestEntriesAreOfOneState(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		write := func(i int) error {
			return do(s, func(t *store.Tx) error {
				title := fmt.Sprint(i)
				return t.PutEntry(catalog.Entry{
					Product: catalog.Product{ID: "CMP000000001", Kind: catalog.SaaS, Title: title},
					Skus:    []catalog.Sku{{ID: "0001", Title: title}},
				})
			})
		}
		if err := write(0); err != nil {
			t.Fatal(err)
		}
		var readers sync.WaitGroup
		done := make(chan struct{})
		for range 4 {
			readers.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					err := do(s, func(t *store.Tx) error {
						all, err := t.Entries([]id.Product{"CMP000000001"})
						if err != nil {
							return err
						}
						e := all["CMP000000001"]
						if len(e.Skus) != 1 || e.Skus[0].Title != e.Product.Title || fmt.Sprint(e.Version-1) != e.Product.Title {
							return fmt.Errorf("title %s, SKUs %v, version %d", e.Product.Title, e.Skus, e.Version)
						}
						return nil
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for i := range 60 {
			if err := write(i + 1); err != nil {
				t.Error(err)
			}
		}
		close(done)
		readers.Wait()
	})
}

func TestOffers(t *testing.T) {
	offers := []catalog.Offer{
		{
			ID: "B", Country: "US", Category: catalog.Category{ID: "Trial_Key", Name: "Trial", Rank: 70}, Rank: 1,
			Body: []byte(`{"id":"B"}`), Prerequisites: []id.Product{"A", "UNKNOWN"},
		},
		{ID: "A", Country: "US", Category: catalog.Category{ID: "E"}, Rank: 1, Body: []byte(`{"id":"A"}`), Prerequisites: []id.Product{}},
		{ID: "C", Country: "US", Category: catalog.Category{ID: "E"}, Rank: 0, Body: []byte(`{"id":"C"}`), Prerequisites: []id.Product{"A"}},
		{ID: "A", Country: "FR", Category: catalog.Category{ID: "E"}, Rank: 9, Body: []byte(`{"id":"A","c":"FR"}`), Prerequisites: []id.Product{}},
	}
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		for range 2 { // putting them again changes nothing
			err := do(s, func(t *store.Tx) error {
				for _, o := range offers {
					if err := t.PutOffer(o); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			name string
			m    market.Country
			q    app.OfferQuery
			want []catalog.Offer
		}{
			{"by rank and id", "US", app.OfferQuery{}, []catalog.Offer{offers[2], offers[1], offers[0]}},
			{"one country's words", "FR", app.OfferQuery{}, offers[3:]},
			{"a category", "US", app.OfferQuery{Category: "E"}, []catalog.Offer{offers[2], offers[1]}},
			{"add-ons of a base", "US", app.OfferQuery{AddOnsOf: "A"}, []catalog.Offer{offers[2], offers[0]}},
			{"add-ons of a base that is not known", "US", app.OfferQuery{AddOnsOf: "UNKNOWN"}, offers[:1]},
			{"add-ons of another country", "FR", app.OfferQuery{AddOnsOf: "A"}, nil},
			{"a page", "US", app.OfferQuery{Offset: 1, Limit: 1}, offers[1:2]},
			{"past the end", "US", app.OfferQuery{Offset: 5}, nil},
		} {
			err := s.ViewReader(ctx, func(r *store.Reader) error {
				got, err := r.Offers(c.m, c.q)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: %s", c.name, diff)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		err := s.ViewReader(ctx, func(r *store.Reader) error {
			if o, err := r.Offer("FR", "A"); err != nil || o.Rank != 9 {
				t.Errorf("%+v, %v", o, err)
			}
			_, err := r.Offer("FR", "B")
			return err
		})
		if f := fault.Of(err); f == nil || f.Code != "offer.unknown" {
			t.Error(err)
		}
	})
}

// Whatever fields an entry has, now or later: none is forgotten.
func TestEveryFieldOfAnEntryIsKept(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		var ids id.Counting
		rapid.Check(t, func(t *rapid.T) {
			e := filled[catalog.Entry](t)
			e.Product.ID, e.Version = id.Product(ids.GUID()), 1
			for i := range e.Skus {
				e.Skus[i].ID = id.Sku(ids.Opaque(4))
			}
			if len(e.Skus) == 0 {
				e.Availabilities, e.Prices = nil, nil
			}
			for i := range e.Availabilities {
				e.Availabilities[i].ID, e.Availabilities[i].Sku = id.Availability(ids.Opaque(12)), e.Skus[0].ID
			}
			for i := range e.Prices {
				e.Prices[i].ID, e.Prices[i].Sku = ids.Opaque(12), e.Skus[0].ID
			}
			fresh := e
			fresh.Version = 0
			if err := do(s, func(t *store.Tx) error { return t.PutEntry(fresh) }); err != nil {
				t.Fatal(err)
			}
			got, err := view(s, func(r *store.Reader) (map[id.Product]*catalog.Entry, error) {
				return r.Entries([]id.Product{e.Product.ID})
			})
			if err != nil || got[e.Product.ID] == nil {
				t.Fatalf("%v, %v", got, err)
			}
			same(t, "entry", *got[e.Product.ID], e, nil)
		})
	})
}

// On PostgreSQL an act may see the catalogue change between two of its reads. What it reads then must not be kept as the
// state it knew before: an older snapshot would be given it. (SQLite's acts and all views see one state.)
func TestAChangeUnderAReadIsNoticed(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres(t), store.Options{})
	const p = id.Product("CMP000000001")
	version := func(r *store.Reader) int64 {
		all, err := r.Entries([]id.Product{p})
		if err != nil || all[p] == nil {
			t.Errorf("%v, %v", all, err)
			return 0
		}
		return all[p].Version
	}
	put(t, s, server(p))
	err := s.ViewReader(ctx, func(old *store.Reader) error {
		if _, err := old.Rules(); err != nil { // its snapshot is taken
			return err
		}
		err := do(s, func(tx *store.Tx) error {
			if _, err := tx.Rules(); err != nil {
				return err
			}
			put(t, s, server(p))
			for range 2 { // and it stays with what it has read
				if got := version(&tx.Reader); got != 2 {
					t.Errorf("the act reads version %d", got)
				}
				put(t, s, server(p))
			}
			return nil
		})
		if got := version(old); got != 1 {
			t.Errorf("the older snapshot reads version %d", got)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
