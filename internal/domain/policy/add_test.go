package policy_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	. "github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// TestP08RowsAreAddedAhead: what an operator may add to the rows of rules.md §3.
func TestP08RowsAreAddedAhead(t *testing.T) {
	now := at("2026-01-01")
	good := CancelRule{ID: "X2", Class: catalog.SaaSMonthly, From: at("2026-02-01"), Window: Elapsed(72 * time.Hour), Credit: Full, After: EndAtTerm, Source: "contract"}
	rows := append([]CancelRule{
		{ID: "X1", Class: catalog.SaaSMonthly, From: at("2026-03-01"), Until: at("2026-04-01"), Window: Elapsed(48 * time.Hour), Credit: Full, After: EndAtTerm, Source: "o"},
	}, Shipped...)
	for _, c := range []struct {
		name   string
		change func(*CancelRule)
		code   string
	}{
		{"between two", func(r *CancelRule) { r.Until = at("2026-03-01") }, ""},
		{"from the very now", func(r *CancelRule) { r.From, r.Until = now, at("2026-03-01") }, ""},
		{"a microsecond ago", func(r *CancelRule) { r.From = now.Add(-time.Microsecond) }, "policy.past"},
		{"open over a later one", func(*CancelRule) {}, "policy.overlap"},
		{"a microsecond into a later one", func(r *CancelRule) { r.Until = at("2026-03-01").Add(time.Microsecond) }, "policy.overlap"},
		{"at the same instant as another", func(r *CancelRule) { r.From = at("2026-03-01") }, "policy.overlap"},
		{"within a closed one", func(r *CancelRule) { r.From = at("2026-03-15") }, "policy.overlap"},
		{"at the end of a closed one", func(r *CancelRule) { r.From = at("2026-04-01") }, ""},
		{"another class", func(r *CancelRule) { r.Class = catalog.SaaSAnnual }, ""},
		{"an id that is taken", func(r *CancelRule) { r.ID = "P08" }, "policy.taken"},
		{"an id that is none", func(r *CancelRule) { r.ID = "x 2" }, "policy.id"},
		{"ends as it begins", func(r *CancelRule) { r.Until = r.From }, "policy.backwards"},
		{"a class of nobody", func(r *CancelRule) { r.Class = "boats" }, "policy.class"},
		{"no length", func(r *CancelRule) { r.Window = Elapsed(0) }, "policy.window"},
		{"days without a number", func(r *CancelRule) { r.Window = DayEnd(0) }, "policy.window"},
		{"longer than a year", func(r *CancelRule) { r.Window = DayEnd(367) }, "policy.window"},
		{"never, and yet so long", func(r *CancelRule) { r.Window = Window{Kind: ByNever, Days: 3} }, "policy.window"},
		{"a kind of nobody", func(r *CancelRule) { r.Window.Kind = "moon" }, "policy.window"},
		{"a credit of nobody", func(r *CancelRule) { r.Credit = "half" }, "policy.credit"},
		{"an end of nobody", func(r *CancelRule) { r.After = "perhaps" }, "policy.after"},
		{"no source", func(r *CancelRule) { r.Source = " " }, "policy.source"},
	} {
		r := good
		c.change(&r)
		code := ""
		if f := fault.Of(Add(rows, r, now)); f != nil {
			code = f.Code
		}
		if code != c.code {
			t.Errorf("%s: %q, want %q", c.name, code, c.code)
		}
	}
}

// What was added never changes what applied to instants outside of its own span, and decides within.
func TestAddedRowsDecideWithinTheirSpan(t *testing.T) {
	now := at("2026-01-01")
	rapid.Check(t, func(t *rapid.T) {
		rows := Shipped
		for n := range rapid.IntRange(1, 6).Draw(t, "rows") {
			day := func(name string) time.Time { return now.AddDate(0, 0, rapid.IntRange(0, 30).Draw(t, name)) }
			r := CancelRule{ID: "X" + string(rune('A'+n)), Class: catalog.Perpetual, From: day("from"), Window: DayEnd(5), Credit: Full, After: Refused, Source: "s"}
			if rapid.Bool().Draw(t, "closed") {
				r.Until = day("until")
			}
			var f *fault.Fault
			if err := Add(rows, r, now); errors.As(err, &f) {
				continue
			}
			before := rows
			rows = append([]CancelRule{r}, rows...)
			for d := -1; d < 40; d++ {
				at := now.AddDate(0, 0, d)
				was, _ := For(before, catalog.Perpetual, at)
				is, _ := For(rows, catalog.Perpetual, at)
				within := !at.Before(r.From) && (r.Until.IsZero() || at.Before(r.Until))
				if within && is.ID != r.ID || !within && is.ID != was.ID {
					t.Fatalf("at %v within %t: %s was %s", at, within, is.ID, was.ID)
				}
			}
		}
	})
}

// TestSpansAreWhereEachRowDecides: at each instant the span that holds it names the row that For picks, spans lie one after
// another, and an open row comes again after a closed one.
func TestSpansAreWhereEachRowDecides(t *testing.T) {
	open := CancelRule{ID: "A", Class: catalog.Perpetual, From: at("2026-01-01")}
	closed := CancelRule{ID: "B", Class: catalog.Perpetual, From: at("2026-02-01"), Until: at("2026-03-01")}
	got := Spans([]CancelRule{closed, open})
	if len(got) != 3 || got[0].Rule.ID != "A" || got[1].Rule.ID != "B" || got[2].Rule.ID != "A" || !got[2].From.Equal(closed.Until) || !got[2].Until.IsZero() {
		t.Errorf("%+v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		var rows []CancelRule
		day := func(name string) time.Time {
			if n := rapid.IntRange(-1, 20).Draw(t, name); n >= 0 {
				return at("2026-01-01").AddDate(0, 0, n)
			}
			return time.Time{}
		}
		for n := range rapid.IntRange(0, 6).Draw(t, "rows") {
			rows = append(rows, CancelRule{ID: string(rune('A' + n)), Class: catalog.Perpetual, From: day("from"), Until: day("until")})
		}
		spans := Spans(rows)
		for i := 1; i < len(spans); i++ {
			if spans[i-1].Until.IsZero() || spans[i].From.Before(spans[i-1].Until) {
				t.Fatalf("%+v", spans)
			}
		}
		for n := range 24 * 22 {
			now := at("2025-12-31").Add(time.Duration(n) * time.Hour)
			r, ok := For(rows, catalog.Perpetual, now)
			held := ""
			for _, s := range spans {
				if !now.Before(s.From) && (s.Until.IsZero() || now.Before(s.Until)) {
					held = s.Rule.ID
				}
			}
			if held != r.ID || ok != (held != "") {
				t.Fatalf("at %v %q decides, the spans say %q: %+v", now, r.ID, held, spans)
			}
		}
	})
}
