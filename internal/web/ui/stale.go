package ui

import (
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// Change is one value of a thing that was seen as one and is another now.
type Change struct {
	Name    string
	Was, Is any
}

// Stale says that something was changed since its page was opened, and shows both versions of what differs. Nothing was done.
func (v *Visit) Stale(changes ...Change) Note {
	n := Note{Kind: "stop", Title: v.T("subs.stale"), Text: v.T("stale.text")}
	for _, c := range changes {
		if was, is := v.L.Value(c.Was), v.L.Value(c.Is); was != is {
			n.Rows = append(n.Rows, Fact{Name: c.Name, Value: v.T("stale.was_is", "was", was, "is", is)})
		}
	}
	return n
}

// WasChanged tells whether a fault says that somebody else changed the thing first.
func WasChanged(f *fault.Fault) bool {
	if f == nil {
		return false
	}
	switch f.Code {
	case "etag.stale", "user.changed", "client.changed", "partner.changed", "subscription.changed":
		return true
	}
	return false
}

// MovedFigures are the sum that a form showed, as it was written there, and the one of "preview.moved", which it would be now.
func MovedFigures(v *Visit, f *fault.Fault, shown string) (rows []Fact) {
	now, ok := f.Args["sum"]
	if f.Code != "preview.moved" || !ok || shown == "" {
		return nil
	}
	return []Fact{{Name: v.T("stale.was"), Value: shown}, {Name: v.T("stale.now"), Value: now}}
}
