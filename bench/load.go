package main

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// warmUp runs before each row and is not counted.
const warmUp = 500 * time.Millisecond

// errSoldOut ends a client whose row has used all its carts.
var errSoldOut = errors.New("no carts left")

// figures of one row.
type figures struct {
	done     int           // checkouts counted
	total    int           // checkouts made, warm-up included
	took     time.Duration // of those counted
	p50, p99 time.Duration
	cpu      time.Duration // of the side that is measured, while counting
	db       time.Duration // of the database server, while counting
	load     time.Duration // of the load generator, while counting; 0 where it is the side itself
}

// rate is checkouts a second.
func (f figures) rate() float64 { return float64(f.done) / f.took.Seconds() }

// each is a cost of one checkout, in milliseconds.
func (f figures) each(cost time.Duration) float64 {
	return cost.Seconds() * 1000 / float64(max(f.done, 1))
}

// meter reads how much CPU was used so far.
type meter func() (time.Duration, error)

// drive lets clients call act as fast as it answers, for the warm-up and then for the measure.
func drive(clients int, measure time.Duration, act func(client int) error, meters ...meter) (figures, []time.Duration, error) {
	var counting, stop atomic.Bool
	var total atomic.Int64
	times := make([][]time.Duration, clients)
	errs := make([]error, clients)
	var working sync.WaitGroup
	for c := range clients {
		working.Go(func() {
			for !stop.Load() {
				begin := time.Now()
				if errs[c] = act(c); errs[c] != nil {
					stop.Store(true)
					return
				}
				total.Add(1)
				if counting.Load() && !stop.Load() { // what ends within the measure counts
					times[c] = append(times[c], time.Since(begin))
				}
			}
		})
	}
	time.Sleep(warmUp)
	used, err := readAll(meters)
	begin := time.Now()
	counting.Store(true)
	for end := begin.Add(measure); !stop.Load() && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(begin)
	after, aerr := readAll(meters)
	stop.Store(true)
	working.Wait()
	for _, e := range errs {
		if e != nil && !errors.Is(e, errSoldOut) {
			err = errors.Join(err, e)
			break
		}
	}
	if err = errors.Join(err, aerr); err != nil {
		return figures{}, nil, err
	}
	for i := range after {
		after[i] -= used[i]
	}
	all := slices.Concat(times...)
	if len(all) == 0 {
		return figures{}, nil, errors.New("no checkout ended within the time")
	}
	slices.Sort(all)
	f := figures{done: len(all), total: int(total.Load()), took: took}
	f.p50, f.p99 = all[len(all)/2], all[len(all)*99/100]
	return f, after, nil
}

func readAll(meters []meter) ([]time.Duration, error) {
	out := make([]time.Duration, len(meters))
	for i, m := range meters {
		var err error
		if out[i], err = m(); err != nil {
			return nil, err
		}
	}
	return out, nil
}
