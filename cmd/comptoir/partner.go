package main

import (
	"context"
	"fmt"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

type partnerCommand struct {
	storage
	Partner    string `arg:"" help:"Tenant id or domain."`
	PeopleOnly *bool  `help:"Refuse clients that act for nobody what the real service refuses them." negatable:"" env:"-"`
	Sandbox    *bool  `help:"Allow what the real service allows only in its sandbox tenants." negatable:"" env:"-"`
	Rate       *int   `help:"Requests a minute; 0 is no bound." env:"-"`
}

// Run changes the settings that are given, and prints all.
func (c partnerCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *site) error {
		who, err := s.steward(ctx, c.Partner)
		if err != nil {
			return err
		}
		p, err := outcome[party.Partner](func(req app.Request) (app.Reply, error) {
			return s.app.SetPartner(ctx, who, req, app.PartnerSettings{PeopleOnly: c.PeopleOnly, Sandbox: c.Sandbox, RatePerMinute: c.Rate})
		})
		if err != nil {
			return err
		}
		fmt.Printf("%s (%s): people only %t, sandbox %t, requests a minute %d\n", p.Name, p.ID, p.PeopleOnly, p.Sandbox, p.RatePerMinute)
		return nil
	})
}
