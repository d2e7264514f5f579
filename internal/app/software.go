package app

import (
	"context"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// SoftwareItem is one bought line of software, cancelled ones too (F42, F64).
type SoftwareItem struct {
	Order    order.Order
	Line     order.Line
	Delivery license.Delivery
	State    license.LineState
	Until    time.Time // end of the cancellation window; zero: none
	Policy   string
	Open     bool // the window is open now
}

// Software lists everything bought for a customer that is software, whatever its date (F40, F42; R20). Lines that a
// renewal superseded are left to it. A line that waits for a key is preparing; what else it gives, it gives.
func (a *App) Software(ctx context.Context, who party.Actor, c id.Customer) ([]SoftwareItem, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return nil, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) ([]SoftwareItem, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return nil, err
		}
		orders, err := r.Orders(who.Scope, c, "")
		if err != nil {
			return nil, err
		}
		rules, err := r.Rules()
		if err != nil {
			return nil, err
		}
		waits, err := r.Waits(who.Scope, c)
		if err != nil {
			return nil, err
		}
		items := []SoftwareItem{}
		for _, o := range orders {
			for _, l := range o.Lines {
				if l.Kind != catalog.Software || l.State == order.LineSuperseded {
					continue
				}
				item, err := softwareItem(r, o, l)
				if err != nil {
					return nil, err
				}
				if slices.ContainsFunc(waits, func(w license.Wait) bool { return w.Order == o.ID && w.Line == l.Number }) {
					item.State = license.Preparing
				}
				rule, _ := policy.ByID(rules, l.Tariff.Policy)
				item.Policy = rule.ID
				if until, ok := rule.End(o.At, o.At); ok {
					item.Until, item.Open = until, l.State == order.LineActive && now.Before(until)
				}
				items = append(items, item)
			}
		}
		return items, nil
	})
}

func softwareItem(r Reader, o order.Order, l order.Line) (SoftwareItem, error) {
	item := SoftwareItem{Order: o, Line: l, State: license.Active}
	if l.State == order.LineCancelled {
		item.State = license.Cancelled
	}
	entries, err := r.Entries([]id.Product{l.Item.Product})
	if err != nil {
		return item, err
	}
	if e := entries[l.Item.Product]; e != nil {
		if sku, ok := e.Sku(l.Item.Sku); ok {
			item.Delivery = sku.Delivery
		}
	}
	return item, nil
}

// softwareLine finds one line by order and number; for one that was renewed, the line its subscription stands on now,
// which has its keys and links. Faults: "order.unknown", "line.unknown".
func softwareLine(r Reader, scope party.Scope, c id.Customer, orderID string, number int) (SoftwareItem, error) {
	o, err := r.Order(scope, c, orderID)
	if err != nil {
		return SoftwareItem{}, err
	}
	if number < 0 || number >= len(o.Lines) || o.Lines[number].Kind != catalog.Software {
		return SoftwareItem{}, fault.NotFound("line.unknown", nil)
	}
	l := o.Lines[number]
	if l.State != order.LineSuperseded {
		return softwareItem(r, o, l)
	}
	s, err := r.Subscription(scope, c, l.Subscription)
	if err != nil {
		return SoftwareItem{}, err
	}
	if o, err = r.Order(scope, c, string(s.Order)); err != nil {
		return SoftwareItem{}, err
	}
	return softwareItem(r, o, o.Lines[s.Line])
}

func (i SoftwareItem) licensed(scope party.Scope) license.Line {
	return license.Line{Partner: scope.Partner(), Customer: i.Order.Customer, Order: i.Order.ID, Number: i.Line.Number, State: i.State}
}

// SoftwareLine is one bought line of software (R20); for one that was renewed, the line its subscription stands on now.
// Its window is not told: see Software. Faults: "order.unknown", "line.unknown".
func (a *App) SoftwareLine(ctx context.Context, who party.Actor, c id.Customer, orderID string, line int) (SoftwareItem, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return SoftwareItem{}, err
	}
	return read(ctx, a.Store, func(r Reader) (SoftwareItem, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return SoftwareItem{}, err
		}
		return softwareLine(r, who.Scope, c, orderID, line)
	})
}

// SoftwareOptions are the versions, languages and file types a line lets its buyer choose (F43; R20).
func (a *App) SoftwareOptions(ctx context.Context, who party.Actor, c id.Customer, orderID string, line int) (license.Options, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return license.Options{}, err
	}
	return read(ctx, a.Store, func(r Reader) (license.Options, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return license.Options{}, err
		}
		item, err := softwareLine(r, who.Scope, c, orderID, line)
		return item.Delivery.Options(), err
	})
}
