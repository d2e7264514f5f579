package billing

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// Open is what charges still ask for, gross: what they were, less all credits of them that stand among charges (E26).
func Open(charges []Charge) money.Amount {
	var sum money.Amount
	for _, c := range charges {
		sum = sum.Add(c.Gross())
	}
	return sum
}

// Grant gives back an amount that was set by hand, gross, on charges and what was credited of them before (F77): the
// latest charge first, each as far as it is still open. The zero amount is all that is open. The credits name no seats.
// Faults: "refund.nothing_open", "refund.not_positive", "refund.currency", "refund.too_much" with what is open.
func Grant(ids id.Source, charges []Charge, amount money.Amount, now time.Time) ([]Charge, error) {
	open := Open(charges)
	switch {
	case open.Sign() <= 0:
		return nil, fault.Conflict("refund.nothing_open", nil)
	case amount == money.Amount{}:
		amount = open
	case amount.Sign() <= 0:
		return nil, fault.Invalid("refund.not_positive", nil)
	case amount.Currency() != open.Currency():
		return nil, fault.Invalid("refund.currency", fault.Args{"currency": string(open.Currency())})
	case amount.Cmp(open) > 0:
		return nil, fault.Refuse("refund.too_much", fault.Args{"open": open})
	}
	var out []Charge
	for i := len(charges) - 1; i >= 0 && !amount.IsZero(); i-- {
		c := charges[i]
		if c.Of != "" {
			continue
		}
		net, tax := c.Net, c.Tax
		for _, earlier := range charges {
			if earlier.Of == c.ID {
				net, tax = net.Add(earlier.Net), tax.Add(earlier.Tax)
			}
		}
		part := lesser(amount, net.Add(tax))
		if part.Sign() <= 0 {
			continue
		}
		out = append(out, grant(ids, c, net, tax, part, now))
		amount = amount.Sub(part)
	}
	return out, nil
}

// grant is a credit of gross on what is left of c. Its tax is the tax that is left less the tax of what stays charged, at
// the original rate (E09), within what is left of either.
func grant(ids id.Source, c Charge, net, tax, gross money.Amount, now time.Time) Charge {
	stays := net.Add(tax).Sub(gross)
	rate := market.TaxRow{RatePPM: c.TaxPPM, Inclusive: true} // the gross is cut, whichever way it was priced
	back := tax.Sub(rate.On(stays).Tax)
	if least := gross.Sub(net); back.Cmp(least) < 0 {
		back = least
	}
	back = lesser(lesser(back, tax), gross)
	if back.Sign() < 0 {
		back = back.Sub(back)
	}
	out := c
	out.ID, out.Of, out.Kind, out.At, out.Quantity, out.Kept = id.Charge(ids.GUID()), c.ID, Cancel, now, 0, 0
	out.Net, out.Tax = gross.Sub(back).Neg(), back.Neg()
	return out
}

func lesser(a, b money.Amount) money.Amount {
	if b.Cmp(a) < 0 {
		return b
	}
	return a
}
