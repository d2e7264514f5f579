// Sign-ins of people: sessions of the pages, and the tickets that clients bring for tokens. Both are found by the hash of
// a secret that only their holder has, before it is known whose they are.
package store

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	// partnerOfRow are the columns of partnerRow; q is who has the tenant that p works in.
	partnerOfRow = `p.id, p.kind, p.provider_id, p.version, p.body, q.body`
	workplace    = ` LEFT JOIN partner q ON q.id = COALESCE(p.provider_id, p.id)`
	personRow    = ` u.partner_id, u.customer_id, u.publisher_id, u.id, u.upn, u.subject, u.roles, u.state, u.password, u.alias, u.version, u.body, ` + partnerOfRow
	somebody     = personRow + ` FROM person u LEFT JOIN partner p ON p.id = u.partner_id` + workplace

	sqlPersonByID      = `SELECT` + somebody + ` WHERE u.id = $1`
	sqlPersonByName    = `SELECT` + somebody + ` WHERE u.upn = $1`
	sqlPersonBySubject = `SELECT` + somebody + ` WHERE u.subject = $1`

	signedIn = `, s.id, s.made_at, s.seen_at, s.proved_at, s.method, s.agent FROM session s
		JOIN person u ON u.partner_id = s.partner_id AND u.id = s.person_id LEFT JOIN partner p ON p.id = s.partner_id`
	sqlSession       = `SELECT` + personRow + signedIn + workplace + ` WHERE s.hash = $1`
	sqlSessions      = `SELECT id, hash, made_at, seen_at, proved_at, method, agent FROM session WHERE partner_id = $1 AND person_id = $2 ORDER BY seen_at DESC, id`
	sqlSessionInsert = `INSERT INTO session (partner_id, person_id, id, hash, made_at, seen_at, proved_at, method, agent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlSessionUpdate = `UPDATE session SET seen_at = $4, proved_at = $5, method = $6 WHERE partner_id = $1 AND person_id = $2 AND id = $3`
	sqlSessionEnd    = `DELETE FROM session WHERE partner_id = $1 AND person_id = $2 AND id = $3`
	sqlSessionEndAll = `DELETE FROM session WHERE partner_id = $1 AND person_id = $2 AND id <> $3`
	sqlSessionPurge  = `DELETE FROM session WHERE (partner_id, person_id, id) IN (
			SELECT partner_id, person_id, id FROM session WHERE made_at <= $1 ORDER BY made_at LIMIT $2)`

	sqlSignIns = `SELECT s.id, s.person_id, s.made_at, s.seen_at, s.proved_at, s.method, s.agent, u.upn, u.partner_id, u.customer_id FROM session s
		JOIN person u ON u.partner_id = s.partner_id AND u.id = s.person_id WHERE s.made_at > $1 ORDER BY s.made_at DESC LIMIT $2`

	sqlSessionsForget = `DELETE FROM session`

	ticketRow       = ` hash, kind, family, client_id, person_id, user_code, expires_at, used_at, version, body FROM ticket`
	sqlTicketByHash = `SELECT` + ticketRow + ` WHERE hash = $1`
	sqlTicketByCode = `SELECT` + ticketRow + ` WHERE user_code = $1`

	sqlTicketInsert = `INSERT INTO ticket (partner_id, hash, kind, family, client_id, person_id, user_code, expires_at, used_at, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlTicketUpdate = `UPDATE ticket SET person_id = $4, user_code = $5, used_at = $6, body = $7, version = version + 1
		WHERE partner_id = $1 AND hash = $2 AND version = $3`
	sqlFamilyEnd   = `DELETE FROM ticket WHERE partner_id = $1 AND family = $2`
	sqlTicketPurge = `DELETE FROM ticket WHERE (partner_id, hash) IN (SELECT partner_id, hash FROM ticket WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`
)

// purgeBeside is how many rows that are over go whenever one is added.
const purgeBeside = 20

var (
	unknownSession = fault.NotFound("session.unknown", nil)
	unknownTicket  = fault.NotFound("ticket.unknown", nil)
)

// partnerRow is a partner beside another row; all zero where there is none. Whether it is a sandbox tenant is said by who
// has the tenant: of a reseller, its provider; who is suspended takes its resellers along.
type partnerRow struct {
	p               party.Partner
	text, workplace []byte
}

func (w *partnerRow) dest() []any {
	return []any{&w.p.ID, &w.p.Kind, &w.p.Provider, &w.p.Version, &w.text, &w.workplace}
}

func (w *partnerRow) partner() (party.Partner, error) {
	if w.text == nil {
		return party.Partner{}, nil
	}
	if err := partnerFrom(w.text, &w.p); err != nil || w.p.Provider == "" || w.workplace == nil {
		return w.p, err
	}
	var provider party.Partner
	err := partnerFrom(w.workplace, &provider)
	w.p.Sandbox = provider.Sandbox
	if w.p.SuspendedAt.IsZero() {
		w.p.SuspendedAt = provider.SuspendedAt
	}
	return w.p, err
}

// Person finds a person of any tenant, and the partner whose staff, or whose customer's, it is. Fault "user.unknown".
func (s *Store) Person(ctx context.Context, user id.User) (party.Person, party.Partner, error) {
	return s.somebody(ctx, sqlPersonByID, string(user))
}

// PersonNamed is Person by user principal name, lower case.
func (s *Store) PersonNamed(ctx context.Context, upn string) (party.Person, party.Partner, error) {
	return s.somebody(ctx, sqlPersonByName, upn)
}

// PersonOf is Person by the subject of an external sign-in.
func (s *Store) PersonOf(ctx context.Context, subject string) (party.Person, party.Partner, error) {
	return s.somebody(ctx, sqlPersonBySubject, subject)
}

func (s *Store) somebody(ctx context.Context, sql, key string) (u party.Person, p party.Partner, err error) {
	err = s.engine.look(ctx, func(r *Reader) error {
		var row partnerRow
		err := scanPersonAnd(&u, func(dest ...any) error { return r.queryRow(sql, key).scanOr(unknownUser, dest...) }, row.dest()...)
		if err == nil {
			p, err = row.partner()
		}
		return err
	})
	return u, p, err
}

// Session finds a session by the hash of its cookie, with its person and that one's partner. Fault "session.unknown".
func (s *Store) Session(ctx context.Context, hash string) (e party.Session, u party.Person, p party.Partner, err error) {
	err = s.engine.look(ctx, func(r *Reader) error {
		var row partnerRow
		err := scanPersonAnd(&u, func(dest ...any) error { return r.queryRow(sqlSession, hash).scanOr(unknownSession, dest...) },
			append(row.dest(), &e.ID, &e.MadeAt, &e.SeenAt, &e.ProvedAt, &e.Method, &e.Agent)...)
		if err == nil {
			e.Person, e.Hash = u.ID, hash
			p, err = row.partner()
		}
		return err
	})
	return e, u, p, err
}

// Sessions implements app.Reader.
func (r *Reader) Sessions(s party.Scope, user id.User) ([]party.Session, error) {
	return collect(r, func(e *party.Session, scan func(dest ...any) error) error {
		e.Person = user
		return scan(&e.ID, &e.Hash, &e.MadeAt, &e.SeenAt, &e.ProvedAt, &e.Method, &e.Agent)
	}, sqlSessions, s.Partner(), user)
}

// SignIns implements app.Reader.
func (r *Reader) SignIns(after time.Time, limit int) ([]app.SignIn, error) {
	return collect(r, func(e *app.SignIn, scan func(dest ...any) error) error {
		return scan(&e.ID, &e.Person, &e.MadeAt, &e.SeenAt, &e.ProvedAt, &e.Method, &e.Agent, &e.UPN, &e.Partner, &e.Customer)
	}, sqlSignIns, after, limit)
}

// AddSession implements app.Tx.
func (t *Tx) AddSession(e party.Session, over time.Time) error {
	if err := t.exec(anyRows, nil, sqlSessionPurge, over, purgeBeside); err != nil {
		return err
	}
	return t.exec(1, nil, sqlSessionInsert, t.scope.Partner(), e.Person, e.ID, e.Hash, e.MadeAt, e.SeenAt, e.ProvedAt, e.Method, e.Agent)
}

// SaveSession implements app.Tx.
func (t *Tx) SaveSession(e party.Session) error {
	return t.exec(1, unknownSession, sqlSessionUpdate, t.scope.Partner(), e.Person, e.ID, e.SeenAt, e.ProvedAt, e.Method)
}

// EndSession implements app.Tx.
func (t *Tx) EndSession(user id.User, session string) error {
	return t.exec(1, unknownSession, sqlSessionEnd, t.scope.Partner(), user, session)
}

// EndSessions implements app.Tx.
func (t *Tx) EndSessions(user id.User, except string) error {
	return t.exec(anyRows, nil, sqlSessionEndAll, t.scope.Partner(), user, except)
}

type ticketShape struct {
	Resource   string `json:"resource,omitempty"`
	Scope      string `json:"scope,omitempty"`
	Redirect   string `json:"redirect,omitempty"`
	Challenge  string `json:"challenge,omitempty"`
	Nonce      string `json:"nonce,omitempty"`
	Method     string `json:"method,omitempty"`
	Denied     bool   `json:"denied,omitempty"`
	SignedInAt *int64 `json:"signed_in,omitempty"`
	MadeAt     *int64 `json:"made,omitempty"`
}

func ticketBody(k party.Ticket) string {
	return toBody(ticketShape{
		k.Resource, k.Scope, k.Redirect, k.Challenge, k.Nonce, k.Method, k.Denied, micros(k.SignedInAt), micros(k.MadeAt),
	})
}

// Ticket finds a ticket by the hash of its secret. Fault "ticket.unknown".
func (s *Store) Ticket(ctx context.Context, hash string) (party.Ticket, error) {
	return s.ticket(ctx, sqlTicketByHash, hash)
}

// DeviceTicket finds the ticket of a device that waits for a person, by its user code. Fault "ticket.unknown".
func (s *Store) DeviceTicket(ctx context.Context, userCode string) (party.Ticket, error) {
	return s.ticket(ctx, sqlTicketByCode, userCode)
}

func (s *Store) ticket(ctx context.Context, sql, key string) (k party.Ticket, err error) {
	err = s.engine.look(ctx, func(r *Reader) error {
		var b ticketShape
		if err := r.queryRow(sql, key).scanOr(unknownTicket,
			&k.Hash, &k.Kind, &k.Family, &k.Client, &k.Person, &k.UserCode, &k.ExpiresAt, &k.UsedAt, &k.Version, body{&b}); err != nil {
			return err
		}
		k.Resource, k.Scope, k.Redirect, k.Challenge, k.Nonce, k.Method, k.Denied = b.Resource, b.Scope, b.Redirect, b.Challenge, b.Nonce, b.Method, b.Denied
		k.SignedInAt, k.MadeAt = instant(b.SignedInAt), instant(b.MadeAt)
		return nil
	})
	return k, err
}

// AddTicket implements app.Tx.
func (t *Tx) AddTicket(k party.Ticket) error {
	if err := t.exec(anyRows, nil, sqlTicketPurge, k.MadeAt, purgeBeside); err != nil {
		return err
	}
	return t.exec(1, fault.Conflict("ticket.code_taken", nil), sqlTicketInsert, t.scope.Partner(), k.Hash, k.Kind, k.Family, k.Client, null(k.Person),
		null(k.UserCode), k.ExpiresAt, k.UsedAt, ticketBody(k))
}

// SaveTicket implements app.Tx.
func (t *Tx) SaveTicket(k party.Ticket) error {
	return t.exec(1, fault.Conflict("ticket.changed", nil), sqlTicketUpdate, t.scope.Partner(), k.Hash, k.Version, null(k.Person), null(k.UserCode),
		k.UsedAt, ticketBody(k))
}

// EndFamily implements app.Tx.
func (t *Tx) EndFamily(family string) error {
	return t.exec(anyRows, nil, sqlFamilyEnd, t.scope.Partner(), family)
}
