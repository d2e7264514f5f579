package ui

import (
	"net/http"
	"net/url"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Form is a form that changes something. It keeps what was typed, and says at its head and at each field what is wrong.
type Form struct {
	Action string
	Once   string
	Fields []Field
	Hidden []Pair
	Submit Button
	Back   *Button
	Before any  // what happens, before the button: amount, date, consequence
	Files  bool // it sends a file, see Visit.Upload; its field, of the kind "file", is the last
}

// Field is one of a form.
type Field struct {
	Name, Label  string
	Kind         string // text (also empty), email, tel, url, number, date, search, password, select, radio, check, area, file, hidden
	Value        string
	Options      []Option
	Hint         any
	Error        string
	Required     bool
	Autocomplete string
	Min, Max     string
	MaxLength    int
	Placeholder  string
	Grow         bool   // takes the room that is left
	Prefix       string // of its id, where a page has several forms
}

// Option is one that can be chosen.
type Option struct {
	Value, Text string
	Hint        any
}

// ID is the element's id, which labels and the summary of errors point to.
func (f Field) ID() string { return "f-" + f.Prefix + f.Name }

// Described are the ids of what explains the field.
func (f Field) Described() string {
	var ids string
	if f.Hint != nil {
		ids = f.ID() + "-hint"
	}
	if f.Error != "" {
		if ids != "" {
			ids += " "
		}
		ids += f.ID() + "-error"
	}
	return ids
}

// Errors is the summary at the head of a page: how many things are wrong, each with a link to its field.
type Errors struct {
	Title string
	Items []Link // Href "#field"
}

// Fill puts what was sent into the fields, so that nothing has to be typed twice. Passwords are not sent back.
func (f *Form) Fill(sent url.Values) {
	for i := range f.Fields {
		field := &f.Fields[i]
		if vs, ok := sent[field.Name]; ok && field.Kind != "password" {
			field.Value = vs[0]
		} else if field.Kind == "check" {
			field.Value = ""
		}
	}
}

// Field is the one of that name; nil when there is none.
func (f *Form) Field(name string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			return &f.Fields[i]
		}
	}
	return nil
}

// Missing marks the required fields that are empty, and tells whether there are any.
func (f *Form) Missing(l *locale.L) bool {
	any := false
	for i := range f.Fields {
		if field := &f.Fields[i]; field.Required && field.Value == "" {
			field.Error = l.Text("form.missing")
			any = true
		}
	}
	return any
}

// Blame puts a fault at the field it is about; one that is about none stands in the summary alone.
func (f *Form) Blame(l *locale.L, err *fault.Fault, field string) *Errors {
	text := l.Fault(err)
	if at := f.Field(field); at != nil {
		at.Error = text
		return f.Summary(l)
	}
	e := f.Summary(l)
	e.Items = append(e.Items, Link{Text: text})
	e.Title = l.Text("form.errors", "n", len(e.Items))
	return e
}

// Summary lists what is wrong with the fields.
func (f *Form) Summary(l *locale.L) *Errors {
	e := &Errors{}
	for _, field := range f.Fields {
		if field.Error != "" {
			e.Items = append(e.Items, Link{Text: l.Text("part.of_field", "field", field.Label, "error", field.Error), Href: "#" + field.ID()})
		}
	}
	e.Title = l.Text("form.errors", "n", len(e.Items))
	return e
}

// Again tells the status of a page that shows a form once more because of a fault.
func Again(f *fault.Fault) int {
	if s := status(f); s != http.StatusNotFound {
		return s
	}
	return http.StatusUnprocessableEntity
}
