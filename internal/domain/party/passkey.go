package party

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Passkey is a key that a person's device keeps and signs in with, in place of password and code.
type Passkey struct {
	ID         string // names it in lists
	Person     id.User
	Credential string // base64url of the credential's id; unique in the store
	Name       string // the person's own word for it
	MadeAt     time.Time
	UsedAt     time.Time // zero: never
	Copied     bool      // its counter went back: somebody may hold a copy. It signs nobody in any more
	Record     []byte    // the public key and the counter, in the form of what checks them; no secret
	Version    int64
}

const (
	// MaxPasskeys is how many one person may have.
	MaxPasskeys    = 20
	maxPasskeyName = 60 // characters
)

// PasskeyName is a name as it is kept: trimmed, 1 to 60 printable characters. Fault "passkey.name".
func PasskeyName(name string) (string, error) {
	name = strings.TrimSpace(name)
	bad := func(r rune) bool { return !unicode.IsPrint(r) }
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxPasskeyName || strings.ContainsFunc(name, bad) {
		return "", fault.Invalid("passkey.name", fault.Args{"max": maxPasskeyName})
	}
	return name, nil
}
