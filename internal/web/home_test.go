package web_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestHomeShowsWhatWantsAttention: each card has its rows, by role, in three languages.
func TestHomeShowsWhatWantsAttention(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent, party.BillingAdmin)
	page := b.get("/")
	b.has(page, 200, "Windows closing in 48 hours", "Renewals in 30 days", "Unpaid invoices", "Bought and not there yet", "Open requests", "Terms that end, by week", `role="img"`, "Show as table")
	if !strings.HasPrefix(page.path, "/home") {
		t.Errorf("staff begin at %s", page.path)
	}
	b.has(page, 200, "the publisher has not confirmed the activation", "La Palme") // Ledger Desk waits
	b.has(b.get(hrefOf(page.row("has not confirmed"))), 200, "publisher")

	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	if page := sales.get("/home"); strings.Contains(page.body, "Unpaid invoices") || !strings.Contains(page.body, "Renewals in 30 days") {
		t.Error("R08 a sales agent reads of invoices, or of nothing")
	}
	log := c.as(c.seeded.Partner, "", party.AccountAdmin)
	if page := log.get("/home"); page.status != 200 || strings.Contains(page.body, "Renewals in 30 days") {
		t.Errorf("R20 an account admin reads of renewals, or not at all: %d", page.status)
	}
	for lang, text := range map[string]string{"fr": "Délais qui se ferment dans 48 heures", "ru": "Окна отмены: ближайшие 48 часов"} {
		b.lang = lang
		b.has(b.get("/home"), 200, text)
	}
}

// TestHomeWindows: a window is told of while it closes within 48 hours, from its order on, and not a moment after it closed.
func TestHomeWindows(t *testing.T) {
	c := open(t)
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Kind: c.seeded.Partner.Kind, Name: "x", Roles: party.RolesOf(party.AdminAgent)}
	closing := func() map[string]time.Time {
		t.Helper()
		found, err := c.app.Closing(t.Context(), who, 400*24*time.Hour, app.AheadRows) // all that are open
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]time.Time{}
		for _, l := range found.Rows {
			all[string(l.Order)+l.Line.Title] = l.Until
		}
		return all
	}
	open := closing()
	if len(open) == 0 {
		t.Fatal("the demo has no open window")
	}
	for name, until := range open {
		for _, at := range []time.Duration{-48 * time.Hour, -48*time.Hour - time.Microsecond, -time.Microsecond, 0} {
			c.app.Clock = fixed(until.Add(at))
			found, err := c.app.Closing(t.Context(), who, 48*time.Hour, app.AheadRows)
			if err != nil {
				t.Fatal(err)
			}
			told := false
			for _, l := range found.Rows {
				told = told || string(l.Order)+l.Line.Title == name
			}
			if want := at >= -48*time.Hour && at < 0; told != want && (!want || !found.Count.More && found.Count.N <= len(found.Rows)) {
				t.Errorf("%s closes at %v: told of at %v: %t", name, until, at, told)
			}
		}
	}
}

type fixed time.Time

func (f fixed) Now() time.Time { return time.Time(f) }

// broken is a store of which one thing cannot be read.
type broken struct{ app.Store }

type brokenReader struct{ app.Reader }

func (brokenReader) Waiting(party.Scope, int) ([]license.Wait, error) {
	return nil, errors.New("the disk is tired")
}

func (b broken) View(ctx context.Context, fn func(app.Reader) error) error {
	return b.Store.View(ctx, func(r app.Reader) error { return fn(brokenReader{r}) })
}

// TestHomeCardsFailAlone: what cannot be loaded says so in its own card, without a word of why.
func TestHomeCardsFailAlone(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	c.app.Store = broken{c.app.Store}
	page := b.get("/home")
	b.has(page, 200, "This could not be loaded", "Renewals in 30 days", "Open requests", "Terms that end, by week")
	if n := strings.Count(page.body, "This could not be loaded"); n != 1 || strings.Contains(page.body, "tired") {
		t.Errorf("%d cards are lost, or one tells why", n)
	}
}
