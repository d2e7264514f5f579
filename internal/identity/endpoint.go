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

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// maxForm bounds the body of a token request, in bytes.
const maxForm = 16 << 10

// tokenV1 is the old form: all numbers are strings.
type tokenV1 struct {
	Type       string `json:"token_type"`
	ExpiresIn  string `json:"expires_in"`
	ExtExpires string `json:"ext_expires_in"`
	ExpiresOn  string `json:"expires_on"`
	NotBefore  string `json:"not_before"`
	Resource   string `json:"resource"`
	Token      string `json:"access_token"`
}

type tokenV2 struct {
	Type       string `json:"token_type"`
	ExpiresIn  int    `json:"expires_in"`
	ExtExpires int    `json:"ext_expires_in"`
	Token      string `json:"access_token"`
}

// token answers a client_credentials request.
func (s *server) token(w http.ResponseWriter, r *http.Request, to route) {
	form, no := readForm(w, r)
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	clientID, secret, no := credentials(r, form)
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	switch form.Get("grant_type") {
	case "client_credentials":
	case "":
		s.refuse(w, r, noGrantType)
		return
	default:
		s.refuse(w, r, otherGrant)
		return
	}
	resource, no := askedResource(to.v, form)
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	client, no, err := s.authenticate(w, r, to.tenant, clientID, secret)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	raw, claims, err := s.Tokens.issue(to.v, client, resource)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	noStore(w.Header())
	life := int(TokenLife / time.Second)
	if to.v == v2 {
		writeJSON(w, http.StatusOK, tokenV2{"Bearer", life, life, raw})
		return
	}
	writeJSON(w, http.StatusOK, tokenV1{
		Type: "Bearer", ExpiresIn: strconv.Itoa(life), ExtExpires: strconv.Itoa(life),
		ExpiresOn: strconv.FormatInt(claims.Expires, 10), NotBefore: strconv.FormatInt(claims.NotBefore, 10),
		Resource: form.Get("resource"), Token: raw,
	})
}

// authenticate finds the client in the tenant of the path and evaluates its secret, within the bound of attempts. That
// it is disabled is told only to who knows the secret.
func (s *server) authenticate(w http.ResponseWriter, r *http.Request, tenant, clientID, secret string) (Client, *refusal, error) {
	partner, no, err := s.tenant(r, tenant)
	if err != nil || no != nil {
		return Client{}, no, err
	}
	guid, ok := id.ParseGUID(clientID)
	if !ok {
		return Client{}, &noClient, nil
	}
	client, err := s.Clients.Client(r.Context(), id.Client(guid))
	if missing(err) {
		return Client{}, &noClient, nil
	}
	if err != nil {
		return Client{}, nil, err
	}
	if partner != "" && partner != client.Partner {
		return Client{}, &noClient, nil
	}
	now := s.Wall.Now()
	ok, wait := s.attempts.try(client.ID, now, func() bool { return client.accepts(secret, now) })
	switch {
	case wait > 0:
		w.Header().Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
		return Client{}, &tooMany, nil
	case !ok:
		return Client{}, &wrongSecret, nil
	case client.Disabled:
		return Client{}, &disabledClient, nil
	}
	if _, ok := client.actor(); !ok {
		return Client{}, &noClient, nil
	}
	return client, nil, nil
}

// tenant is the partner a path names; empty for "common" and "organizations".
func (s *server) tenant(r *http.Request, name string) (id.Partner, *refusal, error) {
	if name == "common" || name == "organizations" {
		return "", nil, nil
	}
	if guid, ok := id.ParseGUID(name); ok {
		return id.Partner(guid), nil, nil
	}
	partner, err := s.Clients.Tenant(r.Context(), name)
	if missing(err) {
		return "", &noTenant, nil
	}
	return partner, nil, err
}

func missing(err error) bool {
	f := fault.Of(err)
	return f != nil && f.Kind == fault.KindNotFound
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
	form, err := url.ParseQuery(string(body))
	if err != nil {
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
	switch {
	case clientID == "":
		return "", "", &noClientID
	case secret == "":
		return "", "", &noSecret
	}
	return clientID, secret, nil
}

// askedResource is what the token is for: resource in v1, "<resource>/.default" as the only scope in v2.
func askedResource(v version, form url.Values) (string, *refusal) {
	asked := form.Get("resource")
	if v == v2 {
		asked = strings.TrimSpace(form.Get("scope"))
		if asked == "" {
			return "", &noScope
		}
		var ok bool
		if asked, ok = cutSuffixFold(asked, "/.default"); !ok || strings.ContainsAny(asked, " \t") {
			return "", &otherScope
		}
		asked = strings.TrimPrefix(asked, "api://")
	}
	if asked == "" {
		return "", &noResource
	}
	resource, ok := resourceOf(asked)
	if !ok {
		return "", &otherResource
	}
	return resource, nil
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if n := len(s) - len(suffix); n >= 0 && strings.EqualFold(s[n:], suffix) {
		return s[:n], true
	}
	return s, false
}
