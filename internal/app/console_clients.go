package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// ClientKey names an API client of any partner; lists are read on from one.
type ClientKey struct {
	Partner id.Partner
	Client  id.Client
}

// SignIn is a session with whose it is. Instants are wall time.
type SignIn struct {
	party.Session
	UPN      string
	Partner  id.Partner  // "": the operator's or a publisher's
	Customer id.Customer // "": staff of the partner's own
}

// AllClients are API clients of all partners for the operator (R15), by partner and id, from after one on.
func (a *App) AllClients(ctx context.Context, who party.Actor, after ClientKey, limit int) ([]party.Client, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]party.Client, error) { return r.AllClients(after, limit) })
}

// SignIns are the latest sessions of anybody made after an instant, the latest first (R15).
func (a *App) SignIns(ctx context.Context, who party.Actor, after time.Time, limit int) ([]SignIn, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]SignIn, error) { return r.SignIns(after, limit) })
}

// RevokeClient ends an API client of any partner for the operator (R15), who has proved who they are: it is switched off and has no
// secret any more, so that the next request with a token of its own is refused. Its partner may give it another secret and
// switch it on. The outcome is the party.Client. Faults: "proof.needed", "partner.unknown", "client.unknown", "client.revoked" where it was before,
// "client.changed".
func (a *App) RevokeClient(ctx context.Context, who party.Actor, req Request, of ClientKey) (Reply, error) {
	p, _, err := a.Tenant(ctx, who, of.Partner)
	if err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who.Attending(scopeOf(p)), Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		c, err := tx.ClientOf(act.Actor.Scope, of.Client)
		if err != nil {
			return nil, err
		}
		if c.Disabled && len(c.Secrets) == 0 {
			return nil, fault.Conflict("client.revoked", nil)
		}
		c.Disabled, c.Secrets = true, nil
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		out, err := s.client(Registered{Client: c}, activity.UpdateApplication, append(clientDetails(c), activity.Detail{Key: "State", Value: "revoked"})...)
		return out.Client, err
	})
}
