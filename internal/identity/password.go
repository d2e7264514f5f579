package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Cost of a password, after OWASP: 19 MiB and two passes, about 30 ms. A stored hash says what it was made with.
const (
	argonMemory = 19 << 10 // KiB
	argonPasses = 2
	argonLanes  = 1
	saltLen     = 16
	sumLen      = 32
	maxMemory   = 256 << 10 // of a stored hash that is still evaluated
	maxPasses   = 16
	maxPassword = 1024 // bytes
)

// hashing bounds how many passwords are worked on at once: each takes 19 MiB.
var hashing = make(chan struct{}, 2)

// Credentials makes what people and programs sign in with. It is app.Credentials.
type Credentials struct{}

// HashPassword is the argon2id text form of a password. It takes its time: never call it inside a transaction.
func (Credentials) HashPassword(plain string) string {
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // never fails: crypto/rand stops the process instead
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		e.EncodeToString(salt), e.EncodeToString(argon(plain, salt, argonMemory, argonPasses, argonLanes)))
}

func argon(plain string, salt []byte, memory, passes uint32, lanes uint8) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey(norm.NFKC.Bytes([]byte(plain)), salt, passes, memory, lanes, sumLen)
}

// passwordMatches evaluates a password. One that cannot be right, because hash is empty or damaged, costs the same as any
// other: who asks cannot tell whether the account is there.
func passwordMatches(hash, plain string) bool {
	salt, sum, memory, passes, lanes, ok := parseHash(hash)
	if !ok || len(plain) > maxPassword {
		argon("", make([]byte, saltLen), argonMemory, argonPasses, argonLanes)
		return false
	}
	return subtle.ConstantTimeCompare(argon(plain, salt, memory, passes, lanes), sum) == 1
}

func parseHash(hash string) (salt, sum []byte, memory, passes uint32, lanes uint8, ok bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, nil, 0, 0, 0, false
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil || n != 3 {
		return nil, nil, 0, 0, 0, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	ok = err == nil && err2 == nil && len(salt) >= 8 && len(sum) == sumLen &&
		memory >= 8 && memory <= maxMemory && passes >= 1 && passes <= maxPasses && lanes >= 1
	return salt, sum, memory, passes, lanes, ok
}

// NewPassword is one of 95 bits that can be read out and typed.
func (Credentials) NewPassword() string {
	const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	b := make([]byte, 0, 19)
	for i := range cap(b) {
		if i%5 == 4 {
			b = append(b, '-')
			continue
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			panic(err) // crypto/rand stops the process before
		}
		b = append(b, letters[n.Int64()])
	}
	return string(b)
}

// NewSecret is NewSecret.
func (Credentials) NewSecret() (plain, hash, fingerprint string) {
	plain, s := NewSecret()
	return plain, s.Hash, s.Fingerprint
}
