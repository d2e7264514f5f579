package identity

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Options are what the endpoints need.
type Options struct {
	Tokens  *Tokens
	Clients Clients
	Wall    when.Clock
	IDs     id.Source
	Log     *slog.Logger
}

// server is the endpoints at work.
type server struct {
	Options
	attempts attempts
}

// Handler serves the endpoints of contract.md §2: token (v1, v2), discovery, keys. Paths are matched without case, with
// or without a trailing slash. It stands at the root beside /v1; Serves tells which paths are its own.
func Handler(o Options) http.Handler { return &server{Options: o} }

// route is one endpoint and what its path says.
type route struct {
	serve  func(*server, http.ResponseWriter, *http.Request, route)
	method string // besides HEAD where it is GET
	tenant string // GUID, domain, "common" or "organizations", lower case
	v      version
}

// Serves tells whether path belongs to Handler.
func Serves(path string) bool {
	_, ok := find(path)
	return ok
}

// find reads "/{tenant}/rest".
func find(path string) (route, bool) {
	var segments []string
	for s := range strings.SplitSeq(strings.ToLower(path), "/") {
		if s != "" {
			segments = append(segments, s)
		}
		if len(segments) > 4 {
			return route{}, false
		}
	}
	if len(segments) < 3 || !tenantName(segments[0]) {
		return route{}, false
	}
	r := route{tenant: segments[0], method: http.MethodGet, v: v1}
	switch strings.Join(segments[1:], "/") {
	case "oauth2/token":
		r.serve, r.method = (*server).token, http.MethodPost
	case "oauth2/v2.0/token":
		r.serve, r.method, r.v = (*server).token, http.MethodPost, v2
	case ".well-known/openid-configuration":
		r.serve = (*server).configuration
	case "v2.0/.well-known/openid-configuration":
		r.serve, r.v = (*server).configuration, v2
	case "discovery/keys", "discovery/v2.0/keys":
		r.serve = (*server).keys
	case "discovery/instance":
		if r.tenant != "common" {
			return route{}, false
		}
		r.serve = (*server).instance
	default:
		return route{}, false
	}
	return r, true
}

// tenantName tells whether s can name a tenant: the letters of a GUID, a domain, "common", "organizations".
func tenantName(s string) bool {
	if s == "" || len(s) > 253 || s[0] == '.' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	to, ok := find(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != to.method && (r.Method != http.MethodHead || to.method != http.MethodGet) {
		w.Header().Set("Allow", to.method)
		s.refuse(w, r, wrongMethod)
		return
	}
	to.serve(s, w, r, to)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic("identity: an answer cannot be written: " + err.Error()) // our own structs of words and numbers
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
