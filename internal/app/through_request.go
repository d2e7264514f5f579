package app

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// cancelLines is order.CancelLines for who cancels without a support request. Faults besides: "cancel.needs_request",
// "cancel.above_limit".
func (a *App) cancelLines(r Reader, k order.Cancellation, lines []int, now time.Time) (order.Order, subscription.Outcome, error) {
	o, out, err := order.CancelLines(a.IDs, k, lines, now)
	if err != nil {
		return o, out, err
	}
	var products []id.Product
	for _, ref := range out.Cancelled {
		if ref.Order == o.ID {
			products = append(products, o.Lines[ref.Line].Item.Product)
		}
	}
	entries, err := r.Entries(products)
	if err != nil {
		return o, out, err
	}
	for _, e := range entries {
		if err := throughRequest(e); err != nil {
			return o, out, err
		}
	}
	return o, out, withinLimit(r, out)
}

// cancel is subscription.Cancel for who cancels without a support request. Faults besides: "cancel.needs_request",
// "cancel.above_limit".
func (d decider) cancel(h subscription.Held) (subscription.Outcome, error) {
	out, err := subscription.Cancel(d.app.IDs, h, d.children, d.now)
	if err != nil || len(out.Cancelled) == 0 || !h.Class.Software() {
		return out, err
	}
	if err := throughRequest(d.entry); err != nil {
		return out, err
	}
	return out, withinLimit(d.tx, out)
}

// throughRequest refuses what could be cancelled now where the operator wants to be told more first: a support request
// leads on, judged by the same window (F58). A product that left the catalogue asks nothing.
func throughRequest(e *catalog.Entry) error {
	if e != nil && e.Product.NeedsInformation {
		return fault.Refuse("cancel.needs_request", nil)
	}
	return nil
}

// withinLimit refuses a cancellation that gives back more than the operator lets go without a support request (F58).
func withinLimit(r Reader, out subscription.Outcome) error {
	credit := credited(out).Neg()
	if credit.IsZero() {
		return nil
	}
	limits, err := r.RefundLimits()
	if err != nil {
		return err
	}
	if limit := limits[credit.Currency()].Request; support.Above(credit, limit) {
		return fault.Refuse("cancel.above_limit", fault.Args{"limit": limit, "credit": credit})
	}
	return nil
}
