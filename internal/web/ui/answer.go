package ui

import (
	"net/http"
	"strconv"
)

// File answers with a file to keep: name is what it is kept under, kind its media type.
func (v *Visit) File(kind, name string, body []byte) error {
	h := v.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	v.W.WriteHeader(http.StatusOK)
	_, _ = v.W.Write(body) // a reader who hung up is no error of ours
	return nil
}
