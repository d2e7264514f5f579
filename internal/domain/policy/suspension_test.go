package policy_test

import (
	"testing"
	"time"

	. "github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// TestSuspensionRowsTurnOnTheInstant: F31, E21. The rows in force at the suspension's very microsecond decide, whoever
// looks and in whichever order the rows stand.
func TestSuspensionRowsTurnOnTheInstant(t *testing.T) {
	turn := at("2024-02-29")
	kept, billed := Retentions, SuspendedBillings
	t.Cleanup(func() { Retentions, SuspendedBillings = kept, billed })
	Retentions = append([]Retention{{Row{ID: "longer", From: turn}, 180, 200}}, kept...)
	SuspendedBillings = append(SuspendedBillings[:len(billed):len(billed)], SuspendedBilling{Row{ID: "free", From: turn}, false})
	for d, days := range map[time.Duration]int{-µs: 120, 0: 200, µs: 200} {
		for _, suspended := range seen(t, turn.Add(d)) {
			r := RetentionAt(suspended)
			until := r.DataUntil(suspended, turn.AddDate(-1, 0, 0), turn.AddDate(0, -2, 0))
			if want := turn.Add(d + time.Duration(days)*24*time.Hour); !until.Equal(want) {
				t.Errorf("F31 suspended %v: %s, until %v, want %v", suspended, r.ID, until, want)
			}
			if charged := ChargedSuspended(suspended); charged != (d < 0) {
				t.Errorf("E21 suspended %v: charged %v", suspended, charged)
			}
		}
	}
}
