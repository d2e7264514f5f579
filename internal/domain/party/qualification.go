package party

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

// QualificationKind says what a customer is, beyond a business.
type QualificationKind string

// The kinds of qualification.
const (
	QualifiedEducation  QualificationKind = "education"
	QualifiedNonprofit  QualificationKind = "nonprofit"
	QualifiedGovernment QualificationKind = "government_community_cloud"
	QualifiedStateOwned QualificationKind = "state_owned_entity"
)

// Qualification is one thing that a customer is known to be. Nobody vets it here: the partner answers for what it says,
// so it counts from the moment it is recorded (D).
type Qualification struct {
	Kind             QualificationKind
	EducationSegment string // "k12" or "higher_education"; of education alone
	ValidationCode   string // of the government's community cloud
	Website          string
	At               time.Time
}

// Segment is the segment whose offers the qualification opens (F12).
func (q Qualification) Segment() market.Segment {
	switch q.Kind {
	case QualifiedEducation:
		return market.Education
	case QualifiedNonprofit:
		return market.Nonprofit
	}
	return market.Government
}

// Qualify records a qualification; one of the same kind replaces it. The government's community cloud needs the
// validation code that the authority gave. Fault "member.missing".
func (c Customer) Qualify(q Qualification) (Customer, error) {
	if q.Kind == QualifiedGovernment && q.ValidationCode == "" {
		return c, fault.Invalid("member.missing", fault.Args{"member": "validationCode"})
	}
	c.Qualifications = append(slices.DeleteFunc(slices.Clone(c.Qualifications), func(old Qualification) bool { return old.Kind == q.Kind }), q)
	return c, nil
}

// Qualified are the segments that the customer's qualifications open, beside its own.
func (c Customer) Qualified() []market.Segment {
	var open []market.Segment
	for _, q := range c.Qualifications {
		if s := q.Segment(); s != c.Segment && !slices.Contains(open, s) {
			open = append(open, s)
		}
	}
	return open
}
