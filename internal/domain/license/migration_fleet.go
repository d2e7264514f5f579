package license

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// DeviceGroup is how many devices stand in one state and have one day, UTC: that of their deadline or, for those that are
// done, that on which they were marked. Zero: no deadline is known.
type DeviceGroup struct {
	State MoveState
	Day   time.Time
	N     int64
}

// Span is how long a bar of the picture is.
type Span string

// The spans. A week begins on Monday; both at 00:00Z.
const (
	Daily  Span = "daily"
	Weekly Span = "weekly"
)

func (s Span) bar(day time.Time) (from, until time.Time) {
	if s == Weekly {
		from = day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
		return from, from.AddDate(0, 0, 7)
	}
	return day, day.AddDate(0, 0, 1)
}

// FleetBar is what happens to a fleet from ≤ t < until: how many devices that are not done lapse, and how many were marked as
// done. LapsedBy and DoneBy are as many until the bar's end, from the first on.
type FleetBar struct {
	From, Until      time.Time
	Lapsing, Done    int64
	LapsedBy, DoneBy int64
}

// Fleet is the picture of a customer's devices at an instant (F51). Count has every state and sums up to Total; the last bar's
// LapsedBy and DoneBy with Count[MoveUnknown] do, too. Bars are in order of time, those without anything left out.
type Fleet struct {
	At    time.Time
	Total int64
	Count map[MoveState]int64
	Bars  []FleetBar
}

// AtRisk is how many devices are not done and lapsed, or lapse within 30 days, or may have.
func (f Fleet) AtRisk() int64 {
	return f.Count[MoveUnknown] + f.Count[MoveLapsed] + f.Count[MoveUrgent] + f.Count[MoveSoon]
}

// PictureFleet draws a fleet from its groups at now.
func PictureFleet(groups []DeviceGroup, span Span, now time.Time) Fleet {
	f := Fleet{At: now, Count: make(map[MoveState]int64)}
	for _, s := range MoveStates() {
		f.Count[s] = 0
	}
	bars := map[time.Time]*FleetBar{}
	for _, g := range groups {
		f.Total += g.N
		f.Count[g.State] += g.N
		if g.State == MoveUnknown {
			continue
		}
		from, until := span.bar(when.Midnight(g.Day))
		b := bars[from]
		if b == nil {
			b = &FleetBar{From: from, Until: until}
			bars[from] = b
		}
		if g.State == MoveDone {
			b.Done += g.N
		} else {
			b.Lapsing += g.N
		}
	}
	for _, b := range bars {
		f.Bars = append(f.Bars, *b)
	}
	slices.SortFunc(f.Bars, func(a, b FleetBar) int { return a.From.Compare(b.From) })
	var lapsed, done int64
	for i := range f.Bars {
		b := &f.Bars[i]
		lapsed, done = lapsed+b.Lapsing, done+b.Done
		b.LapsedBy, b.DoneBy = lapsed, done
	}
	return f
}
