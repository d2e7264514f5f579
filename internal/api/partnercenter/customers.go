package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// customerOperations are contract.md §4.
func (a *api) customerOperations() []operation {
	const all, one = "/v1/customers", "/v1/customers/{customer}"
	read := []party.Act{party.ReadCommerce}
	return []operation{
		{method: http.MethodGet, path: all, acts: read, scope: scopePartner, status: http.StatusOK, handle: a.listCustomers},
		{method: http.MethodPost, path: all, acts: []party.Act{party.EditCustomer}, scope: scopePartner, status: http.StatusCreated, secret: true, handle: a.createCustomer},
		{method: http.MethodGet, path: one, acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showCustomer},
		{method: http.MethodGet, path: one + "/profiles/company", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showCompanyProfile},
		{method: http.MethodGet, path: one + "/profiles/billing", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showBillingProfile},
	}
}

// The page sizes of the list of customers.
const (
	customerPage  = 500
	customerPages = 5000
)

// listCustomers pages customers by company name.
func (a *api) listCustomers(ctx context.Context, r *request) (answer, error) {
	p, err := r.page(customerPage, customerPages)
	if err != nil {
		return answer{}, err
	}
	f, err := r.query.filter("CompanyName", "Domain", "IndirectReseller")
	if err != nil {
		return answer{}, err
	}
	q, err := customerQuery(f)
	if err != nil {
		return answer{}, err
	}
	if len(p.after) == len(q.After) {
		q.After = [2]string(p.after)
	}
	if p.size > 0 {
		q.Limit = p.size + 1 // one more tells whether there is a next page
	}
	found, err := a.app.Customers(ctx, r.actor, q)
	if err != nil {
		return answer{}, err
	}
	var last []string
	if p.size > 0 && len(found) > p.size {
		found = found[:p.size]
		end := found[p.size-1]
		last = []string{end.CompanyName, string(end.ID)}
	}
	items := make([]wireCustomer, len(found))
	for i, c := range found {
		items[i] = listedCustomer(c)
	}
	return reply(seek(r, p, items, last))
}

// createCustomer makes the record that every sale needs first (F01).
func (a *api) createCustomer(ctx context.Context, r *request) (answer, error) {
	in, err := read[customerBody](r)
	if err != nil {
		return answer{}, err
	}
	c, err := in.value.customer()
	if err != nil {
		return answer{}, err
	}
	if sent := strings.TrimSpace(in.value.AssociatedPartnerID); sent != "" {
		reseller, ok := id.ParseGUID(sent)
		if !ok || r.actor.Kind != party.IndirectProvider {
			return answer{}, fault.Invalid("reseller.unknown", nil)
		}
		c.Reseller = id.Partner(reseller)
	}
	return a.app.CreateCustomer(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		return reply(createdCustomer(outcome.(app.NewCustomer)))
	}), c)
}

func (a *api) showCustomer(ctx context.Context, r *request) (answer, error) {
	c, err := a.app.Customer(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	return reply(customerOf(c))
}

func (a *api) showCompanyProfile(ctx context.Context, r *request) (answer, error) {
	c, err := a.app.Customer(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	return reply(companyProfileOf(c))
}

func (a *api) showBillingProfile(ctx context.Context, r *request) (answer, error) {
	c, err := a.app.Customer(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	return reply(billingProfileOf(c))
}
