package subscription

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// SetQuantity changes the number of seats at now (E17). More: charged for the rest of the running period, as a batch with
// its own window. Fewer: taken from the newest batches whose window is still open, credited by the line's row. sku bounds
// the quantity. A software subscription's quantity never changes.
// Faults: "subscription.deleted", "quantity.suspended", "subscription.pending", "quantity.fixed",
// "quantity.out_of_range" with min and max, "quantity.window_closed" with how many could go, "subscription.settling"
// while what fell due is not done (Behind).
func SetQuantity(ids id.Source, h Held, sku *catalog.Sku, quantity int64, now time.Time) (Outcome, error) {
	s := h.Subscription
	if err := s.seatsMove(); err != nil {
		return Outcome{}, err
	}
	if quantity == s.Quantity {
		return Outcome{}, nil
	}
	seats, err := h.Seats(sku, now)
	if err != nil {
		return Outcome{}, err
	}
	switch {
	case quantity < seats.Least || quantity > seats.Most:
		return Outcome{}, fault.Refuse("quantity.out_of_range", fault.Args{"min": seats.Least, "max": seats.Most})
	case s.Behind(now):
		return Outcome{}, settling()
	case s.Current.Start.IsZero(): // free days: nothing is charged yet
		s.Quantity = quantity
		return Outcome{Subscriptions: []Subscription{s}}, nil
	case quantity > s.Quantity:
		return addSeats(ids, s, quantity-s.Quantity, now)
	}
	return removeSeats(ids, h, s.Quantity-quantity, now)
}

// seatsMove tells whether the state lets the number of seats change at all.
func (s Subscription) seatsMove() error {
	switch s.State {
	case Suspended:
		return fault.Refuse("quantity.suspended", nil)
	case Pending:
		return fault.Refuse("subscription.pending", nil)
	case Active:
		return nil
	}
	return fault.Refuse("subscription.deleted", nil)
}

// Seats is how far the number of seats can go at an instant.
type Seats struct {
	Least, Most int64    // as the SKU bounds it
	Removable   int64    // how many can go now, down to Least at most
	Batches     []Refund // those whose window is open, newest first; none in free days, when nothing is charged yet
}

// Seats tells how far the number of seats can go (E17). Faults: those of SetQuantity that hold for every number,
// "quantity.fixed" and those of the state.
func (h Held) Seats(sku *catalog.Sku, now time.Time) (Seats, error) {
	if err := h.seatsMove(); err != nil {
		return Seats{}, err
	}
	if h.Class.Software() || h.Class == catalog.Metered || h.Class == catalog.Trial || h.Class == catalog.ReservedClass {
		return Seats{}, fault.Refuse("quantity.fixed", nil)
	}
	s := Seats{Least: max(1, sku.MinQuantity), Most: sku.MaxQuantity}
	most := max(0, h.Quantity-s.Least)
	if h.Current.Start.IsZero() {
		s.Removable = most
		return s, nil
	}
	s.Batches = h.Refundable(now)
	for _, b := range s.Batches {
		s.Removable += b.Quantity
	}
	s.Removable = min(s.Removable, most)
	return s, nil
}

func addSeats(ids id.Source, s Subscription, seats int64, now time.Time) (Outcome, error) {
	c, err := s.rest(ids, billing.AddQuantity, seats, now)
	if err != nil {
		return Outcome{}, err
	}
	s.Quantity += seats
	s.Batches = append(slices.Clone(s.Batches), Batch{Quantity: seats, At: now, Charge: c.ID})
	return Outcome{Subscriptions: []Subscription{s}, Charges: []billing.Charge{c}}, nil
}

// Refundable lists the batches whose window is open at now, newest first, with the instant each closes. There are none
// while it waits for its activation: it can only be cancelled whole (F74).
func (h Held) Refundable(now time.Time) []Refund {
	if h.State == Pending {
		return nil
	}
	var out []Refund
	for i := len(h.Batches) - 1; i >= 0; i-- {
		b := h.Batches[i]
		if until, ok := h.Rule.End(b.At, b.At); ok && now.Before(until) && b.Quantity > 0 {
			out = append(out, Refund{i, b.Quantity, until})
		}
	}
	return out
}

// Refund is seats that can still be taken back, and until when.
type Refund struct {
	Batch    int
	Quantity int64
	Until    time.Time
}

func removeSeats(ids id.Source, h Held, seats int64, now time.Time) (Outcome, error) {
	s := h.Subscription
	s.Batches = slices.Clone(s.Batches)
	charges, left := h.Charges, seats
	var credits []billing.Charge
	for _, r := range h.Refundable(now) {
		take := min(left, r.Quantity)
		if take == 0 {
			break
		}
		b := &s.Batches[r.Batch]
		earlier := take // seats whose days before the running charged period come back too, if all of it does
		for _, c := range h.Charges {
			seats := take
			if c.ID != b.Charge {
				if c.Kind != billing.AddQuantity || !c.At.Equal(b.At) || s.runsOn(c.ID) {
					continue
				}
				seats = earlier
			}
			credit := billing.CreditSeats(ids, charges, c, seats, h.Rule.Credit, b.At, now)
			if c.ID != b.Charge {
				if earlier -= credit.Quantity; credit.Gross().IsZero() {
					continue
				}
			}
			credits, charges = append(credits, credit), append(slices.Clip(charges), credit)
		}
		b.Quantity -= take
		left -= take
	}
	if left > 0 {
		return Outcome{}, fault.Refuse("quantity.window_closed", fault.Args{"removable": seats - left, "policy": h.Rule.ID})
	}
	s.Quantity -= seats
	return Outcome{Subscriptions: []Subscription{s}, Charges: credits}, nil
}

// runsOn tells whether a batch is paid by a charge in the running charged period.
func (s Subscription) runsOn(c id.Charge) bool {
	return slices.ContainsFunc(s.Batches, func(b Batch) bool { return b.Charge == c })
}
