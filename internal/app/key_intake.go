package app

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	keyChunk   = 2000 // keys sealed and written at a time
	serveChunk = 200  // lines served at a time
)

// keyRow is one product key on its way in, in clear.
type keyRow struct {
	item, line int // its place, from 1; line 0 where there are no lines
	poolVersion
	key Clear
}

type poolVersion struct{ pool, version string }

// keyRows gives every row to each, in order. It can be asked again, and gives the same.
type keyRows func(each func(keyRow) error) error

// takeIn writes rows that were checked, and serves lines that wait, in one transaction. The outcome is AddedKeys.
func (a *App) takeIn(ctx context.Context, who party.Actor, req Request, rows keyRows, step func(item int)) (Reply, error) {
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if _, err := tx.Partner(who.Scope); err != nil {
			return nil, err
		}
		in := keyIntake{
			app: a, tx: tx, scope: who.Scope, seen: map[[16]byte]bool{}, counts: map[poolVersion]*poolCount{},
			saver: saver{a, tx, &act, party.Customer{}, a.Clock.Now()},
		}
		err := rows(func(r keyRow) error {
			step(r.item)
			return in.take(r)
		})
		if err != nil {
			return nil, err
		}
		return in.finish()
	})
}

// keyIntake is one import while it runs.
type keyIntake struct {
	app   *App
	tx    Tx
	scope party.Scope
	saver saver

	out    AddedKeys
	seen   map[[16]byte]bool // the rows so far
	counts map[poolVersion]*poolCount
	chunk  []license.Key
	places []RepeatedKey // of chunk
}

type poolCount struct{ added, served int }

// take seals a row, and writes when enough have come together.
func (in *keyIntake) take(r keyRow) error {
	in.out.Rows++
	place := RepeatedKey{Item: r.item, Line: r.line}
	k := license.Key{
		ID: id.Key(in.app.IDs.GUID()), Partner: in.scope.Partner(), Pool: r.pool, Version: r.version, Kind: license.MAK, State: license.Free,
		Fingerprint: in.app.Vault.Fingerprint(string(in.scope.Partner())+"/"+r.pool, string(r.key)),
	}
	// Half a hash tells the rows of one import apart and keeps them small.
	sum := sha256.Sum256([]byte(k.Fingerprint))
	half := [16]byte(sum[:16])
	if in.seen[half] {
		in.out.Twice++
		in.repeated(place)
		return nil
	}
	in.seen[half] = true
	var err error
	if k.Sealed, err = in.app.Vault.Seal(k.Binding(), []byte(r.key)); err != nil {
		return err
	}
	if in.counts[r.poolVersion] == nil {
		in.counts[poolVersion{strings.Clone(r.pool), strings.Clone(r.version)}] = new(poolCount) // a part of the row would keep all of it
		if err := in.tx.HoldPool(r.pool, r.version); err != nil {
			return err
		}
	}
	in.chunk, in.places = append(in.chunk, k), append(in.places, place)
	if len(in.chunk) < keyChunk {
		return nil
	}
	return in.write()
}

// write writes the chunk but for what is known.
func (in *keyIntake) write() error {
	known, err := in.tx.AddKeys(in.chunk)
	if err != nil {
		return err
	}
	for i, k := range in.chunk {
		if len(known) > 0 && known[0] == i {
			known = known[1:]
			in.out.Held++
			in.places[i].Held = true
			in.repeated(in.places[i])
			continue
		}
		in.out.Added++
		in.counts[poolVersion{k.Pool, k.Version}].added++
	}
	in.chunk, in.places = in.chunk[:0], in.places[:0]
	return nil
}

func (in *keyIntake) repeated(p RepeatedKey) {
	if len(in.out.Repeated) < maxBad {
		in.out.Repeated = append(in.out.Repeated, p)
	}
}

// finish serves the lines that wait, pool by pool, and records what came in.
func (in *keyIntake) finish() (AddedKeys, error) {
	if err := in.write(); err != nil {
		return in.out, err
	}
	pools := slices.SortedFunc(maps.Keys(in.counts), func(a, b poolVersion) int {
		return strings.Compare(a.pool+"\x00"+a.version, b.pool+"\x00"+b.version)
	})
	for _, pv := range pools {
		n := in.counts[pv]
		if n.added == 0 {
			continue
		}
		var err error
		if n.served, err = serve(in.tx, in.scope, pv, in.saver.now); err != nil {
			return in.out, err
		}
		in.out.Served += n.served
		err = in.saver.record(activity.ImportKeys, activity.KeyPool, pv.pool, activity.Detail{Key: "Version", Value: pv.version},
			activity.Detail{Key: "Added", Value: strconv.Itoa(n.added)}, activity.Detail{Key: "Served", Value: strconv.Itoa(n.served)})
		if err != nil {
			return in.out, err
		}
	}
	slices.SortFunc(in.out.Repeated, func(a, b RepeatedKey) int { return a.Item - b.Item })
	if len(pools) != 1 {
		return in.out, nil
	}
	var err error
	in.out.Pool, err = poolOf(in.tx, in.scope, pools[0].pool, pools[0].version)
	return in.out, err
}

// serve gives the free keys of a pool to the lines that wait for one, the oldest order first.
func serve(tx Tx, scope party.Scope, pv poolVersion, now time.Time) (served int, err error) {
	for {
		waits, err := tx.NextWaits(pv.pool, pv.version, serveChunk)
		if err != nil || len(waits) == 0 {
			return served, err
		}
		keys, err := tx.FreeKeys(scope, pv.pool, pv.version, len(waits))
		if err != nil || len(keys) == 0 {
			return served, err
		}
		for i, k := range keys {
			if err := tx.AssignKey(k.For(waits[i], now)); err != nil {
				return served, err
			}
		}
		served += len(keys)
	}
}
