// Package turn says who comes next where many wait for the same: who was served longest ago (decision 0027), and when other
// threads of the machine are let run (decision 0028).
//
// The runtime wakes those whose requests have come in the reverse of their order. Served as they wake, who comes first in
// one round comes last in the next, and half of all wait twice as long as they need to.
package turn

import (
	"container/heap"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// caller asks again and again: a connection.
type caller struct {
	last atomic.Uint64 // when it came or was served last, as its line counts; 0: never. It may stand in several lines
}

type callerKey struct{}

// Caller marks ctx, and what is made from it, as one caller's. Whoever waits with an unmarked ctx is a caller who was never seen.
func Caller(ctx context.Context) context.Context {
	return context.WithValue(ctx, callerKey{}, new(caller))
}

// giveWayEvery so many who join a line, any line: some half a millisecond to a millisecond of work on one processor.
const giveWayEvery = 16

var joined atomic.Uint32

// Line is those who wait, each with what it waits for. Its zero value is empty.
type Line[T any] struct {
	mu     sync.Mutex
	count  uint64 // of all who came and were served
	places places[T]
}

// Place is one in a line.
type Place[T any] struct {
	For    T
	rank   uint64 // the lowest is next
	caller *caller
	at     int // in the line; -1: called, or left
}

// Join puts a caller into the line: behind those who were served before it was, and with what it asks beside that
// behind those who are there.
func (l *Line[T]) Join(ctx context.Context, what T) *Place[T] {
	if joined.Add(1)%giveWayEvery == 0 {
		giveWay()
	}
	c, ok := ctx.Value(callerKey{}).(*caller)
	if !ok {
		c = new(caller)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	p := &Place[T]{For: what, caller: c, rank: c.last.Swap(l.count)}
	if p.rank == 0 {
		p.rank = l.count
	}
	heap.Push(&l.places, p)
	return p
}

// Next calls those who are next, at most so many.
func (l *Line[T]) Next(most int) (called []*Place[T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ; most > 0 && len(l.places) > 0; most-- {
		called = append(called, heap.Pop(&l.places).(*Place[T])) //nolint:forcetypeassert // it holds nothing else
	}
	return called
}

// Leave takes p out of the line; false: it was called before.
func (l *Line[T]) Leave(p *Place[T]) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.at < 0 {
		return false
	}
	heap.Remove(&l.places, p.at)
	return true
}

// Served is told when a caller has what it waited for.
func (l *Line[T]) Served(p *Place[T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	p.caller.last.Store(l.count)
}

// places is a heap by rank.
type places[T any] []*Place[T]

func (p places[T]) Len() int           { return len(p) }
func (p places[T]) Less(i, j int) bool { return p[i].rank < p[j].rank }
func (p places[T]) Swap(i, j int) {
	p[i], p[j] = p[j], p[i]
	p[i].at, p[j].at = i, j
}

func (p *places[T]) Push(x any) {
	place := x.(*Place[T]) //nolint:forcetypeassert // it holds nothing else
	place.at = len(*p)
	*p = append(*p, place)
}

func (p *places[T]) Pop() any {
	last := len(*p) - 1
	place := (*p)[last]
	place.at = -1
	(*p)[last] = nil
	*p = (*p)[:last]
	return place
}

// Gather lets those who woke with us join the line before anybody is called.
func Gather() { runtime.Gosched() }

// Turns lets few at a time do the same.
type Turns struct {
	line Line[chan struct{}]
	mu   sync.Mutex
	free int
}

// Turn is one that was taken.
type Turn struct {
	t *Turns
	p *Place[chan struct{}]
}

// Few are at most so many turns at a time.
func Few(n int) *Turns { return &Turns{free: n} }

// Take waits for a turn, and fails with the cause when ctx ends before.
func (t *Turns) Take(ctx context.Context) (Turn, error) {
	p := t.line.Join(ctx, make(chan struct{}))
	Gather()
	t.call()
	select {
	case <-p.For:
	case <-ctx.Done():
		if t.line.Leave(p) {
			return Turn{}, context.Cause(ctx)
		}
		<-p.For
	}
	return Turn{t, p}, nil
}

// Back gives the turn to whoever is next.
func (u Turn) Back() {
	u.t.line.Served(u.p)
	u.t.mu.Lock()
	u.t.free++
	u.t.mu.Unlock()
	u.t.call()
}

func (t *Turns) call() {
	t.mu.Lock()
	defer t.mu.Unlock()
	called := t.line.Next(t.free)
	t.free -= len(called)
	for _, p := range called {
		close(p.For)
	}
}
