package vault

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// LogKey is what checkpoints of the activity log are signed with (Ed25519).
type LogKey struct {
	Signer note.Signer
	Public string // for others to check with, as note.NewVerifier reads it
	// Known check what was signed: with this key, and with those it followed.
	Known []note.Verifier
}

// LogKey is the installation's.
func (s *Secrets) LogKey() LogKey { return s.log }

// makeLogKey makes a key with a name of its own: checkpoints of two installations are told apart by it.
func makeLogKey() ([]byte, error) {
	var name [4]byte
	_, _ = rand.Read(name[:]) // never fails: crypto/rand stops the process instead
	private, _, err := note.GenerateKey(rand.Reader, "comptoir-"+hex.EncodeToString(name[:]))
	if err != nil {
		return nil, errors.New("vault: making the log key failed")
	}
	return []byte(private + "\n"), nil
}

// parseLogKey reads the key on the first line, and on the lines after it the public keys of those it followed. The cause of
// a failure is left out: it could quote the key.
func parseLogKey(text []byte) (k LogKey, err error) {
	damaged := errors.New("vault: the log key is damaged or no key of a signer")
	private, older, _ := strings.Cut(string(trim(text)), "\n")
	private = strings.TrimSpace(private)
	if k.Signer, err = note.NewSigner(private); err != nil {
		return k, damaged
	}
	parts := strings.SplitN(private, "+", 5) // PRIVATE KEY name hash data, as NewSigner has seen
	seed, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return k, damaged
	}
	public := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	if k.Public, err = note.NewEd25519VerifierKey(k.Signer.Name(), public); err != nil {
		return k, damaged
	}
	for _, line := range append([]string{k.Public}, strings.Fields(older)...) {
		v, err := note.NewVerifier(line)
		if err != nil {
			return k, damaged
		}
		k.Known = append(k.Known, v)
	}
	return k, nil
}
