package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/activity/activitytest"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// site is a store with a log, and a file that its checkpoints are kept in.
type site struct {
	t     *testing.T
	store *store.Store
	tree  *app.Integrator
	key   note.Verifier
	file  string
}

func newSite(t *testing.T) *site {
	s := &site{t: t, store: storetest.Open(t, storetest.SQLite(t), store.Options{}), file: filepath.Join(t.TempDir(), "kept", "checkpoints.txt")}
	var signer note.Signer
	signer, s.key = activitytest.Key(t, "log", 0)
	s.tree = &app.Integrator{Store: s.store, Key: signer, Wall: when.Wall{}}
	return s
}

func (s *site) write(n int) {
	s.t.Helper()
	who := party.Actor{Scope: party.NewScope("p", "")}
	if _, err := s.store.Update(s.t.Context(), app.Act{Actor: who}, func(tx app.Tx) (any, error) {
		for range n {
			if err := tx.AddRecord(activity.Record{ID: id.Record(id.Random{}.GUID()), At: time.Unix(1, 0), Operation: "x"}); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) grow(n int) {
	s.t.Helper()
	s.write(n)
	if _, err := s.tree.CatchUp(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) files() *Checkpoints { return &Checkpoints{Path: s.file, Keys: []note.Verifier{s.key}} }

// sizes are those of the checkpoints in the file.
func (s *site) sizes() (all []int64) {
	s.t.Helper()
	text, err := os.ReadFile(s.file)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, n := range activity.Notes(text) {
		c, err := activity.OpenCheckpoint(n, s.key)
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, c.Size)
	}
	return all
}

func (s *site) keep(c *Checkpoints, want error) {
	s.t.Helper()
	if err := c.Keep(s.t.Context(), s.tree); !errors.Is(err, want) {
		s.t.Fatalf("%v, want %v", err, want)
	}
}

func TestF53CheckpointsAreKept(t *testing.T) {
	s := newSite(t)
	c := s.files()
	s.keep(c, nil) // there is none yet
	if _, err := os.Stat(s.file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file of nothing: %v", err)
	}
	s.grow(3)
	s.keep(c, nil)
	s.keep(c, nil)
	s.keep(s.files(), nil) // a process that was started anew
	s.grow(300)
	s.keep(c, nil)
	if got := s.sizes(); !slices.Equal(got, []int64{3, 303}) {
		t.Errorf("%v", got)
	}
	// A power cut while one was written: what is left of it spoils nothing.
	f, err := os.OpenFile(s.file, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString("log\n9999\nAAAA")
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	s.grow(1)
	s.keep(s.files(), nil)
	if got := s.sizes(); !slices.Equal(got, []int64{3, 303, 304}) {
		t.Errorf("after a power cut: %v", got)
	}
	if info, err := os.Stat(s.file); err != nil || info.Mode().Perm() != 0o644 {
		t.Error(info, err)
	}
}

// TestF53ARewrittenLogIsNoticed when the next checkpoint is kept: with an error in production, by another file in a sandbox.
func TestF53ARewrittenLogIsNoticed(t *testing.T) {
	s, other := newSite(t), newSite(t)
	s.grow(5)
	c := s.files()
	s.keep(c, nil)
	other.file = s.file
	other.grow(9)
	s.tree = other.tree // what was a log of five records begins with others
	s.keep(c, ErrRewritten)
	if got := s.sizes(); !slices.Equal(got, []int64{5, 9}) {
		t.Errorf("%v", got)
	}
	third := newSite(t)
	third.file = s.file
	third.grow(2)
	rewinding := third.files()
	rewinding.Rewinds = true
	third.keep(rewinding, nil)
	if got := third.sizes(); !slices.Equal(got, []int64{2}) {
		t.Errorf("%v", got)
	}
	aside, err := filepath.Glob(s.file + ".before-*")
	if err != nil || len(aside) != 1 {
		t.Errorf("%v %v", aside, err)
	}
}

// TestF53TheLastRound: what is committed when the server is told to stop is numbered, and its checkpoint kept.
func TestF53TheLastRound(t *testing.T) {
	s := newSite(t)
	l := Log{Tree: s.tree, Files: s.files(), Every: time.Hour, Wall: when.Wall{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { l.Run(ctx) })
	for range 20 {
		s.write(100)
	}
	stop()
	running.Wait()
	if got := s.sizes(); len(got) == 0 || got[len(got)-1] != 2000 {
		t.Errorf("%v", got)
	}
	out, err := app.AuditLog(t.Context(), s.store, nil, s.key)
	if err != nil || len(out.Found) > 0 || len(out.Waiting) > 0 || out.Records != 2000 {
		t.Errorf("%+v %v", out, err)
	}
}

// signed is a tree that only has a checkpoint.
type signed struct {
	app.TreeStore
	tree app.Tree
}

func (s *signed) Tree(context.Context) (app.Tree, error) { return s.tree, nil }

func (s *signed) Mailed(_ context.Context, at time.Time) error {
	s.tree.MailedAt = at
	return nil
}

// TestF53CheckpointsAreMailed once a day, tried again with patience, and not for ever.
func TestF53CheckpointsAreMailed(t *testing.T) {
	for _, c := range []struct {
		name  string
		fails int // so many sends
		want  []string
	}{
		{"at once and once a day", 0, []string{"0s", "24h0m0s", "48h0m0s"}},
		{"again after failures", 2, []string{"0s fails", "1m0s fails", "3m0s", "24h3m0s", "48h3m0s"}},
		{"given up until the next day", 6, []string{
			"0s fails", "1m0s fails", "3m0s fails", "7m0s fails", "15m0s fails", "31m0s fails", "24h31m0s", "48h31m0s",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var got []string
				kept := &signed{tree: app.Tree{Checkpoint: "the note\n"}}
				m := &Mailing{Every: 24 * time.Hour, Send: func(_ context.Context, at time.Time, subject, text string) error {
					when := at.Sub(began).String()
					if !strings.Contains(text, "the note") || !strings.Contains(subject, "Checkpoint") {
						t.Errorf("%s: %s", subject, text)
					}
					if len(got) < c.fails {
						got = append(got, when+" fails")
						return errors.New("no mail today")
					}
					got = append(got, when)
					return nil
				}}
				l := &Log{Tree: &app.Integrator{Store: kept}, Wall: when.Wall{}, Log: slog.New(slog.DiscardHandler)}
				ctx, stop := context.WithTimeout(t.Context(), 49*time.Hour)
				defer stop()
				m.run(ctx, l)
				if fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("%v, want %v", got, c.want)
				}
			})
		})
	}
}
