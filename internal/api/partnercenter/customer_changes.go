package partnercenter

import (
	"context"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// touched is the customer an operation changes. Who may not do it, and whoever asks for a customer that is not theirs, is
// told so before a word on the body.
func (r *request) touched(ctx context.Context) (party.Customer, error) {
	if err := r.mayAny(); err != nil {
		return party.Customer{}, err
	}
	return r.api.app.Customer(ctx, r.actor, r.customer)
}

// putBillingProfile replaces the profile. Its etag is asked for in If-Match, else in the body, else the last write wins.
func (a *api) putBillingProfile(ctx context.Context, r *request) (answer, error) {
	stored, err := r.touched(ctx)
	if err != nil {
		return answer{}, err
	}
	in, err := read[billingBody](r)
	if err != nil {
		return answer{}, err
	}
	profile, err := in.value.profile("")
	if err != nil {
		return answer{}, err
	}
	version, _, err := r.expectedVersion(stored.CommerceID, in.value.Attributes.Etag)
	if err != nil {
		return answer{}, err
	}
	return a.app.UpdateBilling(ctx, r.actor, r.replay(false, func(outcome any) (answer, error) {
		c := outcome.(party.Customer)
		ans, err := reply(billingProfileOf(c))
		ans.Version = c.Version
		return ans, err
	}), r.customer, profile, version)
}

// relationships are what a partner can be to a customer; the SDK's number 0 is a wish of its own here.
var relationships = numbered("none", "unknown", "reseller", "advisor", "syndication", "microsoft_support")

type customerPatch struct {
	RelationshipToPartner enumText
}

// patchedCustomer is the answer to a PATCH: all other members are left out.
type patchedCustomer struct {
	RelationshipToPartner string      `json:"relationshipToPartner"`
	Attributes            *attributes `json:"attributes"`
}

// patchCustomer ends the relationship with "none"; "reseller" takes it up again, for the customer's own administrator.
func (a *api) patchCustomer(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	in, err := read[customerPatch](r)
	if err != nil {
		return answer{}, err
	}
	sent := in.value.RelationshipToPartner
	if sent == "" {
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "relationshipToPartner"})
	}
	word, _ := relationships.match(string(sent))
	if word != "none" && word != "reseller" {
		return answer{}, fault.Invalid("enum.unknown", fault.Args{"member": "relationshipToPartner", "known": []string{"none", "reseller"}})
	}
	return a.app.SetRelationship(ctx, r.actor, r.replay(false, func(outcome any) (answer, error) {
		c := outcome.(party.Customer)
		ans, err := reply(patchedCustomer{listedCustomer(c).RelationshipToPartner, of("Customer")})
		ans.Version = c.Version
		return ans, err
	}), r.customer, word == "none")
}

func (a *api) deleteCustomer(ctx context.Context, r *request) (answer, error) {
	return a.app.DeleteCustomer(ctx, r.actor, r.replay(false, func(any) (answer, error) { return answer{}, nil }), r.customer)
}

type validationStatus struct {
	Type       string      `json:"type"`
	Status     string      `json:"status"`
	UpdatedAt  wireTime    `json:"lastUpdateDateTime"`
	Attributes *attributes `json:"attributes"`
}

// showValidation answers for the account: nobody vets customers here, so it is allowed from the day it was made.
func (a *api) showValidation(ctx context.Context, r *request) (answer, error) {
	c, err := a.app.Customer(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	if !strings.EqualFold(r.query.get("type"), "account") {
		return answer{}, badValue("type", "account")
	}
	return reply(validationStatus{"account", "Allowed", at(c.CreatedAt), of("ValidationStatus")})
}
