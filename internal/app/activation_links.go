package app

import (
	"context"
	"encoding/base64"
	"net/url"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// ActivationLink leads to the publisher's page where a plan's set-up is finished (F22). Its token tells the publisher which
// subscription is meant, and when the link was made.
type ActivationLink struct {
	Line int
	URI  string // absolute, on the publisher's site
}

// activationToken binds what a link's token holds: the subscription's id and the seconds since 1970, separated by a space.
const activationToken = "activation"

// OrderActivationLinks are the links of an order's SaaS lines that are not cancelled, or of the one line given; -1 means
// all (R20). A publisher without a page has none. Faults: "order.unknown", "line.unknown".
func (a *App) OrderActivationLinks(ctx context.Context, who party.Actor, c id.Customer, orderID string, line int) ([]ActivationLink, error) {
	if err := who.MayFor(party.ReadCommerce, c); err != nil {
		return nil, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) ([]ActivationLink, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return nil, err
		}
		o, err := r.Order(who.Scope, c, orderID)
		if err != nil {
			return nil, err
		}
		if line >= len(o.Lines) || line < -1 {
			return nil, fault.NotFound("line.unknown", fault.Args{"lines": len(o.Lines)})
		}
		var links []ActivationLink
		for _, l := range o.Lines {
			if line >= 0 && l.Number != line || l.Kind != catalog.SaaS || l.State == order.LineCancelled {
				continue
			}
			if links, err = a.activationLink(r, links, l.Number, l.Item.Product, l.Subscription, now); err != nil {
				return nil, err
			}
		}
		return links, nil
	})
}

// SubscriptionActivationLinks are those of one subscription: one, or none once it has ended. Fault: "subscription.unknown".
func (a *App) SubscriptionActivationLinks(ctx context.Context, who party.Actor, c id.Customer, sub id.Subscription) ([]ActivationLink, error) {
	v, err := a.Subscription(ctx, who, c, sub)
	if err != nil || v.Kind != catalog.SaaS || !v.State.Live() {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]ActivationLink, error) {
		return a.activationLink(r, nil, v.Line, v.Item.Product, sub, v.Now)
	})
}

// activationLink appends the link of one subscription to links.
func (a *App) activationLink(r Reader, links []ActivationLink, line int, product id.Product, sub id.Subscription, now time.Time) ([]ActivationLink, error) {
	entries, err := r.Entries([]id.Product{product})
	if err != nil {
		return nil, err
	}
	e := entries[product]
	if e == nil || e.Product.LandingPage == "" {
		return links, nil
	}
	page, err := url.Parse(e.Product.LandingPage)
	if err != nil {
		return links, nil //nolint:nilerr // a page that is no address is no page
	}
	sealed, err := a.Vault.Seal(activationToken, []byte(string(sub)+" "+strconv.FormatInt(now.Unix(), 10)))
	if err != nil {
		return nil, err
	}
	q := page.Query()
	q.Set("token", base64.RawURLEncoding.EncodeToString(sealed))
	page.RawQuery = q.Encode()
	return append(links, ActivationLink{line, page.String()}), nil
}
