package app

import (
	"context"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// The acts that verdicts are about. ActSupport only mends.
const (
	ActCancel         = "cancel"
	ActSuspend        = "suspend"
	ActReactivate     = "reactivate"
	ActChangeQuantity = "change_quantity"
	ActAutoRenew      = "auto_renew" // switching it: on where it is off, off where it is on
	ActBuyAddOn       = "buy_add_on"
	ActRevealKey      = "reveal_key"
	ActDownload       = "download"
	ActSupport        = "support_request"
)

// Verdict tells whether its caller may do an act now, and why not. It is found by running the act's own decision, so that
// it can never say anything else than the act itself would at the same instant.
type Verdict struct {
	Act     string
	Allowed bool
	Until   time.Time // when the verdict turns by itself: the end of what allows it, or since when it is refused; zero: never
	EndsAt  time.Time // of a cancellation: when it takes effect, if that is later than now (F33, F34)
	Policy  string    // the dated row that decides; empty: none does
	Reason  *fault.Fault
	Mend    *Mend
	Seats   *SeatRange // of change_quantity, where seats can change

	// Of cancel: the days left of the window while it is open (F56), and what is still to be charged for the running term,
	// which stays owed once the window is over (F41).
	DaysLeft   *int64
	Commitment *subscription.Commitment
	// Of auto_renew: it is on, and the term is the last all the same (E16).
	Withdrawn *Withdrawn
}

// Withdrawn tells when a subscription ends whose offer was withdrawn, and when that is or was warned of.
type Withdrawn struct {
	EndsAt   time.Time
	Warnings []subscription.Warning
}

// SeatRange is how many seats there can be, and how many could go back until when.
type SeatRange struct {
	Min, Max int64
	Removals []subscription.Refund
}

// Mend is what can be done instead, and on what: a subscription, or else an order.
type Mend struct {
	Act          string
	Subscription id.Subscription
	Order        id.Order
	Line         int // of Order: what a support request is drafted from (DraftRefund)
}

// SubscriptionVerdicts tells of each act on a subscription whether the caller may do it now (R20). Keys and downloads are
// told of software alone. A hidden subscription (F40) is "subscription.unknown".
func (a *App) SubscriptionVerdicts(ctx context.Context, who party.Actor, c id.Customer, sub id.Subscription) ([]Verdict, error) {
	return a.judge(ctx, who, c, func(j *judge) error {
		s, err := j.tx.Subscription(who.Scope, c, sub)
		if err != nil {
			return err
		}
		if !policy.Visible(s.Class, s.OrderedAt) {
			return fault.NotFound("subscription.unknown", nil)
		}
		// What these are decided on is taken as it stands, as the acts themselves take it; the others first do what is due.
		addOn, err := j.verdict(ActBuyAddOn, j.addOns(s))
		if err != nil {
			return err
		}
		mendAddOn(&addOn, s)
		var delivery []Verdict
		if s.Kind == catalog.Software {
			if delivery, err = j.delivery(string(s.Order), s.Line); err != nil {
				return err
			}
		}
		if err := j.subscription(sub); err != nil {
			return err
		}
		j.out = append(append(j.out, addOn), delivery...)
		return nil
	})
}

// LineVerdicts tells of each act on a line of an order whether the caller may do it now (R20): cancelling it by its order,
// and for software keys and downloads. Faults: "order.unknown", "line.unknown".
func (a *App) LineVerdicts(ctx context.Context, who party.Actor, c id.Customer, orderID string, line int) ([]Verdict, error) {
	return a.judge(ctx, who, c, func(j *judge) error {
		o, err := j.tx.Order(who.Scope, c, orderID)
		if err != nil {
			return err
		}
		if line < 0 || line >= len(o.Lines) {
			return fault.NotFound("line.unknown", nil)
		}
		var delivery []Verdict
		if o.Lines[line].Kind == catalog.Software {
			if delivery, err = j.delivery(orderID, line); err != nil {
				return err
			}
		}
		if err := j.line(orderID, line); err != nil {
			return err
		}
		j.out = append(j.out, delivery...)
		return nil
	})
}

// judge runs decisions for their answer alone, in a transaction that is taken back.
type judge struct {
	app      *App
	tx       Tx
	act      *Act
	who      party.Actor
	customer party.Customer
	now      time.Time
	out      []Verdict
}

func (a *App) judge(ctx context.Context, who party.Actor, c id.Customer, decide func(*judge) error) ([]Verdict, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return nil, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Preview: true}
	var out []Verdict
	_, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		j := judge{app: a, tx: tx, act: &act, who: who, customer: customer, now: a.Clock.Now()}
		err = decide(&j)
		out = j.out
		return nil, err
	})
	return out, err
}

// verdict turns the outcome of a decision into what is said of its act; an error that is ours is no verdict.
func (j *judge) verdict(act string, err error) (Verdict, error) {
	v := Verdict{Act: act, Allowed: err == nil, Reason: fault.Of(err)}
	if err != nil && v.Reason == nil {
		return v, err
	}
	if v.Reason != nil {
		v.Until, _ = v.Reason.Args["until"].(time.Time)
	}
	return v, nil
}

// subscription judges the acts that change a subscription, in the order they are told in.
func (j *judge) subscription(sub id.Subscription) error {
	rules, err := j.tx.Rules()
	if err != nil {
		return err
	}
	settled := stepper{j.app, j.tx, j.act, j.customer, rules}
	own, addOns, err := settled.settle(sub, j.now)
	if err != nil {
		return err
	}
	j.customer = settled.customer
	h, children, err := j.app.holdAll(j.tx, j.who.Scope, own, addOns, rules)
	if err != nil {
		return err
	}
	entries, err := j.tx.Entries([]id.Product{h.Item.Product})
	if err != nil {
		return err
	}
	d := decider{j.app, j.tx, j.act, j.customer, entries[h.Item.Product], children, j.now}
	for _, act := range []struct {
		name   string
		change Changes
		judge  func(decider, subscription.Held) (Verdict, error)
	}{
		{ActCancel, Changes{State: WantCancelled}, j.cancel},
		{ActSuspend, Changes{State: WantSuspended}, j.suspend},
		{ActReactivate, Changes{State: WantActive}, j.reactivate},
		{ActChangeQuantity, Changes{}, j.quantity},
		{ActAutoRenew, Changes{}, j.autoRenew},
	} {
		var v Verdict
		if err = mayChange(j.who, h.Class, act.change); err == nil {
			err = j.customer.Dealing()
		}
		if err != nil {
			v, err = j.verdict(act.name, err)
			if act.name == ActCancel && err == nil { // the window is there for whoever reads
				w := h.CancelWindow(j.now)
				v.Until, v.Policy = w.Until, w.Policy
				err = v.owed(h, w, j.now)
			}
		} else {
			v, err = act.judge(d, h)
		}
		if err != nil {
			return err
		}
		j.out = append(j.out, v)
	}
	j.mendSubscription(d, h)
	return nil
}

func (j *judge) cancel(d decider, h subscription.Held) (Verdict, error) {
	out, err := d.cancel(h)
	v, err := j.verdict(ActCancel, err)
	if err != nil {
		return v, err
	}
	w := h.CancelWindow(j.now)
	v.Until, v.Policy = w.Until, w.Policy
	v.beyond(h, w, out)
	return v, v.owed(h, w, j.now)
}

// beyond tells until when a cancellation is allowed that no window allows, and when it takes effect.
func (v *Verdict) beyond(h subscription.Held, w subscription.Window, out subscription.Outcome) {
	switch {
	case !v.Allowed || w.Allowed:
	case len(out.Cancelled) == 0: // it ends with its term
		v.EndsAt, v.Until = h.Current.End, h.Current.End
	case h.Lapsed():
		v.Until = h.DataUntil
	default:
		v.Until = time.Time{}
	}
}

// owed fills in the days left and the commitment of what lives, or is still paid for.
func (v *Verdict) owed(h subscription.Held, w subscription.Window, now time.Time) error {
	if days, ok := w.DaysLeft(now); ok {
		v.DaysLeft = &days
	}
	rest, ok, err := h.Commitment()
	if ok && (h.State.Live() || rest.Charges > 0) {
		v.Commitment = &rest
	}
	return err
}

func (j *judge) suspend(d decider, h subscription.Held) (Verdict, error) {
	_, err := d.suspend(h, subscription.ReasonUnspecified)
	return j.verdict(ActSuspend, err)
}

func (j *judge) reactivate(d decider, h subscription.Held) (Verdict, error) {
	_, err := d.reactivate(h)
	v, err := j.verdict(ActReactivate, err)
	if v.Allowed {
		v.Until = h.DataUntil
	}
	return v, err
}

// quantity asks for one more and for one fewer: allowed is what allows either.
func (j *judge) quantity(d decider, h subscription.Held) (Verdict, error) {
	sku := d.sku(h)
	_, more := d.setQuantity(h, h.Quantity+1)
	_, fewer := d.setQuantity(h, h.Quantity-1)
	err := more
	if f := fault.Of(more); fewer == nil || f != nil && f.Code == "quantity.out_of_range" {
		err = fewer
	}
	v, err := j.verdict(ActChangeQuantity, err)
	seats, none := h.Seats(sku, j.now)
	if err != nil || none != nil {
		return v, err
	}
	v.Policy = h.Rule.ID
	if j.who.Sandbox {
		seats.Most = min(seats.Most, policy.SandboxSeats)
	}
	v.Seats = &SeatRange{Min: h.Quantity - seats.Removable, Max: max(h.Quantity, seats.Most), Removals: seats.Batches}
	return v, nil
}

func (j *judge) autoRenew(d decider, h subscription.Held) (Verdict, error) {
	_, err := subscription.SetAutoRenew(h.Subscription, !h.AutoRenew, j.now)
	v, err := j.verdict(ActAutoRenew, err)
	if err != nil {
		return v, err
	}
	if v.Allowed {
		v.Until = h.TermEnd()
	}
	base, err := d.parent(h.Subscription)
	if err == nil && h.Withdrawn(base, j.app.quoter(j.tx, j.customer)) {
		v.Withdrawn = &Withdrawn{h.Current.End, h.Warnings()}
	}
	return v, err
}

// line judges the cancellation of a line by its order (F54).
func (j *judge) line(orderID string, number int) error {
	v, err := j.verdict(ActCancel, j.who.MayFor(party.CancelSoftware, j.customer.ID))
	if err != nil {
		return err
	}
	if j.customer, err = j.app.settleOrder(j.tx, j.act, j.customer, orderID, j.now); err != nil {
		return err
	}
	k, err := j.app.cancellation(j.tx, j.who, j.customer.ID, orderID)
	if err != nil {
		return err
	}
	var out subscription.Outcome
	if v.Allowed {
		_, out, err = j.app.cancelLines(j.tx, k, []int{number}, j.now)
		if v, err = j.verdict(ActCancel, err); err != nil {
			return err
		}
	}
	l := k.Order.Lines[number]
	w := k.Window(l, j.now)
	v.Until, v.Policy = w.Until, w.Policy
	v.beyond(k.Subs[l.Subscription], w, out)
	if err := v.owed(k.Subs[l.Subscription], w, j.now); err != nil {
		return err
	}
	j.mendLine(&v, k, l)
	j.out = append(j.out, v)
	return nil
}

// delivery judges keys and downloads of a line of software (R04): allowed is what allows any of its versions or files.
func (j *judge) delivery(orderID string, line int) ([]Verdict, error) {
	may := j.who.MayFor(party.RevealKey, j.customer.ID)
	if may == nil && j.who.Customer == "" { // what is the customer's own stays so
		may = j.customer.Dealing()
	}
	item, err := softwareLine(j.tx, j.who.Scope, j.customer.ID, orderID, line)
	if err != nil {
		return nil, err
	}
	key, file := may, may
	if may == nil {
		key = j.anyKey(item)
		file = j.anyFile(item)
	}
	reveal, err := j.verdict(ActRevealKey, key)
	if err != nil {
		return nil, err
	}
	download, err := j.verdict(ActDownload, file)
	return []Verdict{reveal, download}, err
}

func (j *judge) anyKey(item SoftwareItem) (refused error) {
	versions := item.Delivery.KeyVersions
	if len(versions) == 0 {
		versions = []string{""}
	}
	for _, version := range versions {
		_, err := revealOf(j.tx, j.who, item, license.KeyRequest{Version: version})
		if err == nil {
			return nil
		}
		refused = err
	}
	return refused
}

func (j *judge) anyFile(item SoftwareItem) (refused error) {
	rules, err := j.tx.LinkRules()
	if err != nil {
		return err
	}
	rule, _ := license.LinkRuleAt(rules, j.now)
	choices := []license.FileChoice{{}}
	for _, f := range item.Delivery.Files {
		choices = append(choices, f.Choice())
	}
	for _, choice := range choices {
		_, err := license.Issue(rule, item.Delivery, item.licensed(j.who.Scope), nil, license.LinkRequest{File: choice}, "", j.now)
		if err == nil {
			return nil
		}
		refused = err
	}
	return refused
}
