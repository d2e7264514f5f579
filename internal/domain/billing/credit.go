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
// the current term and their earlier credits; termStart is where the first 24 h count from, for added seats it is their
// own charge's instant (P11). Full gives back all that is still charged; prorated keeps the used days of the running
// period, all of one that has ended or has no end. A charge that is already fully credited gives nothing (E26); credits
// are never below 0, their tax is tax(charge) − tax(what is kept) at the original rate (E09).
func Credits(ids id.Source, charges []Charge, mode policy.CreditMode, termStart, now time.Time) []Charge {
	return CreditsFrom(ids, charges, mode, func(c Charge) time.Time {
		if c.Kind == AddQuantity {
			return c.At
		}
		return termStart
	}, now, now)
}

// CreditsFrom is Credits where each charge has its own instant that the first 24 h count from, for a cancellation that was
// asked for at an instant of its own (F70): whether those 24 h ran is judged at asked, for what began after it at now. Days
// count as used until now.
func CreditsFrom(ids id.Source, charges []Charge, mode policy.CreditMode, start func(Charge) time.Time, asked, now time.Time) []Charge {
	var out []Charge
	for _, c := range charges {
		if c.Of != "" {
			continue
		}
		from, judged := start(c), asked
		if from.After(asked) {
			judged = now
		}
		if credit := giveBack(ids, c, credited(charges, c.ID), c.Quantity, at(mode, from, judged), now); !credit.Gross().IsZero() {
			credit.Kind = Cancel
			out = append(out, credit)
		}
	}
	return out
}

// CreditSeats gives back seats of one charge: seats of its quantity, by the rule's mode, computed on what is still
// charged for them (E17, E26). batchStart is where their first 24 h count from.
func CreditSeats(ids id.Source, charges []Charge, c Charge, seats int64, mode policy.CreditMode, batchStart, now time.Time) Charge {
	credit := giveBack(ids, c, credited(charges, c.ID), seats, at(mode, batchStart, now), now)
	credit.Kind = RemoveSeats
	return credit
}

// at is the mode that holds at now: full within 24 h of start, prorated later, for the mode that is both.
func at(mode policy.CreditMode, start, now time.Time) policy.CreditMode {
	switch {
	case mode != policy.FullFirstDay:
		return mode
	case now.Sub(start) < day:
		return policy.Full
	}
	return policy.Prorated
}

// UsedDays is how many days of a charge are used at now: started days of 24 h since its period began, at least 1, at
// most its days; 0 when the period has not begun. A charge without a period is used up: all its 0 days.
func UsedDays(c Charge, now time.Time) int64 {
	switch {
	case c.Period.End.IsZero() || !now.Before(c.Period.End):
		return c.Days
	case now.Before(c.Period.Start):
		return 0
	}
	return min(c.Days, max(1, when.DaysCeil(now.Sub(c.Period.Start))))
}

// past sums earlier credits of a charge, as positive amounts: all of them, those that name no seats (F70), and the seats
// the others gave back.
type past struct {
	priced, tax money.Amount
	granted     money.Amount
	seats       int64
}

func credited(charges []Charge, of id.Charge) past {
	var p past
	for _, c := range charges {
		if c.Of != of {
			continue
		}
		p.priced = p.priced.Sub(c.Priced())
		p.tax = p.tax.Sub(c.Tax)
		p.seats += c.Quantity
		if c.Quantity == 0 {
			p.granted = p.granted.Sub(c.Priced())
		}
	}
	return p
}

// open is what is still charged for the last n seats of c: what seats that are gone have used is not theirs. It grows
// with n from nothing, so that shares of it sum to what they were cut from.
func (p past) open(c Charge, n int64) money.Amount {
	left := c.Priced().Ratio(n, max(1, c.Quantity)).Sub(p.granted)
	if left.Sign() < 0 {
		return left.Sub(left)
	}
	return left
}

// giveBack credits seats of what c still charges, by a mode other than FullFirstDay.
func giveBack(ids id.Source, c Charge, p past, seats int64, mode policy.CreditMode, now time.Time) Charge {
	seats = min(seats, max(0, c.Quantity-p.seats))
	share := p.share(c, seats)
	kept, stays := int64(0), share.Sub(share) // zero in the charge's currency
	switch mode {
	case policy.Full:
	case policy.Prorated:
		if kept, stays = UsedDays(c, now), share; kept < c.Days {
			stays = share.Ratio(kept, c.Days)
		}
	default:
		kept, stays = c.Days, share
	}
	back := share.Sub(stays)
	out := c.reversed(back, p.taxBack(c, back))
	out.ID, out.Of, out.At, out.Quantity, out.Kept = id.Charge(ids.GUID()), c.ID, now, seats, kept
	if kept > 0 && out.Period.Start.Before(now) && now.Before(out.Period.End) {
		out.Period.Start = now
	}
	return out
}

// share is what is still charged for the last seats of c.
func (p past) share(c Charge, seats int64) money.Amount {
	live := max(0, c.Quantity-p.seats)
	return p.open(c, live).Sub(p.open(c, max(0, live-seats)))
}

// taxBack is the tax that comes back with an amount of c. The tax that stays is the tax of all that stays charged after it,
// never more than is left of it, and what comes back is never more than the credit itself.
func (p past) taxBack(c Charge, back money.Amount) money.Amount {
	still := c.Priced().Sub(p.priced)
	return bounded(c.Tax.Sub(p.tax).Sub(c.rate().On(still.Sub(back)).Tax), back, c.Inclusive)
}

// reversed gives back an amount, with the tax in it or on it.
func (c Charge) reversed(back, tax money.Amount) Charge {
	if c.Tax, c.Net = tax.Neg(), back.Neg(); c.Inclusive {
		c.Net = back.Neg().Sub(c.Tax)
	}
	return c
}

// bounded keeps the tax of a credit at what can go back: nothing below zero, nothing with a credit of nothing, and no more
// than the credit where that includes it.
func bounded(tax, back money.Amount, inclusive bool) money.Amount {
	switch {
	case tax.Sign() < 0 || back.IsZero():
		return back.Sub(back)
	case inclusive && tax.Cmp(back) > 0:
		return back
	}
	return tax
}
