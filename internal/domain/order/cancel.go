package order

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// Cancellation is an order with what cancelling its lines needs: the pinned rules, the charges of each line's term and
// their credits, and the subscriptions of lines that have one, with their add-ons.
type Cancellation struct {
	Order    Order
	Rules    []policy.CancelRule
	Charges  []billing.Charge // of the order's lines
	Subs     map[id.Subscription]subscription.Held
	Children map[id.Subscription][]subscription.Held
	Sandbox  bool // of a sandbox tenant: publishers' plans and reservations are cancelled by order too (P07)
}

// CancelLines cancels whole lines of an order at now, all that are active when numbers is empty (F54, E04). It is all or
// nothing: one line outside its window refuses them all, with that line's reason. Only software is cancelled by order,
// other lines by their subscription; in a sandbox tenant also publishers' plans, as by their subscription, and
// reservations, at any time and in full (P07).
// Faults: "line.unknown", "cancel.line_already" (E03), "cancel.superseded" (its term is over and was renewed), "cancel.use_subscription" (SaaS), "cancel.not_software",
// "cancel.never" (F61), "cancel.window_closed".
func CancelLines(ids id.Source, c Cancellation, numbers []int, now time.Time) (Order, subscription.Outcome, error) {
	return c.each(numbers, now, func(l Line, gone map[subscription.LineRef]bool) (subscription.Outcome, error) {
		switch {
		case l.State == LineSuperseded:
			return subscription.Outcome{}, fault.Refuse("cancel.superseded", nil)
		case l.State == LineActive && c.Sandbox && (l.Kind == catalog.SaaS || l.Class == catalog.ReservedClass):
		case l.State == LineActive && l.Kind == catalog.SaaS:
			return subscription.Outcome{}, fault.Refuse("cancel.use_subscription", nil)
		case l.State == LineActive && !l.Class.Software():
			return subscription.Outcome{}, fault.Refuse("cancel.not_software", nil)
		}
		return c.cancelLine(ids, l, gone, now, now)
	})
}

// each decides over lines one after another, all that are active when numbers is empty. gone are the lines that end by
// this very act: an add-on that ended with its base is not credited again.
func (c Cancellation) each(numbers []int, now time.Time, decide func(l Line, gone map[subscription.LineRef]bool) (subscription.Outcome, error)) (Order, subscription.Outcome, error) {
	o := c.Order
	o.Lines = slices.Clone(o.Lines)
	if len(numbers) == 0 {
		for _, l := range o.Lines {
			if l.State == LineActive {
				numbers = append(numbers, l.Number)
			}
		}
		if len(numbers) == 0 {
			return Order{}, subscription.Outcome{}, fault.Conflict("cancel.line_already", nil)
		}
	}
	var out subscription.Outcome
	gone := map[subscription.LineRef]bool{}
	for i, n := range numbers {
		if n < 0 || n >= len(o.Lines) {
			return Order{}, subscription.Outcome{}, fault.Invalid("line.unknown", fault.Args{"lines": len(o.Lines)})
		}
		if slices.Contains(numbers[:i], n) || gone[subscription.LineRef{Order: o.ID, Line: n}] {
			continue
		}
		one, err := decide(o.Lines[n], gone)
		if err != nil {
			return Order{}, subscription.Outcome{}, err
		}
		out.Subscriptions = append(out.Subscriptions, one.Subscriptions...)
		out.Charges = append(out.Charges, one.Charges...)
		out.Cancelled = append(out.Cancelled, one.Cancelled...)
		for _, ref := range one.Cancelled {
			if gone[ref] = true; ref.Order == o.ID {
				o.Lines[ref.Line].State, o.Lines[ref.Line].EndedAt = LineCancelled, now
			}
		}
	}
	out.EndsAt = now
	o.settle()
	return o, out, nil
}

// cancelLine cancels one line at now, its window judged at asked.
func (c Cancellation) cancelLine(ids id.Source, l Line, gone map[subscription.LineRef]bool, asked, now time.Time) (subscription.Outcome, error) {
	if l.State == LineCancelled {
		return subscription.Outcome{}, fault.Conflict("cancel.line_already", nil)
	}
	if l.Subscription != "" {
		h, ok := c.Subs[l.Subscription]
		if !ok || !h.State.Live() {
			return subscription.Outcome{}, fault.Conflict("cancel.line_already", nil)
		}
		if c.Sandbox && l.Class == catalog.ReservedClass {
			return subscription.CancelReserved(ids, h, now)
		}
		return subscription.CancelAsked(ids, h, c.addOns(l, gone), asked, now)
	}
	rule, _ := policy.ByID(c.Rules, l.Tariff.Policy)
	if w := c.Window(l, asked); !w.Allowed {
		return subscription.Outcome{}, subscription.Closed(rule, w.Until)
	}
	return subscription.Outcome{
		Charges:   billing.CreditsFrom(ids, c.own(l), rule.Credit, func(billing.Charge) time.Time { return c.Order.At }, asked, now),
		Cancelled: []subscription.LineRef{{Order: c.Order.ID, Line: l.Number}},
		EndsAt:    now,
	}, nil
}

// addOns are those of a line's subscription that are not gone yet.
func (c Cancellation) addOns(l Line, gone map[subscription.LineRef]bool) []subscription.Held {
	return slices.DeleteFunc(slices.Clone(c.Children[l.Subscription]), func(a subscription.Held) bool {
		return gone[subscription.LineRef{Order: a.Order, Line: a.Line}]
	})
}

// own are the line's charges.
func (c Cancellation) own(l Line) (own []billing.Charge) {
	for _, ch := range c.Charges {
		if ch.Line == l.Number {
			own = append(own, ch)
		}
	}
	return own
}

// Window tells until when a line can be cancelled with a credit: that of its subscription while it has one that lives, else
// its own, which counts from the order.
func (c Cancellation) Window(l Line, now time.Time) subscription.Window {
	if h, ok := c.Subs[l.Subscription]; ok && l.Subscription != "" {
		return h.CancelWindow(now)
	}
	rule, _ := policy.ByID(c.Rules, l.Tariff.Policy)
	w := subscription.Window{Policy: rule.ID}
	w.Until, _ = rule.End(c.Order.At, c.Order.At)
	w.Allowed = l.State == LineActive && now.Before(w.Until)
	return w
}

// EndLine marks a line as cancelled at now because its subscription was; a line that is not active stays as it is.
func (o Order) EndLine(number int, now time.Time) Order {
	o.Lines = slices.Clone(o.Lines)
	if number >= 0 && number < len(o.Lines) && o.Lines[number].State == LineActive {
		o.Lines[number].State, o.Lines[number].EndedAt = LineCancelled, now
	}
	o.settle()
	return o
}

// Supersede marks a line whose subscription runs on in a renewal's line.
func (o Order) Supersede(number int) Order {
	o.Lines = slices.Clone(o.Lines)
	if number >= 0 && number < len(o.Lines) && o.Lines[number].State == LineActive {
		o.Lines[number].State = LineSuperseded
	}
	return o
}

// Renewal is the order a renewed subscription stands on: a new line with the rows of its new term (rules.md §3).
func Renewal(s subscription.Subscription) Order {
	o := standing(s)
	o.At, o.System, o.Lines[0].Type = s.LineAt, true, TypeRenew
	return o
}

// Moved is the order of seats that somebody's act made something else at now: a conversion, or a transition.
func Moved(s subscription.Subscription, m subscription.Move, kind LineType, now time.Time) Order {
	o := standing(s)
	o.At, o.Lines[0].Type, o.Lines[0].From, o.Lines[0].FromItem = now, kind, m.From, m.Item
	return o
}

// Recycled is the order of lines that are charged by another billing plan from now on, in the order of their numbers.
func Recycled(o Order, subs []subscription.Subscription, now time.Time) Order {
	fresh := standing(subs[0])
	fresh.At, fresh.Lines = now, nil
	for _, s := range subs {
		l := standing(s).Lines[0]
		l.Type, l.From, l.FromItem = TypeCycle, s.ID, s.Item
		for _, before := range o.Lines {
			if before.Subscription == s.ID && before.State == LineActive {
				l.Participants, l.Context, l.Attested, l.OnRecord = before.Participants, before.Context, before.Attested, before.OnRecord
			}
		}
		fresh.Lines = append(fresh.Lines, l)
	}
	return fresh
}

// standing is the order of one line that a subscription stands on.
func standing(s subscription.Subscription) Order {
	return Order{
		ID: s.Order, Customer: s.Customer, Plan: s.Plan, Currency: s.Currency, Status: Completed,
		Lines: []Line{{
			Number: s.Line, Item: s.Item, Title: s.Title, FriendlyName: s.FriendlyName, Kind: s.Kind, Class: s.Class,
			Publisher: s.Publisher, Quantity: s.Quantity, Term: s.Term, Plan: s.Plan, Tariff: s.Tariff, Subscription: s.ID,
			Parent: s.Parent, Participants: s.Participants, State: LineActive,
		}},
	}
}
