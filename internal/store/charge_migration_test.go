package store_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestF73ChargesFromBefore: charges of schema 37 are told apart by the line that they are of, and stay as they are from then on.
func TestF73ChargesFromBefore(t *testing.T) {
	before(t, 37, func(t *testing.T, url string, _ bool, db *sql.DB) {
		var texts []string
		for n, body := range []string{`{"item":["P","0001","A"],"from_item":["GUID","",""]}`, `{"item":["GUID","",""]}`, `{}`} {
			texts = append(texts, fmt.Sprintf(`INSERT INTO order_line (partner_id, order_id, n, state, body) VALUES ('p', 'o', %d, 'active', '%s')`, n, body),
				fmt.Sprintf(`INSERT INTO charge (partner_id, at, id, customer_id, order_id, line, currency, net, tax, body) VALUES ('p', %d, 'c%d', 'c', 'o', %d, 'EUR', 1, 0, '{}')`, n, n, n))
		}
		for _, sql := range texts {
			if _, err := db.ExecContext(ctx, sql); err != nil {
				t.Fatal(err)
			}
		}
		s := storetest.Open(t, url, store.Options{})
		got, err := view(s, func(r *store.Reader) ([]billing.Charge, error) {
			return r.Charges(party.NewScope("p", ""), app.ChargeQuery{Sold: app.SoldOffers})
		})
		if err != nil || len(got) != 1 || got[0].ID != "c1" {
			t.Errorf("of imported offers: %v %v", got, err)
		}
		if _, err := db.ExecContext(ctx, `UPDATE charge SET imported = 0`); err == nil {
			t.Error("a charge was changed")
		}
	})
}
