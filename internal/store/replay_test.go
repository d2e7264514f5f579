package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// request is one as a door makes it; the outcome's text becomes the body.
func request(id, body string) app.Request {
	return app.Request{
		ID: id, Method: "POST", Path: "/v1/customers/c/carts/x/checkout", BodyHash: sha256.Sum256([]byte(body)),
		Answer: func(out any) (app.Reply, error) {
			return app.Reply{Status: 201, Header: map[string]string{"Location": "/x", "Etag": "1"},
				Body: fmt.Appendf(nil, "%v", out), Version: 1}, nil
		},
	}
}

// counted inserts one row per run, so that runs can be told from replays.
type counted struct{ runs atomic.Int64 }

func (c *counted) fn(t *store.Tx) (any, error) {
	n := c.runs.Add(1)
	return fmt.Sprintf("run %d", n), insert(t, nil, fmt.Sprintf("run%d", n))
}

func TestReplay(t *testing.T) {
	strict := func(r *app.Request) { r.StrictBody = true }
	at := func(v int64, err error) func(*store.Tx) (int64, error) {
		return func(*store.Tx) (int64, error) { return v, err }
	}
	cases := []struct {
		name    string
		second  func(a *app.Act)
		version func(*store.Tx) (int64, error)
		later   time.Duration
		want    string // second body, or fault code
		third   string // the same again as the second
	}{
		{name: "same request", want: "run 1", third: "run 1"},
		{name: "no id", second: func(a *app.Act) { a.Request.ID = "" }, want: "run 2", third: "run 3"},
		{name: "other id", second: func(a *app.Act) { a.Request.ID = "r2" }, want: "run 2", third: "run 2"},
		{name: "other method", second: func(a *app.Act) { a.Request.Method = "PATCH" }, want: "run 2", third: "run 2"},
		{name: "other path", second: func(a *app.Act) { a.Request.Path += "?x" }, want: "run 2", third: "run 2"},
		{name: "long paths that differ at the end", second: func(a *app.Act) { a.Request.Path = strings.Repeat("a", 5000) }, want: "run 2", third: "run 2"},
		{name: "a path no database takes", second: func(a *app.Act) { a.Request.Path = "/\xff" }, want: "store.text_invalid", third: "store.text_invalid"},
		{name: "a lock no database takes", second: func(a *app.Act) { a.Lock.Customer = "\x00" }, want: "store.text_invalid", third: "store.text_invalid"},
		{name: "other person of the same client", second: func(a *app.Act) { a.Actor.User = "other" }, want: "run 2", third: "run 2"},
		{name: "other partner", second: func(a *app.Act) { a.Actor.Scope = party.NewScope("other", "") }, want: "run 2", third: "run 2"},
		{name: "G4 other body, strict", second: func(a *app.Act) { a.Request.BodyHash[0]++; strict(&a.Request) }, want: "replay.other_body", third: "replay.other_body"},
		{name: "other body, executed and kept", second: func(a *app.Act) { a.Request.BodyHash[0]++ }, want: "run 2", third: "run 2"},
		{name: "object as the first run left it", version: at(1, nil), want: "run 1", third: "run 1"},
		{name: "object changed since", version: at(2, nil), want: "run 2", third: "run 3"},
		{name: "object gone", version: at(0, fault.NotFound("thing.unknown", nil)), want: "run 2", third: "run 3"},
		{name: "version refused", version: at(0, fault.Deny("test.denied", nil)), want: "test.denied", third: "test.denied"},
		{name: "24 h less 1 µs", later: 24*time.Hour - time.Microsecond, want: "run 1", third: "run 1"},
		{name: "24 h on the dot", later: 24 * time.Hour, want: "run 2", third: "run 2"},
		{name: "clock set back ten years", later: -10 * 365 * 24 * time.Hour, want: "run 1", third: "run 1"},
		{name: "preview asks no record", second: func(a *app.Act) { a.Preview = true }, want: "run 2", third: "run 3"},
	}
	wall := when.NewFixed(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC))
	storetest.BothWith(t, store.Options{Wall: wall}, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				reset(t, s)
				var runs counted
				act := app.Act{Actor: actor(), Lock: app.Lock{Customer: "c"}, Request: request("r1", "body")}
				first, err := s.UpdateTx(ctx, act, c.version, runs.fn)
				if err != nil || string(first.Body) != "run 1" {
					t.Fatal(first, err)
				}
				wall.Advance(c.later)
				if c.second != nil {
					c.second(&act)
				}
				for _, want := range []string{c.want, c.third} {
					got, err := s.UpdateTx(ctx, act, c.version, runs.fn)
					if f := fault.Of(err); f != nil {
						if f.Code != want {
							t.Fatalf("fault %q, want %q", f.Code, want)
						}
						continue
					}
					if err != nil || string(got.Body) != want {
						t.Fatalf("answer %q, %v, want %q", got.Body, err, want)
					}
					if got.Body = first.Body; !reflect.DeepEqual(got, first) {
						t.Errorf("answered %+v, first %+v", got, first)
					}
				}
			})
		}
	})
}

func TestReplayKeepsOnlyWhatWasCommitted(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		act := app.Act{Actor: actor(), Request: request("r1", "")}
		refusals := []func(t *store.Tx) (any, error){
			func(*store.Tx) (any, error) { return nil, fault.Refuse("test.no", nil) },
			func(t *store.Tx) (any, error) { return nil, bump(t, fault.Conflict("test.no", nil), "a", 7) },
		}
		for _, fn := range refusals {
			if _, err := s.UpdateTx(ctx, act, nil, fn); fault.Of(err) == nil {
				t.Fatal(err)
			}
		}
		broken := act
		broken.Request.Answer = func(any) (app.Reply, error) { return app.Reply{}, errors.New("unmapped") }
		var runs counted
		if _, err := s.UpdateTx(ctx, broken, nil, runs.fn); err == nil {
			t.Fatal("an answer that could not be made was committed")
		}
		preview := act
		preview.Preview = true
		if got, err := s.UpdateTx(ctx, preview, nil, runs.fn); err != nil || string(got.Body) != "run 2" {
			t.Fatal(got, err)
		}
		if got := fmt.Sprint(things(t, s)); got != "[a]" {
			t.Fatalf("left behind: %s", got)
		}
		if got, err := s.UpdateTx(ctx, act, nil, runs.fn); err != nil || string(got.Body) != "run 3" {
			t.Fatal(got, err)
		}
	})
}

// xor is a vault for tests: what is sealed for one row does not open for another.
type xor struct{}

func (xor) Seal(ad string, plain []byte) ([]byte, error) {
	sum := sha256.Sum256([]byte(ad))
	out := append([]byte{}, sum[:]...)
	for _, b := range plain {
		out = append(out, ^b)
	}
	return out, nil
}

func (xor) OpenSealed(ad string, sealed []byte) ([]byte, error) {
	sum := sha256.Sum256([]byte(ad))
	if !bytes.HasPrefix(sealed, sum[:]) {
		return nil, errors.New("sealed for another row")
	}
	plain := []byte{}
	for _, b := range sealed[len(sum):] {
		plain = append(plain, ^b)
	}
	return plain, nil
}

func TestSealedAnswers(t *testing.T) {
	storetest.BothWith(t, store.Options{Sealer: xor{}}, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		act := app.Act{Actor: actor(), Request: request("r1", "")}
		act.Request.Sealed = true
		act.Request.Answer = func(any) (app.Reply, error) { return app.Reply{Status: 200, Body: []byte("CANARY")}, nil }
		var runs counted
		for range 2 {
			got, err := s.UpdateTx(ctx, act, nil, runs.fn)
			if err != nil || string(got.Body) != "CANARY" || runs.runs.Load() != 1 {
				t.Fatal(got, err, runs.runs.Load())
			}
		}
		var kept []byte
		err := s.ViewReader(ctx, func(r *store.Reader) error { return r.Row(`SELECT body FROM replay`, nil, &kept) })
		if err != nil || bytes.Contains(kept, []byte("CANARY")) || len(kept) == 0 {
			t.Fatalf("kept %q, %v", kept, err)
		}
		// The same bytes in another request's row do not open.
		err = do(s, func(t *store.Tx) error { return t.Exec(1, nil, `UPDATE replay SET request_id = 'r2'`) })
		if err != nil {
			t.Fatal(err)
		}
		act.Request.ID = "r2"
		if _, err := s.UpdateTx(ctx, act, nil, runs.fn); err == nil || fault.Of(err) != nil {
			t.Fatalf("a moved answer opened: %v", err)
		}
	})
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		act := app.Act{Actor: actor(), Request: request("r1", "")}
		act.Request.Sealed = true
		var runs counted
		if _, err := s.UpdateTx(ctx, act, nil, runs.fn); err == nil || runs.runs.Load() != 0 {
			t.Fatalf("ran without a vault: %v", err)
		}
	})
}

func TestPurgeReplays(t *testing.T) {
	wall := when.NewFixed(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC))
	storetest.BothWith(t, store.Options{Wall: wall}, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		start := wall.Now()
		var runs counted
		for i := range 3 {
			if _, err := s.UpdateTx(ctx, app.Act{Actor: actor(), Request: request(fmt.Sprint(i), "")}, nil, runs.fn); err != nil {
				t.Fatal(err)
			}
			wall.Advance(time.Hour)
		}
		for _, c := range []struct {
			at   time.Duration
			want int
		}{{24*time.Hour - time.Microsecond, 0}, {24 * time.Hour, 1}, {26 * time.Hour, 2}, {30 * time.Hour, 0}} {
			wall.Set(start.Add(c.at))
			if n, err := s.PurgeReplays(ctx); err != nil || n != c.want {
				t.Fatalf("after %v: %d purged, %v; want %d", c.at, n, err, c.want)
			}
		}
		err := do(s, func(t *store.Tx) error {
			for i := range 1200 {
				err := t.Exec(1, nil, `INSERT INTO replay (partner_id, actor, request_id, method, target, body_hash, status, header, body, sealed, version, at)
					VALUES ('p', 'a', $1, 'POST', '/', $2, 200, '', $2, 0, 0, $3)`, fmt.Sprint(i), []byte{}, start)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if n, perr := s.PurgeReplays(ctx); err != nil || perr != nil || n != 1200 {
			t.Fatal(n, err, perr)
		}
	})
}

func TestFiftyTwinsRunOnce(t *testing.T) {
	twins := map[string]app.Act{
		"G4 customer's row":     {Lock: app.Lock{Customer: "here"}},
		"customer not there":    {Lock: app.Lock{Customer: "not yet"}},
		"partner's row":         {Lock: app.Lock{Partner: true}},
		"no lock":               {},
		"partner and customer":  {Lock: app.Lock{Partner: true, Customer: "here"}},
		"unknown partner":       {Lock: app.Lock{Partner: true}, Actor: party.Actor{Scope: party.NewScope("nobody", "")}},
		"operator, no partners": {Actor: party.Actor{Client: "c"}},
	}
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		people(t, s)
		for name, act := range twins {
			t.Run(name, func(t *testing.T) {
				reset(t, s)
				if act.Actor.Key() == "/" && act.Actor.Scope.Partner() == "" {
					act.Actor = actor()
				}
				act.Request = request("r1", "body")
				act.Request.StrictBody = true
				var runs counted
				replies := make([]app.Reply, 50)
				errs := make([]error, 50)
				var wg sync.WaitGroup
				for i := range replies {
					wg.Go(func() { replies[i], errs[i] = s.UpdateTx(ctx, act, nil, runs.fn) })
				}
				wg.Wait()
				first, _ := json.Marshal(replies[0])
				for i := range replies {
					got, _ := json.Marshal(replies[i])
					if errs[i] != nil || !bytes.Equal(got, first) {
						t.Fatalf("twin %d: %s, %v; first %s", i, got, errs[i], first)
					}
				}
				if got := things(t, s); len(got) != 2 {
					t.Fatalf("effects %v", got)
				}
			})
		}
	})
}

// people makes the partner and a customer "here".
func people(t *testing.T, s *store.Store) {
	t.Helper()
	err := do(s, func(t *store.Tx) error {
		return errors.Join(store.InsertPartner(t, string(partner)), store.InsertCustomer(t, string(partner), "here"))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A caller's context is his patience, not his act: over hang-ups at random, nothing acknowledged is lost and nothing
// done twice, and a retry with the same id learns what became of it.
func TestCallersHangingUp(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		people(t, s)
		const callers, each = 64, 12
		var wg sync.WaitGroup
		var hungUp atomic.Int64
		for c := range callers {
			wg.Go(func() {
				for i := range each {
					key := fmt.Sprintf("c%d-%d", c, i)
					act := app.Act{Actor: actor(), Lock: app.Lock{Customer: fmt.Sprint("c", c%5)}, Request: request(key, key)}
					fn := func(t *store.Tx) (any, error) { return key, insert(t, fault.Conflict("test.twice", nil), key) }
					patience, cancel := context.WithTimeout(ctx, time.Duration((c*7+i*13)%30)*time.Millisecond/10)
					got, err := s.UpdateTx(patience, act, nil, fn)
					cancel()
					if err != nil {
						hungUp.Add(1)
						if f := fault.Of(err); f == nil || f.Code != "store.unavailable" {
							t.Errorf("%s: %v", key, err)
						}
						got, err = s.UpdateTx(ctx, act, nil, fn)
					}
					if err != nil || string(got.Body) != key {
						t.Errorf("%s: %q, %v", key, got.Body, err)
					}
				}
			})
		}
		wg.Wait()
		if n := len(things(t, s)); n != callers*each+1 {
			t.Errorf("%d rows, want %d", n, callers*each+1)
		}
		if hungUp.Load() == 0 {
			t.Error("nobody hung up: the test proves nothing")
		}
	})
}
