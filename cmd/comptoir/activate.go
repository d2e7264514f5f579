package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

type activateCommand struct {
	storage
	Partner      string `help:"Tenant id or domain of the partner who sold the plan." required:""`
	Customer     string `arg:"" help:"Tenant id of the customer."`
	Subscription string `arg:"" help:"Id of the subscription."`
}

// Run activates a plan that waits for its publisher (F74): its free days start, or else its term and the first charge.
func (c activateCommand) Run(ctx context.Context) error {
	customer, ok := id.ParseGUID(c.Customer)
	sub, also := id.ParseGUID(c.Subscription)
	if !ok || !also {
		return errors.New("CUSTOMER and SUBSCRIPTION are GUIDs")
	}
	s, err := c.open(ctx, logger())
	if err != nil {
		return err
	}
	return errors.Join(c.activate(ctx, s, id.Customer(customer), id.Subscription(sub)), s.close())
}

func (c activateCommand) activate(ctx context.Context, s *site, customer id.Customer, sub id.Subscription) error {
	who, err := s.operatorOf(ctx, c.Partner)
	if err != nil {
		return err
	}
	var view app.SubscriptionView
	_, err = s.app.Activate(ctx, who, app.Request{Answer: func(outcome any) (app.Reply, error) {
		view = outcome.(app.SubscriptionView)
		return app.Reply{}, nil
	}}, customer, sub)
	if err != nil {
		return err
	}
	if !view.TrialUntil.IsZero() && view.Current.Start.IsZero() {
		fmt.Printf("%s is active, free until %s\n", view.Title, view.TrialUntil.Format("2006-01-02T15:04:05Z"))
		return nil
	}
	fmt.Printf("%s is active, its term runs until %s\n", view.Title, view.Current.End.Format("2006-01-02T15:04:05Z"))
	return nil
}
