package ledger

import (
	"cmp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Names of entries sort as their instants do, are GUIDs, and two of one instant are two.
func TestEntriesSortByTheirInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// 1970 to 9999, near each other or not
		a := rapid.Int64Range(0, 253402300799999999).Draw(t, "a")
		b := max(0, a+rapid.OneOf(rapid.Int64Range(-2000, 2000), rapid.Int64Range(-a, 253402300799999999-a)).Draw(t, "apart"))
		one, other := time.UnixMicro(a), time.UnixMicro(b)
		x, y := EntryID(one, id.Random{}.GUID()), EntryID(other, id.Random{}.GUID())
		if got := cmp.Compare(x, y); a != b && got != cmp.Compare(a, b) || x == y {
			t.Fatalf("%v %s, %v %s", one.UTC(), x, other.UTC(), y)
		}
		if _, ok := id.ParseGUID(string(x)); !ok {
			t.Fatalf("%s is no GUID", x)
		}
		if m := Mark(one); m >= string(x) || a > b && m <= string(y) {
			t.Fatalf("%s does not part %s and %s", m, x, y)
		}
	})
}
