package ui

import (
	"html/template"
	"time"
)

// Mark is the state of a thing as a small stamp: good, soon (a deadline), wait, prep, dead, or plain.
type Mark struct{ Kind, Text string }

var markIcons = map[string]string{"good": "check", "soon": "clock", "wait": "pause", "prep": "clock", "dead": "cross", "plain": "no", "": "info"}

func (m Mark) html() template.HTML {
	return template.HTML(`<span class="mark `+template.HTMLEscapeString(m.Kind)+`">`) + icon(markIcons[m.Kind]) + escaped(m.Text) + `</span>` //nolint:gosec // escaped
}

// Button is an act or a way to one. With Post it is a form of its own that sends Hidden.
type Button struct {
	Text string
	More string // said to those who cannot see where it stands: "Reactivate" + " Keelson Backup"
	Href string
	Post string // address; the button sends a form
	Once string // of that form, see Visit.Once
	Icon string
	Kind string // main, ask (opens what cannot be undone), final (does it), quiet, small; several with spaces
	// Off says why the act cannot be done now: the button is shown disabled, with the reason beside it.
	Off      any
	Download bool
	Hidden   []Pair
}

// Pair is a value that a form sends without showing it.
type Pair struct{ Name, Value string }

// Note says something that matters: info, good, warn, stop. Rows are rule, date, way out.
type Note struct {
	Kind  string
	Title string
	Text  any
	Rows  []Fact
	Acts  []Button
}

// Fact is one line of a list of facts.
type Fact struct {
	Name  string
	Value any
	Hint  any
}

// Facts is a sheet with a list of them.
type Facts struct {
	ID, Title string
	Link      *Link // at its right: to edit them
	Rows      []Fact
}

// Figure is one of the few figures at the head of a page.
type Figure struct {
	Name  string
	Value any
	Hint  any
}

// Strip is a row of figures.
type Strip struct {
	Label   string
	Figures []Figure
}

// Moment is one point of a time line: next (to come), hot (a deadline), done.
type Moment struct {
	At   time.Time
	Kind string
	Text any
	Hint any
}

// Timeline is what happened to a thing and what will, the latest first.
type Timeline struct {
	ID, Title string
	Link      *Link
	Moments   []Moment
	Empty     string
	// Newer and Older lead through one that is told in pages.
	Newer, Older *Link
}

// Verdict is whether an act can be done, until when, by which rule, and what can be done instead.
type Verdict struct {
	Allowed bool
	Title   string
	Text    any
	Act     *Button
}

// Verdicts is a sheet of them.
type Verdicts struct {
	ID, Title, Hint string
	Rows            []Verdict
}

// Empty is what a page says that has nothing to show yet, with the one thing to do about it.
type Empty struct {
	Title, Text string
	Act         *Button
}

// Call is the request of the public API that does what a page does.
type Call struct {
	ID      string
	Method  string
	Path    string // with its query
	Headers []string
	Body    string
	URL     string // of this server
}

// Curl is the call as a command line.
func (c Call) Curl() string {
	text := "curl -X " + c.Method + " '" + c.URL + c.Path + "' \\\n  -H \"Authorization: Bearer $token\""
	for _, h := range c.Headers {
		text += " \\\n  -H '" + h + "'"
	}
	if c.Body != "" {
		text += " \\\n  -H 'Content-Type: application/json' \\\n  --data '" + c.Body + "'"
	}
	return text
}
