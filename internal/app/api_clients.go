package app

import (
	"context"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Registered is an API client with a secret, shown once; empty when none was made.
type Registered struct {
	party.Client
	NewSecret party.Secret
	Plain     string
}

// ClientChange is what is to become of an API client; nil leaves a thing as it is.
type ClientChange struct {
	Name      *string
	Roles     *party.Roles
	Redirects *[]string
	Disabled  *bool
	// RichStates: it reads every word for the state of a subscription.
	RichStates *bool
	Version    int64 // the version that was read; 0: whatever there is
}

// Clients are the partner's API clients (R13), by name.
func (a *App) Clients(ctx context.Context, who party.Actor) ([]party.Client, error) {
	if err := who.May(party.ManageClients); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]party.Client, error) { return r.Clients(who.Scope) })
}

// APIClient is one of the partner's API clients (R13). Fault "client.unknown".
func (a *App) APIClient(ctx context.Context, who party.Actor, client id.Client) (party.Client, error) {
	if err := who.May(party.ManageClients); err != nil {
		return party.Client{}, err
	}
	return read(ctx, a.Store, func(r Reader) (party.Client, error) { return r.ClientOf(who.Scope, client) })
}

// RegisterClient adds an API client (R13): a confidential one with its first secret, or a public one. The outcome is
// Registered. Faults: "proof.needed", "role.above", those of Client.Check.
func (a *App) RegisterClient(ctx context.Context, who party.Actor, req Request, c party.Client) (Reply, error) {
	if err := mayRegister(who, c.Roles); err != nil {
		return Reply{}, err
	}
	now := a.Wall.Now()
	c.ID, c.Partner, c.CreatedAt, c.Secrets = id.Client(a.IDs.GUID()), who.Scope.Own(), now, nil
	if err := c.Check(); err != nil {
		return Reply{}, err
	}
	out := Registered{}
	if !c.Public {
		var err error
		if out, err = a.newSecret(c, now, time.Time{}); err != nil {
			return Reply{}, err
		}
		c = out.Client
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if err := tx.AddClient(c); err != nil {
			return nil, err
		}
		added := Registered{c, out.NewSecret, out.Plain}
		added.Version = 1
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		return added, s.record(activity.RegisterApplication, activity.Application, string(c.ID), clientDetails(c)...)
	})
}

func mayRegister(who party.Actor, roles party.Roles) error {
	if err := who.May(party.ManageClients); err != nil {
		return err
	}
	if err := who.Prove(); err != nil {
		return err
	}
	return who.MayGrant(roles)
}

// newSecret gives c one more secret.
func (a *App) newSecret(c party.Client, now, until time.Time) (Registered, error) {
	plain, hash, fingerprint := a.Credentials.NewSecret()
	s := party.Secret{Hash: hash, Fingerprint: fingerprint, MadeAt: now, Until: until}
	c, err := c.AddSecret(s, now)
	return Registered{c, s, plain}, err
}

func clientDetails(c party.Client) []activity.Detail {
	kind := "confidential"
	if c.Public {
		kind = "public"
	}
	return []activity.Detail{
		{Key: "Name", Value: c.Name}, {Key: "Kind", Value: kind}, {Key: "Roles", Value: c.Roles.String()},
		{Key: "RedirectUris", Value: strings.Join(c.Redirects, " ")},
	}
}

// ChangeClient changes name, roles, redirects of an API client, or switches it off (R13). The outcome is Registered.
// Faults: "client.unknown", "proof.needed", "role.above", "etag.stale", those of Client.Check.
func (a *App) ChangeClient(ctx context.Context, who party.Actor, req Request, client id.Client, change ClientChange) (Reply, error) {
	return a.withClient(ctx, who, req, client, change.Version, func(c party.Client, s saver) (any, error) {
		if change.Name != nil {
			c.Name = *change.Name
		}
		if change.Roles != nil {
			if err := who.MayGrant(*change.Roles); err != nil {
				return nil, err
			}
			c.Roles = *change.Roles
		}
		if change.Redirects != nil {
			c.Redirects = *change.Redirects
		}
		if change.Disabled != nil {
			c.Disabled = *change.Disabled
		}
		if change.RichStates != nil {
			c.RichStates = *change.RichStates
		}
		if err := c.Check(); err != nil {
			return nil, err
		}
		return s.client(Registered{Client: c}, activity.UpdateApplication, clientDetails(c)...)
	})
}

// AddClientSecret gives an API client one more secret, until an instant of wall time or without end, so that one replaces
// the other with no gap (R13). The outcome is Registered. Faults: "client.secrets_full", "client.public", "secret.until",
// those of ChangeClient.
func (a *App) AddClientSecret(ctx context.Context, who party.Actor, req Request, client id.Client, until time.Time) (Reply, error) {
	now := a.Wall.Now()
	if !until.IsZero() && !until.After(now) {
		return Reply{}, fault.Invalid("secret.until", nil)
	}
	return a.withClient(ctx, who, req, client, 0, func(c party.Client, s saver) (any, error) {
		out, err := a.newSecret(c, now, until)
		if err != nil {
			return nil, err
		}
		return s.client(out, activity.AddCredential, activity.Detail{Key: "Fingerprint", Value: out.NewSecret.Fingerprint})
	})
}

// RotateClientSecret gives an API client another secret in place of those it has, which go on for a while, or end at once
// (R13). The outcome is Registered. Faults: "client.secrets_full" while two would go on, those of AddClientSecret.
func (a *App) RotateClientSecret(ctx context.Context, who party.Actor, req Request, client id.Client, overlap time.Duration) (Reply, error) {
	now := a.Wall.Now()
	return a.withClient(ctx, who, req, client, 0, func(c party.Client, s saver) (any, error) {
		plain, hash, fingerprint := a.Credentials.NewSecret()
		made := party.Secret{Hash: hash, Fingerprint: fingerprint, MadeAt: now}
		c, err := c.Rotate(made, now.Add(overlap), now)
		if err != nil {
			return nil, err
		}
		return s.client(Registered{c, made, plain}, activity.AddCredential, activity.Detail{Key: "Fingerprint", Value: fingerprint})
	})
}

// RevokeClientSecret ends a secret at once (R13). The outcome is Registered. Faults: "secret.unknown", those of ChangeClient.
func (a *App) RevokeClientSecret(ctx context.Context, who party.Actor, req Request, client id.Client, fingerprint string) (Reply, error) {
	return a.withClient(ctx, who, req, client, 0, func(c party.Client, s saver) (any, error) {
		c, err := c.RevokeSecret(fingerprint)
		if err != nil {
			return nil, err
		}
		return s.client(Registered{Client: c}, activity.RemoveCredential, activity.Detail{Key: "Fingerprint", Value: fingerprint})
	})
}

// RemoveClient removes an API client; its tokens are refused from the next request on (R13). Faults of ChangeClient.
func (a *App) RemoveClient(ctx context.Context, who party.Actor, req Request, client id.Client) (Reply, error) {
	return a.withClient(ctx, who, req, client, 0, func(c party.Client, s saver) (any, error) {
		if err := s.tx.RemoveClient(c); err != nil {
			return nil, err
		}
		return c, s.record(activity.UnregisterApplication, activity.Application, string(c.ID), clientDetails(c)...)
	})
}

// withClient runs one act on a client of the partner's: whoever may not grant what the client holds may not touch it.
func (a *App) withClient(ctx context.Context, who party.Actor, req Request, client id.Client, version int64,
	fn func(c party.Client, s saver) (any, error),
) (Reply, error) {
	if err := mayRegister(who, nil); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		c, err := tx.ClientOf(who.Scope, client)
		if err != nil {
			return nil, err
		}
		if version != 0 && version != c.Version {
			return nil, fault.Invalid("etag.stale", nil)
		}
		if err := who.MayGrant(c.Roles); err != nil {
			return nil, err
		}
		return fn(c, saver{app: a, tx: tx, act: &act, now: a.Clock.Now()})
	})
}

// client saves a client with its record.
func (s saver) client(out Registered, op activity.Operation, details ...activity.Detail) (Registered, error) {
	if err := s.tx.SaveClient(out.Client); err != nil {
		return out, err
	}
	out.Version++
	return out, s.record(op, activity.Application, string(out.ID), details...)
}
