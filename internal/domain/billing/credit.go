package billing

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const day = 24 * time.Hour

// Credits gives back what a cancellation at now returns of a line's charges (rules.md §3). charges holds the charges of
// the current term and their earlier credits; termStart is where the first 24 h count from. Charged periods that have
// ended stay charged, later ones are given back whole, the running one by the rule's mode. A charge that is already
// fully credited gives nothing (E26); credits are never below 0, their tax is tax(charge) − tax(what is kept) at the
// original rate (E09).
func Credits(ids id.Source, charges []Charge, mode policy.CreditMode, termStart, now time.Time) []Charge {
	if mode == policy.FullFirstDay {
		mode = policy.Prorated
		if now.Sub(termStart) < day {
			mode = policy.Full
		}
	}
	if mode == policy.NoCredit {
		return nil
	}
	var out []Charge
	for _, c := range charges {
		if c.Of != "" {
			continue
		}
		kept := int64(0)
		if mode == policy.Prorated {
			kept = UsedDays(c, now)
		}
		if credit := giveBack(ids, c, credited(charges, c.ID), c.Quantity, kept, now); !credit.Gross().IsZero() {
			credit.Kind = Cancel
			out = append(out, credit)
		}
	}
	return out
}

// CreditSeats gives back seats of one charge: seats of its quantity, by the rule's mode, computed on what is still
// charged (E17, E26).
func CreditSeats(ids id.Source, charges []Charge, c Charge, seats int64, mode policy.CreditMode, batchStart, now time.Time) Charge {
	kept := int64(0)
	if mode == policy.Prorated || mode == policy.FullFirstDay && now.Sub(batchStart) >= day {
		kept = UsedDays(c, now)
	}
	credit := giveBack(ids, c, credited(charges, c.ID), seats, kept, now)
	credit.Kind = RemoveSeats
	return credit
}

// UsedDays is how many days of a charge are used at now: started days of 24 h since its period began, at least 1, at
// most its days; 0 when the period has not begun. A charge without a period is used up.
func UsedDays(c Charge, now time.Time) int64 {
	switch {
	case c.Period.End.IsZero() || !now.Before(c.Period.End):
		return c.Days
	case now.Before(c.Period.Start):
		return 0
	}
	return min(c.Days, max(1, when.DaysCeil(now.Sub(c.Period.Start))))
}

// past sums earlier credits of a charge, as positive amounts, and the seats they gave back.
type past struct {
	priced, tax money.Amount
	seats       int64
}

func credited(charges []Charge, of id.Charge) past {
	var p past
	for _, c := range charges {
		if c.Of == of {
			p.priced = p.priced.Sub(c.Priced())
			p.tax = p.tax.Sub(c.Tax)
			p.seats += c.Quantity
		}
	}
	return p
}

// giveBack credits seats of what c still charges, keeping kept of its days.
func giveBack(ids id.Source, c Charge, p past, seats, kept int64, now time.Time) Charge {
	live := c.Quantity - p.seats
	seats = min(seats, live)
	still := c.Priced().Sub(p.priced)
	share := still
	if live > 0 && seats < live {
		share = still.Ratio(seats, live)
	}
	stays := share.Sub(share) // zero in the charge's currency
	if kept > 0 && c.Days > 0 {
		stays = share.Ratio(kept, c.Days)
	}
	back := share.Sub(stays)
	// The tax that stays is the tax of all that stays charged after this credit, never more than is left of it.
	tax := c.Tax.Sub(p.tax).Sub(c.rate().On(still.Sub(back)).Tax)
	if tax.Sign() < 0 || back.IsZero() {
		tax = back.Sub(back)
	}
	if c.Inclusive {
		if tax.Cmp(back) > 0 {
			tax = back
		}
	}
	out := c
	out.ID, out.Of, out.At, out.Quantity, out.Kept = id.Charge(ids.GUID()), c.ID, now, seats, kept
	out.Tax = tax.Neg()
	out.Net = back.Neg()
	if c.Inclusive {
		out.Net = back.Sub(tax).Neg()
	}
	if out.Period.Start.Before(now) && now.Before(out.Period.End) {
		out.Period.Start = now
	}
	return out
}
