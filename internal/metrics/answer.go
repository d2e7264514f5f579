package metrics

import (
	"io"
	"net/http"
)

// answer notes the status of what is written. What else the connection can do stays: http.ResponseController reaches it, and
// files go out in the kernel.
type answer struct {
	http.ResponseWriter
	status int // 0: nothing is written yet
}

// class is the first digit of the status; an answer that nobody wrote is net/http's 200.
func (a *answer) class() int {
	if a.status == 0 {
		return http.StatusOK / 100
	}
	return a.status / 100
}

// WriteHeader implements http.ResponseWriter. An interim answer (1xx) is not yet the answer.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	a.begun()
	return a.ResponseWriter.Write(p)
}

// ReadFrom implements io.ReaderFrom, by which net/http hands a file to the kernel.
func (a *answer) ReadFrom(r io.Reader) (int64, error) {
	a.begun()
	return io.Copy(a.ResponseWriter, r)
}

// Flush implements http.Flusher.
func (a *answer) Flush() {
	a.begun()
	_ = http.NewResponseController(a.ResponseWriter).Flush() // as http.Flusher: who cannot does not
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) begun() {
	if a.status == 0 {
		a.status = http.StatusOK
	}
}
