package locale

import (
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

// Fault says in a sentence what a fault means, with its date, rule and figures. A code without a sentence of its own is
// told by its kind.
func (l *L) Fault(f *fault.Fault) string {
	key := "fault." + f.Code
	if !l.Has(key) {
		return l.Text(kinds[f.Kind], "code", f.Code)
	}
	pairs := make([]any, 0, 2*len(f.Args)+2)
	n := false
	for name, value := range f.Args {
		pairs = append(pairs, name, l.argument(name, value))
		n = n || name == "n"
	}
	if !n {
		pairs = append(pairs, "n", l.number(f))
	}
	return l.Text(key, pairs...)
}

var kinds = map[fault.Kind]string{
	fault.KindInvalid: "fault.kind.invalid", fault.KindRefused: "fault.kind.refused", fault.KindNotFound: "fault.kind.not_found",
	fault.KindConflict: "fault.kind.conflict", fault.KindDenied: "fault.kind.denied", fault.KindUnavailable: "fault.kind.unavailable",
}

// number is what a sentence with plural forms counts.
func (l *L) number(f *fault.Fault) any {
	for _, name := range []string{"limit", "days", "seconds", "rows", "count", "min", "max", "removable"} {
		if v, ok := f.Args[name]; ok {
			return v
		}
	}
	return 0
}

// argument writes a fault's value: roles, countries and segments by their names, all else as anywhere.
func (l *L) argument(name string, value any) string {
	if word, ok := value.(string); ok {
		switch {
		case name == "market":
			return l.Country(market.Country(word))
		case name == "segment" && l.Has("segment."+word):
			return l.Text("segment." + word)
		}
	}
	words, ok := value.([]string)
	if !ok || name != "roles" {
		return l.Value(value)
	}
	out := ""
	for i, w := range words {
		if i > 0 {
			out += ", "
		}
		if key := "role." + w; l.Has(key) {
			w = l.Text(key)
		}
		out += w
	}
	return out
}
