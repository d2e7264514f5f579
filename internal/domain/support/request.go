// Package support is what customers and partners ask of the operator, and how it is answered: requests with their notes and
// files, refunds proposed, approved and refused (rules.md §2.7: F58, F68–F70, F77; R10, R16).
package support

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// State is whose turn it is.
type State string

// The states of a request.
//
//	open ──reply──▶ attention_needed ──note──▶ open      either ──refused, approved, withdrawn──▶ closed
const (
	Open      State = "open"             // the operator's turn
	Attention State = "attention_needed" // the turn of who raised it
	Closed    State = "closed"
)

// Severity is the impact as its raiser sees it.
type Severity string

// The severities.
const (
	Critical Severity = "critical"
	Moderate Severity = "moderate"
	Minimal  Severity = "minimal"
)

// Contact is whom to ask back.
type Contact struct{ FirstName, LastName, Email, Phone string }

// Organization is who asks.
type Organization struct{ ID, Name, Phone string }

// Side says on whose behalf a request or a note was written.
type Side string

// The sides.
const (
	ByPartner  Side = "partner"
	ByCustomer Side = "customer"
	ByOperator Side = "operator"
)

// Person is who did something: Key tells two people apart (party.Actor.Person), Name is what is shown.
type Person struct{ Key, Name string }

// Note is one remark; notes are only added. Numbers count from 1.
type Note struct {
	Number int
	At     time.Time
	By     string
	Side   Side
	Text   string
}

// Refund is what a request of the refund topic asks for (F69). No lines are all of the order that still run.
type Refund struct {
	Order        id.Order
	Lines        []int
	Subscription id.Subscription
	Reason       string
	Amount       money.Amount // as the raiser sees it: what goes back is decided, not asked for
}

// Request is one question, or wish for a refund.
type Request struct {
	ID           id.Request  // digits
	Customer     id.Customer // whom it is about; empty: the partner itself
	Title        string
	Description  string
	Severity     Severity
	Topic        int
	State        State
	Organization Organization
	Contact      Contact
	Country      market.Country
	Locale       string // of who will answer, such as "fr-FR"
	ProductID    string
	ProductName  string
	Refund       *Refund // of the refund topic, and of no other

	Side      Side // who raised it
	RaisedBy  Person
	FiledAt   time.Time
	AskedAt   time.Time // windows are judged at it (F70): when it was filed, or opened again
	ChangedAt time.Time
	ChangedBy string
	ClosedAt  time.Time // zero: never

	Proposal *Proposal
	Decision *Decision
	Notes    []Note
	Files    []File
	Version  int64
}

// The bounds of a request.
const (
	MaxTitle       = 250 // characters
	MaxDescription = 10_000
	MaxNotes       = 500
	MaxFiles       = 10
)

// Raise files a request at now. What the topic needs is asked for: the refund topic the contact and the refund whole (F69).
// Faults: "member.missing" with its name, "request.topic", "request.refund_incomplete" with what is missing.
func Raise(r Request, by Person, now time.Time) (Request, error) {
	topic, ok := TopicOf(r.Topic)
	for _, m := range []struct {
		value, name string
		always      bool
	}{
		{r.Title, "title", true},
		{r.Description, "description", true},
		{string(r.Severity), "severity", true},
		{r.Contact.FirstName + r.Contact.LastName, "primaryContact.lastName", false},
		{r.Contact.Email, "primaryContact.email", false},
		{r.Contact.Phone, "primaryContact.phoneNumber", false},
	} {
		if m.value == "" && (m.always || topic.Refund) {
			return Request{}, fault.Invalid("member.missing", fault.Args{"member": m.name})
		}
	}
	if !ok {
		return Request{}, fault.Invalid("request.topic", nil)
	}
	if !topic.Refund {
		r.Refund = nil
	} else if missing := r.Refund.missing(r.Customer); len(missing) > 0 {
		return Request{}, fault.Invalid("request.refund_incomplete", fault.Args{"missing": missing})
	}
	r.State, r.RaisedBy, r.FiledAt, r.AskedAt, r.ChangedAt, r.ChangedBy = Open, by, now, now, now, by.Name
	return r, nil
}

// Change is what a raiser changes; what is empty stays.
type Change struct {
	Note     string
	Severity Severity
	State    State // Closed takes the request back, Open opens it again
}

// Change applies c at now; a note hands the turn to the operator. Opening a refund again asks for it anew: its window is
// judged at now. Faults: "request.closed", "request.decided" for one that was answered for good, "request.state",
// "request.full".
func (r Request) Change(c Change, by Person, side Side, now time.Time) (Request, error) {
	if r.State == Closed && c != (Change{}) {
		switch {
		case r.Decision != nil:
			return r, fault.Conflict("request.decided", nil)
		case c.State == Closed && c.Note == "" && c.Severity == "":
			return r, nil
		case c.State != Open:
			return r, fault.Conflict("request.closed", nil)
		}
		r.State, r.ClosedAt, r.AskedAt, r.Proposal = Open, time.Time{}, now, nil
	}
	before := r
	if c.Note != "" {
		var err error
		if r, err = r.note(c.Note, by, side, now); err != nil {
			return before, err
		}
		r.State = Open
	}
	if c.Severity != "" {
		r.Severity = c.Severity
	}
	switch c.State {
	case "":
	case Open:
		r.State = Open
	case Closed:
		r.State, r.ClosedAt = Closed, now
	default: // only an answer asks for attention
		if c.State != r.State {
			return before, fault.Refuse("request.state", nil)
		}
	}
	return r.touched(by, now), nil
}

// Reply adds the operator's answer; the turn is the raiser's, or with close nobody's. Faults: "request.closed", "request.full".
func (r Request) Reply(text string, end bool, by Person, now time.Time) (Request, error) {
	if r.State == Closed {
		return r, fault.Conflict("request.closed", nil)
	}
	r, err := r.note(text, by, ByOperator, now)
	if err != nil {
		return r, err
	}
	r.State = Attention
	if end {
		r.State, r.ClosedAt = Closed, now
	}
	return r.touched(by, now), nil
}

// note adds a remark.
func (r Request) note(text string, by Person, side Side, now time.Time) (Request, error) {
	if len(r.Notes) >= MaxNotes {
		return r, fault.Refuse("request.full", fault.Args{"max": MaxNotes})
	}
	r.Notes = append(r.Notes[:len(r.Notes):len(r.Notes)], Note{Number: len(r.Notes) + 1, At: now, By: by.Name, Side: side, Text: text})
	return r, nil
}

func (r Request) touched(by Person, now time.Time) Request {
	r.ChangedAt, r.ChangedBy = now, by.Name
	return r
}
