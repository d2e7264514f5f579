package policy

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// The instants at which other dated rows turn (rules.md §3, "Other dated rows").
var (
	// RenewFrom: software subscriptions ordered from here renew by themselves and are visible as subscriptions (F39, F40).
	RenewFrom = when.Date(2021, 10, 14)
	// PlansFrom: software ordered from here may be billed in parts of its term (F05).
	PlansFrom = when.Date(2021, 10, 22)
)

// Row is what every dated row has: it holds for lines of its class ordered at or after From, until a newer one does.
type Row struct {
	ID     string
	Class  catalog.Class
	From   time.Time // zero: since ever
	Source string
}

// Renewal says whether lines of a class renew by themselves.
type Renewal string

// The defaults of auto-renew. Where it is not on by default it is not offered either (F39).
const (
	RenewOn      Renewal = "on"
	RenewOff     Renewal = "off"
	RenewByOffer Renewal = "by_offer" // as the SKU's flag says (F38)
)

// RenewRule is a row of the auto-renew defaults (F38, F39).
type RenewRule struct {
	Row
	Default Renewal
}

// VisibleRule is a row of what shows among the customer's subscriptions (F40).
type VisibleRule struct {
	Row
	Shown bool
}

// PlanRule is a row of the billing plans (F05): whether a term may be charged in parts.
type PlanRule struct {
	Row
	Parts bool
}

// The rows that ship. A class without a row does not renew, is visible, and may be charged in parts.
var (
	RenewRules = []RenewRule{
		{Row{"renew-software", catalog.SoftwareSub, RenewFrom, "D2"}, RenewOn},
		{Row{"renew-software-before", catalog.SoftwareSub, always, "D2"}, RenewOff},
		{Row{"renew-linux", catalog.LinuxPlan, RenewFrom, "D2"}, RenewOn},
		{Row{"renew-linux-before", catalog.LinuxPlan, always, "D2"}, RenewOff},
		{Row{"renew-saas-monthly", catalog.SaaSMonthly, always, "D3"}, RenewOn},
		{Row{"renew-saas-annual", catalog.SaaSAnnual, always, "D3"}, RenewOn},
		{Row{"renew-metered", catalog.Metered, always, "D3"}, RenewOn},
		{Row{"renew-reservation", catalog.ReservedClass, always, "API"}, RenewOn},
		{Row{"renew-online", catalog.OnlineLicensed, always, "API"}, RenewByOffer},
	}
	VisibleRules = []VisibleRule{
		{Row{"visible-software", catalog.SoftwareSub, RenewFrom, "D2"}, true},
		{Row{"visible-software-before", catalog.SoftwareSub, always, "D2"}, false},
		{Row{"visible-linux", catalog.LinuxPlan, RenewFrom, "D2"}, true},
		{Row{"visible-linux-before", catalog.LinuxPlan, always, "D2"}, false},
		{Row{"visible-perpetual", catalog.Perpetual, always, "D2"}, false},
		{Row{"visible-reservation", catalog.ReservedClass, always, "API"}, false},
	}
	PlanRules = []PlanRule{
		{Row{"plans-software", catalog.SoftwareSub, PlansFrom, "D2"}, true},
		{Row{"plans-software-before", catalog.SoftwareSub, always, "D2"}, false},
		{Row{"plans-linux", catalog.LinuxPlan, PlansFrom, "D2"}, true},
		{Row{"plans-linux-before", catalog.LinuxPlan, always, "D2"}, false},
		{Row{"plans-perpetual", catalog.Perpetual, always, "D2"}, false},
	}
)

// row lets inForce see what all dated rows have.
func (r *Row) row() *Row { return r }

// inForce is the row of a class at an order's instant: of several the newest From decides.
func inForce[T any, P interface {
	*T
	row() *Row
}](rows []T, class catalog.Class, ordered time.Time) (best T, ok bool) {
	var found P
	for i := range rows {
		r := P(&rows[i])
		if r.row().Class != class || ordered.Before(r.row().From) {
			continue
		}
		if found == nil || r.row().From.After(found.row().From) {
			found = r
		}
	}
	if found == nil {
		return best, false
	}
	return *found, true
}

// AutoRenew gives the auto-renew default of a line ordered at an instant and whether it can be switched (F38, F39).
// autoRenewable is the SKU's flag, asked for first-party online services only.
func AutoRenew(class catalog.Class, ordered time.Time, autoRenewable bool) (on, switchable bool) {
	r, _ := inForce(RenewRules, class, ordered)
	on = r.Default == RenewOn || r.Default == RenewByOffer && autoRenewable
	return on, on
}

// Visible tells whether a line ordered at an instant shows among the customer's subscriptions (F40).
func Visible(class catalog.Class, ordered time.Time) bool {
	r, ok := inForce(VisibleRules, class, ordered)
	return !ok || r.Shown
}

// PlanAllowed tells whether a class may be billed by a plan when ordered at an instant: before PlansFrom software is
// charged once for its term (F05). The price sheet has the last word: a plan it lacks is never offered.
func PlanAllowed(class catalog.Class, plan catalog.Plan, term when.Term, ordered time.Time) bool {
	n, ok := plan.Charges(term)
	if r, found := inForce(PlanRules, class, ordered); found && !r.Parts {
		return ok && n == 1
	}
	return ok
}

// PendingFor is how long a publisher has to activate: unactivated after it, a subscription ends and is never billed (F74).
const PendingFor = 30 * 24 * hour

// CartLife is how long a cart can be checked out after it was made (contract.md §8).
const CartLife = 7 * 24 * hour
