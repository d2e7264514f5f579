package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// shape is what one checkout writes, learned from a real one: the rows with their sizes, to be written again with ids and
// instants of their own. So the raw side keeps up with the store by itself.
type shape struct {
	partner, customer, cart string
	before                  snapshot // where the customer's and the cart's rows are taken from
	cartBody                string   // after the checkout
	at                      int64    // when it was, in microseconds
	inserts                 []insert
	replay                  *insert  // one of inserts
	fresh                   []string // ids that it made
}

// insert is the rows of one table, written by one statement.
type insert struct {
	table   string
	columns []string
	rows    int
	sql     string
	args    []slot
}

// slot is how an argument comes to its value.
type slot struct {
	kind  slotKind
	value any // as learned
	n     int // of a fresh id
}

type slotKind int

const (
	slotSame     slotKind = iota
	slotFresh             // an id that the checkout made
	slotInstant           // as far from the checkout as it was
	slotCustomer          // the customer's id
	slotCart              // the cart's id
	slotTarget            // text that holds both
)

// written is the order of the tables that the store writes in; others follow by name.
var written = []string{"orders", "order_line", "activity", "subscription", "charge", "posting", "replay"}

// shapeOf compares a database before and after one checkout.
func shapeOf(before, after snapshot, partner, customer, cart string) (*shape, error) {
	s := &shape{partner: partner, customer: customer, cart: cart, before: before}
	known := map[string]bool{} // texts that were there before: whatever else looks like an id was made by the checkout
	for _, t := range before {
		for _, row := range t.rows {
			for i, v := range row {
				if text, ok := v.(string); ok && t.columns[i] != "body" {
					known[text] = true
				}
			}
		}
	}
	made := map[string][][]any{}
	var names []string
	for name, t := range after {
		added, gone := t.less(before[name]), before[name].less(t)
		switch {
		case name == "clock": // the sandbox's own
		case name == "cart" && len(added) == 1 && len(gone) == 1:
			s.cartBody = added[0][t.column("body")].(string)
		case len(gone) > 0:
			return nil, fmt.Errorf("a checkout changed rows of %s, which the raw side does not", name)
		case len(added) > 0:
			made[name] = added
			names = append(names, name)
		}
	}
	if made["orders"] == nil || made["replay"] == nil || s.cartBody == "" {
		return nil, fmt.Errorf("a checkout wrote no order, no replay record, or left its cart: %v", names)
	}
	s.at = made["orders"][0][after["orders"].column("at")].(int64)
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
	for _, name := range names {
		s.inserts = append(s.inserts, s.insertOf(name, after[name].columns, made[name], known))
	}
	for i := range s.inserts {
		if s.inserts[i].table == "replay" {
			s.replay = &s.inserts[i]
		}
	}
	return s, nil
}

func place(table string) int {
	if i := slices.Index(written, table); i >= 0 {
		return i
	}
	return len(written)
}

func (s *shape) insertOf(table string, columns []string, rows [][]any, known map[string]bool) insert {
	in := insert{table: table, columns: columns, rows: len(rows)}
	for _, row := range rows {
		for i, v := range row {
			in.args = append(in.args, s.slot(columns[i], v, known))
		}
	}
	in.sql = insertSQL(table, columns, len(rows))
	return in
}

// slot: bodies stay as they are, whatever ids they hold: their size is what counts.
func (s *shape) slot(column string, v any, known map[string]bool) slot {
	const year2001 = 1e15 // microseconds
	switch v := v.(type) {
	case int64:
		if v > year2001 {
			return slot{kind: slotInstant, value: v}
		}
	case string:
		switch {
		case column == "body":
		case v == s.customer:
			return slot{kind: slotCustomer, value: v}
		case v == s.cart:
			return slot{kind: slotCart, value: v}
		case strings.Contains(v, s.cart):
			return slot{kind: slotTarget, value: v}
		case len(v) >= 12 && !known[v]:
			n := slices.Index(s.fresh, v)
			if n < 0 {
				n = len(s.fresh)
				s.fresh = append(s.fresh, v)
			}
			return slot{kind: slotFresh, value: v, n: n}
		}
	}
	return slot{kind: slotSame, value: v}
}

// insertSQL inserts rows with all their columns by one statement.
func insertSQL(table string, columns []string, rows int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", table, strings.Join(columns, ", "))
	n := 0
	for row := range rows {
		if row > 0 {
			b.WriteString(", ")
		}
		for col := range columns {
			n++
			b.WriteString([]string{", $", "($"}[btoi(col == 0)] + strconv.Itoa(n))
		}
		b.WriteByte(')')
	}
	return b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// String says what a checkout writes.
func (s *shape) String() string {
	var parts []string
	for _, in := range s.inserts {
		parts = append(parts, fmt.Sprintf("%d %s", in.rows, in.table))
	}
	bytes := len(s.cartBody)
	for _, in := range s.inserts {
		for _, a := range in.args {
			switch v := a.value.(type) {
			case string:
				bytes += len(v)
			case []byte:
				bytes += len(v)
			}
		}
	}
	return fmt.Sprintf("%s, and changes its cart: %.1f kB", strings.Join(parts, ", "), float64(bytes)/1000)
}

// again is the shape for one more checkout.
type again struct {
	customer, cart string
	shift          int64 // microseconds since the one learned
	fresh          []string
}

func (s *shape) again(customer, cart string, now int64) again {
	a := again{customer: customer, cart: cart, shift: now - s.at, fresh: make([]string, len(s.fresh))}
	for i, like := range s.fresh {
		a.fresh[i] = freshID(like)
	}
	return a
}

// freshID is a random id as long as another, with its dashes.
func freshID(like string) string {
	const digits = "0123456789abcdef"
	id := []byte(like)
	var bits uint64
	for i, c := range id {
		if i%16 == 0 {
			bits = rand.Uint64()
		}
		if c != '-' {
			id[i] = digits[bits&15]
		}
		bits >>= 4
	}
	return string(id)
}

// args of an insert.
func (s *shape) args(in *insert, a *again) []any {
	out := make([]any, len(in.args))
	for i := range in.args {
		out[i] = s.arg(&in.args[i], a)
	}
	return out
}

func (s *shape) arg(sl *slot, a *again) any {
	switch sl.kind {
	case slotFresh:
		return a.fresh[sl.n]
	case slotInstant:
		return sl.value.(int64) + a.shift
	case slotCustomer:
		return a.customer
	case slotCart:
		return a.cart
	case slotTarget:
		return strings.NewReplacer(s.customer, a.customer, s.cart, a.cart).Replace(sl.value.(string))
	}
	return sl.value
}

// replayKey is what the store looks for before it acts.
func (s *shape) replayKey(a *again) []any {
	var key []any
	for _, column := range []string{"partner_id", "actor", "request_id", "method", "target"} {
		key = append(key, s.arg(&s.replay.args[slices.Index(s.replay.columns, column)], a))
	}
	return key
}
