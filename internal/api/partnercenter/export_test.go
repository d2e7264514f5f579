package partnercenter

import "github.com/comptoir-dev/comptoir/internal/domain/party"

// Strict reads an answer as the strictest SDK does; for tests from outside, which run on real stores.
var Strict = strict

// Row is a row of the table of operations, as a test from outside needs it.
type Row struct {
	Method, Path string
	Acts         []party.Act
}

// Table is the table of a sandbox, which has all routes there are.
func Table() []Row {
	a := &api{Options: Options{Sandbox: struct{ Clockwork }{}}}
	var rows []Row
	for _, op := range a.operations() {
		rows = append(rows, Row{op.method, op.path, op.acts})
	}
	return rows
}

// Update tells whether golden files are to be written.
func Update() bool { return *update }
