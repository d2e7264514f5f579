package partnercenter

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

const (
	maxUpload   = support.MaxFile + 64<<10 // bytes of a form: the file and what stands around it
	maxParts    = 8                        // of a form
	maxComment  = 200                      // characters
	commentPart = "comment"
)

// attachFile takes one file as multipart/form-data, streamed to where it is kept. The answer is its link.
func (a *api) attachFile(ctx context.Context, r *request) (answer, error) {
	if err := r.may(); err != nil {
		return answer{}, err
	}
	one, err := r.requestID()
	if err != nil {
		return answer{}, err
	}
	form, up, err := r.upload()
	if err != nil {
		return answer{}, err
	}
	up.End = func() error { // a second file is refused whole: nobody is told that both were kept
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return cutShort(err)
		case part != nil:
			return fault.Invalid("file.form", nil)
		}
		return nil
	}
	return a.app.AttachFile(ctx, r.actor, r.replay(true, func(out any) (app.Reply, error) {
		v := out.(app.RequestView)
		return reply(fileLinkOf(v.Files[len(v.Files)-1], "/servicerequests/"+string(v.ID)+"/attachments/"))
	}), one, up)
}

// upload finds the file of a form.
func (r *request) upload() (*multipart.Reader, app.Upload, error) {
	bad := fault.Invalid("file.form", nil)
	if r.http.ContentLength > maxUpload {
		return nil, app.Upload{}, fault.Invalid("file.too_large", fault.Args{"max": support.MaxFile})
	}
	kind, params, err := mime.ParseMediaType(first(r.http.Header, "Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, app.Upload{}, bad
	}
	form := multipart.NewReader(sent{io.LimitReader(r.http.Body, maxUpload+1)}, params["boundary"])
	var up app.Upload
	for range maxParts {
		part, err := form.NextPart()
		if err != nil {
			if fault.Of(err) == nil {
				err = bad
			}
			return nil, up, err
		}
		if part.FileName() != "" {
			up.Name, up.Content = part.FileName(), sent{part}
			return form, up, nil
		}
		text, err := io.ReadAll(io.LimitReader(part, 4*maxComment+1))
		if err != nil {
			return nil, up, bad
		}
		if part.FormName() == commentPart {
			up.Comment = string(text)
			if err := bounded(commentPart, up.Comment, maxComment); err != nil {
				return nil, up, err
			}
		}
	}
	return nil, up, bad
}

// sent is a body on its way: what goes wrong with it is the caller's line, not an error of ours.
type sent struct{ io.Reader }

func (s sent) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = cutShort(err)
	}
	return n, err
}

func cutShort(err error) error {
	if fault.Of(err) != nil {
		return err
	}
	return fault.Invalid("body.cut", nil)
}

// sendFile answers with an attachment, in the only way that does no harm whatever it holds (G58): to be saved, never shown,
// of no type, and where somebody shows it all the same, without a script, a style or an origin.
func (a *api) sendFile(open func(context.Context, party.Actor, id.Request, id.File) (support.File, io.ReadSeekCloser, error)) func(context.Context, *request) (answer, error) {
	return func(ctx context.Context, r *request) (answer, error) {
		one, err := r.requestID()
		if err != nil {
			return answer{}, err
		}
		file, ok := id.ParseGUID(r.path("file"))
		if !ok {
			file = ""
		}
		f, content, err := open(ctx, r.actor, one, id.File(file))
		if err != nil {
			return answer{}, err
		}
		r.stream = func(w io.Writer) error {
			_, err := io.Copy(w, content)
			return errors.Join(err, content.Close())
		}
		if r.http.Method == http.MethodHead { // nothing will be streamed
			err = content.Close()
		}
		return answer{Header: map[string]string{
			"Content-Type":                 typeFile,
			"Content-Length":               strconv.FormatInt(f.Size, 10),
			"Content-Disposition":          disposition(f.Name),
			"Content-Security-Policy":      "sandbox; default-src 'none'; frame-ancestors 'none'",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "private, no-store",
		}}, err
	}
}

// disposition names the file to save as.
func disposition(name string) string {
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": name}); d != "" {
		return d
	}
	return "attachment"
}
