// API clients, as the token endpoints and every request ask for them.
package store

import (
	"context"
	"fmt"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlClient = `SELECT c.partner_id, c.name, c.roles, c.disabled, c.body, p.kind, p.provider_id, q.body FROM client c
		JOIN partner p ON p.id = c.partner_id JOIN partner q ON q.id = COALESCE(p.provider_id, p.id) WHERE c.id = $1`
	sqlClientPut = `INSERT INTO client (partner_id, id, name, roles, disabled, body) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (partner_id, id) DO UPDATE SET name = $3, roles = $4, disabled = $5, body = $6`
)

// Client is an API client with what its partner's row says of it.
type Client struct {
	ID       id.Client
	Name     string
	Partner  id.Partner
	Kind     party.Kind // of Partner
	Provider id.Partner // of an indirect reseller
	Roles    party.Roles
	Secrets  []Secret
	Disabled bool
	// RichStates: it reads every word for the state of a subscription.
	RichStates bool
	Sandbox    bool // of Partner, of a reseller its provider's
}

// Secret is a client secret's hash, and the wall time from which it no longer works; zero: no end.
type Secret struct {
	Hash  string
	Until time.Time
}

type clientShape struct {
	Secrets    []secretShape `json:"secrets,omitempty"`
	RichStates bool          `json:"rich_states,omitempty"`
}

type secretShape struct {
	Hash  string `json:"hash"`
	Until *int64 `json:"until,omitempty"`
}

// Client finds an API client, whosever it is. Fault "client.unknown".
func (s *Store) Client(ctx context.Context, client id.Client) (Client, error) {
	c := Client{ID: client}
	err := s.engine.look(ctx, func(r *Reader) error {
		var roles string
		var text, partner []byte
		if err := r.queryRow(sqlClient, client).scanOr(fault.NotFound("client.unknown", nil),
			&c.Partner, &c.Name, &roles, &c.Disabled, &text, &c.Kind, &c.Provider, &partner); err != nil {
			return err
		}
		var b clientShape
		if err := fromBody(text, &b); err != nil {
			return err
		}
		var p partnerShape
		if err := fromBody(partner, &p); err != nil {
			return err
		}
		c.RichStates, c.Sandbox = b.RichStates, p.Sandbox
		for _, one := range b.Secrets {
			c.Secrets = append(c.Secrets, Secret{one.Hash, instant(one.Until)})
		}
		var ok bool
		if c.Roles, ok = party.ParseRoles(roles); !ok {
			return fmt.Errorf("store: a client with a role that is none")
		}
		return nil
	})
	if err != nil {
		return Client{}, err
	}
	return c, nil
}

// PutClient adds an API client or changes the one with its id. Kind, provider and sandbox are its partner's and not written.
// Faults: "partner.unknown", "client.foreign" when another partner has the id.
func (s *Store) PutClient(ctx context.Context, c Client) error {
	b := clientShape{RichStates: c.RichStates}
	for _, one := range c.Secrets {
		b.Secrets = append(b.Secrets, secretShape{one.Hash, micros(one.Until)})
	}
	return s.change(ctx, func(t *Tx) error {
		if _, err := t.Partner(party.NewScope(c.Partner, "")); err != nil {
			return err
		}
		return t.exec(1, fault.Conflict("client.foreign", nil), sqlClientPut,
			c.Partner, c.ID, c.Name, c.Roles.String(), c.Disabled, toBody(b))
	})
}
