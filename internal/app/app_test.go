package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/internal/vault"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// now is where the demo's story ends in these tests: a Friday, ten days before a period closes.
var now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// world is a store filled by the demo's story, and its use cases.
type world struct {
	*app.App
	t      *testing.T
	store  *store.Store
	clock  *when.Fixed
	seeded sandbox.Seeded
	who    party.Actor
}

// both runs a test in a world of its own on each engine, and checks the books afterwards.
func both(t *testing.T, test func(w *world)) {
	t.Helper()
	secrets, err := vault.Open(vault.Options{Dir: t.TempDir() + "/secrets", Create: true})
	if err != nil {
		t.Fatal(err)
	}
	storetest.BothWith(t, store.Options{Sealer: secrets.Vault}, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, secrets)
		test(w)
		w.books()
	})
}

// newWorld fills a store by the demo's story.
func newWorld(t *testing.T, s *store.Store, secrets *vault.Secrets) *world {
	t.Helper()
	clock := when.NewFixed(now)
	w := &world{t: t, store: s, clock: clock}
	w.App = &app.App{Store: s, Due: s, Clock: clock, Wall: when.Wall{}, IDs: &id.Counting{}, Vault: secrets.Vault}
	seeder := sandbox.Seeder{
		App: w.App, Clock: clock, Media: sandbox.File{Blob: "demo.zip", Size: 1, SHA256: "00"},
		Keys: func(pool, version string, n int) string { return pool + version + id.Random{}.Opaque(20) },
	}
	var err error
	if w.seeded, err = seeder.Seed(context.Background(), now); err != nil {
		t.Fatal(err)
	}
	w.who = party.Actor{
		Scope: party.NewScope(w.seeded.Partner.ID, ""), Kind: party.DirectBill, Client: "client", Name: "ana@quainine.example",
		Roles: party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin),
	}
	return w
}

// books fails the test unless every entry balances, every charge is posted and no invoice number is missing.
func (w *world) books() {
	w.t.Helper()
	differences, err := w.store.Verify(context.Background())
	if err != nil || len(differences) > 0 {
		w.t.Errorf("books: %v %v", differences, err)
	}
}

// do runs a use case and gives its outcome.
func do[T any](w *world, run func(req app.Request) (app.Reply, error)) (out T, err error) {
	_, err = run(app.Request{Answer: func(v any) (app.Reply, error) {
		out, _ = v.(T)
		return app.Reply{}, nil
	}})
	return out, err
}
