package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

var moment = when.Date(2026, 11, 20)

func standing() (time.Duration, time.Time) { return time.Hour, moment }

// back is the clock of a restore; it notes the instant it was set to.
func back(at *time.Time) func(time.Time) time.Duration {
	return func(high time.Time) time.Duration {
		*at = high
		return -time.Minute
	}
}

func TestR21SnapshotAndRestore(t *testing.T) {
	url := storetest.SQLite(t)
	s, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	scratch(t, s)
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Snapshot(ctx, file, standing); err != nil {
		t.Fatal(err)
	}
	add := func(id string) error { return do(s, func(t *store.Tx) error { return insert(t, nil, id) }) }
	if err := add("later"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a copy can be gone back to again and again
		var told time.Time
		if err := s.Restore(ctx, file, back(&told)); err != nil {
			t.Fatal(err)
		}
		offset, high, err := s.ClockState()
		if got := fmt.Sprint(things(t, s)); got != "[a]" || !told.Equal(moment) || offset != -time.Minute || !high.Equal(moment) || err != nil {
			t.Fatalf("%s, clock %v %v %v, %v", got, told, offset, high, err)
		}
		if err := add("again"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := fault.Of(s.Restore(ctx, file, back(new(time.Time)))); err == nil || err.Code != "store.unavailable" {
		t.Errorf("closed: %v", err)
	}
	if err := fault.Of(s.Snapshot(ctx, file+"2", standing)); err == nil || err.Code != "store.unavailable" {
		t.Errorf("closed: %v", err)
	}
	s, err = store.Open(ctx, url, store.Options{}) // a restart
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(things(t, s)); got != "[a again]" {
		t.Error(got)
	}
	left, err := os.ReadDir(filepath.Dir(strings.TrimPrefix(url, "sqlite:")))
	for _, f := range left {
		if strings.HasSuffix(f.Name(), ".restore") || strings.HasSuffix(f.Name(), ".new") {
			t.Errorf("left behind: %s, %v", f.Name(), err)
		}
	}
}

// TestR21RestoreRefuses: what is no whole copy changes nothing, and the store goes on.
func TestR21RestoreRefuses(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t), store.Options{})
	scratch(t, s)
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	if err := s.Snapshot(ctx, good, standing); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, text []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	torn := append([]byte(nil), text...)
	for i := len(torn) / 2; i < len(torn)/2+8192; i++ {
		torn[i] ^= 0xff
	}
	for name, file := range map[string]string{
		"missing": filepath.Join(dir, "none.db"), "no database": write("text.db", []byte(strings.Repeat("not a database ", 1000))),
		"cut": write("cut.db", text[:len(text)/2]), "torn": write("torn.db", torn),
	} {
		set := false
		err := s.Restore(ctx, file, func(time.Time) time.Duration { set = true; return 0 })
		if err == nil || set {
			t.Errorf("%s: %v, the clock was set: %v", name, err, set)
		}
		if got := fmt.Sprint(things(t, s)); got != "[a]" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if err := s.Snapshot(ctx, filepath.Join(dir, "no", "folder.db"), standing); err == nil {
		t.Error("a copy into nowhere")
	}
	if err := do(s, func(t *store.Tx) error { return insert(t, nil, "on") }); err != nil {
		t.Error(err)
	}
}

// TestR21RestoreUnderLoad: acts and views go on around restores; each sees one store or the other, none is refused.
func TestR21RestoreUnderLoad(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t), store.Options{})
	scratch(t, s)
	dir := t.TempDir()
	if err := s.Snapshot(ctx, dir+"/copy.db", standing); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				act := app.Act{Actor: actor(), Request: app.Request{ID: fmt.Sprint(n, " ", i), Method: "POST", Path: "/"}}
				if _, err := s.UpdateTx(ctx, act, nil, inc); err != nil {
					t.Error(err)
					return
				}
				if err := s.ViewReader(ctx, func(r *store.Reader) error { return r.Row(`SELECT n FROM thing`, nil, new(int64)) }); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 10 {
		if i%3 == 0 {
			if err := s.Snapshot(ctx, fmt.Sprintf("%s/%d.db", dir, i), standing); err != nil {
				t.Error(err)
			}
		}
		if err := s.Restore(ctx, dir+"/copy.db", back(new(time.Time))); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
}

func TestR21PostgreSQLKeepsNoSnapshots(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres(t), store.Options{})
	for _, err := range []error{s.Snapshot(ctx, t.TempDir()+"/x.db", standing), s.Restore(ctx, "x.db", back(new(time.Time)))} {
		if f := fault.Of(err); f == nil || f.Code != "snapshot.not_here" {
			t.Errorf("%v", err)
		}
	}
}
