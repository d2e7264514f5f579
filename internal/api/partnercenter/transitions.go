package partnercenter

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// transitionOperations are how seats become another SKU (contract.md §10).
func (a *api) transitionOperations(one string) []operation {
	read := []party.Act{party.ReadCommerce}
	return []operation{
		{method: http.MethodGet, path: one + "/transitionEligibilities", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listEligibilities},
		{method: http.MethodGet, path: one + "/transitions", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listTransitions},
		{
			method: http.MethodPost, path: one + "/transitions", acts: []party.Act{party.ManageOnline, party.ManageSoftware}, scope: scopeCustomer,
			status: http.StatusOK, handle: a.makeTransition,
		},
	}
}

// transitionOnly is the type of every transition: whose seats they are does not change hands here.
const transitionOnly = "transition_only"

// wireEligibility is a SKU that a subscription leads to.
type wireEligibility struct {
	CatalogItemID string              `json:"catalogItemId"`
	Title         string              `json:"title"`
	Description   string              `json:"description,omitempty"`
	Quantity      int64               `json:"quantity"`
	Eligibilities []eligibilityDetail `json:"eligibilities"`
	Attributes    *attributes         `json:"attributes"`
}

type eligibilityDetail struct {
	IsEligible     bool              `json:"isEligible"`
	TransitionType string            `json:"transitionType"`
	Errors         []transitionError `json:"errors,omitempty"`
}

// transitionError is why it cannot become it; code is the one that the act would be refused with.
type transitionError struct {
	Code        int    `json:"code"`
	Description string `json:"description"`
}

var eligibilityTypes = named("immediate", "scheduled")

func (a *api) listEligibilities(ctx context.Context, r *request) (answer, error) {
	kind, _, err := eligibilityTypes.read("eligibilityType", enumText(r.query.get("eligibilitytype")))
	if err != nil {
		return answer{}, err
	}
	targets, err := a.app.TransitionTargets(ctx, r.actor, r.customer, r.subscription, kind == "scheduled")
	if err != nil {
		return answer{}, err
	}
	items := make([]wireEligibility, len(targets))
	for i, t := range targets {
		detail := eligibilityDetail{IsEligible: t.Fault == nil, TransitionType: transitionOnly}
		if t.Fault != nil {
			wf := wireFaultOf(t.Fault, nil)
			code, _ := strconv.Atoi(wf.code) // all are numbers
			detail.Errors = []transitionError{{code, describe(wf.text, t.Fault.Args)}}
		}
		items[i] = wireEligibility{t.Item.String(), t.Title, t.Description, t.Quantity, []eligibilityDetail{detail}, of("TransitionEligibility")}
	}
	c := collect(items)
	c.Links = &collectionLinks{Self: linkTo(r.uri(r.query))}
	return reply(c)
}

// wireTransition is a transition that was made.
type wireTransition struct {
	OperationID        string            `json:"operationId,omitempty"`
	FromCatalogItemID  string            `json:"fromCatalogItemId"`
	FromSubscriptionID string            `json:"fromSubscriptionId"`
	ToCatalogItemID    string            `json:"toCatalogItemId"`
	ToSubscriptionID   string            `json:"toSubscriptionId,omitempty"`
	Quantity           int64             `json:"quantity"`
	TermDuration       string            `json:"termDuration,omitempty"`
	BillingCycle       string            `json:"billingCycle"`
	TransitionType     string            `json:"transitionType"`
	Events             []transitionEvent `json:"events,omitempty"`
	Preview            *wirePreview      `json:"preview,omitempty"`
	Attributes         *attributes       `json:"attributes"`
}

type transitionEvent struct {
	Name      string   `json:"name"`
	Status    string   `json:"status"`
	Timestamp wireTime `json:"timestamp"`
}

func (d dialect) transition(t app.Transition) wireTransition {
	w := wireTransition{
		OperationID: string(t.Operation), FromCatalogItemID: t.FromItem.String(), FromSubscriptionID: string(t.From),
		ToCatalogItemID: t.ToItem.String(), ToSubscriptionID: string(t.To), Quantity: t.Quantity, TermDuration: t.Term.String(),
		BillingCycle: d.cycle(t.Plan), TransitionType: transitionOnly, Preview: previewOf(t.Preview), Attributes: of("Transition"),
	}
	if t.Operation != "" { // it was made, at once
		w.Events = []transitionEvent{{"Transition", "Completed", at(t.At)}}
	}
	return w
}

// listTransitions lists those of a subscription, or the one of an operation.
func (a *api) listTransitions(ctx context.Context, r *request) (answer, error) {
	found, err := a.app.Transitions(ctx, r.actor, r.customer, r.subscription)
	if err != nil {
		return answer{}, err
	}
	d, wanted, items := r.dialect(), r.query.get("operationid"), []wireTransition{}
	for _, t := range found {
		if wanted == "" || wanted == string(t.Operation) {
			items = append(items, d.transition(t))
		}
	}
	c := collect(items)
	c.Links = &collectionLinks{Self: linkTo(r.uri(r.query))}
	return reply(c)
}

// transitionBody asks for one.
type transitionBody struct {
	ToCatalogItemID  string   `json:"toCatalogItemId"`
	ToSubscriptionID string   `json:"toSubscriptionId"`
	Quantity         int64    `json:"quantity"`
	TermDuration     string   `json:"termDuration"`
	BillingCycle     enumText `json:"billingCycle"`
	PromotionID      string   `json:"promotionId"`
}

func (b transitionBody) wish(own id.Subscription) (w subscription.NextTerm, err error) {
	if strings.TrimSpace(b.PromotionID) != "" {
		return w, fault.Refuse("promotion.unknown", nil)
	}
	to, err := parentOf("toSubscriptionId", b.ToSubscriptionID)
	switch {
	case err != nil:
		return w, err
	case to != "" && to != own && strings.Trim(string(to), "0-") != "":
		return w, fault.Refuse("transition.target", nil)
	}
	return conversionBody{b.ToCatalogItemID, b.Quantity, b.BillingCycle, b.TermDuration}.wish()
}

// makeTransition makes seats another SKU, or shows what that would credit and charge.
func (a *api) makeTransition(ctx context.Context, r *request) (answer, error) {
	in, err := read[transitionBody](r)
	if err != nil {
		return answer{}, err
	}
	want, err := in.value.wish(r.subscription)
	if err != nil {
		return answer{}, err
	}
	asked, err := r.asked()
	if err != nil {
		return answer{}, err
	}
	d := r.dialect()
	return a.app.Transition(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		return reply(d.transition(outcome.(app.Transition)))
	}), r.customer, r.subscription, want, asked)
}
