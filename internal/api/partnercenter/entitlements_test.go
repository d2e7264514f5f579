package partnercenter

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

func TestEntitlementsGolden(t *testing.T) {
	item := id.Item{Product: "CMP000000002", Sku: "0003", Availability: "CMPAVL000009"}
	lines := []order.Line{
		{Number: 0, Kind: catalog.Software, Item: item, Quantity: 2, State: order.LineActive},
		{Number: 1, Kind: catalog.Software, Item: item, Quantity: 4, State: order.LineActive, Subscription: requestOne},
		{Number: 2, Kind: catalog.Reservation, Item: item, Quantity: 1, State: order.LineActive, Subscription: "reserved"},
		{Number: 3, Kind: catalog.Software, Item: item, Quantity: 9, State: order.LineCancelled},
		{Number: 4, Kind: catalog.Software, Item: item, Quantity: 9, State: order.LineSuperseded, Subscription: requestOne},
		{Number: 5, Kind: catalog.Software, Item: item, Quantity: 9, State: order.LineActive, Subscription: "over"},
		{Number: 6, Kind: catalog.SaaS, Item: item, Quantity: 9, State: order.LineActive, Subscription: "online"},
	}
	running, reserved, over := held(), held(), held()
	reserved.ID, over.ID, over.State = "reserved", "over", subscription.Expired
	got := entitlementsOf([]app.OrderView{{Order: order.Order{ID: orderOne, Customer: customerOne, Lines: lines}}}, []app.SubscriptionView{running, reserved, over})
	body, err := encode(collect(got))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "entitlements", body)

	lines[2].Context = map[string]string{"Scope": "single", "subscriptionId": "4711"}
	if body, err = encode(reservationOf("virtualmachinereservedinstance", reserved, lines[2])); err != nil {
		t.Fatal(err)
	}
	golden(t, "reservation", body)
}
