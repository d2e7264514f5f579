package ui

import (
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// Upload is a form with one file, which is read while it comes: nothing of it is kept before the use case takes it.
type Upload struct {
	Values  url.Values // what stands before the file
	Name    string     // of the file, as the browser tells it
	Content io.Reader
	// End tells, once Content was read, whether the message ended well.
	End func() error
}

// Upload reads a form with a file (Form.Files), of at most max bytes; its values are then those of Form. Fault
// "form.unreadable", or "form.no_file" where none was chosen.
func (v *Visit) Upload(max int64) (up Upload, err error) {
	unreadable := fault.Invalid("form.unreadable", nil)
	kind, params, err := mime.ParseMediaType(v.R.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return up, unreadable
	}
	reader := multipart.NewReader(http.MaxBytesReader(v.W, v.R.Body, max+maxForm), params["boundary"])
	up.Values = url.Values{}
	hash := sha256.New()
	for {
		part, err := reader.NextPart()
		if err != nil {
			return up, fault.Invalid("form.no_file", nil)
		}
		if part.FileName() != "" {
			up.Name, up.Content = part.FileName(), part
			up.End = func() error {
				if _, err := reader.NextPart(); err != nil && !errors.Is(err, io.EOF) {
					return io.ErrUnexpectedEOF
				}
				return nil
			}
			break
		}
		text, err := io.ReadAll(io.LimitReader(part, maxForm))
		if err != nil {
			return up, unreadable
		}
		up.Values.Add(part.FormName(), string(text))
		_, _ = hash.Write(append([]byte(part.FormName()+"\x00"), text...)) // a hash takes all
	}
	v.form, v.body = up.Values, [32]byte(hash.Sum(nil))
	return up, nil
}
