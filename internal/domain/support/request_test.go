package support_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	. "github.com/comptoir-dev/comptoir/internal/domain/support"
)

var (
	now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	ana = Person{"1", "ana@partner.example"}
	eve = Person{"2", "eve@operator.example"}
	max = Person{"3", "max@operator.example"}
)

func eur(minor int64) money.Amount { return money.Of(minor, "EUR") }

func code(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	return ""
}

// wish is a refund with everything that F69 asks for.
func wish() Request {
	return Request{
		ID: "100001", Customer: "c", Title: "Refund", Description: "please", Severity: Moderate, Topic: RefundTopic, Side: ByPartner,
		Contact: Contact{"Ana", "Lima", "ana@partner.example", "+33 1 23 45 67 89"},
		Refund:  &Refund{Order: "o", Lines: []int{0, 2}, Reason: "bought twice", Amount: eur(12_000)},
	}
}

func filed(t *testing.T, change ...func(*Request)) Request {
	t.Helper()
	r := wish()
	for _, f := range change {
		f(&r)
	}
	r, err := Raise(r, ana, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestF69WhatIsAskedFor(t *testing.T) {
	other := func(r *Request) { r.Topic, r.Contact, r.Refund = 32444676, Contact{}, nil }
	for _, c := range []struct {
		name    string
		change  func(*Request)
		code    string
		missing string
	}{
		{"F69 everything", func(*Request) {}, "", ""},
		{"F69 title", func(r *Request) { r.Title = "" }, "member.missing", "title"},
		{"F69 description", func(r *Request) { r.Description = "" }, "member.missing", "description"},
		{"F69 impact", func(r *Request) { r.Severity = "" }, "member.missing", "severity"},
		{"F69 contact's name", func(r *Request) { r.Contact.FirstName, r.Contact.LastName = "", "" }, "member.missing", "primaryContact.lastName"},
		{"F69 one name is enough", func(r *Request) { r.Contact.FirstName = "" }, "", ""},
		{"F69 contact's e-mail", func(r *Request) { r.Contact.Email = "" }, "member.missing", "primaryContact.email"},
		{"F69 contact's phone", func(r *Request) { r.Contact.Phone = "" }, "member.missing", "primaryContact.phoneNumber"},
		{"F69 tenant", func(r *Request) { r.Customer = "" }, "request.refund_incomplete", "customer tenant or domain"},
		{"F69 order", func(r *Request) { r.Refund.Order = "" }, "request.refund_incomplete", "order or subscription"},
		{"F69 reason", func(r *Request) { r.Refund.Reason = "" }, "request.refund_incomplete", "refund reason"},
		{"F69 amount", func(r *Request) { r.Refund.Amount = eur(0) }, "request.refund_incomplete", "amount"},
		{"F69 nothing of it", func(r *Request) { r.Refund = nil }, "request.refund_incomplete", "order or subscription, refund reason, amount"},
		{"F68 an unknown topic", func(r *Request) { r.Topic = 7 }, "request.topic", ""},
		{"another topic needs no contact", other, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := wish()
			c.change(&r)
			got, err := Raise(r, ana, now)
			if code(err) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if err != nil {
				args := fault.Of(err).Args
				if list, ok := args["missing"].([]string); ok && strings.Join(list, ", ") != c.missing || args["member"] != nil && args["member"] != c.missing {
					t.Errorf("missing %v, want %s", args, c.missing)
				}
				return
			}
			if got.State != Open || got.FiledAt != now || got.AskedAt != now || got.RaisedBy != ana || !got.ClosedAt.IsZero() {
				t.Errorf("%+v", got)
			}
		})
	}
	if r := filed(t, other, func(r *Request) { r.Refund = wish().Refund }); r.Refund != nil {
		t.Error("F68 another topic asks for no refund")
	}
}

// TestR10WhoseTurnItIs: notes, answers, taking back and opening again.
func TestR10WhoseTurnItIs(t *testing.T) {
	later := now.Add(48 * time.Hour)
	r := filed(t)
	step := func(r Request, err error) Request {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	answered := step(r.Reply("which one?", false, eve, later))
	if answered.State != Attention || len(answered.Notes) != 1 || answered.Notes[0].Side != ByOperator || answered.ChangedBy != eve.Name {
		t.Errorf("R16 %+v", answered)
	}
	noted := step(answered.Change(Change{Note: "the second"}, ana, ByPartner, later))
	if noted.State != Open || len(noted.Notes) != 2 || noted.Notes[1].Number != 2 || len(answered.Notes) != 1 {
		t.Errorf("R10 %+v", noted)
	}
	worse := step(noted.Change(Change{Severity: Critical}, ana, ByPartner, later))
	if worse.Severity != Critical || worse.State != Open {
		t.Errorf("R10 %+v", worse)
	}
	back := step(worse.Change(Change{State: Closed}, ana, ByPartner, later))
	if back.State != Closed || back.ClosedAt != later {
		t.Errorf("R10 %+v", back)
	}
	for name, err := range map[string]error{
		"R10 a note on a closed one":      second(back.Change(Change{Note: "still"}, ana, ByPartner, later)),
		"R10 severity of a closed one":    second(back.Change(Change{Severity: Minimal}, ana, ByPartner, later)),
		"R16 a reply to a closed one":     second(back.Reply("no", false, eve, later)),
		"F70 refusing a closed one":       second(back.Refuse("no", eve, later)),
		"F70 approving a closed one":      secondTerms(back.Settled(Terms{})),
		"F69 a file for a closed one":     second(back.Attach(File{}, ana, ByPartner, later)),
		"R10 attention is the operator's": second(worse.Change(Change{State: Attention}, ana, ByPartner, later)),
	} {
		if want := "request.closed"; code(err) != want && !(strings.HasPrefix(name, "R10 attention") && code(err) == "request.state") {
			t.Errorf("%s: %v", name, err)
		}
	}
	again := step(back.Change(Change{State: Open, Note: "after all"}, ana, ByPartner, later.Add(time.Hour)))
	if again.State != Open || !again.ClosedAt.IsZero() || again.AskedAt != later.Add(time.Hour) || again.FiledAt != now {
		t.Errorf("F70 opened again it is asked anew: %+v", again)
	}
	done := step(again.Refuse("too late", eve, later))
	if done.State != Closed || done.Decision.Approved || done.Notes[len(done.Notes)-1].Text != "Refused: too late" {
		t.Errorf("F70 %+v", done)
	}
	if _, err := done.Change(Change{State: Open}, ana, ByPartner, later); code(err) != "request.decided" {
		t.Errorf("F70 decided for good: %v", err)
	}
	if _, err := filed(t).Refuse("", eve, now); code(err) != "member.missing" {
		t.Errorf("F70 refused with a reason: %v", err)
	}
	full := r
	full.Notes = make([]Note, MaxNotes)
	if _, err := full.Reply("x", false, eve, now); code(err) != "request.full" {
		t.Errorf("%v", err)
	}
	full.Files = make([]File, MaxFiles)
	if _, err := full.Attach(File{}, ana, ByPartner, now); code(err) != "request.files" {
		t.Errorf("%v", err)
	}
}

func second(_ Request, err error) error    { return err }
func secondTerms(_ Terms, err error) error { return err }

// TestR16TwoPeopleAboveTheLimit: above it the very terms must have been proposed by somebody else; at it, and without one,
// one person is enough.
func TestR16TwoPeopleAboveTheLimit(t *testing.T) {
	byLaw := Terms{Law: "FR", Reason: "art. L221-18", Lines: []order.Granted{{Line: 0, Amount: eur(10_000)}}}
	for _, c := range []struct {
		name     string
		credit   int64
		limit    money.Amount
		proposer *Person
		proposed int64
		terms    Terms // proposed; approved is byLaw
		code     string
	}{
		{"R16 no limit", 10_001, money.Amount{}, nil, 0, Terms{}, ""},
		{"R16 at the limit", 10_000, eur(10_000), nil, 0, Terms{}, ""},
		{"R16 above it, nobody proposed", 10_001, eur(10_000), nil, 0, Terms{}, "request.second_person"},
		{"R16 above it, proposed by the same person", 10_001, eur(10_000), &max, 10_001, byLaw, "request.second_person"},
		{"R16 above it, proposed by another", 10_001, eur(10_000), &eve, 10_001, byLaw, ""},
		{"R16 … whose credit fell since", 10_001, eur(10_000), &eve, 10_500, byLaw, ""},
		{"R16 … whose credit rose since", 10_002, eur(10_000), &eve, 10_001, byLaw, "request.other_terms"},
		{"R16 … on other lines", 10_001, eur(10_000), &eve, 10_001, Terms{Law: "FR", Reason: "x", Lines: []order.Granted{{Line: 1}}}, "request.other_terms"},
		{"R16 … by the policy row", 10_001, eur(10_000), &eve, 10_001, Terms{Lines: byLaw.Lines}, "request.other_terms"},
		{"R16 a limit of nothing", 1, eur(0), nil, 0, Terms{}, "request.second_person"},
		{"R16 a limit in another currency", 10_001, money.Of(1, "JPY"), nil, 0, Terms{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := filed(t)
			if c.proposer != nil {
				r = r.Propose(c.terms, eur(c.proposed), *c.proposer, now)
			}
			got, err := r.Approve(byLaw, eur(c.credit), c.limit, max, now)
			if code(err) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if err == nil && (got.State != Closed || !got.Decision.Approved || got.Decision.Credit != eur(c.credit) || got.Decision.Terms.Law != "FR") {
				t.Errorf("%+v", got.Decision)
			}
		})
	}
}

func TestF70Terms(t *testing.T) {
	r := filed(t)
	plain, err := r.Settled(Terms{})
	if err != nil || len(plain.Lines) != 2 || plain.Lines[1].Line != 2 {
		t.Errorf("F70 the lines of the request: %+v, %v", plain, err)
	}
	one := Terms{Lines: []order.Granted{{Line: 2}}, Reason: "half"}
	proposed := r.Propose(one, eur(1), eve, now)
	if got, err := proposed.Settled(Terms{}); err != nil || !slices.Equal(got.Lines, one.Lines) || got.Reason != "half" {
		t.Errorf("F70 the terms of the proposal: %+v, %v", got, err)
	}
	if got, err := proposed.Settled(Terms{Reason: "mine"}); err != nil || got.Reason != "mine" || !slices.Equal(got.Lines, one.Lines) {
		t.Errorf("F70 %+v, %v", got, err)
	}
	if _, err := r.Settled(Terms{Law: "FR"}); code(err) != "member.missing" {
		t.Errorf("F77 a law without a reason: %v", err)
	}
	if _, err := r.Settled(Terms{Lines: []order.Granted{{Line: 0, Amount: eur(1)}}}); code(err) != "request.amount_without_law" {
		t.Errorf("F77 an amount without a law: %v", err)
	}
	question := filed(t, func(r *Request) { r.Topic, r.Refund = 32444676, nil })
	if _, err := question.Settled(Terms{}); code(err) != "request.no_refund" {
		t.Errorf("F70 %v", err)
	}
}

// TestF69DescriptionIsReadBack: what a draft says is what is understood of it, whatever stands around it.
func TestF69DescriptionIsReadBack(t *testing.T) {
	word := rapid.StringMatching(`[A-Za-z0-9_-]{1,33}`)
	rapid.Check(t, func(t *rapid.T) {
		r := Refund{
			Order: id.Order(word.Draw(t, "order")), Subscription: id.Subscription(word.Draw(t, "subscription")), Reason: word.Draw(t, "reason"),
			Lines: rapid.SliceOfN(rapid.IntRange(0, 99), 1, 4).Draw(t, "lines"), Amount: eur(rapid.Int64Range(1, 1e12).Draw(t, "amount")),
		}
		customer := id.Customer(word.Draw(t, "customer"))
		text := Describe(customer, "atelier.example", r)
		around := rapid.SampledFrom([]string{"", "Hello,\n\n", "no facts: here\n"}).Draw(t, "around")
		got := ReadDescription(around + strings.ReplaceAll(text, "\n", "\r\n") + around)
		if got.Customer != string(customer) || got.Order != string(r.Order) || got.Subscription != string(r.Subscription) || got.Reason != r.Reason ||
			got.Amount != r.Amount.Decimal() || got.Currency != "EUR" || !slices.Equal(got.Lines, r.Lines) || !got.Whole() {
			t.Fatalf("%+v of\n%s", got, text)
		}
	})
	blank := ReadDescription(Describe("c", "", Refund{Order: "o"}))
	if blank.Whole() || blank.Reason != "" || blank.Amount != "" {
		t.Errorf("F69 what a person has to fill in is not there: %+v", blank)
	}
}
