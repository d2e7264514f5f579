package web_test

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// The console moves the clock by a length of hours, days or months of the calendar, and to an instant; what leads nowhere, back or
// too far is refused at its field and keeps what was typed (R21).
func TestR21TheConsoleMovesTheClock(t *testing.T) {
	c := open(t)
	o, s := c.ops(party.OperatorAdmin), c.ops(party.SupportAgent)
	const page = "/operator/clock"
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get(page), 200, `name="by"`, `name="unit"`, `type="datetime-local"`, `min="2026-11-20T10:00"`)
	}
	for _, x := range []struct {
		pairs []string
		want  time.Time
	}{
		{[]string{"by", "5", "unit", "hours"}, now.Add(5 * time.Hour)},
		{[]string{"by", "10", "unit", "days"}, time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC)},
		{[]string{"to", "2027-01-31T09:30"}, time.Date(2027, 1, 31, 9, 30, 0, 0, time.UTC)},
		{[]string{"by", "1", "unit", "months"}, time.Date(2027, 2, 28, 9, 30, 0, 0, time.UTC)},
	} {
		o.has(o.post(page, x.pairs...), 200, "What the last jump did")
		if at := c.clock.Now(); !at.Equal(x.want) {
			t.Errorf("%v leads to %s, want %s", x.pairs, at, x.want)
		}
	}
	at := c.clock.Now()
	for _, x := range []struct {
		pairs []string
		says  []string
	}{
		{[]string{"by", "0", "unit", "days"}, []string{`href="#f-by"`, "whole number above zero", `value="0"`}},
		{[]string{"by", "-3", "unit", "days"}, []string{`href="#f-by"`, `value="-3"`}},
		{[]string{"by", "1.5", "unit", "hours"}, []string{`href="#f-by"`}},
		{[]string{"by", "1", "unit", "years"}, []string{`href="#f-unit"`}},
		{[]string{"by", "99", "unit", "months"}, []string{`href="#f-by"`, "400 days at most", `value="99"`}},
		{[]string{"to", "2027-02-28T09:30"}, []string{`href="#f-to"`, "only goes forward"}},
		{[]string{"to", "2020-01-01T00:00"}, []string{`href="#f-to"`, "only goes forward", `value="2020-01-01T00:00"`}},
		{[]string{"to", "soon"}, []string{`href="#f-to"`, "Give a date and a time"}},
		{[]string{"to", "2029-01-01T00:00"}, []string{`href="#f-to"`, "400 days at most"}},
	} {
		o.has(o.post(page, x.pairs...), 422, x.says...)
	}
	s.has(s.post(page, "by", "1", "unit", "days"), 403)
	if !c.clock.Now().Equal(at) {
		t.Errorf("what was refused moved it to %s", c.clock.Now())
	}
	c.site.Sandbox = nil
	o.has(o.post(page, "by", "1", "unit", "days"), 404)
}
