package partnercenter

import (
	"context"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// qualificationWords are the contract's words, in Pascal case both ways, and those of the older form in lower snake.
var (
	qualificationWords = numbered("None", "Education", "Nonprofit", "GovernmentCommunityCloud", "StateOwnedEntity")
	qualificationKinds = map[string]party.QualificationKind{
		"Education": party.QualifiedEducation, "Nonprofit": party.QualifiedNonprofit,
		"GovernmentCommunityCloud": party.QualifiedGovernment, "StateOwnedEntity": party.QualifiedStateOwned,
	}
	educationSegments = named("K12", "HigherEducation")
)

// wireQualification has no attributes, as the contract has it.
type wireQualification struct {
	Qualification    string   `json:"qualification"`
	EducationSegment string   `json:"educationSegment,omitempty"`
	Website          string   `json:"website,omitempty"`
	VettingStatus    string   `json:"vettingStatus"`
	VettingDate      wireTime `json:"vettingCreateDate,omitzero"`
}

func qualificationOf(q party.Qualification) wireQualification {
	w := wireQualification{VettingStatus: "Approved", VettingDate: at(q.At), Website: q.Website, EducationSegment: q.EducationSegment}
	w.Qualification, _ = qualificationWords.match(string(q.Kind))
	return w
}

// qualificationBody is what callers send; the code may stand in the query instead.
type qualificationBody struct {
	Qualification    enumText
	EducationSegment enumText
	ValidationCode   string
	Website          string
}

func (b qualificationBody) wish(code string) (party.Qualification, error) {
	var q party.Qualification
	word, ok := qualificationWords.match(string(b.Qualification))
	switch {
	case b.Qualification == "":
		return q, fault.Invalid("member.missing", fault.Args{"member": "qualification"})
	case !ok || word == "None":
		return q, fault.Invalid("enum.unknown", fault.Args{"member": "qualification", "known": qualificationWords.words[1:]})
	}
	q.Kind, q.Website = qualificationKinds[word], strings.TrimSpace(b.Website)
	if q.ValidationCode = strings.TrimSpace(b.ValidationCode); q.ValidationCode == "" {
		q.ValidationCode = code
	}
	var err error
	if q.EducationSegment, _, err = educationSegments.read("educationSegment", b.EducationSegment); err != nil {
		return q, err
	}
	return q, texts("", []limited{{"website", q.Website, 256}, {"validationCode", q.ValidationCode, 64}})
}

// listQualifications is a bare array (contract.md §1.4).
func (a *api) listQualifications(ctx context.Context, r *request) (answer, error) {
	c, err := a.app.Customer(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	items := make([]wireQualification, len(c.Qualifications))
	for i, q := range c.Qualifications {
		items[i] = qualificationOf(q)
	}
	return reply(items)
}

func (a *api) addQualification(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	in, err := read[qualificationBody](r)
	if err != nil {
		return answer{}, err
	}
	q, err := in.value.wish(r.query.get("code"))
	if err != nil {
		return answer{}, err
	}
	return a.app.Qualify(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		c := outcome.(party.Customer)
		return reply(qualificationOf(c.Qualifications[len(c.Qualifications)-1]))
	}), r.customer, q)
}

// olderQualification is the older form's one word: the latest qualification, or none.
func olderQualification(c party.Customer) string {
	if len(c.Qualifications) == 0 {
		return "none"
	}
	return string(c.Qualifications[len(c.Qualifications)-1].Kind)
}

func (a *api) showQualification(ctx context.Context, r *request) (answer, error) {
	c, err := a.app.Customer(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	return reply(olderQualification(c))
}

// putQualification is the older form: its body is the word alone, and none takes all away.
func (a *api) putQualification(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	in, err := read[enumText](r)
	if err != nil {
		return answer{}, err
	}
	var q party.Qualification
	if word, _ := qualificationWords.match(string(in.value)); word != "None" {
		if q, err = (qualificationBody{Qualification: in.value}).wish(r.query.get("code")); err != nil {
			return answer{}, err
		}
	}
	return a.app.Qualify(ctx, r.actor, r.replay(false, func(outcome any) (answer, error) {
		c := outcome.(party.Customer)
		ans, err := reply(olderQualification(c))
		ans.Version = c.Version
		return ans, err
	}), r.customer, q)
}
