// Package uitest renders pages without a server: every template of a room, with sample data, in every language.
package uitest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// Sample is one page with what it shows.
type Sample struct {
	Page ui.Page
	Data any
}

// Samples are those of a room, by the name of the template. They are made anew for each language.
type Samples func(l *locale.L) map[string]Sample

// Every renders all templates of a room in all languages and looks at what came out. A template without a sample fails, so
// a new page comes with one.
func Every(t *testing.T, room *ui.Room, samples Samples) {
	t.Helper()
	for _, tag := range locale.Languages {
		l := locale.Of(tag)
		all := samples(l)
		for _, name := range room.Templates() {
			if _, ok := all[name]; !ok {
				t.Errorf("no sample of %q", name)
			}
		}
		for name, s := range all {
			page, err := room.Render(l, Shell(l, s.Page), name, s.Data)
			if err != nil {
				t.Errorf("%s in %s: %v", name, tag, err)
				continue
			}
			Look(t, tag+" "+name, string(page))
		}
	}
}

// Shell is a shell with everything in it around a page.
func Shell(l *locale.L, p ui.Page) ui.Shell {
	if p.Title == "" {
		p.Title = l.Text("nav.customers")
	}
	s := ui.Shell{
		Page: p, Room: "partner", Find: "/search", Tenant: "Quai Nine <Software>", Said: l.Text("me.ended"), Language: l.Tag, Back: "/customers?q=1", Jumps: true,
		Reader:  &ui.Reader{Name: "Inès Marchand", UPN: "ines@quai.example", Initials: "IM"},
		Nav:     []ui.Link{{Text: l.Text("nav.customers"), Href: "/customers", Key: "customers", Jump: "c", Here: true}},
		Sandbox: &ui.Banner{Now: when.Date(2026, 11, 20), NextDue: when.Date(2026, 12, 1), Moves: true, Back: "/"},
	}
	for _, tag := range locale.Languages {
		s.Choices = append(s.Choices, ui.Choice{Tag: tag, Name: locale.Of(tag).Name, Here: tag == l.Tag})
	}
	return s
}

var (
	ids      = regexp.MustCompile(`\sid="([^"]*)"`)
	labelled = regexp.MustCompile(`\s(?:for|aria-labelledby|aria-describedby)="([^"]*)"`)
	inline   = regexp.MustCompile(`(?i)\s(style|on[a-z]+)=|<style|<script>|javascript:`)
)

// Look refuses what no page may have: a message that is missing, two elements of one id, a label that leads nowhere, a
// style or script inside the page, more or less than one h1.
func Look(t *testing.T, name, page string) {
	t.Helper()
	for _, bad := range []string{"⟦", "%!", "<no value>", "ZgotmplZ", "[object", "&amp;{"} {
		if at := strings.Index(page, bad); at >= 0 {
			t.Errorf("%s: %q in …%s…", name, bad, page[max(0, at-60):min(len(page), at+80)])
		}
	}
	if m := inline.FindString(page); m != "" {
		t.Errorf("%s: %q inside the page", name, m)
	}
	if n := strings.Count(page, "<h1"); n != 1 {
		t.Errorf("%s: %d h1", name, n)
	}
	var seen []string
	for _, m := range ids.FindAllStringSubmatch(page, -1) {
		if slices.Contains(seen, m[1]) {
			t.Errorf("%s: two elements are %q", name, m[1])
		}
		seen = append(seen, m[1])
	}
	for _, m := range labelled.FindAllStringSubmatch(page, -1) {
		for id := range strings.FieldsSeq(m[1]) {
			if !slices.Contains(seen, id) {
				t.Errorf("%s: %s leads to no element", name, strings.TrimSpace(m[0]))
			}
		}
	}
	for _, tag := range []string{"main", "form", "table", "section", "ul", "ol", "dl", "details", "dialog", "div", "span", "p", "a", "button", "svg"} {
		open := strings.Count(page, "<"+tag+">") + strings.Count(page, "<"+tag+" ")
		if closed := strings.Count(page, "</"+tag+">"); open != closed {
			t.Errorf("%s: %d <%s> and %d </%s>", name, open, tag, closed, tag)
		}
	}
}
