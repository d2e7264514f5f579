// Package app holds the use cases, one file per act: load → decide (domain) → save, in one Update. Permission is asked
// here, the clock is read here once, and the interfaces that use cases need of the world outside are declared here.
package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Reply is an answer ready to be sent: a door's mapping of an outcome, stored byte for byte for replays.
type Reply struct {
	Status int
	Header map[string]string
	Body   []byte
	// Version of the object the act changed, after it; 0 when the act has no such object. See Act.Version.
	Version int64
}

// Request is what a door tells of one request that changes something.
type Request struct {
	ID          string   // the caller's request id (MS-RequestId), lower case; empty: no replay record
	Correlation string   // the caller's correlation id, kept with activity records
	Method      string   // upper case
	Path        string   // canonical path and query
	BodyHash    [32]byte // SHA-256 of the body as read
	// StrictBody: the same id with another body is refused ("replay.other_body": POST and order PATCH);
	// otherwise it is executed.
	StrictBody bool
	// Sealed: the answer carries a secret; the stored bytes are sealed by the vault.
	Sealed bool
	// Answer maps the outcome to the bytes that go out. It is pure and runs inside the transaction, last.
	Answer func(outcome any) (Reply, error)
}

// Lock names the row that acts of one kind queue up behind.
//
// An act that charges reads its clock behind its lock: a billing period is closed only when no act on a customer of the
// partner is under way, so that none lands in a period whose invoice is made already.
type Lock struct {
	Customer string // customer id: acts on one customer run one after another
	// Customers in place of Customer, for what the sweep does to many at once; those who want the same wait for each other
	// in one order.
	Customers []string
	Partner   bool   // the scope's partner row, for partner-wide acts
	Cart      string // with Customer: a cart the act will read, fetched along with the lock where that saves a trip
	Books     bool   // with Partner: waits until no act on any customer of the partner is under way, and keeps them out
}

// Act is one Update: who, behind which lock, for which request.
type Act struct {
	Actor   party.Actor
	Lock    Lock
	Request Request
	// Version, when set, reads the present version of the act's object: a stored answer is replayed only while it
	// equals the stored Reply.Version, else the act runs afresh (PATCH subscription, PUT).
	Version func(Tx) (int64, error)
	// Delayed: it is done again, to the same end, if a power cut takes it back, so its commit does not wait for the disk. It is
	// durable with the next act that waits, or with Settle. Its rows are seen at once, and a dead process loses nothing.
	Delayed bool
	// Always: it works while the server is read-only, see Gate.
	Always bool
	// Unlogged acts (previews) keep no replay record and are rolled back after Answer.
	Preview bool
}

// Store is what use cases need of the database.
type Store interface {
	// Update runs fn in one transaction: lock, replay check, fn, Answer, replay record, commit. The Reply leaves only
	// after the commit is durable, unless the act is delayed. A fault of fn rolls everything back. fn may run more than
	// once and touches only its Tx.
	Update(ctx context.Context, act Act, fn func(Tx) (any, error)) (Reply, error)
	// View runs fn on one consistent snapshot, read only.
	View(ctx context.Context, fn func(Reader) error) error
	// Look is View for a list of rows that stand alone, and costs fewer trips: each read sees the instant it
	// is made, so it is for where the reads beside those rows only decide whether and with which names they are shown.
	Look(ctx context.Context, fn func(Reader) error) error
	// One is Look for one object by its id: what it reads is little, and goes in company with what others ask for. Who was
	// answered longest ago is next.
	One(ctx context.Context, fn func(Reader) error) error
	// Draft notes what fn writes in the scope of a later act, for Tx.Write: bodies are encoded before a lock is taken. fn
	// reads nothing.
	Draft(scope party.Scope, fn func(Tx) error) (Draft, error)
}

// Draft is what Store.Draft noted.
type Draft any
