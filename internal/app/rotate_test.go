package app_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/internal/vault"
)

// TestR04RotationUnderReveals rotates the vault's key and seals everything again while keys are revealed without a pause: none
// fails, each is the one it was, and in the end nothing is sealed with an older key.
func TestR04RotationUnderReveals(t *testing.T) {
	secrets, err := vault.Open(vault.Options{Dir: t.TempDir() + "/secrets", Create: true})
	if err != nil {
		t.Fatal(err)
	}
	storetest.BothWith(t, store.Options{Sealer: secrets.Vault}, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, secrets)
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
