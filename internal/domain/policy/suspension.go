package policy

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Retention is a row of how long a suspended subscription's data is kept (F31). The row in force at the suspension's
// instant counts for it to its end; these rows are of every class.
type Retention struct {
	Row
	Days int // at least
	Cap  int // at most, with the gap of DataUntil
}

// SuspendedBilling is a row of whether the periods of a running term that begin while it is suspended are charged (E21, F41).
// The row in force at the suspension's instant counts for it.
type SuspendedBilling struct {
	Row
	Charged bool
}

// The rows that ship: D3's retention and E21, for all dates.
var (
	Retentions        = []Retention{{Row{ID: "suspension-90-120", From: always, Source: "D3"}, 90, 120}}
	SuspendedBillings = []SuspendedBilling{{Row{ID: "billing-suspended", From: always, Source: "decided: E21; D2"}, true}}
)

// RetentionAt is the row for what is suspended at an instant.
func RetentionAt(suspended time.Time) Retention {
	r, _ := inForce(Retentions, "", suspended)
	return r
}

// ChargedSuspended tells whether what was suspended at an instant is charged on to the end of its term (E21).
func ChargedSuspended(suspended time.Time) bool {
	r, _ := inForce(SuspendedBillings, "", suspended)
	return r.Charged
}

// DataUntil is the instant a subscription suspended at suspended loses its data: Days and the gap between the customer
// record's creation and the start of its first billing period, together at most Cap, each 24 h (F31). A customer without
// a billing period yet has no gap.
func (r Retention) DataUntil(suspended, customerCreated, firstBilling time.Time) time.Time {
	days := int64(r.Days)
	if !firstBilling.IsZero() {
		days += max(0, when.DaysBetween(customerCreated, firstBilling))
	}
	return suspended.Add(time.Duration(min(days, int64(r.Cap))) * 24 * hour)
}
