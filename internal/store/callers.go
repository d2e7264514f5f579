// Who called lately: every request asks for its caller, which would be a third of what reading by id costs. (decision 0020)
package store

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	// callerAge bounds, in wall time, how long a change that another process made to a caller may go unseen here.
	callerAge = time.Second
	// callersKept bounds the memory: more callers than this within a second are read again.
	callersKept = 1000
)

// callers are rows read by Caller and PersonCalling, until an act of this process has changed any of their tables.
type callers struct {
	clients lately[id.Client, party.Client]
	people  lately[id.User, party.Person]
}

// forget is called after the commit of a change, before anybody is told of it.
func (c *callers) forget() {
	c.clients.forget()
	c.people.forget()
}

// lately remembers what was read by key, with the partner that it belongs to.
type lately[K comparable, T any] struct {
	mu      sync.RWMutex
	changes uint64 // of the tables, by this process
	kept    map[K]caller[T]
}

type caller[T any] struct {
	who     T
	partner party.Partner
	readAt  time.Time // wall
}

// ofCallers tells whether a statement writes what callers are made of.
func ofCallers(sql string) bool {
	_, table, ok := strings.Cut(sql[:min(len(sql), 24)], " ")
	if !ok {
		return false
	}
	table = strings.TrimPrefix(strings.TrimPrefix(table, "INTO "), "FROM ")
	for _, t := range [...]string{"client", "person", "partner"} {
		if rest, ok := strings.CutPrefix(table, t); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\n') {
			return true
		}
	}
	return false
}

func (l *lately[K, T]) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes++
	l.kept = nil
}

// of is the caller with that key, read no longer ago than callerAge, or else read now. What is read while the tables change is
// not remembered. Faults are read's, and are not remembered either.
func (l *lately[K, T]) of(key K, now time.Time, read func() (T, party.Partner, error)) (T, party.Partner, error) {
	l.mu.RLock()
	k, ok := l.kept[key]
	changes := l.changes
	l.mu.RUnlock()
	if age := now.Sub(k.readAt); ok && age >= 0 && age < callerAge {
		return k.who, k.partner, nil
	}
	who, partner, err := read()
	if err != nil {
		return who, partner, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changes != changes {
		return who, partner, nil
	}
	if l.kept == nil || len(l.kept) >= callersKept {
		l.kept = map[K]caller[T]{}
	}
	l.kept[key] = caller[T]{who, partner, now}
	return who, partner, nil
}

// Caller is Client for a request: what this process changed is seen at once, what another did within callerAge. Slices
// in the answer are shared.
func (s *Store) Caller(ctx context.Context, client id.Client) (party.Client, party.Partner, error) {
	return s.callers.clients.of(client, s.opts.Wall.Now(), func() (party.Client, party.Partner, error) { return s.Client(ctx, client) })
}

// PersonCalling is Person for a request, like Caller.
func (s *Store) PersonCalling(ctx context.Context, user id.User) (party.Person, party.Partner, error) {
	return s.callers.people.of(user, s.opts.Wall.Now(), func() (party.Person, party.Partner, error) { return s.Person(ctx, user) })
}
