package when

import (
	"sync"
	"testing"
	"time"
)

func TestInstant(t *testing.T) {
	at := time.Date(2021, 1, 1, 1, 0, 0, 1999, time.FixedZone("", 3600))
	if got, want := Instant(at), Date(2021, 1, 1).Add(time.Microsecond); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if now := (Wall{}).Now(); now != Instant(now) || now.Location() != time.UTC {
		t.Errorf("the wall tells %v", now)
	}
}

func TestFixedAdvancesUnderUse(t *testing.T) {
	c := NewFixed(Date(2021, 1, 1))
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { c.Advance(time.Second) })
	}
	all.Wait()
	if got, want := c.Now(), Date(2021, 1, 1).Add(50*time.Second); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	c.Set(Date(2020, 1, 1))
	if c.Now() != Date(2020, 1, 1) {
		t.Error("a fixed clock can be set back")
	}
}

func TestMovable(t *testing.T) {
	wall := NewFixed(Date(2021, 1, 1))
	c := NewMovable(wall, 0, time.Time{})
	step := func(name string, want time.Time) {
		t.Helper()
		if got := c.Now(); got != want {
			t.Fatalf("%s: %v, want %v", name, got, want)
		}
	}
	step("starts with the wall", Date(2021, 1, 1))
	if off := c.AdvanceTo(Date(2021, 1, 11)); off != 240*time.Hour || c.Offset() != off {
		t.Fatalf("offset %v", off)
	}
	step("jumps", Date(2021, 1, 11))
	wall.Advance(time.Hour)
	step("runs at the wall's speed", Date(2021, 1, 11).Add(time.Hour))
	c.AdvanceTo(Date(2021, 1, 5))
	step("E01 never goes back", Date(2021, 1, 11).Add(time.Hour))
	wall.Set(Date(2020, 12, 1))
	step("E01 stands while the wall is set back", Date(2021, 1, 11).Add(time.Hour))
	c.AdvanceTo(Date(2021, 1, 11))
	step("E01 an instant already told is passed", Date(2021, 1, 11).Add(time.Hour))
	c.AdvanceTo(Date(2021, 2, 1))
	wall.Advance(time.Minute)
	step("runs again from where it was moved to", Date(2021, 2, 1).Add(time.Minute))

	c = NewMovable(wall, 0, Date(2022, 1, 1))
	step("E01 a restart keeps the latest instant", Date(2022, 1, 1))

	c.AdvanceTo(Never)
	moved := c.Now()
	wall.Advance(time.Hour)
	step("beyond 292 years it still runs", moved.Add(time.Hour))
}
