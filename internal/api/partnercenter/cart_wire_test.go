package partnercenter

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func TestCartOnTheWire(t *testing.T) {
	made := utc("2026-11-02T09:15:00Z")
	item := id.Item{Product: "CMP000000002", Sku: "0003", Availability: "CMPAVL000009"}
	golden(t, "cart", encoded(t, dialect{}.cart(order.Cart{
		ID: "0b1c2d3e-2222-4a5b-8c9d-00000000ca47", Customer: customerOne, CreatedAt: made, ChangedAt: made, ExpiresAt: made.AddDate(0, 0, 7),
		ChangedBy: "ana@partner.example", Attested: true,
		Lines: []order.CartLine{
			{
				ID: 0, Item: item, Raw: strings.ToLower(item.String()), Quantity: 4, Currency: "EUR", Plan: catalog.Triennial, Term: when.ThreeYears,
				Group: "0", FriendlyName: "CALs", Attested: true, RenewsTo: when.Year, Context: map[string]string{"scope": "Shared"},
				Participants: []order.Participant{{Key: resellerOfRecord, Value: "4711"}},
				AddOns:       []order.CartLine{{ID: 1, Item: item, Quantity: 4, Plan: catalog.Triennial, Term: when.ThreeYears, Group: "0"}},
			},
			{ID: 2, Raw: "what is this", Quantity: 1, Group: "1", Fault: fault.Invalid("item.unknown", nil)},
			{
				ID: 3, Item: item, Quantity: 1, Group: "1",
				Fault: fault.Refuse("offer.limit_suspended", fault.Args{"limit": int64(1), "unit": "concurrent", "subscription": "0b1c2d3e-2222-4a5b-8c9d-000000000002"}),
			},
		},
	})))
}

func TestCartErrors(t *testing.T) {
	for code, want := range map[string]string{
		"item.unknown": "catalog_item_id_is_not_valid", "offer.limit": "quota_not_available", "offer.limit_suspended": "quota_not_available",
		"offer.no_price": "unable_to_process_cart_line_item", "offer.market": "unable_to_process_cart_line_item", "reservation.market": "unable_to_process_cart_line_item",
		"addon.base_only": "unable_to_process_cart_line_item", "quantity.out_of_range": "invalid_input", "plan.needed": "billing_plan_not_supported",
		"plan.not_offered": "billing_plan_not_supported", "attestation.needed": "attestation_not_accepted", "price.changed": "invalid_input",
		"money.too_large": "invalid_input", "currency.foreign": "currency_is_not_supported",
	} {
		if _, known := faultOf[code]; !known {
			t.Errorf("%s has no row", code)
		}
		if e := cartErrorOf(fault.Refuse(code, nil)); e.Code != want || e.Description == "" || e.More["code"] == "" {
			t.Errorf("%s: %+v, want %s", code, e, want)
		}
	}
	if cartErrorOf(nil) != nil {
		t.Error("a good line has no error")
	}
}

func linesOf(t *testing.T, body string) ([]order.CartLine, error) {
	t.Helper()
	var b cartBody
	if err := json.Unmarshal([]byte(body), &b); err != nil {
		t.Fatal(err)
	}
	return cartLines(b.LineItems)
}

func TestCartLinesAreNumbered(t *testing.T) {
	for body, want := range map[string][]int{
		`{"lineItems":[{"id":3},{"id":"1"}]}`:                                   {3, 1},
		`{"lineItems":[{},{}]}`:                                                 {0, 1},
		`{"lineItems":[{"id":1},{},{"id":0},{}]}`:                               {1, 2, 0, 3},
		`{"lineItems":[{"Id":0,"AddonItems":[{"Id":0}]},{"Id":0}]}`:             {0, 1, 2},
		`{"lineItems":[{"id":5,"addonItems":[{"id":6},{"id":null}]},{"id":7}]}`: {5, 6, 0, 7},
	} {
		lines, err := linesOf(t, body)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, l := range lines {
			got = append(got, l.ID)
			for _, a := range l.AddOns {
				got = append(got, a.ID)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
	if _, err := linesOf(t, `{"lineItems":[{"id":2},{"id":1,"addonItems":[{"id":2}]}]}`); fault.Of(err) == nil || fault.Of(err).Code != "line.twice" {
		t.Errorf("%v", err)
	}
}

func TestCartLineIsRead(t *testing.T) {
	_, err := linesOf(t, `{"LineItems":[{"CatalogItemId":" cmp000000002:0003:cmpavl000009 ","FriendlyName":" CALs ","Quantity":4,"BillingCycle":5,"TermDuration":"p3y",
		"Participants":[{"Key":"transaction_reseller","Value":"4711"},{"Key":"Unknown","Value":"x"},{"Key":2,"Value":null}],
		"ProvisioningContext":{"SCOPE":"Shared","Éclair":"é","ParentSubscriptionID":"0B1C2D3E-2222-4A5B-8C9D-000000000002","SubscriptionId":null},
		"RenewsTo":[{"TermDuration":"P1Y"}],"CustomTermEndDate":"0001-01-01T00:00:00","AttestationAccepted":null,"PromotionId":""}]}`)
	if fault.Of(err) == nil || fault.Of(err).Code != "enum.unknown" {
		t.Fatalf("a participant by number is not known: %v", err)
	}
	lines, err := linesOf(t, `{"LineItems":[{"CatalogItemId":" cmp000000002:0003:cmpavl000009 ","FriendlyName":" CALs ","Quantity":4,"BillingCycle":5,"TermDuration":"p3y",
		"Participants":[{"Key":"transaction_reseller","Value":"4711"},{"Key":"Unknown","Value":"x"}],
		"ProvisioningContext":{"SCOPE":"Shared","Éclair":"é","ParentSubscriptionID":"0B1C2D3E-2222-4A5B-8C9D-000000000002","SubscriptionId":null},
		"RenewsTo":[{"TermDuration":"P1Y"}],"CustomTermEndDate":"0001-01-01T00:00:00","AttestationAccepted":null,"PromotionId":""}]}`)
	want := order.CartLine{
		Item: id.Item{Product: "CMP000000002", Sku: "0003", Availability: "CMPAVL000009"}, Raw: "cmp000000002:0003:cmpavl000009", FriendlyName: "CALs",
		Quantity: 4, Plan: catalog.Triennial, Term: when.ThreeYears, RenewsTo: when.Year, AddOns: []order.CartLine{},
		Participants: []order.Participant{{Key: resellerOfRecord, Value: "4711"}},
		Context:      map[string]string{"scope": "Shared", "Éclair": "é", "parentSubscriptionId": "0B1C2D3E-2222-4A5B-8C9D-000000000002"},
		Parent:       "0b1c2d3e-2222-4a5b-8c9d-000000000002",
	}
	if err != nil || !reflect.DeepEqual(lines[0], want) {
		t.Errorf("%+v, %v\nwant %+v", lines, err, want)
	}
	for _, bad := range []string{
		`{"catalogItemId":"` + strings.Repeat("x", maxItemText+1) + `"}`, `{"friendlyName":"` + strings.Repeat("é", maxFriendlyName+1) + `"}`,
		`{"participants":[` + strings.Repeat(`{},`, maxParticipants) + `{}]}`, `{"provisioningContext":{"a":"` + strings.Repeat("x", maxContextValue+1) + `"}}`,
		`{"renewsTo":{"termDuration":"soon"}}`, `{"friendlyName":"\u001b[31m"}`, `{"provisioningContext":{"a":"\u0001"}}`,
	} {
		if _, err := linesOf(t, `{"lineItems":[`+bad+`]}`); fault.Of(err) == nil {
			t.Errorf("%.60s is taken", bad)
		}
	}
}
