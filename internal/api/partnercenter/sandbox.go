package partnercenter

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Clockwork is the business clock of a sandbox. Move runs everything that falls due on the way; when that takes long it
// answers with Running set and goes on. Faults: "clock.back", "clock.too_far", "clock.busy".
type Clockwork interface {
	State(ctx context.Context) (app.ClockState, error)
	Move(ctx context.Context, who party.Actor, to time.Time) (app.ClockState, error)
	Snapshotter
}

// sandboxOperations are on the table of a sandbox alone (R21, product.md).
func (a *api) sandboxOperations() []operation {
	if a.Sandbox == nil {
		return nil
	}
	acts := []party.Act{party.PlaySandbox}
	return append([]operation{
		{method: http.MethodGet, path: "/sandbox/clock", acts: acts, status: http.StatusOK, handle: a.showClock},
		{method: http.MethodPost, path: "/sandbox/clock", acts: acts, status: http.StatusOK, handle: a.moveClock},
	}, a.snapshotOperations()...)
}

type wireClock struct {
	Now      wireTime       `json:"now"`
	NextDue  wireTime       `json:"nextDue,omitzero"`
	Running  bool           `json:"running"`
	Target   wireTime       `json:"target,omitzero"`
	Done     int            `json:"done"`
	Due      int            `json:"due"`
	Happened []wireHappened `json:"happened"`
}

type wireHappened struct {
	At             wireTime `json:"at"`
	What           string   `json:"what"`
	CustomerID     string   `json:"customerId,omitempty"`
	SubscriptionID string   `json:"subscriptionId,omitempty"`
	InvoiceID      string   `json:"invoiceId,omitempty"`
}

func clockOf(s app.ClockState) wireClock {
	w := wireClock{
		Now: at(s.Now), NextDue: at(s.NextDue), Running: s.Running, Target: at(s.Target), Done: s.Done, Due: s.Due,
		Happened: make([]wireHappened, len(s.Happened)),
	}
	for i, h := range s.Happened {
		w.Happened[i] = wireHappened{at(h.At), h.What, string(h.Customer), string(h.Subscription), string(h.Invoice)}
	}
	return w
}

func (a *api) showClock(ctx context.Context, r *request) (answer, error) {
	if err := r.actor.May(party.PlaySandbox); err != nil {
		return answer{}, err
	}
	s, err := a.Sandbox.State(ctx)
	if err != nil {
		return answer{}, err
	}
	return reply(clockOf(s))
}

type clockMove struct {
	To      wireTime `json:"to"`
	Advance string   `json:"advance"`
}

// moveClock moves the business clock to an instant or by a length, and answers when everything due on the way is done;
// 202 when that goes on meanwhile.
func (a *api) moveClock(ctx context.Context, r *request) (answer, error) {
	if err := r.actor.May(party.PlaySandbox); err != nil {
		return answer{}, err
	}
	in, err := read[clockMove](r)
	if err != nil {
		return answer{}, err
	}
	to := in.value.To.Time
	switch {
	case in.has("to") == in.has("advance"):
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "to, or else advance"})
	case in.has("advance"):
		s, err := a.Sandbox.State(ctx)
		if err != nil {
			return answer{}, err
		}
		var ok bool
		if to, ok = advance(s.Now, in.value.Advance); !ok {
			return answer{}, fault.Invalid("body.member", fault.Args{"member": "advance", "want": "a length such as P7D, P1M or PT36H"})
		}
	}
	s, err := a.Sandbox.Move(ctx, r.actor, to)
	if err != nil {
		return answer{}, err
	}
	ans, err := reply(clockOf(s))
	if s.Running {
		ans.Status, ans.Header = http.StatusAccepted, map[string]string{"Location": "/sandbox/clock"}
	}
	return ans, err
}

// advance adds an ISO 8601 length to an instant: years, months and days by the calendar, hours, minutes and whole seconds
// by the clock. ok is false for anything else.
func advance(now time.Time, length string) (to time.Time, ok bool) {
	days, clock, timed := strings.Cut(strings.ToUpper(strings.TrimSpace(length)), "T")
	if days != "P" || !timed {
		term, err := when.ParseTerm(days)
		if err != nil || term.IsZero() {
			return to, false
		}
		now = when.Next(now, now.Day(), term)
	}
	if !timed {
		return now, true
	}
	// What is left after the check reads like Go's own form: 36H is 36h.
	if clock == "" || strings.Trim(clock, "0123456789HMS") != "" {
		return to, false
	}
	d, err := time.ParseDuration(strings.ToLower(clock))
	return now.Add(d), err == nil
}
