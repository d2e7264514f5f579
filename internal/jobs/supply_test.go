package jobs

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
)

// TestR15TheLogTellsOfLowPools once when a pool begins to be low, and when it is filled again; a look that fails forgets nothing.
func TestR15TheLogTellsOfLowPools(t *testing.T) {
	low := app.QueuedPool{Partner: "p", Pool: license.Pool{Name: "server", Version: "2022", Free: 3, LowWater: 10}}
	other := app.QueuedPool{Partner: "q", Pool: license.Pool{Name: "server", Version: "2022", Waiting: 1}}
	var log bytes.Buffer
	var all []app.QueuedPool
	var bad error
	s := Supply{
		Low: func(context.Context) ([]app.QueuedPool, error) { return all, bad },
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	}
	for _, c := range []struct {
		name  string
		all   []app.QueuedPool
		bad   error
		wants []string
	}{
		{"none", nil, nil, nil},
		{"one", []app.QueuedPool{low}, nil, []string{`level=WARN msg="a pool of keys runs low" pool.partner=p pool.pool=server pool.version=2022 pool.waiting=0 pool.free=3 pool.mark=10`}},
		{"still", []app.QueuedPool{low}, nil, nil},
		{"it cannot be told", nil, errors.New("gone"), []string{"level=ERROR", "gone"}},
		{"another partner's", []app.QueuedPool{low, other}, nil, []string{"pool.partner=q"}},
		{"the first is filled", []app.QueuedPool{other}, nil, []string{`level=INFO msg="pools of keys are filled again" pools=1`}},
		{"and low again", []app.QueuedPool{low, other}, nil, []string{"pool.partner=p"}},
	} {
		log.Reset()
		all, bad = c.all, c.bad
		s.pools(t.Context())
		for _, want := range c.wants {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%s: no %s in %s", c.name, want, log.String())
			}
		}
		if lines := strings.Count(log.String(), "\n"); lines > 1 || lines > len(c.wants) {
			t.Errorf("%s: %s", c.name, log.String())
		}
	}
}

// TestR15TheLogTellsOfSuppliers: of what fails each time, of a key that lies for nobody once.
func TestR15TheLogTellsOfSuppliers(t *testing.T) {
	var log bytes.Buffer
	var got app.Supplied
	var bad error
	s := Supply{
		Look: func(context.Context) (app.Supplied, error) { return got, bad },
		Log:  slog.New(slog.NewTextHandler(&log, nil)),
	}
	look := func(supplied app.Supplied, err error) string {
		log.Reset()
		got, bad = supplied, err
		s.look(t.Context())
		return log.String()
	}
	if said := look(app.Supplied{Asked: 2}, nil); said != "" {
		t.Error(said)
	}
	if said := look(app.Supplied{Asked: 2, Served: 1, Left: []string{"late"}}, nil); !strings.Contains(said, "served=1") || !strings.Contains(said, "level=WARN") || !strings.Contains(said, "name=late") {
		t.Error(said)
	}
	if said := look(app.Supplied{Left: []string{"late"}}, nil); said != "" {
		t.Error(said)
	}
	if said := look(app.Supplied{}, errors.New("nobody answers")); !strings.Contains(said, "level=ERROR") {
		t.Error(said)
	}
}
