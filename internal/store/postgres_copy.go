// Many rows at once on PostgreSQL: COPY in its binary form. The columns have three types, so the form is a few lines.
package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// copyFrom is the number of rows from which COPY is cheaper than what waits in the queue: it is a trip of its own.
const copyFrom = 32

var (
	copyHead = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	copyEnd  = []byte{0xff, 0xff}
)

// add implements session.
func (s *pgSession) add(b *bulk, args []any) error {
	rows := len(args) / b.columns
	if rows < copyFrom {
		return b.each(&b.texts, args, s.exec)
	}
	s.ahead = nil
	if err := s.flush(); err != nil {
		return err
	}
	tag, err := s.conn.PgConn().CopyFrom(s.ctx, bytes.NewReader(copyForm(b.columns, args)), "COPY "+b.into+" FROM STDIN (FORMAT binary)")
	if err != nil {
		return pgStatement(s.conn, err, "COPY "+b.into)
	}
	w := write{sql: "COPY " + b.into, want: int64(rows)}
	return w.check(tag.RowsAffected())
}

// copyForm is the rows as COPY reads them: each a count of columns, each column its length and its bytes.
func copyForm(columns int, args []any) []byte {
	size := len(copyHead) + len(copyEnd) + 2*len(args)/columns
	for _, a := range args {
		size += 4 + copySize(a)
	}
	out := append(make([]byte, 0, size), copyHead...)
	for i, a := range args {
		if i%columns == 0 {
			out = binary.BigEndian.AppendUint16(out, uint16(columns)) //nolint:gosec // a few
		}
		if a == nil {
			out = binary.BigEndian.AppendUint32(out, math.MaxUint32) // −1: NULL
			continue
		}
		out = binary.BigEndian.AppendUint32(out, uint32(copySize(a))) //nolint:gosec // text is far below 4 GB
		switch v := a.(type) {
		case int64:
			out = binary.BigEndian.AppendUint64(out, uint64(v)) //nolint:gosec // the wire's two's complement
		case string:
			out = append(out, v...)
		case []byte:
			out = append(out, v...)
		}
	}
	return append(out, copyEnd...)
}

// copySize is the bytes of a canonical value.
func copySize(a any) int {
	switch v := a.(type) {
	case nil:
		return 0
	case int64:
		return 8
	case string:
		return len(v)
	case []byte:
		return len(v)
	}
	panic(fmt.Errorf("store: a column of type %T", a)) // canonical lets no other pass into a row
}
