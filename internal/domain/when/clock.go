// Package when keeps time: the two clocks, terms, periods and the arithmetic of anchor days.
// It is the only room that may call time.Now (house.md §4).
package when

import (
	"sync"
	"time"
)

// Clock tells the time, in UTC, truncated to the microsecond. Two are passed around, never mixed:
// business time (orders, windows, links, invoices), which can be moved, and wall time (tokens, sessions, replay records).
type Clock interface{ Now() time.Time }

// Instant brings t into the form every stored instant has: UTC, whole microseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Wall is the machine's own clock.
type Wall struct{}

// Now implements Clock.
func (Wall) Now() time.Time { return Instant(time.Now()) }

// Stopwatch measures how long something takes, whatever becomes of the machine's clock meanwhile. It decides nothing.
type Stopwatch struct{ began time.Time }

// Started is a stopwatch that runs.
func Started() Stopwatch { return Stopwatch{time.Now()} }

// Took is the time since it was started.
func (s Stopwatch) Took() time.Duration { return time.Since(s.began) }

// Fixed is a clock that stands still until it is set; for tests and for seeding.
type Fixed struct {
	mu sync.Mutex
	t  time.Time
}

// NewFixed is a clock that stands at t.
func NewFixed(t time.Time) *Fixed { return &Fixed{t: Instant(t)} }

// Now implements Clock.
func (f *Fixed) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.t
}

// Set moves the clock to t, in either direction.
func (f *Fixed) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t = Instant(t)
}

// Advance moves the clock forward by d.
func (f *Fixed) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t = Instant(f.t.Add(d))
}

// Movable is the sandbox's business clock: it runs at the speed of the wall, at an offset, and never goes back
// (E01: a clock set back reopens no window).
type Movable struct {
	wall Clock
	mu   sync.Mutex
	off  time.Duration
	high time.Time // the latest instant told or set
}

// NewMovable is a clock that runs offset ahead of wall and never tells an instant before high.
func NewMovable(wall Clock, offset time.Duration, high time.Time) *Movable {
	return &Movable{wall: wall, off: offset, high: Instant(high)}
}

// Now implements Clock.
func (m *Movable) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := Instant(m.wall.Now().Add(m.off)); t.After(m.high) {
		m.high = t
	}
	return m.high
}

// AdvanceTo moves the clock forward to t; an instant already passed leaves it as it is.
// It returns the offset to the wall, to be stored; an offset ends at 292 years.
func (m *Movable) AdvanceTo(t time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	t = Instant(t)
	if wall := m.wall.Now(); t.After(m.high) && t.After(wall.Add(m.off)) {
		m.off = t.Sub(wall)
		m.high = Instant(wall.Add(m.off))
	}
	return m.off
}

// Restore sets the clock to t, back too, as if it had never told a later instant. Only for a store that goes back with all
// it holds (R21). It returns the offset to the wall, to be stored.
func (m *Movable) Restore(t time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.high = Instant(t)
	m.off = m.high.Sub(m.wall.Now())
	return m.off
}

// Offset is how far the clock is ahead of the wall.
func (m *Movable) Offset() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.off
}
