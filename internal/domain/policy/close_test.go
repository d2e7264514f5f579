package policy

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// A row is closed from now or later, once; what applies then is what For says (R15, E02).
func TestR15RowsAreClosed(t *testing.T) {
	now := when.Date(2026, 11, 20).Add(10 * time.Hour)
	ahead := CancelRule{"X1", catalog.SaaSMonthly, now.AddDate(0, 0, 5), always, Elapsed(72 * hour), Full, EndAtTerm, "s"}
	ended := CancelRule{"X2", catalog.SaaSAnnual, now.AddDate(0, 0, -9), now.AddDate(0, 0, -1), Elapsed(72 * hour), Full, EndAtTerm, "s"}
	rows := append([]CancelRule{ahead, ended}, Shipped...)
	for _, c := range []struct {
		name, row string
		until     time.Time
		want      string
	}{
		{"the very instant", "P08", now, ""},
		{"a microsecond before it", "P08", now.Add(-time.Microsecond), "policy.end_past"},
		{"next year", "P08", now.AddDate(1, 0, 0), ""},
		{"one that has not begun", "X1", ahead.From.Add(time.Microsecond), ""},
		{"one that has not begun, at its beginning", "X1", ahead.From, "policy.backwards"},
		{"one that has an end", "X2", now, "policy.closed"},
		{"none", "X9", now, "policy.unknown"},
	} {
		got, err := Close(rows, c.row, c.until, now)
		if f := fault.Of(err); f != nil && f.Code != c.want || f == nil && (c.want != "" || !got.Until.Equal(c.until)) {
			t.Errorf("%s: %v %v, want %q", c.name, got.Until, err, c.want)
		}
	}
	closed, err := Close(rows, "P05", now, now)
	if err != nil {
		t.Fatal(err)
	}
	after := With(rows, closed)
	for _, c := range []struct {
		at   time.Time
		want string
	}{{now.Add(-time.Microsecond), "P05"}, {now, "P04"}} {
		if r, ok := For(after, catalog.SoftwareSub, c.at); !ok || r.ID != c.want {
			t.Errorf("at %v %s applies, want %s", c.at, r.ID, c.want)
		}
	}
	closed, _ = Close(rows, "P12", now, now)
	if r, ok := For(With(rows, closed), catalog.Trial, now); ok {
		t.Errorf("%s applies after the only row has ended", r.ID)
	}
	if r, _ := ByID(rows, "P12"); !r.Until.IsZero() {
		t.Error("With changes what it was given")
	}
}
