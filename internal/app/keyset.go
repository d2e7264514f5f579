package app

import (
	"context"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Keyset is the keys that the vault seals with.
type Keyset interface {
	KeysetState() (KeysetState, error)
	// RotateFrom adds a key and seals with it from now on, where that one still does: done is false where another does already.
	RotateFrom(primary uint32) (done bool, err error)
}

// KeysetState is how they stand. Nothing of a key is in it.
type KeysetState struct {
	Primary   uint32    // the number of the key that seals
	Keys      int       // it and older ones, which still open what they sealed
	ChangedAt time.Time // wall time; zero: the keyset came from the environment, and is rotated there
}

// KeysetState tells the operator how the vault's keys stand (R15). Fault "keyset.unknown" where nothing is told of them.
func (a *App) KeysetState(_ context.Context, who party.Actor) (KeysetState, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return KeysetState{}, err
	}
	if a.Keyset == nil {
		return KeysetState{}, fault.NotFound("keyset.unknown", nil)
	}
	return a.Keyset.KeysetState()
}

// RotateKeyset seals with a new key from now on, in place of the one of that number (R15); who does it has proved who they are.
// What is sealed goes on being opened, and is sealed again in the background. The rotation comes before its record: a file cannot
// be part of a transaction, and a record of what did not happen would be worse. The outcome is the KeysetState.
// Faults: "proof.needed", "keyset.unknown", "keyset.elsewhere" where the keyset came from the environment, "keyset.changed" where
// another key seals already.
func (a *App) RotateKeyset(ctx context.Context, who party.Actor, req Request, primary uint32) (Reply, error) {
	before, err := a.KeysetState(ctx, who)
	if err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	if before.ChangedAt.IsZero() {
		return Reply{}, fault.Refuse("keyset.elsewhere", nil)
	}
	done, err := a.Keyset.RotateFrom(primary)
	if err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if !done { // the same form sent again is answered before this
			return nil, fault.Conflict("keyset.changed", nil)
		}
		now, err := a.Keyset.KeysetState()
		if err != nil {
			return nil, err
		}
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		number := strconv.FormatUint(uint64(now.Primary), 10)
		return now, s.record(activity.RotateKeyset, activity.Vault, number, activity.Detail{Key: "Keys", Value: strconv.Itoa(now.Keys)})
	})
}
