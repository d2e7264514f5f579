// What an act on a customer will surely read, fetched on PostgreSQL in the trip of its lock: the customer's row, the
// catalogue's stamp, the cart it names. Each read saved is a trip.
package store

import (
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/comptoir-dev/comptoir/internal/app"
)

// fetched is a result that came ahead of its question. It answers until the act's first write.
type fetched struct {
	read
	fields []pgconn.FieldDescription
	rows   [][][]byte
	memory *rowMemory // of rows; nil: their own
}

// aheadOf lists what to fetch for a lock.
func aheadOf(partner string, l app.Lock) []fetched {
	if l.Customer == "" {
		return nil
	}
	out := []fetched{
		{read: read{sql: sqlCustomer, args: []any{partner, l.Customer}}},
		{read: read{sql: sqlStamp}},
	}
	if l.Cart != "" {
		out = append(out, fetched{read: read{sql: sqlCart, args: []any{partner, l.Customer, l.Cart}}})
	}
	return out
}

// fetch reads the results behind the lock's.
func (s *pgSession) fetch(br pgx.BatchResults, ahead []fetched) error {
	for i := range ahead {
		f := &ahead[i]
		rows, err := br.Query()
		if err != nil {
			return err
		}
		f.fields = slices.Clone(rows.FieldDescriptions())
		for rows.Next() {
			raw := rows.RawValues()
			row := make([][]byte, len(raw))
			for j, v := range raw {
				row[j] = slices.Clone(v)
			}
			f.rows = append(f.rows, row)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
	}
	s.ahead = ahead
	return nil
}

// answered finds the result of a question that was fetched ahead.
func (s *pgSession) answered(sql string, args []any) (cursor, bool) {
	for i := range s.ahead {
		if f := &s.ahead[i]; f.sql == sql && slices.Equal(f.args, args) {
			return &aheadCursor{f: f, at: -1}, true
		}
	}
	return nil, false
}

// aheadCursor walks a fetched result.
type aheadCursor struct {
	f  *fetched
	at int
}

func (c *aheadCursor) next() bool {
	c.at++
	return c.at < len(c.f.rows)
}

func (c *aheadCursor) scan(dest []any) error {
	return pgScan(dest, c.f.rows[c.at], c.f.fields, c.f.sql)
}

func (c *aheadCursor) close() error {
	c.f.scanned()
	return nil
}

// pgScan puts the columns of a row as it came from the wire into dest.
func pgScan(dest []any, raw [][]byte, fields []pgconn.FieldDescription, sql string) error {
	if len(dest) != len(raw) {
		return fmt.Errorf("store: %d columns into %d values: %s", len(raw), len(dest), oneLine(sql))
	}
	for i, d := range dest {
		if d == nil { // not asked for
			continue
		}
		if err := pgPut(d, raw[i], &fields[i]); err != nil {
			return fmt.Errorf("%w, column %d of: %s", err, i+1, oneLine(sql))
		}
	}
	return nil
}
