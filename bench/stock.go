package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

const (
	// buyers are so many that clients hardly ever wait for each other at one customer's row.
	buyers = 500
	// layRows is how many rows one statement lays in.
	layRows = 200
)

// layIn copies the learned customer's and cart's rows, as they were before the checkout, under new ids.
func layIn(ctx context.Context, d database, s *shape, carts []int) (st *stock, err error) {
	db, err := d.open(false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	st = &stock{}
	for range buyers {
		st.customers = append(st.customers, freshID(s.customer))
	}
	at := 0
	for side := range sides {
		st.shares[side] = make([]share, len(carts))
	}
	for i, n := range carts {
		for side := range sides {
			st.shares[side][i].next.Store(int64(at))
			st.shares[side][i].end.Store(int64(at + n))
		}
		at += n
	}
	for range at {
		st.carts = append(st.carts, freshID(s.cart))
	}
	domain := func(i int) string { return fmt.Sprintf("bench-%d.example", i) }
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	for _, one := range []struct {
		table, like string
		n           int
		set         func(i int) map[string]any
	}{
		{"tenant", s.customer, buyers, func(i int) map[string]any {
			return map[string]any{"id": st.customers[i], "domain": domain(i)}
		}},
		{"customer", s.customer, buyers, func(i int) map[string]any {
			return map[string]any{"id": st.customers[i], "domain": domain(i)}
		}},
		{"cart", s.cart, at, func(i int) map[string]any {
			return map[string]any{"id": st.carts[i], "customer_id": st.customers[i%buyers]}
		}},
	} {
		t := s.before[one.table]
		row := t.find("id", one.like)
		if row == nil {
			return nil, fmt.Errorf("no row of %s to lay in more by", one.table)
		}
		if err := layRowsIn(ctx, tx, one.table, t.columns, row, one.n, one.set); err != nil {
			return nil, fmt.Errorf("%s: %w", one.table, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, err
	}
	st.before, err = orders(ctx, db)
	return st, err
}

func layRowsIn(ctx context.Context, tx *sql.Tx, table string, columns []string, like []any, n int, set func(i int) map[string]any) error {
	for from := 0; from < n; from += layRows {
		rows := min(layRows, n-from)
		args := make([]any, 0, rows*len(columns))
		for i := range rows {
			row := slices.Clone(like)
			for column, v := range set(from + i) {
				row[slices.Index(columns, column)] = v
			}
			args = append(args, row...)
		}
		if _, err := tx.ExecContext(ctx, insertSQL(table, columns, rows), args...); err != nil {
			return err
		}
	}
	return nil
}

func orders(ctx context.Context, db *sql.DB) (n int64, err error) {
	err = db.QueryRowContext(ctx, `SELECT COUNT(*) FROM orders`).Scan(&n)
	return n, err
}

// found holds both databases to what was acknowledged: as many orders were made as checkouts answered.
func (b *bench) found(ctx context.Context, d database, st *stock) error {
	for side, name := range []string{sideHTTP: "served", sideRaw: "raw"} {
		db, err := d.open(side == sideRaw)
		if err != nil {
			return err
		}
		n, err := orders(ctx, db)
		if err = errors.Join(err, db.Close()); err != nil {
			return err
		}
		if n-st.before != st.made[side] {
			return fmt.Errorf("%d checkouts were answered, the %s database has %d more orders", st.made[side], name, n-st.before)
		}
	}
	return nil
}
