// Package activitytest has what tests sign checkpoints with.
package activitytest

import (
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// counted is a source of random bytes that is none.
type counted byte

func (c counted) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c) + byte(i)
	}
	return len(p), nil
}

// Key is a pair that signs as name, the same for the same seed.
func Key(t testing.TB, name string, seed byte) (note.Signer, note.Verifier) {
	t.Helper()
	private, public, err := note.GenerateKey(counted(seed), name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}
