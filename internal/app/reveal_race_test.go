package app_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// TestF63NoKeyAfterTheCancellation lets reveals race a cancellation and an import, round after round (G32): what begins when
// the cancellation has been answered shows no key, and no key stays with the line.
func TestF63NoKeyAfterTheCancellation(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		w.drain(c)
		for round := range 25 {
			o := w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)
			if round%2 == 0 { // the line waits, and is served while it is cancelled
				if got, err := w.reveal(c, o.ID); err != nil || !got.Preparing && round == 0 {
					t.Fatal(err)
				}
			}
			cancelled := make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() {
				defer close(cancelled)
				if _, err := w.change(c, o.Lines[0].Subscription, app.Changes{State: app.WantCancelled}); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := w.addKeys("server", "2022", fmt.Sprintf("ROUND-%d", round)); err != nil {
					t.Error(err)
				}
			})
			for range 2 {
				wg.Go(func() {
					for last := false; !last; {
						select {
						case <-cancelled:
							last = true
						default:
						}
						got, err := w.reveal(c, o.ID)
						if err != nil && fault.Of(err) == nil {
							t.Errorf("round %d: %v", round, err)
						}
						if last && (got.Plain != "" || got.Preparing || err == nil) {
							t.Errorf("round %d: a key is shown, or promised, after the cancellation", round)
						}
					}
				})
			}
			wg.Wait()
			err := w.store.View(context.Background(), func(r app.Reader) error {
				keys, err := r.Keys(w.who.Scope, o.ID, 0)
				for _, k := range keys {
					if k.State != license.KeyRevoked {
						t.Errorf("round %d: the line still has a key", round)
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if p := w.pool("server", "2022"); p.Waiting != 0 {
				t.Errorf("round %d: %+v", round, p)
			}
		}
	})
}

// unrecorded is a store that cannot write the activity log.
type unrecorded struct{ app.Store }

var errDisk = errors.New("the log cannot be written")

func (s unrecorded) Update(ctx context.Context, act app.Act, fn func(app.Tx) (any, error)) (app.Reply, error) {
	return s.Store.Update(ctx, act, func(tx app.Tx) (any, error) { return fn(unrecordedTx{tx}) })
}

type unrecordedTx struct{ app.Tx }

func (unrecordedTx) AddRecord(...activity.Record) error { return errDisk }

// TestF44NoRecordNoKey: a reveal that cannot be recorded shows nothing and takes nothing; nor is a refusal told that could not
// be recorded (G43).
func TestF44NoRecordNoKey(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		o := w.buyOne(c, sandbox.WindowsServer, "0001", 1, catalog.Annual, when.Year)
		before := w.pool("server", "2022")
		kept := w.Store
		w.Store = unrecorded{kept}
		if got, err := w.reveal(c, o.ID); !errors.Is(err, errDisk) || got.Plain != "" {
			t.Errorf("shown without a record: %v", err)
		}
		if p := w.pool("server", "2022"); p != before {
			t.Errorf("%+v, before %+v", p, before)
		}
		kms := func() error {
			_, err := do[app.RevealedKey](w, func(req app.Request) (app.Reply, error) {
				return w.RevealKey(context.Background(), w.who, req, c.ID, string(o.ID), 0, license.KeyRequest{Kind: "KMS"})
			})
			return err
		}
		if err := kms(); !errors.Is(err, errDisk) {
			t.Errorf("F50 a refusal without a record: %v", err)
		}
		w.Store = kept
		if err := kms(); fault.Of(err) == nil || fault.Of(err).Code != "key.kms_refused" {
			t.Errorf("F50 %v", err)
		}
		if got, err := w.reveal(c, o.ID); err != nil || got.Plain == "" {
			t.Errorf("with a record: %v", err)
		}
	})
}
