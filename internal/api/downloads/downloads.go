// Package downloads serves the addresses that download links are made of: without a sign-in, for whoever holds one
// (product.md; F45, F46, E24).
package downloads

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/blobs"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
)

const prefix = "/downloads/"

// Owns tells whether a path belongs to this door.
func Owns(path string) bool { return strings.HasPrefix(path, prefix) }

// Admitter decides over a request at an address: app.App does.
type Admitter interface {
	Download(ctx context.Context, f app.Fetch) (license.File, error)
}

// Media opens the files themselves: blobs.Folder does, or another place to keep them. blobs.ErrNoBlob where there is none.
type Media interface {
	Open(name string) (blobs.Blob, error)
}

// Handler answers GET and HEAD on /downloads/{token}.
type Handler struct {
	App   Admitter
	Media Media
	Log   *slog.Logger
}

// ServeHTTP implements http.Handler. Ranges and If-Range are those of http.ServeContent. A transfer that began goes on
// though its link is revoked meanwhile: the next request is refused (E24).
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "private, no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer") // the address is the secret
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		refuse(w, r, http.StatusMethodNotAllowed, "method", "An address of a download is fetched with GET.")
		return
	}
	file, err := h.App.Download(r.Context(), app.Fetch{
		Token: app.Clear(strings.TrimPrefix(r.URL.Path, prefix)), Client: client(r),
		Ranged: r.Header.Get("Range") != "", Head: r.Method == http.MethodHead,
	})
	if err != nil {
		h.refusal(w, r, err)
		return
	}
	blob, err := h.Media.Open(file.Blob)
	if err != nil {
		h.refusal(w, r, fmt.Errorf("media of a link: %w", err))
		return
	}
	defer func() { _ = blob.Close() }() // read only: nothing can be lost
	h.send(w, r, file, blob)
}

func (h Handler) send(w http.ResponseWriter, r *http.Request, file license.File, blob blobs.Blob) {
	head := w.Header()
	head.Set("Content-Type", "application/octet-stream")
	// Whatever the file holds, it is to be saved: where somebody shows it all the same, without a script or an origin (G58).
	head.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	head.Set("ETag", `"`+file.SHA256+`"`)
	// What is asked for has been counted: it is sent, and not answered with "not modified".
	plain := *r
	plain.Header = r.Header.Clone()
	plain.Header.Del("If-None-Match")
	// The file as the folder opened it, not what stands around it: a file goes from the disk to the connection in the kernel.
	http.ServeContent(w, &plain, "", time.Time{}, blob.ReadSeekCloser)
}

// client tells two callers apart, without keeping who they are: address and user agent (E24).
func client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	sum := sha256.Sum256([]byte(host + "\x00" + r.UserAgent()))
	return hex.EncodeToString(sum[:])
}

// words are what a refusal says; every one but the first is gone for good.
var words = map[string]string{
	"link.unknown":  "There is no such download.",
	"link.revoked":  "This download was revoked: its purchase was cancelled.",
	"link.replaced": "This link was replaced by a newer one. Ask for the new one.",
	"link.expired":  "This link has expired. Ask for a new one.",
	"link.used_up":  "This link was used as often as it may be. Ask for a new one.",
}

func (h Handler) refusal(w http.ResponseWriter, r *http.Request, err error) {
	f := fault.Of(err)
	switch {
	case f == nil && (r.Context().Err() != nil || errors.Is(err, context.DeadlineExceeded)),
		f != nil && f.Kind == fault.KindUnavailable:
		w.Header().Set("Retry-After", "2")
		refuse(w, r, http.StatusServiceUnavailable, "server.busy", "Not available at this moment. Try again.")
	case f == nil:
		h.Log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelError, "download failed", slog.Any("error", err)) // never the token
		refuse(w, r, http.StatusInternalServerError, "internal", "Something went wrong here.")
	case f.Kind == fault.KindNotFound:
		refuse(w, r, http.StatusNotFound, "link.unknown", words["link.unknown"])
	case words[f.Code] != "":
		text := words[f.Code]
		if at, ok := f.Args["at"].(time.Time); ok {
			text = "This link expired on " + at.UTC().Format(time.RFC3339) + ". Ask for a new one."
		}
		refuse(w, r, http.StatusGone, f.Code, text)
	default: // the file left the catalogue
		refuse(w, r, http.StatusGone, f.Code, "This download is no longer offered.")
	}
}

// refuse answers in JSON to those who ask for it, in plain text to all others.
func refuse(w http.ResponseWriter, r *http.Request, status int, code, text string) {
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"code": code, "description": text}) // a caller who hung up is no error of ours
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}
