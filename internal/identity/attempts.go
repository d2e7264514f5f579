package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

const (
	maxFailures   = 10
	failureWindow = 15 * time.Minute
	keptFailures  = 1000 // accounts; beyond it the forgotten ones are swept out
)

// attempts bounds the wrong secrets that are evaluated for one account, a client or a person: 10 in any 15 minutes of wall
// time, passwords and codes together (G47). While it is full nothing is evaluated, not even the right secret. It lives in
// memory: each process counts for itself. Names that nobody has share a fixed number of accounts, so that the map cannot
// be filled from outside.
type attempts struct {
	mu     sync.Mutex
	failed map[string][]time.Time
}

// try evaluates check unless the account has used up its failures; then wait is how long until one is free again.
// check is run under the lock, so that parallel tries cannot exceed the bound: it takes microseconds.
func (a *attempts) try(account string, now time.Time, check func() bool) (ok bool, wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	recent, wait := a.room(account, now)
	if wait > 0 {
		return false, wait
	}
	if ok = check(); !ok {
		a.set(account, append(recent, now), now)
	}
	return ok, 0
}

// begin is try for a check that takes its time: it counts as failed until done is told that it was not.
func (a *attempts) begin(account string, now time.Time) (done func(ok bool), wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	recent, wait := a.room(account, now)
	if wait > 0 {
		return nil, wait
	}
	a.set(account, append(recent, now), now)
	return func(ok bool) {
		if !ok {
			return
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		list := a.failed[account]
		for i, t := range list {
			if t.Equal(now) {
				a.set(account, append(list[:i:i], list[i+1:]...), now)
				return
			}
		}
	}, 0
}

// room is the failures of an account that still count, and how long it must wait.
func (a *attempts) room(account string, now time.Time) (recent []time.Time, wait time.Duration) {
	recent = fresh(a.failed[account], now)
	if len(recent) >= maxFailures {
		wait = max(time.Second, recent[0].Add(failureWindow).Sub(now))
	}
	return recent, wait
}

func (a *attempts) set(account string, recent []time.Time, now time.Time) {
	if len(recent) == 0 {
		delete(a.failed, account)
		return
	}
	if a.failed == nil {
		a.failed = map[string][]time.Time{}
	}
	a.failed[account] = recent
	if len(a.failed) > keptFailures {
		for other, times := range a.failed {
			if len(fresh(times, now)) == 0 {
				delete(a.failed, other)
			}
		}
	}
}

// nobody is the account that a name shares which nobody has: one of 4,096.
func nobody(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "nobody/" + hex.EncodeToString(sum[:2])[:3]
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
