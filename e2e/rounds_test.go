//go:build !e2e

package e2e

// How often things are done in a run of all tests; make e2e does them more often.
const (
	downloadRounds = 12
	killRounds     = 3
)
