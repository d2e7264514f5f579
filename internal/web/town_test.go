package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/jobs"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault"
	"github.com/comptoir-dev/comptoir/internal/web"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
	"github.com/comptoir-dev/comptoir/internal/web/ui/uitest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if made, err := story(); err == nil {
		_ = os.RemoveAll(made.dir)
	}
	os.Exit(code)
}

// now is where the demo's story ends in these tests.
var now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

const password = "correct horse 9"

// town is a server with all pages, on a SQLite store that the demo's story has filled.
type town struct {
	t      *testing.T
	url    string
	app    *app.App
	people *identity.People
	wall   *when.Fixed
	clock  *when.Movable
	seeded sandbox.Seeded
	board  *jobs.Board
	site   *ui.Site
}

func open(t *testing.T) *town {
	t.Helper()
	made, err := story()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(made.dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir+"/secrets", 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir + "/secrets")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files { // a copy may be read by others, which the vault refuses
		if err := os.Chmod(dir+"/secrets/"+f.Name(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := &town{t: t, wall: when.NewFixed(now), seeded: made.seeded}
	core, secrets, s, err := furnish(t.Context(), dir, c.wall, when.NewFixed(now), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c.app = core
	wall := c.wall
	c.clock = when.NewMovable(wall, 0, now)
	core.Clock = c.clock
	log := slog.New(slog.NewTextHandler(tlog{t}, nil))
	people := &identity.People{Store: s, Wall: wall, IDs: id.Random{}, Vault: secrets.Vault, Key: []byte("0123456789abcdef0123456789abcdef"), Log: log}
	c.people = people
	tokens, err := identity.NewTokens("http://pc.example", secrets.SigningKeys(), wall, id.Random{})
	if err != nil {
		t.Fatal(err)
	}
	signIn := identity.Handler(identity.Options{Tokens: tokens, People: people, Store: s, Wall: wall, IDs: id.Random{}, Log: log})
	sweep := &jobs.Sweep{App: core, Clock: c.clock, Log: log}
	c.board = &jobs.Board{Wall: wall}
	c.board.Add("sweep", sweep.Now)
	sweep.Note = func(err error) { c.board.Note("sweep", err) }
	core.Jobs = c.board
	c.site = &ui.Site{
		LogWaiting: func(ctx context.Context) (int, error) {
			_, _, arrived, err := s.Arrivals(ctx, 1000)
			return len(arrived), err
		},
		Paces: func() []ui.Pace {
			return []ui.Pace{{Door: "api", Answers: 1200, P50: 2500 * time.Microsecond, P99: 10 * time.Second, Over: true}}
		},
		Sweep: sweep.Last, Verify: func(ctx context.Context) ([]string, app.Audited, error) {
			books, err := s.Verify(ctx)
			if err != nil {
				return nil, app.Audited{}, err
			}
			audited, err := app.AuditLog(ctx, s, nil)
			return books, audited, err
		},
		App: core, People: people, IDs: id.Random{}, Wall: wall, Log: log, Version: "test", Database: "SQLite", URL: "http://pc.example",
		Sandbox: &sandbox.Clockwork{Sweep: sweep, Clock: c.clock, Due: s, Log: log, Archive: s, Folder: t.TempDir(), Wall: wall},
	}
	pages := web.Handler(c.site)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if identity.Serves(r.URL.Path) {
			signIn.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// told is a store that the demo's story has filled, to be copied.
type told struct {
	dir    string
	seeded sandbox.Seeded
}

// story tells the demo's story once for all tests.
var story = sync.OnceValues(func() (told, error) {
	dir, err := os.MkdirTemp("", "comptoir-town-")
	if err != nil {
		return told{}, err
	}
	past := when.NewFixed(when.Date(2020, 7, 1))
	core, _, s, err := furnish(context.Background(), dir, when.NewFixed(now), past, true)
	if err != nil {
		return told{}, err
	}
	seeder := sandbox.Seeder{
		App: core, Clock: past, Media: sandbox.File{Blob: "demo.zip", SHA256: strings.Repeat("0", 64), Size: 1},
		Keys: func(pool, version string, n int) string { return fmt.Sprintf("%s-%s-%028d", pool, version, n) },
	}
	seeded, err := seeder.Seed(context.Background(), now)
	return told{dir, seeded}, errors.Join(err, s.Close())
})

// furnish opens the store and the vault of a folder.
func furnish(ctx context.Context, dir string, wall, clock when.Clock, create bool) (*app.App, *vault.Secrets, *store.Store, error) {
	secrets, err := vault.Open(vault.Options{Dir: dir + "/secrets", Env: os.Getenv, Create: create})
	if err != nil {
		return nil, nil, nil, err
	}
	s, err := store.Open(ctx, "sqlite:"+dir+"/town.db", store.Options{Wall: wall, Sealer: secrets.Vault})
	if err != nil {
		return nil, nil, nil, err
	}
	return &app.App{Store: &app.Gate{Store: s, Wall: wall}, Due: s, Clock: clock, Wall: wall, IDs: id.Random{}, Vault: secrets.Vault, Keyset: secrets.Vault, Credentials: identity.Credentials{}}, secrets, s, nil
}

type tlog struct{ t *testing.T }

func (l tlog) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "level=ERROR") {
		l.t.Errorf("%s", p)
	}
	return len(p), nil
}

// browser is somebody's, signed in or not.
type browser struct {
	*town
	http *http.Client
	lang string
}

// answer is one page.
type answer struct {
	status int
	header http.Header
	path   string // after redirects
	body   string
}

func (c *town) stranger() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return &browser{town: c, http: &http.Client{Jar: jar}, lang: "en"}
}

// as signs somebody in who holds roles at a partner, or with a customer at that customer.
func (c *town) as(p party.Partner, customer id.Customer, roles ...party.Role) *browser {
	c.t.Helper()
	name := strings.ToLower(fmt.Sprintf("p%s@%.8s.example", id.Random{}.GUID()[:8], string(p.ID)+"operator"))
	scope := party.NewScope(p.ID, "")
	if p.Kind == party.IndirectReseller {
		scope = party.NewScope(p.Provider, p.ID)
	}
	who := party.Actor{Scope: scope, Kind: p.Kind, Name: "operator", Roles: party.RolesOf(party.OperatorAdmin, party.GlobalAdmin), Proved: true}
	_, err := c.app.Admit(c.t.Context(), who, app.Request{Answer: func(any) (app.Reply, error) { return app.Reply{}, nil }},
		party.Person{UPN: name, DisplayName: "Pat <Tester>", Roles: party.RolesOf(roles...), Customer: customer}, password, true)
	if err != nil {
		c.t.Fatal(err)
	}
	b := c.stranger()
	b.post("/sign-in", "name", name, "password", password, "next", "/")
	return b
}

func (b *browser) send(r *http.Request) answer {
	b.t.Helper()
	r.Header.Set("Accept-Language", b.lang)
	resp, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{resp.StatusCode, resp.Header, resp.Request.URL.RequestURI(), string(body)}
	if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") && !identity.Serves(resp.Request.URL.Path) {
		uitest.Look(b.t, a.path, a.body)
	}
	return a
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.send(r)
}

// post sends a form; values come in turns, name and value.
func (b *browser) post(path string, pairs ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.url)
	r.Header.Set("Referer", b.url+path)
	return b.send(r)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="once" value="([^"]*)">`)

// once is the name of the first form of a page.
func (a answer) once() string {
	if m := hidden.FindStringSubmatch(a.body); m != nil {
		return m[1]
	}
	return ""
}

// has fails unless the page holds all texts.
func (b *browser) has(a answer, status int, texts ...string) {
	b.t.Helper()
	if a.status != status {
		body := a.body
		if _, main, ok := strings.Cut(body, "<main"); ok {
			body = main
		}
		b.t.Fatalf("%s: %d, want %d\n%.4000s", a.path, a.status, status, body)
	}
	for _, s := range texts {
		if !strings.Contains(a.body, s) {
			b.t.Errorf("%s: no %q", a.path, s)
		}
	}
}
