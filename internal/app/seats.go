package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// SeatQuery narrows the seats of a customer's people; what is empty does not narrow.
type SeatQuery struct {
	Subscription id.Subscription
	Users        []id.User
}

// SeatView is a subscription whose seats people have, and how many are given.
type SeatView struct {
	subscription.Subscription
	Used int64
}

// Free is how many seats can be given now.
func (v SeatView) Free() int64 {
	if v.State != subscription.Active {
		return 0
	}
	return max(0, v.SeatsToGive()-v.Used)
}

// Seated lists the live subscriptions of a customer whose seats people have, oldest first (R18). The query pages: fewer
// than its limit may come though there are more after them, and last is the one to go on after; empty at the end.
func (a *App) Seated(ctx context.Context, who party.Actor, c id.Customer, q SubscriptionQuery) (views []SeatView, last id.Subscription, err error) {
	if err := who.MayFor(party.AssignLicences, c); err != nil {
		return nil, "", err
	}
	q.States = []subscription.State{subscription.Active, subscription.Suspended}
	views, err = read(ctx, a.Store, func(r Reader) ([]SeatView, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return nil, err
		}
		found, err := r.Subscriptions(who.Scope, c, q)
		if err != nil {
			return nil, err
		}
		if q.Limit > 0 && len(found) == q.Limit {
			last = found[len(found)-1].ID
		}
		return seatViews(r, who, c, found)
	})
	return views, last, err
}

// seatViews are those of the subscriptions that have seats for people, with how many are given.
func seatViews(r Reader, who party.Actor, c id.Customer, subs []subscription.Subscription) ([]SeatView, error) {
	var ids []id.Subscription
	for _, s := range subs {
		if s.Seated() {
			ids = append(ids, s.ID)
		}
	}
	used, err := r.SeatsUsed(who.Scope, c, ids)
	views := []SeatView{}
	for _, s := range subs {
		if s.Seated() {
			views = append(views, SeatView{s, used[s.ID]})
		}
	}
	return views, err
}

// SeatsOf are the subscriptions that each of a customer's people has a seat of, by name (R18).
func (a *App) SeatsOf(ctx context.Context, who party.Actor, c id.Customer, users []id.User) (map[id.User][]subscription.Subscription, error) {
	if err := who.MayFor(party.AssignLicences, c); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) (map[id.User][]subscription.Subscription, error) {
		held := map[id.User][]subscription.Subscription{}
		if _, err := r.Customer(who.Scope, c); err != nil || len(users) == 0 {
			return held, err
		}
		seats, err := r.Seats(who.Scope, c, SeatQuery{Users: users})
		if err != nil || len(seats) == 0 {
			return held, err
		}
		var ids []id.Subscription
		for _, s := range seats {
			ids = append(ids, s.Subscription)
		}
		slices.Sort(ids)
		subs, err := r.Subscriptions(who.Scope, c, SubscriptionQuery{IDs: slices.Compact(ids)})
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(subs, func(x, y subscription.Subscription) int { return strings.Compare(FoundName(x), FoundName(y)) })
		for _, sub := range subs {
			for _, s := range seats {
				if s.Subscription == sub.ID {
					held[s.User] = append(held[s.User], sub)
				}
			}
		}
		return held, nil
	})
}

// SeatWish names what a seat is wanted of: one subscription, or any of an item.
type SeatWish struct {
	Subscription id.Subscription
	Item         id.Item // its availability does not count
}

func (w SeatWish) is(s subscription.Subscription) bool {
	if w.Subscription != "" {
		return s.ID == w.Subscription
	}
	return sameItem(s.Item, w.Item)
}

// SkuName is an item without its availability: what a seat is of, whatever it was bought as.
func SkuName(i id.Item) string {
	if i.Sku == "" {
		return string(i.Product)
	}
	return string(i.Product) + ":" + string(i.Sku)
}

func sameItem(a, b id.Item) bool { return a.Product == b.Product && a.Sku == b.Sku }

// SeatsChanged is what became of a person's seats.
type SeatsChanged struct {
	Person       party.Person
	Given, Taken []subscription.Subscription
}

// ChangeSeats takes seats from one of a customer's people and gives others, all or nothing (R18). Of an item the oldest
// subscription with a free seat gives it. A seat that the person has is no change. The outcome is a SeatsChanged.
// Faults: "user.unknown", "user.deleted", "seat.not_held" for one to take, "seat.unknown" where the customer has nothing
// of the kind, "seat.held" for a second seat of the same item, those of subscription.GiveSeat.
func (a *App) ChangeSeats(ctx context.Context, who party.Actor, req Request, c id.Customer, user id.User, give, take []SeatWish) (Reply, error) {
	if err := who.MayFor(party.AssignLicences, c); err != nil {
		return Reply{}, err
	}
	if len(give)+len(take) > MaxMarks {
		return Reply{}, fault.Invalid("member.too_many", fault.Args{"member": "licensesToAssign", "max": MaxMarks})
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		s, err := a.seating(tx, &act, c)
		if err != nil {
			return nil, err
		}
		p, err := remembered(tx, who, c, user, s.now)
		if err != nil {
			return nil, err
		}
		if p.State == party.PersonDeleted {
			return nil, fault.Refuse("user.deleted", fault.Args{"until": p.DeletedAt.Add(party.RestoreFor)})
		}
		if err := s.know([]party.Person{p}); err != nil {
			return nil, err
		}
		for _, w := range take {
			if err := s.take(user, w); err != nil {
				return nil, err
			}
		}
		for _, w := range give {
			if err := s.give(user, w); err != nil {
				return nil, err
			}
		}
		return SeatsChanged{p, s.given[user], s.taken[user]}, s.save()
	})
}

// seating is an act on the seats of a customer: what it decides stands in it until it is saved.
type seating struct {
	saver
	subs   []subscription.Subscription // live ones with seats, oldest first
	used   map[id.Subscription]int64
	held   map[id.User][]subscription.Seat
	people map[id.User]party.Person

	given, taken   map[id.User][]subscription.Subscription
	added, removed []subscription.Seat
}

// seating loads what acts on seats need, behind the customer's lock.
func (a *App) seating(tx Tx, act *Act, c id.Customer) (s *seating, err error) {
	s = &seating{saver: saver{app: a, tx: tx, act: act, now: a.Clock.Now()}, given: map[id.User][]subscription.Subscription{}, taken: map[id.User][]subscription.Subscription{}, people: map[id.User]party.Person{}}
	if s.customer, err = tx.Customer(act.Actor.Scope, c); err != nil {
		return nil, err
	}
	if err := s.customer.Dealing(); err != nil && act.Actor.Customer == "" {
		return nil, err
	}
	subs, err := tx.Subscriptions(act.Actor.Scope, c, SubscriptionQuery{States: []subscription.State{subscription.Active, subscription.Suspended, subscription.Pending}})
	if err != nil {
		return nil, err
	}
	var ids []id.Subscription
	for _, sub := range subs {
		if sub.Seated() {
			s.subs, ids = append(s.subs, sub), append(ids, sub.ID)
		}
	}
	s.used, err = tx.SeatsUsed(act.Actor.Scope, c, ids)
	return s, err
}

// know reads what people have.
func (s *seating) know(people []party.Person) error {
	var users []id.User
	for _, p := range people {
		s.people[p.ID] = p
		users = append(users, p.ID)
	}
	s.held = map[id.User][]subscription.Seat{}
	if len(users) == 0 {
		return nil
	}
	seats, err := s.tx.Seats(s.act.Actor.Scope, s.customer.ID, SeatQuery{Users: users})
	for _, seat := range seats {
		s.held[seat.User] = append(s.held[seat.User], seat)
	}
	return err
}

func (s *seating) sub(of id.Subscription) subscription.Subscription {
	for _, sub := range s.subs {
		if sub.ID == of {
			return sub
		}
	}
	return subscription.Subscription{ID: of}
}

// take decides that a person loses a seat.
func (s *seating) take(user id.User, w SeatWish) error {
	for i, seat := range s.held[user] {
		if sub := s.sub(seat.Subscription); w.is(sub) {
			s.held[user] = slices.Delete(slices.Clone(s.held[user]), i, i+1)
			s.used[sub.ID]--
			s.taken[user] = append(s.taken[user], sub)
			if fresh := slices.Index(s.added, seat); fresh >= 0 { // given by this very act
				s.added = slices.Delete(s.added, fresh, fresh+1)
				return nil
			}
			s.removed = append(s.removed, seat)
			return nil
		}
	}
	return fault.Refuse("seat.not_held", nil)
}

// give decides that a person gets one.
func (s *seating) give(user id.User, w SeatWish) error {
	var none error = fault.Invalid("seat.unknown", nil)
	for _, sub := range s.subs {
		if !w.is(sub) {
			continue
		}
		for _, seat := range s.held[user] {
			switch has := s.sub(seat.Subscription); {
			case has.ID == sub.ID, w.Subscription == "" && sameItem(has.Item, sub.Item):
				return nil
			case sameItem(has.Item, sub.Item):
				return fault.Conflict("seat.held", fault.Args{"title": has.Title})
			}
		}
		seat, err := sub.GiveSeat(user, s.used[sub.ID], s.now)
		if err != nil {
			none = err
			continue
		}
		s.used[sub.ID]++
		s.held[user] = append(s.held[user], seat)
		s.given[user] = append(s.given[user], sub)
		s.added = append(s.added, seat)
		return nil
	}
	return none
}

// save writes what was decided, with a record for each person.
func (s *seating) save() error {
	for _, seat := range s.removed {
		if err := s.tx.RemoveSeat(s.customer.ID, seat); err != nil {
			return err
		}
	}
	if err := s.tx.AddSeats(s.customer.ID, s.added); err != nil {
		return err
	}
	var changed []id.User
	for user := range s.people {
		if len(s.given[user])+len(s.taken[user]) > 0 {
			changed = append(changed, user)
		}
	}
	slices.Sort(changed)
	for _, user := range changed {
		details := userDetails(s.people[user])
		for i, sub := range s.given[user] {
			details = append(details, activity.Detail{Key: fmt.Sprintf("Assigned-%d", i), Value: string(sub.ID)})
		}
		for i, sub := range s.taken[user] {
			details = append(details, activity.Detail{Key: fmt.Sprintf("Removed-%d", i), Value: string(sub.ID)})
		}
		if err := s.record(activity.UpdateUserLicences, activity.CustomerUser, string(user), details...); err != nil {
			return err
		}
	}
	return nil
}

// keepSeats refuses that a subscription is left with fewer seats than people have of it.
func (d decider) keepSeats(s subscription.Subscription, quantity int64) error {
	if !s.Seated() || quantity >= s.SeatsToGive() {
		return nil
	}
	used, err := d.tx.SeatsUsed(d.act.Actor.Scope, d.customer.ID, []id.Subscription{s.ID})
	if err != nil {
		return err
	}
	return s.KeepSeats(quantity, used[s.ID])
}
