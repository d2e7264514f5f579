package ledger

import (
	"fmt"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// EntryID names the entry of an instant, to the microsecond, with the chance of a GUID: names sort as their instants do, so
// that the books are read in order by their own key and written at its end. It has the form of a GUID of version 7.
func EntryID(at time.Time, guid string) id.Entry {
	return id.Entry(Mark(at) + guid[len("00000000-0000-4000"):])
}

// Mark is what the names of all entries of an instant begin with: it sorts before each of them, and after those of any
// instant before.
func Mark(at time.Time) string {
	us := max(at.UnixMicro(), 0)
	ms := fmt.Sprintf("%012x", us/1000)
	return fmt.Sprintf("%s-%s-7%03x", ms[:8], ms[8:], us%1000)
}
