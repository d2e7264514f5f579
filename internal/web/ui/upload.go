package ui

import (
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
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
			v.form, v.body = up.Values, [32]byte(hash.Sum(nil)) // the form is read all the same
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

// silence is how long a large upload may bring nothing.
const silence = 30 * time.Second

// Large lets the message that follows take as long as it goes on coming, for files of gigabytes; call it before Upload.
func (v *Visit) Large() { v.R.Body = &patient{ReadCloser: v.R.Body, w: v.W} }

type patient struct {
	io.ReadCloser
	w     http.ResponseWriter
	until time.Time
}

func (p *patient) Read(b []byte) (int, error) {
	if now := (when.Wall{}).Now(); p.until.Sub(now) < silence/2 { // a connection lives by the machine's clock
		p.until = now.Add(silence)
		_ = http.NewResponseController(p.w).SetReadDeadline(p.until) // what is no connection has none
	}
	n, err := p.ReadCloser.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // hung up, or silent for too long
	}
	return n, err
}

// BadRows lists what kept a file out: the line, the column and what is wrong there, for each of n mistakes.
func (v *Visit) BadRows(n int, row func(i int) (line int, column, text string)) *Table {
	t := &Table{
		ID: "bad", Title: v.T("move.bad"), Caption: v.T("move.bad"), Hint: v.T("move.bad_hint"),
		Columns: []Column{{Head: v.T("move.line")}, {Head: v.T("move.column")}, {Head: v.T("move.wrong")}},
	}
	for i := range n {
		line, column, text := row(i)
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Value: line}, {Value: column}, {Value: text}}})
	}
	return t
}

// RowText says what a code of a row means; first is the line of the row that says the same.
func (v *Visit) RowText(code string, first int) string {
	if v.L.Has(code) {
		return v.T(code, "line", first)
	}
	return v.T("row.other", "code", code)
}

// Whole reads the file, and at its end looks whether the message ended well.
func (up Upload) Whole() io.Reader { return &ended{up: up} }

type ended struct {
	up  Upload
	err error
}

func (e *ended) Read(p []byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	n, err := e.up.Content.Read(p)
	if err == io.EOF {
		if err = e.up.End(); err == nil {
			err = io.EOF
		}
		e.err = err
	}
	return n, err
}
