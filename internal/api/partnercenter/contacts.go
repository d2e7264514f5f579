package partnercenter

import (
	"context"
	"net/http"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// contactOperations are who helps with a subscription, and its registration for reservations (contract.md §10).
func (a *api) contactOperations(one string) []operation {
	read, online := []party.Act{party.ReadCommerce}, []party.Act{party.ManageOnline}
	change := []party.Act{party.ManageOnline, party.ManageSoftware}
	return []operation{
		{method: http.MethodGet, path: one + "/supportcontact", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showSupportContact},
		{method: http.MethodPut, path: one + "/supportcontact", acts: change, scope: scopeCustomer, status: http.StatusOK, handle: a.putSupportContact},
		{method: http.MethodPost, path: one + "/registrations", acts: online, scope: scopeCustomer, status: http.StatusAccepted, body: bodyIgnored, handle: a.register},
		{method: http.MethodGet, path: one + "/registrationstatus", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showRegistration},
	}
}

type supportContact struct {
	SupportTenantID string      `json:"supportTenantId"`
	SupportMpnID    string      `json:"supportMpnId,omitempty"`
	Name            string      `json:"name,omitempty"`
	Links           *selfLinks  `json:"links"`
	Attributes      *attributes `json:"attributes"`
}

// subscriptionURI is the address of the path's subscription, and of what hangs on it.
func (r *request) subscriptionURI(more string) string {
	return customerURI(r.customer) + "/subscriptions/" + string(r.subscription) + more
}

func (r *request) supportContact(c app.Contact) (answer, error) {
	return reply(supportContact{string(c.Tenant), c.MPN, c.Name, self(r.subscriptionURI("/supportcontact")), of("SupportContact")})
}

func (a *api) showSupportContact(ctx context.Context, r *request) (answer, error) {
	c, err := a.app.SupportContact(ctx, r.actor, r.customer, r.subscription)
	if err != nil {
		return answer{}, err
	}
	return r.supportContact(c)
}

type supportContactBody struct {
	SupportTenantID string `json:"supportTenantId"`
	SupportMpnID    string `json:"supportMpnId"`
	Name            string `json:"name"`
}

func (a *api) putSupportContact(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[supportContactBody](r)
	if err != nil {
		return answer{}, err
	}
	by := subscription.Support{MPN: in.value.SupportMpnID, Name: in.value.Name}
	if sent := in.value.SupportTenantID; sent != "" {
		guid, ok := id.ParseGUID(sent)
		if !ok {
			return answer{}, fault.Invalid("body.member", fault.Args{"member": "supportTenantId", "want": "a GUID"})
		}
		by.Tenant = id.Partner(guid)
	}
	for member, text := range map[string]string{"supportMpnId": by.MPN, "name": by.Name} {
		if err := bounded(member, text, maxFriendlyName); err != nil {
			return answer{}, err
		}
	}
	return a.app.SetSupportContact(ctx, r.actor, r.replay(false, func(outcome any) (answer, error) {
		c := outcome.(app.Contact)
		ans, err := r.supportContact(c)
		ans.Version = c.Version
		return ans, err
	}), r.customer, r.subscription, by, nil)
}

// register answers 202 with the address that tells how it went; it is done by then.
func (a *api) register(ctx context.Context, r *request) (answer, error) {
	return a.app.Register(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		return answer{
			Header:  map[string]string{"Location": r.subscriptionURI("/registrationstatus")},
			Version: outcome.(subscription.Subscription).Version,
		}, nil
	}), r.customer, r.subscription)
}

type registration struct {
	SubscriptionID string      `json:"subscriptionId"`
	Status         string      `json:"status"` // registered, notregistered
	Attributes     *attributes `json:"attributes"`
}

func (a *api) showRegistration(ctx context.Context, r *request) (answer, error) {
	v, err := a.app.Subscription(ctx, r.actor, r.customer, r.subscription)
	if err != nil {
		return answer{}, err
	}
	status := "notregistered"
	if v.Registered {
		status = "registered"
	}
	return reply(registration{string(v.ID), status, of("SubscriptionRegistrationStatus")})
}
