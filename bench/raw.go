package main

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"
)

// The statements of a checkout that read. The catalogue and the rules are kept in memory under the catalogue's stamp, by
// the store as here.
const (
	sqlReadReplay = `SELECT body_hash, status, header, body, sealed, version, at FROM replay
		WHERE partner_id = $1 AND actor = $2 AND request_id = $3 AND method = $4 AND target = $5`
	sqlReadCustomer = `SELECT id, domain, reseller_id, version, body FROM customer WHERE partner_id = $1 AND id = $2`
	sqlReadCart     = `SELECT version, body FROM cart WHERE partner_id = $1 AND customer_id = $2 AND id = $3`
	sqlReadStamp    = `SELECT stamp FROM catalogue WHERE id = 1`
	sqlWriteCart    = `UPDATE cart SET body = $5, version = version + 1
		WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND version = $4`
)

// database is one engine with two equal databases: one behind our server, one to be used raw.
type database interface {
	url() string                              // of the server's
	open(raw bool) (*sql.DB, error)           // for seeding and counting
	tables() string                           // the query that names all tables
	copy(ctx context.Context) error           // makes the raw one of the server's, which nobody has open
	raw(context.Context, *shape) (raw, error) // ready to check out
	cpu() meter                               // of the database server; nil where it is part of the process
}

// raw checks out without us.
type raw interface {
	checkout(customer, cart string) error
	close()
}

// side of the measure: each has its own copy of the database, and takes the same carts in the same order.
const (
	sideHTTP = iota
	sideRaw
	sides
)

// stock is what can be bought with.
type stock struct {
	customers []string
	carts     []string // a cart's customer: see customer
	shares    [sides][]share
	before    int64 // orders there were
	made      [sides]int64
}

// share is the carts of one row.
type share struct{ next, end atomic.Int64 }

// take takes the next cart of a row.
func (s *stock) take(side, row int) (customer, cart string, err error) {
	sh := &s.shares[side][row]
	i := sh.next.Add(1) - 1
	if i >= sh.end.Load() {
		return "", "", errSoldOut
	}
	return s.customers[int(i)%len(s.customers)], s.carts[i], nil
}

// measureRaw runs one round of a row without us.
func (b *bench) measureRaw(e database, r raw, st *stock, row int) (figures, error) {
	meters := []meter{machineCPU, ownCPU}
	if m := e.cpu(); m != nil {
		meters = append(meters, m)
	}
	f, used, err := drive(b.clients[row], b.measure/rounds, func(int) error {
		customer, cart, err := st.take(sideRaw, row)
		if err != nil {
			return err
		}
		return r.checkout(customer, cart)
	}, meters...)
	if err != nil {
		return f, err
	}
	st.made[sideRaw] += int64(f.total)
	f.busy, f.cpu = used[0], used[1]
	if len(used) > 2 {
		f.db = used[2]
	}
	return f, nil
}

func nowMicros() int64 { return time.Now().UnixMicro() }
