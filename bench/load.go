package main

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// warmUp runs before each row and is not counted.
const warmUp = 500 * time.Millisecond

// errSoldOut ends a client whose row has used all its carts.
var errSoldOut = errors.New("no carts left")

// figures of one side of a row.
type figures struct {
	times []time.Duration // of the checkouts counted
	total int             // checkouts made, warm-up included
	took  time.Duration   // measured
	cpu   time.Duration   // of the side that is measured, while counting
	db    time.Duration   // of the database server, while counting
	load  time.Duration   // of the load generator, while counting; 0 where it is the side itself
	busy  time.Duration   // of all processors together, while counting
}

// add adds another round.
func (f *figures) add(o figures) {
	f.times = append(f.times, o.times...)
	f.total += o.total
	f.took += o.took
	f.cpu += o.cpu
	f.db += o.db
	f.load += o.load
	f.busy += o.busy
}

// rate is checkouts a second.
func (f figures) rate() float64 { return float64(len(f.times)) / f.took.Seconds() }

// at is the time that a share of the checkouts took at most.
func (f figures) at(share float64) time.Duration {
	slices.Sort(f.times)
	return f.times[int(float64(len(f.times)-1)*share)]
}

// each is a cost of one checkout, in milliseconds.
func (f figures) each(cost time.Duration) float64 {
	return cost.Seconds() * 1000 / float64(len(f.times))
}

// others is the share of the machine that was used by anything else: much of it spoils a row.
func (f figures) others() float64 {
	return max(0, (f.busy-f.cpu-f.db-f.load).Seconds()) / (f.took.Seconds() * float64(runtime.NumCPU()))
}

// meter reads how much CPU was used so far.
type meter func() (time.Duration, error)

// drive lets clients call act as fast as it answers, for the warm-up and then for the measure, and tells what the meters
// counted meanwhile.
func drive(clients int, measure time.Duration, act func(client int) error, meters ...meter) (figures, []time.Duration, error) {
	return driveAt(clients, measure, func(int) time.Time { return time.Now() }, act, meters...)
}

// drivePaced is drive with clients that call at random moments, rate times a second all together. A call that is late
// because the one before it was slow is timed from its own moment.
func drivePaced(clients int, measure time.Duration, rate float64, act func(client int) error, meters ...meter) (figures, []time.Duration, error) {
	moments := make([]time.Time, clients)
	chances := make([]*rand.Rand, clients)
	for c := range clients {
		moments[c], chances[c] = time.Now(), rand.New(rand.NewPCG(1, uint64(c))) //nolint:gosec // moments, not secrets
	}
	return driveAt(clients, measure, func(c int) time.Time {
		moments[c] = moments[c].Add(time.Duration(chances[c].ExpFloat64() * float64(clients) / rate * float64(time.Second)))
		wait := time.Until(moments[c])
		if wait <= 0 {
			return moments[c]
		}
		time.Sleep(wait)
		return time.Now() // how late a timer wakes its client is not the server's doing
	}, act, meters...)
}

// driveAt is drive with clients that wait for their turn, which is when their call begins to count.
func driveAt(clients int, measure time.Duration, turn func(client int) time.Time, act func(client int) error, meters ...meter) (figures, []time.Duration, error) {
	var counting, stop atomic.Bool
	var total atomic.Int64
	times := make([][]time.Duration, clients)
	errs := make([]error, clients)
	var working sync.WaitGroup
	for c := range clients {
		working.Go(func() {
			for !stop.Load() {
				begin := turn(c)
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
	f := figures{times: slices.Concat(times...), total: int(total.Load()), took: took}
	if len(f.times) == 0 {
		return figures{}, nil, errors.New("no checkout ended within the time")
	}
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
