package app

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

// Policies are all dated rows there are: those of the store, and those that ship with the program.
type Policies struct {
	Cancellation []policy.CancelRule
	Links        []license.LinkRule
	Taxes        []market.TaxRow
	Renewals     []policy.RenewRule
	Visibility   []policy.VisibleRule
	Plans        []policy.PlanRule
	Retention    []policy.Retention
	Suspended    []policy.SuspendedBilling
}

// Policies reads the dated rows that decisions are made by, each with its source (R20, rules.md §3). The slices are shared.
func (a *App) Policies(ctx context.Context, who party.Actor) (Policies, error) {
	if err := who.May(party.ReadCommerce); err != nil {
		return Policies{}, err
	}
	return a.policies(ctx)
}

// KeptPolicies is Policies for the operator, who keeps them (R15).
func (a *App) KeptPolicies(ctx context.Context, who party.Actor) (Policies, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Policies{}, err
	}
	return a.policies(ctx)
}

func (a *App) policies(ctx context.Context) (Policies, error) {
	return read(ctx, a.Store, func(r Reader) (p Policies, err error) {
		p = Policies{
			Renewals: policy.RenewRules, Visibility: policy.VisibleRules, Plans: policy.PlanRules,
			Retention: policy.Retentions, Suspended: policy.SuspendedBillings,
		}
		if p.Cancellation, err = r.Rules(); err != nil {
			return p, err
		}
		if p.Links, err = r.LinkRules(); err != nil {
			return p, err
		}
		p.Taxes, err = r.Taxes()
		return p, err
	})
}
