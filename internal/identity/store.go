package identity

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Store is what identity needs of the database: callers are found here before it is known whose they are. A fault of
// kind NotFound means there is none; any other error is ours.
type Store interface {
	app.Store
	// Caller is Client for a request, and PersonCalling is Person where a person is in the token. Both are asked at every
	// request, so that what is changed or disabled holds at once; where another server changed it, within a second.
	Caller(ctx context.Context, client id.Client) (party.Client, party.Partner, error)
	PersonCalling(ctx context.Context, user id.User) (party.Person, party.Partner, error)
	// Client is the API client with that id, and its partner.
	Client(ctx context.Context, client id.Client) (party.Client, party.Partner, error)
	// Tenant is the partner that a domain, in lower case, belongs to.
	Tenant(ctx context.Context, domain string) (id.Partner, error)
	// Person, with the partner whose staff, or whose customer's, it is; PersonNamed by its user principal name,
	// PersonOf by the subject of an external sign-in.
	Person(ctx context.Context, user id.User) (party.Person, party.Partner, error)
	PersonNamed(ctx context.Context, upn string) (party.Person, party.Partner, error)
	PersonOf(ctx context.Context, subject string) (party.Person, party.Partner, error)
	// Passkey by its credential, with whose it is.
	Passkey(ctx context.Context, credential string) (party.Passkey, party.Person, party.Partner, error)
	// Session by the hash of its cookie, with whose it is.
	Session(ctx context.Context, hash string) (party.Session, party.Person, party.Partner, error)
	// Ticket by the hash of its secret; DeviceTicket by the user code.
	Ticket(ctx context.Context, hash string) (party.Ticket, error)
	DeviceTicket(ctx context.Context, userCode string) (party.Ticket, error)
}

func missing(err error) bool {
	f := fault.Of(err)
	return f != nil && f.Kind == fault.KindNotFound
}

// clientActor is the caller that c is when it acts for nobody. A reseller without a provider has no scope, so ok is false.
func clientActor(c party.Client, p party.Partner) (a party.Actor, ok bool) {
	scope, ok := scopeOf(p)
	return party.Actor{
		Scope: scope, Kind: p.Kind, Client: c.ID, Name: c.Name, Roles: c.Roles,
		Sandbox: p.Sandbox, RichStates: c.RichStates, NeedsPerson: p.PeopleOnly,
	}, ok
}

// personActor is the caller that u is; none where its partner is suspended, so ok is false.
func personActor(u party.Person, p party.Partner) (a party.Actor, ok bool) {
	a = party.Actor{Kind: p.Kind, User: u.ID, Name: u.UPN, Alias: u.Alias, Roles: u.Roles, Sandbox: p.Sandbox, Customer: u.Customer, Publisher: u.Publisher}
	if u.Partner == "" {
		return a, true
	}
	a.Scope, ok = scopeOf(p)
	return a, ok && admitted(u, p)
}

func scopeOf(p party.Partner) (party.Scope, bool) {
	switch {
	case p.Kind != party.IndirectReseller:
		return party.NewScope(p.ID, ""), p.ID != ""
	case p.Provider == "":
		return party.Scope{}, false
	}
	return party.NewScope(p.Provider, p.ID), true
}

// own is the actor that identity writes as: it touches rows under the partner's own key alone.
func own(partner id.Partner, u party.Person) party.Actor {
	return party.Actor{Scope: party.NewScope(partner, ""), User: u.ID, Name: u.UPN, Alias: u.Alias}
}
