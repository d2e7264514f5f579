package partnercenter

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// entitlementOperations are contract.md §11.
func (a *api) entitlementOperations() []operation {
	read := []party.Act{party.ReadCommerce}
	const c = "/v1/customers/{customer}"
	return []operation{
		{method: http.MethodGet, path: c + "/entitlements", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listEntitlements},
		{method: http.MethodGet, path: c + "/artifacts/{artifact}/groups/{order}/lineitems/{line}/resource/{subscription}", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showReservation},
	}
}

// entitlement is a right that a line gives. Items of the list carry no attributes.
type entitlement struct {
	IncludedEntitlements []json.RawMessage  `json:"includedEntitlements"` // parts of a suite: none of ours has any
	ReferenceOrder       referenceOrder     `json:"referenceOrder"`
	ProductID            string             `json:"productId"`
	SkuID                string             `json:"skuId"`
	Quantity             int64              `json:"quantity"`
	QuantityDetails      []quantityDetail   `json:"quantityDetails"`
	EntitledArtifacts    []artifact         `json:"entitledArtifacts"`
	EntitlementType      string             `json:"entitlementType"`
	FulfillmentState     string             `json:"fulfillmentState"`
	ExpiryDate           wireTime           `json:"expiryDate,omitzero"`
	DynamicAttributes    *dynamicAttributes `json:"dynamicAttributes,omitempty"`
}

type referenceOrder struct {
	ID          string `json:"id"`
	LineItemID  string `json:"lineItemId"`
	AlternateID string `json:"alternateId"`
}

type quantityDetail struct {
	Quantity int64  `json:"quantity"`
	Status   string `json:"status"`
}

// artifact is what a right is used through. Software has none here: SDKs know no type for keys and downloads.
type artifact struct {
	ArtifactType      string             `json:"artifactType"`
	Link              link               `json:"link"`
	ResourceID        string             `json:"resourceId"`
	DynamicAttributes *dynamicAttributes `json:"dynamicAttributes,omitempty"`
}

type dynamicAttributes struct {
	ReservationType string `json:"reservationType"`
}

const fulfilled = "Fulfilled"

var entitlementTypes = named("software", "reservedinstance", "virtualmachinereservedinstance")

// listEntitlements lists the rights to software and reservations that a customer has now: lines that were cancelled, that
// a renewal superseded, or whose term is over give none.
func (a *api) listEntitlements(ctx context.Context, r *request) (answer, error) {
	kind, given, err := r.query.word(entitlementTypes, "entitlementtype")
	if err != nil {
		return answer{}, err
	}
	expiry, err := r.query.flag("showexpiry")
	if err != nil {
		return answer{}, err
	}
	orders, err := a.app.Orders(ctx, r.actor, r.customer, "", false)
	if err != nil {
		return answer{}, err
	}
	views, err := a.app.Entitled(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	items := []entitlement{}
	for _, e := range entitlementsOf(orders, views) {
		if given && (kind == "software") != (e.EntitlementType == "software") {
			continue
		}
		if !expiry {
			e.ExpiryDate = wireTime{}
		}
		items = append(items, e)
	}
	c := collect(items)
	c.Links = &collectionLinks{Self: linkTo(r.uri(r.query))}
	return reply(c)
}

func entitlementsOf(orders []app.OrderView, views []app.SubscriptionView) []entitlement {
	held := make(map[id.Subscription]app.SubscriptionView, len(views))
	for _, v := range views {
		held[v.ID] = v
	}
	var out []entitlement
	for _, o := range orders {
		for _, l := range o.Order.Lines {
			v, subscribed := held[l.Subscription]
			software := l.Kind == catalog.Software
			switch {
			case !software && l.Kind != catalog.Reservation, l.State != order.LineActive, subscribed && !v.State.Live():
				continue
			}
			e := entitlement{
				IncludedEntitlements: []json.RawMessage{}, EntitledArtifacts: []artifact{},
				ReferenceOrder: referenceOrder{string(o.Order.ID), strconv.Itoa(l.Number), id.AlternateID(o.Order.ID)},
				ProductID:      string(l.Item.Product), SkuID: string(l.Item.Sku), Quantity: l.Quantity,
				QuantityDetails: []quantityDetail{{l.Quantity, fulfilled}}, FulfillmentState: fulfilled, EntitlementType: "software",
			}
			if subscribed {
				e.ExpiryDate = at(v.Current.End)
			}
			if !software {
				e.reserve(l, o.Order)
			}
			out = append(out, e)
		}
	}
	return out
}

// reserve makes e a reservation's: its artifact leads to the details.
func (e *entitlement) reserve(l order.Line, o order.Order) {
	e.EntitlementType = "reservedinstance"
	e.DynamicAttributes = &dynamicAttributes{"virtualmachines"}
	uri := "/customers/" + string(o.Customer) + "/artifacts/reservedinstance/groups/" + string(o.ID) +
		"/lineitems/" + strconv.Itoa(l.Number) + "/resource/" + string(l.Subscription)
	e.EntitledArtifacts = []artifact{{"reservedinstance", linkTo(uri), string(l.Subscription), e.DynamicAttributes}}
}

// reservationDetails stand behind an artifact, under both names that clients look for.
type reservationDetails struct {
	Type            string        `json:"type"`
	Reservations    []reservation `json:"reservations"`
	VirtualMachines []reservation `json:"virtualMachineReservations"`
	Attributes      *attributes   `json:"attributes"`
}

type reservation struct {
	ReservationID     string   `json:"reservationId"`
	DisplayName       string   `json:"displayName"`
	ScopeType         string   `json:"scopeType"` // Shared, Single
	AppliedScopes     []string `json:"appliedScopes"`
	Quantity          int64    `json:"quantity"`
	EffectiveDateTime wireTime `json:"effectiveDateTime"`
	ExpiryDateTime    wireTime `json:"expiryDateTime"`
	ProvisioningState string   `json:"provisioningState"`
}

func (a *api) showReservation(ctx context.Context, r *request) (answer, error) {
	unknown := fault.NotFound("subscription.unknown", nil)
	kind, ok := entitlementTypes.match(r.path("artifact"))
	if !ok || kind == "software" {
		return answer{}, unknown
	}
	o, err := a.app.Order(ctx, r.actor, r.customer, string(r.order), false)
	if err != nil {
		return answer{}, err
	}
	n, err := r.line()
	if err != nil {
		return answer{}, err
	}
	views, err := a.app.Entitled(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	if n < len(o.Order.Lines) && o.Order.Lines[n].Kind == catalog.Reservation {
		for _, v := range views {
			if v.ID == r.subscription && v.ID == o.Order.Lines[n].Subscription {
				return reply(reservationOf(kind, v, o.Order.Lines[n]))
			}
		}
	}
	return answer{}, unknown
}

func reservationOf(kind string, v app.SubscriptionView, l order.Line) reservationDetails {
	res := reservation{
		ReservationID: string(v.ID), DisplayName: v.FriendlyName, ScopeType: "Shared", AppliedScopes: []string{}, Quantity: v.Quantity,
		EffectiveDateTime: at(v.Current.Start), ExpiryDateTime: at(v.Current.End), ProvisioningState: "Created",
	}
	for k, value := range l.Context {
		switch foldWord(k) {
		case "scope":
			res.ScopeType = pascal(foldWord(value))
		case "subscriptionid":
			res.AppliedScopes = []string{"/subscriptions/" + value}
		}
	}
	if !v.State.Live() {
		res.ProvisioningState = "Expired"
	}
	list := []reservation{res}
	objectType := "ReservedInstanceArtifactDetails"
	if kind != "reservedinstance" {
		kind, objectType = "virtual_machine_reserved_instance", "VirtualMachineReservedInstanceArtifactDetails"
	}
	return reservationDetails{kind, list, list, of(objectType)}
}
