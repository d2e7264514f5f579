// Package identity says who is calling: the OAuth2 token endpoints of API clients with their discovery documents
// (contract.md §2), and the check of the tokens they give.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Clients is what identity needs of the store. A fault of kind NotFound means there is none; any other error is ours.
type Clients interface {
	// Client is the API client with that id. It is asked at every request, so that a disabled client is refused at once.
	Client(ctx context.Context, client id.Client) (Client, error)
	// Tenant is the partner that a domain, in lower case, belongs to.
	Tenant(ctx context.Context, domain string) (id.Partner, error)
}

// Client is an API client as its row says now.
type Client struct {
	ID      id.Client
	Name    string
	Partner id.Partner // whose client it is: the tenant of its tokens
	Kind    party.Kind // of Partner
	// Provider is the indirect provider of an indirect reseller, in whose tenant it works; empty for other kinds.
	Provider id.Partner
	Roles    party.Roles
	Secrets  []Secret // at most two, while one replaces the other
	Disabled bool     // the client, or its partner
	// RichStates: it reads every word for the state of a subscription.
	RichStates bool
	Sandbox    bool // the partner in whose tenant it works is a sandbox tenant
}

// actor is the caller that a token of c stands for. A reseller without a provider has no scope, so ok is false.
func (c Client) actor() (a party.Actor, ok bool) {
	scope := party.NewScope(c.Partner, "")
	if c.Kind == party.IndirectReseller {
		if c.Provider == "" {
			return party.Actor{}, false
		}
		scope = party.NewScope(c.Provider, c.Partner)
	}
	return party.Actor{
		Scope: scope, Kind: c.Kind, Client: c.ID, Name: c.Name, Roles: c.Roles, Sandbox: c.Sandbox, RichStates: c.RichStates,
	}, true
}

// Secret is a client secret as it is stored.
type Secret struct {
	Hash  SecretHash
	Until time.Time // wall time from which it no longer works; zero: no end
}

// SecretHash is "sha256:salt:sum" in base64url. A plain hash suffices: secrets are 256 random bits made by NewSecret,
// never chosen by people, so there is nothing to guess that a slow hash would protect. The salt keeps equal rows apart.
type SecretHash string

const secretPrefix = "cs_" // for people and for scanners of leaked secrets

// NewSecret makes a secret, shown once, and what is stored of it.
func NewSecret() (plain string, hash SecretHash) {
	var b [32 + 16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand stops the process instead
	plain = secretPrefix + base64.RawURLEncoding.EncodeToString(b[:32])
	return plain, hashSecret(plain, b[32:])
}

func hashSecret(plain string, salt []byte) SecretHash {
	sum := sha256.Sum256(append(append([]byte(nil), salt...), plain...))
	e := base64.RawURLEncoding
	return SecretHash("sha256:" + e.EncodeToString(salt) + ":" + e.EncodeToString(sum[:]))
}

// Matches compares in constant time; a damaged hash matches nothing.
func (h SecretHash) Matches(plain string) bool {
	parts := strings.Split(string(h), ":")
	if len(parts) != 3 || parts[0] != "sha256" {
		return false
	}
	salt, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || len(salt) != 16 {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(h), []byte(hashSecret(plain, salt))) == 1
}

// accepts tells whether plain is one of the live secrets at now. All are compared, whichever matches.
func (c Client) accepts(plain string, now time.Time) bool {
	found := false
	for _, s := range c.Secrets {
		live := s.Until.IsZero() || now.Before(s.Until)
		found = s.Hash.Matches(plain) && live || found
	}
	return found
}
