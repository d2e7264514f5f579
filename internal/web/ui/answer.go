package ui

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// File answers with a file to keep: name is what it is kept under, kind its media type.
func (v *Visit) File(kind, name string, body []byte) error {
	return v.Stream(kind, name, int64(len(body)), bytes.NewReader(body))
}

// Stream is File for one of size bytes that is not held in memory.
func (v *Visit) Stream(kind, name string, size int64, body io.Reader) error {
	h := v.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Cache-Control", "no-store")
	v.W.WriteHeader(http.StatusOK)
	_, _ = io.CopyN(v.W, body, size) // a reader who hung up is no error of ours
	return nil
}

// JSON answers a script of ours; nobody keeps it. said is shown once on the next page; empty: nothing.
func (v *Visit) JSON(status int, answer any, said string) error {
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	if said != "" {
		v.say(said)
	}
	h := v.W.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	v.W.WriteHeader(status)
	_, _ = v.W.Write(body) // a reader who hung up is no error of ours
	return nil
}
