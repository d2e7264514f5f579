package when

import (
	"time"
	_ "time/tzdata" // zones are known on machines without a database of them
)

// DayStart is the first instant of a calendar day as clocks in a zone show it, in UTC. Where clocks skip the day's midnight
// that is the instant of the change; where they show it twice, the first; where they skip the whole day, the start of the
// next. Two neighbouring days share no instant and leave none out, however long the change of clocks makes them.
func DayStart(year int, month time.Month, day int, zone *time.Location) time.Time {
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC) // as the clock shows it
	at := midnight.Add(-16 * time.Hour)                           // before it in any zone
	for range 16 {                                                // more changes than two days can hold
		_, end := at.In(zone).ZoneBounds()
		_, offset := at.In(zone).Zone()
		start := midnight.Add(-time.Duration(offset) * time.Second)
		if start.Before(at) { // the change went past it
			start = at
		}
		if end.IsZero() || start.Before(end) {
			return start.UTC()
		}
		at = end
	}
	return midnight
}

// DayOf is the calendar day that clocks in a zone show.
func DayOf(t time.Time, zone *time.Location) (year int, month time.Month, day int) {
	return t.In(zone).Date()
}

// MonthBefore is the same day of the month before, or that month's last.
func MonthBefore(year int, month time.Month, day int) (int, time.Month, int) {
	first := time.Date(year, month-1, 1, 0, 0, 0, 0, time.UTC)
	return first.Year(), first.Month(), min(day, lastDay(first))
}

// Zone finds a zone by its IANA name, such as "Europe/Paris"; ok is false for another text. The machine's own is none.
func Zone(name string) (zone *time.Location, ok bool) {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}
