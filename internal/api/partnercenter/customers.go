package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// customerOperations are contract.md §4.
func (a *api) customerOperations() []operation {
	const all, one = "/v1/customers", "/v1/customers/{customer}"
	read, edit, end := []party.Act{party.ReadCommerce}, []party.Act{party.EditCustomer}, []party.Act{party.EndRelationship}
	return []operation{
		{method: http.MethodGet, path: all, acts: read, scope: scopePartner, status: http.StatusOK, handle: a.listCustomers},
		{method: http.MethodPost, path: all, acts: edit, scope: scopePartner, status: http.StatusCreated, secret: true, handle: a.createCustomer},
		{method: http.MethodGet, path: one, acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showCustomer},
		{method: http.MethodGet, path: one + "/profiles/company", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showCompanyProfile},
		{method: http.MethodGet, path: one + "/profiles/billing", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showBillingProfile},
		{method: http.MethodPut, path: one + "/profiles/billing", acts: edit, scope: scopeCustomer, status: http.StatusOK, handle: a.putBillingProfile},
		{method: http.MethodPatch, path: one, acts: end, scope: scopeCustomer, status: http.StatusOK, handle: a.patchCustomer},
		{method: http.MethodDelete, path: one, acts: end, scope: scopeCustomer, status: http.StatusNoContent, handle: a.deleteCustomer},
		{method: http.MethodGet, path: one + "/validationStatus", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showValidation},
		{method: http.MethodGet, path: one + "/qualifications", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listQualifications},
		{method: http.MethodPost, path: one + "/qualifications", acts: edit, scope: scopeCustomer, status: http.StatusCreated, handle: a.addQualification},
		{method: http.MethodGet, path: one + "/qualification", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showQualification},
		{method: http.MethodPut, path: one + "/qualification", acts: edit, scope: scopeCustomer, status: http.StatusOK, handle: a.putQualification},
		{method: http.MethodGet, path: one + "/agreements", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listAgreements},
		{method: http.MethodPost, path: one + "/agreements", acts: edit, scope: scopeCustomer, status: http.StatusCreated, handle: a.addAgreement},
		{method: http.MethodGet, path: one + "/directSignedMicrosoftCustomerAgreementStatus", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showDirectSigning},
		{method: http.MethodGet, path: "/v1/agreements", scope: scopeNone, status: http.StatusOK, handle: a.listAgreementTemplates},
		{method: http.MethodGet, path: "/v1/agreementtemplates/{template}/document", scope: scopeNone, status: http.StatusOK, handle: a.showAgreementDocument},
		{method: http.MethodGet, path: "/v1/agreementtemplates/{template}/text", public: true, scope: scopeNone, status: http.StatusOK, handle: a.readAgreement},
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
	f, err := r.query.filter("CompanyName", "Domain", "IndirectReseller", "IndirectCloudSolutionProvider")
	if err != nil {
		return answer{}, err
	}
	q, provider, err := customerQuery(f)
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
	if provider != "" && !strings.HasPrefix(string(r.actor.Scope.Partner()), provider) { // all customers are of one provider
		found = nil
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
	c.Reseller = id.Partner(strings.TrimSpace(in.value.AssociatedPartnerID)) // or an MPN
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
