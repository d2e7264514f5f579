package main

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// clients shows the store's API clients to identity, in its words.
type clients struct{ store *store.Store }

// Client implements identity.Clients.
func (c clients) Client(ctx context.Context, client id.Client) (identity.Client, error) {
	row, err := c.store.Client(ctx, client)
	if err != nil {
		return identity.Client{}, err
	}
	out := identity.Client{
		ID: row.ID, Name: row.Name, Partner: row.Partner, Kind: row.Kind, Provider: row.Provider, Roles: row.Roles, Disabled: row.Disabled,
		RichStates: row.RichStates, Sandbox: row.Sandbox,
	}
	for _, s := range row.Secrets {
		out.Secrets = append(out.Secrets, identity.Secret{Hash: identity.SecretHash(s.Hash), Until: s.Until})
	}
	return out, nil
}

// Tenant implements identity.Clients.
func (c clients) Tenant(ctx context.Context, domain string) (id.Partner, error) {
	return c.store.Tenant(ctx, domain)
}
