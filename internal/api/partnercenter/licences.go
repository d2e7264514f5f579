package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// licenceOperations are what contract.md §5 has of licences (R18): the SKUs a customer has seats of, who has which, and
// giving and taking them.
func (a *api) licenceOperations() []operation {
	const one = "/v1/customers/{customer}/users/{user}"
	op := func(method, path string, status int, handle func(context.Context, *request) (answer, error)) operation {
		return operation{method: method, path: path, acts: []party.Act{party.AssignLicences}, scope: scopeCustomer, status: status, handle: handle}
	}
	return []operation{
		op(http.MethodGet, "/v1/customers/{customer}/subscribedskus", http.StatusOK, a.listSubscribedSkus),
		op(http.MethodGet, one+"/licenses", http.StatusOK, a.listLicences),
		op(http.MethodPost, one+"/licenseupdates", http.StatusCreated, a.updateLicences),
	}
}

// productSku names a SKU that seats are of. Its id is what licensesToAssign takes: product and SKU, or an offer's GUID.
type productSku struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	SkuPartNumber string `json:"skuPartNumber"`
	TargetType    string `json:"targetType"`
	Group         string `json:"licenseGroupId"`
}

const licenceGroup = "group1"

func productSkuOf(s subscription.Subscription) productSku {
	return productSku{ID: app.SkuName(s.Item), Name: s.Title, SkuPartNumber: app.SkuName(s.Item), TargetType: "User", Group: licenceGroup}
}

// servicePlan is a part of a SKU; we know none.
type servicePlan struct{}

type subscribedSku struct {
	Available  int64         `json:"availableUnits"`
	Active     int64         `json:"activeUnits"`
	Consumed   int64         `json:"consumedUnits"`
	Suspended  int64         `json:"suspendedUnits"`
	Total      int64         `json:"totalUnits"`
	Warning    int64         `json:"warningUnits"`
	Sku        productSku    `json:"productSku"`
	Plans      []servicePlan `json:"servicePlans"`
	Status     string        `json:"capabilityStatus"`
	Attributes *attributes   `json:"attributes"`
}

// listSubscribedSkus adds up the live subscriptions of each SKU. licenseGroupIds other than ours has none.
func (a *api) listSubscribedSkus(ctx context.Context, r *request) (answer, error) {
	views, _, err := a.app.Seated(ctx, r.actor, r.customer, app.SubscriptionQuery{})
	if err != nil {
		return answer{}, err
	}
	if group := r.query.get("licensegroupids"); group != "" && !strings.Contains(strings.ToLower(group), licenceGroup) {
		views = nil
	}
	items, place := []subscribedSku{}, map[string]int{}
	for _, v := range views {
		name := app.SkuName(v.Item)
		i, seen := place[name]
		if !seen {
			i = len(items)
			place[name] = i
			items = append(items, subscribedSku{Sku: productSkuOf(v.Subscription), Plans: []servicePlan{}, Status: "Suspended", Attributes: of("SubscribedSku")})
		}
		sku := &items[i]
		sku.Total += v.Quantity
		sku.Consumed += v.Used
		sku.Available += v.Free()
		if v.State == subscription.Suspended {
			sku.Suspended += v.Quantity
		} else {
			sku.Active += v.Quantity
			sku.Status = "Enabled"
		}
	}
	return reply(collect(items))
}

type licence struct {
	Plans      []servicePlan `json:"servicePlans"`
	Sku        productSku    `json:"productSku"`
	Attributes *attributes   `json:"attributes"`
}

func (a *api) listLicences(ctx context.Context, r *request) (answer, error) {
	user, err := r.userID()
	if err != nil {
		return answer{}, err
	}
	if _, err := a.app.CustomerUser(ctx, r.actor, r.customer, user); err != nil {
		return answer{}, err
	}
	held, err := a.app.SeatsOf(ctx, r.actor, r.customer, []id.User{user})
	if err != nil {
		return answer{}, err
	}
	if group := r.query.get("licensegroupids"); group != "" && !strings.Contains(strings.ToLower(group), licenceGroup) {
		held = nil
	}
	items := []licence{}
	for _, s := range held[user] {
		items = append(items, licence{[]servicePlan{}, productSkuOf(s), of("License")})
	}
	return reply(collect(items))
}

// licenceBody is what is to become of a user's licences. excludedPlans means nothing: a SKU is given whole.
type licenceBody struct {
	LicensesToAssign []licenceWanted
	LicensesToRemove []string
}

type licenceWanted struct {
	SkuID         string
	ExcludedPlans []string
	LicenseGroup  string `json:"licenseGroupId"`
}

type licenceGiven struct {
	SkuID         string   `json:"skuId"`
	ExcludedPlans []string `json:"excludedPlans"`
	Group         string   `json:"licenseGroupId"`
}

type licenceUpdate struct {
	Assign     []licenceGiven `json:"licensesToAssign"`
	Remove     []string       `json:"licensesToRemove"`
	Warnings   []servicePlan  `json:"licenseWarnings"`
	Attributes *attributes    `json:"attributes"`
}

// updateLicences gives and takes seats, all or nothing; what was asked for is answered, as the contract has it.
func (a *api) updateLicences(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	user, err := r.userID()
	if err != nil {
		return answer{}, err
	}
	in, err := read[licenceBody](r)
	if err != nil {
		return answer{}, err
	}
	if len(in.value.LicensesToAssign)+len(in.value.LicensesToRemove) == 0 {
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "licensesToAssign"})
	}
	done := licenceUpdate{Assign: []licenceGiven{}, Remove: []string{}, Warnings: []servicePlan{}, Attributes: of("LicenseUpdate")}
	var give, take []app.SeatWish
	for _, l := range in.value.LicensesToAssign {
		w, err := seatWish(l.SkuID)
		if err != nil {
			return answer{}, err
		}
		give, done.Assign = append(give, w), append(done.Assign, licenceGiven{app.SkuName(w.Item), []string{}, licenceGroup})
	}
	for _, sku := range in.value.LicensesToRemove {
		w, err := seatWish(sku)
		if err != nil {
			return answer{}, err
		}
		take, done.Remove = append(take, w), append(done.Remove, app.SkuName(w.Item))
	}
	return a.app.ChangeSeats(ctx, r.actor, r.replay(true, func(any) (answer, error) { return reply(done) }), r.customer, user, give, take)
}

// seatWish reads a SKU's id: product and SKU, whatever availability follows, or an imported offer's GUID.
func seatWish(sku string) (app.SeatWish, error) {
	product, rest, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(sku)), ":")
	name, _, _ := strings.Cut(rest, ":")
	if product == "" || len(sku) > 64 {
		return app.SeatWish{}, fault.Invalid("member.missing", fault.Args{"member": "skuId"})
	}
	return app.SeatWish{Item: id.Item{Product: id.Product(product), Sku: id.Sku(name)}}, nil
}
