// Objects asked for by their id leave for PostgreSQL in company (decision 0027): what waits while others are on their way goes
// out together, in one write, and is answered in one read. Half of what PostgreSQL does for one object is to wake and to sleep.
package store

import (
	"context"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
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
	reads []read
	found []fetched
	err   error
	done  chan struct{}
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

// trip answers all of asks, or says why not. Who is left over when one fails goes again, on another connection: what the driver
// reads behind an error it takes for the answers to other statements.
func (t *pgTrips) trip(conn *pgxpool.Conn, err error, asks []*pgAsk) {
	for together := true; err == nil; together = false { // once something failed each is asked alone: it may be one of many
		asks = answer(conn.Conn(), questionsOf(asks, together))
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

// answer answers questions up to the first that fails, and says whose are left.
func answer(c *pgx.Conn, questions []pgQuestion) (left []*pgAsk) {
	if len(questions) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), viewTimeout)
	defer cancel()
	for i := range questions {
		if err := questions[i].prepare(ctx, c); err != nil { // nothing was sent
			return append(questions[i].failed(err), askers(slices.Delete(questions, i, i+1))...)
		}
	}
	p := c.PgConn().StartPipeline(ctx)
	for i := range questions {
		questions[i].send(p)
	}
	p.SendPipelineSync() // one end for all: at READ COMMITTED each statement sees what was committed before it, whoever's it is
	flushed := p.Flush()
	for i := range questions {
		err := flushed
		if err == nil {
			err = questions[i].receive(p)
		}
		if err != nil {
			err = pgStatement(c, err, questions[i].asks[0].reads[0].sql)
			_ = c.Close(ctx) // its statements may be of a schema that is no more
			return append(questions[i].failed(err), askers(questions[i+1:])...)
		}
	}
	if p.Close() != nil {
		_ = c.Close(ctx)
	}
	return nil
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
		_ = c.close() // never fails
	}
	return err
}
