package store_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// asked draws a request with something in every field.
func asked(t *rapid.T) support.Request {
	type plain struct {
		Title, Description, Locale, ProductID, ProductName, ChangedBy string
		Severity                                                      support.Severity
		Topic                                                         int
		Organization                                                  support.Organization
		Contact                                                       support.Contact
		RaisedBy                                                      support.Person
		Refund                                                        support.Refund
		Proposal                                                      support.Proposal
		Decision                                                      support.Decision
	}
	p := filled[plain](t)
	r := support.Request{
		Title: p.Title, Description: p.Description, Locale: p.Locale, ProductID: p.ProductID, ProductName: p.ProductName, ChangedBy: p.ChangedBy,
		Severity: p.Severity, Topic: p.Topic, Organization: p.Organization, Contact: p.Contact, RaisedBy: p.RaisedBy, Country: "FR",
		State:   rapid.SampledFrom([]support.State{support.Open, support.Attention, support.Closed}).Draw(t, "state"),
		Side:    rapid.SampledFrom([]support.Side{support.ByPartner, support.ByCustomer}).Draw(t, "side"),
		AskedAt: instants.Draw(t, "asked"), ChangedAt: instants.Draw(t, "changed"), ClosedAt: instants.Draw(t, "closed"), Version: 1,
	}
	for r.FiledAt.IsZero() {
		r.FiledAt = instants.Draw(t, "filed")
	}
	if rapid.Bool().Draw(t, "refund") {
		r.Refund, r.Proposal, r.Decision = &p.Refund, &p.Proposal, &p.Decision
	}
	return r
}

// TestRequestsAreWrittenAndRead, with notes, files and limits, field by field.
func TestRequestsAreWrittenAndRead(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		var ids id.Counting
		must := func(t *rapid.T, fn func(tx *store.Tx) error) {
			if err := do(s, fn); err != nil {
				t.Fatal(err)
			}
		}
		if err := do(s, func(tx *store.Tx) error { return tx.AddPartner(party.Partner{ID: partner, Kind: party.DirectBill}) }); err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			r := asked(t)
			r.ID = id.Request(ids.Opaque(9))
			must(t, func(tx *store.Tx) error { return tx.AddServiceRequest(r) })
			read := func(rd *store.Reader) (support.Request, error) { return rd.ServiceRequest(own, r.ID) }
			got, err := view(s, read)
			same(t, "added", got, r, err)

			next := asked(t)
			next.ID, next.Side, next.FiledAt = r.ID, r.Side, r.FiledAt
			next.Notes = []support.Note{{Number: 1, At: r.FiledAt, By: "a", Side: support.ByOperator, Text: texts.Draw(t, "note")}}
			next.Files = []support.File{{ID: id.File(ids.GUID()), At: r.FiledAt, By: "b", Side: support.ByCustomer, Name: "a.pdf", Comment: texts.Draw(t, "comment"), Size: 7, SHA256: "00"}}
			must(t, func(tx *store.Tx) error { return tx.SaveServiceRequest(next, next.Notes, next.Files) })
			next.Version++
			got, err = view(s, read)
			same(t, "saved", got, next, err)

			if err := do(s, func(tx *store.Tx) error { return tx.SaveServiceRequest(r, nil, nil) }); fault.Of(err) == nil || fault.Of(err).Code != "request.changed" {
				t.Fatalf("an older one: %v", err)
			}
			known, err := view(s, func(rd *store.Reader) (map[string]bool, error) {
				return rd.FilesKnown([]string{".new-x", string(next.Files[0].ID), "zzz"})
			})
			if err != nil || !known[string(next.Files[0].ID)] || known[".new-x"] {
				t.Fatalf("%v %v", known, err)
			}
			queue, err := view(s, func(rd *store.Reader) ([]app.Queued, error) {
				return rd.RequestQueue(app.RequestQuery{State: next.State})
			})
			found := false
			for _, q := range queue {
				found = found || q.ID == r.ID && q.Partner == partner
			}
			if err != nil || !found {
				t.Fatalf("not in the queue: %v", err)
			}
			for other, in := range map[support.State]bool{next.State: false, "elsewhere": true} {
				but := app.RequestQuery{NotState: other}
				queue, err := view(s, func(rd *store.Reader) ([]app.Queued, error) { return rd.RequestQueue(but) })
				if err != nil || slices.ContainsFunc(queue, func(q app.Queued) bool { return q.ID == r.ID }) != in {
					t.Fatalf("in the queue of all but %s: %v", other, err)
				}
				list, err := view(s, func(rd *store.Reader) ([]support.Request, error) { return rd.ServiceRequests(own, but) })
				if err != nil || slices.ContainsFunc(list, func(q support.Request) bool { return q.ID == r.ID }) != in {
					t.Fatalf("in the list of all but %s: %v", other, err)
				}
			}
			if _, err := view(s, func(rd *store.Reader) (support.Request, error) {
				return rd.ServiceRequest(party.NewScope("other", ""), r.ID)
			}); fault.Of(err) == nil {
				t.Fatal("another partner reads it")
			}
		})
		limits := map[money.Currency]support.Limit{"EUR": {Second: money.Of(0, "EUR")}, "JPY": {Request: money.Of(7, "JPY"), Second: money.Of(9, "JPY")}}
		for _, all := range []map[money.Currency]support.Limit{{"KWD": {}}, limits} {
			if err := do(s, func(tx *store.Tx) error { return tx.PutRefundLimits(all) }); err != nil {
				t.Fatal(err)
			}
		}
		got, err := view(s, func(r *store.Reader) (map[money.Currency]support.Limit, error) { return r.RefundLimits() })
		if err != nil || len(got) != 2 || got["EUR"] != limits["EUR"] || got["JPY"] != limits["JPY"] {
			t.Errorf("%v %v", got, err)
		}
	})
}
