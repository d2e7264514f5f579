package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// damaged is a store in which one charge of those read was changed by a cent.
type damaged struct{ app.Store }

type damagedReader struct{ app.Reader }

func (r damagedReader) Charges(s party.Scope, q app.ChargeQuery) ([]billing.Charge, error) {
	all, err := r.Reader.Charges(s, q)
	if len(all) > 0 {
		all[0].Net = all[0].Net.Add(money.Of(1, all[0].Net.Currency()))
	}
	return all, err
}

func (d damaged) View(ctx context.Context, fn func(app.Reader) error) error {
	return d.Store.View(ctx, func(r app.Reader) error { return fn(damagedReader{r}) })
}

// TestF75DocumentIsComputedAnew: a document says of itself which of its lines come to another amount; one that is sound says nothing.
func TestF75DocumentIsComputedAnew(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.BillingAdmin)
	invoices, err := c.app.Invoices(t.Context(), party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.GlobalAdmin)}, app.InvoiceQuery{})
	if err != nil || len(invoices) == 0 {
		t.Fatal(err)
	}
	plain, told, last := c.app.Store, 0, ""
	for _, i := range invoices {
		at := "/billing/invoices/" + string(i.ID)
		c.app.Store = plain
		if page := b.get(at); strings.Contains(page.body, "when it is computed anew") || strings.Contains(page.body, "when they are computed anew") {
			t.Errorf("%s is sound, and says it is not", i.ID)
		}
		if i.Document != billing.Bill || i.Totals.Lines == 0 || told == 3 {
			continue
		}
		c.app.Store = damaged{plain}
		page := b.get(at)
		b.has(page, 200, "1 line comes to another amount when it is computed anew", "ask before you pay")
		last, told = at, told+1
	}
	if told == 0 {
		t.Fatal("no document has lines")
	}
	c.app.Store = damaged{plain}
	for lang, text := range map[string]string{"fr": "donne un autre montant au recalcul", "ru": "при пересчёте даёт другую сумму"} {
		b.lang = lang
		b.has(b.get(last), 200, text)
	}
}
