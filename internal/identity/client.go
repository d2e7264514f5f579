// Package identity says who is calling: people who sign in on a page, with their sessions; the OAuth2 endpoints of API
// clients with their discovery documents (contract.md §2); and the check of the tokens they give.
package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// SecretHash is "sha256:salt:sum" in base64url. A plain hash suffices: secrets are 256 random bits made by NewSecret,
// never chosen by people, so there is nothing to guess that a slow hash would protect. The salt keeps equal rows apart.
type SecretHash string

const secretPrefix = "cs_" // for people and for scanners of leaked secrets

// NewSecret makes a client secret, shown once, and what is stored of it. The fingerprint is 48 bits of another hash.
func NewSecret() (plain string, s party.Secret) {
	var b [32 + 16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand stops the process instead
	plain = secretPrefix + base64.RawURLEncoding.EncodeToString(b[:32])
	sum := sha256.Sum256([]byte("fingerprint/" + plain))
	return plain, party.Secret{Hash: string(hashSecret(plain, b[32:])), Fingerprint: hex.EncodeToString(sum[:6])}
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

// accepts tells whether plain is one of the live secrets of c at now. All are compared, whichever matches.
func accepts(c party.Client, plain string, now time.Time) bool {
	found := false
	for _, s := range c.Secrets {
		found = SecretHash(s.Hash).Matches(plain) && s.Live(now) || found
	}
	return found
}

// newTicket is a secret of 256 random bits, and its hash, by which it is found again.
func newTicket(prefix string) (plain, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:])
	plain = prefix + base64.RawURLEncoding.EncodeToString(b[:])
	return plain, ticketHash(plain)
}

func ticketHash(plain string) string {
	sum := sha256.Sum256([]byte(plain))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
