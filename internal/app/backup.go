package app

import (
	"context"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// FetchBackup records that a copy of the database, of that name and so many bytes, is taken away (R15); who does it has proved
// who they are. The record comes before the first byte: one that cannot be written lets nothing out. It is made while the server
// is read-only, too: that is when copies are taken. The outcome is the name. Fault "proof.needed".
func (a *App) FetchBackup(ctx context.Context, who party.Actor, req Request, name string, size int64) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Request: req, Always: true}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		return name, s.record(activity.FetchBackup, activity.Database, name, activity.Detail{Key: "Size", Value: strconv.FormatInt(size, 10)})
	})
}
