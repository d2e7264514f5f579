package support

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
)

// missing names what a refund lacks, in the words of F69.
func (r *Refund) missing(customer id.Customer) (missing []string) {
	for _, m := range []struct {
		there bool
		name  string
	}{
		{customer != "", "customer tenant or domain"},
		{r != nil && r.Order != "", "order or subscription"},
		{r != nil && r.Reason != "", "refund reason"},
		{r != nil && r.Amount.Sign() > 0, "amount"},
	} {
		if !m.there {
			missing = append(missing, m.name)
		}
	}
	return missing
}

// Terms are what an operator gives back on a request: the lines with what the policy rows give or, with Law set, with
// amounts set by hand (F77). No lines are those that the request names.
type Terms struct {
	Lines  []order.Granted
	Law    market.Country // whose law requires it; empty: by the policy rows
	Reason string
}

// Proposal is a refund that was worked out and waits for somebody else's approval (R16).
type Proposal struct {
	By     Person
	At     time.Time
	Terms  Terms
	Credit money.Amount // at that moment, gross
}

// Decision is how a refund was answered for good.
type Decision struct {
	Approved bool
	By       Person
	At       time.Time
	Terms    Terms        // of a refusal the reason alone
	Credit   money.Amount // given back, gross; zero: nothing
}

// Limit is what the operator sets for a currency; the zero amount is no limit.
type Limit struct {
	// Request: a cancellation that gives back more than this goes through a request (F58).
	Request money.Amount
	// Second: a refund above this takes two people (R16, F70).
	Second money.Amount
}

// Above tells whether credit, gross and positive, is more than a limit.
func Above(credit, limit money.Amount) bool {
	return limit != money.Amount{} && credit.Currency() == limit.Currency() && credit.Cmp(limit) > 0
}

// Settled completes terms by the request they answer: its lines where they name none, the proposal's where they say nothing.
// Faults: "request.closed", "request.no_refund", "member.missing" for a law without a reason, "request.amount_without_law".
func (r Request) Settled(t Terms) (Terms, error) {
	switch {
	case r.State == Closed:
		return t, fault.Conflict("request.closed", nil)
	case r.Refund == nil:
		return t, fault.Refuse("request.no_refund", nil)
	}
	if r.Proposal != nil && len(t.Lines) == 0 && t.Law == "" {
		reason := t.Reason
		if t = r.Proposal.Terms; reason != "" {
			t.Reason = reason
		}
	}
	if len(t.Lines) == 0 {
		for _, n := range r.Refund.Lines {
			t.Lines = append(t.Lines, order.Granted{Line: n})
		}
	}
	for _, l := range t.Lines {
		if t.Law == "" && l.Amount != (money.Amount{}) {
			return t, fault.Refuse("request.amount_without_law", nil)
		}
	}
	if t.Law != "" && t.Reason == "" {
		return t, fault.Invalid("member.missing", fault.Args{"member": "reason"})
	}
	return t, nil
}

// Propose keeps terms, worked out at now to credit, for somebody else's approval (R16). A newer proposal takes the place
// of an older one.
func (r Request) Propose(t Terms, credit money.Amount, by Person, now time.Time) Request {
	r.Proposal = &Proposal{By: by, At: now, Terms: t, Credit: credit}
	return r.touched(by, now)
}

// Approve closes the request with what is given back, credit, gross and positive. Above limit the very terms must have been
// proposed by somebody else (R16, F70). Faults: "request.second_person", "request.other_terms", "request.full".
func (r Request) Approve(t Terms, credit, limit money.Amount, by Person, now time.Time) (Request, error) {
	if Above(credit, limit) {
		switch p := r.Proposal; {
		case p == nil || p.By.Key == by.Key:
			return r, fault.Refuse("request.second_person", fault.Args{"limit": limit})
		case p.Terms.Law != t.Law || !slices.Equal(p.Terms.Lines, t.Lines) || credit.Cmp(p.Credit) > 0:
			return r, fault.Refuse("request.other_terms", fault.Args{"limit": limit})
		}
	}
	r.Decision = &Decision{Approved: true, By: by, At: now, Terms: t, Credit: credit}
	return r.decided("Approved.", by, now)
}

// Refuse closes the request with a reason (F70), which its raiser reads as a note. Faults: "request.closed",
// "member.missing", "request.full".
func (r Request) Refuse(reason string, by Person, now time.Time) (Request, error) {
	switch {
	case r.State == Closed:
		return r, fault.Conflict("request.closed", nil)
	case reason == "":
		return r, fault.Invalid("member.missing", fault.Args{"member": "reason"})
	}
	r.Decision = &Decision{By: by, At: now, Terms: Terms{Reason: reason}}
	return r.decided("Refused: "+reason, by, now)
}

func (r Request) decided(text string, by Person, now time.Time) (Request, error) {
	r, err := r.note(text, by, ByOperator, now)
	r.State, r.ClosedAt = Closed, now
	return r.touched(by, now), err
}
