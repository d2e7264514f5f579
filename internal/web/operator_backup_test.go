package web_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// shelf holds copies as files; what a test of one finds is told to it. The server's own is tried in its package.
type shelf struct {
	dir   string
	all   []ui.Backup
	finds ui.Trial
	slow  bool
}

func (s *shelf) List() ([]ui.Backup, bool, error) { return s.all, false, nil }

func (s *shelf) Make(_ context.Context, now time.Time) error {
	name := now.Format("comptoir-20060102T150405.000Z") + ".db"
	s.all = append([]ui.Backup{{Name: name, At: now, Size: 9}}, s.all...)
	return os.WriteFile(filepath.Join(s.dir, name), []byte("SQLite <3"), 0o600)
}

func (s *shelf) Test(_ context.Context, now time.Time) (ui.Trial, bool, error) {
	t := s.finds
	t.At = now
	s.all[0].Trial = &t
	return t, !s.slow, nil
}

func (s *shelf) Open(name string) (io.ReadCloser, ui.Backup, error) {
	for _, b := range s.all {
		if b.Name == name {
			f, err := os.Open(filepath.Join(s.dir, name))
			return f, b, err
		}
	}
	return nil, ui.Backup{}, fault.NotFound("backup.unknown", nil)
}

// A copy is tested from the console, its page says how old the last test is and warns when that is long ago or was bad; a copy is
// fetched after a fresh proof, and leaves a record; the steps of the schema stand there (R15, pages.md §3).
func TestR15BackupsAreTestedAndFetched(t *testing.T) {
	c := open(t)
	kept := &shelf{dir: t.TempDir()}
	c.site.Backups = kept
	c.site.Schema = func(context.Context) ([]ui.Migration, error) {
		return []ui.Migration{{Version: 9, Name: "later"}, {Version: 8, Name: "mode", At: now.AddDate(0, -1, 0)}, {Version: 7, At: now.AddDate(0, -2, 0)}}, nil
	}
	o, s := c.ops(party.OperatorAdmin), c.ops(party.SupportAgent)
	const page = "/operator/backup"
	o.has(o.get(page), 200, "No copy was made here yet", "Migrations", "later", "Not yet", "Of a newer program", "Of this program, test")
	o.has(o.post(page), 200, "No copy was ever tested", "Test this backup", "Never")
	name := kept.all[0].Name
	o.has(o.post(page+"/test"), 200, "The copy can be restored, and its books are right.", "A copy was tested on")
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get(page), 200, name)
	}
	c.wall.Set(now.Add(2 * time.Minute))
	kept.finds = ui.Trial{Differences: 3}
	o.has(o.post(page+"/test"), 200, "its books have 3 differences", "Make another copy")
	kept.finds = ui.Trial{Failed: true}
	o.has(o.post(page+"/test"), 200, "The copy could not be restored.", "note stop")
	kept.finds, kept.slow = ui.Trial{}, true
	o.has(o.post(page+"/test"), 200, "The test goes on")

	got := o.post(page + "/copies/" + name)
	if o.has(got, 200); got.body != "SQLite <3" {
		t.Errorf("%q", got.body)
	}
	o.has(o.post(page+"/copies/"+name), 200)
	if n := c.records("download_backup"); n != 2 {
		t.Errorf("%d records, want one of each time", n)
	}
	o.has(o.post(page+"/copies/comptoir-none.db"), 404)
	for _, path := range []string{"/test", "/copies/" + name} {
		s.has(s.post(page+path), 403)
	}
	c.wall.Set(now.Add(6 * time.Minute))
	if a := o.post(page + "/copies/" + name); !strings.HasPrefix(a.path, "/step-up") {
		t.Errorf("without a fresh proof it leads to %s", a.path)
	}
	if n := c.records("download_backup"); n != 2 {
		t.Errorf("%d records", n)
	}
	old := now.AddDate(0, 0, -40)
	kept.all[0].Trial = &ui.Trial{At: old}
	o.has(o.get(page), 200, "The last test of a copy is")
}
