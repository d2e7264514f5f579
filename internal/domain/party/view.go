package party

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// View is a list as its reader asked for it, under a name: its address with all its filters.
type View struct{ Name, At string }

// Path is the page of the view, without what was asked of it.
func (v View) Path() string {
	path, _, _ := strings.Cut(v.At, "?")
	return path
}

// MaxViews is how many views a person keeps; each is read with the person at every visit.
const MaxViews = 20

const (
	maxViewName = 60   // characters
	maxViewAt   = 1000 // bytes
)

// KeepView adds a view; one of the same page and name is replaced. The person's views are not changed in place. Faults:
// "view.name" with the longest, "view.address", "view.too_many" with the limit.
func KeepView(all []View, one View) ([]View, error) {
	one.Name = strings.TrimSpace(one.Name)
	if one.Name == "" || utf8.RuneCountInString(one.Name) > maxViewName || !utf8.ValidString(one.Name) || strings.ContainsFunc(one.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, fault.Invalid("view.name", fault.Args{"max": maxViewName})
	}
	if !strings.HasPrefix(one.At, "/") || strings.HasPrefix(one.At, "//") || len(one.At) > maxViewAt || strings.ContainsFunc(one.At, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f || r == utf8.RuneError }) {
		return nil, fault.Invalid("view.address", nil)
	}
	out := DropView(all, one)
	if len(out) >= MaxViews {
		return nil, fault.Refuse("view.too_many", fault.Args{"max": MaxViews})
	}
	return append(out, one), nil
}

// DropView takes the view of that page and name away.
func DropView(all []View, one View) []View {
	return slices.DeleteFunc(slices.Clone(all), func(v View) bool { return v.Name == one.Name && v.Path() == one.Path() })
}
