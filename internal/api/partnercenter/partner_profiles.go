package partnercenter

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// profileOperations are the partner's profiles of contract.md §6: each is a part of the partner's row, with its etag.
func (a *api) profileOperations() []operation {
	const root = "/v1/profiles"
	get := func(path string, handle func(context.Context, *request) (answer, error)) operation {
		return operation{method: http.MethodGet, path: root + path, acts: []party.Act{party.ReadPartner}, scope: scopePartner, status: http.StatusOK, handle: handle}
	}
	put := func(path string, handle func(context.Context, *request) (answer, error)) operation {
		return operation{method: http.MethodPut, path: root + path, acts: []party.Act{party.EditPartner}, scope: scopePartner, status: http.StatusOK, handle: handle}
	}
	support := putProfile(a, supportBody.change, supportOf)
	return []operation{
		get("/organization", getProfile(a, organizationOf)), put("/organization", putProfile(a, organizationBody.change, organizationOf)),
		get("/billing", getProfile(a, partnerBillingOf)), put("/billing", putProfile(a, partnerBillingBody.change, partnerBillingOf)),
		get("/legalbusiness", a.showLegalBusiness), put("/legalbusiness", putProfile(a, legalBody.change, legalOf)),
		get("/mpn", a.showMPN),
		get("/support", getProfile(a, supportOf)), put("/support", support), put("/supportprofile", support),
	}
}

// getProfile shows one part of the partner's row.
func getProfile[W any](a *api, show func(party.Partner) W) func(context.Context, *request) (answer, error) {
	return func(ctx context.Context, r *request) (answer, error) {
		p, err := a.app.OwnPartner(ctx, r.actor)
		if err != nil {
			return answer{}, err
		}
		return reply(show(p))
	}
}

// putProfile replaces one part of the partner's row: change reads the body into what is done to the row.
func putProfile[B interface{ tag() string }, W any](a *api, change func(B) (func(*party.Partner), error), show func(party.Partner) W) func(context.Context, *request) (answer, error) {
	return func(ctx context.Context, r *request) (answer, error) {
		if err := r.mayAny(); err != nil { // before a word on the body
			return answer{}, err
		}
		in, err := read[B](r)
		if err != nil {
			return answer{}, err
		}
		version, _, err := r.expectedVersion(string(r.actor.Scope.Own()), in.value.tag())
		if err != nil {
			return answer{}, err
		}
		do, err := change(in.value)
		if err != nil {
			return answer{}, err
		}
		return a.app.EditPartner(ctx, r.actor, r.replay(false, func(outcome any) (answer, error) {
			p := outcome.(party.Partner)
			ans, err := reply(show(p))
			ans.Version = p.Version
			return ans, err
		}), version, do)
	}
}

func profileLinks(path string) *selfLinks { return self("/profiles/" + path) }

func partnerEtag(p party.Partner, objectType string) *attributes {
	return &attributes{etag(string(p.ID), p.Version), objectType}
}

// inCountry is an address that names the partner's country where it names none.
func inCountry(a party.Address, p party.Partner) wireAddress {
	a.Country = cmp.Or(a.Country, p.Country)
	return addressOf(a)
}

// place is an address of a body; one without a country is none.
func place(prefix string, sent wireAddress) (party.Address, error) {
	a, err := sent.address(prefix + ".")
	if err != nil || a.Country == "" {
		return party.Address{}, err
	}
	m, ok := market.Lookup(string(a.Country))
	if !ok {
		return a, fault.Invalid("country.unknown", nil)
	}
	a.Country = m.Country
	return a, nil
}

func email(member, sent string) (string, error) {
	if sent = strings.TrimSpace(sent); sent != "" && !address(sent) {
		return "", notEmail(member)
	}
	return sent, nil
}

func (a *api) showLegalBusiness(ctx context.Context, r *request) (answer, error) {
	if v := r.query.get("vettingversion"); v != "" && !strings.EqualFold(v, "current") && !strings.EqualFold(v, "lastFinalized") {
		if err := r.mayAny(); err != nil {
			return answer{}, err
		}
		return answer{}, badValue("vettingVersion", "current or lastFinalized")
	}
	return getProfile(a, legalOf)(ctx, r)
}

type mpnProfile struct {
	PartnerName string      `json:"partnerName"`
	MpnID       string      `json:"mpnId,omitempty"`
	Links       *selfLinks  `json:"links"`
	Attributes  *attributes `json:"attributes"`
}

// showMPN shows the caller's own, or that of a partner it has a relationship with.
func (a *api) showMPN(ctx context.Context, r *request) (answer, error) {
	show := func() (party.Partner, error) { return a.app.OwnPartner(ctx, r.actor) }
	if mpn := r.query.get("mpnid"); mpn != "" {
		show = func() (party.Partner, error) { return a.app.PartnerByMPN(ctx, r.actor, mpn) }
	}
	p, err := show()
	if err != nil {
		return answer{}, err
	}
	return reply(mpnProfile{p.Name, p.MPN, profileLinks("mpn"), of("MpnProfile")})
}
