package partnercenter

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// useOperations tell what was charged by use in the running billing period (contract.md §10). They speak of cost, so
// customer staff do not read them.
func (a *api) useOperations() []operation {
	const c, one = "/v1/customers/{customer}", "/v1/customers/{customer}/subscriptions/{subscription}"
	read := []party.Act{party.ReadPrices}
	ops := []operation{
		{path: "/v1/usagesummary", scope: scopePartner, handle: a.showUse},
		{path: "/v1/customers/usagerecords", scope: scopePartner, handle: a.listCustomerUse},
		{path: c + "/usagesummary", scope: scopeCustomer, handle: a.showCustomerUse},
		{path: c + "/usagebudget", scope: scopeCustomer, handle: a.showBudget},
		{path: c + "/subscriptions/usagerecords", scope: scopeCustomer, handle: a.listSubscriptionUse},
		{path: one + "/usagesummary", scope: scopeCustomer, handle: a.showSubscriptionUse},
		{path: one + "/meterusagerecords", scope: scopeCustomer, handle: a.listUseRecords},
		{path: one + "/resourceusagerecords", scope: scopeCustomer, handle: a.listUseRecords},
		{path: one + "/usagerecords/resources", scope: scopeCustomer, handle: a.listUseRecords}, // the older form
	}
	for i := range ops {
		ops[i].method, ops[i].acts, ops[i].status = http.MethodGet, read, http.StatusOK
	}
	return append(ops, operation{
		method: http.MethodPatch, path: c + "/usagebudget", acts: []party.Act{party.EditCustomer}, scope: scopeCustomer,
		status: http.StatusOK, handle: a.patchBudget,
	})
}

// useSummary is what every summary of use has. Costs are without tax. CurrencyLocale is not sent: a currency is no culture.
type useSummary struct {
	ResourceID       string      `json:"resourceId"`
	ID               string      `json:"id"`
	ResourceName     string      `json:"resourceName"`
	Name             string      `json:"name"`
	BillingStartDate wireTime    `json:"billingStartDate"`
	BillingEndDate   wireTime    `json:"billingEndDate"` // its last day
	TotalCost        json.Number `json:"totalCost"`
	CurrencyCode     string      `json:"currencyCode"`
	USDTotalCost     json.Number `json:"usdTotalCost,omitempty"` // where that is the currency: nothing is converted
	LastModifiedDate wireTime    `json:"lastModifiedDate"`
}

func (r *request) useSummary(resource, name string, total money.Amount, p when.Period) useSummary {
	w := useSummary{
		ResourceID: resource, ID: resource, ResourceName: name, Name: name, BillingStartDate: at(p.Start), BillingEndDate: at(lastDay(p.End)),
		TotalCost: amount(total), CurrencyCode: string(total.Currency()), LastModifiedDate: at(r.api.app.Clock.Now()),
	}
	if total.Currency() == "USD" {
		w.USDTotalCost = w.TotalCost
	}
	return w
}

// budget is what a customer means to spend a month. Without an amount nothing was said.
type budget struct {
	Amount       json.Number `json:"amount,omitempty"`
	CurrencyCode string      `json:"currencyCode"`
	Attributes   *attributes `json:"attributes"`
}

func budgetOf(c party.Customer) budget {
	m, _ := market.Lookup(string(c.Country()))
	b := budget{CurrencyCode: string(m.Currency), Attributes: of("SpendingBudget")}
	if !c.Budget.IsZero() {
		b.Amount = amount(c.Budget)
	}
	return b
}

type partnerUse struct {
	useSummary
	OverBudget   int         `json:"customersOverBudget"`
	TrendingOver int         `json:"customersTrendingOver"`
	Customers    int         `json:"customersWithUsageBasedSubscriptions"`
	Totals       []useTotal  `json:"totals"`
	Links        *selfLinks  `json:"links"`
	Attributes   *attributes `json:"attributes"`
}

// useTotal is the cost in one currency; ours, because totalCost can only be in one.
type useTotal struct {
	CurrencyCode string      `json:"currencyCode"`
	TotalCost    json.Number `json:"totalCost"`
}

func (a *api) showUse(ctx context.Context, r *request) (answer, error) {
	u, err := a.app.Use(ctx, r.actor, "")
	if err != nil {
		return answer{}, err
	}
	m, _ := market.Lookup(string(u.Partner.Country))
	totals, order := map[money.Currency]money.Amount{m.Currency: money.Of(0, m.Currency)}, []money.Currency{m.Currency}
	w := partnerUse{Customers: len(u.Customers), Totals: []useTotal{}, Links: self(r.uri(r.query)), Attributes: of("PartnerUsageSummary")}
	now := a.app.Clock.Now()
	for _, c := range u.Customers {
		cur := c.Total.Currency()
		if _, seen := totals[cur]; !seen {
			totals[cur], order = money.Of(0, cur), append(order, cur)
		}
		totals[cur] = totals[cur].Add(c.Total)
		switch over, trending := overBudget(c, u.Period, now); {
		case over:
			w.OverBudget++
		case trending:
			w.TrendingOver++
		}
	}
	for _, cur := range order {
		w.Totals = append(w.Totals, useTotal{string(cur), amount(totals[cur])})
	}
	w.useSummary = r.useSummary(string(u.Partner.ID), u.Partner.Name, totals[m.Currency], u.Period)
	return reply(w)
}

// overBudget tells whether a customer used more than it meant to, or will if it goes on like that.
func overBudget(c app.CustomerUse, p when.Period, now time.Time) (over, trending bool) {
	b := c.Customer.Budget
	if b.IsZero() || b.Currency() != c.Total.Currency() {
		return false, false
	}
	so := b.Ratio(int64(now.Sub(p.Start)/time.Second), int64(p.End.Sub(p.Start)/time.Second))
	return c.Total.Cmp(b) > 0, c.Total.Cmp(so) > 0
}

type customerUse struct {
	useSummary
	Budget      budget      `json:"budget"`
	PercentUsed int64       `json:"percentUsed"`
	IsUpgraded  bool        `json:"isUpgraded"`
	Links       *selfLinks  `json:"links"`
	Attributes  *attributes `json:"attributes"`
}

func (r *request) customerUse(c app.CustomerUse, p when.Period, objectType string) customerUse {
	w := customerUse{
		useSummary: r.useSummary(string(c.Customer.ID), c.Customer.CompanyName, c.Total, p), Budget: budgetOf(c.Customer),
		Links: self(customerURI(c.Customer.ID) + "/usagesummary"), Attributes: of(objectType),
	}
	if b := c.Customer.Budget; !b.IsZero() && b.Currency() == c.Total.Currency() {
		used, whole := c.Total.Minor(), b.Minor()
		w.PercentUsed = used/whole*100 + used%whole*100/whole
	}
	return w
}

func (a *api) listCustomerUse(ctx context.Context, r *request) (answer, error) {
	u, err := a.app.Use(ctx, r.actor, "")
	if err != nil {
		return answer{}, err
	}
	items := make([]customerUse, len(u.Customers))
	for i, c := range u.Customers {
		items[i] = r.customerUse(c, u.Period, "CustomerMonthlyUsageRecord")
	}
	return unpaged(r, items)
}

func (a *api) showCustomerUse(ctx context.Context, r *request) (answer, error) {
	u, err := a.app.Use(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	return reply(r.customerUse(u.Customers[0], u.Period, "CustomerUsageSummary"))
}

type subscriptionUse struct {
	useSummary
	Status     string      `json:"status,omitempty"`
	OfferID    string      `json:"offerId,omitempty"`
	Links      *selfLinks  `json:"links"`
	Attributes *attributes `json:"attributes"`
}

func (r *request) subscriptionUse(s app.SubscriptionUse, p when.Period, objectType string) subscriptionUse {
	return subscriptionUse{
		useSummary: r.useSummary(string(s.ID), s.FriendlyName, s.Total, p), Links: self(usageURI(r.customer, s.ID)), Attributes: of(objectType),
	}
}

func usageURI(c id.Customer, s id.Subscription) string {
	return customerURI(c) + "/subscriptions/" + string(s) + "/usagesummary"
}

func (a *api) listSubscriptionUse(ctx context.Context, r *request) (answer, error) {
	u, err := a.app.Use(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	d, items := r.dialect(), []subscriptionUse{}
	for _, s := range u.Customers[0].Subscriptions {
		w := r.subscriptionUse(s, u.Period, "SubscriptionMonthlyUsageRecord")
		w.Status, w.OfferID = d.status(s.Subscription), s.Item.String()
		items = append(items, w)
	}
	return unpaged(r, items)
}

func (a *api) showSubscriptionUse(ctx context.Context, r *request) (answer, error) {
	s, p, err := a.app.UsedBy(ctx, r.actor, r.customer, r.subscription)
	if err != nil {
		return answer{}, err
	}
	return reply(r.subscriptionUse(s, p, "SubscriptionUsageSummary"))
}

// listUseRecords lists what was used by meter or resource: none, until publishers report use.
func (a *api) listUseRecords(ctx context.Context, r *request) (answer, error) {
	if _, _, err := a.app.UsedBy(ctx, r.actor, r.customer, r.subscription); err != nil {
		return answer{}, err
	}
	return unpaged(r, []struct{}{})
}

func (a *api) showBudget(ctx context.Context, r *request) (answer, error) {
	u, err := a.app.Use(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	return reply(budgetOf(u.Customers[0].Customer))
}

type budgetBody struct {
	Amount *json.Number `json:"amount"`
}

// patchBudget says what a customer means to spend; null or nothing takes it back.
func (a *api) patchBudget(ctx context.Context, r *request) (answer, error) {
	in, err := read[budgetBody](r)
	if err != nil {
		return answer{}, err
	}
	text := "0"
	if in.value.Amount != nil {
		text = in.value.Amount.String()
	}
	return a.app.SetBudget(ctx, r.actor, r.replay(false, func(outcome any) (answer, error) {
		return reply(budgetOf(outcome.(party.Customer)))
	}), r.customer, text)
}
