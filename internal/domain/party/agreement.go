package party

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// AgreementKind is which agreement a customer accepts.
type AgreementKind string

// The kinds of agreement.
const (
	CustomerAgreement AgreementKind = "customer"
	CloudAgreement    AgreementKind = "cloud" // of the years before: kept, and still taken
)

// Template is the text that a customer accepts.
type Template struct {
	ID   string // a lower-case GUID
	Kind AgreementKind
	Rank int // of its versions; the newest has the greatest
}

// Templates are the texts there are, newest first for each kind.
var Templates = []Template{
	{"117a77b0-9360-443b-8795-c6dedc750cf9", CustomerAgreement, 1},
	{"998b88de-aa99-4388-a42c-1b3517d49490", CloudAgreement, 1},
}

// Agreement is a customer's acceptance, as the partner attests it. What is written stays.
type Agreement struct {
	ID       id.Agreement
	Kind     AgreementKind
	Template string
	Agreed   time.Time // the day
	Contact  Contact   // who accepted for the customer
	By       string    // who attests it: the user the caller names, or the caller
	At       time.Time // when it was recorded
}

// Contact is a person to write to.
type Contact struct{ FirstName, LastName, Email, PhoneNumber string }

// Attest checks an agreement at now. Faults: "agreement.template" for a text that is none of the kind's, "agreement.future"
// for a day that is not here anywhere on earth.
func (a Agreement) Attest(now time.Time) error {
	known := false
	for _, t := range Templates {
		known = known || t.ID == a.Template && t.Kind == a.Kind
	}
	switch {
	case !known:
		return fault.Invalid("agreement.template", nil)
	case a.Agreed.After(now.Add(14 * time.Hour)):
		return fault.Invalid("agreement.future", fault.Args{"now": now})
	}
	return nil
}
