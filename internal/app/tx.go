package app

// Reader is what use cases read. Every method is bounded by a Scope or by a key that the guard has checked.
type Reader interface{}

// Tx is a Reader that also writes. Writes are queued with the row count they expect and the fault to answer otherwise.
type Tx interface{ Reader }
