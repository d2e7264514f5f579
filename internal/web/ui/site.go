// Package ui is what all pages are made of: the visit with its reader, the shell around a page, and the parts, each a
// typed struct with a template. A page knows its own struct and template and nothing of cookies, headers or escaping.
package ui

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/identity"
)

// Site is what the pages of all rooms share.
type Site struct {
	App    *app.App
	People *identity.People
	IDs    id.Source
	Wall   when.Clock
	Log    *slog.Logger
	// Sandbox moves the business clock; nil in production.
	Sandbox Clockwork
	// Backups are copies of the database; nil where they are made by other means.
	Backups Backups
	// Schema are the migrations of this program and of its database, the newest first; nil: nothing is known.
	Schema func(context.Context) ([]Migration, error)
	// Verify recomputes the books and the activity log: differences in the books, and what was found in the log.
	Verify func(context.Context) (books []string, log app.Audited, err error)
	// Sweep tells when the sweep looked last, and what it could not do then.
	Sweep func() (at time.Time, err error)
	// LogWaiting counts records of the activity log that have no number yet, up to a bound; nil: nothing is known.
	LogWaiting func(context.Context) (int, error)
	// Paces tell how long each door takes to answer; nil: it is not measured.
	Paces    func() []Pace
	Version  string
	Database string // "SQLite" or "PostgreSQL"
	// URL is the address of this server, without a slash at its end: what API calls are shown with.
	URL string
	// Patterns are those of all pages that were mounted: what has to be visited to have seen everything.
	Patterns []string
}

// Clockwork is the movable clock of a sandbox (R21).
type Clockwork interface {
	State(ctx context.Context) (app.ClockState, error)
	Move(ctx context.Context, who party.Actor, to time.Time) (app.ClockState, error)
}

// Pace is how long a door takes: half of its answers, and 99 of 100, took no longer than that.
type Pace struct {
	Door     string
	Answers  int
	P50, P99 time.Duration
	Over     bool // P99 is more than that: what is counted ends there
}

// Backups are copies of the database that are made while it is served.
type Backups interface {
	// List are those there are, the newest first, and whether one is being made or tested.
	List() (all []Backup, running bool, err error)
	// Make makes one, and waits a while for its end. Fault "backup.running".
	Make(ctx context.Context, now time.Time) error
	// Test restores the newest one beside the others, recomputes the books of what came of it, removes that again and keeps the
	// result. It waits a while for its end: done is false for what goes on after it. Faults "backup.running", "backup.none".
	Test(ctx context.Context, now time.Time) (t Trial, done bool, err error)
	// Open reads one that is made; the caller closes it. Fault "backup.unknown".
	Open(name string) (io.ReadCloser, Backup, error)
}

// Backup is one copy: a file in the folder of backups.
type Backup struct {
	Name  string
	At    time.Time // wall time
	Size  int64     // bytes
	Trial *Trial    // its last test; nil: it was never tested
}

// Trial is what came of a test to restore a copy.
type Trial struct {
	At          time.Time // wall time
	Failed      bool      // it could not be restored, or what came of it not be read
	Differences int       // in its books; none is the good answer
}

// Good tells whether the copy could be restored and its books are right.
func (t Trial) Good() bool { return !t.Failed && t.Differences == 0 }

// Migration is one step of the database's schema.
type Migration struct {
	Version int64
	Name    string    // empty: this program does not know it
	At      time.Time // when it was applied; zero: it was not
}

// Handler answers one request. A fault it returns becomes a page that says so in the reader's language; any other error
// is ours, is logged, and becomes a page with the correlation id.
type Handler func(*Visit) error

// Route is one page: a pattern of http.ServeMux ("GET /customers/{customer}") and what answers it.
type Route struct {
	Pattern string
	Handle  Handler
}

// headers are the same on every page. The policy allows our own sheet, script and pictures and nothing inline.
func headers(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}
