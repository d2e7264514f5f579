// Orders with their lines.
package store

import (
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	// One read brings orders and lines: few columns are repeated, a trip is saved.
	orderColumns = `o.id, o.customer_id, o.plan, o.currency, o.at, o.status, o.system, o.version,
			l.n, l.subscription_id, l.state, l.ended_at, l.body`
	sqlOrders = `SELECT ` + orderColumns + `
		FROM orders o LEFT JOIN order_line l ON l.partner_id = o.partner_id AND l.order_id = o.id
		WHERE o.partner_id = $1 AND o.customer_id = $2`
	sqlCustomerOrder = `SELECT c.*, ` + orderColumns + ` FROM (` + sqlCustomer + `) c
		LEFT JOIN orders o ON o.partner_id = $1 AND o.customer_id = $2 AND o.id = $3
		LEFT JOIN order_line l ON l.partner_id = $1 AND l.order_id = o.id`
	// CROSS JOIN has SQLite look each key up; with IN it walks all orders of the partner.
	sqlOrdersByKey = `) SELECT ` + orderColumns + `
		FROM wanted w CROSS JOIN orders o LEFT JOIN order_line l ON l.partner_id = o.partner_id AND l.order_id = o.id
		WHERE o.partner_id = $1 AND o.customer_id = w.customer_id AND o.id = w.id`
	sqlOrdersByID     = ` AND o.id = ? ORDER BY l.n`
	sqlOrdersByShort  = ` AND o.alternate_id = ? ORDER BY o.at, o.id, l.n`
	sqlOrdersInCart   = ` AND o.cart_id = ? ORDER BY o.at, o.n, o.id, l.n`
	sqlOrdersOfPlan   = ` AND o.plan = ?`
	sqlOrdersNewest   = ` ORDER BY o.at DESC, o.n DESC, o.id DESC, l.n`
	sqlOrderKeysOf    = `SELECT customer_id, id FROM orders WHERE partner_id = $1 AND customer_id = $2`
	sqlOrderKeysPlan  = ` AND plan = ?`
	sqlOrderKeysAfter = ` AND (at, n, id) < (SELECT at, n, id FROM orders WHERE partner_id = $1 AND customer_id = $2 AND id = ?)`
	sqlOrdersOfOurs   = ` AND o.customer_id IN (SELECT id FROM customer WHERE partner_id = $1 AND reseller_id = ?)`
	sqlOrdersTogether = ` ORDER BY o.customer_id, o.id, l.n`

	sqlOrderInsert = `INSERT INTO orders (partner_id, customer_id, id, alternate_id, cart_id, plan, currency, at, n, status, system)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	sqlOrderUpdate = `UPDATE orders SET status = $5, version = version + 1
		WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND version = $4`
	sqlLineInsert = `INSERT INTO order_line (partner_id, order_id, n, subscription_id, state, ended_at, policy, at, body)`
	sqlLineEnd    = `UPDATE order_line SET state = $4, ended_at = $5, body = $6
		WHERE partner_id = $1 AND order_id = $2 AND n = $3 AND state = 'active'`
)

var lineInsert = newBulk(sqlLineInsert)

type lineShape struct {
	Type         order.LineType     `json:"type,omitempty"`
	Item         itemShape          `json:"item,omitzero"`
	Title        string             `json:"title,omitempty"`
	FriendlyName string             `json:"name,omitempty"`
	Kind         catalog.Kind       `json:"kind,omitempty"`
	Class        catalog.Class      `json:"class,omitempty"`
	Publisher    id.Publisher       `json:"publisher,omitempty"`
	Quantity     int64              `json:"quantity,omitempty"`
	Term         termShape          `json:"term,omitzero"`
	Plan         catalog.Plan       `json:"plan,omitempty"`
	Tariff       tariffShape        `json:"tariff,omitzero"`
	Parent       id.Subscription    `json:"parent,omitempty"`
	From         id.Subscription    `json:"from,omitempty"`
	FromItem     itemShape          `json:"from_item,omitzero"`
	Participants []participantShape `json:"participants,omitempty"`
	Context      map[string]string  `json:"context,omitzero"`
	Attested     bool               `json:"attested,omitempty"`
	OnRecord     bool               `json:"on_record,omitempty"`
	TermEnd      *int64             `json:"term_end,omitempty"`
	Acknowledged bool               `json:"acknowledged,omitempty"`
}

func lineBody(l order.Line) string {
	return toBody(lineShape{
		l.Type, fromItem(l.Item), l.Title, l.FriendlyName, l.Kind, l.Class, l.Publisher, l.Quantity, fromTerm(l.Term), l.Plan,
		fromTariff(l.Tariff), l.Parent, l.From, fromItem(l.FromItem), fromParticipants(l.Participants), l.Context, l.Attested, l.OnRecord,
		micros(l.TermEnd), l.Acknowledged,
	})
}

// orders reads what f finds: rows of one order follow each other.
func (r *Reader) orders(f *filter) ([]order.Order, error) {
	rs := r.query(f.sql.String(), f.args...)
	defer rs.close()
	var all orderRows
	for rs.next() {
		if err := all.add(rs.scan); err != nil {
			return nil, err
		}
	}
	return all.found, rs.err()
}

// orderRows are orders as they come together of rows: one for each line, those of an order one after another.
type orderRows struct {
	found []order.Order
	order order.Order // of the row that was read last, without lines
	line  order.Line
	shape lineShape
}

func (all *orderRows) add(scan func(...any) error) error {
	o, l, b := &all.order, &all.line, &all.shape
	*b = lineShape{}
	if err := scan(&o.ID, &o.Customer, &o.Plan, &o.Currency, &o.At, &o.Status, &o.System, &o.Version,
		&l.Number, &l.Subscription, &l.State, &l.EndedAt, body{b}); err != nil {
		return err
	}
	if n := len(all.found); n == 0 || all.found[n-1].ID != o.ID {
		all.found = append(all.found, *o)
	}
	if l.State == "" { // an order without lines
		return nil
	}
	l.Type, l.Item, l.Title, l.FriendlyName = b.Type, b.Item.item(), b.Title, b.FriendlyName
	l.Kind, l.Class, l.Publisher, l.Quantity = b.Kind, b.Class, b.Publisher, b.Quantity
	l.Term, l.Plan, l.Tariff, l.Parent = b.Term.term(), b.Plan, b.Tariff.tariff(), b.Parent
	l.From, l.FromItem, l.TermEnd = b.From, b.FromItem.item(), instant(b.TermEnd)
	l.Participants, l.Context, l.Acknowledged = participants(b.Participants), b.Context, b.Acknowledged
	l.Attested, l.OnRecord = b.Attested, b.OnRecord
	last := &all.found[len(all.found)-1]
	if last.Lines == nil {
		last.Lines = make([]order.Line, 0, 3) // most have no more; a line is large to copy
	}
	last.Lines = append(last.Lines, *l)
	return nil
}

// Order implements app.Reader.
func (r *Reader) Order(s party.Scope, c id.Customer, orderOrAlternate string) (order.Order, error) {
	if err := r.within(s, c); err != nil {
		return order.Order{}, err
	}
	for _, by := range [2]string{sqlOrdersByID, sqlOrdersByShort} { // an OR of the two would walk all the customer's orders
		f := where(sqlOrders, s.Partner(), c)
		f.and(by, orderOrAlternate)
		if found, err := r.orders(f); err != nil {
			return order.Order{}, err
		} else if len(found) > 0 {
			return found[0], nil
		}
	}
	return order.Order{}, fault.NotFound("order.unknown", nil)
}

// CustomerOrder implements app.Reader. What is not found by its id is asked for by its short one.
func (r *Reader) CustomerOrder(s party.Scope, c id.Customer, orderOrAlternate string) (party.Customer, order.Order, error) {
	var rows orderRows
	customer, err := r.customerJoined(s, c, sqlCustomerOrder, orderOrAlternate, rows.add)
	if err != nil {
		return party.Customer{}, order.Order{}, err
	}
	if found := rows.found[0]; found.ID != "" {
		slices.SortFunc(found.Lines, func(a, b order.Line) int { return a.Number - b.Number }) // few, and as good as always sorted by their key
		return customer, found, nil
	}
	o, err := r.Order(s, c, orderOrAlternate)
	return customer, o, err
}

// CartOrders implements app.Reader.
func (r *Reader) CartOrders(s party.Scope, c id.Customer, cart id.Cart) ([]order.Order, error) {
	if err := r.within(s, c); err != nil {
		return nil, err
	}
	f := where(sqlOrders, s.Partner(), c)
	f.and(sqlOrdersInCart, cart)
	return r.orders(f)
}

// Orders implements app.Reader.
func (r *Reader) Orders(s party.Scope, c id.Customer, plan catalog.Plan) ([]order.Order, error) {
	if err := r.within(s, c); err != nil {
		return nil, err
	}
	f := where(sqlOrders, s.Partner(), c)
	equal(f, sqlOrdersOfPlan, plan)
	f.and(sqlOrdersNewest)
	return r.orders(f)
}

// OrderPage implements app.Reader: keys in their order, then the orders by key.
func (r *Reader) OrderPage(s party.Scope, c id.Customer, q app.OrderQuery) ([]order.Order, error) {
	if err := r.within(s, c); err != nil {
		return nil, err
	}
	f := where(sqlOrderKeysOf, s.Partner(), c)
	equal(f, sqlOrderKeysPlan, q.Plan)
	equal(f, sqlOrderKeysAfter, q.After)
	f.and(" ORDER BY at DESC, n DESC, id DESC")
	f.limit(q.Limit)
	keys, err := rowsOf(r, f, func(k *app.OrderKey, scan func(dest ...any) error) error { return scan(&k.Customer, &k.Order) })
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	found, err := r.OrdersByKey(s, keys)
	place := map[id.Order]int{}
	for i, k := range keys {
		place[k.Order] = i
	}
	slices.SortFunc(found, func(x, y order.Order) int { return place[x.ID] - place[y.ID] })
	return found, err
}

// wanted begins a filter with things of customers by their keys; rest reads them.
func wanted[K any](s party.Scope, keys []K, rest string, pair func(K) (customer, thing string)) *filter {
	n := 1
	for n < len(keys) { // filled up to a power of two: few texts for any number
		n *= 2
	}
	args := make([]any, 2*n)
	for i := range n {
		args[2*i], args[2*i+1] = "", ""
		if i < len(keys) {
			args[2*i], args[2*i+1] = pair(keys[i])
		}
	}
	f := where("WITH wanted (customer_id, id) AS (VALUES ", s.Partner())
	f.and("(?, ?)"+strings.Repeat(", (?, ?)", n-1)+rest, args...)
	return f
}

// OrdersByKey implements app.Reader.
func (r *Reader) OrdersByKey(s party.Scope, keys []app.OrderKey) (all []order.Order, err error) {
	for some := range slices.Chunk(keys, 1000) {
		f := wanted(s, some, sqlOrdersByKey, func(k app.OrderKey) (string, string) { return string(k.Customer), string(k.Order) })
		equal(f, sqlOrdersOfOurs, s.Reseller())
		f.and(sqlOrdersTogether)
		found, err := r.orders(f)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// AddOrder implements app.Tx. Orders of one act keep the order they were added in.
func (t *Tx) AddOrder(o order.Order, cart id.Cart) error {
	if err := t.exec(1, nil, sqlOrderInsert, t.scope.Partner(), o.Customer, o.ID, id.AlternateID(o.ID), null(cart), o.Plan,
		o.Currency, o.At, t.next(), o.Status, o.System); err != nil {
		return err
	}
	args := make([]any, 0, len(o.Lines)*lineInsert.columns)
	for _, l := range o.Lines {
		args = append(args, t.scope.Partner(), o.ID, l.Number, null(l.Subscription), l.State, l.EndedAt, l.Tariff.Policy, o.At, lineBody(l))
	}
	return t.add(lineInsert, args)
}

// SaveOrder implements app.Tx: its status and the ends of its lines, with what was said then. A line that has ended stays as it ended.
func (t *Tx) SaveOrder(o order.Order) error {
	if err := t.exec(1, fault.Conflict("order.changed", nil), sqlOrderUpdate,
		t.scope.Partner(), o.Customer, o.ID, o.Version, o.Status); err != nil {
		return err
	}
	for _, l := range o.Lines {
		if l.State == order.LineActive {
			continue
		}
		if err := t.exec(anyRows, nil, sqlLineEnd, t.scope.Partner(), o.ID, l.Number, l.State, l.EndedAt, lineBody(l)); err != nil {
			return err
		}
	}
	return nil
}
