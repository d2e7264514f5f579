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

// callers remembers rows read by Caller and PersonCalling, until an act of this process has changed any of their tables.
type callers struct {
	mu      sync.RWMutex
	changes uint64 // of the tables, by this process
	clients map[id.Client]caller[party.Client]
	people  map[id.User]caller[party.Person]
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

// forget is called after the commit of a change, before anybody is told of it.
func (c *callers) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	c.clients, c.people = nil, nil
}

// known is the caller with that key, read no longer ago than callerAge, or else read now. What is read while the tables
// change is not remembered. Faults are read's, and are not remembered either.
func known[K comparable, T any](c *callers, of func() *map[K]caller[T], key K, now time.Time, read func() (T, party.Partner, error)) (T, party.Partner, error) {
	c.mu.RLock()
	k, ok := (*of())[key]
	changes := c.changes
	c.mu.RUnlock()
	if age := now.Sub(k.readAt); ok && age >= 0 && age < callerAge {
		return k.who, k.partner, nil
	}
	who, partner, err := read()
	if err != nil {
		return who, partner, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != changes {
		return who, partner, nil
	}
	kept := of()
	if *kept == nil || len(*kept) >= callersKept {
		*kept = map[K]caller[T]{}
	}
	(*kept)[key] = caller[T]{who, partner, now}
	return who, partner, nil
}

// Caller is Client for a request: what this process changed is seen at once, what another did within callerAge. Slices
// in the answer are shared.
func (s *Store) Caller(ctx context.Context, client id.Client) (party.Client, party.Partner, error) {
	return known(&s.callers, func() *map[id.Client]caller[party.Client] { return &s.callers.clients }, client, s.opts.Wall.Now(),
		func() (party.Client, party.Partner, error) { return s.Client(ctx, client) })
}

// PersonCalling is Person for a request, like Caller.
func (s *Store) PersonCalling(ctx context.Context, user id.User) (party.Person, party.Partner, error) {
	return known(&s.callers, func() *map[id.User]caller[party.Person] { return &s.callers.people }, user, s.opts.Wall.Now(),
		func() (party.Person, party.Partner, error) { return s.Person(ctx, user) })
}
