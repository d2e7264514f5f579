package party

import (
	"slices"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

func TestQualify(t *testing.T) {
	c := Customer{Segment: market.Commercial}
	if _, err := c.Qualify(Qualification{Kind: QualifiedGovernment}); fault.Of(err) == nil || fault.Of(err).Code != "member.missing" {
		t.Errorf("the government's cloud without a code: %v", err)
	}
	for _, q := range []Qualification{
		{Kind: QualifiedEducation, EducationSegment: "K12"}, {Kind: QualifiedNonprofit}, {Kind: QualifiedGovernment, ValidationCode: "x"},
		{Kind: QualifiedStateOwned}, {Kind: QualifiedEducation, EducationSegment: "HigherEducation"},
	} {
		before := slices.Clone(c.Qualifications)
		next, err := c.Qualify(q)
		if err != nil || !slices.Equal(c.Qualifications, before) {
			t.Fatalf("%v: %v, was %v", err, c.Qualifications, before)
		}
		c = next
	}
	if n := len(c.Qualifications); n != 4 || c.Qualifications[n-1].EducationSegment != "HigherEducation" {
		t.Errorf("%+v", c.Qualifications)
	}
	if got := c.Qualified(); !slices.Equal(got, []market.Segment{market.Nonprofit, market.Government, market.Education}) {
		t.Errorf("F12 opens %v", got)
	}
	c.Segment = market.Education
	if slices.Contains(c.Qualified(), market.Education) {
		t.Error("its own segment needs no opening")
	}
}

func TestAttest(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	cloud := Templates[1]
	for _, c := range []struct {
		name, template string
		kind           AgreementKind
		agreed         time.Time
		want           string
	}{
		{"today", cloud.ID, CloudAgreement, now, ""},
		{"tomorrow in the east is today", cloud.ID, CloudAgreement, now.Add(14 * time.Hour), ""},
		{"tomorrow everywhere", cloud.ID, CloudAgreement, now.Add(14*time.Hour + time.Microsecond), "agreement.future"},
		{"the text of another kind", cloud.ID, CustomerAgreement, now, "agreement.template"},
		{"no text", "x", CloudAgreement, now, "agreement.template"},
	} {
		err, got := Agreement{Kind: c.kind, Template: c.template, Agreed: c.agreed}.Attest(now), ""
		if f := fault.Of(err); f != nil {
			got = f.Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
