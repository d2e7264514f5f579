package partnercenter

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// TestF78BillGolden: the shape of a bill, and of what it is made by.
func TestF78BillGolden(t *testing.T) {
	november := when.Period{Start: utc("2026-11-01"), End: utc("2026-12-01")}
	c := billing.Charge{
		ID: "c", Kind: billing.New, At: utc("2026-11-02T10:00:00Z"), Order: "Qw7tLp0aZc9eRk2vBn4mXs6dUf8gHj1K1", Subscription: customerOne,
		Period: when.Period{Start: utc("2026-11-02T10:00:00Z"), End: utc("2026-12-02T10:00:00Z")}, Quantity: 3, Unit: money.PriceOf(3_430_927_500, "EUR"),
		Parts: 1, Net: money.Of(10_293, "EUR"), Tax: money.Of(2_059, "EUR"),
	}
	from := party.Partner{Name: "Quai Nine Software"}
	to := party.Customer{ID: customerOne, CompanyName: "Atelier Nord", Culture: "fr-FR"}
	b := billing.IssueBill(42, from, to, "EUR", november, billing.Totals{}.Add(c), money.Of(-500, "EUR"))
	w := billOf(b)
	w.LineItems = append(w.LineItems, dialect{}.billLine(app.StatementLine{
		Charge: c, Order: order.Order{At: c.At},
		Line: order.Line{Title: "Mail Suite", Item: id.Item{Product: "CMPMAIL00001", Sku: "0001"}, Term: when.Month, Plan: catalog.Monthly},
	}))
	golden(t, "bill", encoded(t, w))
	golden(t, "markup", encoded(t, markupOf(app.MarkupView{Points: 1250, Rows: []billing.Markup{{From: november.Start, Points: 1250}}})))
	golden(t, "own_prices", encoded(t, collect(dialect{}.ownPrices([]billing.OwnPrice{
		{Product: "CMPMAIL00001", Sku: "0001", Market: "FR", Term: when.Month, Plan: catalog.Monthly, From: november.Start, Unit: money.PriceOf(495_000_000, "EUR")},
		{Product: "CMPMAIL00001", Sku: "0001", Market: "FR", Term: when.Month, Plan: catalog.Monthly, From: november.End, Unit: money.PriceOf(0, "EUR"), ByMarkup: true},
	}))))
}
