package party

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Session is a person signed in to the pages, by a cookie whose hash finds it. Instants are wall time.
type Session struct {
	ID       string // names it in lists; not the cookie
	Person   id.User
	Hash     string // of the cookie's value
	MadeAt   time.Time
	SeenAt   time.Time // at most a minute behind
	ProvedAt time.Time // when the person last showed who they are
	Method   string    // how: "pwd", "mfa", "key" for a passkey, or "ext" for an external sign-in
	Agent    string    // the browser, as it calls itself
}

// TicketKind is what a ticket is good for.
type TicketKind string

// The kinds of ticket.
const (
	CodeTicket    TicketKind = "code"    // an authorization code
	DeviceTicket  TicketKind = "device"  // a device code, and the user code that a person allows it by
	RefreshTicket TicketKind = "refresh" // a refresh token
)

// Ticket is what a client brings to the token endpoint for a person's tokens. It works once; the ones made from it are of
// its family, which ends when one is brought twice. Instants are wall time.
type Ticket struct {
	Hash     string // of the secret that the client holds
	Kind     TicketKind
	Family   string
	Client   id.Client
	Person   id.User // empty: a device that nobody allowed yet
	UserCode string  // of a device

	Resource  string // what the tokens are for
	Scope     string // as it was asked for
	Redirect  string // of a code: it is brought with the same
	Challenge string // of a code: base64url of SHA-256 of the verifier; empty: none was sent
	Nonce     string
	Method    string // how the person signed in
	Denied    bool   // a device that a person refused

	SignedInAt time.Time
	MadeAt     time.Time
	ExpiresAt  time.Time
	UsedAt     time.Time // zero: it still works
	Version    int64
}
