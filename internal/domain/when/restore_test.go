package when_test

import (
	"testing"
	"time"

	. "github.com/comptoir-dev/comptoir/internal/domain/when"
)

// TestR21RestoredClock: it tells the instant it was set back to, and goes on from there at the wall's speed.
func TestR21RestoredClock(t *testing.T) {
	wall := NewFixed(Date(2026, 1, 1))
	m := NewMovable(wall, 0, time.Time{})
	m.AdvanceTo(Date(2026, 5, 1))
	then := Date(2026, 2, 1)
	wall.Advance(time.Hour)
	if off := m.Restore(then); !m.Now().Equal(then) || off != m.Offset() || !wall.Now().Add(off).Equal(then) {
		t.Errorf("%v, offset %v", m.Now(), off)
	}
	wall.Advance(time.Minute)
	if got := m.Now(); !got.Equal(then.Add(time.Minute)) {
		t.Errorf("goes on to %v", got)
	}
	wall.Advance(-time.Hour)
	if got := m.Now(); !got.Equal(then.Add(time.Minute)) {
		t.Errorf("E01 a wall set back: %v", got)
	}
	if m.AdvanceTo(Date(2026, 3, 1)); !m.Now().Equal(Date(2026, 3, 1)) {
		t.Errorf("moved to %v", m.Now())
	}
}
