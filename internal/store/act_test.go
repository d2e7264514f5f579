package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// inc reads and writes without a version: only the lock keeps it from losing an update.
func inc(t *store.Tx) (any, error) {
	var n int64
	if err := t.Row(`SELECT n FROM thing WHERE id = 'a'`, nil, &n); err != nil {
		return nil, err
	}
	return nil, t.Exec(1, nil, `UPDATE thing SET n = $1 WHERE id = 'a'`, n+1)
}

func TestActsBehindOneLockRunOneAfterAnother(t *testing.T) {
	for name, lock := range map[string]app.Lock{"customer": {Customer: "here"}, "partner": {Partner: true}} {
		t.Run(name, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, s *store.Store) {
				scratch(t, s)
				people(t, s)
				var wg sync.WaitGroup
				for range 40 {
					wg.Go(func() {
						if _, err := s.UpdateTx(ctx, app.Act{Actor: actor(), Lock: lock}, nil, inc); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				var n int64
				err := s.ViewReader(ctx, func(r *store.Reader) error { return r.Row(`SELECT n FROM thing`, nil, &n) })
				if err != nil || n != 40 {
					t.Fatalf("%d of 40 increments, %v", n, err)
				}
			})
		})
	}
}

// Two acts that lock two rows crosswise: PostgreSQL lets one give way, and that one runs again. It waits there for the
// other to end, or else it could take its first row anew before the other one wakes, time after time.
func TestDeadlocksRunAgain(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres(t), store.Options{})
	scratch(t, s)
	if err := do(s, func(t *store.Tx) error { return insert(t, nil, "b") }); err != nil {
		t.Fatal(err)
	}
	var meet, wg sync.WaitGroup
	meet.Add(2)
	var runs atomic.Int64
	done := [2]chan struct{}{make(chan struct{}), make(chan struct{})}
	for n, rows := range [][2]string{{"a", "b"}, {"b", "a"}} {
		var first sync.Once
		own := 0
		wg.Go(func() {
			defer close(done[n])
			err := do(s, func(t *store.Tx) error {
				runs.Add(1)
				if own++; own > 1 {
					<-done[1-n]
				}
				for _, id := range rows {
					_ = t.Exec(1, nil, `UPDATE thing SET n = n + 1 WHERE id = $1`, id)
					if _, err := t.Ints(`SELECT n FROM thing`); err != nil { // sends the write
						return err
					}
					first.Do(func() { meet.Done(); meet.Wait() })
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var sum int64
	err := s.ViewReader(ctx, func(r *store.Reader) error {
		return r.Row(`SELECT CAST(SUM(n) AS BIGINT) FROM thing`, nil, &sum)
	})
	if err != nil || sum != 4 || runs.Load() != 3 {
		t.Fatalf("sum %d after %d runs, %v", sum, runs.Load(), err)
	}
}

func TestUpdateOutlivesItsContext(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		gone, cancel := context.WithCancel(ctx)
		_, err := s.UpdateTx(gone, app.Act{Actor: actor()}, nil, func(t *store.Tx) (any, error) {
			cancel()
			return nil, insert(t, nil, "b")
		})
		if err != nil || len(things(t, s)) != 2 {
			t.Fatal(err, things(t, s))
		}
		var ran bool
		_, err = s.UpdateTx(gone, app.Act{Actor: actor()}, nil, func(*store.Tx) (any, error) { ran = true; return nil, nil })
		if f := fault.Of(err); ran || f == nil || f.Code != "store.unavailable" {
			t.Fatalf("an act whose caller had left ran: %v, %v", ran, err)
		}
	})
}

func TestPanicsReachTheCaller(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		panicked := func() (v any) {
			defer func() { v = recover() }()
			return do(s, func(t *store.Tx) error {
				if err := insert(t, nil, "b"); err != nil {
					return err
				}
				_ = t.Each(func() bool { return true }, `SELECT id FROM thing`)
				panic("ledger: entry is not balanced")
			})
		}()
		if !strings.Contains(fmt.Sprint(panicked), "not balanced") {
			t.Fatalf("the caller got %v", panicked)
		}
		if err := do(s, func(t *store.Tx) error { return insert(t, nil, "c") }); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(things(t, s)); got != "[a c]" {
			t.Fatal(got)
		}
	})
}

// grouped runs the acts in one group of the SQLite writer: the first one waits until the others are queued.
func grouped(s *store.Store, acts ...func(t *store.Tx) error) []error {
	errs := make([]error, len(acts))
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	var once sync.Once
	wg.Go(func() {
		_ = do(s, func(*store.Tx) error { once.Do(func() { close(held) }); <-release; return nil })
	})
	<-held
	for i, fn := range acts {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					errs[i] = fmt.Errorf("panic: %v", v)
				}
			}()
			errs[i] = do(s, fn)
		})
		for s.Waiting() <= i { // in order
			store.Yield()
		}
	}
	close(release)
	wg.Wait()
	return errs
}

func TestGroupMatesDoNotSuffer(t *testing.T) {
	boom := fault.Refuse("test.no", nil)
	var alone atomic.Int64
	for name, c := range map[string]struct {
		bad  func(t *store.Tx) error
		runs int64 // of each good act
	}{
		"refusal": {func(t *store.Tx) error { _ = insert(t, nil, "bad"); return boom }, 1},
		"panic":   {func(t *store.Tx) error { _ = insert(t, nil, "bad"); panic("boom") }, 1},
		"bad SQL": {func(t *store.Tx) error { _ = insert(t, nil, "bad"); return t.Exec(1, nil, `NONSENSE`) }, 1},
		"the transaction dies": {func(t *store.Tx) error {
			_ = insert(t, nil, "bad")
			return t.Exec(store.AnyRows, nil, `ROLLBACK`) // as SQLite does itself on a full disk
		}, 2},
		"the act commits on its own": {func(t *store.Tx) error { return t.Exec(store.AnyRows, nil, `RELEASE act`) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t, storetest.SQLite(t), store.Options{})
			scratch(t, s)
			alone.Store(0)
			good := func(id string) func(t *store.Tx) error {
				return func(t *store.Tx) error { alone.Add(1); return insert(t, nil, id) }
			}
			errs := grouped(s, good("b"), c.bad, good("c"))
			if errs[0] != nil || errs[1] == nil || errs[2] != nil {
				t.Fatal(errs)
			}
			if got := fmt.Sprint(things(t, s)); got != "[a b c]" {
				t.Fatal(got)
			}
			if n := alone.Load(); n > 2*c.runs || n < 2 {
				t.Errorf("the good acts ran %d times", n)
			}
		})
	}
}

func TestWaitingActsMayLeave(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t), store.Options{})
	scratch(t, s)
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { _ = do(s, func(*store.Tx) error { close(held); <-release; return nil }) })
	<-held
	gone, cancel := context.WithCancel(ctx)
	done := make(chan error)
	go func() {
		_, err := s.UpdateTx(gone, app.Act{Actor: actor()}, nil, func(t *store.Tx) (any, error) { return nil, insert(t, nil, "b") })
		done <- err
	}()
	for s.Waiting() == 0 {
		store.Yield()
	}
	cancel()
	err := <-done // answered while the writer is still busy with another
	close(release)
	wg.Wait()
	if f := fault.Of(err); f == nil || f.Code != "store.unavailable" || !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := do(s, func(t *store.Tx) error { return insert(t, nil, "c") }); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(things(t, s)); got != "[a c]" {
		t.Fatal(got)
	}
}

func TestCloseLetsWaitingActsEnd(t *testing.T) {
	s, err := store.Open(ctx, storetest.SQLite(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scratch(t, s)
	var wg sync.WaitGroup
	held, release := make(chan struct{}), make(chan struct{})
	wg.Go(func() { _ = do(s, func(*store.Tx) error { close(held); <-release; return nil }) })
	<-held
	var ended atomic.Int64
	for i := range 100 {
		wg.Go(func() {
			if err := do(s, func(t *store.Tx) error { return insert(t, nil, fmt.Sprint(i)) }); err == nil {
				ended.Add(1)
			}
		})
	}
	for s.Waiting() < 100 {
		store.Yield()
	}
	wg.Go(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	close(release)
	wg.Wait()
	if ended.Load() != 100 {
		t.Errorf("%d of 100 ended", ended.Load())
	}
	for name, err := range map[string]error{
		"update": do(s, func(*store.Tx) error { return nil }),
		"health": s.Health(ctx),
	} {
		if f := fault.Of(err); f == nil || f.Code != "store.unavailable" {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
}
