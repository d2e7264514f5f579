// Package partnercenter speaks the Partner Center REST contract, version 1: routes, headers, bodies, paging and error
// codes. Wire words never leave this room; what is decided is decided in app.
package partnercenter

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Authenticator turns a bearer token into the caller it was issued to. A token that is unknown, expired or revoked is a
// fault of kind Denied ("token.invalid", "token.expired", "token.audience"): it becomes 401. Other errors are ours.
type Authenticator interface {
	Actor(ctx context.Context, token string) (party.Actor, error)
}

// Options are what the door needs from its surroundings.
type Options struct {
	Auth Authenticator
	IDs  id.Source    // request and correlation ids of callers who send none
	Wall when.Clock   // limits count real time, never the business clock
	Log  *slog.Logger // internal errors, with request and correlation ids, never a body
	// CursorKey authenticates continuation tokens; at least 32 bytes, equal on every process that serves the same callers.
	CursorKey []byte
	// RequestsPerMinute is the limit of a partner; 0, or a nil function: none.
	RequestsPerMinute func(id.Partner) int
	// ServerID is sent as MS-ServerId; empty: not sent.
	ServerID string
	// PublicURL starts the addresses that must be absolute, such as those of downloads: "https://pc.example", no slash at
	// its end; empty: they start with the scheme and host of the call that asks.
	PublicURL string
	// Sandbox moves the business clock. With it the operations of a sandbox are there; nil in production.
	Sandbox Clockwork
	// BOM starts every JSON answer with a byte order mark, which one old PowerShell module needs and others cannot read.
	BOM bool
}

// api holds what handlers need. Handlers are its methods.
type api struct {
	Options
	app    *app.App
	limits limits
}

// New is the handler of every path that Owns names. It panics when an option is missing or the table is contradictory.
func New(core *app.App, o Options) http.Handler {
	a := newAPI(core, o)
	return newDoor(a, a.operations())
}

func newAPI(core *app.App, o Options) *api {
	if o.Auth == nil || o.IDs == nil || o.Wall == nil || o.Log == nil || len(o.CursorKey) < 32 {
		panic("partnercenter: an option is missing")
	}
	return &api{Options: o, app: core, limits: limits{perMinute: o.RequestsPerMinute}}
}
