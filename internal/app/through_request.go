package app

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// cancelLines is order.CancelLines for who cancels without a support request. Fault besides: "cancel.needs_request".
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
	return o, out, nil
}

// cancel is subscription.Cancel for who cancels without a support request. Fault besides: "cancel.needs_request".
func (d decider) cancel(h subscription.Held) (subscription.Outcome, error) {
	out, err := subscription.Cancel(d.app.IDs, h, d.children, d.now)
	if err != nil || len(out.Cancelled) == 0 || !h.Class.Software() {
		return out, err
	}
	return out, throughRequest(d.entry)
}

// throughRequest refuses what could be cancelled now where the operator wants to be told more first: a support request
// leads on, judged by the same window (F58). A product that left the catalogue asks nothing.
func throughRequest(e *catalog.Entry) error {
	if e != nil && e.Product.NeedsInformation {
		return fault.Refuse("cancel.needs_request", nil)
	}
	return nil
}
