package partnercenter

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func euros(text string) money.Price {
	p, err := money.ParsePrice(text, "EUR")
	if err != nil {
		panic(err)
	}
	return p
}

// twoLines is the contract's order: a perpetual line that was cancelled and three years of a CAL.
func twoLines() app.OrderView {
	bought := utc("2026-11-02T09:15:00Z")
	return app.OrderView{
		Customer: party.Customer{ID: customerOne, Address: party.Address{Country: "FR"}},
		Order: order.Order{
			ID: orderOne, Customer: customerOne, Plan: catalog.OneTime, Currency: "EUR", At: bought, Status: order.Completed,
			Lines: []order.Line{
				{
					Number: 0, Type: order.TypeNew, Item: id.Item{Product: "CMP000000001", Sku: "0001", Availability: "CMPAVL000001"},
					Title: "Server Std 2-core (perpetual)", Kind: catalog.Software, Class: catalog.Perpetual, Publisher: id.FirstParty, Quantity: 1,
					Plan: catalog.OneTime, Tariff: billing.Tariff{Unit: euros("1015.55"), PriceRow: "p1"}, State: order.LineCancelled, EndedAt: bought.Add(time.Hour),
				},
				{
					Number: 1, Type: order.TypeNew, Item: id.Item{Product: "CMP000000002", Sku: "0003", Availability: "CMPAVL000009"},
					Title: "Device CAL", FriendlyName: "Device CAL, 3 years", Kind: catalog.Software, Class: catalog.SoftwareSub, Publisher: id.FirstParty,
					Quantity: 4, Term: when.ThreeYears, Plan: catalog.Triennial, Tariff: billing.Tariff{Unit: euros("98.555"), PriceRow: "p2"},
					Subscription: "0b1c2d3e-2222-4a5b-8c9d-000000000002", State: order.LineActive,
					Participants: []order.Participant{{Key: resellerOfRecord, Value: "4711"}, {Key: additionalReseller, Value: "4712"}},
				},
			},
		},
		Charges: []billing.Charge{
			{Line: 0, Net: money.Of(101555, "EUR")}, {Line: 1, Net: money.Of(39422, "EUR")}, {Line: 0, Of: "c1", Net: money.Of(-101555, "EUR")},
		},
	}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	b, err := encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOrderOnTheWire(t *testing.T) {
	golden(t, "order", encoded(t, dialect{}.order(twoLines(), orderDetail{})))
	golden(t, "order_priced", encoded(t, dialect{}.order(twoLines(), orderDetail{prices: true})))
}

// TestOrderIsTheContracts: what the contract's sample says stands in ours, except the alternate id, which is computed.
func TestOrderIsTheContracts(t *testing.T) {
	const sample = `{"id":"Qw7tLp0aZc9eRk2vBn4mXs6dUf8gHj1K1","referenceCustomerId":"6f1d0c0e-1111-4f60-9d6e-0a4b9a3f0001",
 "billingCycle":"one_time","currencyCode":"EUR","currencySymbol":"\u20ac",
 "lineItems":[
  {"lineItemNumber":0,"offerId":"CMP000000001:0001:CMPAVL000001","transactionType":"New","friendlyName":"Server Std 2-core (perpetual)","quantity":0,
   "links":{"product":{"uri":"/products/CMP000000001?country=FR","method":"GET","headers":[]},
            "sku":{"uri":"/products/CMP000000001/skus/0001?country=FR","method":"GET","headers":[]},
            "availability":{"uri":"/products/CMP000000001/skus/0001/availabilities/CMPAVL000001?country=FR","method":"GET","headers":[]}}},
  {"lineItemNumber":1,"offerId":"CMP000000002:0003:CMPAVL000009","termDuration":"P3Y","transactionType":"New","friendlyName":"Device CAL, 3 years","quantity":4,
   "subscriptionId":"0b1c2d3e-2222-4a5b-8c9d-000000000002"}],
 "creationDate":"2026-11-02T09:15:00.0000000Z","status":"completed","transactionType":"UserPurchase",
 "links":{"self":{"uri":"/customers/6f1d0c0e-1111-4f60-9d6e-0a4b9a3f0001/orders/Qw7tLp0aZc9eRk2vBn4mXs6dUf8gHj1K1","method":"GET","headers":[]}},
 "attributes":{"objectType":"Order"}}`
	var want, got any
	if err := json.Unmarshal([]byte(sample), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded(t, dialect{}.order(twoLines(), orderDetail{})), &got); err != nil {
		t.Fatal(err)
	}
	within(t, "$", want, got)
}

// within tells where got lacks or contradicts want.
func within(t *testing.T, at string, want, got any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		for k, v := range w {
			within(t, at+"."+k, v, g[k])
		}
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			t.Errorf("%s: %d elements, want %d", at, len(g), len(w))
			return
		}
		for i := range w {
			within(t, at+"[]", w[i], g[i])
		}
	default:
		if !reflect.DeepEqual(want, got) {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
	}
}

func TestOrderDialects(t *testing.T) {
	v := twoLines()
	v.Order.Plan, v.Order.System, v.Order.Lines[1].Type = catalog.Triennial, true, order.TypeRenew
	if w := (dialect{}).order(v, orderDetail{}); w.BillingCycle != "triennial" || w.TransactionType != "SystemPurchase" || w.LineItems[1].TransactionType != "Renew" {
		t.Errorf("%+v", w)
	}
	if w := (dialect{java: true}).order(v, orderDetail{}); w.BillingCycle != "one_time" {
		t.Errorf("the Java SDK has no %s", w.BillingCycle)
	}
	v.Order.At = utc("2021-10-13T23:59:59.999999Z")
	if w := (dialect{}).order(v, orderDetail{}); w.LineItems[1].SubscriptionID != "" || w.LineItems[1].Links.Subscription.URI != "" {
		t.Error("F40 ordered before 2021-10-14: no subscription to look at")
	}
	v.Order.Lines[1].State = order.LineCancelled
	if w := (dialect{}).order(v, orderDetail{}); w.Links.PatchOperation.URI != "" {
		t.Error("nothing is left to cancel")
	}
	v.Order.Lines[1].Tariff = billing.Tariff{}
	if w := (dialect{}).order(v, orderDetail{prices: true}); w.LineItems[1].Pricing != nil || w.TotalPrice != "0.00" {
		t.Errorf("what has no price has no pricing: %+v", w)
	}
}

func TestCheckoutResult(t *testing.T) {
	v := twoLines()
	p := app.Purchase{
		Customer: v.Customer, Orders: []order.Order{v.Order},
		Failed: []order.GroupFault{{Group: "1", Fault: fault.Refuse("offer.exclusive", fault.Args{"uri": "https://orbit.example/contact"})}},
	}
	golden(t, "checkout", encoded(t, dialect{}.checkoutResult(p)))
	if none := encoded(t, dialect{}.checkoutResult(app.Purchase{})); string(none) != `{"orders":[],"attributes":{"objectType":"CartCheckoutResult"}}` {
		t.Errorf("%s", none)
	}
	p.Preview = &app.Preview{Act: "purchase", Invoice: when.Period{Start: utc("2026-11-01"), End: utc("2026-12-01")}}
	p.Orders[0].Lines[0].Parent = "0b1c2d3e-2222-4a5b-8c9d-00000000aaaa" // there already
	p.Orders[0].Lines[1].Parent = "0b1c2d3e-2222-4a5b-8c9d-00000000bbbb" // to be made
	p.Made.Subscriptions = []subscription.Subscription{{ID: "0b1c2d3e-2222-4a5b-8c9d-00000000bbbb"}}
	w := dialect{}.checkoutResult(p)
	if l := w.Orders[0].LineItems; l[0].ParentSubscriptionID == "" || l[1].ParentSubscriptionID != "" || l[1].SubscriptionID != "" || w.Orders[0].ID != "" || w.Preview.Hash == "" {
		t.Errorf("a preview names what there is and nothing else: %+v", w)
	}
	strict(t, encoded(t, w))
}

func TestProvisioning(t *testing.T) {
	o := twoLines().Order
	got := provisioningOf(o, map[id.Subscription]bool{})
	if got[0].Status != "Unfulfilled" || got[0].Quantities[0].Quantity != 0 || got[1].Status != "Fulfilled" || got[1].Quantities[0].Quantity != 4 {
		t.Errorf("%+v", got)
	}
	if got := provisioningOf(o, map[id.Subscription]bool{o.Lines[1].Subscription: true}); got[1].Status != "PrefulfillmentPending" {
		t.Errorf("%+v", got)
	}
}

// A PATCH that cancels names lines; one that names them all means those that are left.
func TestLinesToCancel(t *testing.T) {
	o := twoLines().Order
	for _, c := range []struct {
		name, body string
		want       []int
		code       string
	}{
		{"one", `{"status":"cancelled","lineItems":[{"lineItemNumber":1}]}`, []int{1}, ""},
		{"the cancelled one", `{"status":"cancelled","lineItems":[{"lineItemNumber":0,"quantity":0}]}`, []int{0}, ""},
		{"all", `{"Status":"Cancelled","LineItems":[{"LineItemNumber":1},{"LineItemNumber":0,"OfferId":"cmp000000001:0001:cmpavl000001"}]}`, nil, ""},
		{"one beyond", `{"status":"cancelled","lineItems":[{"lineItemNumber":0},{"lineItemNumber":1},{"lineItemNumber":2}]}`, []int{0, 1, 2}, ""},
		{"another offer", `{"status":"cancelled","lineItems":[{"lineItemNumber":0,"offerId":"CMP000000002:0003:CMPAVL000009"}]}`, nil, "line.mismatch"},
		{"no number", `{"status":"canceled","lineItems":[{"offerId":"x"}]}`, nil, "member.missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b orderBody
			if err := json.Unmarshal([]byte(c.body), &b); err != nil || !b.cancels() {
				t.Fatal(err)
			}
			got, err := b.cancelled(o)
			if f := fault.Of(err); f != nil && f.Code != c.code || (err == nil) != (c.code == "") {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// What a PATCH without a cancellation wants: nothing, an add-on, or what no order PATCH does.
func TestLinesToAdd(t *testing.T) {
	o := twoLines().Order
	text := encoded(t, dialect{}.order(twoLines(), orderDetail{prices: true}))
	const addOn = `{"LineItems":[{"LineItemNumber":0,"OfferId":"CMP000000003:0001:CMPAVL000001","Quantity":2,"ParentSubscriptionId":"0B1C2D3E-2222-4A5B-8C9D-000000000002"}]}`
	for _, c := range []struct {
		name, body string
		want       int
		code       string
	}{
		{"the order itself", string(text), 0, ""},
		{"nothing", `{}`, 0, ""},
		{"words for nothing", `{"Status":"none","BillingCycle":"unknown","LineItems":null}`, 0, ""},
		{"an add-on", addOn, 1, ""},
		{"a parent in the context", `{"lineItems":[{"offerId":"CMP000000003:0001:CMPAVL000001","provisioningContext":{"ParentSubscriptionId":"x"}}]}`, 1, ""},
		{"seats", `{"lineItems":[{"lineItemNumber":1,"quantity":5}]}`, 0, "order.fixed"},
		{"a cancelled line brought back", `{"lineItems":[{"lineItemNumber":0,"quantity":1}]}`, 0, "order.fixed"},
		{"a line without a parent", `{"lineItems":[{"lineItemNumber":2,"offerId":"CMP000000003:0001:CMPAVL000001","quantity":5}]}`, 0, "order.fixed"},
		{"a cycle that is none", `{"billingCycle":"weekly"}`, 0, "enum.unknown"},
		{"a status", `{"status":"pending"}`, 0, "order.fixed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b orderBody
			if err := json.Unmarshal([]byte(c.body), &b); err != nil || b.cancels() {
				t.Fatal(err)
			}
			got, err := b.added(o)
			if f := fault.Of(err); f != nil && f.Code != c.code || (err == nil) != (c.code == "") || len(got) != c.want {
				t.Fatalf("%v, %v, want %q", got, err, c.code)
			}
		})
	}
	var b orderBody
	if err := json.Unmarshal([]byte(addOn), &b); err != nil {
		t.Fatal(err)
	}
	got, _ := b.added(o)
	lines, err := cartLines(got)
	if err != nil || lines[0].Term != when.ThreeYears || lines[0].Plan != catalog.OneTime || lines[0].Parent != "0b1c2d3e-2222-4a5b-8c9d-000000000002" || lines[0].Quantity != 2 {
		t.Errorf("an add-on takes the cycle of its order and the term of its base: %+v, %v", lines, err)
	}
}
