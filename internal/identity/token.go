package identity

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const (
	// TokenLife is how long an access token works, on the wall clock.
	TokenLife = time.Hour
	// early is how long before its making a token is valid, for servers whose clocks differ a little.
	early = 5 * time.Minute

	maxToken   = 8 << 10 // bytes of a token that is looked at
	remembered = 10_000  // verified tokens kept
)

// Claims are what a token says. The times are seconds since 1970.
type Claims struct {
	Audience  string   `json:"aud"`
	Issuer    string   `json:"iss"`
	IssuedAt  int64    `json:"iat"`
	NotBefore int64    `json:"nbf"`
	Expires   int64    `json:"exp"`
	AppID     string   `json:"appid,omitempty"`    // v1
	AppIDACR  string   `json:"appidacr,omitempty"` // v1: "1", by secret
	AZP       string   `json:"azp,omitempty"`      // v2
	AZPACR    string   `json:"azpacr,omitempty"`   // v2
	IDType    string   `json:"idtyp"`              // "app" or "user"
	Object    string   `json:"oid"`
	Subject   string   `json:"sub"`
	Roles     []string `json:"roles"`
	Tenant    string   `json:"tid"`
	UTI       string   `json:"uti"`
	Version   string   `json:"ver"` // "1.0" or "2.0"

	// With a person in the token.
	UPN        string   `json:"upn,omitempty"`
	UniqueName string   `json:"unique_name,omitempty"`        // v1
	Preferred  string   `json:"preferred_username,omitempty"` // v2
	Name       string   `json:"name,omitempty"`
	Scope      string   `json:"scp,omitempty"`
	Methods    []string `json:"amr,omitempty"`
	SignedIn   int64    `json:"signed_in,omitempty"` // microseconds since 1970
}

// The kinds of token.
const (
	appToken  = "app"
	userToken = "user"
)

// idClaims are what an id token says: who signed in, to the client.
type idClaims struct {
	Audience   string   `json:"aud"`
	Issuer     string   `json:"iss"`
	IssuedAt   int64    `json:"iat"`
	NotBefore  int64    `json:"nbf"`
	Expires    int64    `json:"exp"`
	Object     string   `json:"oid"`
	Subject    string   `json:"sub"`
	Tenant     string   `json:"tid"`
	Version    string   `json:"ver"`
	Nonce      string   `json:"nonce,omitempty"`
	AuthTime   int64    `json:"auth_time"`
	UPN        string   `json:"upn,omitempty"`
	UniqueName string   `json:"unique_name,omitempty"`
	Preferred  string   `json:"preferred_username,omitempty"`
	Name       string   `json:"name,omitempty"`
	Methods    []string `json:"amr,omitempty"`
}

// client is the client the token was given to.
func (c Claims) client() id.Client {
	if c.Version == "2.0" {
		return id.Client(c.AZP)
	}
	return id.Client(c.AppID)
}

// version is a form of tokens and endpoints.
type version int

const (
	v1 version = 1
	v2 version = 2
)

// Tokens makes and verifies access tokens. Safe for concurrent use.
type Tokens struct {
	base   string
	signer jose.Signer
	public map[string]*rsa.PublicKey // by kid
	jwks   []byte
	wall   when.Clock
	ids    id.Source

	mu   sync.Mutex
	seen map[[sha256.Size]byte]Claims // verified already: a busy client does not pay RSA each call
}

// NewTokens makes tokens in the name of base, the public URL of this server without a trailing slash. The first key
// signs; all verify.
func NewTokens(base string, keys []*rsa.PrivateKey, wall when.Clock, ids id.Source) (*Tokens, error) {
	if len(keys) == 0 {
		return nil, errors.New("identity: no key to sign tokens with")
	}
	if u, err := url.Parse(base); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("identity: the public URL must begin with https:// or http:// and name a host")
	}
	t := &Tokens{
		base: strings.TrimRight(base, "/"), wall: wall, ids: ids,
		public: map[string]*rsa.PublicKey{}, seen: map[[sha256.Size]byte]Claims{},
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for i, key := range keys {
		pub := jose.JSONWebKey{Key: &key.PublicKey, Algorithm: string(jose.RS256), Use: "sig"}
		sum, err := pub.Thumbprint(crypto.SHA256)
		if err != nil {
			return nil, fmt.Errorf("identity: naming a token key: %w", err)
		}
		pub.KeyID = base64.RawURLEncoding.EncodeToString(sum)
		t.public[pub.KeyID] = &key.PublicKey
		set.Keys = append(set.Keys, pub)
		if i > 0 {
			continue
		}
		t.signer, err = jose.NewSigner(
			jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: pub.KeyID}},
			(&jose.SignerOptions{}).WithType("JWT"))
		if err != nil {
			return nil, fmt.Errorf("identity: preparing the token key: %w", err)
		}
	}
	var err error
	if t.jwks, err = json.Marshal(set); err != nil {
		return nil, fmt.Errorf("identity: publishing the token keys: %w", err)
	}
	return t, nil
}

// issuer is the iss of a tenant's tokens.
func (t *Tokens) issuer(v version, tenant string) string {
	if v == v2 {
		return t.base + "/" + tenant + "/v2.0"
	}
	return t.base + "/" + tenant + "/"
}

// bearer is who a token is made for.
type bearer struct {
	client   party.Client
	roles    party.Roles
	resource string
	person   *party.Person // nil: the client itself
	ticket   party.Ticket  // of the person's sign-in
}

// issue makes an access token, and gives its claims too.
func (t *Tokens) issue(v version, b bearer) (string, Claims, error) {
	now, tenant := t.wall.Now(), string(b.client.Partner)
	claims := Claims{
		Audience: b.resource, Issuer: t.issuer(v, tenant), Tenant: tenant,
		IssuedAt: now.Unix(), NotBefore: now.Add(-early).Unix(), Expires: now.Add(TokenLife).Unix(),
		IDType: appToken, Object: objectID(b.client.ID), Subject: objectID(b.client.ID), Roles: words(b.roles), UTI: t.ids.Opaque(22),
	}
	proof := "1"
	if b.client.Public {
		proof = "0"
	}
	if v == v2 {
		claims.Version, claims.AZP, claims.AZPACR = "2.0", string(b.client.ID), proof
	} else {
		claims.Version, claims.AppID, claims.AppIDACR = "1.0", string(b.client.ID), proof
	}
	if p := b.person; p != nil {
		claims.IDType, claims.Object, claims.Subject = userToken, string(p.ID), pairwise(b.client.ID, p.ID)
		claims.UPN, claims.Name, claims.Scope, claims.Methods = p.UPN, p.DisplayName, impersonation, methods(b.ticket.Method)
		claims.SignedIn = b.ticket.SignedInAt.UnixMicro()
		claims.UniqueName, claims.Preferred = names(v, p.UPN)
	}
	raw, err := t.sign(claims)
	return raw, claims, err
}

// issueID makes the id token of a person's sign-in to a client.
func (t *Tokens) issueID(v version, b bearer) (string, error) {
	now, p := t.wall.Now(), b.person
	claims := idClaims{
		Audience: string(b.client.ID), Issuer: t.issuer(v, string(b.client.Partner)), IssuedAt: now.Unix(), NotBefore: now.Add(-early).Unix(),
		Expires: now.Add(TokenLife).Unix(), Object: string(p.ID), Subject: pairwise(b.client.ID, p.ID), Tenant: string(b.client.Partner),
		Version: "1.0", Nonce: b.ticket.Nonce, AuthTime: b.ticket.SignedInAt.Unix(), UPN: p.UPN, Name: p.DisplayName, Methods: methods(b.ticket.Method),
	}
	if v == v2 {
		claims.Version = "2.0"
	}
	claims.UniqueName, claims.Preferred = names(v, p.UPN)
	return t.sign(claims)
}

func names(v version, upn string) (unique, preferred string) {
	if v == v2 {
		return "", upn
	}
	return upn, ""
}

// methods are how a person signed in, in the directory's words.
func methods(method string) []string {
	switch method {
	case byCode:
		return []string{"pwd", "mfa"}
	case byPasskey:
		return []string{"fido", "mfa"}
	case byExternal:
		return []string{"fed"}
	}
	return []string{"pwd"}
}

func (t *Tokens) sign(claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("identity: writing a token: %w", err)
	}
	signed, err := t.signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("identity: signing a token: %w", err)
	}
	raw, err := signed.CompactSerialize()
	if err != nil {
		return "", fmt.Errorf("identity: writing a token: %w", err)
	}
	return raw, nil
}

// Verify gives the claims of a token that this server signed and that is valid now on the wall clock. Faults, all to
// be answered with 401: "token.missing", "token.invalid", "token.expired", "token.not_yet", "token.audience".
func (t *Tokens) Verify(raw string) (Claims, error) {
	if raw == "" {
		return Claims{}, fault.Deny("token.missing", nil)
	}
	if len(raw) > maxToken {
		return Claims{}, invalidToken()
	}
	var room [2 << 10]byte // a usual token is summed where it need not be freed
	sum := sha256.Sum256(append(room[:0], raw...))
	t.mu.Lock()
	claims, known := t.seen[sum]
	t.mu.Unlock()
	if !known {
		var ok bool
		if claims, ok = t.check(raw); !ok {
			return Claims{}, invalidToken()
		}
	}
	now := t.wall.Now()
	switch {
	case !now.Before(time.Unix(claims.Expires, 0)):
		t.mu.Lock()
		delete(t.seen, sum)
		t.mu.Unlock()
		return Claims{}, fault.Deny("token.expired", nil)
	case now.Before(time.Unix(claims.NotBefore, 0)):
		return Claims{}, fault.Deny("token.not_yet", nil)
	}
	if _, ok := resourceOf(claims.Audience); !ok {
		return Claims{}, fault.Deny("token.audience", nil)
	}
	if !known {
		t.remember(sum, claims)
	}
	return claims, nil
}

// check verifies what does not depend on the time: algorithm, key, signature, issuer.
func (t *Tokens) check(raw string) (Claims, bool) {
	signed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(signed.Signatures) != 1 {
		return Claims{}, false
	}
	key, ok := t.public[signed.Signatures[0].Protected.KeyID]
	if !ok {
		return Claims{}, false
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return Claims{}, false
	}
	var c Claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return Claims{}, false
	}
	v := v1
	if c.Version == "2.0" {
		v = v2
	}
	// An id token, which is signed with the same key, names no resource and no kind.
	if c.Issuer != t.issuer(v, c.Tenant) || c.client() == "" || c.Tenant == "" || c.IDType != appToken && c.IDType != userToken {
		return Claims{}, false
	}
	return c, true
}

// remember keeps verified claims; when full, any one makes room.
func (t *Tokens) remember(sum [sha256.Size]byte, c Claims) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.seen) >= remembered {
		for other := range t.seen {
			delete(t.seen, other)
			break
		}
	}
	t.seen[sum] = c
}

func invalidToken() error { return fault.Deny("token.invalid", nil) }

// objectID is the oid of a client: another GUID than its own, always the same.
func objectID(c id.Client) string { return derived("oid/" + string(c)) }

// pairwise is the subject of a person at one client: no two clients see the same.
func pairwise(c id.Client, u id.User) string { return derived("sub/" + string(c) + "/" + string(u)) }

func derived(from string) string {
	sum := sha256.Sum256([]byte(from))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // version 8: made our own way
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func words(roles party.Roles) []string {
	out := []string{}
	for r, held := range roles {
		if held {
			out = append(out, string(r))
		}
	}
	slices.Sort(out)
	return out
}

const apiResource = "https://api.partnercenter.microsoft.com"

// resources are what tokens are made for (contract.md §2): the directory's address that older SDKs ask for, the
// API's own, and its application id.
var resources = []string{
	"https://graph.windows.net",
	apiResource,
	"fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
}

// resourceOf is the listed form of a resource, which may be given in any case and with a trailing slash.
func resourceOf(asked string) (string, bool) {
	asked = strings.TrimSuffix(asked, "/")
	for _, r := range resources {
		if strings.EqualFold(asked, r) {
			return r, true
		}
	}
	return "", false
}
