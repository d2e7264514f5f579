package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// soldNames are subscriptions s00, s01, … of customers a (of the reseller) and b in turn: what they are called, and what
// was bought.
var soldNames = [][2]string{
	{"", "CRM"},
	{"", "CRM"},
	{"Ventes à Lyon", "CRM"},
	{"", "Windows Server"},
	{"", "SQL Server 100%"},
	{"CRM", "CRM"},
	{"Склад", "SQL_Server"},
}

func TestF02SubscriptionsAreFound(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		narrow := party.NewScope(partner, reseller)
		err := do(s, func(t *store.Tx) error {
			if err := t.AddPartner(party.Partner{ID: partner, Kind: party.IndirectProvider}); err != nil {
				return err
			}
			for i, c := range []id.Customer{"a", "b"} {
				one := party.Customer{ID: c, Domain: string(c) + ".example", CompanyName: string(c)}
				if i == 0 {
					one.Reseller = reseller
				}
				if err := t.AddCustomer(one); err != nil {
					return err
				}
			}
			for i, n := range soldNames {
				sub := subscription.Subscription{ID: id.Subscription(fmt.Sprintf("s%02d", i)), Customer: [2]id.Customer{"a", "b"}[i%2], FriendlyName: n[0], Title: n[1], State: subscription.Active, OrderedAt: noon}
				if err := t.AddSubscriptions(app.Scheduled{Subscription: sub}); err != nil {
					return err
				}
			}
			return t.AddOrder(order.Order{ID: "An-Order_Of-Sixteen", Customer: "a", Status: order.Completed, At: noon, Lines: []order.Line{{Title: "CRM", State: order.LineActive}}}, "")
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			scope party.Scope
			q     app.FindQuery
			want  string
		}{
			{"begins, without case", own, app.FindQuery{Text: "crm"}, "s00 s01 s05 s02"},
			{"a page", own, app.FindQuery{Text: "crm", Limit: 2}, "s00 s01"},
			{"the next page", own, app.FindQuery{Text: "crm", Limit: 2, After: [2]string{"CRM", "s01"}}, "s05 s02"},
			{"the last page", own, app.FindQuery{Text: "crm", After: [2]string{"Ventes à Lyon\nCRM", "s02"}}, ""},
			{"in the middle", own, app.FindQuery{Text: "server"}, "s04 s03 s06"},
			{"a friendly name", own, app.FindQuery{Text: "à LYON"}, "s02"},
			{"in Cyrillic", own, app.FindQuery{Text: "СКЛ"}, "s06"},
			{"a percent sign is one", own, app.FindQuery{Text: "0%"}, "s04"},
			{"an underscore is one", own, app.FindQuery{Text: "l_s"}, "s06"},
			{"none", own, app.FindQuery{Text: "zzz"}, ""},
			{"of a reseller's customers", narrow, app.FindQuery{Text: "crm"}, "s00 s02"},
			{"of one customer", own, app.FindQuery{Text: "crm", Customer: "b"}, "s01 s05"},
			{"another partner's", party.NewScope("other", ""), app.FindQuery{Text: "crm"}, ""},
		} {
			if c.q.Limit == 0 {
				c.q.Limit = 10
			}
			got, err := view(s, func(r *store.Reader) ([]subscription.Subscription, error) { return r.FindSubscriptions(c.scope, c.q) })
			if text := subscriptionIDs(got); err != nil || text != c.want {
				t.Errorf("%s: %v %v, want %s", c.name, text, err, c.want)
			}
		}
		for domain, want := range map[string]id.Customer{"b.example": "b", "B.example": "", "none.example": ""} {
			if got, err := view(s, func(r *store.Reader) (id.Customer, error) { return r.CustomerAt(domain) }); err != nil || got != want {
				t.Errorf("%s: %q %v, want %q", domain, got, err, want)
			}
		}
		at := func(scope party.Scope, q app.FindQuery) string {
			q.Limit = 10
			got, err := view(s, func(r *store.Reader) ([]subscription.Subscription, error) { return r.SubscriptionsAt(scope, q) })
			if err != nil {
				t.Error(err)
			}
			return subscriptionIDs(got)
		}
		for got, want := range map[string]string{
			at(own, app.FindQuery{Text: "S0"}):   "s00 s01 s02 s03 s04 s05 s06",
			at(own, app.FindQuery{Text: "s03"}):  "s03",
			at(narrow, app.FindQuery{Text: "s"}): "s00 s02 s04 s06",
			at(narrow, app.FindQuery{Text: "x"}): "",
		} {
			if got != want {
				t.Errorf("by id: %q, want %q", got, want)
			}
		}
		for _, text := range []string{"An-Order_Of-Sixteen", id.AlternateID("An-Order_Of-Sixteen"), id.AlternateID("An-Order_Of-Sixteen")[:4]} {
			got, err := view(s, func(r *store.Reader) ([]order.Order, error) {
				return r.OrdersAt(narrow, app.FindQuery{Text: text, Limit: 3})
			})
			if err != nil || len(got) != 1 || len(got[0].Lines) != 1 {
				t.Errorf("order by %s: %v %v", text, got, err)
			}
		}
		// A new name is found, and the old one no longer.
		sub, err := view(s, func(r *store.Reader) (subscription.Subscription, error) { return r.Subscription(own, "b", "s03") })
		if err != nil {
			t.Fatal(err)
		}
		sub.FriendlyName, sub.Title = "Renamed", "Other"
		if err := do(s, func(t *store.Tx) error { return t.SaveSubscription(sub, sub.OrderedAt) }); err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]string{"windows": "", "renamed": "s03", "other": "s03"} {
			got, err := view(s, func(r *store.Reader) ([]subscription.Subscription, error) {
				return r.FindSubscriptions(own, app.FindQuery{Text: text, Limit: 3})
			})
			if err != nil || subscriptionIDs(got) != want {
				t.Errorf("%q finds %v %v, want %s", text, subscriptionIDs(got), err, want)
			}
		}
	})
}

func subscriptionIDs(all []subscription.Subscription) string {
	var ids []string
	for _, one := range all {
		ids = append(ids, string(one.ID))
	}
	return strings.Join(ids, " ")
}

// Of names in the middle of which a text stands, a thousand are looked at; those that begin with it are found all.
func TestF02TheSearchIsBounded(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		err := do(s, func(t *store.Tx) error {
			if err := t.AddPartner(party.Partner{ID: partner, Kind: party.DirectBill}); err != nil {
				return err
			}
			if err := t.AddCustomer(party.Customer{ID: "a", Domain: "a.example", CompanyName: "a"}); err != nil {
				return err
			}
			var all []app.Scheduled
			for i := range 1200 {
				all = append(all, app.Scheduled{Subscription: subscription.Subscription{ID: id.Subscription(fmt.Sprintf("s%04d", i)), Customer: "a", Title: fmt.Sprintf("n%04d last", i), State: subscription.Active, OrderedAt: noon}})
			}
			for some := range slices.Chunk(all, 100) {
				if err := t.AddSubscriptions(some...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]string{"0999 last": "s0999", "1150 last": "", "n1150": "s1150"} {
			got, err := view(s, func(r *store.Reader) ([]subscription.Subscription, error) {
				return r.FindSubscriptions(own, app.FindQuery{Text: text, Limit: 5})
			})
			if err != nil || subscriptionIDs(got) != want {
				t.Errorf("%q finds %v %v, want %s", text, subscriptionIDs(got), err, want)
			}
		}
	})
}

// Whatever customers are asked for by, no row is read of those that are not shown: their key has all that is asked.
func TestF02CustomersAreDecidedInTheirKey(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t), store.Options{})
	for name, q := range map[string]app.CustomerQuery{
		"all":        {Limit: 51},
		"text":       {Text: "a", Limit: 51},
		"next page":  {Text: "a", After: [2]string{"b", "c"}, Limit: 51},
		"name":       {Name: "a", NameOp: "substring", Limit: 51},
		"domain":     {Domain: "a", DomainOp: "starts_with"},
		"a reseller": {Reseller: "r", Text: "a", Limit: 51},
	} {
		var asked, plan []string
		err := s.ViewReader(ctx, func(r *store.Reader) error {
			_, err := r.Noting(&asked).Customers(own, q)
			return err
		})
		if err != nil || len(asked) != 1 {
			t.Fatalf("%s: %v %v", name, err, asked)
		}
		err = s.ViewReader(ctx, func(r *store.Reader) error {
			return r.Batch(store.NewRead(func(scan func(...any) error) error {
				var n, parent, unused int
				var detail string
				err := scan(&n, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			}, `EXPLAIN QUERY PLAN `+asked[0], make([]any, highest(asked[0]))...))
		})
		if err != nil {
			t.Fatal(err)
		}
		steps := strings.Join(plan, "; ")
		if !strings.Contains(steps, "SEARCH customer USING COVERING INDEX customer_name (partner_id=?") ||
			!strings.Contains(steps, "SEARCH customer USING INDEX sqlite_autoindex_customer_1 (partner_id=? AND id=?)") || strings.Contains(steps, "SCAN customer") {
			t.Errorf("%s: %s", name, steps)
		}
	}
}
