// Replay records: the answer to a request is stored in the request's own transaction and given again, byte for byte,
// to the same request (house.md §3, Replay record).
package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

const (
	// replayLife is how long an answer is kept, in wall time.
	replayLife = 24 * time.Hour
	// purgeRows is how many expired records one transaction of PurgeReplays deletes, purgeRounds how many it runs.
	purgeRows, purgeRounds = 500, 20
	// longestKey is the longest part of a key kept as it is: a PostgreSQL index row holds about 2,700 bytes.
	longestKey = 1024
)

const (
	sqlReplay = `SELECT body_hash, status, header, body, sealed, version, at FROM replay
		WHERE partner_id = $1 AND actor = $2 AND request_id = $3 AND method = $4 AND target = $5`
	sqlReplayInsert = `INSERT INTO replay (partner_id, actor, request_id, method, target,
			body_hash, status, header, body, sealed, version, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	sqlReplayUpdate = `UPDATE replay SET body_hash = $6, status = $7, header = $8, body = $9, sealed = $10, version = $11, at = $12
		WHERE partner_id = $1 AND actor = $2 AND request_id = $3 AND method = $4 AND target = $5`
	sqlReplayPurge = `DELETE FROM replay WHERE (partner_id, actor, request_id, method, target) IN (
			SELECT partner_id, actor, request_id, method, target FROM replay WHERE at <= $1 ORDER BY at LIMIT $2)
		RETURNING at`
)

// errReplayRace: the same request was answered by another transaction since this one looked. The act runs again and
// finds that answer. Never seen by a caller.
var errReplayRace = fault.Conflict("store.replay_race", nil)

// errNoSealer: nothing secret is kept in clear.
var errNoSealer = errors.New("store: a sealed answer needs a vault")

// replayKey names one request of one actor. The zero key means that no record is kept.
type replayKey struct{ partner, actor, request, method, target string }

func keyOf(act *app.Act) replayKey {
	r := &act.Request
	return replayKey{string(act.Actor.Scope.Partner()), act.Actor.Key(), short(r.ID), r.Method, short(r.Path)}
}

// short is s, or its hash where s is too long for an index.
func short(s string) string {
	if len(s) <= longestKey {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (k *replayKey) args() []any { return []any{k.partner, k.actor, k.request, k.method, k.target} }

// String joins the parts unmistakably; no part holds a NUL (canonical refuses it).
func (k *replayKey) String() string {
	return strings.Join([]string{"replay", k.partner, k.actor, k.request, k.method, k.target}, "\x00")
}

// record is a stored answer.
type record struct {
	hash    []byte
	status  int
	header  string
	body    []byte
	sealed  bool
	version int64
	at      time.Time
}

func (r *record) dest() []any {
	return []any{&r.hash, &r.status, &r.header, &r.body, &r.sealed, &r.version, &r.at}
}

// expired: a clock set back keeps records longer, never shorter.
func (r *record) expired(now time.Time) bool { return now.Sub(r.at) >= replayLife }

// replay gives the stored answer again, or false when the act has to run: another body where that is allowed, or an
// object that was changed since (app.Act.Version). Another body where it is not: "replay.other_body".
func (u *update) replay(t *Tx, found *record) (app.Reply, bool, error) {
	req := &u.act.Request
	if !bytes.Equal(found.hash, req.BodyHash[:]) {
		if req.StrictBody {
			return app.Reply{}, false, fault.Conflict("replay.other_body", nil)
		}
		return app.Reply{}, false, nil
	}
	if u.version != nil {
		version, err := u.version(t)
		if f := fault.Of(err); f != nil && f.Kind == fault.KindNotFound {
			return app.Reply{}, false, nil // gone: decided afresh
		}
		if err != nil || version != found.version {
			return app.Reply{}, false, err
		}
	}
	reply := app.Reply{Status: found.status, Body: found.body, Version: found.version}
	if found.header != "" {
		if err := json.Unmarshal([]byte(found.header), &reply.Header); err != nil {
			return app.Reply{}, false, fmt.Errorf("store: headers of a stored answer: %w", err)
		}
	}
	if found.sealed {
		if u.sealer == nil {
			return app.Reply{}, false, errNoSealer
		}
		plain, err := u.sealer.OpenSealed(u.key.String(), found.body)
		if err != nil {
			return app.Reply{}, false, fmt.Errorf("store: open a stored answer: %w", err)
		}
		reply.Body = plain
	}
	return reply, true, nil
}

// keep writes the record, in the place of found if there is one. Headers are not sealed: secrets belong in the body.
func (u *update) keep(t *Tx, found *record, reply app.Reply) error {
	var header string
	if len(reply.Header) > 0 {
		h, err := json.Marshal(reply.Header)
		if err != nil {
			return fmt.Errorf("store: headers of an answer: %w", err)
		}
		header = string(h)
	}
	body := reply.Body
	if u.act.Request.Sealed {
		var err error
		if body, err = u.sealer.Seal(u.key.String(), body); err != nil {
			return fmt.Errorf("store: seal an answer: %w", err)
		}
	}
	if body == nil {
		body = []byte{}
	}
	sql := sqlReplayInsert
	if found != nil {
		sql = sqlReplayUpdate
	}
	return t.exec(1, errReplayRace, sql, append(u.key.args(),
		u.act.Request.BodyHash[:], reply.Status, header, body, u.act.Request.Sealed, reply.Version, u.now)...)
}

// PurgeReplays deletes up to 10,000 expired replay records, the oldest first, in small transactions, and says how many.
// Expired ones are never answered from, purged or not.
func (s *Store) PurgeReplays(ctx context.Context) (int, error) {
	total := 0
	for range purgeRounds {
		n := 0
		_, err := s.update(ctx, &app.Act{}, nil, func(t *Tx) (any, error) {
			at, err := collect(&t.Reader, func(at *time.Time, scan func(...any) error) error { return scan(at) },
				sqlReplayPurge, s.opts.Wall.Now().Add(-replayLife), purgeRows)
			n = len(at)
			return nil, err
		})
		if err != nil {
			return total, err
		}
		if total += n; n < purgeRows {
			break
		}
	}
	return total, nil
}
