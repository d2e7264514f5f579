package partnercenter

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// orderOperations are contract.md §9.
func (a *api) orderOperations() []operation {
	const all, one = "/v1/customers/{customer}/orders", "/v1/customers/{customer}/orders/{order}"
	read := []party.Act{party.ReadCommerce}
	buy := []party.Act{party.BuySoftware, party.ManageOnline}
	change := []party.Act{party.CancelSoftware, party.BuySoftware, party.ManageOnline}
	return []operation{
		{method: http.MethodGet, path: all, acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listOrders},
		{method: http.MethodPost, path: all, acts: buy, scope: scopeCustomer, status: http.StatusCreated, handle: a.placeOrder},
		{method: http.MethodGet, path: one, acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showOrder},
		{method: http.MethodPatch, path: one, acts: change, scope: scopeCustomer, status: http.StatusOK, handle: a.patchOrder},
		{method: http.MethodGet, path: one + "/provisioningstatus", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showOrderProvisioning},
		{method: http.MethodGet, path: one + "/activationlinks", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listOrderLinks},
		{method: http.MethodGet, path: one + "/lineitems/{line}/activationlinks", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listOrderLinks},
		{
			method: http.MethodGet, path: "/v1/customers/{customer}/subscriptions/{subscription}/activationlinks", acts: read,
			scope: scopeCustomer, status: http.StatusOK, handle: a.listSubscriptionLinks,
		},
	}
}

// listOrders lists a customer's orders, newest first; billingType is a billing cycle.
func (a *api) listOrders(ctx context.Context, r *request) (answer, error) {
	prices, err := r.query.flag("include_price")
	if err != nil {
		return answer{}, err
	}
	plan, err := r.plan()
	if err != nil {
		return answer{}, err
	}
	views, err := a.app.Orders(ctx, r.actor, r.customer, plan, prices)
	if err != nil {
		return answer{}, err
	}
	d, items := r.dialect(), make([]wireOrder, len(views))
	for i, v := range views {
		items[i] = d.order(v, orderDetail{prices: prices})
	}
	return unpaged(r, items)
}

// plan is the billingType asked for; empty is any. Here "none" is a billing cycle like the others.
func (r *request) plan() (catalog.Plan, error) {
	sent := r.query.get("billingtype")
	if sent == "" {
		return "", nil
	}
	word, ok := subscriptionCycles.match(sent)
	switch {
	case !ok:
		return "", fault.Invalid("enum.unknown", fault.Args{"member": "billingType", "known": subscriptionCycles.words})
	case word == "unknown":
		return "", nil
	}
	return catalog.Plan(word), nil
}

func (a *api) showOrder(ctx context.Context, r *request) (answer, error) {
	prices, err := r.query.flag("include_price")
	if err != nil {
		return answer{}, err
	}
	v, err := a.app.Order(ctx, r.actor, r.customer, string(r.order), prices)
	if err != nil {
		return answer{}, err
	}
	return reply(r.dialect().order(v, orderDetail{prices: prices}))
}

// placeOrder buys without a cart.
func (a *api) placeOrder(ctx context.Context, r *request) (answer, error) {
	in, err := read[orderBody](r)
	if err != nil {
		return answer{}, err
	}
	if err := r.sameCustomer(in.value); err != nil {
		return answer{}, err
	}
	return a.buy(ctx, r, in.value.wishes(in.value.LineItems), in.value.Attested)
}

// sameCustomer refuses a body that says to be about another customer than the path: one of the two is a mistake, and money
// moves on it.
func (r *request) sameCustomer(b orderBody) error {
	if guid, ok := id.ParseGUID(strings.TrimSpace(b.ReferenceCustomerID)); ok && id.Customer(guid) != r.customer {
		return fault.Invalid("order.other_customer", nil)
	}
	return nil
}

// buy places an order of lines, with the partner of record's attestation or without, and answers with it.
func (a *api) buy(ctx context.Context, r *request, wishes []cartLineBody, attested bool) (answer, error) {
	lines, err := cartLines(wishes)
	if err != nil {
		return answer{}, err
	}
	asked, err := r.asked()
	if err != nil {
		return answer{}, err
	}
	asked.Attested = attested
	d := r.dialect()
	return a.app.PlaceOrder(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		p := outcome.(app.Purchase)
		w := d.purchased(p, p.Orders[0])
		w.Preview = previewOf(p.Preview)
		ans, err := reply(w)
		if p.Preview != nil {
			ans.Status = http.StatusOK // nothing was created
		}
		return ans, err
	}), r.customer, lines, asked)
}

// patchOrder has three meanings, told apart by what differs from the order as it is (contract.md §9): a status cancels
// lines, a line with a parent that is not there buys an add-on, another billing cycle charges the order by it. Anything else
// that differs is refused.
func (a *api) patchOrder(ctx context.Context, r *request) (answer, error) {
	in, err := read[orderBody](r)
	if err != nil {
		return answer{}, err
	}
	if err := r.mayAny(); err != nil { // a body that differs in nothing asks no act of app but to read
		return answer{}, err
	}
	sent := in.value
	if err := r.sameCustomer(sent); err != nil {
		return answer{}, err
	}
	if sent.cancels() && len(sent.LineItems) == 0 {
		return a.cancelOrder(ctx, r, nil, sent.Acknowledged)
	}
	v, err := a.app.Order(ctx, r.actor, r.customer, string(r.order), false)
	if err != nil {
		return answer{}, err
	}
	if sent.cancels() {
		numbers, err := sent.cancelled(v.Order)
		if err != nil {
			return answer{}, err
		}
		return a.cancelOrder(ctx, r, numbers, sent.Acknowledged)
	}
	added, err := sent.added(v.Order)
	switch {
	case err != nil:
		return answer{}, err
	case len(added) > 0:
		return a.buy(ctx, r, added, sent.Attested)
	}
	plan, err := sent.recycled(v.Order, added)
	if err != nil {
		return answer{}, err
	}
	if plan != "" {
		return a.recycleOrder(ctx, r, plan)
	}
	return reply(r.dialect().order(v, orderDetail{}))
}

func (a *api) cancelOrder(ctx context.Context, r *request, lines []int, acknowledged bool) (answer, error) {
	asked, err := r.asked()
	if err != nil {
		return answer{}, err
	}
	asked.Acknowledged = acknowledged
	d := r.dialect()
	return a.app.CancelOrder(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		return reply(d.order(outcome.(app.OrderView), orderDetail{}))
	}), r.customer, string(r.order), lines, asked)
}

// recycleOrder charges an order of the older catalogue by another billing cycle; the answer is the order that its lines
// then stand on.
func (a *api) recycleOrder(ctx context.Context, r *request, plan catalog.Plan) (answer, error) {
	asked, err := r.asked()
	if err != nil {
		return answer{}, err
	}
	d := r.dialect()
	return a.app.ChangeCycle(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		v := outcome.(app.OrderView)
		w := d.order(v, orderDetail{preview: v.Preview != nil})
		return reply(w)
	}), r.customer, string(r.order), plan, asked)
}

func (a *api) showOrderProvisioning(ctx context.Context, r *request) (answer, error) {
	v, err := a.app.Order(ctx, r.actor, r.customer, string(r.order), false)
	if err != nil {
		return answer{}, err
	}
	subs, err := a.app.Entitled(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	pending := map[id.Subscription]bool{}
	for _, s := range subs {
		pending[s.ID] = s.State == subscription.Pending
	}
	return unpaged(r, provisioningOf(v.Order, pending))
}

// listOrderLinks lists the publishers' pages of an order's lines, or of the {line} of the path.
func (a *api) listOrderLinks(ctx context.Context, r *request) (answer, error) {
	line := -1
	if sent := r.path("line"); sent != "" {
		n, err := strconv.ParseUint(sent, 10, 31)
		if err != nil {
			return answer{}, fault.NotFound("line.unknown", nil)
		}
		line = int(n)
	}
	links, err := a.app.OrderActivationLinks(ctx, r.actor, r.customer, string(r.order), line)
	if err != nil {
		return answer{}, err
	}
	return unpaged(r, lineLinks(links))
}

func (a *api) listSubscriptionLinks(ctx context.Context, r *request) (answer, error) {
	links, err := a.app.SubscriptionActivationLinks(ctx, r.actor, r.customer, r.subscription)
	if err != nil {
		return answer{}, err
	}
	return unpaged(r, lineLinks(links))
}
