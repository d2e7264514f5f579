// One transaction on PostgreSQL: writes wait in a queue and leave in one batch, with the next read or before the commit.
package store

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// pgQueue bounds the writes that wait: more leave in several batches.
const pgQueue = 1000

type pgSession struct {
	ctx   context.Context
	conn  *pgx.Conn
	begin *pgx.TxOptions // not begun yet: goes out with the first statement
	tx    pgx.Tx
	queue []write
	ahead []fetched // answers that came with the lock, until the first write
}

// send sends b; what it begins becomes the session's transaction.
func (s *pgSession) send(b *pgx.Batch) pgx.BatchResults {
	br := s.conn.SendBatch(s.ctx, b)
	if tx := br.Tx(); tx != nil {
		s.tx, s.begin = tx, nil
	}
	return br
}

// begun reads the result of BEGIN if it was sent with this batch.
func (s *pgSession) begun(br pgx.BatchResults) error {
	if br.Tx() == nil {
		return nil
	}
	_, err := br.Exec()
	return err
}

// with sends what is queued and reads behind it in one batch, and reads the results up to the first read.
func (s *pgSession) with(reads ...read) (pgx.BatchResults, error) {
	var b pgx.Batch
	if s.begin != nil {
		b.BeginTx(*s.begin)
	}
	queue := s.queue
	s.queue = s.queue[:0]
	for i := range queue {
		b.Queue(queue[i].sql, queue[i].args...)
	}
	for _, r := range reads {
		b.Queue(r.sql, r.args...)
	}
	br := s.send(&b)
	err := s.begun(br)
	if err != nil {
		err = s.sorted(err)
	}
	for i := range queue {
		if err != nil {
			break
		}
		w := &queue[i]
		var tag pgconn.CommandTag
		if tag, err = br.Exec(); err != nil {
			sorted, unique := pgError(err, s.conn.IsClosed())
			err = w.ofWrite(sorted, unique)
		} else {
			err = w.check(tag.RowsAffected())
		}
	}
	if err != nil {
		_ = br.Close()
		return nil, err
	}
	return br, nil
}

// query implements session.
func (s *pgSession) query(sql string, args []any) (cursor, error) {
	if c, ok := s.answered(sql, args); ok {
		return c, nil
	}
	if len(s.queue) == 0 && s.begin == nil {
		rows, err := s.conn.Query(s.ctx, sql, args...)
		if err != nil {
			return nil, pgStatement(s.conn, err, sql)
		}
		return &pgCursor{s: s, sql: sql, rows: rows}, nil
	}
	br, err := s.with(read{sql: sql, args: args})
	if err != nil {
		return nil, err
	}
	rows, err := br.Query()
	if err != nil {
		_ = br.Close()
		return nil, pgStatement(s.conn, err, sql)
	}
	return &pgCursor{s: s, sql: sql, rows: rows, batch: br}, nil
}

// batch implements session.
func (s *pgSession) batch(reads []read) error {
	if len(reads) == 0 {
		return nil
	}
	br, err := s.with(reads...)
	if err != nil {
		return err
	}
	for _, r := range reads {
		c := &pgCursor{s: s, sql: r.sql}
		if c.rows, err = br.Query(); err != nil {
			err = pgStatement(s.conn, err, r.sql)
			break
		}
		scan := func(dest ...any) error { return c.scan(dest) }
		for err == nil && c.next() {
			err = r.each(scan)
		}
		if cerr := c.close(); err == nil {
			err = cerr
		}
		if err != nil {
			break
		}
	}
	if cerr := br.Close(); err == nil && cerr != nil {
		err = s.sorted(cerr)
	}
	return err
}

// exec implements session: later.
func (s *pgSession) exec(w write) error {
	s.ahead = nil
	s.queue = append(s.queue, w)
	if len(s.queue) >= pgQueue {
		return s.flush()
	}
	return nil
}

// flush implements session.
func (s *pgSession) flush() error {
	if len(s.queue) == 0 {
		return nil
	}
	br, err := s.with()
	if err != nil {
		return err
	}
	if err := br.Close(); err != nil {
		return s.sorted(err)
	}
	return nil
}

// pgCursor reads one result, as bytes from the wire: the columns have few types, and their values fit the same
// destinations as SQLite's.
type pgCursor struct {
	s     *pgSession
	sql   string
	rows  pgx.Rows
	batch pgx.BatchResults // to be closed with the rows, or nil
}

func (c *pgCursor) next() bool { return c.rows.Next() }

func (c *pgCursor) scan(dest []any) error {
	return pgScan(dest, c.rows.RawValues(), c.rows.FieldDescriptions(), c.sql)
}

func pgPut(dest any, raw []byte, f *pgconn.FieldDescription) error {
	if raw == nil {
		return putNull(dest)
	}
	binaryForm := f.Format == pgx.BinaryFormatCode
	switch {
	case f.DataTypeOID == pgtype.Int8OID && binaryForm:
		return putInt(dest, int64(binary.BigEndian.Uint64(raw))) //nolint:gosec // the wire's two's complement
	case f.DataTypeOID == pgtype.Int4OID && binaryForm:
		return putInt(dest, int64(int32(binary.BigEndian.Uint32(raw)))) //nolint:gosec // the same
	case f.DataTypeOID == pgtype.BoolOID && binaryForm:
		return putInt(dest, int64(raw[0]))
	case f.DataTypeOID == pgtype.TextOID || f.DataTypeOID == pgtype.VarcharOID:
		return putText(dest, raw)
	case f.DataTypeOID == pgtype.ByteaOID && binaryForm:
		return putBytes(dest, append([]byte{}, raw...))
	}
	return fmt.Errorf("store: a column of type %d (SUM needs a cast)", f.DataTypeOID)
}

func (c *pgCursor) close() error {
	c.rows.Close()
	err := c.rows.Err()
	if c.batch != nil {
		if cerr := c.batch.Close(); err == nil {
			err = cerr
		}
	}
	if err != nil {
		return pgStatement(c.s.conn, err, c.sql)
	}
	return nil
}
