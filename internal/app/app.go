package app

import (
	"context"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Vault seals product keys and link tokens; ad binds the bytes to their row.
type Vault interface {
	Seal(ad string, plain []byte) ([]byte, error)
	OpenSealed(ad string, sealed []byte) ([]byte, error)
	Fingerprint(scope, plain string) string
}

// App is the use cases. Clock is business time; Wall is real time; they are never mixed (house.md §4).
type App struct {
	Store Store
	Due   DueStore
	Clock when.Clock
	Wall  when.Clock
	IDs   id.Source
	Vault Vault
	// Keyset is the keys that the vault seals with; nil: nothing is told of them.
	Keyset Keyset
	// Credentials is needed where people and API clients are managed.
	Credentials Credentials
	Files       Files // attachments; nil: none are taken
	Media       Media // downloads; nil: none are taken
	// Suppliers are where keys come from beside the pools, by name; see KeySupplier.
	Suppliers map[string]KeySupplier
	// Jobs is what this process does by itself; nil: nothing.
	Jobs Jobs
	// LogKey is the public key that checkpoints of the log are signed with, LogKeys what checks them: it, and those before it.
	LogKey  string
	LogKeys []note.Verifier
}

// mayBuy asks the act that buying something of a kind needs: R01 for software and reservations, R02 for the rest.
func mayBuy(who party.Actor, kind catalog.Kind) error {
	if kind == catalog.Software || kind == catalog.Reservation {
		return who.May(party.BuySoftware)
	}
	return who.May(party.ManageOnline)
}

// mayBuyAnything asks for R01 or R02, before it is known what is bought; the fault names R02's roles, the wider set.
func mayBuyAnything(who party.Actor, c id.Customer) error {
	if who.MayFor(party.BuySoftware, c) == nil {
		return nil
	}
	return who.MayFor(party.ManageOnline, c)
}

// read runs a query in one snapshot and gives its result.
func read[T any](ctx context.Context, s Store, fn func(Reader) (T, error)) (T, error) {
	return through(ctx, s.View, fn)
}

// readRows is read through Store.Look: of one list whose rows stand alone.
func readRows[T any](ctx context.Context, s Store, fn func(Reader) (T, error)) (T, error) {
	return through(ctx, s.Look, fn)
}

// readOne is read through Store.One: of one object by its id.
func readOne[T any](ctx context.Context, s Store, fn func(Reader) (T, error)) (T, error) {
	return through(ctx, s.One, fn)
}

func through[T any](ctx context.Context, door func(context.Context, func(Reader) error) error, fn func(Reader) (T, error)) (T, error) {
	var out T
	err := door(ctx, func(r Reader) error {
		var err error
		out, err = fn(r)
		return err
	})
	return out, err
}

// due is the sweep's next look at a subscription: what falls due, or before that a warning (E16).
func due(s subscription.Subscription) time.Time {
	at := s.Due(policy.PendingFor)
	if w, ok := s.NextWarning(); ok && w.At.Before(at) {
		return w.At
	}
	return at
}

// firstBilling sets the start of the customer's first billing period at its first charge (F71), and opens the accounts
// that the sweep will invoice: that of the market's currency with the first charge, those of others with each charge in
// them (E08), so that buying costs no more where a market has one currency.
func firstBilling(tx Tx, scope party.Scope, c party.Customer, charges []billing.Charge) error {
	m, _ := market.Lookup(string(c.Country()))
	var open []money.Currency
	// A sweep that is late makes a charge after younger ones: the earliest is still the first.
	first := len(charges) > 0 && (c.FirstBilling.IsZero() || charges[0].At.Before(c.FirstBilling))
	if first && m.Currency != "" {
		open = append(open, m.Currency)
	}
	for _, ch := range charges {
		if cur := ch.Gross().Currency(); cur != m.Currency && !slices.Contains(open, cur) {
			open = append(open, cur)
		}
	}
	if len(charges) == 0 || len(open) == 0 {
		return nil
	}
	p, err := tx.Partner(scope)
	if err != nil {
		return err
	}
	period := billing.PeriodAt(p.BillingDay, charges[0].At)
	for _, cur := range open {
		if err := tx.OpenAccount(cur, period.End); err != nil {
			return err
		}
	}
	if !first {
		return nil
	}
	c.FirstBilling = period.Start
	return tx.SaveCustomer(c)
}

// need turns a caller's mistake of a missing member into a fault; member is its wire-neutral name.
func need(ok bool, member string) error {
	if ok {
		return nil
	}
	return fault.Invalid("member.missing", fault.Args{"member": member})
}
