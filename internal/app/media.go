package app

import (
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Media keeps the files of downloads, and those on their way to become one. What it is asked for by name is whole.
type Media interface {
	// Add stores what r gives under its own SHA-256, whole or not at all. Fault: "blob.too_large".
	Add(ctx context.Context, r io.Reader) (size int64, sha256 string, err error)
	// Resume opens an upload for one writer from its byte at on; what lay behind is cut off. Faults: "upload.busy", "blob.lost"
	// where it does not reach that far.
	Resume(upload string, at int64) (Part, error)
	// Place makes an upload of so many bytes a file of a name.
	Place(upload, name string, size int64) error
	// Discard removes an upload; one that is not there is no error.
	Discard(upload string) error
	// Size is that of a file; ok is false where there is none.
	Size(name string) (size int64, ok bool, err error)
	// Sweep removes what is older than before and was not kept, also what an interrupted Add left. UploadOf is the upload that
	// one of the names stands for.
	UploadOf(name string) (upload string, ok bool)
	Sweep(before time.Time, keep func(names []string) (map[string]bool, error)) (removed int, err error)
}

// Part is an upload that is written to. What was written is durable after Sync.
type Part interface {
	io.WriteCloser
	Sync() error
}

// MediaFile is a download medium that is whole: verified, and under its SHA-256 where media are kept.
type MediaFile struct {
	SHA256   string // 64 lower-case hex digits
	Name     string // as it came
	Size     int64  // bytes
	StoredAt time.Time
}

// UploadState is how far an upload is.
type UploadState string

// The states of an upload. A stored one stays known for a while, so that who missed the last answer is told.
const (
	UploadOpen   UploadState = "open"
	UploadStored UploadState = "stored"
)

// MediaUpload is a file on its way in parts.
type MediaUpload struct {
	ID        id.Upload
	Name      string
	Size      int64
	SHA256    string // that it is to have
	Received  int64  // bytes that are durable
	Digest    []byte // the state of SHA-256 over them
	State     UploadState
	By        string
	TouchedAt time.Time // wall time
}

// The bounds of media.
const (
	MaxMedia    = 20 << 30 // bytes of a file
	maxUploads  = 100      // known at a time
	uploadBlock = 16 << 20 // bytes that are made durable and noted at a time
	maxMediaRow = 1000     // of a list
	// UploadLife is how long an upload that nobody goes on with is kept, on wall time; what nobody knows in the folder too.
	UploadLife = 24 * time.Hour
)

// MediaFiles are the download media that are whole, by digest, from after one on; at most 1,000 (R15).
func (a *App) MediaFiles(ctx context.Context, who party.Actor, after string, limit int) ([]MediaFile, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]MediaFile, error) { return r.MediaFiles(after, min(limit, maxMediaRow+1)) })
}

// BeginUpload opens an upload of a file whose size and SHA-256 are known beforehand (R15); one whose bytes are here already is
// stored at once. The outcome is the MediaUpload. Faults: "media.name", "media.size" with the limit, "media.sha256",
// "upload.too_many" with the limit, "media.none" where none are kept.
func (a *App) BeginUpload(ctx context.Context, who party.Actor, req Request, name string, size int64, sum string) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	switch {
	case a.Media == nil:
		return Reply{}, fault.Refuse("media.none", nil)
	case !license.FileName(name):
		return Reply{}, fault.Invalid("media.name", nil)
	case size < 1 || size > MaxMedia:
		return Reply{}, fault.Invalid("media.size", fault.Args{"max": int64(MaxMedia)})
	case !digest(sum):
		return Reply{}, fault.Invalid("media.sha256", nil)
	}
	had, there, err := a.Media.Size(sum)
	if err != nil {
		return Reply{}, err
	}
	u := MediaUpload{
		ID: id.Upload(a.IDs.GUID()), Name: name, Size: size, SHA256: sum, State: UploadOpen, By: who.Name, TouchedAt: a.Wall.Now(),
		Digest: stateOf(sha256.New()),
	}
	act := Act{Actor: who, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		known, err := tx.MediaUploads(maxUploads)
		if err != nil {
			return nil, err
		}
		if len(known) >= maxUploads { // the oldest of those that need not be remembered makes room
			i := slices.IndexFunc(known, func(u MediaUpload) bool { return u.State == UploadStored })
			if i < 0 {
				return nil, fault.Refuse("upload.too_many", fault.Args{"max": maxUploads})
			}
			if err := tx.RemoveUpload(known[i].ID); err != nil {
				return nil, err
			}
		}
		u := u
		if there && had == size {
			switch _, err := tx.MediaFile(sum); {
			case err == nil:
				u.State, u.Received = UploadStored, size
			case fault.Of(err) == nil:
				return nil, err
			}
		}
		return u, tx.AddUpload(u)
	})
}

// digest tells whether a text is a SHA-256 as it is written here.
func digest(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && hex.EncodeToString(raw) == s
}

// stateOf keeps a hash so that it can go on later.
func stateOf(h hash.Hash) []byte {
	state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		panic("app: the state of SHA-256: " + err.Error()) // it is a fixed array of bytes
	}
	return state
}

// digestSoFar takes up what stateOf kept; ok is false where that was written by a program that kept it otherwise.
func (u MediaUpload) digestSoFar() (h hash.Hash, ok bool) {
	h = sha256.New()
	return h, h.(encoding.BinaryUnmarshaler).UnmarshalBinary(u.Digest) == nil
}

// MediaUpload is an upload as far as it is (R15). Fault: "upload.unknown".
func (a *App) MediaUpload(ctx context.Context, who party.Actor, upload id.Upload) (MediaUpload, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return MediaUpload{}, err
	}
	return read(ctx, a.Store, func(r Reader) (MediaUpload, error) { return r.MediaUpload(upload) })
}

// ContinueUpload takes more of an upload: what r gives, from the byte at on; length is how much that is, negative where nobody
// knows (R15). What came before r broke off is kept. With the last byte the whole is held against its SHA-256 and becomes a
// medium; what does not match is forgotten, upload and bytes.
// Faults: "upload.unknown", "upload.offset" with the byte that is next, "upload.busy", "upload.too_long", "upload.sha256",
// "body.cut" when r broke off.
func (a *App) ContinueUpload(ctx context.Context, who party.Actor, upload id.Upload, at, length int64, r io.Reader) (MediaUpload, error) {
	u, err := a.MediaUpload(ctx, who, upload)
	switch {
	case err != nil || u.State == UploadStored:
		return u, err
	case a.Media == nil:
		return u, fault.Refuse("media.none", nil)
	case at != u.Received:
		return u, fault.Conflict("upload.offset", fault.Args{"offset": u.Received})
	case length > u.Size-at:
		return u, fault.Invalid("upload.too_long", fault.Args{"size": u.Size})
	}
	h, ok := u.digestSoFar()
	if !ok {
		return a.restart(ctx, who, u)
	}
	part, err := a.Media.Resume(string(u.ID), at)
	switch f := fault.Of(err); {
	case f != nil && f.Code == "blob.lost":
		return a.restart(ctx, who, u)
	case f != nil && f.Code == "upload.busy":
		return u, fault.Conflict("upload.busy", nil)
	case err != nil:
		return u, err
	}
	u, err = a.write(ctx, who, u, part, h, r)
	if err = errors.Join(err, part.Close()); err != nil || u.Received < u.Size {
		return u, err
	}
	return a.finishUpload(context.WithoutCancel(ctx), who, u, hex.EncodeToString(h.Sum(nil)))
}

// write takes what r gives, block by block: on the disk first, then noted, also for who hung up meanwhile.
func (a *App) write(ctx context.Context, who party.Actor, u MediaUpload, part Part, h hash.Hash, r io.Reader) (MediaUpload, error) {
	both := io.MultiWriter(part, h) // the part first: of what could not be written nothing is in the digest
	for u.Received < u.Size {
		n, broke := io.Copy(both, io.LimitReader(r, min(uploadBlock, u.Size-u.Received)))
		if err := part.Sync(); err != nil {
			return u, errors.Join(broke, err) // nothing of the block may be relied on
		}
		if n > 0 {
			from := u.Received
			u.Received, u.Digest, u.TouchedAt = from+n, stateOf(h), a.Wall.Now()
			if err := a.saveUpload(context.WithoutCancel(ctx), who, u, from); err != nil {
				return u, err
			}
		}
		if broke != nil {
			return u, uploadFault(broke)
		}
		if n == 0 {
			return u, nil // more comes another time
		}
	}
	if more, _ := io.ReadFull(r, make([]byte, 1)); more > 0 {
		return u, fault.Invalid("upload.too_long", fault.Args{"size": u.Size})
	}
	return u, nil
}

// restart looks at an upload whose file is not what its row says. It was put in place and not noted; or somebody cleared the
// folder, and it begins again: the caller is told the byte that is next.
func (a *App) restart(ctx context.Context, who party.Actor, u MediaUpload) (MediaUpload, error) {
	size, there, err := a.Media.Size(u.SHA256)
	if err != nil {
		return u, err
	}
	if there && size == u.Size {
		return a.noteUpload(ctx, who, u)
	}
	from := u.Received
	u.Received, u.Digest, u.TouchedAt = 0, stateOf(sha256.New()), a.Wall.Now()
	if err := a.saveUpload(ctx, who, u, from); err != nil {
		return u, err
	}
	return u, fault.Conflict("upload.offset", fault.Args{"offset": u.Received})
}

func (a *App) saveUpload(ctx context.Context, who party.Actor, u MediaUpload, from int64) error {
	_, err := a.Store.Update(ctx, Act{Actor: who}, func(tx Tx) (any, error) { return nil, tx.SaveUpload(u, from) })
	return err
}

// finishUpload holds the bytes against the digest they were to have. They are in place before the row says so: what a crash
// leaves between the two is found by restart, or by the sweep.
func (a *App) finishUpload(ctx context.Context, who party.Actor, u MediaUpload, sum string) (MediaUpload, error) {
	if sum != u.SHA256 {
		if err := a.dropUpload(ctx, who, u); err != nil {
			return u, err
		}
		return u, fault.Refuse("upload.sha256", nil)
	}
	if err := a.Media.Place(string(u.ID), sum, u.Size); err != nil {
		return u, err
	}
	return a.noteUpload(ctx, who, u)
}

// noteUpload writes that an upload is in place.
func (a *App) noteUpload(ctx context.Context, who party.Actor, u MediaUpload) (MediaUpload, error) {
	from := u.Received
	u.State, u.Received, u.TouchedAt = UploadStored, u.Size, a.Wall.Now()
	act := Act{Actor: who}
	_, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		s := saver{a, tx, &act, party.Customer{}, a.Clock.Now()}
		if err := tx.SaveUpload(u, from); err != nil {
			return nil, err
		}
		return nil, s.media(MediaFile{SHA256: u.SHA256, Name: u.Name, Size: u.Size, StoredAt: s.now})
	})
	return u, err
}

// media writes that a file is whole.
func (s saver) media(f MediaFile) error {
	if err := s.tx.AddMedia(f); err != nil {
		return err
	}
	return s.record(activity.AddMedia, activity.SoftwareMedia, f.SHA256,
		activity.Detail{Key: "File", Value: f.Name}, activity.Detail{Key: "Size", Value: strconv.FormatInt(f.Size, 10)})
}

// DropUpload forgets an upload and what came of it (R15). One that is stored is forgotten alone: the medium stays.
// Fault: "upload.unknown".
func (a *App) DropUpload(ctx context.Context, who party.Actor, upload id.Upload) error {
	u, err := a.MediaUpload(ctx, who, upload)
	if err != nil {
		return err
	}
	return a.dropUpload(ctx, who, u)
}

// dropUpload forgets the row first: bytes that nobody knows are found by the sweep.
func (a *App) dropUpload(ctx context.Context, who party.Actor, u MediaUpload) error {
	if _, err := a.Store.Update(ctx, Act{Actor: who}, func(tx Tx) (any, error) { return nil, tx.RemoveUpload(u.ID) }); err != nil {
		return err
	}
	if u.State == UploadStored || a.Media == nil {
		return nil
	}
	return a.Media.Discard(string(u.ID))
}

// RemoveMedia forgets a medium that no product delivers (R15); the sweep takes its bytes. Faults: "media.unknown", "media.in_use" with one that does.
func (a *App) RemoveMedia(ctx context.Context, who party.Actor, req Request, sum string) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if err := tx.HoldCatalogue(); err != nil { // nobody takes it into use meanwhile
			return nil, err
		}
		f, err := tx.MediaFile(sum)
		if err != nil {
			return nil, err
		}
		uses, err := tx.MediaUses(sum, 1)
		if err != nil {
			return nil, err
		}
		if len(uses) > 0 {
			return nil, fault.Conflict("media.in_use", fault.Args{"product": string(uses[0].Product), "sku": string(uses[0].Sku)})
		}
		if err := tx.RemoveMedia(sum); err != nil {
			return nil, err
		}
		s := saver{a, tx, &act, party.Customer{}, a.Clock.Now()}
		return nil, s.record(activity.RemoveMedia, activity.SoftwareMedia, sum, activity.Detail{Key: "File", Value: f.Name})
	})
}

// SweepMedia forgets uploads that nobody went on with for UploadLife, and removes what nobody knows in the folder and is older
// than before: uploads whose row is gone, and media that an interrupted import left. A file that is not named by a digest was
// put there by somebody else and stays.
func (a *App) SweepMedia(ctx context.Context, before time.Time) (removed int, err error) {
	if a.Media == nil {
		return 0, nil
	}
	if err := a.writable(ctx); err != nil {
		return 0, nil //nolint:nilerr // nothing is removed while the server is read-only; another time
	}
	end := a.Wall.Now().Add(-UploadLife)
	system := party.Actor{Name: "sweep", Roles: party.RolesOf(party.OperatorAdmin)}
	all, err := read(ctx, a.Store, func(r Reader) ([]MediaUpload, error) { return r.MediaUploads(maxUploads) })
	if err != nil {
		return 0, err
	}
	open := map[string]bool{}
	for _, u := range all {
		if u.TouchedAt.After(end) {
			open[string(u.ID)] = true
			continue
		}
		switch err := a.DropUpload(ctx, system, u.ID); {
		case err == nil:
			removed++
		case fault.Of(err) == nil:
			return removed, err
		}
	}
	swept, err := a.Media.Sweep(before, func(names []string) (map[string]bool, error) {
		known, err := read(ctx, a.Store, func(r Reader) (map[string]bool, error) { return r.MediaKnown(names) })
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			upload, parts := a.Media.UploadOf(name)
			known[name] = known[name] || parts && open[upload] || !parts && !digest(name) && name[0] != '.'
		}
		return known, nil
	})
	return removed + swept, err
}
