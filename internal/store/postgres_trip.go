// Objects asked for by their id leave for PostgreSQL in company (decision 0027): what waits while others are on their way goes
// out together, in one write, and is answered in one read. Half of what PostgreSQL does for one object is to wake and to sleep.
package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/comptoir-dev/comptoir/internal/turn"
)

// tripAsks is how many callers share a trip at most: the first waits until the last was answered.
const tripAsks = 8

// pgTrips are the trips to a database, few at a time.
type pgTrips struct {
	pool *pgxpool.Pool
	line turn.Line[*pgAsk]
	mu   sync.Mutex
	idle int // trips that may still begin
}

// pgAsk is what one caller asks for at once.
type pgAsk struct {
	reads      []read
	statements []*pgconn.StatementDescription
	found      []fetched
	err        error
	done       chan struct{}
}

// ask has reads answered, by a trip that begins now or by one that comes back.
func (t *pgTrips) ask(ctx context.Context, reads []read) ([]fetched, error) {
	a := &pgAsk{reads: reads, done: make(chan struct{})}
	place := t.line.Join(ctx, a)
	t.mu.Lock()
	if t.idle > 0 {
		t.idle--
		go t.run()
	}
	t.mu.Unlock()
	select {
	case <-a.done:
	case <-ctx.Done():
		if t.line.Leave(place) {
			return nil, unavailable(context.Cause(ctx))
		}
		<-a.done
	}
	return a.found, a.err
}

// run makes trips until nobody waits.
func (t *pgTrips) run() {
	turn.Gather()
	for {
		conn, err := t.acquire() // before anybody is called: who waits for a connection may still leave
		t.mu.Lock()
		called := t.line.Next(tripAsks)
		if len(called) == 0 {
			t.idle++
		}
		t.mu.Unlock()
		asks := make([]*pgAsk, len(called))
		for i, p := range called {
			asks[i] = p.For
		}
		t.trip(conn, err, asks)
		if len(called) == 0 {
			return
		}
		for _, p := range called {
			t.line.Served(p)
			close(p.For.done)
		}
	}
}

// trip answers all of asks, or says why not. Who waits behind one that fails goes again, on another connection: what the driver
// reads behind an error it takes for the answers to other statements.
func (t *pgTrips) trip(conn *pgxpool.Conn, err error, asks []*pgAsk) {
	for err == nil {
		asks = asks[answer(conn.Conn(), asks):]
		conn.Release()
		if len(asks) == 0 {
			return
		}
		conn, err = t.acquire()
	}
	for _, a := range asks {
		a.err = unavailable(err)
	}
}

func (t *pgTrips) acquire() (*pgxpool.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), viewTimeout)
	defer cancel()
	return t.pool.Acquire(ctx)
}

// answer answers asks up to the first that fails, and says how many that are.
func answer(c *pgx.Conn, asks []*pgAsk) (done int) {
	if len(asks) == 0 {
		return 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), viewTimeout)
	defer cancel()
	for i, a := range asks {
		if a.err = a.prepare(ctx, c); a.err != nil {
			asks[0], asks[i] = asks[i], asks[0] // it is done; nothing was sent, and the others go again
			return 1
		}
	}
	p := c.PgConn().StartPipeline(ctx)
	for _, a := range asks {
		a.send(p)
	}
	p.SendPipelineSync() // one end for all: at READ COMMITTED each statement sees what was committed before it, whoever's it is
	flushed := p.Flush()
	for _, a := range asks {
		done++
		if a.err = flushed; a.err == nil {
			a.err = a.receive(p)
		}
		if a.err != nil {
			a.err = pgStatement(c, a.err, a.reads[0].sql)
			_ = c.Close(ctx) // its statements may be of a schema that is no more
			return done
		}
	}
	if p.Close() != nil {
		_ = c.Close(ctx)
	}
	return done
}

// prepare has the connection know the statements. The first time that is a trip of its own for each.
func (a *pgAsk) prepare(ctx context.Context, c *pgx.Conn) (err error) {
	a.statements = make([]*pgconn.StatementDescription, len(a.reads))
	for i, r := range a.reads {
		if !pgSends(r.args) {
			return fmt.Errorf("store: an argument that does not go in company, in: %s", oneLine(r.sql))
		}
		if a.statements[i], err = c.Prepare(ctx, r.sql, r.sql); err != nil {
			return pgStatement(c, err, r.sql)
		}
	}
	return nil
}

var allBinary = []int16{pgx.BinaryFormatCode}

// send queues the reads.
func (a *pgAsk) send(p *pgconn.Pipeline) {
	for i, r := range a.reads {
		values, formats := pgValues(r.args)
		p.SendQueryStatement(a.statements[i], values, formats, allBinary)
	}
}

// receive reads what send has asked for.
func (a *pgAsk) receive(p *pgconn.Pipeline) error {
	a.found = make([]fetched, len(a.reads))
	for i, r := range a.reads {
		got, err := p.GetResults()
		if err != nil {
			return err
		}
		rows, ok := got.(*pgconn.ResultReader)
		if !ok {
			return errors.New("store: an answer that was not asked for")
		}
		a.found[i].read = r
		a.found[i].keep(rows)
		if _, err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}

// keep copies rows, all into one piece of memory: the connection uses its own again.
func (f *fetched) keep(rows *pgconn.ResultReader) {
	f.fields = slices.Clone(rows.FieldDescriptions())
	for rows.NextRow() {
		raw, size := rows.Values(), 0
		for _, v := range raw {
			size += len(v)
		}
		row, room := make([][]byte, len(raw)), make([]byte, 0, size)
		for i, v := range raw {
			if v != nil {
				room = append(room, v...)
				row[i] = room[len(room)-len(v):]
			}
		}
		f.rows = append(f.rows, row)
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

// pgOne is the session of a One: what it asks for goes in company, a statement alone as well.
type pgOne struct {
	session // of a Reader, which writes nothing
	ctx     context.Context
	trips   *pgTrips
}

func (s *pgOne) query(sql string, args []any) (cursor, error) {
	found, err := s.trips.ask(s.ctx, []read{{sql: sql, args: args}})
	if err != nil {
		return nil, err
	}
	return &aheadCursor{f: &found[0], at: -1}, nil
}

func (s *pgOne) batch(reads []read) error {
	found, err := s.trips.ask(s.ctx, reads)
	for i := range found {
		c := &aheadCursor{f: &found[i], at: -1}
		scan := func(dest ...any) error { return c.scan(dest) }
		for err == nil && c.next() {
			err = reads[i].each(scan)
		}
	}
	return err
}
