package activity

import (
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Entry is a record as it is kept: what its hash is taken over. Its body is JSON and names people by their aliases alone.
type Entry struct {
	Partner      id.Partner
	ID           id.Record
	At           time.Time
	Customer     id.Customer
	CustomerName string // without case, as it is searched for
	Operation    Operation
	Resource     Resource
	Security     bool
	Body         string
}

// leafForm begins every leaf: another way to write one would be another form.
const leafForm = "comptoir record 1\n"

// Leaf is the entry as bytes, the same for the same entry and no other: each field in the order above as its length in
// bytes, a colon, its text and a line feed. At is microseconds since 1970, UTC; Security is 0 or 1.
func (e Entry) Leaf() []byte {
	security := "0"
	if e.Security {
		security = "1"
	}
	fields := [...]string{
		string(e.Partner), string(e.ID), strconv.FormatInt(e.At.UnixMicro(), 10), string(e.Customer), e.CustomerName,
		string(e.Operation), string(e.Resource), security, e.Body,
	}
	out := make([]byte, 0, len(leafForm)+len(e.Body)+300)
	out = append(out, leafForm...)
	for _, f := range fields {
		out = strconv.AppendInt(out, int64(len(f)), 10)
		out = append(out, ':')
		out = append(out, f...)
		out = append(out, '\n')
	}
	return out
}

// Hash is the entry's leaf hash (RFC 6962).
func (e Entry) Hash() tlog.Hash { return tlog.RecordHash(e.Leaf()) }
