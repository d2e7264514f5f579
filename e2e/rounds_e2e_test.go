//go:build e2e

package e2e

const (
	downloadRounds = 1000
	killRounds     = 40
)
