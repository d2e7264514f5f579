// SQLite's group writer: one goroutine takes what waits, up to 64 requests, runs each in a savepoint of one
// transaction, commits once, and only then lets the answers leave. It never waits for a group to grow.
package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/comptoir-dev/comptoir/internal/app"
)

const (
	liteGroup = 64   // requests in one transaction
	liteQueue = 1024 // requests waiting; more wait at the door, with their contexts
)

type liteWriter struct {
	conn    *liteConn
	delayed bool       // commits of conn do not wait for the disk
	log     *liteLog   // nil: no commit ever waits
	busy    sync.Mutex // held by the goroutine while it uses conn: it does so after the last caller has left, too
	jobs    chan *job
	done    chan struct{} // closed when the goroutine has ended

	mu     sync.RWMutex // held for reading while sending to jobs
	closed bool
}

// The states of a job: whoever leaves waiting first, the writer or the caller whose ctx ended, has it.
const (
	jobWaiting = iota
	jobTaken
	jobAbandoned
)

// job is one Update in the queue.
type job struct {
	u     *update
	state atomic.Int32
	ready chan struct{} // closed when the fields below are final

	reply    app.Reply
	err      error
	panicked error
}

func newLiteWriter(conn *liteConn, beside func() (*liteConn, error)) *liteWriter {
	w := &liteWriter{conn: conn, log: newLiteLog(conn, beside), jobs: make(chan *job, liteQueue), done: make(chan struct{})}
	go w.loop()
	return w
}

// update queues u and waits for its end. A ctx that ends before the writer takes u ends it there; later ones are not
// listened to any more, since the outcome would be unknown.
func (w *liteWriter) update(ctx context.Context, u *update) (app.Reply, error) {
	j := &job{u: u, ready: make(chan struct{})}
	if err := w.send(ctx, j); err != nil {
		return app.Reply{}, unavailable(err)
	}
	select {
	case <-j.ready:
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobWaiting, jobAbandoned) {
			return app.Reply{}, unavailable(context.Cause(ctx))
		}
		<-j.ready
	}
	if j.panicked != nil {
		panic(j.panicked) // in the caller, where it belongs
	}
	return j.reply, j.err
}

func (w *liteWriter) send(ctx context.Context, j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case w.jobs <- j:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (w *liteWriter) close() error {
	if !w.stop() {
		return nil
	}
	return errors.Join(w.log.close(), w.conn.close())
}

// stop lets what waits run to its end and ends the goroutine; the connection is the caller's then. False: it was stopped before.
func (w *liteWriter) stop() bool {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return false
	}
	w.closed = true
	close(w.jobs)
	w.mu.Unlock()
	<-w.done
	return true
}

func (w *liteWriter) loop() {
	defer close(w.done)
	group := make([]*job, 0, liteGroup)
	for first := range w.jobs {
		group = take(group[:0], first)
	drain:
		for len(group) < liteGroup {
			select {
			case j, ok := <-w.jobs:
				if !ok {
					break drain
				}
				if j.u.large() || first.u.large() { // in a transaction of its own
					w.serve(group)
					group, first = group[:0], j
				}
				group = take(group, j)
			default:
				break drain
			}
		}
		w.serve(group)
		clear(group[:cap(group)])
	}
}

// serve answers a group, and tends the log when its callers have left.
func (w *liteWriter) serve(group []*job) {
	w.busy.Lock()
	defer w.busy.Unlock()
	w.run(group)
	w.log.tend()
}

// take adds j to the group unless its caller has left.
func take(group []*job, j *job) []*job {
	if j.state.CompareAndSwap(jobWaiting, jobTaken) {
		return append(group, j)
	}
	return group
}

// run answers every job of the group. A transaction that dies takes the whole group with it, so each is then run
// again alone, and only the one at fault bears it.
func (w *liteWriter) run(group []*job) {
	if len(group) == 0 {
		return
	}
	begun, err := w.together(group)
	for _, j := range group {
		alone := err
		if begun && err != nil {
			_, alone = w.together([]*job{j})
		}
		if alone != nil {
			j.reply, j.err = app.Reply{}, alone
		}
		close(j.ready)
	}
}

// together runs the group in one transaction. With an error nothing of it is kept, and the jobs' fields mean nothing;
// not begun: no job has run.
func (w *liteWriter) together(group []*job) (begun bool, err error) {
	if err := w.delay(group); err != nil {
		return false, err
	}
	if err := w.begin(); err != nil {
		return false, err
	}
	if len(group) == 1 { // what it does not keep, the transaction takes back: no savepoint
		if !w.decide(group[0]) {
			w.rollback()
			return true, nil
		}
	} else if err := w.attemptAll(group); err != nil {
		w.rollback()
		return true, err
	}
	if _, err := w.conn.do("COMMIT", nil); err != nil {
		w.rollback()
		err, _ = liteError(err)
		return true, err
	}
	return true, nil
}

// delay has the commit of a group wait for the disk, unless all of its acts are delayed.
func (w *liteWriter) delay(group []*job) error {
	level, delayed := "synchronous(FULL)", !slices.ContainsFunc(group, func(j *job) bool { return !j.u.act.Delayed })
	if w.log == nil || delayed == w.delayed {
		return nil
	}
	if delayed {
		level = "synchronous(NORMAL)" // the file is still written after the log is durable
	}
	if err := w.conn.h.pragma(level); err != nil {
		err, _ = liteError(err)
		return err
	}
	w.delayed = delayed
	return nil
}

func (w *liteWriter) attemptAll(group []*job) error {
	for _, j := range group {
		if err := w.attempt(j); err != nil {
			return err
		}
	}
	return nil
}

func (w *liteWriter) begin() error {
	_, err := w.conn.do("BEGIN IMMEDIATE", nil)
	if err != nil {
		w.rollback()
		err, _ = liteError(err)
	}
	return err
}

// rollback ends the transaction; that there is none any more is no error.
func (w *liteWriter) rollback() { _, _ = w.conn.do("ROLLBACK", nil) }

// attempt runs j in a savepoint. An error means that the whole transaction is dead ("no such savepoint") or no longer
// to be trusted; j's own refusal is in j.
func (w *liteWriter) attempt(j *job) error {
	if _, err := w.conn.do("SAVEPOINT act", nil); err != nil {
		err, _ = liteError(err)
		return err
	}
	keep := w.decide(j)
	if !keep {
		if _, err := w.conn.do("ROLLBACK TO act", nil); err != nil {
			err, _ = liteError(err)
			return errors.Join(j.err, err)
		}
	}
	if _, err := w.conn.do("RELEASE act", nil); err != nil {
		err, _ = liteError(err)
		return errors.Join(j.err, err)
	}
	return nil
}

// decide runs j's act; keep says whether what it wrote stays. A panic is kept for the caller.
func (w *liteWriter) decide(j *job) (keep bool) {
	j.reply, j.err, j.panicked = app.Reply{}, nil, nil
	t := j.u.tx(w.conn)
	returned := false
	defer func() {
		_ = t.end()
		if returned {
			return
		}
		v := recover()
		if v == nil {
			panic("store: fn ended the writer's goroutine (t.FailNow or runtime.Goexit inside Update)")
		}
		keep, j.panicked = false, fmt.Errorf("store: panic in an act: %v\n%s", v, debug.Stack())
	}()
	var found *record
	if j.u.key != (replayKey{}) {
		var rec record
		switch err := t.queryRow(sqlReplay, j.u.key.args()...).scan(rec.dest()...); err {
		case nil:
			found = &rec
		case errNoRow:
		default:
			j.err, returned = err, true
			return false
		}
	}
	j.reply, keep, j.err = j.u.run(t, found)
	returned = true
	return keep && j.err == nil
}
