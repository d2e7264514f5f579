package order

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// RefundLines cancels lines of any kind at now by what was asked for at an earlier instant (F70): the windows are judged
// at asked. A line that was renewed since stands for the subscription that goes on in the renewal. Nothing is left to
// end at its term: what is outside its window is refused. All or nothing, like CancelLines.
// Faults: "line.unknown", "cancel.line_already", "cancel.never", "cancel.window_closed", "subscription.settling".
func RefundLines(ids id.Source, c Cancellation, numbers []int, asked, now time.Time) (Order, subscription.Outcome, error) {
	return c.each(numbers, now, func(l Line, gone map[subscription.LineRef]bool) (subscription.Outcome, error) {
		out, err := c.cancelLine(ids, l, gone, asked, now)
		if err == nil && len(out.Cancelled) == 0 {
			h := c.Subs[l.Subscription]
			return out, subscription.Closed(h.Rule, h.CancelWindow(asked).Until)
		}
		return out, err
	})
}

// Granted is what the law gives back on one line: an amount, gross; the zero amount is all that is still charged.
type Granted struct {
	Line   int
	Amount money.Amount
}

// GrantLines gives back what the law requires although the window is over (F77), and ends what of the lines still runs. The
// policy rows are not asked. The charges of a line are its own and, where it was renewed, those of the running term.
// Faults: "line.unknown", "subscription.settling", those of billing.Grant.
func GrantLines(ids id.Source, c Cancellation, grants []Granted, now time.Time) (Order, subscription.Outcome, error) {
	amounts, numbers := map[int]money.Amount{}, make([]int, len(grants))
	for i, g := range grants {
		amounts[g.Line], numbers[i] = g.Amount, g.Line
	}
	slices.SortStableFunc(numbers, func(a, b int) int { return c.depth(b) - c.depth(a) }) // an add-on before the base that takes it along
	return c.each(numbers, now, func(l Line, gone map[subscription.LineRef]bool) (out subscription.Outcome, err error) {
		charges := c.standing(l)
		h, runs := c.Subs[l.Subscription]
		switch {
		case l.Subscription == "" && l.State == LineActive:
			out.Cancelled = []subscription.LineRef{{Order: c.Order.ID, Line: l.Number}}
		case l.Subscription != "" && runs && h.State.Live():
			if out, err = subscription.EndUncredited(ids, h, c.addOns(l, gone), now); err != nil {
				return out, err
			}
		}
		credits, err := billing.Grant(ids, charges, amounts[l.Number], now)
		out.Charges = append(out.Charges, credits...)
		return out, err
	})
}

// depth is 1 for the line of an add-on and 0 for others.
func (c Cancellation) depth(number int) int {
	if number >= 0 && number < len(c.Order.Lines) && c.Order.Lines[number].Parent != "" {
		return 1
	}
	return 0
}

// StillCharged is what lines ask for at this moment, gross, all credits taken off; zero where nothing does.
func (c Cancellation) StillCharged(numbers []int) money.Amount {
	var sum money.Amount
	for _, n := range numbers {
		if n >= 0 && n < len(c.Order.Lines) {
			sum = sum.Add(billing.Open(c.standing(c.Order.Lines[n])))
		}
	}
	return sum
}

// standing are the line's charges and, where its subscription goes on in a renewal, those of the running term.
func (c Cancellation) standing(l Line) []billing.Charge {
	own := c.own(l)
	if h, ok := c.Subs[l.Subscription]; ok && l.Subscription != "" && h.Order != c.Order.ID && h.Currency == c.Order.Currency {
		own = append(own, h.Charges...)
	}
	return own
}
