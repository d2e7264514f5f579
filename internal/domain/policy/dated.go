package policy

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// The instants other dated rows turn at (rules.md §3, "Other dated rows").
var (
	// RenewFrom: software subscriptions ordered from here renew by themselves and are visible as subscriptions (F39, F40).
	RenewFrom = when.Date(2021, 10, 14)
	// PlansFrom: software ordered from here may be billed in parts of its term (F05).
	PlansFrom = when.Date(2021, 10, 22)
)

// AutoRenew gives the auto-renew default of a line ordered at an instant and whether it can be switched (F38, F39).
// autoRenewable is the SKU's flag, asked for first-party online services only.
func AutoRenew(class catalog.Class, ordered time.Time, autoRenewable bool) (on, switchable bool) {
	switch class {
	case catalog.SoftwareSub, catalog.LinuxPlan:
		on = !ordered.Before(RenewFrom)
	case catalog.SaaSMonthly, catalog.SaaSAnnual, catalog.Metered, catalog.ReservedClass:
		on = true
	case catalog.OnlineLicensed:
		on = autoRenewable
	}
	return on, on
}

// Visible tells whether a line ordered at an instant shows among the customer's subscriptions (F40).
func Visible(class catalog.Class, ordered time.Time) bool {
	switch class {
	case catalog.Perpetual, catalog.ReservedClass:
		return false
	case catalog.SoftwareSub, catalog.LinuxPlan:
		return !ordered.Before(RenewFrom)
	}
	return true
}

// PlanAllowed tells whether a class may be billed by a plan when ordered at an instant: before PlansFrom software is
// charged once for its term (F05). The price sheet has the last word: a plan it lacks is never offered.
func PlanAllowed(class catalog.Class, plan catalog.Plan, term when.Term, ordered time.Time) bool {
	n, ok := plan.Charges(term)
	if class.Software() && ordered.Before(PlansFrom) {
		return ok && n == 1
	}
	return ok
}

// Retention is how long a suspended subscription's data is kept (F31).
type Retention struct {
	ID     string
	Days   int // at least
	Cap    int // at most, with the gap below
	Source string
}

// ShippedRetention is D3's row, for all dates.
var ShippedRetention = Retention{"suspension-90-120", 90, 120, "D3"}

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

// PendingFor is how long a publisher has to activate: unactivated after it, a subscription ends and is never billed (F74).
const PendingFor = 30 * 24 * hour

// CartLife is how long a cart can be checked out after it was made (contract.md §8).
const CartLife = 7 * 24 * hour
