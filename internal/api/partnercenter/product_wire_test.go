package partnercenter

import (
	"reflect"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// calShelf is a look at CALs of three years in France at an instant.
func calShelf(now time.Time) (shelf, app.Offered) {
	p := catalog.Product{
		ID: "CMP000000002", Title: "Device CAL", Description: "An access right", Kind: catalog.Software, Publisher: id.FirstParty, PublisherName: "Comptoir Software",
	}
	e := &catalog.Entry{
		Product: p,
		Skus: []catalog.Sku{{
			ID: "0003", Title: "Device CAL, 3 years", Description: "3 years", MinQuantity: 1, MaxQuantity: 10000, UnitType: "Licenses", Attestation: true,
			Limit: 2, LimitUnit: catalog.Lifetime, Bases: []catalog.Ref{{Product: "CMP000000001", Sku: "0001"}, {Product: "CMP000000004"}},
		}},
		Availabilities: []catalog.Availability{{ID: "CMPAVL000009", Sku: "0003", Market: "FR", Segment: "commercial", Currency: "EUR"}},
	}
	for _, plan := range []catalog.Plan{catalog.Triennial, catalog.Annual} {
		e.Prices = append(e.Prices, catalog.PriceRow{
			ID: string(plan), Sku: "0003", Market: "FR", Segment: "commercial", Currency: "EUR", Term: when.ThreeYears, Plan: plan, Unit: euros("98.55"),
		})
	}
	s := shelf{Shelf: app.Shelf{Market: "FR", Segment: "commercial", Now: now, Rules: policy.Shipped}, tree: tree{"/products", "?country=FR"}}
	return s, app.Offered{Item: catalog.Item{
		ID: id.Item{Product: p.ID, Sku: "0003", Availability: "CMPAVL000009"}, Entry: e, Sku: &e.Skus[0], Availability: &e.Availabilities[0],
	}}
}

func TestCatalogueOnTheWire(t *testing.T) {
	s, item := calShelf(utc("2026-11-02T09:15:00Z"))
	golden(t, "availability", encoded(t, s.availability(item)))
	item.Barred = fault.Refuse("offer.exclusive", fault.Args{"uri": "https://orbit.example/contact"})
	if w := s.availability(item); w.IsPurchasable || w.Barred == nil || w.Barred.Code != "800020" {
		t.Errorf("%+v", w)
	}
}

func TestTermsByDate(t *testing.T) {
	for _, c := range []struct {
		name string
		now  string
		want []string // billing cycles
	}{
		{"F05 the day before: one charge", "2021-10-21T23:59:59Z", []string{"triennial"}},
		{"F05 from then on: parts too", "2021-10-22T00:00:00Z", []string{"triennial", "annual"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, item := calShelf(utc(c.now))
			if got := s.sku([]app.Offered{item}).SupportedBillingCycle; !reflect.DeepEqual(got, c.want) {
				t.Error(got)
			}
			if got := s.availability(item).Terms; len(got) != len(c.want) {
				t.Errorf("%+v", got)
			}
		})
	}
	s, item := calShelf(utc("2021-10-13T00:00:00Z"))
	if w := s.availability(item); w.IsRenewable || w.Terms[0].RenewalOptions != nil {
		t.Errorf("F39 no renewal before 2021-10-14: %+v", w)
	}
}

// The window before purchase is that of the row in force, whatever is on the shelf.
func TestWindowsBeforePurchase(t *testing.T) {
	for row, want := range map[string][]purchaseRefund{
		"P01": {{0, "Full", "P60D"}}, "P02": {{0, "Full", "P30D"}}, "P03": {{0, "Partial", "P60D"}}, "P04": {{0, "Partial", "P30D"}},
		"P05": {{0, "Full", "P1D"}, {1, "Partial", "P7D"}}, "P06": nil, "P07": nil, "P08": {{0, "Full", "P1D"}}, "P09": {{0, "Full", "P14D"}},
		"P10": nil, "P11": {{0, "Full", "P1D"}, {1, "Partial", "P7D"}}, "P12": nil,
	} {
		if got := refundsBefore(rule(row)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", row, got, want)
		}
	}
	if got := windowLength(policy.Elapsed(36 * time.Hour)); got != "PT129600S" {
		t.Error(got)
	}
}

func TestViews(t *testing.T) {
	if len(views) != len(viewWords.words) {
		t.Fatalf("%d views, %d words", len(views), len(viewWords.words))
	}
	for _, w := range viewWords.words {
		if _, ok := views[w]; !ok {
			t.Errorf("%s has no view", w)
		}
	}
	s, item := calShelf(utc("2026-11-02T09:15:00Z"))
	for word, want := range map[string]bool{"Software": true, "SoftwareSubscriptions": true, "SoftwarePerpetual": false, "SoftwareSUSELinux": false} {
		if views[word].shows(s, []app.Offered{item}) != want {
			t.Errorf("%s shows it: %v", word, !want)
		}
	}
	item.Entry.Product.LinuxPlan = true
	if !views["SoftwareSUSE"].shows(s, []app.Offered{item}) {
		t.Error("F61 Linux plans have a view of their own")
	}
}

func TestCustomerOnTheWire(t *testing.T) {
	c := party.Customer{
		ID: customerOne, CommerceID: "6f1d0c0e-1111-4f60-9d6e-0a4b9a3f0009", Domain: "atelier.example", CompanyName: "Atelier Nord", BillingCompany: "Atelier Nord SAS",
		FirstName: "Ana", LastName: "Petit", Email: "ana@atelier.example", Culture: "fr-FR", Language: "fr", Version: 2,
		Address: party.Address{Country: "FR", City: "Lille", AddressLine1: "12 rue du Port", PostalCode: "59000", PhoneNumber: "+33 3 20 00 00 00"},
	}
	golden(t, "customer", encoded(t, createdCustomer(app.NewCustomer{Customer: c, UserName: "admin@atelier.example", Password: "shown once"})))
	golden(t, "customer_listed", encoded(t, listedCustomer(c)))
	c.RelationEnded = true
	if w := customerOf(c); w.RelationshipToPartner != "none" || w.AllowDelegatedAccess {
		t.Errorf("%+v", w)
	}
}

func TestCustomerFilters(t *testing.T) {
	leaf := func(field, value string, op filterOp) *filter { return &filter{Op: op, Field: field, Value: value} }
	and := func(l, r *filter) *filter { return &filter{Op: opAnd, Left: l, Right: r} }
	for _, c := range []struct {
		name string
		f    *filter
		want app.CustomerQuery
		ok   bool
	}{
		{"none", nil, app.CustomerQuery{}, true},
		{"name", leaf("CompanyName", "Ate", opStartsWith), app.CustomerQuery{Name: "Ate", NameOp: "starts_with"}, true},
		{"domain", leaf("Domain", "a.example", opEquals), app.CustomerQuery{Domain: "a.example", DomainOp: "equals"}, true},
		{"reseller", leaf("IndirectReseller", "7D", opStartsWith), app.CustomerQuery{Reseller: "7d"}, true},
		{"both", and(leaf("Domain", "a", opSubstring), leaf("CompanyName", "b", opEquals)), app.CustomerQuery{Domain: "a", DomainOp: "substring", Name: "b", NameOp: "equals"}, true},
		{"one field twice", and(leaf("Domain", "a", opSubstring), leaf("Domain", "b", opEquals)), app.CustomerQuery{}, false},
		{"or", &filter{Op: opOr, Left: leaf("Domain", "a", opEquals), Right: leaf("Domain", "b", opEquals)}, app.CustomerQuery{}, false},
		{"less", leaf("Domain", "a", opLess), app.CustomerQuery{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := customerQuery(c.f)
			if (err == nil) != c.ok || c.ok && got != c.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
