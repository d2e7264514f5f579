package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestGoals(t *testing.T) {
	same := func(n int, each time.Duration) figures {
		return figures{times: slices.Repeat([]time.Duration{each}, n), took: time.Second}
	}
	rows := func(raw, http int, rawP99, httpP99 time.Duration) pair {
		return pair{engine: "x", clients: goalClients, raw: same(raw, rawP99), http: same(http, httpP99)}
	}
	one := rows(1, 1, time.Millisecond, 3*time.Millisecond)
	one.clients = oneClient
	slow := rows(1, 1, time.Millisecond, 3*time.Millisecond+1)
	slow.clients = oneClient
	noisy := one
	noisy.raw.busy = time.Duration(runtime.NumCPU()) * 200 * time.Millisecond
	for _, c := range []struct {
		name string
		r    report
		want string // the words of each line
	}{
		{"half the rate, twice the p99: met", report{rows: []pair{rows(2000, 1000, time.Millisecond, 2*time.Millisecond)}}, "met met met"},
		{"one less, one more: missed", report{rows: []pair{rows(2000, 999, time.Millisecond, 2*time.Millisecond+1)}}, "MISSED MISSED met"},
		{"one client in 3 ms", report{rows: []pair{one}}, "met met"},
		{"one client in a little more", report{rows: []pair{slow}}, "MISSED met"},
		{"beside others", report{rows: []pair{noisy}}, "Noisy: met met"},
		{"read by id in 5 ms", report{rows: []pair{one}, gets: []got{{http: same(1, goalGet), raw: same(1, 1), paced: same(1, goalGet), rawPaced: same(1, 1)}}}, "met met met met"},
		{"read by id in a little more", report{rows: []pair{one}, gets: []got{{http: same(1, goalGet+1), raw: same(1, 1), paced: same(1, goalGet), rawPaced: same(1, 1)}}}, "met MISSED met met"},
		{"read by id in a little more at a pace", report{rows: []pair{one}, gets: []got{{http: same(1, goalGet), raw: same(1, 1), paced: same(1, goalGet+1), rawPaced: same(1, 1)}}}, "met met MISSED met"},
		{"start and memory", report{starts: []started{{"x", goalStart, goalIdle}}, size: goalSize}, "met met met"},
		{"beyond", report{starts: []started{{"x", goalStart + 1, goalIdle + 1}}, size: goalSize + 1}, "MISSED MISSED MISSED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			c.r.goals(&out)
			var words []string
			for line := range strings.Lines(out.String()) {
				if f := strings.Fields(line); len(f) > 1 {
					words = append(words, f[0])
				}
			}
			if got := strings.Join(words, " "); got != c.want {
				t.Errorf("%s, want %s:\n%s", got, c.want, out.String())
			}
		})
	}
}

// What is counted ended within the measure; what clients did before and after is not.
func TestDrive(t *testing.T) {
	const took = 200 * time.Millisecond
	f, _, err := drive(4, took, func(int) error {
		time.Sleep(10 * time.Millisecond)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.times); n >= f.total || n > 4*25 || f.at(0.5) < 10*time.Millisecond || f.at(0.99) < f.at(0.5) {
		t.Errorf("%d of %d: %v", n, f.total, f.times)
	}
	var calls atomic.Int64
	if _, _, err = drive(4, 5*took, func(int) error {
		if calls.Add(1) > 160 {
			return errSoldOut
		}
		time.Sleep(20 * time.Millisecond) // 40 each: well past the warm-up
		return nil
	}); err != nil {
		t.Errorf("sold out within the measure: %v", err)
	}
	broken := errors.New("broken")
	if _, _, err = drive(1, took, func(int) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("%v, want the client's error", err)
	}
}

func TestCallerLooksAtAnswers(t *testing.T) {
	line := `{"lineItemNumber":0}`
	three := `{"orders":[{"lineItems":[` + line + `,` + line + `,` + line + `]}]}`
	for _, c := range []struct {
		name, body string
		status     int
		good       bool
	}{
		{"made", three, http.StatusCreated, true},
		{"answered from elsewhere", three, http.StatusOK, false},
		{"a line less", `{"orders":[{"lineItems":[` + line + `,` + line + `]}]}`, http.StatusCreated, false},
		{"lines that are no order's", `{"orders":[],"other":[` + line + `,` + line + `,` + line + `]}`, http.StatusCreated, false},
		{"refused", `{"code":800008}`, http.StatusNotFound, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Value
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Store(r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization"))
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer s.Close()
			caller, err := newCaller(s.Listener.Addr().String(), "token")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = caller.conn.Close() }()
			for range 2 {
				if err := caller.checkout("c", "k"); (err == nil) != c.good {
					t.Fatalf("good is %t: %v", c.good, err)
				}
				if asked.Load() != "POST /v1/customers/c/carts/k/checkout Bearer token" {
					t.Errorf("asked %v", asked.Load())
				}
				if !c.good {
					return
				}
			}
		})
	}
}
