package app

import "time"

// ClockState is what a sandbox tells of its clock and of the jump it is in, if any.
type ClockState struct {
	Now      time.Time
	NextDue  time.Time // zero: nothing is due ever
	Running  bool      // a jump is under way
	Target   time.Time // of the jump
	Done     int       // things done in the jump so far
	Due      int       // things known to be due until Target and not done, a lower bound
	Happened []Happened
}
