package partnercenter

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
)

const contentJSON = "application/json; charset=utf-8"

var (
	jsonHeader    = []string{contentJSON}
	nosniffHeader = []string{"nosniff"}
	noStoreHeader = []string{"no-store"}
)

// reply is v as JSON with the operation's own status.
func reply(v any) (answer, error) {
	body, err := encode(v)
	return answer{Body: body}, err
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// encode is v as JSON, without the escapes that only HTML needs: links keep their &.
func encode(v any) ([]byte, error) {
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	out := bytes.Clone(bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
	if buf.Cap() <= 1<<16 {
		buffers.Put(buf)
	}
	return out, nil
}

// write sends an answer with the headers that every answer has.
func (a *api) write(w http.ResponseWriter, r *request, ans answer) {
	h := w.Header()
	trace := []string{r.shownID, r.correlation, r.locale}
	h[headerRequestID] = trace[0:1:1]
	h[headerCorrelation] = trace[1:2:2]
	h[headerLocale] = trace[2:3:3]
	h["X-Content-Type-Options"] = nosniffHeader
	if v := first(r.http.Header, headerVector); v != "" && len(v) <= 128 {
		h[headerVector] = []string{v}
	}
	if a.ServerID != "" {
		h[headerServer] = []string{a.ServerID}
	}
	if r.op != nil && r.op.secret {
		h["Cache-Control"] = noStoreHeader
	}
	for k, v := range ans.Header {
		h.Set(k, v)
	}
	isJSON := len(ans.Body) > 0 && h["Content-Type"] == nil
	length := len(ans.Body)
	if isJSON {
		h["Content-Type"] = jsonHeader
		if a.BOM {
			length += len(bom)
		}
	}
	if ans.Status != http.StatusNoContent && r.stream == nil {
		h["Content-Length"] = []string{strconv.Itoa(length)}
	}
	w.WriteHeader(ans.Status)
	if r.http.Method == http.MethodHead {
		return
	}
	// A caller who hung up is no error of ours: what was done is stored, and a retry is answered from there.
	if isJSON && a.BOM {
		_, _ = w.Write(bom)
	}
	_, _ = w.Write(ans.Body)
	if r.stream == nil {
		return
	}
	if err := r.stream(w); err != nil {
		_ = a.internal(r, err)      // for the log: the status is out already
		panic(http.ErrAbortHandler) // a cut answer must not look like a whole one
	}
}
