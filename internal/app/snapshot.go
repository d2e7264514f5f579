package app

import "time"

// Snapshot is a copy of a sandbox that it can go back to.
type Snapshot struct {
	ID  string
	At  time.Time // wall time
	Now time.Time // what the business clock told
}
