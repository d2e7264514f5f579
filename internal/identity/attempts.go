package identity

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	maxFailures   = 10
	failureWindow = 15 * time.Minute
	keptFailures  = 1000 // counters; beyond it the forgotten ones are swept out
	// maxOfAddress is for one address and whomever it names: who tries one password on many accounts.
	maxOfAddress = 100
)

// attempts bounds the wrong secrets that are evaluated for one account: 10 in any 15 minutes of wall time, passwords and
// codes together (G47). It lives in memory: each process counts for itself. A name that nobody has is counted like any
// other. What is kept is bounded by what can be evaluated, and by who can ask, within the window.
type attempts struct {
	mu     sync.Mutex
	failed map[string][]time.Time
	swept  int // counters that were left when the forgotten ones were swept out
}

// try evaluates a secret of a program, which nobody guesses: 256 bits. A right one is always let in, whatever others have
// tried, and so nobody is locked out; a wrong one counts, and once they are too many wait is how long until one is forgotten.
func (a *attempts) try(account string, now time.Time, check func() bool) (ok bool, wait time.Duration) {
	if check() {
		return true, 0
	}
	_, wait = a.begin(account, maxFailures, now)
	return false, wait
}

// begin begins a check, at most so many wrong ones within the window: it counts as wrong until done is told that it was not.
// While they are too many nothing is to be evaluated, not even what is right; wait is then how long until one is forgotten.
func (a *attempts) begin(account string, most int, now time.Time) (done func(ok bool), wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	recent := fresh(a.failed[account], now)
	if len(recent) >= most {
		return nil, max(time.Second, recent[0].Add(failureWindow).Sub(now))
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

func (a *attempts) set(account string, recent []time.Time, now time.Time) {
	if len(recent) == 0 {
		delete(a.failed, account)
		return
	}
	if a.failed == nil {
		a.failed = map[string][]time.Time{}
	}
	a.failed[account] = recent
	if len(a.failed) > max(keptFailures, 2*a.swept) {
		for other, times := range a.failed {
			if len(fresh(times, now)) == 0 {
				delete(a.failed, other)
			}
		}
		a.swept = len(a.failed)
	}
}

// nobody is the account of a name that nobody has.
func nobody(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "nobody/" + string(sum[:])
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
