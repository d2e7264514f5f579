package partnercenter

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

func TestAdvance(t *testing.T) {
	now := time.Date(2027, 1, 31, 9, 15, 0, 0, time.UTC)
	for _, c := range []struct{ length, want string }{
		{"P7D", "2027-02-07T09:15:00Z"},
		{"p1m", "2027-02-28T09:15:00Z"},
		{"P1Y1M", "2028-02-29T09:15:00Z"},
		{"PT36H", "2027-02-01T21:15:00Z"},
		{"PT1H30M5S", "2027-01-31T10:45:05Z"},
		{"P1DT1S", "2027-02-01T09:15:01Z"},
		{" PT1M ", "2027-01-31T09:16:00Z"},
		{"", ""}, {"P", ""}, {"PT", ""}, {"P1DT", ""}, {"7D", ""}, {"P-1D", ""}, {"PT-1H", ""}, {"PT1.5H", ""}, {"PTH", ""},
		{"P1DT1D", ""}, {"PT1NS", ""}, {"PT99999999999999H", ""}, {"P7DT1HT1H", ""},
	} {
		to, ok := advance(now, c.length)
		if got := to.Format(time.RFC3339); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%q: %s, %v; want %q", c.length, got, ok, c.want)
		}
	}
}

// clockwork moves at once, or stays on its way.
type clockwork struct {
	Snapshotter
	state app.ClockState
	slow  bool
}

func (c *clockwork) State(context.Context) (app.ClockState, error) { return c.state, nil }

func (c *clockwork) Move(_ context.Context, _ party.Actor, to time.Time) (app.ClockState, error) {
	if to.Before(c.state.Now) {
		return app.ClockState{}, fault.Invalid("clock.back", fault.Args{"now": c.state.Now})
	}
	c.state.Now, c.state.Target, c.state.Running = to, to, c.slow
	c.state.Happened = []app.Happened{{At: to, What: "renewed", Customer: customerOne, Subscription: requestOne}}
	return c.state, nil
}

func TestSandboxClock(t *testing.T) {
	roles := func(rs party.Roles) func(*Options) {
		return func(o *Options) { o.Auth = someone{party.Actor{Scope: party.NewScope(partnerOne, ""), Roles: rs}} }
	}
	start := time.Date(2026, 11, 2, 9, 15, 0, 0, time.UTC)
	cw := &clockwork{state: app.ClockState{Now: start, NextDue: start.Add(time.Hour)}}
	with := func(o *Options) { o.Sandbox = cw }
	d := New(nil, options(with, roles(party.Roles{"OA": true})))

	w := call(t, d, "GET", "/sandbox/clock", "")
	if want := `{"now":"2026-11-02T09:15:00.0000000Z","nextDue":"2026-11-02T10:15:00.0000000Z","running":false,"done":0,"due":0,"happened":[]}`; w.Code != 200 || w.Body.String() != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, c := range []struct {
		name, body string
		status     int
		now        string
	}{
		{"by a length", `{"advance":"P7D"}`, 200, "2026-11-09T09:15:00.0000000Z"},
		{"to an instant", `{"To":"2026-12-01T00:00:00Z"}`, 200, "2026-12-01T00:00:00.0000000Z"},
		{"back", `{"to":"2026-01-01T00:00:00Z"}`, 400, ""},
		{"both", `{"to":"2027-01-01T00:00:00Z","advance":"P1D"}`, 400, ""},
		{"neither", `{}`, 400, ""},
		{"not a length", `{"advance":"soon"}`, 400, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := call(t, d, "POST", "/sandbox/clock", c.body)
			if w.Code != c.status {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if c.status != 200 {
				codeOf(t, w)
				return
			}
			var got wireClock
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Now.Format(time.RFC3339) != c.now[:19]+"Z" || len(got.Happened) != 1 {
				t.Errorf("%s, %v", w.Body, err)
			}
		})
	}
	cw.slow = true
	if w := call(t, d, "POST", "/sandbox/clock", `{"advance":"P1D"}`); w.Code != 202 || w.Header().Get("Location") != "/sandbox/clock" {
		t.Errorf("under way: %d %s", w.Code, w.Body)
	}
	if w := call(t, New(nil, options(with, roles(party.Roles{"GA": true, "AA": true}))), "GET", "/sandbox/clock", ""); w.Code != 403 || codeOf(t, w) != "900150" {
		t.Errorf("R21 another role: %d", w.Code)
	}
	if w := call(t, New(nil, options(roles(party.Roles{"OA": true}))), "GET", "/sandbox/clock", ""); w.Code != 404 {
		t.Errorf("in production: %d", w.Code)
	}
}

// someone is an Authenticator that takes every token for one actor.
type someone struct{ actor party.Actor }

func (s someone) Actor(context.Context, string) (party.Actor, error) { return s.actor, nil }
