package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	starts   = 3               // how often the start is measured; the middle one counts
	idleTime = 5 * time.Second // before memory is looked at
)

// start measures starts on the database as it stands, and the memory of a server that has nothing to do. The last server
// goes on running.
func (b *bench) start(ctx context.Context, e database, dir, engine string) (*server, error) {
	if b.profile != "" {
		return b.serve(ctx, e, dir, profiledServer, "--profile", b.profile+"/"+engine)
	}
	var times []time.Duration
	for n := 1; ; n++ {
		s, err := b.serve(ctx, e, dir, "serve")
		if err != nil {
			return nil, err
		}
		times = append(times, s.ready)
		if n < starts {
			if err := s.stop(); err != nil {
				return nil, err
			}
			continue
		}
		slices.Sort(times)
		select {
		case <-time.After(idleTime):
		case <-ctx.Done():
			s.kill()
			return nil, ctx.Err()
		}
		rss, err := resident(s.cmd.Process.Pid)
		if err != nil {
			s.kill()
			return nil, err
		}
		b.report.starts = append(b.report.starts, started{engine, times[starts/2], rss})
		fmt.Printf("%s: started in %.0f ms (%v), idle with %.1f MB\n", engine, milliseconds(times[starts/2]), times, megabytes(rss))
		return s, nil
	}
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
