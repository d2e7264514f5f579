package app

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// Files keeps the bytes of attachments under names of ours.
type Files interface {
	// Put stores what r gives, whole or not at all, and tells its size and SHA-256 in hex. Fault: "blob.too_large".
	Put(ctx context.Context, name string, r io.Reader) (size int64, sha256 string, err error)
	// Reader opens one. It fails where there is none.
	Reader(name string) (io.ReadSeekCloser, error)
	Remove(name string) error
	// Sweep removes what is older than before and was not kept, also what an interrupted Put left.
	Sweep(before time.Time, keep func(names []string) (map[string]bool, error)) (removed int, err error)
}

// Upload is one file on its way in.
type Upload struct {
	Name, Comment string // as they came
	Content       io.Reader
	// End tells, once Content was read, whether the message ended well; nil: it did.
	End func() error
}

// AttachFile adds a file to a request (F69): first the bytes, under a random name, then the row that makes them an
// attachment, in one transaction with the request's own. Whoever may follow the request may add to it. The outcome is a
// RequestView whose last file is the new one. Faults: "request.unknown", "file.none" where nothing is kept here, those of
// support.CleanFile and support.Request.Attach, "file.too_large".
func (a *App) AttachFile(ctx context.Context, who party.Actor, req Request, one id.Request, up Upload) (Reply, error) {
	if err := mayFollow(who, ""); err != nil {
		return Reply{}, err
	}
	if a.Files == nil {
		return Reply{}, fault.Refuse("file.none", nil)
	}
	now := a.Clock.Now()
	f := support.File{ID: id.File(a.IDs.GUID()), Comment: up.Comment}
	// What cannot be attached is refused before a byte is stored; the decision is made again behind the row.
	if _, err := read(ctx, a.Store, func(r Reader) (support.Request, error) {
		got, err := followed(r, who, "", one)
		if err != nil {
			return got, err
		}
		return got.Attach(f, personOf(who), sideOf(who), now)
	}); err != nil {
		return Reply{}, err
	}
	if err := a.take(ctx, &f, up); err != nil {
		return Reply{}, err
	}
	req.BodyHash = sha256.Sum256(fmt.Appendf(nil, "%q %q %s", f.Name, f.Comment, f.SHA256))
	attached := false
	act := Act{Actor: who, Request: req}
	rep, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		attached = true
		before, err := followed(tx, who, "", one)
		if err != nil {
			return nil, err
		}
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		after, err := before.Attach(f, personOf(who), sideOf(who), s.now)
		if err != nil {
			return nil, err
		}
		err = s.request(before, &after, activity.UpdateServiceTicket,
			activity.Detail{Key: "File", Value: f.Name}, activity.Detail{Key: "SHA256", Value: f.SHA256})
		return RequestView{Request: after, Partner: who.Scope.Partner()}, err
	})
	// A retry is answered from its record: these bytes came twice. Where the outcome is not known they stay for the sweep.
	if known := err == nil || fault.Of(err) != nil && fault.Of(err).Kind != fault.KindUnavailable; known && (err != nil || !attached) {
		if gone := a.Files.Remove(string(f.ID)); gone != nil {
			return rep, errors.Join(err, gone)
		}
	}
	return rep, err
}

// take stores the bytes of an upload under the file's id, or nothing.
func (a *App) take(ctx context.Context, f *support.File, up Upload) (err error) {
	content := bufio.NewReaderSize(up.Content, 4096)
	head, err := content.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return uploadFault(err)
	}
	if f.Name, err = support.CleanFile(up.Name, head); err != nil {
		return err
	}
	if f.Size, f.SHA256, err = a.Files.Put(ctx, string(f.ID), content); err != nil {
		return uploadFault(err)
	}
	if up.End == nil {
		return nil
	}
	if err := up.End(); err != nil {
		return errors.Join(uploadFault(err), a.Files.Remove(string(f.ID)))
	}
	return nil
}

// uploadFault tells a file that is too large, or a message that broke off, from an error of ours.
func uploadFault(err error) error {
	switch f := fault.Of(err); {
	case f != nil && f.Code == "blob.too_large":
		return fault.Invalid("file.too_large", f.Args)
	case f == nil && errors.Is(err, io.ErrUnexpectedEOF):
		return fault.Invalid("body.cut", nil)
	}
	return err
}

// Attachment opens a file of a request for whoever may follow it (R10), or answers it for the operator (R16). Faults:
// "request.unknown", "file.unknown".
func (a *App) Attachment(ctx context.Context, who party.Actor, one id.Request, file id.File) (support.File, io.ReadSeekCloser, error) {
	got, err := a.Request(ctx, who, "", one)
	return a.openFile(got, file, err)
}

// QueuedAttachment is Attachment from the operator's queue (R16).
func (a *App) QueuedAttachment(ctx context.Context, who party.Actor, one id.Request, file id.File) (support.File, io.ReadSeekCloser, error) {
	got, err := a.QueuedRequest(ctx, who, one)
	return a.openFile(got, file, err)
}

func (a *App) openFile(r RequestView, file id.File, err error) (support.File, io.ReadSeekCloser, error) {
	if err != nil {
		return support.File{}, nil, err
	}
	for _, f := range r.Files {
		if f.ID == file && a.Files != nil {
			content, err := a.Files.Reader(string(f.ID))
			return f, content, err
		}
	}
	return support.File{}, nil, fault.NotFound("file.unknown", nil)
}

// SweepFiles removes bytes older than before that no request knows: uploads whose process died before their row was
// written. It runs at start; where another process may be taking uploads, before lies well behind.
func (a *App) SweepFiles(ctx context.Context, before time.Time) (removed int, err error) {
	return a.Files.Sweep(before, func(names []string) (map[string]bool, error) {
		return read(ctx, a.Store, func(r Reader) (map[string]bool, error) { return r.FilesKnown(names) })
	})
}
