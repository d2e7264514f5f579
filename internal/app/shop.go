package app

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// shop loads what a purchase is decided from: the products of the lines, the rows in force, the bases of add-ons, the
// limited offers the customer holds.
func (a *App) shop(r Reader, who party.Actor, c party.Customer, lines []order.CartLine, now time.Time) (order.Shop, error) {
	if err := c.Dealing(); err != nil {
		return order.Shop{}, err
	}
	s := order.Shop{
		Now: now, IDs: a.IDs, Customer: c.ID, Buyer: buyer(who, c),
		Bases: map[id.Subscription]subscription.Subscription{}, Held: map[catalog.Ref]order.Holding{},
	}
	var products []id.Product
	aligned := false
	for _, l := range lines {
		for _, one := range append([]order.CartLine{l}, l.AddOns...) {
			aligned = aligned || !one.TermEnd.IsZero()
			products = append(products, one.Item.Product)
			if one.Parent == "" {
				continue
			}
			if subs, err := r.Subscriptions(who.Scope, c.ID, SubscriptionQuery{IDs: []id.Subscription{one.Parent}}); err != nil {
				return s, err
			} else if len(subs) == 1 {
				s.Bases[one.Parent] = subs[0]
			}
		}
	}
	if s.Sandbox = who.Sandbox; aligned || s.Sandbox {
		others, err := r.Subscriptions(who.Scope, c.ID, SubscriptionQuery{})
		if err != nil {
			return s, err
		}
		s.Ends = subscription.Ends(others)
		for _, o := range others {
			if o.State.Live() {
				s.Live++
			}
		}
	}
	var err error
	if s.Shelf, err = r.Entries(products); err != nil {
		return s, err
	}
	if s.Rules, err = r.Rules(); err != nil {
		return s, err
	}
	if s.Taxes, err = r.Taxes(); err != nil {
		return s, err
	}
	var limited []catalog.Ref
	for _, p := range products {
		if e := s.Shelf[p]; e != nil {
			for _, sku := range e.Skus {
				if sku.LimitUnit != catalog.NoLimit {
					limited = append(limited, catalog.Ref{Product: p, Sku: sku.ID})
				}
			}
		}
	}
	if s.OnRecord, err = onRecord(r, who, c, lines); err != nil {
		return s, err
	}
	if needsAgreement(s.Shelf) {
		agreed, err := r.Agreements(who.Scope, c.ID, "")
		if err != nil {
			return s, err
		}
		s.Agreed = len(agreed) > 0
	}
	if len(limited) > 0 {
		s.Held, err = r.Holdings(who.Scope, c.ID, limited)
	}
	return s, err
}

// maxOnRecord bounds the partners that the lines of one purchase name.
const maxOnRecord = 16

// onRecord loads what decides whom lines may name as their partner of record. Fault "member.too_many".
func onRecord(r Reader, who party.Actor, c party.Customer, lines []order.CartLine) (party.OnRecord, error) {
	o := party.OnRecord{Kind: who.Kind, Partner: who.Scope.Partner(), Own: who.Scope.Own(), Named: map[string][]party.Partner{}}
	if c.Reseller != "" {
		resellers, err := r.Resellers(who.Scope)
		if err != nil {
			return o, err
		}
		if n := slices.IndexFunc(resellers, func(p party.Partner) bool { return p.ID == c.Reseller }); n >= 0 {
			o.Reseller = resellers[n].MPN
		}
	}
	for _, l := range lines {
		for _, one := range append([]order.CartLine{l}, l.AddOns...) {
			for _, p := range one.Participants {
				if _, known := o.Named[p.Value]; known {
					continue
				}
				if len(o.Named) == maxOnRecord {
					return o, fault.Invalid("member.too_many", fault.Args{"member": "lineItems.participants", "max": maxOnRecord})
				}
				found, err := r.PartnersByMPN(p.Value)
				if err != nil {
					return o, err
				}
				o.Named[p.Value] = found
			}
		}
	}
	return o, nil
}

func needsAgreement(shelf map[id.Product]*catalog.Entry) bool {
	for _, e := range shelf {
		if slices.ContainsFunc(e.Skus, func(k catalog.Sku) bool { return k.Agreement }) {
			return true
		}
	}
	return false
}

func buyer(who party.Actor, c party.Customer) catalog.Buyer {
	partner := who.Scope.Partner()
	if who.Scope.Reseller() != "" {
		partner = who.Scope.Reseller()
	}
	return catalog.Buyer{Partner: partner, Kind: who.Kind, Market: c.Country(), Segment: c.Segment, Also: c.Qualified()}
}

// mayBuyLines asks the act that each known line needs (R01, R02).
func mayBuyLines(who party.Actor, s order.Shop, lines []order.CartLine) error {
	for _, l := range lines {
		for _, one := range append([]order.CartLine{l}, l.AddOns...) {
			if e := s.Shelf[one.Item.Product]; e != nil {
				if err := mayBuy(who, e.Product.Kind); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
