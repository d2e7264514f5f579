// Download links and their counters (F45, F46, E24).
package store

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	linkColumns = `id, partner_id, customer_id, order_id, line, file_version, file_language, file_type, side,
		issued_at, expires_at, max_downloads, used, state, one_time, rule, sealed, token_hash, version`
	sqlLiveLink = `SELECT ` + linkColumns + ` FROM download_link
		WHERE partner_id = $1 AND order_id = $2 AND line = $3 AND file_version = $4 AND file_language = $5 AND file_type = $6
			AND side = $7 AND state = 'live' AND one_time = 0`
	sqlLiveLinks = `SELECT COUNT(*) FROM download_link
		WHERE partner_id = $1 AND order_id = $2 AND line = $3 AND state = 'live' AND one_time = 0`
	// Whoever holds the token is let in; the partner comes with the row.
	sqlLinkByToken = `SELECT ` + linkColumns + ` FROM download_link WHERE token_hash = $1`
	sqlAddLink     = `INSERT INTO download_link (partner_id, id, customer_id, order_id, line,
			file_version, file_language, file_type, side, one_time, state, issued_at, expires_at, used, max_downloads,
			rule, token_hash, sealed, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1)`
	sqlSaveLink = `UPDATE download_link SET state = $3, version = version + 1
		WHERE partner_id = $1 AND id = $2 AND version = $4`
	sqlRevokeLinks = `UPDATE download_link SET state = 'revoked', version = version + 1
		WHERE partner_id = $1 AND order_id = $2 AND line = $3 AND state IN ('live', 'spent')`
	sqlMoveLinks = `UPDATE download_link SET order_id = $4, line = $5, version = version + 1
		WHERE partner_id = $1 AND order_id = $2 AND line = $3`

	// The limit is in the write: of visits at once exactly as many pass as there are downloads left (G30). The version
	// stays, or every visit would overtake whoever replaces the link.
	sqlCountDownload = `UPDATE download_link SET used = used + 1
		WHERE partner_id = $1 AND id = $2 AND state = 'live' AND used < max_downloads AND expires_at > $3`
	sqlRemember = `INSERT INTO download (partner_id, link_id, client, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (partner_id, link_id, client) DO UPDATE SET at = excluded.at WHERE download.at < excluded.at`
	sqlLastDownload = `SELECT at FROM download WHERE partner_id = $1 AND link_id = $2 AND client = $3`
)

func scanLink(l *license.Link, scan func(...any) error) error {
	return scan(&l.ID, &l.Partner, &l.Customer, &l.Order, &l.Line, &l.File.Version, &l.File.Language, &l.File.FileType, &l.Side,
		&l.IssuedAt, &l.ExpiresAt, &l.Max, &l.Used, &l.State, &l.OneTime, &l.Rule, &l.Sealed, &l.TokenHash, &l.Version)
}

// LiveLink implements app.Reader; one-time addresses are never it.
func (r *Reader) LiveLink(s party.Scope, o id.Order, line int, file license.FileChoice, side license.Side) (*license.Link, error) {
	ls, err := collect(r, scanLink, sqlLiveLink, s.Partner(), o, line, file.Version, file.Language, file.FileType, side)
	if err != nil || len(ls) == 0 {
		return nil, err
	}
	return &ls[0], nil
}

// LiveLinks implements app.Reader; one-time addresses are not counted.
func (r *Reader) LiveLinks(s party.Scope, o id.Order, line int) (n int, err error) {
	err = r.queryRow(sqlLiveLinks, s.Partner(), o, line).scan(&n)
	return n, err
}

// LinkByToken implements app.Reader.
func (r *Reader) LinkByToken(hash string) (license.Link, error) {
	ls, err := collect(r, scanLink, sqlLinkByToken, hash)
	if err != nil {
		return license.Link{}, err
	}
	if len(ls) == 0 {
		return license.Link{}, fault.NotFound("link.unknown", nil)
	}
	return ls[0], nil
}

// LastDownload implements app.Reader.
func (r *Reader) LastDownload(link license.Link, client string) (time.Time, error) {
	var at time.Time
	err := r.queryRow(sqlLastDownload, link.Partner, link.ID, visitor(client)).scan(&at)
	if err == errNoRow { //nolint:errorlint // never wrapped
		return time.Time{}, nil
	}
	return at, err
}

// visitor is what is remembered of a client: not its address, and of a length that any index takes.
func visitor(client string) string {
	sum := sha256.Sum256([]byte(client))
	return hex.EncodeToString(sum[:])
}

// AddLink implements app.Tx. A second live link of the same line, file and side: "link.changed"; the one it takes the
// place of is saved first.
func (t *Tx) AddLink(l license.Link) error {
	f := l.File
	return t.exec(1, fault.Conflict("link.changed", nil), sqlAddLink, t.scope.Partner(), l.ID, l.Customer, l.Order, l.Line,
		f.Version, f.Language, f.FileType, l.Side, l.OneTime, l.State, l.IssuedAt, l.ExpiresAt, l.Used, l.Max,
		l.Rule, l.TokenHash, l.Sealed)
}

// SaveLink implements app.Tx: a link changes its state alone, its counter only through CountDownload.
func (t *Tx) SaveLink(l license.Link) error {
	return t.exec(1, fault.Conflict("link.changed", nil), sqlSaveLink, t.scope.Partner(), l.ID, l.State, l.Version)
}

// CountDownload implements app.Tx. It writes for the link's own partner: a visitor comes without a tenant.
func (t *Tx) CountDownload(l license.Link, client string, now time.Time) error {
	err := t.exec(1, fault.Of(license.UsedUp(l)), sqlCountDownload, l.Partner, l.ID, now)
	if err != nil {
		return err
	}
	return t.exec(anyRows, nil, sqlRemember, l.Partner, l.ID, visitor(client), now)
}
