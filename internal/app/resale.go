package app

import (
	"context"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// MarkupView is what a partner adds to its cost: now, and every row in the order it was recorded.
type MarkupView struct {
	Points int64 // of what is ordered now
	Rows   []billing.Markup
}

// Markup tells the partner's mark-up (R23).
func (a *App) Markup(ctx context.Context, who party.Actor) (MarkupView, error) {
	if err := maySell(who); err != nil {
		return MarkupView{}, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (MarkupView, error) { return markup(r, who.Scope, now) })
}

func maySell(who party.Actor) error {
	if err := who.May(party.ManageMarkup); err != nil {
		return err
	}
	return notReseller(who)
}

func markup(r Reader, scope party.Scope, now time.Time) (v MarkupView, err error) {
	v.Rows, err = r.Markups(scope)
	v.Points = billing.Resale{Markups: v.Rows}.Points(now)
	return v, err
}

// SetMarkup adds a row (R23): what is ordered from its instant on, now when it is zero, is sold with it; what was ordered
// before keeps its price. The outcome is the MarkupView. Faults: "resale.past", "resale.points".
func (a *App) SetMarkup(ctx context.Context, who party.Actor, req Request, m billing.Markup) (Reply, error) {
	if err := maySell(who); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		row := m
		if row.From.IsZero() {
			row.From = now
		}
		if err := row.Sells(now); err != nil {
			return nil, err
		}
		if err := tx.AddMarkup(row, now); err != nil {
			return nil, err
		}
		s := saver{app: a, tx: tx, act: &act, now: now}
		if err := s.record(activity.UpdateResale, activity.Invoice, "markup", activity.Detail{Key: "From", Value: row.From.Format(time.RFC3339Nano)}); err != nil {
			return nil, err
		}
		return markup(tx, who.Scope, now)
	})
}

// OwnPrices lists the partner's own prices in the order they were recorded (R23).
func (a *App) OwnPrices(ctx context.Context, who party.Actor, q OwnPriceQuery) ([]billing.OwnPrice, error) {
	if err := maySell(who); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]billing.OwnPrice, error) { return r.OwnPrices(who.Scope, q) })
}

// MaxOwnPrices bounds how many rows are recorded at a time.
const MaxOwnPrices = 1000

// AddOwnPrices adds rows, all or none (R23). Each is for an item of the price sheet in its market and currency, from its
// instant on, now when it is zero. The outcome is the rows. Faults, each with the row from 1: "resale.past",
// "resale.product", "resale.sku", "resale.item" for what the sheet does not sell so.
func (a *App) AddOwnPrices(ctx context.Context, who party.Actor, req Request, rows []billing.OwnPrice) (Reply, error) {
	if err := maySell(who); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		rows := slices.Clone(rows)
		entries, err := tx.Entries(products(rows))
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if rows[i].From.IsZero() {
				rows[i].From = now
			}
			if err := onSheet(&rows[i], entries[rows[i].Product], i+1); err != nil {
				return nil, err
			}
			if rows[i].From.Before(now) {
				return nil, fault.Refuse("resale.past", fault.Args{"row": i + 1, "now": now})
			}
		}
		if err := tx.AddOwnPrices(rows, now); err != nil {
			return nil, err
		}
		s := saver{app: a, tx: tx, act: &act, now: now}
		return rows, s.record(activity.UpdateResale, activity.Invoice, "prices")
	})
}

func products(rows []billing.OwnPrice) (out []id.Product) {
	for _, row := range rows {
		out = append(out, row.Product)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// onSheet finds what a row prices, in any segment and quantity, and spells its SKU as the catalogue does.
func onSheet(row *billing.OwnPrice, e *catalog.Entry, n int) error {
	if e == nil {
		return fault.Invalid("resale.product", fault.Args{"row": n})
	}
	if e.Product.Imported && row.Sku == "" && len(e.Skus) == 1 { // sold by its GUID alone
		row.Sku = e.Skus[0].ID
	}
	sku, ok := e.Sku(row.Sku)
	if !ok {
		return fault.Invalid("resale.sku", fault.Args{"row": n})
	}
	row.Sku = sku.ID
	for _, p := range e.Prices {
		if p.Sku == row.Sku && p.Market == row.Market && p.Term == row.Term && p.Plan == row.Plan && p.Currency == row.Unit.Currency() {
			return nil
		}
	}
	return fault.Invalid("resale.item", fault.Args{"row": n})
}
