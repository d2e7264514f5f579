package partnercenter

import (
	"context"
	"net/http"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Snapshotter keeps copies that a sandbox can go back to. Faults: "snapshot.not_here", "snapshot.unknown",
// "snapshot.too_many", "clock.busy".
type Snapshotter interface {
	Snapshot(ctx context.Context, who party.Actor) (app.Snapshot, error)
	Snapshots(ctx context.Context, who party.Actor) ([]app.Snapshot, error)
	Restore(ctx context.Context, who party.Actor, snapshot string) (app.Snapshot, error)
	RemoveSnapshot(ctx context.Context, who party.Actor, snapshot string) error
}

func (a *api) snapshotOperations() []operation {
	acts := []party.Act{party.PlaySandbox}
	const all, one = "/sandbox/snapshots", "/sandbox/snapshots/{snapshot}"
	return []operation{
		{method: http.MethodGet, path: all, acts: acts, status: http.StatusOK, handle: a.listSnapshots},
		{method: http.MethodPost, path: all, acts: acts, status: http.StatusCreated, body: bodyIgnored, handle: a.makeSnapshot},
		{method: http.MethodDelete, path: one, acts: acts, status: http.StatusNoContent, handle: a.removeSnapshot},
		{method: http.MethodPost, path: one + "/restore", acts: acts, status: http.StatusOK, body: bodyIgnored, handle: a.restoreSnapshot},
	}
}

// wireSnapshot: at is the machine's time, now the business clock's, to which a restore goes back.
type wireSnapshot struct {
	ID  string   `json:"id"`
	At  wireTime `json:"at"`
	Now wireTime `json:"now"`
}

func snapshotOf(s app.Snapshot) wireSnapshot { return wireSnapshot{s.ID, at(s.At), at(s.Now)} }

func (a *api) listSnapshots(ctx context.Context, r *request) (answer, error) {
	kept, err := a.Sandbox.Snapshots(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	items := make([]wireSnapshot, len(kept))
	for i, s := range kept {
		items[i] = snapshotOf(s)
	}
	return reply(collect(items))
}

func (a *api) makeSnapshot(ctx context.Context, r *request) (answer, error) {
	s, err := a.Sandbox.Snapshot(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	return reply(snapshotOf(s))
}

// restoreSnapshot takes everything back to a snapshot, and answers with it.
func (a *api) restoreSnapshot(ctx context.Context, r *request) (answer, error) {
	s, err := a.Sandbox.Restore(ctx, r.actor, r.path("snapshot"))
	if err != nil {
		return answer{}, err
	}
	return reply(snapshotOf(s))
}

func (a *api) removeSnapshot(ctx context.Context, r *request) (answer, error) {
	return answer{}, a.Sandbox.RemoveSnapshot(ctx, r.actor, r.path("snapshot"))
}
