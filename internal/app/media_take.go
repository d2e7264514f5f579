package app

import (
	"context"
	"io"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TakeMedia takes a download medium whole, as it comes (R15): its bytes are stored first, where nobody sees them, then noted. want is the
// SHA-256 that it is to have, or empty. What is here already changes nothing. The outcome is the MediaFile. Faults: "media.none"
// where none are kept, "media.name", "media.sha256" for a want that is none, "media.size" with the limit for a file that is empty
// or larger, "upload.sha256" for bytes that are not those wanted, "body.cut" when r broke off.
func (a *App) TakeMedia(ctx context.Context, who party.Actor, req Request, name, want string, r io.Reader) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	switch {
	case a.Media == nil:
		return Reply{}, fault.Refuse("media.none", nil)
	case !license.FileName(name):
		return Reply{}, fault.Invalid("media.name", nil)
	case want != "" && !digest(want):
		return Reply{}, fault.Invalid("media.sha256", nil)
	}
	size, sum, err := a.Media.Add(ctx, r)
	switch f := fault.Of(err); {
	case f != nil && f.Code == "blob.too_large", err == nil && size < 1:
		return Reply{}, fault.Invalid("media.size", fault.Args{"max": int64(MaxMedia)})
	case err != nil:
		return Reply{}, uploadFault(err)
	case want != "" && want != sum: // the sweep takes bytes that nobody knows
		return Reply{}, fault.Refuse("upload.sha256", nil)
	}
	act := Act{Actor: who, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		s := saver{a, tx, &act, party.Customer{}, a.Clock.Now()}
		f, err := tx.MediaFile(sum)
		if fault.Of(err) == nil { // there, or not to be read
			return f, err
		}
		f = MediaFile{SHA256: sum, Name: name, Size: size, StoredAt: s.now}
		return f, s.media(f)
	})
}
