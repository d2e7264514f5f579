package partnercenter_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/api/downloads"
	"golang.org/x/mod/sumdb/note"

	. "github.com/comptoir-dev/comptoir/internal/api/partnercenter"
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/blobs"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/jobs"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/internal/vault"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// demo is a server that the demo's story has filled, at 2026-11-20T10:00Z, with both doors and a clock that can move.
type demo struct {
	t        testing.TB
	door     http.Handler
	download http.Handler
	clock    *when.Movable
	seeded   sandbox.Seeded
	roles    party.Roles // of the caller
	client   id.Client   // the caller
	wish     string      // a support request about the French customer, raised by its own staff, and a file of it
	file     string
	files    string // the folder of attachments
	core     *app.App
	customer party.Customer
	rich     bool // the caller is shown every state of a subscription
	sandbox  bool // the partner is a sandbox tenant
	unproved bool // nobody has shown who they are
	people   bool // the partner asks for a person in the token
	user     id.User
	// publisher is whose staff the caller is, too.
	publisher id.Publisher
	tree      *app.Integrator
	auth      Authenticator // of tokens that were signed; nil: there are none
}

// download of the demo: 16 bytes.
const media = "0123456789abcdef"

// testLogKey signs checkpoints here alone.
const (
	testLogKey    = "PRIVATE+KEY+comptoir-test+d244cb48+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
	testLogPublic = "comptoir-test+d244cb48+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
)

// anyToken is the demo partner's.
const anyToken = "x"

// now is when the demo's story ends.
var now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// told is what there is to know of a store that the demo's story has filled.
type told struct {
	seeded sandbox.Seeded
	ids    *id.Counting // those that were given
}

// begun is such a store, of one test alone.
type begun struct {
	*store.Store
	told
}

// story tells the demo's story, once on each engine.
var story = storetest.Keep(func(url string) (out told, err error) {
	dir, err := os.MkdirTemp("", "comptoir-story-")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	secrets, err := vaulttest.Open(dir + "/secrets")
	if err != nil {
		return out, err
	}
	s, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		return out, err
	}
	past := when.NewFixed(when.Date(2020, 7, 1))
	out.ids = &id.Counting{}
	sum := sha256.Sum256([]byte(media))
	seeder := sandbox.Seeder{
		App: useCases(s, past, out.ids, secrets), Clock: past, Media: sandbox.File{Blob: "demo.zip", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(media))},
		Keys: func(pool, version string, n int) string { return fmt.Sprintf("%s-%s-%028d", pool, version, n) },
	}
	out.seeded, err = seeder.Seed(context.Background(), now)
	return out, errors.Join(err, s.Close())
})

func useCases(s *store.Store, clock when.Clock, ids id.Source, secrets *vault.Secrets) *app.App {
	return &app.App{Store: s, Due: s, Clock: clock, Wall: when.NewFixed(now), IDs: ids, Vault: secrets.Vault, Credentials: identity.Credentials{}}
}

// both runs a test once per engine, on a store that the demo's story has filled.
func both(t *testing.T, opts store.Options, test func(t *testing.T, s *begun)) {
	t.Helper()
	story.Both(t, func(t *testing.T, url string, of told) { test(t, &begun{storetest.Open(t, url, opts), of}) })
}

// begin is such a store on SQLite.
func begin(t testing.TB, opts store.Options) *begun {
	t.Helper()
	url, of := story.SQLite(t)
	return &begun{storetest.Open(t, url, opts), of}
}

// demoOn goes on where the story in a store ends.
func demoOn(t testing.TB, s *begun) *demo {
	t.Helper()
	secrets := vaulttest.Secrets(t)
	folder, err := blobs.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	if _, _, err := folder.Put(t.Context(), "demo.zip", strings.NewReader(media)); err != nil {
		t.Fatal(err)
	}
	attachments := t.TempDir()
	files, err := blobs.Open(attachments, support.MaxFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	d := &demo{t: t, files: attachments, client: "00000000-0000-4000-8000-00000000c11e", roles: party.RolesOf(party.AdminAgent, party.GlobalAdmin, party.BillingAdmin, party.OperatorAdmin), seeded: s.seeded}
	d.seeded.Customers = slices.Clone(s.seeded.Customers)
	d.clock = when.NewMovable(when.NewFixed(now), 0, now)
	core := useCases(s.Store, d.clock, s.ids.Fork(), secrets)
	core.Files, core.Media, d.core = files, folder, core
	log := slog.New(slog.NewTextHandler(demoLog{d}, nil))
	signer, err := note.NewSigner(testLogKey)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(testLogPublic)
	if err != nil {
		t.Fatal(err)
	}
	core.LogKey, core.LogKeys = testLogPublic, []note.Verifier{verifier}
	d.tree = &app.Integrator{Store: s.Store, Key: signer, Wall: when.NewFixed(now)}
	d.door = d.numbering(New(core, Options{
		Auth: d, IDs: core.IDs, Wall: when.NewFixed(now), Log: log, CursorKey: []byte("0123456789abcdef0123456789abcdef"),
		PublicURL: "https://pc.example",
		Sandbox: &sandbox.Clockwork{
			Sweep: &jobs.Sweep{App: core, Clock: d.clock, Log: log}, Clock: d.clock, Due: s.Store, Log: log,
			Archive: s.Store, Folder: t.TempDir() + "/snapshots", Wall: when.NewFixed(now),
		},
	}))
	d.download = downloads.Handler{App: core, Media: folder, Log: log}
	return d
}

// numbering has every record numbered before a proof is asked for: as the server does, within a second.
func (d *demo) numbering(door http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/proof") {
			if _, err := d.tree.CatchUp(r.Context()); err != nil {
				d.t.Error(err)
			}
		}
		door.ServeHTTP(w, r)
	})
}

// Actor implements Authenticator: every token but a signed one is the demo partner's.
func (d *demo) Actor(ctx context.Context, token string) (party.Actor, error) {
	if d.auth != nil && token != anyToken {
		return d.auth.Actor(ctx, token)
	}
	scope := party.NewScope(d.seeded.Partner.ID, "")
	if d.seeded.Partner.Kind == party.IndirectReseller {
		scope = party.NewScope(d.seeded.Partner.Provider, d.seeded.Partner.ID)
	}
	return party.Actor{
		Scope: scope, Kind: d.seeded.Partner.Kind, Client: d.client,
		Name: "demo script", Roles: d.roles, Customer: d.customer.ID, RichStates: d.rich, Sandbox: d.sandbox,
		Proved: !d.unproved, NeedsPerson: d.people, User: d.user, Publisher: d.publisher,
	}, nil
}

// as makes another of the demo's partners the caller, until the function it gives is called.
func (d *demo) as(kind party.Kind) (back func()) {
	own := d.seeded.Partner
	switch kind {
	case party.IndirectProvider:
		d.seeded.Partner = d.seeded.Provider
	case party.IndirectReseller:
		d.seeded.Partner = d.seeded.Reseller
	}
	return func() { d.seeded.Partner = own }
}

// testLog fails the test on what the log calls an error: an internal one is never expected.
type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "level=ERROR") {
		l.t.Errorf("%s", p)
	}
	return len(p), nil
}

// demoLog is testLog for whichever test the demo is in at the moment.
type demoLog struct{ *demo }

func (l demoLog) Write(p []byte) (int, error) { return testLog{l.t}.Write(p) }

// of is the customer of the demo in a country.
func (d *demo) of(country string) string {
	for _, c := range d.seeded.Customers {
		if string(c.Country()) == country {
			return "/v1/customers/" + string(c.ID)
		}
	}
	d.t.Fatal("no customer in " + country)
	return ""
}

// call makes one request; headers are name, value, name, value …
func (d *demo) call(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, in)
	r.Header.Set("Authorization", "Bearer "+anyToken)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.door.ServeHTTP(w, r)
	return w
}

// do is a call that has to be answered with a status; a JSON answer is read strictly and decoded.
func (d *demo) do(status int, method, target, body string, headers ...string) object {
	d.t.Helper()
	w := d.call(method, target, body, headers...)
	if w.Code != status {
		d.t.Fatalf("%s %s: %d, want %d: %s", method, target, w.Code, status, w.Body)
	}
	if w.Body.Len() == 0 {
		return nil
	}
	if status < 300 {
		Strict(d.t, w.Body.Bytes())
	}
	var o object
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil {
		d.t.Fatalf("%s %s: %v: %s", method, target, err, w.Body)
	}
	return o
}

// refused is a call that has to be refused with a status and a code.
func (d *demo) refused(status int, code, method, target, body string, headers ...string) {
	d.t.Helper()
	if o := d.do(status, method, target, body, headers...); o.text("code") != code {
		d.t.Errorf("%s %s: code %v, want %s: %v", method, target, o["code"], code, o["description"])
	}
}

// object is a decoded answer.
type object map[string]any

func (o object) text(name string) string { s, _ := o[name].(string); return s }

func (o object) object(name string) object { m, _ := o[name].(map[string]any); return m }

func (o object) items() []object { return o.list("items") }

func (o object) list(name string) []object {
	raw, _ := o[name].([]any)
	out := make([]object, len(raw))
	for i, r := range raw {
		out[i], _ = r.(map[string]any)
	}
	return out
}

// find is the first item with a member of that value.
func find(t testing.TB, items []object, name, value string) object {
	t.Helper()
	for _, o := range items {
		if strings.HasPrefix(o.text(name), value) {
			return o
		}
	}
	t.Fatalf("no item with %s %q", name, value)
	return nil
}
