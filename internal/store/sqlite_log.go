// SQLite's log: the writer appends to it, and somebody else moves it into the file meanwhile. Moved by the writer, at the
// end of a commit that happens to fill it, every caller in the queue waited for 16 MB of scattered pages (100 ms).
package store

import "fmt"

const (
	// logPart is how many pages are written (4 MB) between two times that the log is moved beside the writer.
	logPart = 1000
	// logWhole is how long the log may grow (32 MB). It starts anew only when all of it was moved while nobody wrote: what
	// was written since the last move, the writer moves itself.
	logWhole = 8 * logPart
)

// liteLog counts what its writer appends. Its methods are the writer's.
type liteLog struct {
	writer *liteConn
	pages  int // since it began
	part   int // of them, since it was moved last
	finish int // pages at which the writer moves the rest

	open   func() (*liteConn, error) // what moves
	beside *liteConn                 // nil: nothing was moved yet
	wake   chan struct{}             // holds one
	done   chan struct{}             // closed when nobody moves any more
}

func newLiteLog(writer *liteConn, open func() (*liteConn, error)) *liteLog {
	l := &liteLog{writer: writer, open: open, finish: logWhole, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go l.loop()
	return l
}

func (l *liteLog) loop() {
	defer close(l.done)
	for range l.wake { // what is left is moved the next time
		if l.beside == nil {
			c, err := l.open()
			if err != nil {
				continue
			}
			l.beside = c
		}
		_, _ = l.beside.moveLog()
	}
}

// tend is called after a commit, when its callers have their answers.
func (l *liteLog) tend() {
	n, err := l.writer.h.written()
	if err != nil {
		n = 1
	}
	l.pages += n
	l.part += n
	if l.pages >= l.finish {
		switch whole, err := l.writer.moveLog(); {
		case err == nil && whole:
			l.pages, l.part, l.finish = 0, 0, logWhole
		default: // a reader needs it, or it is being moved
			l.finish = l.pages + logPart/4
		}
	}
	if l.part >= logPart {
		select {
		case l.wake <- struct{}{}:
			l.part = 0
		default:
		}
	}
}

func (l *liteLog) close() error {
	close(l.wake)
	<-l.done
	if l.beside == nil {
		return nil
	}
	return l.beside.close()
}

// moveLog moves what it can into the file, waiting for nobody; whole: nothing is left that is not in the file.
func (c *liteConn) moveLog() (whole bool, err error) {
	err = c.batch([]read{{sql: "PRAGMA wal_checkpoint(PASSIVE)", each: func(scan func(...any) error) error {
		var busy, all, moved int64
		err := scan(&busy, &all, &moved)
		whole = busy == 0 && all == moved
		return err
	}}})
	if err != nil {
		return false, fmt.Errorf("store: moving the log: %w", err)
	}
	return whole, nil
}
