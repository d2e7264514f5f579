package main

import (
	"context"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// rates tells each partner's request limit, asking the store again after a while.
type rates struct {
	store *store.Store
	mu    sync.Mutex
	known map[id.Partner]rate
}

type rate struct {
	perMinute int
	until     time.Time
}

// remembered is how long a limit is believed; the settings of partners change rarely.
const remembered = time.Minute

// of gives requests a minute; 0 is no limit. A store that does not answer sets none: the request itself will say so.
func (r *rates) of(p id.Partner) int {
	now := when.Wall{}.Now()
	r.mu.Lock()
	got, ok := r.known[p]
	r.mu.Unlock()
	if ok && now.Before(got.until) {
		return got.perMinute
	}
	got = rate{until: now.Add(remembered)}
	err := r.store.View(context.Background(), func(rd app.Reader) error {
		row, err := rd.Partner(party.NewScope(p, ""))
		got.perMinute = row.RatePerMinute
		return err
	})
	if err != nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) > 10_000 {
		r.known = map[id.Partner]rate{}
	}
	r.known[p] = got
	return got.perMinute
}
