package partnercenter

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Headers of an upload: how much is here, of how much.
const (
	headerUploadOffset = "Upload-Offset"
	headerUploadLength = "Upload-Length"
)

// mediaOperations are our extension: the operator brings the files of downloads in, in parts (R15). A file is there once it is
// whole and has the SHA-256 that was announced.
func (a *api) mediaOperations() []operation {
	const files, uploads = "/v1/operator/media", "/v1/operator/media/uploads"
	const one = uploads + "/{upload}"
	ops := []operation{
		{method: http.MethodGet, path: files, status: http.StatusOK, handle: a.listMedia},
		{method: http.MethodDelete, path: files + "/{sha256}", status: http.StatusNoContent, handle: a.removeMedia},
		{method: http.MethodPost, path: uploads, status: http.StatusCreated, handle: a.beginUpload},
		{method: http.MethodGet, path: one, status: http.StatusOK, handle: a.showUpload},
		{method: http.MethodPatch, path: one, status: http.StatusOK, body: bodyStreamed, handle: a.continueUpload},
		{method: http.MethodDelete, path: one, status: http.StatusNoContent, handle: a.dropUpload},
	}
	for i := range ops {
		ops[i].scope, ops[i].acts = scopeOperator, []party.Act{party.OperateSystem}
	}
	return ops
}

type mediaFile struct {
	SHA256     string      `json:"sha256"`
	FileName   string      `json:"fileName"`
	Size       int64       `json:"size"` // bytes
	StoredAt   wireTime    `json:"storedAt"`
	Attributes *attributes `json:"attributes"`
}

const maxMediaPage = 1000

// listMedia lists media by their digests.
func (a *api) listMedia(ctx context.Context, r *request) (answer, error) {
	p, err := r.page(maxMediaPage, maxMediaPage)
	if err != nil {
		return answer{}, err
	}
	if p.size == 0 {
		p.size = maxMediaPage
	}
	after := ""
	if p.after != nil {
		if len(p.after) != 1 {
			return answer{}, fault.Invalid("cursor.invalid", nil)
		}
		after = p.after[0]
	}
	found, err := a.app.MediaFiles(ctx, r.actor, after, p.size+1)
	if err != nil {
		return answer{}, err
	}
	var last []string
	if len(found) > p.size {
		found = found[:p.size]
		last = []string{found[len(found)-1].SHA256}
	}
	items := make([]mediaFile, len(found))
	for i, f := range found {
		items[i] = mediaFile{f.SHA256, f.Name, f.Size, at(f.StoredAt), of("Media")}
	}
	return reply(seek(r, p, items, last))
}

func (a *api) removeMedia(ctx context.Context, r *request) (answer, error) {
	return a.app.RemoveMedia(ctx, r.actor, r.replay(false, nothing), strings.ToLower(r.path("sha256")))
}

// nothing is the answer of an act that has none.
func nothing(any) (answer, error) { return answer{}, nil }

type mediaUploadBody struct {
	FileName string `json:"fileName"`
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256"`
}

type mediaUpload struct {
	ID         string      `json:"id"`
	FileName   string      `json:"fileName"`
	Size       int64       `json:"size"`
	SHA256     string      `json:"sha256"`
	Offset     int64       `json:"offset"`    // the byte that is next
	State      string      `json:"state"`     // open, stored
	ExpiresAt  wireTime    `json:"expiresAt"` // unless somebody goes on with it
	Links      *selfLinks  `json:"links"`
	Attributes *attributes `json:"attributes"`
}

func uploadAnswer(u app.MediaUpload) (answer, error) {
	path := "/operator/media/uploads/" + string(u.ID)
	ans, err := reply(mediaUpload{
		string(u.ID), u.Name, u.Size, u.SHA256, u.Received, string(u.State), at(u.TouchedAt.Add(app.UploadLife)), self(path), of("MediaUpload"),
	})
	ans.Header = map[string]string{
		headerUploadOffset: strconv.FormatInt(u.Received, 10), headerUploadLength: strconv.FormatInt(u.Size, 10), "Cache-Control": "no-store",
	}
	return ans, err
}

// beginUpload announces a file: its name, how large it is and its SHA-256.
func (a *api) beginUpload(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[mediaUploadBody](r)
	if err != nil {
		return answer{}, err
	}
	for _, member := range []string{"fileName", "size", "sha256"} {
		if !in.has(strings.ToLower(member)) {
			return answer{}, fault.Invalid("member.missing", fault.Args{"member": member})
		}
	}
	req := r.replay(true, func(outcome any) (answer, error) {
		u := outcome.(app.MediaUpload)
		ans, err := uploadAnswer(u)
		ans.Header["Location"] = "/operator/media/uploads/" + string(u.ID)
		return ans, err
	})
	return a.app.BeginUpload(ctx, r.actor, req, in.value.FileName, in.value.Size, strings.ToLower(in.value.SHA256))
}

// upload is the id in the path; what is none is no upload.
func (r *request) uploadID() id.Upload {
	guid, _ := id.ParseGUID(r.path("upload"))
	return id.Upload(guid)
}

func (a *api) showUpload(ctx context.Context, r *request) (answer, error) {
	u, err := a.app.MediaUpload(ctx, r.actor, r.uploadID())
	if err != nil {
		return answer{}, err
	}
	return uploadAnswer(u)
}

// continueUpload takes the bytes from Upload-Offset on. What came in before the call broke off is kept: HEAD tells how far.
func (a *api) continueUpload(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	offset, err := strconv.ParseInt(first(r.http.Header, headerUploadOffset), 10, 64)
	if err != nil || offset < 0 {
		return answer{}, fault.Invalid("upload.header", nil)
	}
	body := sent{&patient{r.http.Body, r.wait}}
	u, err := a.app.ContinueUpload(ctx, r.actor, r.uploadID(), offset, r.http.ContentLength, body)
	if err != nil {
		return answer{}, err
	}
	return uploadAnswer(u)
}

// patient gives a body more time as long as something of it comes.
type patient struct {
	io.Reader
	wait func(time.Duration)
}

// bodyPatience is how long nothing of a long body may come; the server's own limit is for a body as a whole.
const bodyPatience = 30 * time.Second

func (p *patient) Read(b []byte) (int, error) {
	p.wait(bodyPatience)
	n, err := p.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (a *api) dropUpload(ctx context.Context, r *request) (answer, error) {
	return answer{}, a.app.DropUpload(ctx, r.actor, r.uploadID())
}
