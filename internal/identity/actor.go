package identity

import (
	"context"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Authenticator turns a token into the caller it stands for.
type Authenticator struct {
	Tokens  *Tokens
	Clients Clients
}

// Actor is the caller of a request that came with the access token bearer. Name, roles and partner are those of the
// client's row now, not those of the moment the token was made.
// Faults, all to be answered with 401: those of Tokens.Verify, "client.disabled" (also when it was removed).
func (a Authenticator) Actor(ctx context.Context, bearer string) (party.Actor, error) {
	claims, err := a.Tokens.Verify(bearer)
	if err != nil {
		return party.Actor{}, err
	}
	client, err := a.Clients.Client(ctx, claims.client())
	if f := fault.Of(err); f != nil && f.Kind == fault.KindNotFound {
		return party.Actor{}, fault.Deny("client.disabled", nil)
	}
	if err != nil {
		return party.Actor{}, err
	}
	if client.Disabled {
		return party.Actor{}, fault.Deny("client.disabled", nil)
	}
	actor, ok := client.actor()
	if !ok || string(client.Partner) != claims.Tenant {
		return party.Actor{}, invalidToken()
	}
	return actor, nil
}

// Bearer is the token in the value of an Authorization header; empty when there is none.
func Bearer(header string) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
