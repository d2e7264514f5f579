package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// answered is what a server with these flags says to a caller of the API who brings no token.
func answered(t *testing.T, flags ...string) *httptest.ResponseRecorder {
	t.Helper()
	var c commands
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(append([]string{"serve", "--data", t.TempDir()}, flags...)); err != nil {
		t.Fatal(err)
	}
	s, err := c.Serve.open(context.Background(), logger())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	as := func(_ string, h http.Handler) http.Handler { return h }
	h, _, err := s.handler(c.Serve.listening, "http://localhost", nil, c.Serve.storage, false, as)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/customers", nil))
	if w.Code != http.StatusUnauthorized {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w
}

func TestByteOrderMark(t *testing.T) {
	if got := answered(t).Body.String(); !strings.HasPrefix(got, "{") {
		t.Errorf("without the flag: %q", got)
	}
	if got := answered(t, "--bom").Body.String(); !strings.HasPrefix(got, "\ufeff{") {
		t.Errorf("with it: %q", got)
	}
}

func TestServerID(t *testing.T) {
	one, other := answered(t).Header().Get("MS-ServerId"), answered(t).Header().Get("MS-ServerId")
	if len(one) != 8 || len(other) != 8 || one == other {
		t.Errorf("two processes are named %q and %q", one, other)
	}
}
