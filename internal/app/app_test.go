package app_test

import (
	"context"
	"errors"
	"os"
	"slices"
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
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
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
	secrets := vaulttest.Secrets(t)
	story.Both(t, func(t *testing.T, url string, told told) {
		w := newWorld(t, url, told, secrets, nil)
		test(w)
		w.books()
	})
}

// told is what there is to know of a store that the demo's story has filled.
type told struct {
	seeded sandbox.Seeded
	ids    *id.Counting // those that were given
	ends   time.Time
}

// story tells the demo's story, once on each engine.
var story = storetest.Keep(func(url string) (out told, err error) {
	dir, err := os.MkdirTemp("", "comptoir-story-")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	secrets, err := vaulttest.Open(dir + "/secrets")
	if err != nil {
		return out, err
	}
	s, err := store.Open(context.Background(), url, store.Options{Sealer: secrets.Vault})
	if err != nil {
		return out, err
	}
	clock := when.NewFixed(now)
	out.ids = &id.Counting{}
	seeder := sandbox.Seeder{
		App: useCases(s, clock, out.ids, secrets), Clock: clock, Media: sandbox.File{Blob: "demo.zip", Size: 1, SHA256: "00"},
		Keys: func(pool, version string, n int) string { return pool + version + id.Random{}.Opaque(20) },
	}
	out.seeded, err = seeder.Seed(context.Background(), now)
	out.ends = clock.Now()
	return out, errors.Join(err, s.Close())
})

func useCases(s *store.Store, clock *when.Fixed, ids id.Source, secrets *vault.Secrets) *app.App {
	return &app.App{Store: s, Due: s, Clock: clock, Wall: when.Wall{}, IDs: ids, Vault: secrets.Vault}
}

// newWorld goes on where the story in the store at url ends. wall is the store's; nil: the real one.
func newWorld(t *testing.T, url string, told told, secrets *vault.Secrets, wall when.Clock) *world {
	t.Helper()
	s, clock := storetest.Open(t, url, store.Options{Sealer: secrets.Vault, Wall: wall}), when.NewFixed(told.ends)
	w := &world{App: useCases(s, clock, told.ids.Fork(), secrets), t: t, store: s, clock: clock, seeded: told.seeded}
	w.seeded.Customers = slices.Clone(told.seeded.Customers)
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
