package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/comptoir-dev/comptoir/internal/metrics"
)

// watch puts a counter before a door.
type watch func(door string, h http.Handler) http.Handler

// scraped is the second listener.
type scraped struct {
	server *http.Server
	ended  chan error
}

func (s *scraped) close() {
	if s == nil {
		return
	}
	_ = s.server.Close() // a scrape under way is asked for again
	<-s.ended
}

// meter begins to listen for scrapes, on an address of its own.
func (l listening) meter(ctx context.Context, s *site) (*scraped, watch, error) {
	m := metrics.New(buildVersion())
	s.paces = m.Paces
	if l.Metrics == "" { // the console shows how long answers take all the same
		return nil, m.Watch, nil
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", l.Metrics)
	if err != nil {
		return nil, nil, fmt.Errorf("listening for metrics: %w", err)
	}
	s.gauges(m)
	out := &scraped{server: m.Server(), ended: make(chan error, 1)}
	go func() {
		err := out.server.Serve(ln)
		if !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("metrics", "error", err)
		}
		out.ended <- err
	}()
	return out, m.Watch, nil
}

// unknown is what a gauge says when its question was not answered.
const unknown = -1

// manyWaiting bounds what a scrape counts: more than this is as good as this.
const manyWaiting = 1000

// gauges are what waits: each is one read by a key.
func (s *site) gauges(m *metrics.Meter) {
	asked := func(read func(ctx context.Context) (float64, error)) func() float64 {
		return func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			v, err := read(ctx)
			if err != nil {
				s.log.Error("metrics", "error", err)
				return unknown
			}
			return v
		}
	}
	m.Gauge("sweep_lag_seconds", asked(func(context.Context) (float64, error) {
		now := s.clock.Now()
		due, err := s.store.NextDue(now, 1)
		if err != nil || len(due) == 0 {
			return 0, err
		}
		return now.Sub(due[0].At).Seconds(), nil
	}))
	m.Gauge("log_records", asked(func(ctx context.Context) (float64, error) {
		t, err := s.store.Tree(ctx)
		return float64(t.Size), err
	}))
	m.Gauge("log_waiting_records", asked(func(ctx context.Context) (float64, error) {
		_, _, arrived, err := s.store.Arrivals(ctx, manyWaiting)
		return float64(len(arrived)), err
	}))
	m.Gauge("low_key_pools", asked(func(ctx context.Context) (float64, error) {
		low, err := s.app.LowPools(ctx)
		return float64(len(low)), err
	}))
}
