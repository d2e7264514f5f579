package policy_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// TestClosingIsWhereWindowsEnd: an order lies between the two instants exactly when its window ends in the span.
func TestClosingIsWhereWindowsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(Shipped).Draw(t, "rule")
		base := when.Date(2026, 11, 20).UnixMicro()
		instant := func(name string, days int64) time.Time {
			n := rapid.Int64Range(-days*86_400_000_000, days*86_400_000_000).Draw(t, name)
			if rapid.Bool().Draw(t, name+" on the day") {
				n -= n % 86_400_000_000
			}
			return time.UnixMicro(base + n).UTC()
		}
		from := instant("from", 3)
		until := from.Add(time.Duration(rapid.Int64Range(0, 72).Draw(t, "hours")) * time.Hour)
		ordered := instant("ordered", 70)
		if first, _, ok := r.Closing(from, until); ok && rapid.Bool().Draw(t, "at the edge") {
			ordered = first.Add(time.Duration(rapid.Int64Range(-2, 2).Draw(t, "µs")) * time.Microsecond)
		}
		first, last, ok := r.Closing(from, until)
		end, ends := r.End(ordered, ordered)
		if never := end.Equal(when.Never); ok != (ends && !never) {
			t.Fatalf("%s: ok %t, end %v %t", r.ID, ok, end, ends)
		}
		if !ok {
			return
		}
		want := end.After(from) && !end.After(until)
		if got := !ordered.Before(first) && ordered.Before(last); got != want {
			t.Fatalf("%s ordered %v ends %v: between %v and %v is %t, in (%v, %v] is %t", r.ID, ordered, end, first, last, got, from, until, want)
		}
	})
}
