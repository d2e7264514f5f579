package operator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// A script sends files in parts (upload.js): it begins, or asks how far an upload of that very file is, then sends what is missing.

const partsPath = "/operator/uploads"

// partsBox is what the script is told: where to send, and of an upload that is to go on its name and check sum.
type partsBox struct{ At, Name, Sum string }

func continueAt(u app.MediaUpload) string {
	return downloadsPath + "?upload=" + string(u.ID) + "#upload"
}

// goesOn asks for the file of an upload that is to go on.
func (d *downloadsPage) goesOn(v *ui.Visit, u app.MediaUpload) {
	d.Parts.Name, d.Parts.Sum = u.Name, u.SHA256
	d.Upload.Before = v.T("files.goes_on", "name", u.Name, "sent", v.L.Bytes(u.Received), "all", v.L.Bytes(u.Size))
	d.Upload.Back = &ui.Button{Text: v.T("files.another"), Href: downloadsPath + "#upload"}
	if f := d.Upload.Field("sha256"); f.Value == "" {
		f.Value = u.SHA256
	}
}

// partAnswer tells the script how it stands: the byte that is next, or where the page goes on, or what is wrong.
type partAnswer struct {
	Upload string `json:"upload,omitempty"`
	At     int64  `json:"at"`
	Done   string `json:"done,omitempty"`
	Error  string `json:"error,omitempty"`
	Again  bool   `json:"again,omitempty"` // asking once more may help
}

// beginParts begins an upload, or finds the one of the same bytes.
func beginParts(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	size, _ := strconv.ParseInt(sent.Get("size"), 10, 64) // no number is no size
	sum := strings.ToLower(sent.Get("sha256"))
	open, err := v.App.OpenUploads(v.R.Context(), v.Actor)
	if err != nil {
		return tellPart(v, app.MediaUpload{}, err)
	}
	if i := slices.IndexFunc(open, func(u app.MediaUpload) bool { return u.SHA256 == sum && u.Size == size }); i >= 0 {
		return tellPart(v, open[i], nil)
	}
	var u app.MediaUpload
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.BeginUpload(v.R.Context(), v.Actor, req, sent.Get("name"), size, sum)
	}, func(out any) { u = out.(app.MediaUpload) })
	return tellPart(v, u, err)
}

// takePart takes what comes from the byte "at" on.
func takePart(v *ui.Visit) error {
	at, err := strconv.ParseInt(v.Query("at"), 10, 64)
	if err != nil || at < 0 {
		return tellPart(v, app.MediaUpload{}, fault.Invalid("form.unreadable", nil))
	}
	v.Large()
	u, err := v.App.ContinueUpload(v.R.Context(), v.Actor, id.Upload(v.Path("upload")), at, v.R.ContentLength, v.R.Body)
	return tellPart(v, u, err)
}

func tellPart(v *ui.Visit, u app.MediaUpload, err error) error {
	f := fault.Of(err)
	switch {
	case f != nil:
		return v.JSON(ui.Again(f), partAnswer{Error: v.L.Fault(f), Again: asksAgain(f)}, "")
	case err != nil:
		return err
	case u.State == app.UploadStored:
		return v.JSON(http.StatusOK, partAnswer{Done: downloadsPath + "?file=" + u.SHA256}, v.T("files.taken", "name", u.Name))
	}
	return v.JSON(http.StatusOK, partAnswer{Upload: string(u.ID), At: u.Received}, "")
}

// asksAgain tells whether the script goes on by asking how far the upload is.
func asksAgain(f *fault.Fault) bool {
	switch f.Code {
	case "upload.offset", "upload.busy", "upload.moved", "body.cut":
		return true
	}
	return f.Kind == fault.KindUnavailable
}
