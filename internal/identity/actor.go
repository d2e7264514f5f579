package identity

import (
	"context"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Authenticator turns a token into the caller it stands for.
type Authenticator struct {
	Tokens *Tokens
	Store  Store
}

// Actor is the caller of a request that came with the access token bearer. Names, roles and partner are those of the rows
// now, not those of the moment the token was made. With a person in the token, the roles are those that person and
// client share (rules.md §1).
// Faults, all to be answered with 401: those of Tokens.Verify, "client.disabled" (also when it was removed),
// "person.gone" when the person may not sign in any more or was signed out everywhere.
func (a Authenticator) Actor(ctx context.Context, bearer string) (party.Actor, error) {
	claims, err := a.Tokens.Verify(bearer)
	if err != nil {
		return party.Actor{}, err
	}
	client, partner, err := a.Store.Caller(ctx, claims.client())
	if missing(err) {
		return party.Actor{}, fault.Deny("client.disabled", nil)
	}
	if err != nil {
		return party.Actor{}, err
	}
	if client.Disabled {
		return party.Actor{}, fault.Deny("client.disabled", nil)
	}
	actor, ok := clientActor(client, partner)
	if !ok || string(client.Partner) != claims.Tenant {
		return party.Actor{}, invalidToken()
	}
	if claims.IDType != userToken {
		return actor, nil
	}
	person, partner, err := a.Store.PersonCalling(ctx, id.User(claims.Object))
	if missing(err) {
		return party.Actor{}, fault.Deny("person.gone", nil)
	}
	if err != nil {
		return party.Actor{}, err
	}
	if !stands(person, time.UnixMicro(claims.SignedIn)) || person.Partner != client.Partner {
		return party.Actor{}, fault.Deny("person.gone", nil)
	}
	return together(actor, person, partner), nil
}

// stands tells whether a sign-in at an instant still counts.
func stands(u party.Person, signedIn time.Time) bool {
	return u.State == party.PersonActive && !signedIn.Before(u.SignedOutAt)
}

// together is a client acting for a person: what both may.
func together(client party.Actor, u party.Person, p party.Partner) party.Actor {
	person, _ := personActor(u, p)
	both := client
	both.User, both.Name, both.Alias, both.Proved = person.User, person.Name, person.Alias, true
	both.Customer, both.Publisher = person.Customer, person.Publisher
	both.Roles = client.Roles.Both(person.Roles)
	return both
}

// Bearer is the token in the value of an Authorization header; empty when there is none.
func Bearer(header string) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
