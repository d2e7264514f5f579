// What goes on a trip to PostgreSQL (postgres_trip.go). Callers who ask the same of other objects are one statement (decision
// 0030): half of what a statement costs is to begin and to end it.
package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pgQuestion is what one caller reads, or what several read who ask one and the same statement.
type pgQuestion struct {
	asks       []*pgAsk
	statements []*pgconn.StatementDescription // of each read of one caller; or the one of several
}

// questionsOf asks together who may be asked together, or each alone.
func questionsOf(asks []*pgAsk, together bool) (questions []pgQuestion) {
	for _, a := range asks {
		i := -1
		if together && a.joins() {
			i = slices.IndexFunc(questions, func(q pgQuestion) bool { return q.asks[0].joins() && q.asks[0].reads[0].sql == a.reads[0].sql })
		}
		if i < 0 {
			questions = append(questions, pgQuestion{asks: []*pgAsk{a}})
		} else {
			questions[i].asks = append(questions[i].asks, a)
		}
	}
	return questions
}

// joins tells whether a reads one statement, by texts: ids. Where there are more or fewer of them than it has parameters
// PostgreSQL is to say so, and to nobody else.
func (a *pgAsk) joins() bool {
	if len(a.reads) != 1 {
		return false
	}
	r := a.reads[0]
	return len(r.args) > 0 && len(r.args) == pgParameters(r.sql) && !slices.ContainsFunc(r.args, func(arg any) bool {
		_, text := arg.(string)
		return !text
	})
}

// askers are who asks questions.
func askers(questions []pgQuestion) (asks []*pgAsk) {
	for _, q := range questions {
		asks = append(asks, q.asks...)
	}
	return asks
}

// failed tells a lone caller why; several are left over, each to be asked alone.
func (q *pgQuestion) failed(err error) (left []*pgAsk) {
	if len(q.asks) > 1 {
		return q.asks
	}
	q.asks[0].err = err
	return nil
}

// places is for how many callers a question's statement has places: a power of two, so that few statements are prepared.
func (q *pgQuestion) places() int {
	n := 1
	for n < len(q.asks) {
		n *= 2
	}
	return n
}

// prepare has the connection know the statements. The first time that is a trip of its own for each.
func (q *pgQuestion) prepare(ctx context.Context, c *pgx.Conn) (err error) {
	reads := q.asks[0].reads
	q.statements = make([]*pgconn.StatementDescription, len(reads))
	for i, r := range reads {
		if !pgSends(r.args) {
			return fmt.Errorf("store: an argument that does not go in company, in: %s", oneLine(r.sql))
		}
		sql := r.sql
		if n := q.places(); n > 1 {
			sql = pgTogether(r.sql, n)
		}
		if q.statements[i], err = c.Prepare(ctx, sql, sql); err != nil {
			return pgStatement(c, err, r.sql)
		}
	}
	return nil
}

type pgShape struct {
	sql    string
	places int
}

var (
	pgTogethers sync.Map // pgShape → string
	pgHighest   sync.Map // sql → int
)

// pgParameters is how many parameters sql has.
func pgParameters(sql string) int {
	if known, ok := pgHighest.Load(sql); ok {
		return known.(int) //nolint:forcetypeassert // it holds nothing else
	}
	highest := 0
	for _, p := range numbered.FindAllString(sql, -1) {
		n, _ := strconv.Atoi(p[1:]) // digits alone
		highest = max(highest, n)
	}
	pgHighest.Store(sql, highest)
	return highest
}

// pgTogether is sql for several callers: its rows for each, followed by whose they are, from 0. Its parameters are the first
// caller's, then the second's; a place that nobody has is NULL. OFFSET 0 keeps PostgreSQL from dissolving sql into the whole,
// and so from reading a table for all; what sql orders by stays each caller's order.
func pgTogether(sql string, places int) string {
	shape := pgShape{sql, places}
	if known, ok := pgTogethers.Load(shape); ok {
		return known.(string) //nolint:forcetypeassert // it holds nothing else
	}
	args := pgParameters(sql)
	var all strings.Builder
	all.WriteString("SELECT answer.*, asked.place FROM (VALUES ")
	for p := range places {
		if p > 0 {
			all.WriteString(", ")
		}
		fmt.Fprintf(&all, "(CAST(%d AS BIGINT)", p)
		for i := range args {
			fmt.Fprintf(&all, ", CAST($%d AS TEXT)", p*args+i+1)
		}
		all.WriteString(")")
	}
	all.WriteString(") asked (place")
	for i := range args {
		fmt.Fprintf(&all, ", p%d", i+1)
	}
	all.WriteString(") CROSS JOIN LATERAL (")
	all.WriteString(numbered.ReplaceAllStringFunc(sql, func(p string) string { return "asked.p" + p[1:] }))
	all.WriteString(" OFFSET 0) answer")
	pgTogethers.Store(shape, all.String())
	return all.String()
}

var allBinary = []int16{pgx.BinaryFormatCode}

// send queues the reads.
func (q *pgQuestion) send(p *pgconn.Pipeline) {
	if len(q.asks) == 1 {
		for i, r := range q.asks[0].reads {
			values, formats := pgValues(r.args)
			p.SendQueryStatement(q.statements[i], values, formats, allBinary)
		}
		return
	}
	each := len(q.asks[0].reads[0].args)
	args := make([]any, q.places()*each) // NULL where nobody asks
	for i, a := range q.asks {
		copy(args[i*each:], a.reads[0].args)
	}
	values, _ := pgValues(args)
	p.SendQueryStatement(q.statements[0], values, nil, allBinary)
}

// receive reads what send has asked for.
func (q *pgQuestion) receive(p *pgconn.Pipeline) error {
	for _, a := range q.asks {
		a.found = make([]fetched, len(a.reads))
		for i, r := range a.reads {
			a.found[i].read = r
		}
	}
	for i := range q.statements {
		got, err := p.GetResults()
		if err != nil {
			return err
		}
		rows, ok := got.(*pgconn.ResultReader)
		if !ok {
			return errors.New("store: an answer that was not asked for")
		}
		if err := q.share(i, rows); err != nil {
			return err
		}
		if _, err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}

// share gives the rows of a statement to whoever asked for them.
func (q *pgQuestion) share(statement int, rows *pgconn.ResultReader) error {
	fields := slices.Clone(rows.FieldDescriptions())
	last := len(fields) - 1
	for _, a := range q.asks {
		a.found[statement].fields = fields
		if len(q.asks) > 1 {
			a.found[statement].fields = fields[:last]
		}
	}
	for rows.NextRow() {
		row, of := rows.Values(), int64(0)
		if len(q.asks) > 1 {
			if err := pgPut(&of, row[last], &fields[last]); err != nil {
				return err
			}
			row = row[:last]
		}
		if of < int64(len(q.asks)) { // a place that nobody has may find something too, where a statement does not look at what it is asked
			q.asks[of].found[statement].keep(row)
		}
	}
	return nil
}

// rowMemory holds the rows of one read until they are scanned.
type rowMemory struct {
	rows  [][][]byte
	cells [][]byte
	text  []byte
}

var rowMemories = sync.Pool{New: func() any { return &rowMemory{text: make([]byte, 0, 4<<10)} }}

// keep copies a row: the connection uses its memory again.
func (f *fetched) keep(raw [][]byte) {
	if f.memory == nil {
		f.memory = rowMemories.Get().(*rowMemory) //nolint:forcetypeassert // it holds nothing else
	}
	m, first := f.memory, len(f.memory.cells)
	for _, v := range raw {
		if v != nil {
			m.text = append(m.text, v...)
			v = m.text[len(m.text)-len(v):] // where it stands even if the next one moves to more room
		}
		m.cells = append(m.cells, v)
	}
	m.rows = append(m.rows, m.cells[first:])
	f.rows = m.rows
}

// scanned gives the memory of rows back that nobody looks at any more: nothing that is scanned lies in it. Rows that came
// ahead of their question stay: it may be asked again.
func (f *fetched) scanned() {
	m := f.memory
	if m == nil {
		return
	}
	f.rows, f.memory = nil, nil
	if cap(m.text) <= 64<<10 {
		clear(m.cells) // which hold on to what texts stood in before there was more room
		m.rows, m.cells, m.text = m.rows[:0], m.cells[:0], m.text[:0]
		rowMemories.Put(m)
	}
}

// pgSends tells whether pgValues knows all of args.
func pgSends(args []any) bool {
	return !slices.ContainsFunc(args, func(a any) bool {
		switch a.(type) {
		case nil, int64, string, []byte:
			return false
		}
		return true
	})
}

// pgValues are arguments (canonical: value.go) as they are sent.
func pgValues(args []any) (values [][]byte, formats []int16) {
	values, formats = make([][]byte, len(args)), make([]int16, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case int64:
			values[i] = strconv.AppendInt(nil, v, 10)
		case string:
			values[i] = []byte(v)
		case []byte:
			values[i], formats[i] = v, pgx.BinaryFormatCode
		}
	}
	return values, formats
}
