package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Job is one kind of work that this process does by itself. Instants are wall time.
type Job struct {
	Kind  string    // "sweep", "supply" …
	At    time.Time // when it ended last; zero: not yet
	Err   error     // what it could not do then
	Fails int       // rounds that failed one after another
	Since time.Time // the first of those
}

// Jobs is what happens by itself in this process.
type Jobs interface {
	List() []Job
	// Run does one at once, beside its own rounds. Fault "job.unknown".
	Run(ctx context.Context, kind string) error
}

// JobList is how the jobs of this process fare (R15), none where it has none.
func (a *App) JobList(who party.Actor) ([]Job, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	if a.Jobs == nil {
		return nil, nil
	}
	return a.Jobs.List(), nil
}

// RetryJob does a job at once (R15); how it ends is seen in JobList. It is recorded before it runs. The outcome is the kind.
// Fault "job.unknown".
func (a *App) RetryJob(ctx context.Context, who party.Actor, req Request, kind string) (Reply, error) {
	all, err := a.JobList(who)
	if err != nil {
		return Reply{}, err
	}
	if !slices.ContainsFunc(all, func(j Job) bool { return j.Kind == kind }) {
		return Reply{}, fault.NotFound("job.unknown", nil)
	}
	fresh := false // the same form sent again is answered without
	act := Act{Actor: who, Request: req}
	reply, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		fresh = true
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		return kind, s.record(activity.RetryJob, activity.Work, kind)
	})
	if err == nil && fresh {
		_ = a.Jobs.Run(ctx, kind) // its board and the server's log tell of it
	}
	return reply, err
}

// OpenUploads are uploads that are not whole yet, those that were touched longest ago first (R15).
func (a *App) OpenUploads(ctx context.Context, who party.Actor) ([]MediaUpload, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]MediaUpload, error) {
		all, err := r.MediaUploads(maxUploads)
		return slices.DeleteFunc(all, func(u MediaUpload) bool { return u.State != UploadOpen }), err
	})
}

// maxReason bounds why something is discarded, in bytes.
const maxReason = 500

// DiscardUpload gives up an upload that is not whole, for a reason that is recorded (R15): nothing that was ordered depends on it.
// The outcome is the MediaUpload. Faults: "discard.reason" without one, "upload.unknown", "upload.whole".
func (a *App) DiscardUpload(ctx context.Context, who party.Actor, req Request, upload id.Upload, reason string) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > maxReason {
		return Reply{}, fault.Invalid("discard.reason", fault.Args{"max": maxReason})
	}
	fresh := false
	act := Act{Actor: who, Request: req}
	reply, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		u, err := tx.MediaUpload(upload)
		if err != nil {
			return nil, err
		}
		if u.State != UploadOpen {
			return nil, fault.Conflict("upload.whole", nil)
		}
		if err := tx.RemoveUpload(upload); err != nil {
			return nil, err
		}
		fresh = true
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		return u, s.record(activity.DiscardJob, activity.Work, string(upload), activity.Detail{Key: "File", Value: u.Name}, activity.Detail{Key: "Reason", Value: reason})
	})
	if err != nil || !fresh || a.Media == nil {
		return reply, err
	}
	_ = a.Media.Discard(string(upload)) // bytes that nobody knows are found by the sweep
	return reply, nil
}
