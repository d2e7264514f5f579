package license_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	. "github.com/comptoir-dev/comptoir/internal/domain/license"
)

const day = 24 * time.Hour

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// TestF51Countdown: every edge of the countdown, over ordinary days, over a change of the clocks and over a leap day. The
// hours between are the same 180 × 24.
func TestF51Countdown(t *testing.T) {
	paris, newYork := zone(t, "Europe/Paris"), zone(t, "America/New_York")
	for _, from := range []struct {
		name       string
		last, ends time.Time
	}{
		{"an ordinary half year", time.Date(2026, 4, 3, 8, 15, 0, 0, time.UTC), time.Date(2026, 9, 30, 8, 15, 0, 0, time.UTC)},
		{"over a leap day", time.Date(2027, 9, 30, 0, 0, 0, 0, time.UTC), time.Date(2028, 3, 28, 0, 0, 0, 0, time.UTC)},
		{"on a leap day", time.Date(2028, 2, 29, 23, 59, 59, 999_999_000, time.UTC), time.Date(2028, 8, 27, 23, 59, 59, 999_999_000, time.UTC)},
		{"clocks go forward: an hour later on the wall", time.Date(2026, 1, 10, 12, 0, 0, 0, paris), time.Date(2026, 7, 9, 13, 0, 0, 0, paris)},
		{"clocks go back: an hour earlier on the wall", time.Date(2026, 8, 1, 12, 0, 0, 0, newYork), time.Date(2027, 1, 28, 11, 0, 0, 0, newYork)},
		{"clocks go both ways", time.Date(2026, 10, 20, 12, 0, 0, 0, paris), time.Date(2027, 4, 18, 12, 0, 0, 0, paris)},
	} {
		d := Device{Name: "pc", LastActivation: from.last.UTC()}
		if !d.Until().Equal(from.ends) || d.Until().Sub(d.LastActivation) != 180*day {
			t.Fatalf("F51 %s: until %s, want %s", from.name, d.Until(), from.ends)
		}
		for _, c := range []struct {
			name  string
			left  time.Duration
			state MoveState
			days  int64
		}{
			{"a microsecond more than 30 days", 30*day + us, MoveSafe, 31},
			{"30 days", 30 * day, MoveSoon, 30},
			{"a microsecond less than 30 days", 30*day - us, MoveSoon, 30},
			{"a microsecond more than 7 days", 7*day + us, MoveSoon, 8},
			{"7 days", 7 * day, MoveUrgent, 7},
			{"a microsecond less than 7 days", 7*day - us, MoveUrgent, 7},
			{"the last microsecond", us, MoveUrgent, 1},
			{"on the dot", 0, MoveLapsed, 0},
			{"a microsecond late", -us, MoveLapsed, 0},
			{"activated now", 180 * day, MoveSafe, 180},
		} {
			at := from.ends.Add(-c.left).UTC()
			if got, days := d.State(at), d.DaysLeft(at); got != c.state || days != c.days {
				t.Errorf("F51 %s, %s: %s, %d days; want %s, %d", from.name, c.name, got, days, c.state, c.days)
			}
			done, _ := d.Mark(true, at)
			if done.State(at) != MoveDone || done.Until() != d.Until() {
				t.Errorf("F51 %s, %s: done it is %s", from.name, c.name, done.State(at))
			}
		}
	}
	if d := (Device{}); d.State(now) != MoveUnknown || d.DaysLeft(now) != 0 || !d.Until().IsZero() {
		t.Errorf("F51 not known: %s", d.State(now))
	}
}

func TestF51MarkAndUndo(t *testing.T) {
	d := Device{Name: "pc", LastActivation: now.Add(-200 * day)}
	done, changed := d.Mark(true, now)
	if !changed || done.MovedAt != now {
		t.Errorf("%+v, %t", done, changed)
	}
	if again, changed := done.Mark(true, now.Add(day)); changed || again.MovedAt != now {
		t.Error("F51 marked twice it keeps the first instant")
	}
	if undone, changed := done.Mark(false, now); !changed || undone != d {
		t.Error("F51 undone it is as it was")
	}
	if _, changed := d.Mark(false, now); changed {
		t.Error("F51 there was nothing to undo")
	}
}

// fleet draws devices around now, some of them on the very edges.
func fleet(t *rapid.T) []Device {
	n := rapid.IntRange(0, 60).Draw(t, "n")
	devices := make([]Device, n)
	for i := range devices {
		d := Device{ID: id.Device(strconv.Itoa(i)), Name: "PC-" + strconv.Itoa(i), Version: 1}
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0: // not known
		case 1, 2, 3:
			edge := rapid.SampledFrom([]time.Duration{0, 7 * day, 30 * day, 180 * day}).Draw(t, "edge")
			d.LastActivation = now.Add(edge - KMSActivation + time.Duration(rapid.IntRange(-1, 1).Draw(t, "by"))*us)
		default:
			d.LastActivation = now.Add(-time.Duration(rapid.Int64Range(0, int64(600*day/us)).Draw(t, "ago")) * us)
		}
		if rapid.IntRange(0, 3).Draw(t, "moved") == 0 {
			d.MovedAt = now.Add(-time.Duration(rapid.Int64Range(0, int64(90*day/us)).Draw(t, "moved ago")) * us)
		}
		devices[i] = d
	}
	return devices
}

// groupsOf counts one by one what a store counts together.
func groupsOf(devices []Device, at time.Time) (groups []DeviceGroup) {
	for _, d := range devices {
		g := DeviceGroup{State: d.State(at), Day: d.Until().Truncate(day), N: 1}
		switch g.State {
		case MoveDone:
			g.Day = d.MovedAt.Truncate(day)
		case MoveUnknown:
			g.Day = time.Time{}
		}
		groups = append(groups, g)
	}
	return groups
}

// TestF51EveryDeviceIsCountedOnce: states and bars of any fleet, by days and by weeks, sum up to it, and each bar holds what
// happens within it.
func TestF51EveryDeviceIsCountedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		devices := fleet(t)
		span := rapid.SampledFrom([]Span{Daily, Weekly}).Draw(t, "span")
		f := PictureFleet(groupsOf(devices, now), span, now)
		var sum int64
		for _, s := range MoveStates() {
			sum += f.Count[s]
			n := int64(0)
			for _, d := range devices {
				if d.State(now) == s {
					n++
				}
			}
			if f.Count[s] != n {
				t.Fatalf("F51 %s: %d, want %d", s, f.Count[s], n)
			}
		}
		if sum != int64(len(devices)) || f.Total != sum || len(f.Count) != len(MoveStates()) {
			t.Fatalf("F51 states sum to %d, total %d, of %d", sum, f.Total, len(devices))
		}
		if f.AtRisk() != sum-f.Count[MoveSafe]-f.Count[MoveDone] {
			t.Fatalf("F51 at risk: %d", f.AtRisk())
		}
		var lapsing, done int64
		last := time.Time{}
		for _, b := range f.Bars {
			length := b.Until.Sub(b.From)
			if b.From.Before(last) || span == Daily && length != day || span == Weekly && (length != 7*day || b.From.Weekday() != time.Monday) || b.Lapsing+b.Done == 0 {
				t.Fatalf("F51 bar %+v after %s", b, last)
			}
			in := func(at time.Time) bool { return !at.Before(b.From) && at.Before(b.Until) }
			var wantLapsing, wantDone int64
			for _, d := range devices {
				switch s := d.State(now); {
				case s == MoveDone && in(d.MovedAt):
					wantDone++
				case s != MoveDone && s != MoveUnknown && in(d.Until()):
					wantLapsing++
				}
			}
			lapsing, done, last = lapsing+b.Lapsing, done+b.Done, b.Until
			if b.Lapsing != wantLapsing || b.Done != wantDone || b.LapsedBy != lapsing || b.DoneBy != done {
				t.Fatalf("F51 bar %+v; want %d lapsing, %d done", b, wantLapsing, wantDone)
			}
		}
		if lapsing+done+f.Count[MoveUnknown] != f.Total || done != f.Count[MoveDone] {
			t.Fatalf("F51 bars sum to %d lapsing and %d done of %d", lapsing, done, f.Total)
		}
	})
}

// TestF51StatesAreRangesOfActivations: what a state says of the last activation finds just the devices in it.
func TestF51StatesAreRangesOfActivations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, d := range fleet(t) {
			for _, s := range MoveStates() {
				after, until, ok := s.Activated(now)
				if !ok {
					continue
				}
				in := !d.LastActivation.IsZero() && d.MovedAt.IsZero() && d.LastActivation.After(after) && (until.IsZero() || !d.LastActivation.After(until))
				if in != (d.State(now) == s) {
					t.Fatalf("F51 %s: %+v is %s", s, d, d.State(now))
				}
			}
		}
	})
}

func TestF51PlanIsByDeadline(t *testing.T) {
	at := func(name string, days int, moved bool) Device {
		d := Device{Name: name, LastActivation: now.Add(-time.Duration(days) * day)}
		if moved {
			d.MovedAt = now
		}
		return d
	}
	devices := []Device{
		at("done-late", 300, true), at("safe", 10, false), at("b-same", 170, false), {Name: "nobody-knows"}, at("A-same", 170, false),
		at("lapsed", 181, false), at("done-early", 20, true), at("soon", 160, false),
	}
	slices.SortFunc(devices, ByDeadline)
	names := make([]string, len(devices))
	for i, d := range devices {
		names[i] = d.Name
	}
	want := []string{"nobody-knows", "lapsed", "A-same", "b-same", "soon", "safe", "done-late", "done-early"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("F51 the plan: %s", diff)
	}
}

func TestF51Intake(t *testing.T) {
	yes, no := true, false
	early, late := now.Add(-100*day), now.Add(-10*day)
	known := []Device{
		{ID: "d1", Name: "PC-1", Product: "Server", LastActivation: early, Version: 3},
		{ID: "d2", Name: "pc-2", LastActivation: early, MovedAt: early, Version: 1},
		{ID: "d3", Name: "PC-3", LastActivation: early, Version: 1},
	}
	in, err := TakeDevices(new(id.Counting), known, []DeviceRow{
		{Name: "pc-1", LastActivation: late},
		{Name: "PC-2", Done: &no},
		{Name: "PC-3", LastActivation: early, Done: &no},
		{Name: "PC-4", Product: "SQL", LastActivation: late, Done: &yes},
		{Name: "PC-5"},
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	want := Intake{
		Changed: []Device{{ID: "d1", Name: "PC-1", Product: "Server", LastActivation: late, Version: 3}, {ID: "d2", Name: "pc-2", LastActivation: early, Version: 1}},
		Added: []Device{
			{ID: in.Added[0].ID, Name: "PC-4", Product: "SQL", LastActivation: late, MovedAt: now, Version: 1},
			{ID: in.Added[1].ID, Name: "PC-5", Version: 1},
		},
		Same: 1, Marked: 1, Undone: 1,
	}
	if diff := cmp.Diff(want, in); diff != "" || in.Added[0].ID == in.Added[1].ID {
		t.Errorf("F51 %s", diff)
	}
	many := make([]DeviceRow, MaxFleet-len(known))
	for i := range many {
		many[i].Name = "x" + strconv.Itoa(i)
	}
	if _, err := TakeDevices(new(id.Counting), known, many, now); err != nil {
		t.Errorf("F51 as many as there may be: %v", err)
	}
	if _, err := TakeDevices(new(id.Counting), known, append(many, DeviceRow{Name: "one-more"}), now); !strings.HasPrefix(code(err), "activations.full") {
		t.Errorf("F51 one more: %v", err)
	}
}

func TestF51Scripts(t *testing.T) {
	for name, ok := range map[string]bool{
		"PC-001": true, "a": true, "srv.example.com": true, "X_1": true, "9": true, strings.Repeat("x", 255): true,
		"": false, "-pc": false, ".pc": false, "pc 1": false, "pc&del": false, "pc\r\nformat": false, "%PATH%": false, "\"": false, "pс": false, "é": false,
		"=pc": false, strings.Repeat("x", 256): false,
	} {
		if DeviceNamed(name) != ok {
			t.Errorf("F51 %q: named %t", name, !ok)
		}
	}
	here := DeviceScript()
	for _, line := range []string{`/ckms || exit`, `/ipk "%~1" || exit`, `/ato || exit`, "slmgr.vbs", "PRODUCT-KEY"} {
		if !strings.Contains(here, line) {
			t.Errorf("F51 the script of a device lacks %s", line)
		}
	}
	there := FleetScript([]Device{{Name: "PC-1"}, {Name: "bad & name"}, {Name: "srv.example"}})
	body, list, ok := strings.Cut(there, "exit /b 0\r\n")
	if !ok || list != "::@ PC-1\r\n::@ srv.example\r\n" || strings.Contains(body, "PC-1") || !strings.Contains(body, `findstr /b /c:"::@ " "%~f0"`) {
		t.Errorf("F51 the script of a fleet:\n%s", there)
	}
	for _, script := range []string{here, there} {
		if strings.Count(script, "\n") != strings.Count(script, "\r\n") {
			t.Error("F51 Windows command files have its line ends")
		}
	}
}
