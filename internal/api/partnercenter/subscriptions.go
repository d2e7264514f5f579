package partnercenter

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// subscriptionOperations are contract.md §10, as far as they are about subscriptions themselves.
func (a *api) subscriptionOperations() []operation {
	const all, one = "/v1/customers/{customer}/subscriptions", "/v1/customers/{customer}/subscriptions/{subscription}"
	read := []party.Act{party.ReadCommerce}
	change := []party.Act{party.ManageOnline, party.ManageSoftware, party.CancelSoftware}
	ops := []operation{
		{method: http.MethodGet, path: all, acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listSubscriptions},
		{method: http.MethodGet, path: one, acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showSubscription},
		{method: http.MethodPatch, path: one, acts: change, scope: scopeCustomer, status: http.StatusOK, handle: a.patchSubscription},
		{method: http.MethodGet, path: one + "/addons", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listAddOns},
		{method: http.MethodPatch, path: one + "/addons", acts: []party.Act{party.ManageOnline}, scope: scopeCustomer, status: http.StatusOK, handle: a.patchAddOns},
		{method: http.MethodGet, path: one + "/provisioningstatus", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showProvisioning},
	}
	ops = slices.Concat(ops, a.conversionOperations(one), a.transitionOperations(one), a.upgradeOperations(one), a.contactOperations(one))
	if a.Sandbox != nil {
		ops = append(ops, operation{
			method: http.MethodPost, path: one + "/activate", acts: []party.Act{party.PlaySandbox}, scope: scopeCustomer,
			status: http.StatusOK, body: bodyIgnored, handle: a.activateSubscription,
		})
	}
	return ops
}

// listSubscriptions lists all of a customer, those of an order (order_id), or those sold by a reseller (mpn_id).
func (a *api) listSubscriptions(ctx context.Context, r *request) (answer, error) {
	q := app.SubscriptionQuery{}
	if wanted := r.query.get("order_id"); wanted != "" {
		o, err := a.app.Order(ctx, r.actor, r.customer, orderID(wanted), false)
		if err != nil {
			return answer{}, err
		}
		// By its lines: after a renewal a subscription stands on another order, but it is still the one bought here.
		if q.IDs = subscriptionsBy(o); len(q.IDs) == 0 {
			return reply(collect[wireSubscription](nil))
		}
	}
	if mpn := r.query.get("mpn_id"); mpn != "" {
		return a.subscriptions(ctx, r, q, func(v app.SubscriptionView) bool {
			return slices.ContainsFunc(v.Participants, func(p subscription.Participant) bool { return strings.EqualFold(p.Value, mpn) })
		})
	}
	return a.subscriptions(ctx, r, q, nil)
}

// subscriptionsBy are the subscriptions of an order's lines.
func subscriptionsBy(o app.OrderView) []id.Subscription {
	var subs []id.Subscription
	for _, l := range o.Order.Lines {
		if l.Subscription != "" {
			subs = append(subs, l.Subscription)
		}
	}
	return subs
}

func (a *api) subscriptions(ctx context.Context, r *request, q app.SubscriptionQuery, keep func(app.SubscriptionView) bool) (answer, error) {
	views, err := a.app.Subscriptions(ctx, r.actor, r.customer, q)
	if err != nil {
		return answer{}, err
	}
	d, items := r.dialect(), make([]wireSubscription, 0, len(views))
	for _, v := range views {
		if keep == nil || keep(v) {
			items = append(items, d.subscription(v))
		}
	}
	c := collect(items)
	c.Links = &collectionLinks{Self: linkTo(r.uri(r.query))}
	return reply(c)
}

func (a *api) showSubscription(ctx context.Context, r *request) (answer, error) {
	v, err := a.app.Subscription(ctx, r.actor, r.customer, r.subscription)
	if err != nil {
		return answer{}, err
	}
	return reply(r.dialect().subscription(v))
}

func (a *api) listAddOns(ctx context.Context, r *request) (answer, error) {
	if _, err := a.app.Subscription(ctx, r.actor, r.customer, r.subscription); err != nil {
		return answer{}, err
	}
	return a.subscriptions(ctx, r, app.SubscriptionQuery{Parent: r.subscription}, nil)
}

type provisioning struct {
	Status     string      `json:"status"` // none, success, pending, failed
	Quantity   int64       `json:"quantity"`
	EndDate    wireTime    `json:"endDate,omitzero"`
	Attributes *attributes `json:"attributes"`
}

// showProvisioning tells whether a subscription can be used. There is no skuId: the SDK reads a GUID, ours are none.
func (a *api) showProvisioning(ctx context.Context, r *request) (answer, error) {
	v, err := a.app.Subscription(ctx, r.actor, r.customer, r.subscription)
	if err != nil {
		return answer{}, err
	}
	w := r.dialect().subscription(v)
	out := provisioning{Status: "none", Quantity: v.Quantity, EndDate: w.CommitmentEndDate, Attributes: of("SubscriptionProvisioningStatus")}
	switch v.State {
	case subscription.Active, subscription.Suspended:
		out.Status = "success"
	case subscription.Pending:
		out.Status = "pending"
	}
	return reply(out)
}

// subscriptionPatch is what a PATCH can change. Clients send the whole object back: what equals the stored value is no
// change, and other members are read-only, so not even read.
type subscriptionPatch struct {
	Quantity         *int64     `json:"quantity"`
	Status           enumText   `json:"status"`
	AutoRenewEnabled *bool      `json:"autoRenewEnabled"`
	FriendlyName     string     `json:"friendlyName"`
	BillingCycle     enumText   `json:"billingCycle"`
	PartnerID        string     `json:"partnerId"`
	NextTerm         *nextTerm  `json:"scheduledNextTermInstructions"`
	Attributes       attributes `json:"attributes"`
	Acknowledged     bool       `json:"cancellationAcknowledged"` // F65, ours
	Reason           enumText   `json:"reason"`                   // F30, ours
}

const maxFriendlyName = 256 // characters

var (
	subscriptionStatuses = numbered("none", "active", "suspended", "deleted", "expired", "pending", "disabled")
	changeReasons        = named(subscription.ReasonUnspecified, subscription.ReasonCustomer, subscription.ReasonNonPayment, subscription.ReasonFraud)
	subscriptionCycles   = numbered("unknown", "monthly", "annual", "none", "one_time", "triennial", "biennial")
)

// changes reads what the client wants of the subscription.
func (r *request) changes(in *body[subscriptionPatch]) (app.Changes, error) {
	p := in.value
	ch := app.Changes{Quantity: p.Quantity, AutoRenew: p.AutoRenewEnabled}
	var err error
	if ch.Version, _, err = r.expectedVersion(string(r.subscription), p.Attributes.Etag); err != nil {
		return ch, err
	}
	if name := strings.TrimSpace(p.FriendlyName); name != "" {
		if err := bounded("friendlyName", name, maxFriendlyName); err != nil {
			return ch, err
		}
		ch.Name = &name
	}
	word, _, err := subscriptionStatuses.read("status", p.Status)
	if err != nil {
		return ch, err
	}
	if ch.Reason, _, err = changeReasons.read("reason", p.Reason); err != nil {
		return ch, err
	}
	switch word {
	case "active":
		ch.State = app.WantActive
	case "suspended":
		ch.State = app.WantSuspended
	case "deleted":
		ch.State = app.WantCancelled
	}
	if in.has("nextchargeinstructions") {
		return ch, fault.Refuse("next_charge.fixed", nil)
	}
	ch.Next = new(subscription.NextTerm) // null or missing takes a plan away
	if p.NextTerm != nil {
		*ch.Next, err = p.NextTerm.wish()
		ch.Next.Plan = r.dialect().planned(ch.Next.Plan, ch.Next.Term)
	}
	return ch, err
}

// keeps refuses a body that wants what no PATCH can do, given the subscription as it is: another reseller of record,
// another billing cycle, or a state that nobody sets. It is asked inside the transaction, so that a refusal takes everything back.
func (p subscriptionPatch) keeps(d dialect, v app.SubscriptionView) error {
	if sent := strings.TrimSpace(p.PartnerID); sent != "" && !strings.EqualFold(sent, subscription.ResellerOf(v.Participants)) {
		return fault.Refuse("reseller.fixed", nil)
	}
	cycle, given, err := subscriptionCycles.read("billingCycle", p.BillingCycle)
	if err != nil {
		return err
	}
	if given && cycle != string(v.Plan) && cycle != d.cycle(v.Plan) {
		return fault.Refuse("billing_cycle.fixed", nil)
	}
	word, _, err := subscriptionStatuses.read("status", p.Status)
	switch word {
	case "expired", "pending", "disabled":
		if word != (dialect{rich: true}).status(v.Subscription) {
			return fault.Refuse("status.unreachable", nil)
		}
	}
	return err
}

// patchSubscription applies the differences between the whole object the client sent and what is stored.
func (a *api) patchSubscription(ctx context.Context, r *request) (answer, error) {
	in, err := read[subscriptionPatch](r)
	if err != nil {
		return answer{}, err
	}
	ch, err := r.changes(in)
	if err != nil {
		return answer{}, err
	}
	asked, err := r.asked()
	if err != nil {
		return answer{}, err
	}
	asked.Acknowledged = in.value.Acknowledged
	d := r.dialect()
	mapping := func(outcome any) (answer, error) {
		v := outcome.(app.SubscriptionView)
		if err := in.value.keeps(d, v); err != nil {
			return answer{}, err
		}
		ans, err := reply(d.subscription(v))
		ans.Version = v.Version
		return ans, err
	}
	return a.app.ChangeSubscription(ctx, r.actor, r.replay(false, mapping), r.customer, r.subscription, ch, asked)
}

type activation struct {
	SubscriptionID string      `json:"subscriptionId"`
	Status         string      `json:"status"`
	Attributes     *attributes `json:"attributes"`
}

// activateSubscription plays the publisher of a SaaS plan (F74).
func (a *api) activateSubscription(ctx context.Context, r *request) (answer, error) {
	sub := string(r.subscription)
	return a.app.Activate(ctx, r.actor, r.replay(true, func(any) (answer, error) {
		return reply(activation{sub, "Success", of("SubscriptionActivationResult")})
	}), r.customer, r.subscription)
}

// orderID is an order's id or alternate id as the domain keeps it: GUIDs are compared without case.
func orderID(sent string) string {
	if guid, ok := id.ParseGUID(sent); ok {
		return guid
	}
	return sent
}
