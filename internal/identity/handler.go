package identity

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Options are what the endpoints need.
type Options struct {
	Tokens   *Tokens
	People   *People
	Store    Store
	Wall     when.Clock
	IDs      id.Source
	Log      *slog.Logger
	External *External // another issuer that people sign in with; nil: none
	Style    string    // address of the style sheet of the pages, on this server
	Script   string    // address of the passkey button's script, likewise; empty: the button is not offered
}

// server is the endpoints at work.
type server struct {
	Options
	attempts attempts
	sameSite *http.CrossOriginProtection
}

// Where people sign in and out.
const (
	SignInPath  = "/sign-in"  // ?next=, a path of this server to go on to
	SignOutPath = "/sign-out" // POST ends the session
	StepUpPath  = "/step-up"  // ?next=, for people who have a session: it proves them (Actor.Proved)
	devicePath  = "/device"
	outsidePath = "/sign-in/external"
)

// Handler serves the endpoints of contract.md §2 (authorize, token and device code in v1 and v2, discovery, keys,
// generatetoken) and the pages that people sign in on. Paths are matched without case, with or without a trailing slash.
// It stands at the root beside /v1; Serves tells which paths are its own.
func Handler(o Options) http.Handler {
	return &server{Options: o, sameSite: http.NewCrossOriginProtection()}
}

// route is one endpoint and what its path says.
type route struct {
	serve   func(*server, http.ResponseWriter, *http.Request, route)
	methods []string
	page    bool   // for people, not for programs
	tenant  string // GUID, domain, "common" or "organizations", lower case
	v       version
}

// Serves tells whether path belongs to Handler.
func Serves(path string) bool {
	_, ok := find(path)
	return ok
}

var (
	get     = []string{http.MethodGet, http.MethodHead}
	post    = []string{http.MethodPost}
	getPost = []string{http.MethodGet, http.MethodHead, http.MethodPost}
)

// find reads "/{tenant}/rest", and the paths without a tenant.
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
	switch "/" + strings.Join(segments, "/") {
	case SignInPath:
		return route{serve: (*server).signIn, methods: getPost, page: true}, true
	case SignOutPath:
		return route{serve: (*server).signOut, methods: getPost, page: true}, true
	case StepUpPath:
		return route{serve: (*server).stepUp, methods: getPost, page: true}, true
	case passkeySignInPath:
		return route{serve: (*server).passkeySignIn, methods: post, page: true}, true
	case passkeySignInPath + passkeyAsk:
		return route{serve: (*server).askSignIn, methods: post, page: true}, true
	case passkeyStepUpPath:
		return route{serve: (*server).passkeyStepUp, methods: post, page: true}, true
	case passkeyStepUpPath + passkeyAsk:
		return route{serve: (*server).askStepUp, methods: post, page: true}, true
	case devicePath:
		return route{serve: (*server).device, methods: getPost, page: true}, true
	case outsidePath:
		return route{serve: (*server).leave, methods: get, page: true}, true
	case outsidePath + "/callback":
		return route{serve: (*server).comeBack, methods: get, page: true}, true
	case "/generatetoken":
		return route{serve: (*server).generateToken, methods: post}, true
	}
	if len(segments) < 3 || !tenantName(segments[0]) {
		return route{}, false
	}
	r := route{tenant: segments[0], methods: get, v: v1}
	switch strings.Join(segments[1:], "/") {
	case "oauth2/token":
		r.serve, r.methods = (*server).token, post
	case "oauth2/v2.0/token":
		r.serve, r.methods, r.v = (*server).token, post, v2
	case "oauth2/authorize":
		r.serve, r.page = (*server).authorize, true
	case "oauth2/v2.0/authorize":
		r.serve, r.page, r.v = (*server).authorize, true, v2
	case "oauth2/devicecode":
		r.serve, r.methods = (*server).deviceCode, post
	case "oauth2/v2.0/devicecode":
		r.serve, r.methods, r.v = (*server).deviceCode, post, v2
	case "oauth2/logout", "oauth2/v2.0/logout":
		r.serve, r.page = (*server).signOut, true
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
	if !slices.Contains(to.methods, r.Method) {
		w.Header().Set("Allow", strings.Join(to.methods, ", "))
		s.refuse(w, r, wrongMethod)
		return
	}
	if to.page && s.sameSite.Check(r) != nil { // G54: another site's page sent the form
		s.say(w, r, http.StatusForbidden, "error.cross_site")
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
