package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// KeySupplier is a place outside that product keys come from; the pool of a partner, which is built in, is none. It is asked
// between acts, never within one. Errors of its methods are logged: no key is in them.
type KeySupplier interface {
	// Ask asks for the key of a line; ok is false while there is none. Asked again under the same name it means the same key:
	// nobody else is given it.
	Ask(ctx context.Context, q KeyQuestion) (key string, ok bool, err error)
	// Done tells that the key of that name is kept here: nothing of it needs to stay outside.
	Done(ctx context.Context, name string) error
	// Waiting tells the names that still wait: whatever else was asked for is wanted no more. It gives the names of keys that
	// lie there for nobody who waits.
	Waiting(ctx context.Context, names map[string]bool) (left []string, err error)
}

// KeyQuestion is what a supplier is told about a line that waits: no more of its buyer than a name of ours.
type KeyQuestion struct {
	Name      string // of letters, digits, - and _; unguessable, the same each time
	Product   id.Product
	Sku       id.Sku
	Title     string
	Version   string // may be empty
	Quantity  int64
	OrderedAt time.Time
}

// QueuedWait is a line that waits, with whose it is.
type QueuedWait struct {
	Partner id.Partner
	license.Wait
}

// Name is what a supplier knows the line by.
func (q QueuedWait) Name() string { return string(q.Partner) + "_" + q.Ref }

// keyNamed finds partner and key in a name.
func keyNamed(name string) (id.Partner, id.Key) {
	partner, ref, _ := strings.Cut(name, "_")
	return id.Partner(partner), id.Key(ref)
}

// QueuedPool is a pool with whose it is.
type QueuedPool struct {
	Partner id.Partner
	license.Pool
}

// The bounds of one look at the suppliers.
const (
	supplyBatch = 200 // lines asked about
	askPatience = 10 * time.Second
)

// Supplied is what came of one look at the suppliers.
type Supplied struct {
	Asked, Served int
	Left          []string // names of keys that came for lines that wait no more: they stay where they lie
}

// Supply asks the suppliers of an App, one look at a time. It remembers those that do not answer: a process that starts asks at
// once.
type Supply struct {
	App   *App
	mu    sync.Mutex
	fails map[string]int
	until map[string]time.Time
}

// Look asks the suppliers about the lines that wait for them, the oldest orders first, and gives each key that came to its
// line, sealed, in a transaction of its own. A supplier that does not answer is left alone for a while, longer each time; then
// it is asked about the oldest again. Safe to run in several processes, and to be ended at any instant.
func (s *Supply) Look(ctx context.Context) (out Supplied, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.look(ctx)
}

// Now is Look that asks those too that are left alone for a while.
func (s *Supply) Now(ctx context.Context) (Supplied, error) {
	if err := s.App.writable(ctx); err != nil {
		return Supplied{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.until)
	return s.look(ctx)
}

func (s *Supply) look(ctx context.Context) (out Supplied, err error) {
	a := s.App
	if m, err := a.Mode(ctx); err != nil || m.ReadOnly { // keys that are asked for could not be kept
		return out, err
	}
	for _, name := range slices.Sorted(maps.Keys(a.Suppliers)) {
		if ctx.Err() != nil {
			return out, err
		}
		if a.Wall.Now().Before(s.until[name]) {
			continue
		}
		useless, bad := a.supplyFrom(ctx, name, &out)
		s.note(name, bad != nil)
		if bad = errors.Join(useless, bad); bad != nil && ctx.Err() == nil {
			err = errors.Join(err, fmt.Errorf("supplier %s: %w", name, bad))
		}
	}
	return out, err
}

func (s *Supply) note(name string, failed bool) {
	if !failed {
		delete(s.fails, name)
		delete(s.until, name)
		return
	}
	if s.fails == nil {
		s.fails, s.until = map[string]int{}, map[string]time.Time{}
	}
	s.fails[name]++
	s.until[name] = s.App.Wall.Now().Add(license.Rest(s.fails[name]))
}

// supplyFrom asks one supplier. useless is what it gave that is no key for the line: the others are asked about all the same.
func (a *App) supplyFrom(ctx context.Context, name string, out *Supplied) (useless, err error) {
	type todo struct {
		QueuedWait
		ask KeyQuestion
	}
	now := a.Wall.Now()
	due, err := read(ctx, a.Store, func(r Reader) (all []todo, err error) {
		waits, err := r.DueWaits(name, now, supplyBatch)
		for _, w := range waits {
			var q KeyQuestion
			if q, err = question(r, w); err != nil {
				return all, err
			}
			all = append(all, todo{w, q})
		}
		return all, err
	})
	if err != nil {
		return nil, err
	}
	s := a.Suppliers[name]
	for _, w := range due {
		asking, cancel := context.WithTimeout(ctx, askPatience)
		key, ok, err := s.Ask(asking, w.ask)
		cancel()
		out.Asked++
		if err != nil {
			return useless, err
		}
		if ok && keyFormed(key) {
			who := party.Actor{Scope: party.NewScope(w.Partner, ""), Name: "key supplier " + name}
			_, err = a.deliverKey(ctx, who, Request{}, w.Ref, Clear(key))
		} else if ok {
			err = fault.Invalid("key.malformed", nil)
		}
		switch f := fault.Of(err); {
		case ok && err == nil:
			out.Served++
			if err := s.Done(ctx, w.Name()); err != nil {
				return useless, err
			}
			continue
		case f != nil && (f.Kind == fault.KindNotFound || f.Code == "key.taken"): // cancelled meanwhile, or another process was first
			continue
		case f != nil && (f.Code == "key.malformed" || f.Code == "key.duplicate"):
			useless = errors.Join(useless, fmt.Errorf("what it gave for %s: %w", w.Name(), err))
		case err != nil:
			return useless, err
		}
		if err := a.askLater(ctx, w.QueuedWait); err != nil {
			return useless, err
		}
	}
	return useless, a.tidySupplier(ctx, name, out)
}

// question is what a supplier is told about a line.
func question(r Reader, w QueuedWait) (KeyQuestion, error) {
	scope := party.NewScope(w.Partner, "")
	o, err := r.Order(scope, w.Customer, string(w.Order))
	if err != nil {
		return KeyQuestion{}, fmt.Errorf("order of a line that waits: %w", err)
	}
	l := o.Lines[w.Line]
	return KeyQuestion{
		Name: w.Name(), Product: l.Item.Product, Sku: l.Item.Sku, Title: l.Title, Version: w.Version, Quantity: l.Quantity, OrderedAt: w.OrderedAt,
	}, nil
}

func (a *App) askLater(ctx context.Context, w QueuedWait) error {
	w.NextAt = a.Wall.Now().Add(license.AskAgain)
	act := Act{Actor: party.Actor{Scope: party.NewScope(w.Partner, "")}}
	_, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) { return nil, tx.SaveWait(w.Wait) })
	return err
}

// tidySupplier tells a supplier who still waits. A key that lies there for nobody who waits, because a process ended between
// keeping it and saying so, is told as done; any other is left where it is.
func (a *App) tidySupplier(ctx context.Context, name string, out *Supplied) error {
	waiting, err := read(ctx, a.Store, func(r Reader) (map[string]bool, error) { return r.WaitNames(name) })
	if err != nil {
		return err
	}
	left, err := a.Suppliers[name].Waiting(ctx, waiting)
	if err != nil {
		return err
	}
	for _, one := range left {
		kept, err := read(ctx, a.Store, func(r Reader) (bool, error) { return r.KeyThere(keyNamed(one)) })
		if err != nil {
			return err
		}
		if !kept {
			out.Left = append(out.Left, one)
			continue
		}
		if err := a.Suppliers[name].Done(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// deliverKey gives a line that waits for a supplier its key. The outcome is the license.Key.
// Faults: "keyrequest.unknown", "key.duplicate", "key.taken".
func (a *App) deliverKey(ctx context.Context, who party.Actor, req Request, ref string, plain Clear) (Reply, error) {
	w, err := read(ctx, a.Store, func(r Reader) (license.Wait, error) { return r.KeyRequest(who.Scope, ref) })
	if err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(w.Customer)}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		w, err := tx.KeyRequest(who.Scope, ref) // as it is behind the lock: a cancellation ends it, a renewal moves it
		if err != nil {
			return nil, err
		}
		customer, err := tx.CustomerOnFile(who.Scope, w.Customer)
		if err != nil {
			return nil, err
		}
		k := license.Key{
			ID: id.Key(w.Ref), Partner: who.Scope.Partner(), Pool: w.Pool, Version: w.Version, Kind: license.MAK,
			Fingerprint: a.Vault.Fingerprint(string(who.Scope.Partner())+"/"+w.Pool, string(plain)),
		}.For(w, now)
		if k.Sealed, err = a.Vault.Seal(k.Binding(), []byte(plain)); err != nil {
			return nil, err
		}
		if err := tx.AddSupplied(k); err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, customer, now}
		details := append(lineDetails(w.Order, w.Line, w.Version), activity.Detail{Key: "Supplier", Value: w.Supplier})
		return k, s.record(activity.ImportKeys, activity.KeyPool, w.Pool, details...)
	})
}

// KeyRequest is a line that waits for a supplier, as the operator sees it.
type KeyRequest struct {
	license.Wait
	Product  id.Product
	Sku      id.Sku
	Title    string
	Quantity int64
}

// maxKeyRequests bounds the list of lines that wait for a supplier.
const maxKeyRequests = 1000

// KeyRequests are the partner's lines that wait for a supplier other than their pool, the oldest order first, at most 1,000 (R15).
func (a *App) KeyRequests(ctx context.Context, who party.Actor) ([]KeyRequest, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]KeyRequest, error) {
		waits, err := r.KeyRequests(who.Scope, maxKeyRequests)
		out := make([]KeyRequest, 0, len(waits))
		for _, w := range waits {
			q, err := question(r, QueuedWait{who.Scope.Partner(), w})
			if err != nil {
				return nil, err
			}
			out = append(out, KeyRequest{w, q.Product, q.Sku, q.Title, q.Quantity})
		}
		return out, err
	})
}

// HandKey gives a line that waits for a supplier its key by hand, whichever the supplier is (R15). The outcome is the
// license.Key, which does not tell it. Faults: "keyrequest.unknown", "key.malformed", "key.duplicate", "key.taken".
func (a *App) HandKey(ctx context.Context, who party.Actor, req Request, ref string, plain Clear) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if !keyFormed(string(plain)) {
		return Reply{}, fault.Invalid("key.malformed", nil)
	}
	return a.deliverKey(ctx, who, req, ref, plain)
}

// LowPools are the pools of all partners that run low (R15): for the log, no caller asks.
func (a *App) LowPools(ctx context.Context) ([]QueuedPool, error) {
	return read(ctx, a.Store, func(r Reader) ([]QueuedPool, error) { return r.LowPools() })
}

// LogValue implements slog.LogValuer.
func (p QueuedPool) LogValue() slog.Value {
	return slog.GroupValue(slog.String("partner", string(p.Partner)), slog.String("pool", p.Name), slog.String("version", p.Version),
		slog.Int64("waiting", p.Waiting), slog.Int64("free", p.Free), slog.Int64("mark", p.LowWater))
}
