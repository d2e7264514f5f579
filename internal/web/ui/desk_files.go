package ui

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// fileField asks for a file that is added to a request as it is filed (F69); it is the last of its form.
func fileField(v *Visit) Field {
	return Field{Name: "file", Label: v.T("request.add_files"), Kind: "file", Hint: v.T("request.file_hint", "max", v.L.Bytes(support.MaxFile))}
}

// sentRequest reads the form of a new request, with its file where one was chosen; a form without one may come plain as well.
func sentRequest(v *Visit) (sent url.Values, file *Upload, err error) {
	if !strings.HasPrefix(v.R.Header.Get("Content-Type"), "multipart/form-data") {
		sent, err = v.Form()
		return sent, nil, err
	}
	up, err := v.Upload(support.MaxFile)
	switch f := fault.Of(err); {
	case err == nil:
		return up.Values, &up, nil
	case f != nil && f.Code == "form.no_file":
		return up.Values, nil, nil
	}
	return nil, nil, err
}

// fileRequest files a request, then adds its file. Sent twice, both are done once. A file that is not taken is told of on the request's
// page, where it can be added again: what was asked is filed.
func (d Desk) fileRequest(v *Visit, in app.NewRequest, file *Upload) error {
	raise, err := v.request(func(out any) (app.Reply, error) {
		one := out.(app.RequestView)
		return app.Reply{Status: http.StatusSeeOther, Header: map[string]string{"Location": d.At + "/" + string(one.ID)}, Body: []byte(v.T("request.raised", "number", string(one.ID)))}, nil
	})
	if err != nil {
		return err
	}
	reply, err := v.App.RaiseRequest(v.R.Context(), v.Actor, raise, in)
	if err != nil {
		return err
	}
	to, said := reply.Header["Location"], string(reply.Body)
	if file == nil {
		return v.Redirect(to, said)
	}
	attach, err := v.request(func(any) (app.Reply, error) { return app.Reply{Status: http.StatusSeeOther}, nil })
	if err != nil {
		return err
	}
	if attach.ID != "" {
		attach.ID += "-file"
	}
	_, err = v.App.AttachFile(v.R.Context(), v.Actor, attach, id.Request(path.Base(to)), app.Upload{Name: file.Name, Content: file.Content, End: file.End})
	switch f := fault.Of(err); {
	case err == nil:
		said += " " + v.T("request.attached")
	case f != nil:
		said += " " + v.T("request.not_attached", "why", v.L.Fault(f))
	default:
		return err
	}
	return v.Redirect(to, said)
}
