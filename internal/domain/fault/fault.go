// Package fault holds the answers that are meant for the caller: a closed set of kinds and a stable code.
// A door (api, web, command line) turns them into its own words; no HTTP number and no prose lives here.
package fault

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// Kind says what sort of answer a fault is. The set is closed: a door maps every kind once.
type Kind uint8

const (
	// KindInvalid: what was sent cannot be understood or is out of range.
	KindInvalid Kind = iota + 1
	// KindRefused: understood, but a rule forbids it now.
	KindRefused
	// KindNotFound: there is no such thing for this caller.
	KindNotFound
	// KindConflict: somebody else was first, or it was done already.
	KindConflict
	// KindDenied: the caller's role or tenant does not allow it.
	KindDenied
	// KindUnavailable: not now, through no fault of the caller; trying again may work.
	KindUnavailable
)

// Args are the values of a fault's message. Never secrets, never what the caller sent.
type Args map[string]any

// Fault is an answer meant for the caller. Any other error is ours: the caller sees "internal", the log the text.
type Fault struct {
	Kind Kind
	Code string // stable, e.g. "cancel.window_closed"; also the message key
	Args Args
}

// Error gives the code and the names of the arguments, never their values: errors travel into logs.
func (f *Fault) Error() string {
	if len(f.Args) == 0 {
		return f.Code
	}
	return f.Code + " (" + strings.Join(slices.Sorted(maps.Keys(f.Args)), ", ") + ")"
}

// Is makes errors.Is match two faults by their code.
func (f *Fault) Is(target error) bool {
	var other *Fault
	return errors.As(target, &other) && other.Code == f.Code
}

// Invalid is a fault for a value that cannot be taken.
func Invalid(code string, args Args) *Fault { return &Fault{KindInvalid, code, args} }

// Refuse is a fault for an act that a rule forbids now.
func Refuse(code string, args Args) *Fault { return &Fault{KindRefused, code, args} }

// NotFound is a fault for a thing that is not there for this caller.
func NotFound(code string, args Args) *Fault { return &Fault{KindNotFound, code, args} }

// Conflict is a fault for an act that another one overtook.
func Conflict(code string, args Args) *Fault { return &Fault{KindConflict, code, args} }

// Deny is a fault for a caller without the role or the relation.
func Deny(code string, args Args) *Fault { return &Fault{KindDenied, code, args} }

// Unavailable is a fault for a thing that may work in a moment.
func Unavailable(code string, args Args) *Fault { return &Fault{KindUnavailable, code, args} }

// Of finds the fault in an error's chain; nil when the error is ours.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}
