package app_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// TestR04RotationUnderReveals rotates the vault's key and seals everything again while keys are revealed without a pause: none
// fails, each is the one it was, and in the end nothing is sealed with an older key.
func TestR04RotationUnderReveals(t *testing.T) {
	story.Both(t, func(t *testing.T, url string, told told) {
		secrets := vaulttest.Secrets(t)
		w := newWorld(t, url, told, secrets, nil)
		s := w.store
		if _, err := w.addKeys("bulk", "1", numbered("bulk", 700)...); err != nil {
			t.Fatal(err)
		}
		lines := make([]shown, 6)
		for i := range lines {
			c := w.seeded.Customers[i%2]
			lines[i] = shown{customer: c, order: w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)}
			got, err := w.reveal(c, lines[i].order.ID)
			if err != nil {
				t.Fatal(err)
			}
			lines[i].key = got.Plain
		}
		var over atomic.Bool
		var reveals atomic.Int64
		var wg sync.WaitGroup
		for _, l := range lines {
			wg.Go(func() {
				for !over.Load() {
					got, err := w.reveal(l.customer, l.order.ID)
					if err != nil || got.Plain != l.key {
						t.Errorf("during a rotation: %v", err)
						return
					}
					reveals.Add(1)
				}
			})
		}
		for range 2 {
			if err := secrets.Vault.Rotate(); err != nil {
				t.Error(err)
			}
			done, broken, err := s.Rewrap(context.Background(), secrets.Vault)
			if err != nil || broken > 0 || done < 700 {
				t.Errorf("%d rows sealed again, %d do not open, %v", done, broken, err)
			}
		}
		over.Store(true)
		wg.Wait()
		if done, broken, err := s.Rewrap(context.Background(), secrets.Vault); done != 0 || broken != 0 || err != nil {
			t.Errorf("left behind: %d rows, %d, %v", done, broken, err)
		}
		t.Logf("%d reveals", reveals.Load())
		if got, err := w.addKeys("bulk", "1", numbered("bulk", 700)...); err != nil || got.Held != 700 {
			t.Errorf("keys are not known again after a rotation: %+v %v", got, err)
		}
	})
}

// TestR04RetireWhatNothingNeeds: keys, links and the secrets of authenticator apps are sealed again; what is not, stored answers, is
// counted, and ends in a day. Then the older keys go, and everything opens still.
func TestR04RetireWhatNothingNeeds(t *testing.T) {
	wall := when.NewFixed(time.Now())
	story.Both(t, func(t *testing.T, url string, told told) {
		secrets := vaulttest.Secrets(t)
		w := newWorld(t, url, told, secrets, wall)
		s := w.store
		ctx, c := context.Background(), w.seeded.Customers[0]
		var err error
		person := party.Person{ID: "5e550000-0000-4000-8000-000000000001", UPN: "ana@quainine.example", Alias: "ana", State: party.PersonActive, DisplayName: "Ana"}
		if person.TOTP, err = secrets.Vault.Seal(person.AuthenticatorBinding(), []byte("the app's secret")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Update(ctx, app.Act{Actor: w.who}, func(tx app.Tx) (any, error) { return nil, tx.AddPerson(person) }); err != nil {
			t.Fatal(err)
		}
		o := w.buyOne(c, sandbox.ServerPerpetual, "0001", 1, catalog.OneTime, when.Term{})
		ask := license.LinkRequest{File: license.FileChoice{Version: "2022", Language: "fr-FR"}, Side: license.PartnerSide, Renew: true}
		req := app.Request{
			ID: "7a000000-0000-4000-8000-000000000001", Method: "POST", Path: "/links", Sealed: true,
			Answer: func(any) (app.Reply, error) { return app.Reply{Status: 200, Body: []byte("the address")}, nil },
		}
		link := func() (string, error) {
			rep, err := w.IssueLink(ctx, w.who, req, c.ID, string(o.ID), 0, ask)
			return string(rep.Body), err
		}
		if _, err := link(); err != nil {
			t.Fatal(err)
		}
		if err := secrets.Vault.Rotate(); err != nil {
			t.Fatal(err)
		}
		if _, broken, err := s.Rewrap(ctx, secrets.Vault); broken > 0 || err != nil {
			t.Fatal(broken, err)
		}
		stale, err := s.Stale(ctx, secrets.Vault)
		if err != nil || stale.Rows != 0 || stale.Answers != 1 || !stale.Until.Equal(wall.Now().Add(24*time.Hour).Truncate(time.Microsecond)) {
			t.Fatalf("%+v %v", stale, err)
		}
		if got, err := link(); err != nil || got != "the address" {
			t.Errorf("a stored answer does not open: %q %v", got, err)
		}
		wall.Set(wall.Now().Add(24 * time.Hour))
		if stale, err := s.Stale(ctx, secrets.Vault); err != nil || stale != (store.Sealed{}) {
			t.Fatalf("%+v %v", stale, err)
		}
		if _, err := secrets.Vault.Retire(time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		got, _, err := s.Person(ctx, person.ID)
		if plain, bad := secrets.Vault.OpenSealed(person.AuthenticatorBinding(), got.TOTP); err != nil || bad != nil || string(plain) != "the app's secret" || got.Version != 1 {
			t.Errorf("the authenticator app: %v %v, version %d", err, bad, got.Version)
		}
		ask.Renew = false
		if _, err := link(); err != nil {
			t.Errorf("the link: %v", err)
		}
	})
}

// TestR04ASealedKeyOpensInItsRowAlone: what is copied from one row to another is of no use there.
func TestR04ASealedKeyOpensInItsRowAlone(t *testing.T) {
	both(t, func(w *world) {
		err := w.store.View(context.Background(), func(r app.Reader) error {
			keys, err := r.FreeKeys(w.who.Scope, "server", "2022", 2)
			if err != nil {
				return err
			}
			for i, k := range keys {
				plain, err := w.Vault.OpenSealed(k.Binding(), k.Sealed)
				if err != nil || !strings.HasPrefix(string(plain), "server2022") {
					t.Errorf("in its own row: %v", err)
				}
				other := license.Key{Partner: k.Partner, ID: keys[1-i].ID}
				if plain, err := w.Vault.OpenSealed(other.Binding(), k.Sealed); err == nil || len(plain) > 0 {
					t.Error("a copied key opens")
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
