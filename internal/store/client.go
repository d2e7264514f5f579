// API clients, as the token endpoints and every request ask for them.
package store

import (
	"context"
	"fmt"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlClient = `SELECT c.partner_id, c.id, c.name, c.roles, c.disabled, c.version, c.body, ` + partnerOfRow + `
		FROM client c JOIN partner p ON p.id = c.partner_id` + workplace + ` WHERE c.id = $1`
	sqlClients    = `SELECT partner_id, id, name, roles, disabled, version, body FROM client WHERE partner_id = $1`
	sqlClientsAll = `SELECT partner_id, id, name, roles, disabled, version, body FROM client WHERE (partner_id, id) > ($1, $2)
		ORDER BY partner_id, id LIMIT $3`

	sqlClientInsert = `INSERT INTO client (partner_id, id, name, roles, disabled, body) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlClientUpdate = `UPDATE client SET name = $4, roles = $5, disabled = $6, body = $7, version = version + 1
		WHERE partner_id = $1 AND id = $2 AND version = $3`
	sqlClientDelete = `DELETE FROM client WHERE partner_id = $1 AND id = $2 AND version = $3`
)

var (
	unknownClient = fault.NotFound("client.unknown", nil)
	clientChanged = fault.Conflict("client.changed", nil)
)

type clientShape struct {
	Secrets    []secretShape `json:"secrets,omitempty"`
	Redirects  []string      `json:"redirects,omitempty"`
	Public     bool          `json:"public,omitempty"`
	RichStates bool          `json:"rich_states,omitempty"`
	CreatedAt  *int64        `json:"created,omitempty"`
}

type secretShape struct {
	Hash        string `json:"hash"`
	Fingerprint string `json:"fingerprint,omitempty"`
	MadeAt      *int64 `json:"made,omitempty"`
	Until       *int64 `json:"until,omitempty"`
}

func clientBody(c party.Client) string {
	b := clientShape{Redirects: c.Redirects, Public: c.Public, RichStates: c.RichStates, CreatedAt: micros(c.CreatedAt)}
	for _, s := range c.Secrets {
		b.Secrets = append(b.Secrets, secretShape{s.Hash, s.Fingerprint, micros(s.MadeAt), micros(s.Until)})
	}
	return toBody(b)
}

func scanClient(c *party.Client, scan func(dest ...any) error, more ...any) error {
	var roles string
	var b clientShape
	if err := scan(append([]any{&c.Partner, &c.ID, &c.Name, &roles, &c.Disabled, &c.Version, body{&b}}, more...)...); err != nil {
		return err
	}
	for _, s := range b.Secrets {
		c.Secrets = append(c.Secrets, party.Secret{Hash: s.Hash, Fingerprint: s.Fingerprint, MadeAt: instant(s.MadeAt), Until: instant(s.Until)})
	}
	c.Redirects, c.Public, c.RichStates, c.CreatedAt = b.Redirects, b.Public, b.RichStates, instant(b.CreatedAt)
	var ok bool
	if c.Roles, ok = party.ParseRoles(roles); !ok {
		return fmt.Errorf("store: a client with a role that is none")
	}
	return nil
}

// Client finds an API client, whosever it is, and its partner; that of a suspended partner is disabled. Fault "client.unknown".
func (s *Store) Client(ctx context.Context, client id.Client) (c party.Client, p party.Partner, err error) {
	err = s.engine.look(ctx, func(r *Reader) error {
		var row partnerRow
		err := scanClient(&c, func(dest ...any) error { return r.queryRow(sqlClient, client).scanOr(unknownClient, dest...) }, row.dest()...)
		if err == nil {
			p, err = row.partner()
			c.Disabled = c.Disabled || !p.SuspendedAt.IsZero()
		}
		return err
	})
	return c, p, err
}

// ClientOf implements app.Reader.
func (r *Reader) ClientOf(s party.Scope, client id.Client) (party.Client, error) {
	f := where(sqlClients, s.Own())
	f.and(" AND id = ?", client)
	found, err := rowsOf(r, f, scanClientRow)
	if err == nil && len(found) == 0 {
		err = unknownClient
	}
	if err != nil {
		return party.Client{}, err
	}
	return found[0], nil
}

// Clients implements app.Reader.
func (r *Reader) Clients(s party.Scope) ([]party.Client, error) {
	f := where(sqlClients, s.Own())
	f.and(" ORDER BY name, id")
	return rowsOf(r, f, scanClientRow)
}

// AllClients implements app.Reader.
func (r *Reader) AllClients(after app.ClientKey, limit int) ([]party.Client, error) {
	return collect(r, scanClientRow, sqlClientsAll, after.Partner, after.Client, limit)
}

func scanClientRow(c *party.Client, scan func(dest ...any) error) error { return scanClient(c, scan) }

// AddClient implements app.Tx.
func (t *Tx) AddClient(c party.Client) error {
	return t.exec(1, clientChanged, sqlClientInsert, t.scope.Own(), c.ID, c.Name, c.Roles.String(), c.Disabled, clientBody(c))
}

// SaveClient implements app.Tx.
func (t *Tx) SaveClient(c party.Client) error {
	return t.exec(1, clientChanged, sqlClientUpdate, t.scope.Own(), c.ID, c.Version, c.Name, c.Roles.String(), c.Disabled, clientBody(c))
}

// RemoveClient implements app.Tx.
func (t *Tx) RemoveClient(c party.Client) error {
	return t.exec(1, clientChanged, sqlClientDelete, t.scope.Own(), c.ID, c.Version)
}
