package identity

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// maxForm bounds the body of a request, in bytes.
const maxForm = 16 << 10

// tokenV1 is the old form: all numbers are strings.
type tokenV1 struct {
	Type       string `json:"token_type"`
	Scope      string `json:"scope,omitempty"`
	ExpiresIn  string `json:"expires_in"`
	ExtExpires string `json:"ext_expires_in"`
	ExpiresOn  string `json:"expires_on"`
	NotBefore  string `json:"not_before"`
	Resource   string `json:"resource"`
	Token      string `json:"access_token"`
	Refresh    string `json:"refresh_token,omitempty"`
	ID         string `json:"id_token,omitempty"`
	Info       string `json:"client_info,omitempty"`
}

type tokenV2 struct {
	Type       string `json:"token_type"`
	Scope      string `json:"scope,omitempty"`
	ExpiresIn  int    `json:"expires_in"`
	ExtExpires int    `json:"ext_expires_in"`
	Token      string `json:"access_token"`
	Refresh    string `json:"refresh_token,omitempty"`
	ID         string `json:"id_token,omitempty"`
	Info       string `json:"client_info,omitempty"`
}

// The words of grant_type.
const (
	grantClient  = "client_credentials"
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

// token answers a request for tokens.
func (s *server) token(w http.ResponseWriter, r *http.Request, to route) {
	form, no := readForm(w, r)
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	grant := form.Get("grant_type")
	if grant == "device_code" { // v1, and MSAL for Node on v2
		grant = grantDevice
	}
	clientID, secret, no := credentials(r, form)
	if no == nil {
		switch grant {
		case "":
			no = &noGrantType
		case grantClient, grantCode, grantRefresh, grantDevice:
		case "password":
			no = &passwordGrant
		default:
			no = &otherGrant
		}
	}
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	if grant != grantClient {
		s.exchange(w, r, to, form, grant, clientID, secret)
		return
	}
	resource, no := askedResource(to.v, form)
	if no == nil && secret == "" {
		no = &noSecret
	}
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	client, _, no, err := s.authenticate(w, r, to.tenant, clientID, secret)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	s.tell(w, r, to.v, form.Get("resource"), bearer{client: client, roles: client.Roles, resource: resource}, told{})
}

// told is what goes with an access token.
type told struct{ scope, refresh, id, info string }

// tell answers with an access token. shown is the resource as it was asked for.
func (s *server) tell(w http.ResponseWriter, r *http.Request, v version, shown string, b bearer, with told) {
	raw, claims, err := s.Tokens.issue(v, b)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	noStore(w.Header())
	life := int(TokenLife / time.Second)
	if v == v2 {
		writeJSON(w, http.StatusOK, tokenV2{"Bearer", with.scope, life, life, raw, with.refresh, with.id, with.info})
		return
	}
	writeJSON(w, http.StatusOK, tokenV1{
		Type: "Bearer", Scope: with.scope, ExpiresIn: strconv.Itoa(life), ExtExpires: strconv.Itoa(life),
		ExpiresOn: strconv.FormatInt(claims.Expires, 10), NotBefore: strconv.FormatInt(claims.NotBefore, 10),
		Resource: shown, Token: raw, Refresh: with.refresh, ID: with.id, Info: with.info,
	})
}

// generateToken answers the older way to a token for the API itself (grant_type=jwt_token): the directory's token, which
// is as good here, is given back.
func (s *server) generateToken(w http.ResponseWriter, r *http.Request, _ route) {
	form, no := readForm(w, r)
	if no == nil {
		switch form.Get("grant_type") {
		case "jwt_token":
		case "":
			no = &noGrantType
		default:
			no = &otherGrant
		}
	}
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	raw := Bearer(r.Header.Get("Authorization"))
	if _, err := (Authenticator{s.Tokens, s.Store}).Actor(r.Context(), raw); err != nil {
		if !denied(err) {
			s.fail(w, r, err)
			return
		}
		w.Header().Set("WWW-Authenticate", "Bearer")
		s.refuse(w, r, badAssertion)
		return
	}
	claims, err := s.Tokens.Verify(raw)
	if err != nil { // its last second has gone by since
		s.refuse(w, r, badAssertion)
		return
	}
	noStore(w.Header())
	writeJSON(w, http.StatusOK, tokenV2{Type: "Bearer", Token: raw, ExpiresIn: int(claims.Expires - s.Wall.Now().Unix())})
}

// client finds a client in the tenant of a path.
func (s *server) client(r *http.Request, tenant, clientID string) (party.Client, party.Partner, *refusal, error) {
	fail := func(no *refusal, err error) (party.Client, party.Partner, *refusal, error) {
		return party.Client{}, party.Partner{}, no, err
	}
	if clientID == "" {
		return fail(&noClientID, nil)
	}
	asked, no, err := s.tenant(r, tenant)
	if err != nil || no != nil {
		return fail(no, err)
	}
	guid, ok := id.ParseGUID(clientID)
	if !ok {
		return fail(&noClient, nil)
	}
	client, partner, err := s.Store.Client(r.Context(), id.Client(guid))
	if missing(err) {
		return fail(&noClient, nil)
	}
	if err != nil {
		return fail(nil, err)
	}
	if _, ok := clientActor(client, partner); !ok || asked != "" && asked != client.Partner {
		return fail(&noClient, nil)
	}
	return client, partner, nil, nil
}

// authenticate finds the client and evaluates its secret, within the bound of attempts; a public client has none. That it
// is disabled is told only to who knows the secret.
func (s *server) authenticate(w http.ResponseWriter, r *http.Request, tenant, clientID, secret string) (party.Client, party.Partner, *refusal, error) {
	client, partner, no, err := s.client(r, tenant, clientID)
	if err != nil || no != nil {
		return party.Client{}, party.Partner{}, no, err
	}
	switch {
	case client.Public && secret != "":
		no = &publicSecret
	case client.Public && client.Disabled:
		no = &disabledClient
	case client.Public:
	case secret == "":
		no = &noSecret
	default:
		now := s.Wall.Now()
		ok, wait := s.attempts.try("client/"+string(client.ID), now, func() bool { return accepts(client, secret, now) })
		switch {
		case wait > 0:
			retryAfter(w, wait)
			no = &tooMany
		case !ok:
			no = &wrongSecret
		case client.Disabled:
			no = &disabledClient
		}
	}
	return client, partner, no, nil
}

// retryAfter tells how long to wait, in whole seconds.
func retryAfter(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
}

// tenant is the partner a path names; empty for "common" and "organizations".
func (s *server) tenant(r *http.Request, name string) (id.Partner, *refusal, error) {
	if name == "common" || name == "organizations" {
		return "", nil, nil
	}
	if guid, ok := id.ParseGUID(name); ok {
		return id.Partner(guid), nil, nil
	}
	partner, err := s.Store.Tenant(r.Context(), name)
	if missing(err) {
		return "", &noTenant, nil
	}
	return partner, nil, err
}

// readForm reads the body only: a secret in an address would end up in logs.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, *refusal) {
	if kind := r.Header.Get("Content-Type"); kind != "" {
		if media, _, err := mime.ParseMediaType(kind); err != nil || media != "application/x-www-form-urlencoded" {
			return nil, &malformed
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		return nil, &malformed
	}
	return parseForm(string(body))
}

// parseForm reads a form or a query in which nothing stands twice.
func parseForm(text string) (url.Values, *refusal) {
	form, err := url.ParseQuery(text)
	if err != nil || len(text) > maxForm {
		return nil, &malformed
	}
	for _, values := range form {
		if len(values) > 1 {
			return nil, &malformed
		}
	}
	return form, nil
}

// credentials are the client's id and secret, from the form or from HTTP Basic (where RFC 6749 encodes both once more).
func credentials(r *http.Request, form url.Values) (clientID, secret string, no *refusal) {
	clientID, secret = form.Get("client_id"), form.Get("client_secret")
	if r.Header.Get("Authorization") != "" {
		user, password, ok := r.BasicAuth()
		if !ok {
			return "", "", &malformed
		}
		user, err := url.QueryUnescape(user)
		password, err2 := url.QueryUnescape(password)
		if errors.Join(err, err2) != nil {
			return "", "", &malformed
		}
		if secret != "" || clientID != "" && !strings.EqualFold(clientID, user) {
			return "", "", &twoMethods
		}
		clientID, secret = user, password
	}
	if clientID == "" {
		return "", "", &noClientID
	}
	return clientID, secret, nil
}
