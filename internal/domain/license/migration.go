package license

import (
	"cmp"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// KMSActivation is how long a KMS activation usually lasts; the MAK is to be deployed within it (F51). Days are of 24 h:
// neither daylight saving nor a leap day makes it longer or shorter.
const KMSActivation = 180 * 24 * time.Hour

// Device is a machine of a customer that moves from volume licensing (KMS) to a multiple-activation key (F51).
type Device struct {
	ID             id.Device
	Name           string    // of the computer on its network; in any letter case it is the same device
	Product        string    // what is activated on it, in the words of whoever imported it; may be empty
	LastActivation time.Time // by the KMS host; zero: not known
	MovedAt        time.Time // when it was marked as done: the MAK is deployed; zero: it is not
	Version        int64
}

// MoveState is how a device stands in the plan.
type MoveState string

// The states of a device in the plan. Unknown: no last activation was told, somebody has to look. Lapsed: the device may be
// limited or blocked for some functions until it is reactivated. Urgent, Soon and Safe: at most 7, at most 30, and more than
// 30 days of 24 h are left. Done: the MAK is deployed.
const (
	MoveUnknown MoveState = "unknown"
	MoveLapsed  MoveState = "lapsed"
	MoveUrgent  MoveState = "urgent"
	MoveSoon    MoveState = "soon"
	MoveSafe    MoveState = "safe"
	MoveDone    MoveState = "done"
)

// MoveStates are all of them in the order of the plan: what has to be looked at first comes first.
func MoveStates() []MoveState {
	return []MoveState{MoveUnknown, MoveLapsed, MoveUrgent, MoveSoon, MoveSafe, MoveDone}
}

const (
	urgentWithin = 7 * 24 * time.Hour
	soonWithin   = 30 * 24 * time.Hour
)

// Until is the deadline: the device runs without downtime while now < Until. Zero: not known.
func (d Device) Until() time.Time {
	if d.LastActivation.IsZero() {
		return time.Time{}
	}
	return d.LastActivation.Add(KMSActivation)
}

// State is how the device stands at now.
func (d Device) State(now time.Time) MoveState {
	switch left := d.Until().Sub(now); {
	case !d.MovedAt.IsZero():
		return MoveDone
	case d.LastActivation.IsZero():
		return MoveUnknown
	case left <= 0:
		return MoveLapsed
	case left <= urgentWithin:
		return MoveUrgent
	case left <= soonWithin:
		return MoveSoon
	}
	return MoveSafe
}

// DaysLeft is the countdown to the deadline in days of 24 h, rounded up: 0 once it has passed, or when it is not known.
func (d Device) DaysLeft(now time.Time) int64 {
	if d.LastActivation.IsZero() {
		return 0
	}
	return when.DaysCeil(d.Until().Sub(now))
}

// Activated is when a device was last activated that stands in a state at now: after < LastActivation ≤ until, a zero bound
// being none. ok is false for the states that follow from something else, Unknown and Done.
func (s MoveState) Activated(now time.Time) (after, until time.Time, ok bool) {
	lapsed := now.Add(-KMSActivation)
	urgent, soon := lapsed.Add(urgentWithin), lapsed.Add(soonWithin)
	switch s {
	case MoveLapsed:
		return time.Time{}, lapsed, true
	case MoveUrgent:
		return lapsed, urgent, true
	case MoveSoon:
		return urgent, soon, true
	case MoveSafe:
		return soon, time.Time{}, true
	}
	return time.Time{}, time.Time{}, false
}

// ByDeadline is the order of the plan: what is not done first, among those the ones whose deadline is not known, then the
// nearest deadline, then by name.
func ByDeadline(a, b Device) int {
	done := func(d Device) int {
		if d.MovedAt.IsZero() {
			return 0
		}
		return 1
	}
	return cmp.Or(done(a)-done(b), a.LastActivation.Compare(b.LastActivation), strings.Compare(DeviceKey(a.Name), DeviceKey(b.Name)))
}

// DeviceKey is what a device's name is known by: in any letter case it is the same.
func DeviceKey(name string) string { return strings.ToLower(name) }

// MaxDeviceName is as long as a name of a host may be, in bytes.
const MaxDeviceName = 255

// DeviceNamed tells whether a text can be a computer's name on a network: letters and digits without accents, and . - _ after
// the first. Nothing else gets into a script.
func DeviceNamed(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case i > 0 && (c == '.' || c == '-' || c == '_'):
		default:
			return false
		}
	}
	return name != "" && len(name) <= MaxDeviceName
}

// Mark marks the device as done at now, or takes the mark away; changed is false when it stood so already.
func (d Device) Mark(done bool, now time.Time) (marked Device, changed bool) {
	switch {
	case done != d.MovedAt.IsZero():
		return d, false
	case done:
		d.MovedAt = now
	default:
		d.MovedAt = time.Time{}
	}
	return d, true
}
