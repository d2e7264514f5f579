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
	// Series is a Source for what is made together and opens nothing: its GUIDs follow each other from a random start.
	// They stand together in an index, which costs a database far less than rows all over the place. It is for one
	// goroutine.
	Series() Source
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

// Series implements Source.
func (r Random) Series() Source {
	s := &series{}
	_, _ = rand.Read(s.start[:10])
	return s
}

// series is 74 random bits, once, and a count.
type series struct {
	Random
	start [16]byte
	n     uint32
}

// GUID implements Source.
func (s *series) GUID() string {
	s.n++
	binary.BigEndian.PutUint32(s.start[12:], s.n)
	return guid(s.start)
}

// Counting is a Source for tests and simulations: the same calls give the same ids.
type Counting struct{ n atomic.Uint64 }

// Fork is a Source that goes on from where c is, apart from it.
func (c *Counting) Fork() *Counting {
	f := new(Counting)
	f.n.Store(c.n.Load())
	return f
}

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

// Series implements Source: the count is one already.
func (c *Counting) Series() Source { return c }

func guid(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
