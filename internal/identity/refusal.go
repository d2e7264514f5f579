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
	wrongMethod     = refusal{405, "invalid_request", 900561, "The endpoint does not accept this method."}
	malformed       = refusal{400, "invalid_request", 90014, "The request body is not a form, is too large, or repeats a parameter."}
	noGrantType     = refusal{400, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'."}
	noClientID      = refusal{400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'."}
	noResource      = refusal{400, "invalid_request", 900144, "The request body must contain the following parameter: 'resource'."}
	noScope         = refusal{400, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'."}
	twoMethods      = refusal{400, "invalid_request", 90023, "The client gave its credentials in more than one way."}
	otherGrant      = refusal{400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."}
	noTenant        = refusal{400, "invalid_request", 90002, "Tenant not found. Check that the tenant id or domain is right."}
	noClient        = refusal{400, "unauthorized_client", 700016, "Application not found in the directory. It may be registered in another tenant."}
	noSecret        = refusal{401, "invalid_client", 7000216, "'client_secret' is required for the 'client_credentials' grant type."}
	wrongSecret     = refusal{401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent is the client secret value, not its id."}
	disabledClient  = refusal{401, "unauthorized_client", 7000112, "The application is disabled."}
	otherResource   = refusal{400, "invalid_resource", 500011, "The resource principal was not found in the tenant."}
	otherScope      = refusal{400, "invalid_scope", 1002012, "The scope is not valid. Client credential flows must have one scope: the resource followed by /.default."}
	otherInstance   = refusal{400, "invalid_instance", 50049, "Unknown or invalid instance."}
	passwordGrant   = refusal{400, "unsupported_grant_type", 70003, "The password grant is not offered: people sign in on the page, with their second factor."}
	publicSecret    = refusal{401, "invalid_client", 700025, "Client is public so 'client_secret' should not be presented."}
	unknownScope    = refusal{400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid."}
	twoResources    = refusal{400, "invalid_scope", 28000, "Provided value for the input parameter 'scope' contains more than one resource."}
	noTicket        = refusal{400, "invalid_request", 900144, "The request body must contain what is exchanged: 'code', 'refresh_token' or 'device_code'."}
	badCode         = refusal{400, "invalid_grant", 9002313, "The authorization code is not one of this client's, or not whole."}
	badRefresh      = refusal{400, "invalid_grant", 9002313, "The refresh token is not one of this client's, was revoked, or is not whole."}
	badDevice       = refusal{400, "bad_verification_code", 70018, "Bad verification code. The device code is not one of this client's."}
	usedTicket      = refusal{400, "invalid_grant", 54005, "What was presented was already redeemed. All tokens that came of it are revoked; sign in again."}
	expiredTicket   = refusal{400, "invalid_grant", 70008, "The provided authorization code or refresh token has expired. Sign in again."}
	expiredDevice   = refusal{400, "expired_token", 70020, "The device code has expired."}
	declined        = refusal{400, "authorization_declined", 70016, "The person declined."}
	pending         = refusal{400, "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling."}
	otherRedirect   = refusal{400, "invalid_grant", 500112, "The reply address does not match the one given when the code was asked for."}
	wrongVerifier   = refusal{400, "invalid_grant", 501481, "The code_verifier does not match the code_challenge supplied in the authorization request."}
	personGone      = refusal{400, "invalid_grant", 50173, "The grant is revoked: the person signed out everywhere, may not sign in any more, or was removed. Sign in again."}
	badAssertion    = refusal{401, "invalid_grant", 500133, "The token is not one of this server's, or not within its valid time range."}
	malformedQuery  = refusal{400, "invalid_request", 90014, "The address is not well formed, is too long, or repeats a parameter."}
	unknownRedirect = refusal{400, "invalid_request", 50011, "The redirect URI specified in the request does not match the redirect URIs configured for the application."}
	otherMode       = refusal{400, "invalid_request", 90023, "The response_mode is not one of query, fragment, form_post."}
	otherResponse   = refusal{400, "unsupported_response_type", 700054, "The response_type is not offered: it must be 'code'."}
	requestObject   = refusal{400, "request_not_supported", 90023, "The parameters request and request_uri are not supported."}
	otherChallenge  = refusal{400, "invalid_request", 501491, "The code_challenge must be 43 characters, and the code_challenge_method S256."}
	noChallenge     = refusal{400, "invalid_request", 9002325, "Proof Key for Code Exchange is required: send a code_challenge with the method S256."}
	loginRequired   = refusal{400, "login_required", 50058, "A silent sign-in request was sent but no user is signed in."}
	notAssigned     = refusal{400, "access_denied", 50105, "The signed-in user has no role that this application has too."}
	tooMany         = refusal{429, "invalid_client", 50053, "Too many tries with a wrong client secret. Try again later."}
	unavailable     = refusal{503, "temporarily_unavailable", 90033, "A transient error has occurred. Try again."}
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
