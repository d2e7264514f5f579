package partnercenter

import (
	"context"
	"net/http"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// partnerClientOperations are the partner's API clients and their secrets (R13), for which the contract has nothing.
func (a *api) partnerClientOperations() []operation {
	const all, one = "/v1/partner/clients", "/v1/partner/clients/{client}"
	acts := []party.Act{party.ManageClients}
	return []operation{
		{method: http.MethodGet, path: all, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.listClients},
		{method: http.MethodPost, path: all, acts: acts, scope: scopePartner, status: http.StatusCreated, secret: true, handle: a.registerClient},
		{method: http.MethodGet, path: one, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.showClient},
		{method: http.MethodPatch, path: one, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.patchClient},
		{method: http.MethodDelete, path: one, acts: acts, scope: scopePartner, status: http.StatusNoContent, handle: a.removeClient},
		{method: http.MethodPost, path: one + "/secrets", acts: acts, scope: scopePartner, status: http.StatusCreated, secret: true, body: bodyOptional, handle: a.addSecret},
		{method: http.MethodDelete, path: one + "/secrets/{secret}", acts: acts, scope: scopePartner, status: http.StatusNoContent, handle: a.revokeSecret},
	}
}

// apiClient is an API client. A secret is told by its fingerprint alone; clientSecret is shown once, when it is made.
type apiClient struct {
	ID           string         `json:"id"`
	Name         string         `json:"name"`
	Roles        []string       `json:"roles"`
	IsPublic     bool           `json:"isPublic"`
	IsEnabled    bool           `json:"isEnabled"`
	RichStates   bool           `json:"richStates"`
	RedirectURIs []string       `json:"redirectUris"`
	CreatedDate  wireTime       `json:"createdDate,omitzero"`
	ClientSecret string         `json:"clientSecret,omitempty"`
	Secrets      []clientSecret `json:"secrets"`
	Links        *selfLinks     `json:"links"`
	Attributes   *attributes    `json:"attributes"`
}

type clientSecret struct {
	Fingerprint  string      `json:"fingerprint"`
	CreatedDate  wireTime    `json:"createdDate,omitzero"`
	EndDateTime  wireTime    `json:"endDateTime,omitzero"`
	ClientSecret string      `json:"clientSecret,omitempty"` // this once
	Attributes   *attributes `json:"attributes"`
}

type apiClientBody struct {
	Name         string   `json:"name"`
	Roles        []string `json:"roles"`
	IsPublic     bool     `json:"isPublic"`
	IsEnabled    bool     `json:"isEnabled"`
	RichStates   bool     `json:"richStates"`
	RedirectURIs []string `json:"redirectUris"`
	Attributes   struct {
		Etag string `json:"etag"`
	} `json:"attributes"`
}

type secretBody struct {
	EndDateTime wireTime `json:"endDateTime"`
}

func secretOf(s party.Secret, plain string) clientSecret {
	return clientSecret{s.Fingerprint, at(s.MadeAt), at(s.Until), plain, of("ClientSecret")}
}

func apiClientOf(c party.Client, plain string) apiClient {
	w := apiClient{
		ID: string(c.ID), Name: c.Name, Roles: roleWords(c.Roles), IsPublic: c.Public, IsEnabled: !c.Disabled, RichStates: c.RichStates,
		RedirectURIs: append([]string{}, c.Redirects...), CreatedDate: at(c.CreatedAt), ClientSecret: plain, Secrets: []clientSecret{},
		Links: self("/partner/clients/" + string(c.ID)), Attributes: &attributes{Etag: etag(string(c.ID), c.Version), ObjectType: "ApiClient"},
	}
	for _, s := range c.Secrets {
		w.Secrets = append(w.Secrets, secretOf(s, ""))
	}
	return w
}

// registeredClient is the answer that tells a new client's secret, this once.
func registeredClient(outcome any) (answer, error) {
	out := outcome.(app.Registered)
	ans, err := reply(apiClientOf(out.Client, out.Plain))
	ans.Version = out.Version
	return ans, err
}

// clientID is the {client} of the path. What is not even an id is answered like an unknown one.
func (r *request) clientID() (id.Client, error) {
	guid, ok := id.ParseGUID(r.path("client"))
	if !ok {
		return "", fault.NotFound("client.unknown", nil)
	}
	return id.Client(guid), nil
}

func (a *api) listClients(ctx context.Context, r *request) (answer, error) {
	clients, err := a.app.Clients(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	items := make([]apiClient, len(clients))
	for i, c := range clients {
		items[i] = apiClientOf(c, "")
	}
	return reply(collect(items))
}

func (a *api) showClient(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	client, err := r.clientID()
	if err != nil {
		return answer{}, err
	}
	c, err := a.app.APIClient(ctx, r.actor, client)
	if err != nil {
		return answer{}, err
	}
	return reply(apiClientOf(c, ""))
}

func (a *api) registerClient(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[apiClientBody](r)
	if err != nil {
		return answer{}, err
	}
	b := in.value
	roles, err := rolesOf(b.Roles)
	if err != nil {
		return answer{}, err
	}
	return a.app.RegisterClient(ctx, r.actor, r.replay(true, registeredClient), party.Client{
		Name: b.Name, Roles: roles, Public: b.IsPublic, RichStates: b.RichStates, Redirects: b.RedirectURIs, Disabled: in.has("isenabled") && !b.IsEnabled,
	})
}

// patchClient changes what the body names. Whether a client is public stays.
func (a *api) patchClient(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	client, err := r.clientID()
	if err != nil {
		return answer{}, err
	}
	in, err := read[apiClientBody](r)
	if err != nil {
		return answer{}, err
	}
	b, c := in.value, app.ClientChange{}
	if in.has("name") {
		c.Name = &b.Name
	}
	if in.has("roles") {
		roles, err := rolesOf(b.Roles)
		if err != nil {
			return answer{}, err
		}
		c.Roles = &roles
	}
	if in.has("redirecturis") {
		c.Redirects = &b.RedirectURIs
	}
	if in.has("isenabled") {
		disabled := !b.IsEnabled
		c.Disabled = &disabled
	}
	if in.has("richstates") {
		c.RichStates = &b.RichStates
	}
	version, given, err := r.expectedVersion(string(client), b.Attributes.Etag)
	if err != nil {
		return answer{}, err
	}
	if given {
		c.Version = version
	}
	return a.app.ChangeClient(ctx, r.actor, r.replay(false, registeredClient), client, c)
}

func (a *api) removeClient(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	client, err := r.clientID()
	if err != nil {
		return answer{}, err
	}
	return a.app.RemoveClient(ctx, r.actor, r.replay(false, func(any) (answer, error) { return answer{}, nil }), client)
}

// addSecret gives a client its second secret, so that one replaces the other with no gap.
func (a *api) addSecret(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	client, err := r.clientID()
	if err != nil {
		return answer{}, err
	}
	var until time.Time
	in, err := read[secretBody](r)
	if err != nil {
		return answer{}, err
	}
	if in.has("enddatetime") {
		until = in.value.EndDateTime.Time
	}
	return a.app.AddClientSecret(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		out := outcome.(app.Registered)
		return reply(secretOf(out.NewSecret, out.Plain))
	}), client, until)
}

func (a *api) revokeSecret(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	client, err := r.clientID()
	if err != nil {
		return answer{}, err
	}
	return a.app.RevokeClientSecret(ctx, r.actor, r.replay(false, func(any) (answer, error) { return answer{}, nil }), client, r.path("secret"))
}
