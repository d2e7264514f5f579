package model

import "time"

// rule is a row of rules.md §3: where its window ends, what comes back inside, what happens after it.
type rule struct {
	id, class string
	from      time.Time
	days      int           // the window ends at 23:59:00Z of that day, the order's being day 0
	span      time.Duration // or this long after the line
	always    bool
	credit    string // "full", "prorated", "first day", ""
	after     string // "refused", "end at term", "at once"
}

var rules = []rule{
	{id: "P01", class: "perpetual", days: 60, credit: "full", after: "refused"},
	{id: "P02", class: "perpetual", from: date(2021, 6, 1), days: 30, credit: "full", after: "refused"},
	{id: "P03", class: "software_subscription", days: 60, credit: "prorated", after: "refused"},
	{id: "P04", class: "software_subscription", from: date(2021, 6, 1), days: 30, credit: "prorated", after: "refused"},
	{id: "P05", class: "software_subscription", from: date(2022, 7, 11), span: 7 * day, credit: "first day", after: "refused"},
	{id: "P06", class: "linux_plan", after: "refused"},
	{id: "P07", class: "reservation", after: "refused"},
	{id: "P08", class: "saas_monthly", span: day, credit: "full", after: "end at term"},
	{id: "P09", class: "saas_annual", span: 14 * day, credit: "full", after: "end at term"},
	{id: "P10", class: "metered", after: "at once"},
	{id: "P11", class: "online_service", span: 7 * day, credit: "first day", after: "refused"},
	{id: "P12", class: "trial", always: true, after: "at once"},
}

// ruleFor is the row that an order or renewal of a class pins at its instant.
func ruleFor(class string, at time.Time) rule {
	var best rule
	for _, r := range rules {
		if r.class == class && !at.Before(r.from) {
			best = r // rows of a class stand in the order of their dates
		}
	}
	return best
}

func ruleByID(id string) rule {
	for _, r := range rules {
		if r.id == id {
			return r
		}
	}
	return rule{}
}

// until is the end of the window of what was ordered at an instant; zero: there is none.
func (r rule) until(ordered time.Time) time.Time {
	switch {
	case r.days > 0:
		return midnight(ordered).AddDate(0, 0, r.days).Add(23*time.Hour + 59*time.Minute)
	case r.span > 0:
		return ordered.Add(r.span)
	case r.always:
		return date(9999, 12, 31)
	}
	return time.Time{}
}

// The instants other dated rows turn at.
var (
	renewFrom = date(2021, 10, 14)
	plansFrom = date(2021, 10, 22)
)

const (
	pendingFor = 30 * day // F74
	cartLife   = 7 * day
	replayLife = 24 * time.Hour
)

func software(class string) bool {
	return class == "perpetual" || class == "software_subscription" || class == "linux_plan"
}

// renewsByDefault is the auto-renew default, which is also whether it can be switched (F38, F39).
func renewsByDefault(class string, ordered time.Time, renewable bool) bool {
	switch class {
	case "software_subscription", "linux_plan":
		return !ordered.Before(renewFrom)
	case "online_service":
		return renewable
	case "trial", "perpetual":
		return false
	}
	return true
}

// visible tells whether it is listed as a subscription (F40).
func visible(class string, ordered time.Time) bool {
	switch class {
	case "perpetual", "reservation":
		return false
	case "software_subscription", "linux_plan":
		return !ordered.Before(renewFrom)
	}
	return true
}

// dataDays is how long a suspended subscription's data is kept, in days (F31).
func dataDays(created, firstBilling time.Time) int64 {
	if firstBilling.IsZero() {
		return 90
	}
	gap := int64(midnight(firstBilling).Sub(midnight(created)) / day)
	return min(120, 90+max(0, gap))
}

// without names a market of rules.md §5 that the simulation sells in.
const withoutReservations = "GP"
