package app

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Due is one thing that falls due: a subscription's Step, the end of a partner's billing period in a currency, or the bills
// to its customers for one.
type Due struct {
	At           time.Time
	Scope        party.Scope
	Customer     id.Customer
	Subscription id.Subscription
	Currency     money.Currency
	Period       when.Period // of bills
}

func (d Due) bills() bool { return !d.Period.End.IsZero() }

// Scheduled is a subscription with the next instant the sweep looks at it; zero: never.
type Scheduled struct {
	subscription.Subscription
	Due time.Time
}

// Charged is a subscription that was charged within its term, with the instant it was due for that.
type Charged struct {
	Scheduled
	Was time.Time
}
