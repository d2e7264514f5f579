package app

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Mode is whether acts are taken. It is stored: a restart keeps it.
type Mode struct {
	ReadOnly bool
	Since    time.Time // wall time of the last switch; zero: never
	Reason   string    // that every reader is shown
}

// modeAge bounds, in wall time, how long a switch by another process may go unseen here.
const modeAge = time.Second

// Gate is a Store that refuses acts while the server is read-only, with "server.read_only": nothing is changed then, and what
// falls due waits and is done afterwards, each thing at its own instant. Reads, previews and the switch itself (Act.Always) go
// through; so does signing in, which does not come this way.
type Gate struct {
	Store
	Wall when.Clock

	mu   sync.Mutex
	mode Mode
	read time.Time
}

// Mode is the mode as this process knows it.
func (g *Gate) Mode(ctx context.Context) (Mode, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.Wall.Now()
	if age := now.Sub(g.read); !g.read.IsZero() && age >= 0 && age < modeAge {
		return g.mode, nil
	}
	m, err := readOne(ctx, g.Store, Reader.Mode)
	if err == nil {
		g.mode, g.read = m, now
	}
	return m, err
}

func (g *Gate) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.read = time.Time{}
}

// Update implements Store.
func (g *Gate) Update(ctx context.Context, act Act, fn func(Tx) (any, error)) (Reply, error) {
	if act.Always {
		defer g.forget()
	} else if !act.Preview {
		if err := g.refuse(ctx); err != nil {
			return Reply{}, err
		}
	}
	return g.Store.Update(ctx, act, fn)
}

func (g *Gate) refuse(ctx context.Context) error {
	m, err := g.Mode(ctx)
	if err == nil && m.ReadOnly {
		err = fault.Unavailable("server.read_only", nil)
	}
	return err
}

// Mode is whether this server takes acts.
func (a *App) Mode(ctx context.Context) (Mode, error) {
	if g, ok := a.Store.(*Gate); ok {
		return g.Mode(ctx)
	}
	return Mode{}, nil
}

// writable refuses while the server is read-only: "server.read_only".
func (a *App) writable(ctx context.Context) error {
	if g, ok := a.Store.(*Gate); ok {
		return g.refuse(ctx)
	}
	return nil
}

// SetReadOnly has the server take no acts any more, or take them again (R15); who does it has proved who they are. Of several
// processes on one database the others follow within a second; acts that have begun end. The outcome is the Mode.
// Faults: "proof.needed", "mode.reason" for one that is too long, "mode.same" where it is so already.
func (a *App) SetReadOnly(ctx context.Context, who party.Actor, req Request, on bool, reason string) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	if reason = strings.TrimSpace(reason); len(reason) > maxReason || strings.ContainsFunc(reason, func(r rune) bool { return r < ' ' }) {
		return Reply{}, fault.Invalid("mode.reason", fault.Args{"max": maxReason})
	}
	m := Mode{ReadOnly: on, Since: a.Wall.Now(), Reason: reason}
	word := "read-only"
	if !on {
		word, m.Reason = "open", ""
	}
	act := Act{Actor: who, Request: req, Always: true}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if err := tx.SaveMode(m); err != nil {
			return nil, err
		}
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		return m, s.record(activity.SetMode, activity.Work, "mode", activity.Detail{Key: "State", Value: word}, activity.Detail{Key: "Reason", Value: reason})
	})
}
