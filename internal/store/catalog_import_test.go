package store_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// madeUp are seven offers: two bases, two add-ons with a base that is not in the file, a trial of each sort, a meter.
const madeUp = "../app/testdata/offers.json"

// realOffers is a real catalogue, where it is at hand.
const realOffers = "../../../shared/data/offers-us.json"

const mailPlan, archive = id.Product("11111111-AAAA-4AAA-8AAA-000000000001"), id.Product("11111111-AAAA-4AAA-8AAA-000000000003")

var operator = party.Actor{Name: "operator", Roles: party.RolesOf(party.OperatorAdmin)}

func importFile(s *store.Store, data []byte) (app.OfferReport, error) {
	return app.ImportOffers(context.Background(), s, operator, data, nil)
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestImportOffersAgain(t *testing.T) {
	us := readFile(t, madeUp)
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if _, err := importFile(s, us); err != nil {
			t.Fatal(err)
		}
		first := *entry(t, s, mailPlan)
		want := catalog.Availability{ID: "OFFER00000US", Sku: "0001", Market: "US", Segment: market.Commercial, Currency: "USD"}
		if diff := cmp.Diff([]catalog.Availability{want}, first.Availabilities); diff != "" {
			t.Error(diff)
		}

		// The operator sets a price and delivers it by key.
		priced := first
		priced.Prices = []catalog.PriceRow{{
			ID: "p1", Sku: "0001", Market: "US", Segment: market.Commercial, Currency: "USD", Term: when.Year, Plan: catalog.Annual,
			Unit: money.PriceOf(48_00000000, "USD"), TierMin: 1,
		}}
		priced.Skus = []catalog.Sku{first.Skus[0]}
		priced.Skus[0].Delivery.InstructionsURI = "https://i.example"
		put(t, s, priced)
		priced.Version++
		report, err := importFile(s, us)
		if err != nil || report.Changed != 0 {
			t.Fatalf("%d changed, %v", report.Changed, err)
		}
		if diff := cmp.Diff(&priced, entry(t, s, mailPlan), exactly); diff != "" {
			t.Error(diff)
		}

		// Another country joins the same product. There the add-on hangs on one base more, which a later file takes back.
		fr := bytes.ReplaceAll(bytes.ReplaceAll(us, []byte(`"US"`), []byte(`"FR"`)), []byte("Mail Plan 1"), []byte("Messagerie 1"))
		more := bytes.ReplaceAll(fr, []byte(`"11111111-AAAA-4AAA-8AAA-0000000000FF"`), []byte(`"11111111-AAAA-4AAA-8AAA-0000000000FF", "11111111-AAAA-4AAA-8AAA-0000000000EE"`))
		if _, err := importFile(s, more); err != nil {
			t.Fatal(err)
		}
		both := entry(t, s, mailPlan)
		if len(both.Availabilities) != 2 || both.Availabilities[0].Market != "FR" || both.Availabilities[0].Currency != "EUR" ||
			len(both.Prices) != 1 || both.Product.Title != "Messagerie 1" {
			t.Errorf("%+v", both)
		}
		bases := func() int { return len(entry(t, s, archive).Skus[0].Bases) }
		if n := bases(); n != 4 {
			t.Errorf("%d bases", n)
		}
		if _, err := importFile(s, us); err != nil || bases() != 4 {
			t.Errorf("the other country's base: %d, %v", bases(), err)
		}
		if _, err := importFile(s, fr); err != nil || bases() != 3 {
			t.Errorf("a base that no file names any more: %d, %v", bases(), err)
		}
	})
}

func TestImportOffersKeepsProductsApart(t *testing.T) {
	us := readFile(t, madeUp)
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		put(t, s, catalog.Entry{Product: catalog.Product{ID: archive, Kind: catalog.SaaS}})
		_, err := importFile(s, us)
		if f := fault.Of(err); f == nil || f.Code != "import.not_an_offer" {
			t.Error(err)
		}
		if entry(t, s, mailPlan) != nil {
			t.Error("half a file was imported")
		}
	})
}

func TestImportOfARealCatalogue(t *testing.T) {
	data, err := os.ReadFile(realOffers)
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("%s is not at hand", realOffers)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		began := time.Now()
		got, err := importFile(s, data)
		took := time.Since(began)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v\n%v", took, got)
		if took > 2*time.Second {
			t.Errorf("took %v", took)
		}
		want := app.OfferReport{Country: "US", Offers: 274, AddOns: 75, Trials: 17, Changed: 274, Prerequisites: 4562, Resolved: 1138, Unresolved: 3424}
		got.Missing = nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if again, err := importFile(s, data); err != nil || again.Changed != 0 {
			t.Errorf("again: %d changed, %v", again.Changed, err)
		}
		segments, trials, days := map[market.Segment]int{}, 0, map[int]int{}
		err = s.ViewReader(ctx, func(r *store.Reader) error {
			offers, err := r.Offers("US", app.OfferQuery{})
			if err != nil {
				return err
			}
			refs := 0
			var ids []id.Product
			for _, o := range offers {
				refs += len(o.Prerequisites)
				ids = append(ids, o.ID)
			}
			if len(offers) != 274 || refs != 4562 || offers[0].Rank != 0 {
				t.Errorf("%d offers with %d bases", len(offers), refs)
			}
			entries, err := r.Entries(ids)
			for _, e := range entries {
				segments[e.Availabilities[0].Segment]++
				if e.Skus[0].Trial {
					trials++
					days[e.Skus[0].TrialDays]++
				}
				if i, ok := e.Item(id.Item{Product: e.Product.ID}, "US"); !ok || i.Availability == nil {
					t.Errorf("%s is not sold by its id", e.Product.ID)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if segments[market.Nonprofit] != 87 || segments[market.Commercial] != 187 || trials != 17 || days[30] != 10 || days[45] != 7 {
			t.Errorf("%v, %d trials of %v days", segments, trials, days)
		}
	})
}
