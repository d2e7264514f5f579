package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

// Engine is a database engine.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Both runs a test on a demo of its own per engine.
func Both(t *testing.T, test func(t *testing.T, s *Site)) {
	t.Helper()
	for _, e := range []Engine{SQLite, Postgres} {
		t.Run(string(e), func(t *testing.T) { test(t, Demo(t, e)) })
	}
}

// Site is an installation with the demo in it: a folder, and a database.
type Site struct {
	Engine   Engine
	Dir      string
	Database string   // URL of a PostgreSQL database; empty: the file in the folder
	TLS      bool     // by a certificate of its own: --tls self-signed
	Env      []string // more of it for every process: "NAME=value"
	Entrance
}

const entranceFile = "demo.json"

// Entrance is demo.json: what the demo is entered by.
type Entrance struct {
	URL          string
	Tenant       string
	ClientID     string
	ClientSecret string
	Customers    []Customer
	Users        []User
}

// Customer is one of the demo's.
type Customer struct{ ID, CompanyName, Country string }

// User is somebody who signs in on pages; the role is the one that the demo made them for.
type User struct{ Role, UserPrincipalName, Password string }

// As is the first of the demo's users with a role.
func (e Entrance) As(t testing.TB, role string) User {
	t.Helper()
	for _, u := range e.Users {
		if u.Role == role {
			return u
		}
	}
	t.Fatalf("the demo has nobody who is %s", role)
	return User{}
}

// Of is the demo's customer in a country.
func (e Entrance) Of(t testing.TB, country string) Customer {
	t.Helper()
	for _, c := range e.Customers {
		if c.Country == country {
			return c
		}
	}
	t.Fatalf("the demo has no customer in %s", country)
	return Customer{}
}

// Demo is a site whose business clock stands on the 10th of a month, in a year's distance of which no leap day lies: what
// the tests work out by hand holds whenever they run, and no month ends under them. It is six hours off the time of day at
// which the demo was made, so that nothing that the demo bought falls due under them either.
func Demo(t testing.TB, e Engine) *Site {
	t.Helper()
	Binary(t)
	made, err := templates[e]()
	if err != nil {
		t.Fatal(err)
	}
	s := &Site{Engine: e, Dir: filepath.Join(t.TempDir(), "demo")}
	if err := copyDir(s.Dir, made.Dir); err != nil {
		t.Fatal(err)
	}
	if e == Postgres {
		s.Database = copyDatabase(t, made.Database)
	}
	s.enter(t)
	s.URL = "" // the next free port
	return s
}

// New is a site without anything in its folder yet, on a database that is empty.
func New(t testing.TB, e Engine, database string) *Site {
	t.Helper()
	Binary(t)
	return &Site{Engine: e, Dir: filepath.Join(t.TempDir(), "demo"), Database: database}
}

// databases numbers those that are made from a template.
var databases atomic.Int64

// copyDatabase is a copy of a database of the shared server, dropped at the end of the test.
func copyDatabase(t testing.TB, template string) string {
	t.Helper()
	server, err := pg.Shared(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("e2e_%d", databases.Add(1))
	url, err := server.Create(t.Context(), name, template)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Drop(context.Background(), name); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return url
}

// template is a demo that was made, settled and stopped. Of PostgreSQL Database is the name to copy.
type template struct{ Dir, Database string }

var templates = map[Engine]func() (template, error){
	SQLite:   sync.OnceValues(func() (template, error) { return makeTemplate(SQLite) }),
	Postgres: sync.OnceValues(func() (template, error) { return makeTemplate(Postgres) }),
}

func makeTemplate(e Engine) (template, error) {
	out := template{Dir: filepath.Join(workshop, "demo-"+string(e))}
	s := &Site{Engine: e, Dir: out.Dir}
	if e == Postgres {
		server, err := pg.Shared(context.Background())
		if err != nil {
			return out, err
		}
		out.Database = "e2e_demo"
		if s.Database, err = server.Create(context.Background(), out.Database, ""); err != nil {
			return out, err
		}
	}
	return out, s.settle()
}

// settle seeds the demo and moves its clock to the first instant that Demo promises.
func (s *Site) settle() error {
	server, err := s.Launch()
	if err != nil {
		return err
	}
	defer server.Kill()
	if err := server.Await(); err != nil {
		return err
	}
	if err := s.read(); err != nil {
		return err
	}
	client, err := s.Enter()
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	to := time.Date(now.Year(), now.Month(), 10, (now.Hour()+6)%24, 0, 0, 0, time.UTC)
	for to.Before(now.Add(time.Hour)) || to.AddDate(1, 0, 0).Sub(to) != 365*24*time.Hour {
		to = to.AddDate(0, 1, 0)
	}
	ans, err := client.Try("POST", "/sandbox/clock", map[string]any{"to": to})
	if err != nil {
		return err
	}
	if ans.Status != 200 {
		return fmt.Errorf("moving the clock: %d %s", ans.Status, ans.Body)
	}
	return server.Stop()
}

// copyDir copies a folder with the modes of its files: secrets that others could read are refused.
func copyDir(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		dest := filepath.Join(to, strings.TrimPrefix(path, from))
		if d.IsDir() {
			return os.Mkdir(dest, info.Mode().Perm())
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(dest, text, info.Mode().Perm())
	})
}

// enter reads demo.json.
func (s *Site) enter(t testing.TB) {
	t.Helper()
	if err := s.read(); err != nil {
		t.Fatal(err)
	}
}

func (s *Site) read() error {
	text, err := os.ReadFile(filepath.Join(s.Dir, entranceFile))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &s.Entrance)
}

// Cert is the file of the site's own certificate; it is there once a server with TLS was ready.
func (s *Site) Cert() string { return filepath.Join(s.Dir, "tls", "cert.pem") }

// storage are the flags that say where the site is.
func (s *Site) storage() []string {
	flags := []string{"--data", s.Dir}
	if s.Database != "" {
		flags = append(flags, "--database", s.Database)
	}
	return flags
}

// Command is the program with a command and this site's folder and database. Nothing but PATH and HOME comes from the
// environment, where settings could stand.
func (s *Site) Command(name string, more ...string) *exec.Cmd {
	path, err := built()
	if err != nil {
		panic(err) // Demo built it
	}
	cmd := exec.Command(path, append(append([]string{name}, s.storage()...), more...)...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, s.Env...)
	return cmd
}

// Cluster is the folder of the PostgreSQL server behind the site: data, log of writes, log of what it says; empty on SQLite.
// What was written so far is on its disk.
func (s *Site) Cluster(t testing.TB) string {
	t.Helper()
	if s.Engine != Postgres {
		return ""
	}
	if _, err := s.Books(t).db.ExecContext(t.Context(), "CHECKPOINT"); err != nil {
		t.Fatal(err)
	}
	parsed, err := url.Parse(s.Database)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Query().Get("host")
}

// Verify asks the program itself for differences in the books of a site that is stopped; none is what is right.
func (s *Site) Verify(t testing.TB) {
	t.Helper()
	out, err := s.Command("verify").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "0 differences") {
		t.Errorf("verify: %v\n%s", err, out)
	}
}
