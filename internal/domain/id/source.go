package id

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"sync/atomic"
)

// Source makes new ids. It is safe for concurrent use.
type Source interface {
	// GUID is a random (version 4) lower-case GUID.
	GUID() string
	// Opaque is n characters of [A-Za-z0-9_-] with 6 random bits each; the first is never "-", which command lines take for
	// an option and spreadsheets for a formula.
	Opaque(n int) string
}

// Random is the Source of a running server.
type Random struct{}

// GUID implements Source.
func (Random) GUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand stops the process instead
	return guid(b)
}

// Opaque implements Source.
func (Random) Opaque(n int) string {
	b := make([]byte, (n*3+3)/4)
	for {
		_, _ = rand.Read(b)
		if text := base64.RawURLEncoding.EncodeToString(b)[:n]; !strings.HasPrefix(text, "-") {
			return text
		}
	}
}

// Counting is a Source for tests and simulations: the same calls give the same ids.
type Counting struct{ n atomic.Uint64 }

// GUID implements Source: 00000000-0000-4000-8000-000000000001 and up.
func (c *Counting) GUID() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[8:], c.n.Add(1))
	return guid(b)
}

// Opaque implements Source: the last n hex digits of the count, padded with zeros on the left.
func (c *Counting) Opaque(n int) string {
	s := fmt.Sprintf("%0*x", n, c.n.Add(1))
	return s[len(s)-n:]
}

func guid(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
