package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// relationOperations are the relationships of contract.md §6.
func (a *api) relationOperations() []operation {
	read := []party.Act{party.ReadPartner}
	return []operation{
		{method: http.MethodGet, path: "/v1/relationships", acts: read, scope: scopePartner, status: http.StatusOK, handle: a.listRelationships},
		{method: http.MethodGet, path: "/v1/customers/{customer}/relationships", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listCustomerRelationships},
		{method: http.MethodGet, path: "/v1/customers/relationshiprequests", acts: []party.Act{party.EditCustomer}, scope: scopePartner, status: http.StatusOK, handle: a.showRelationshipRequest},
	}
}

// The types of relationship: Pascal case in queries, lower snake in answers (edge 35).
const (
	providerOf = "is_indirect_cloud_solution_provider_of"
	resellerOf = "is_indirect_reseller_of"
)

var relationshipTypes = numbered("unknown", resellerOf, providerOf)

type relationship struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Type       string      `json:"relationshipType"`
	MpnID      string      `json:"mpnId,omitempty"`
	Location   string      `json:"location,omitempty"`
	State      string      `json:"state"`
	Attributes *attributes `json:"attributes"`
}

func relationshipsOf(partners []party.Partner, kind string) []relationship {
	items := make([]relationship, len(partners))
	for i, p := range partners {
		items[i] = relationship{string(p.ID), p.Name, kind, p.MPN, string(p.Country), "Active", of("PartnerRelationship")}
	}
	return items
}

// listRelationships: the resellers of an indirect provider, or the provider of an indirect reseller. Who asks for the other
// side has none.
func (a *api) listRelationships(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil { // before a word on the query
		return answer{}, err
	}
	kind, given, err := r.query.word(relationshipTypes, "relationship_type", "relationshiptype")
	if err != nil {
		return answer{}, err
	}
	if !given {
		return answer{}, badValue("relationship_type", "IsIndirectCloudSolutionProviderOf or IsIndirectResellerOf")
	}
	f, err := r.query.filter("Name")
	if err != nil {
		return answer{}, err
	}
	list := a.app.Provider
	if kind == providerOf {
		list = a.app.Resellers
	}
	found, err := list(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	named, err := f.names()
	if err != nil {
		return answer{}, err
	}
	var kept []party.Partner
	for _, p := range found {
		if named(p.Name) {
			kept = append(kept, p)
		}
	}
	return reply(collect(relationshipsOf(kept, kind)))
}

// names is a filter on one name as a question; nil asks nothing.
func (f *filter) names() (func(string) bool, error) {
	if f == nil {
		return func(string) bool { return true }, nil
	}
	wanted := strings.ToLower(f.Value)
	switch f.Op {
	case opEquals:
		return func(s string) bool { return strings.ToLower(s) == wanted }, nil
	case opNotEquals:
		return func(s string) bool { return strings.ToLower(s) != wanted }, nil
	case opStartsWith:
		return func(s string) bool { return strings.HasPrefix(strings.ToLower(s), wanted) }, nil
	case opNotStartsWith:
		return func(s string) bool { return !strings.HasPrefix(strings.ToLower(s), wanted) }, nil
	case opSubstring:
		return func(s string) bool { return strings.Contains(strings.ToLower(s), wanted) }, nil
	}
	return nil, fault.Invalid("filter.operator", nil)
}

func (a *api) listCustomerRelationships(ctx context.Context, r *request) (answer, error) {
	found, err := a.app.CustomerReseller(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	return reply(collect(relationshipsOf(found, providerOf)))
}

type relationshipRequest struct {
	URL        string      `json:"url"`
	Attributes *attributes `json:"attributes"`
}

// showRelationshipRequest is the address that a partner sends a customer who is to take the relationship up again: the page
// of the customer's portal that tells who has access.
func (a *api) showRelationshipRequest(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	return reply(relationshipRequest{r.base() + "/portal/access?partner=" + string(r.actor.Scope.Own()), of("CustomerRelationshipRequest")})
}
