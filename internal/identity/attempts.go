package identity

import (
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

const (
	maxFailures   = 10
	failureWindow = 15 * time.Minute
	keptFailures  = 1000 // clients; beyond it the forgotten ones are swept out
)

// attempts bounds the wrong secrets that are evaluated for one client: 10 in any 15 minutes of wall time (G47). While
// it is full no secret is evaluated, not even the right one. It lives in memory: each process counts for itself.
// Only clients that exist are counted, so the map cannot be filled from outside.
type attempts struct {
	mu     sync.Mutex
	failed map[id.Client][]time.Time
}

// try evaluates check unless client has used up its failures; then wait is how long until one is free again.
// check is run under the lock, so that parallel tries cannot exceed the bound; it takes a microsecond.
func (a *attempts) try(client id.Client, now time.Time, check func() bool) (ok bool, wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	recent := fresh(a.failed[client], now)
	if len(recent) >= maxFailures {
		a.failed[client] = recent
		return false, max(time.Second, recent[0].Add(failureWindow).Sub(now))
	}
	if ok = check(); !ok {
		recent = append(recent, now)
	}
	switch {
	case len(recent) > 0 && a.failed == nil:
		a.failed = map[id.Client][]time.Time{client: recent}
	case len(recent) > 0:
		a.failed[client] = recent
	default:
		delete(a.failed, client)
	}
	if len(a.failed) > keptFailures {
		for c, times := range a.failed {
			if len(fresh(times, now)) == 0 {
				delete(a.failed, c)
			}
		}
	}
	return ok, 0
}

// fresh keeps the times within the window on either side of now: a clock set back by years locks nobody out for years.
func fresh(times []time.Time, now time.Time) []time.Time {
	var out []time.Time
	for _, t := range times {
		if now.Sub(t).Abs() < failureWindow {
			out = append(out, t)
		}
	}
	return out
}
