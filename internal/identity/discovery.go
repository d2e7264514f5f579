package identity

import (
	"net/http"
	"net/url"
	"strings"
)

// wireConfiguration is the OpenID discovery document.
type wireConfiguration struct {
	Issuer          string   `json:"issuer"`
	Token           string   `json:"token_endpoint"`
	Authorization   string   `json:"authorization_endpoint"`
	Device          string   `json:"device_authorization_endpoint"`
	EndSession      string   `json:"end_session_endpoint"`
	Keys            string   `json:"jwks_uri"`
	AuthMethods     []string `json:"token_endpoint_auth_methods_supported"`
	Grants          []string `json:"grant_types_supported"`
	ResponseTypes   []string `json:"response_types_supported"`
	ResponseModes   []string `json:"response_modes_supported"`
	Challenges      []string `json:"code_challenge_methods_supported"`
	SubjectTypes    []string `json:"subject_types_supported"`
	SigningAlgs     []string `json:"id_token_signing_alg_values_supported"`
	Claims          []string `json:"claims_supported"`
	RequestURI      bool     `json:"request_uri_parameter_supported"`
	CloudInstance   string   `json:"cloud_instance_name"`
	ScopesSupported []string `json:"scopes_supported"`
}

// configuration answers /{tenant}[/v2.0]/.well-known/openid-configuration.
func (s *server) configuration(w http.ResponseWriter, r *http.Request, to route) {
	partner, no, err := s.tenant(r, to.tenant)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	issuer := string(partner)
	if issuer == "" {
		issuer = "{tenantid}" // to be filled in from the token's tid
	}
	here, oauth, keys := s.Tokens.base+"/"+to.tenant, "/oauth2", "/discovery/keys"
	if to.v == v2 {
		oauth, keys = "/oauth2/v2.0", "/discovery/v2.0/keys"
	}
	host := s.host()
	w.Header().Set("Cache-Control", "max-age=3600, private")
	writeJSON(w, http.StatusOK, wireConfiguration{
		Issuer: s.Tokens.issuer(to.v, issuer),
		Token:  here + oauth + "/token", Authorization: here + oauth + "/authorize", Keys: here + keys,
		Device: here + oauth + "/devicecode", EndSession: here + oauth + "/logout",
		AuthMethods:   []string{"client_secret_post", "client_secret_basic", "none"},
		Grants:        []string{grantCode, grantRefresh, grantDevice, grantClient},
		ResponseTypes: []string{"code"}, ResponseModes: []string{"query", "fragment", "form_post"}, Challenges: []string{"S256"},
		SubjectTypes: []string{"pairwise"}, SigningAlgs: []string{"RS256"}, ScopesSupported: []string{"openid", "profile", "email", "offline_access"},
		Claims: []string{
			"aud", "iss", "iat", "nbf", "exp", "appid", "azp", "idtyp", "oid", "sub", "roles", "tid", "uti", "ver",
			"upn", "unique_name", "preferred_username", "name", "amr", "auth_time", "nonce",
		},
		CloudInstance: host,
	})
}

// keys answers the public keys that tokens are checked with.
func (s *server) keys(w http.ResponseWriter, _ *http.Request, _ route) {
	w.Header().Set("Cache-Control", "max-age=3600, private")
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(s.Tokens.jwks)
}

type wireInstance struct {
	Discovery  string         `json:"tenant_discovery_endpoint"`
	APIVersion string         `json:"api-version"`
	Metadata   []wireMetadata `json:"metadata"`
}

type wireMetadata struct {
	Network string   `json:"preferred_network"`
	Cache   string   `json:"preferred_cache"`
	Aliases []string `json:"aliases"`
}

// instance answers /common/discovery/instance?authorization_endpoint=…: this server is the one authority it knows.
func (s *server) instance(w http.ResponseWriter, r *http.Request, _ route) {
	host, tenant := s.host(), "common"
	asked, err := url.Parse(r.URL.Query().Get("authorization_endpoint"))
	if err != nil || asked.Host != "" && !strings.EqualFold(asked.Host, host) {
		s.refuse(w, r, otherInstance)
		return
	}
	if first, _, _ := strings.Cut(strings.TrimPrefix(strings.ToLower(asked.Path), "/"), "/"); tenantName(first) {
		tenant = first
	}
	w.Header().Set("Cache-Control", "max-age=3600, private")
	writeJSON(w, http.StatusOK, wireInstance{
		Discovery:  s.Tokens.base + "/" + tenant + "/v2.0/.well-known/openid-configuration",
		APIVersion: "1.1",
		Metadata:   []wireMetadata{{host, host, []string{host}}},
	})
}

// host is the name and port of this server's public URL.
func (s *server) host() string {
	if u, err := url.Parse(s.Tokens.base); err == nil {
		return u.Host
	}
	return ""
}
