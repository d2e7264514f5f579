package app

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// saver writes what decisions changed: everything an act does to a customer's books goes through it, in one transaction.
type saver struct {
	app      *App
	tx       Tx
	act      *Act
	customer party.Customer
	now      time.Time
}

// record writes one row of the activity log for the act.
func (s saver) record(op activity.Operation, res activity.Resource, resID string, details ...activity.Detail) error {
	return s.tx.AddRecord(s.recorded(op, res, resID, details...))
}

// changed is record with what the resource was and is.
func (s saver) changed(op activity.Operation, res activity.Resource, resID string, changes []activity.Change, details ...activity.Detail) error {
	rec := s.recorded(op, res, resID, details...)
	rec.Changes = changes
	return s.tx.AddRecord(rec)
}

// recorded is a row of the activity log for the act.
func (s saver) recorded(op activity.Operation, res activity.Resource, resID string, details ...activity.Detail) activity.Record {
	return activity.Record{
		ID: id.Record(s.app.IDs.GUID()), At: s.now, Customer: s.customer.ID, CustomerName: s.customer.CompanyName,
		Who: s.act.Actor.Alias, Actor: s.act.Actor.Name, Client: s.act.Actor.Client, Operation: op, Resource: res, ResourceID: resID,
		Status: activity.Succeeded, Correlation: s.act.Request.Correlation, Details: details,
	}
}

// charges writes charges and credits with their ledger entries, and opens the customer's first billing period.
func (s saver) charges(cs []billing.Charge) error {
	if len(cs) == 0 {
		return nil
	}
	if err := s.tx.AddCharges(cs); err != nil {
		return err
	}
	if err := s.tx.AddEntries(s.posted(cs)...); err != nil {
		return err
	}
	return firstBilling(s.tx, s.act.Actor.Scope, s.customer, cs)
}

// posted are the ledger entries of charges.
func (s saver) posted(cs []billing.Charge) []ledger.Entry {
	entries := make([]ledger.Entry, 0, len(cs))
	for _, c := range cs {
		if e, ok := ledger.Sale(ledger.EntryID(c.At, s.app.IDs.GUID()), c.At, c.ID, c.Net, c.Tax); ok {
			entries = append(entries, e)
		}
	}
	return entries
}

// placement writes what a checkout made.
func (s saver) placement(p order.Placement, cart id.Cart) error {
	for _, o := range p.Orders {
		if err := s.tx.AddOrder(o, cart); err != nil {
			return err
		}
		if err := s.record(activity.CreateOrder, activity.Order, string(o.ID), orderDetails(o)...); err != nil {
			return err
		}
	}
	started := make([]Scheduled, len(p.Subscriptions))
	for i, sub := range p.Subscriptions {
		started[i] = Scheduled{sub, due(sub)}
	}
	if err := s.tx.AddSubscriptions(started...); err != nil {
		return err
	}
	for _, slot := range p.Slots {
		if err := s.tx.TakeSlot(s.customer.ID, slot); err != nil {
			return err
		}
	}
	return s.charges(p.Charges)
}

// outcome writes what became of subscriptions and order lines.
func (s saver) outcome(out subscription.Outcome) error {
	for _, sub := range out.Subscriptions {
		if err := s.tx.SaveSubscription(sub, due(sub)); err != nil {
			return err
		}
		if sub.Seated() && !sub.State.Live() { // nobody has a seat of what has ended (R18)
			if err := s.tx.FreeSeats(s.customer.ID, sub.ID); err != nil {
				return err
			}
		}
		if sub.Slot > 0 && !sub.State.Live() {
			if err := s.freeSlot(sub); err != nil {
				return err
			}
		}
	}
	if len(out.Begun) > 0 {
		begun := make([]Scheduled, len(out.Begun))
		for i, sub := range out.Begun {
			begun[i] = Scheduled{sub, due(sub)}
		}
		if err := s.tx.AddSubscriptions(begun...); err != nil {
			return err
		}
	}
	for _, m := range out.Moves {
		if m.Cycle {
			continue // all of an order together, by ChangeCycle
		}
		if err := s.moved(out, m); err != nil {
			return err
		}
	}
	for _, r := range out.Renewals {
		if err := s.renewed(out, r); err != nil {
			return err
		}
	}
	if err := s.lines(out.Cancelled, out.Acknowledged); err != nil {
		return err
	}
	return s.charges(out.Charges)
}

// renewed writes the order a new term stands on; the line before it is superseded, and its keys and links go on with the
// new one: what ends the new line ends them (F63).
func (s saver) renewed(out subscription.Outcome, r subscription.Renewal) error {
	old, err := s.tx.Order(s.act.Actor.Scope, s.customer.ID, string(r.Before.Order))
	if err != nil {
		return err
	}
	if err := s.tx.SaveOrder(old.Supersede(r.Before.Line)); err != nil {
		return err
	}
	for _, sub := range out.Subscriptions {
		if sub.ID == r.Subscription {
			if err := s.tx.AddOrder(order.Renewal(sub), ""); err != nil {
				return err
			}
			return s.deliver(r.Before, old.Lines[r.Before.Line].Item, sub)
		}
	}
	return nil
}

// deliver gives the keys and links of the line that a subscription stood on to the one it stands on. Those of another SKU
// are not its own any more: they die with their line (F63).
func (s saver) deliver(before subscription.LineRef, was id.Item, sub subscription.Subscription) error {
	switch {
	case sub.Kind != catalog.Software:
		return nil
	case was.Product != sub.Item.Product || was.Sku != sub.Item.Sku:
		return s.tx.RevokeLine(before.Order, before.Line, s.now)
	}
	return s.tx.MoveLine(before.Order, before.Line, sub.Order, sub.Line)
}

// moved writes the order that seats stand on which are something else now. The line before it is superseded when all its
// seats are.
func (s saver) moved(out subscription.Outcome, m subscription.Move) error {
	all := slices.Concat(out.Subscriptions, out.Begun)
	sub := all[slices.IndexFunc(all, func(one subscription.Subscription) bool { return one.ID == m.Subscription })]
	kind := order.TypeTransition
	if m.Trial {
		kind = order.TypeConvert
	}
	if err := s.tx.AddOrder(order.Moved(sub, m, kind, s.now), ""); err != nil || m.Subscription != m.From {
		return err
	}
	old, err := s.tx.Order(s.act.Actor.Scope, s.customer.ID, string(m.Before.Order))
	if err != nil {
		return err
	}
	if err := s.tx.SaveOrder(old.Supersede(m.Before.Line)); err != nil {
		return err
	}
	return s.deliver(m.Before, m.Item, sub)
}

// lines marks order lines as cancelled, software with the acknowledgement of F65, and revokes their keys and links (F63).
func (s saver) lines(refs []subscription.LineRef, acknowledged bool) error {
	byOrder := map[id.Order][]int{}
	var orders []id.Order
	for _, r := range refs {
		if _, seen := byOrder[r.Order]; !seen {
			orders = append(orders, r.Order)
		}
		byOrder[r.Order] = append(byOrder[r.Order], r.Line)
	}
	for _, oid := range orders {
		o, err := s.tx.Order(s.act.Actor.Scope, s.customer.ID, string(oid))
		if err != nil {
			return err
		}
		for _, n := range byOrder[oid] {
			if o.Lines[n].Kind == catalog.Software {
				if err := s.tx.RevokeLine(oid, n, s.now); err != nil {
					return err
				}
			}
			o = o.EndLine(n, s.now)
			o.Lines[n].Acknowledged = acknowledged && o.Lines[n].Kind == catalog.Software
		}
		if err := s.tx.SaveOrder(o); err != nil {
			return err
		}
	}
	return nil
}

// freeSlot gives the place of a concurrent limit back; one of a lifetime limit stays taken (F13), whether the offer is still
// on the shelf or not.
func (s saver) freeSlot(sub subscription.Subscription) error {
	entries, err := s.tx.Entries([]id.Product{sub.Item.Product})
	if err != nil {
		return err
	}
	if e := entries[sub.Item.Product]; e != nil {
		if sku, ok := e.Sku(sub.Item.Sku); ok && sku.LimitUnit == catalog.Lifetime {
			return nil
		}
		if sub.Item.Sku == "" && len(e.Skus) == 1 && e.Skus[0].LimitUnit == catalog.Lifetime { // an imported offer's only one
			return nil
		}
	}
	return s.tx.FreeSlot(s.customer.ID, sub.ID)
}

// orderDetails are the named values of a create_order record (contract.md §13).
func orderDetails(o order.Order) []activity.Detail {
	ds := []activity.Detail{
		{Key: "OrderId", Value: string(o.ID)}, {Key: "AlternateId", Value: id.AlternateID(o.ID)}, {Key: "BillingCycle", Value: string(o.Plan)},
	}
	for _, l := range o.Lines {
		n := "-" + strconv.Itoa(l.Number)
		if mpn := subscription.ResellerOf(l.Participants); mpn != "" {
			ds = append(ds, activity.Detail{Key: "PartnerOnRecord" + n, Value: mpn})
		}
		ds = append(ds, activity.Detail{Key: "OfferId" + n, Value: l.Item.String()},
			activity.Detail{Key: "SubscriptionId" + n, Value: string(l.Subscription)},
			activity.Detail{Key: "SubscriptionName" + n, Value: l.Title},
			activity.Detail{Key: "Quantity" + n, Value: strconv.FormatInt(l.Quantity, 10)})
	}
	return ds
}

// acknowledged is the detail that keeps F65's acknowledgement in the record of a cancellation; none where nothing ended.
func acknowledged(out subscription.Outcome) []activity.Detail {
	if !out.Acknowledged || len(out.Cancelled) == 0 {
		return nil
	}
	return []activity.Detail{{Key: "Acknowledged", Value: "true"}}
}

// moneyDetails name the sums of charges or credits for a record.
func moneyDetails(cs []billing.Charge) []activity.Detail {
	var ds []activity.Detail
	for i, c := range cs {
		ds = append(ds, activity.Detail{Key: fmt.Sprintf("Amount-%d", i), Value: c.Gross().String()})
	}
	return ds
}
