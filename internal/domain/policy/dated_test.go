package policy_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	. "github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func TestAutoRenewAndVisibility(t *testing.T) {
	turn := at("2021-10-14")
	for _, c := range []struct {
		name                string
		class               catalog.Class
		ordered             time.Time
		renewable           bool
		on, switchable, see bool
	}{
		{"F39 F40 2021-10-13 hidden and expires", catalog.SoftwareSub, at("2021-10-13"), true, false, false, false},
		{"F39 F40 last microsecond", catalog.SoftwareSub, turn.Add(-µs), true, false, false, false},
		{"F39 F40 2021-10-14 visible and renews", catalog.SoftwareSub, turn, false, true, true, true},
		{"F39 F40 one more", catalog.SoftwareSub, turn.Add(µs), false, true, true, true},
		{"F39 Linux plan before", catalog.LinuxPlan, turn.Add(-µs), true, false, false, false},
		{"F39 Linux plan from then", catalog.LinuxPlan, turn, false, true, true, true},
		{"F40 perpetual is never a subscription", catalog.Perpetual, turn, true, false, false, false},
		{"F38 ISV monthly", catalog.SaaSMonthly, turn.Add(-µs), false, true, true, true},
		{"F38 ISV annual", catalog.SaaSAnnual, turn, false, true, true, true},
		{"F38 metered", catalog.Metered, turn, false, true, true, true},
		{"F38 first-party, auto-renewable", catalog.OnlineLicensed, turn, true, true, true, true},
		{"F38 first-party, not auto-renewable", catalog.OnlineLicensed, turn, false, false, false, true},
		{"F76 a trial does not renew", catalog.Trial, turn, true, false, false, true},
		{"F06 reservation", catalog.ReservedClass, turn, false, true, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if on, sw := AutoRenew(c.class, c.ordered, c.renewable); on != c.on || sw != c.switchable {
				t.Errorf("auto-renew %v, switchable %v", on, sw)
			}
			if see := Visible(c.class, c.ordered); see != c.see {
				t.Errorf("visible %v", see)
			}
		})
	}
}

func TestPlanAllowed(t *testing.T) {
	turn := at("2021-10-22")
	twoMonths := when.Term{Months: 2}
	for _, c := range []struct {
		name  string
		class catalog.Class
		plan  catalog.Plan
		term  when.Term
		at    time.Time
		want  bool
	}{
		{"F05 3 years, 2021-10-21: one charge", catalog.SoftwareSub, catalog.Triennial, when.ThreeYears, at("2021-10-21"), true},
		{"F05 3 years, 2021-10-21: not three", catalog.SoftwareSub, catalog.Annual, when.ThreeYears, at("2021-10-21"), false},
		{"F05 3 years, last microsecond: not three", catalog.SoftwareSub, catalog.Annual, when.ThreeYears, turn.Add(-µs), false},
		{"F05 3 years, 2021-10-22: three", catalog.SoftwareSub, catalog.Annual, when.ThreeYears, turn, true},
		{"F05 3 years, 2021-10-22: or one", catalog.SoftwareSub, catalog.Triennial, when.ThreeYears, turn, true},
		{"F05 one charge by any name", catalog.SoftwareSub, catalog.OneTime, when.ThreeYears, at("2021-10-21"), true},
		{"F05 RDS CAL 2021-10-21: not monthly", catalog.SoftwareSub, catalog.Monthly, when.Year, at("2021-10-21"), false},
		{"F05 RDS CAL 2021-10-22: monthly", catalog.SoftwareSub, catalog.Monthly, when.Year, turn, true},
		{"F05 annual of a year before", catalog.SoftwareSub, catalog.Annual, when.Year, at("2020-01-01"), true},
		{"F05 Linux plans are software", catalog.LinuxPlan, catalog.Annual, when.ThreeYears, at("2021-10-21"), false},
		{"F05 a plan longer than the term", catalog.SoftwareSub, catalog.Annual, when.Month, turn, false},
		{"F05 a plan that does not divide the term", catalog.OnlineLicensed, catalog.Biennial, when.ThreeYears, turn, false},
		{"F05 other classes are free of the date", catalog.SaaSMonthly, catalog.Monthly, when.Year, at("2019-01-01"), true},
		{"F05 two months, monthly", catalog.OnlineLicensed, catalog.Monthly, twoMonths, turn, true},
		{"F05 perpetual, once", catalog.Perpetual, catalog.OneTime, when.Term{}, at("2019-01-01"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := PlanAllowed(c.class, c.plan, c.term, c.at); got != c.want {
				t.Error(got)
			}
		})
	}
}

func TestDataUntil(t *testing.T) {
	for _, c := range []struct{ name, suspended, created, first, want string }{
		{"F31 worked case: 110 days", "2021-03-10", "2021-01-05", "2021-01-25", "2021-06-28"},
		{"F31 worked case: gap of 45 days is capped", "2021-03-10", "2021-01-05", "2021-02-19", "2021-07-08"},
		{"F31 gap of 30 days is the cap", "2021-03-10", "2021-01-05", "2021-02-04", "2021-07-08"},
		{"F31 gap of 29 days", "2021-03-10", "2021-01-05", "2021-02-03", "2021-07-07"},
		{"F31 no billing period yet", "2021-03-10", "2021-01-05", "", "2021-06-08"},
		{"F31 the period began before the record", "2021-03-10", "2021-01-05", "2021-01-01", "2021-06-08"},
		{"F31 the same day", "2021-03-10", "2021-01-05T17:00", "2021-01-05", "2021-06-08"},
		{"F31 dates, not hours", "2021-03-10", "2021-01-05T23:59:59.999999", "2021-01-06", "2021-06-09"},
		{"F31 each day is 24 h", "2021-03-10T13:14:15.000016", "2021-01-05", "2021-01-25", "2021-06-28T13:14:15.000016"},
		{"F31 over a leap day", "2024-02-28", "2024-01-01", "", "2024-05-28"},
	} {
		t.Run(c.name, func(t *testing.T) {
			first := time.Time{}
			if c.first != "" {
				first = at(c.first)
			}
			if got := RetentionAt(at(c.suspended)).DataUntil(at(c.suspended), at(c.created), first); !got.Equal(at(c.want)) {
				t.Error(got)
			}
		})
	}
}
