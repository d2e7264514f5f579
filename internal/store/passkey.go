// Passkeys of people, and the challenges that were answered with them.
package store

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	passkeyRow  = ` k.id, k.credential, k.name, k.made_at, k.used_at, k.copied, k.version, k.body`
	sqlPasskeys = `SELECT` + passkeyRow + ` FROM passkey k WHERE k.partner_id = $1 AND k.person_id = $2 ORDER BY k.made_at, k.id LIMIT $3`
	keptFor     = `,` + passkeyRow + ` FROM passkey k
		JOIN person u ON u.partner_id = k.partner_id AND u.id = k.person_id LEFT JOIN partner p ON p.id = k.partner_id`
	sqlPasskeyAny = `SELECT` + personRow + keptFor + workplace + ` WHERE k.credential = $1`

	sqlPasskeyInsert = `INSERT INTO passkey (partner_id, person_id, id, credential, name, made_at, used_at, copied, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlPasskeyUpdate = `UPDATE passkey SET name = $5, used_at = $6, copied = $7, body = $8, version = version + 1
		WHERE partner_id = $1 AND person_id = $2 AND id = $3 AND version = $4`
	sqlPasskeyDelete = `DELETE FROM passkey WHERE partner_id = $1 AND person_id = $2 AND id = $3`
	sqlPasskeysEnd   = `DELETE FROM passkey WHERE partner_id = $1 AND person_id = $2`

	sqlChallengeInsert = `INSERT INTO challenge (partner_id, hash, expires_at) VALUES ($1, $2, $3)`
	sqlChallengePurge  = `DELETE FROM challenge WHERE (partner_id, hash) IN (SELECT partner_id, hash FROM challenge WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`
)

var unknownPasskey = fault.NotFound("passkey.unknown", nil)

func passkeyDest(k *party.Passkey) []any {
	return []any{&k.ID, &k.Credential, &k.Name, &k.MadeAt, &k.UsedAt, &k.Copied, &k.Version, &k.Record}
}

// Passkey finds a passkey by its credential, with whose it is and that one's partner. Fault "passkey.unknown".
func (s *Store) Passkey(ctx context.Context, credential string) (k party.Passkey, u party.Person, p party.Partner, err error) {
	err = s.engine.look(ctx, func(r *Reader) error {
		var row partnerRow
		err := scanPersonAnd(&u, func(dest ...any) error { return r.queryRow(sqlPasskeyAny, credential).scanOr(unknownPasskey, dest...) },
			append(row.dest(), passkeyDest(&k)...)...)
		if err == nil {
			k.Person = u.ID
			p, err = row.partner()
		}
		return err
	})
	return k, u, p, err
}

// Passkeys implements app.Reader.
func (r *Reader) Passkeys(s party.Scope, user id.User) ([]party.Passkey, error) {
	return collect(r, func(k *party.Passkey, scan func(dest ...any) error) error {
		k.Person = user
		return scan(passkeyDest(k)...)
	}, sqlPasskeys, s.Partner(), user, party.MaxPasskeys)
}

// AddPasskey implements app.Tx.
func (t *Tx) AddPasskey(k party.Passkey) error {
	return t.exec(1, fault.Conflict("passkey.taken", nil), sqlPasskeyInsert, t.scope.Partner(), k.Person, k.ID, k.Credential, k.Name, k.MadeAt, k.UsedAt, k.Copied, string(k.Record))
}

// SavePasskey implements app.Tx.
func (t *Tx) SavePasskey(k party.Passkey) error {
	return t.exec(1, fault.Conflict("passkey.changed", nil), sqlPasskeyUpdate, t.scope.Partner(), k.Person, k.ID, k.Version, k.Name, k.UsedAt, k.Copied, string(k.Record))
}

// RemovePasskey implements app.Tx.
func (t *Tx) RemovePasskey(user id.User, passkey string) error {
	return t.exec(1, unknownPasskey, sqlPasskeyDelete, t.scope.Partner(), user, passkey)
}

// RemovePasskeys implements app.Tx.
func (t *Tx) RemovePasskeys(p party.Person) error {
	return t.exec(anyRows, nil, sqlPasskeysEnd, whose(t.scope, p.Customer), p.ID)
}

// SpendChallenge implements app.Tx.
func (t *Tx) SpendChallenge(hash string, until, now time.Time) error {
	if err := t.exec(anyRows, nil, sqlChallengePurge, now, purgeBeside); err != nil {
		return err
	}
	return t.exec(1, fault.Conflict("passkey.stale", nil), sqlChallengeInsert, t.scope.Partner(), hash, until)
}
