package license

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// KMSActivation is how long a KMS activation usually lasts; the MAK is to be deployed within it (F51).
const KMSActivation = 180 * 24 * time.Hour

// Device is a machine that moves from volume licensing (KMS) to a multiple-activation key.
type Device struct {
	Name           string
	LastActivation time.Time // by the KMS host; zero: not known
	Moved          bool      // the MAK is deployed
}

// MoveState is how a device stands in the plan.
type MoveState string

// The states of a device in the plan. Lapsed: the device may be limited or blocked for some functions until it is
// reactivated. Unknown: no last activation was given.
const (
	MoveDone    MoveState = "done"
	MoveDue     MoveState = "due"
	MoveLapsed  MoveState = "lapsed"
	MoveUnknown MoveState = "unknown"
)

// Move is one device's row of the plan: without downtime while now < Until. DaysLeft is rounded up.
type Move struct {
	Device   Device
	State    MoveState
	Until    time.Time
	DaysLeft int64
}

// PlanMove counts down each device's KMS activation, in the order given (F51).
func PlanMove(devices []Device, now time.Time) []Move {
	plan := make([]Move, 0, len(devices))
	for _, d := range devices {
		m := Move{Device: d, State: MoveUnknown}
		if !d.LastActivation.IsZero() {
			m.Until = d.LastActivation.Add(KMSActivation)
			m.DaysLeft = when.DaysCeil(m.Until.Sub(now))
			m.State = MoveDue
			if !now.Before(m.Until) {
				m.State = MoveLapsed
			}
		}
		if d.Moved {
			m.State = MoveDone
		}
		plan = append(plan, m)
	}
	return plan
}

// MoveScript is a Windows command file that installs the key given as its first argument and activates it (F51). The
// key is an argument so that the file can be kept and shared without it.
const MoveScript = "@echo off\r\n" +
	"if \"%~1\"==\"\" (echo usage: %~nx0 PRODUCT-KEY & exit /b 2)\r\n" +
	"cscript //nologo \"%windir%\\system32\\slmgr.vbs\" /ckms || exit /b 1\r\n" +
	"cscript //nologo \"%windir%\\system32\\slmgr.vbs\" /ipk \"%~1\" || exit /b 1\r\n" +
	"cscript //nologo \"%windir%\\system32\\slmgr.vbs\" /ato || exit /b 1\r\n"
