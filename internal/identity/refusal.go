package identity

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// refusal is an answer of the endpoints that is not a success. Texts are fixed: nothing the caller sent is in them.
type refusal struct {
	status int
	word   string // OAuth2's
	number int    // AADSTS…
	text   string
}

var (
	wrongMethod    = refusal{405, "invalid_request", 900561, "The endpoint does not accept this method."}
	malformed      = refusal{400, "invalid_request", 90014, "The request body is not a form, is too large, or repeats a parameter."}
	noGrantType    = refusal{400, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'."}
	noClientID     = refusal{400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'."}
	noResource     = refusal{400, "invalid_request", 900144, "The request body must contain the following parameter: 'resource'."}
	noScope        = refusal{400, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'."}
	twoMethods     = refusal{400, "invalid_request", 90023, "The client gave its credentials in more than one way."}
	otherGrant     = refusal{400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."}
	noTenant       = refusal{400, "invalid_request", 90002, "Tenant not found. Check that the tenant id or domain is right."}
	noClient       = refusal{400, "unauthorized_client", 700016, "Application not found in the directory. It may be registered in another tenant."}
	noSecret       = refusal{401, "invalid_client", 7000216, "'client_secret' is required for the 'client_credentials' grant type."}
	wrongSecret    = refusal{401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent is the client secret value, not its id."}
	disabledClient = refusal{401, "unauthorized_client", 7000112, "The application is disabled."}
	otherResource  = refusal{400, "invalid_resource", 500011, "The resource principal was not found in the tenant."}
	otherScope     = refusal{400, "invalid_scope", 1002012, "The scope is not valid. Client credential flows must have one scope: the resource followed by /.default."}
	otherInstance  = refusal{400, "invalid_instance", 50049, "Unknown or invalid instance."}
	tooMany        = refusal{429, "invalid_client", 50053, "Too many tries with a wrong client secret. Try again later."}
	unavailable    = refusal{503, "temporarily_unavailable", 90033, "A transient error has occurred. Try again."}
)

type wireRefusal struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
}

// refuse answers with f in the directory's form.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, f refusal) {
	trace, correlation := s.IDs.GUID(), correlationOf(r)
	if correlation == "" {
		correlation = s.IDs.GUID()
	}
	at := s.Wall.Now().Format("2006-01-02 15:04:05Z")
	h := w.Header()
	noStore(h)
	h.Set("x-ms-request-id", trace)
	if f.status == http.StatusUnauthorized && r.Header.Get("Authorization") != "" {
		h.Set("WWW-Authenticate", `Basic realm="comptoir"`)
	}
	writeJSON(w, f.status, wireRefusal{
		Error: f.word,
		Description: fmt.Sprintf("AADSTS%d: %s\r\nTrace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s",
			f.number, f.text, trace, correlation, at),
		Codes: []int{f.number}, Timestamp: at, TraceID: trace, CorrelationID: correlation,
	})
}

// fail answers an error of ours and logs it.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.Log.ErrorContext(r.Context(), "token endpoint", "err", err, "correlation", correlationOf(r))
	w.Header().Set("Retry-After", "1")
	s.refuse(w, r, unavailable)
}

// correlationOf is the caller's correlation id when it is a GUID.
func correlationOf(r *http.Request) string {
	guid, _ := id.ParseGUID(strings.TrimSpace(r.Header.Get("client-request-id")))
	return guid
}

func noStore(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
}
