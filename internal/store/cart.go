// Carts, lines and all in one row: they are read and written whole.
package store

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlCart       = `SELECT version, body FROM cart WHERE partner_id = $1 AND customer_id = $2 AND id = $3`
	sqlCartInsert = `INSERT INTO cart (partner_id, customer_id, id, body) VALUES ($1, $2, $3, $4)`
	sqlCartUpdate = `UPDATE cart SET body = $5, version = version + 1
		WHERE partner_id = $1 AND customer_id = $2 AND id = $3 AND version = $4`
)

type cartShape struct {
	CreatedAt *int64          `json:"created,omitempty"`
	ChangedAt *int64          `json:"changed,omitempty"`
	ExpiresAt *int64          `json:"expires,omitempty"`
	ChangedBy string          `json:"by,omitempty"`
	Ordered   bool            `json:"ordered,omitempty"`
	Attested  bool            `json:"attested,omitempty"`
	Lines     []cartLineShape `json:"lines,omitempty"`
}

type cartLineShape struct {
	ID           int                `json:"id"`
	Item         itemShape          `json:"item,omitzero"`
	Raw          string             `json:"raw,omitempty"`
	FriendlyName string             `json:"name,omitempty"`
	Quantity     int64              `json:"quantity,omitempty"`
	Plan         catalog.Plan       `json:"plan,omitempty"`
	Term         termShape          `json:"term,omitzero"`
	Context      map[string]string  `json:"context,omitzero"`
	Participants []participantShape `json:"participants,omitempty"`
	RenewsTo     termShape          `json:"renews_to,omitzero"`
	Parent       id.Subscription    `json:"parent,omitempty"`
	AddOns       []cartLineShape    `json:"add_ons,omitempty"`
	Attested     bool               `json:"attested,omitempty"`
	TermEnd      *int64             `json:"term_end,omitempty"`
	Title        string             `json:"title,omitempty"`
	Currency     money.Currency     `json:"currency,omitempty"`
	PriceRow     string             `json:"price_row,omitempty"`
	Unit         priceShape         `json:"unit,omitzero"`
	Group        string             `json:"group,omitempty"`
	Fault        *faultShape        `json:"fault,omitempty"`
	Placed       id.Order           `json:"placed,omitempty"`
}

type participantShape struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// faultShape keeps the reason a line cannot be bought.
type faultShape struct {
	Kind fault.Kind `json:"kind"`
	Code string     `json:"code"`
	Args []argShape `json:"args,omitempty"`
}

// argShape is one named value of a fault: one of its fields is set. Integers come back as int64.
type argShape struct {
	Name string  `json:"name"`
	Text *string `json:"text,omitempty"`
	Int  *int64  `json:"int,omitempty"`
	At   *int64  `json:"at,omitempty"`
	Bool *bool   `json:"bool,omitempty"`
}

func fromFault(f *fault.Fault) (*faultShape, error) {
	if f == nil {
		return nil, nil //nolint:nilnil // no fault, no shape
	}
	s := &faultShape{Kind: f.Kind, Code: f.Code}
	for _, name := range slices.Sorted(maps.Keys(f.Args)) {
		a := argShape{Name: name}
		switch v := f.Args[name].(type) {
		case string:
			a.Text = &v
		case int:
			n := int64(v)
			a.Int = &n
		case int64:
			a.Int = &v
		case bool:
			a.Bool = &v
		case time.Time:
			a.At = micros(v)
		default:
			return nil, fmt.Errorf("store: a fault's argument %s of type %T", name, v)
		}
		s.Args = append(s.Args, a)
	}
	return s, nil
}

func (s *faultShape) fault() *fault.Fault {
	if s == nil {
		return nil
	}
	f := &fault.Fault{Kind: s.Kind, Code: s.Code}
	for _, a := range s.Args {
		if f.Args == nil {
			f.Args = fault.Args{}
		}
		switch {
		case a.Text != nil:
			f.Args[a.Name] = *a.Text
		case a.Int != nil:
			f.Args[a.Name] = *a.Int
		case a.Bool != nil:
			f.Args[a.Name] = *a.Bool
		default:
			f.Args[a.Name] = instant(a.At)
		}
	}
	return f
}

func fromParticipants(ps []order.Participant) (out []participantShape) {
	for _, p := range ps {
		out = append(out, participantShape(p))
	}
	return out
}

func participants(ps []participantShape) (out []order.Participant) {
	for _, p := range ps {
		out = append(out, order.Participant(p))
	}
	return out
}

func fromCartLines(lines []order.CartLine) (out []cartLineShape, err error) {
	for _, l := range lines {
		s := cartLineShape{
			ID: l.ID, Item: fromItem(l.Item), Raw: l.Raw, FriendlyName: l.FriendlyName, Quantity: l.Quantity, Plan: l.Plan,
			Term: fromTerm(l.Term), Context: l.Context, Participants: fromParticipants(l.Participants),
			RenewsTo: fromTerm(l.RenewsTo), Parent: l.Parent, Attested: l.Attested, TermEnd: micros(l.TermEnd), Title: l.Title, Currency: l.Currency,
			PriceRow: l.PriceRow, Unit: fromPrice(l.Unit), Group: l.Group, Placed: l.Placed,
		}
		if s.AddOns, err = fromCartLines(l.AddOns); err != nil {
			return nil, err
		}
		if s.Fault, err = fromFault(l.Fault); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func cartLines(shapes []cartLineShape) (out []order.CartLine) {
	for _, s := range shapes {
		out = append(out, order.CartLine{
			ID: s.ID, Item: s.Item.item(), Raw: s.Raw, FriendlyName: s.FriendlyName, Quantity: s.Quantity, Plan: s.Plan,
			Term: s.Term.term(), Context: s.Context, Participants: participants(s.Participants), RenewsTo: s.RenewsTo.term(),
			Parent: s.Parent, AddOns: cartLines(s.AddOns), Attested: s.Attested, TermEnd: instant(s.TermEnd), Title: s.Title, Currency: s.Currency,
			PriceRow: s.PriceRow, Unit: s.Unit.price(), Group: s.Group, Fault: s.Fault.fault(), Placed: s.Placed,
		})
	}
	return out
}

func cartBody(c order.Cart) (string, error) {
	lines, err := fromCartLines(c.Lines)
	if err != nil {
		return "", err
	}
	return toBody(cartShape{micros(c.CreatedAt), micros(c.ChangedAt), micros(c.ExpiresAt), c.ChangedBy, c.Ordered, c.Attested, lines}), nil
}

// Cart implements app.Reader.
func (r *Reader) Cart(s party.Scope, c id.Customer, cart id.Cart) (order.Cart, error) {
	if err := r.within(s, c); err != nil {
		return order.Cart{}, err
	}
	var version int64
	var b cartShape
	if err := r.queryRow(sqlCart, s.Partner(), c, cart).
		scanOr(fault.NotFound("cart.unknown", nil), &version, body{&b}); err != nil {
		return order.Cart{}, err
	}
	return order.Cart{
		ID: cart, Customer: c, CreatedAt: instant(b.CreatedAt), ChangedAt: instant(b.ChangedAt), ExpiresAt: instant(b.ExpiresAt),
		ChangedBy: b.ChangedBy, Ordered: b.Ordered, Attested: b.Attested, Lines: cartLines(b.Lines), Version: version,
	}, nil
}

// AddCart implements app.Tx.
func (t *Tx) AddCart(c order.Cart) error {
	text, err := cartBody(c)
	if err != nil {
		return t.fail(err)
	}
	return t.exec(1, nil, sqlCartInsert, t.scope.Partner(), c.Customer, c.ID, text)
}

// SaveCart implements app.Tx.
func (t *Tx) SaveCart(c order.Cart) error {
	text, err := cartBody(c)
	if err != nil {
		return t.fail(err)
	}
	return t.exec(1, fault.Conflict("cart.changed", nil), sqlCartUpdate, t.scope.Partner(), c.Customer, c.ID, c.Version, text)
}
