package partner

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// monthsAt is the place of the monthly recurring revenue in the list of customers: beside the subscriptions that bring it.
const monthsAt = 5

// monthsOf reads what customers bring in a month; nil where the reader may see no prices (R14).
func monthsOf(v *ui.Visit, customers []party.Customer) (map[id.Customer]app.Recurring, error) {
	if !v.May(party.ReadPrices) {
		return nil, nil
	}
	return v.App.Recurring(v.R.Context(), v.Actor, customers)
}

// monthsCell shows one customer's, each currency for itself.
func monthsCell(v *ui.Visit, r app.Recurring) ui.Cell {
	switch {
	case len(r.Sums) == 0:
		return ui.Cell{Value: "–"}
	case r.Active.More:
		return ui.Cell{Value: v.T("customers.mrr_more", "sum", v.L.Value(r.Sums))}
	case len(r.Sums) == 1:
		return ui.Cell{Value: r.Sums[0]}
	}
	return ui.Cell{Value: r.Sums}
}

// monthsText is the same for machines: ">" before what is more than that.
func monthsText(r app.Recurring) string {
	var all []string
	for _, sum := range r.Sums {
		text := sum.Decimal() + " " + string(sum.Currency())
		if r.Active.More {
			text = ">" + text
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}
