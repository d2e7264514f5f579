package order

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// Slot is one place of a limited offer (F13), taken in the purchase's transaction. It is given back when a concurrent
// limit's subscription ends.
type Slot struct {
	Ref          catalog.Ref
	N            int             // 1 … limit
	Subscription id.Subscription // empty for perpetual software, whose place is taken for good
}

// GroupFault tells why the lines of a group did not become an order. The other groups do.
type GroupFault struct {
	Group string
	Fault *fault.Fault
}

// Placement is everything a checkout makes.
type Placement struct {
	Orders        []Order
	Subscriptions []subscription.Subscription
	Charges       []billing.Charge
	Slots         []Slot
	Failed        []GroupFault
}

// Place makes the orders of checked lines, one per group (F81). A group with a marked line fails whole, with the first
// line's fault; the others go through.
func (s Shop) Place(lines []CartLine) (Placement, error) {
	var out Placement
	taken := map[catalog.Ref][]int{}
	for i, l := range lines {
		if firstOf(lines, l.Group) != i {
			continue
		}
		if f := groupFault(lines, l.Group); f != nil {
			out.Failed = append(out.Failed, GroupFault{l.Group, f})
			continue
		}
		if err := s.placeGroup(&out, lines, l.Group, taken); err != nil {
			return Placement{}, err
		}
	}
	return out, nil
}

func firstOf(lines []CartLine, group string) int {
	for i, l := range lines {
		if l.Group == group {
			return i
		}
	}
	return -1
}

func groupFault(lines []CartLine, group string) *fault.Fault {
	for _, l := range lines {
		if l.Group != group {
			continue
		}
		for _, one := range append([]CartLine{l}, l.AddOns...) {
			if one.Fault != nil {
				return one.Fault
			}
		}
	}
	return nil
}

func (s Shop) placeGroup(out *Placement, lines []CartLine, group string, taken map[catalog.Ref][]int) error {
	o := Order{ID: id.Order(s.IDs.Opaque(33)), Customer: s.Customer, At: s.Now, Status: Completed}
	for _, l := range lines {
		if l.Group != group {
			continue
		}
		base, err := s.placeLine(out, &o, l, nil, taken)
		if err != nil {
			return err
		}
		for _, a := range l.AddOns {
			if _, err := s.placeLine(out, &o, a, base, taken); err != nil {
				return err
			}
		}
	}
	o.Plan, o.Currency = o.Lines[0].Plan, o.Lines[0].Tariff.Unit.Currency()
	if o.Currency == "" { // metered plans and trials have no price
		o.Currency = lines[firstOf(lines, group)].Currency
	}
	out.Orders = append(out.Orders, o)
	return nil
}

// placeLine appends a line to o with what it starts: a subscription, or for perpetual software its one charge.
func (s Shop) placeLine(out *Placement, o *Order, l CartLine, base *subscription.Subscription, taken map[catalog.Ref][]int) (*subscription.Subscription, error) {
	item, _ := s.find(l.Item)
	p := &item.Entry.Product
	class := catalog.ClassOf(p, item.Sku, l.Plan, l.Term)
	line := Line{
		Number: len(o.Lines), Type: TypeNew, Item: item.ID, Title: item.Sku.Title, FriendlyName: l.FriendlyName, Kind: p.Kind,
		Class: class, Publisher: p.Publisher, Quantity: l.Quantity, Term: l.Term, Plan: l.Plan, Tariff: s.tariff(l, item, class),
		Parent: l.Parent, Participants: l.Participants, Context: l.Context, Attested: l.Attested, OnRecord: s.Attested, State: LineActive,
	}
	if base == nil && l.Parent != "" {
		b := s.Bases[l.Parent]
		base = &b
	}
	slot := 0
	if item.Sku.LimitUnit != catalog.NoLimit {
		ref := catalog.Ref{Product: p.ID, Sku: item.Sku.ID}
		slot = freeSlot(slices.Concat(taken[ref], s.Held[ref].Slots))
		taken[ref] = append(taken[ref], slot)
		out.Slots = append(out.Slots, Slot{Ref: ref, N: slot})
	}
	if class == catalog.Perpetual {
		c, err := line.Tariff.Charge(billing.Charge{
			ID: id.Charge(s.IDs.GUID()), Kind: billing.New, At: s.Now, Customer: s.Customer, Order: o.ID, Line: line.Number,
			Imported: item.ID.Imported(), Quantity: l.Quantity,
		}, 0, 1)
		if err != nil {
			return nil, err
		}
		out.Charges = append(out.Charges, c)
		o.Lines = append(o.Lines, line)
		return nil, nil
	}
	sub := s.begin(*o, line, l, item)
	if base != nil {
		sub.Parent, line.Parent = base.ID, base.ID
	}
	if sub.Slot = slot; slot > 0 {
		out.Slots[len(out.Slots)-1].Subscription = sub.ID
	}
	line.Subscription = sub.ID
	with := base
	if base == nil && !l.TermEnd.IsZero() {
		end, err := subscription.Align(l.TermEnd, s.Now, s.Now.Day(), l.Term, s.Ends)
		if err != nil {
			return nil, err
		}
		running := sub.AlignedTo(end)
		with, line.TermEnd = &running, end.At
	}
	started, err := subscription.Begin(s.IDs, sub, with, s.Now)
	if err != nil {
		return nil, err
	}
	out.Subscriptions = append(out.Subscriptions, started.Subscriptions...)
	out.Charges = append(out.Charges, started.Charges...)
	o.Lines = append(o.Lines, line)
	return &started.Subscriptions[0], nil
}

func (s Shop) begin(o Order, line Line, l CartLine, item catalog.Item) subscription.Subscription {
	on, switchable := policy.AutoRenew(line.Class, s.Now, item.Sku.AutoRenewable)
	name := l.FriendlyName
	if name == "" {
		name = line.Title
	}
	return subscription.Subscription{
		ID: id.Subscription(s.IDs.GUID()), Customer: s.Customer, Order: o.ID, Line: line.Number, LineAt: s.Now, OrderedAt: s.Now,
		Item: line.Item, Title: line.Title, FriendlyName: name, Kind: line.Kind, Class: line.Class, Publisher: line.Publisher,
		Currency: l.Currency, UnitType: item.Sku.UnitType, Quantity: l.Quantity,
		Batches: []subscription.Batch{{Quantity: l.Quantity, At: s.Now}},
		Term:    l.Term, Plan: l.Plan, Tariff: line.Tariff, AutoRenew: on, Switchable: switchable,
		TrialDays: item.Sku.TrialDays, Participants: l.Participants,
	}
}

func freeSlot(taken []int) int {
	for n := 1; ; n++ {
		free := true
		for _, t := range taken {
			free = free && t != n
		}
		if free {
			return n
		}
	}
}
