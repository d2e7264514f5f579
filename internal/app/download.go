package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Fetch is one request at a download address. Client is a hash of network address and user agent.
type Fetch struct {
	Token        Clear
	Client       string
	Ranged, Head bool
}

// Download admits a request at a download address, without sign-in, and says which file answers it (E24). A visit that
// counts is written with a condition on the counter, so that parallel ones never exceed the limit.
// Faults: "link.unknown", those of license.Admit; a door answers 410 to the latter.
func (a *App) Download(ctx context.Context, f Fetch) (license.File, error) {
	now := a.Clock.Now()
	type found struct {
		link  license.Link
		file  license.File
		admit license.Admission
	}
	look := func(r Reader) (out found, err error) {
		if out.link, err = r.LinkByToken(TokenHash(string(f.Token))); err != nil {
			return out, err
		}
		last, err := r.LastDownload(out.link, f.Client)
		if err != nil {
			return out, err
		}
		if out.admit, err = license.Admit(out.link, license.Visit{Last: last, Ranged: f.Ranged, Head: f.Head}, now); err != nil {
			return out, err
		}
		scope := party.NewScope(out.link.Partner, "")
		item, err := softwareLine(r, scope, out.link.Customer, string(out.link.Order), out.link.Line)
		if err != nil {
			return out, err
		}
		out.file, err = item.Delivery.File(out.link.File)
		return out, err
	}
	got, err := read(ctx, a.Store, look)
	if err != nil || !got.admit.Counts {
		return got.file, err
	}
	who := party.Actor{Scope: party.NewScope(got.link.Partner, ""), Name: "download link"}
	act := Act{Actor: who, Lock: Lock{Customer: string(got.link.Customer)}}
	_, err = a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now = a.Clock.Now()
		if got, err = look(tx); err != nil || !got.admit.Counts {
			return nil, err
		}
		customer, err := tx.Customer(who.Scope, got.link.Customer)
		if err != nil {
			return nil, err
		}
		if err := tx.CountDownload(got.link, f.Client, now); err != nil {
			return nil, err
		}
		if err := tx.CountUse(got.file.SHA256, got.link.ID, LinkUse{Downloads: 1, Last: now}); err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, customer, now}
		details := append(lineDetails(got.link.Order, got.link.Line, got.file.Name), activity.Detail{Key: "Download", Value: "started"})
		return nil, s.record(activity.GetDownloadLink, activity.SoftwareDownloadLink, string(got.link.ID), details...)
	})
	return got.file, err
}
