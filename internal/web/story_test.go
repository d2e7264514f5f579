package web_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestTimelineOfABusyCustomer: however much happens for a customer, the time line of a subscription leads back to its purchase;
// charges and credits stand on it once, whatever page it is told on.
func TestTimelineOfABusyCustomer(t *testing.T) {
	c := open(t)
	sub := c.sub(1, "Mail Suite Business")
	customer := c.seeded.Customers[1]
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	at := c.at(1) + "/subscriptions/" + string(sub.ID)
	page := b.get(at)
	b.has(page, 200, "Order placed", "Purchase: €", "charged")
	charges := strings.Count(page.body, " charged</div>") + strings.Count(page.body, " charged <span")
	if charges == 0 || strings.Contains(page.body, `rel="next"`) {
		t.Fatalf("%d charges, or it is told in pages", charges)
	}
	act := app.Act{Actor: operator(c), Lock: app.Lock{Customer: string(customer.ID)}, Request: app.Request{Answer: func(any) (app.Reply, error) { return app.Reply{}, nil }}}
	_, err := c.app.Store.Update(t.Context(), act, func(tx app.Tx) (any, error) {
		var all []activity.Record
		for i := range 1300 {
			all = append(all, activity.Record{
				ID: id.Record(fmt.Sprintf("busy-%04d", i)), At: now.Add(-time.Duration(i) * time.Millisecond), Customer: customer.ID, CustomerName: customer.CompanyName, Actor: "x",
				Operation: activity.UpdateBudget, Resource: activity.Customer, ResourceID: string(customer.ID), Status: activity.Succeeded,
			})
		}
		return nil, tx.AddRecord(all...)
	})
	if err != nil {
		t.Fatal(err)
	}
	next := regexp.MustCompile(`href="([^"]*)" rel="next"`)
	page = b.get(at)
	if strings.Contains(page.body, "Budget changed") {
		t.Error("what happened to others stands on it")
	}
	seen, found := 0, false
	for pages := 1; ; pages++ {
		seen += strings.Count(page.body, " charged</div>") + strings.Count(page.body, " charged <span")
		found = found || strings.Contains(page.body, "Order placed")
		m := next.FindStringSubmatch(page.body)
		if m == nil {
			break
		}
		path, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
		if page = b.get(path); pages > 3 {
			t.Fatal("it never ends")
		}
		b.has(page, 200, "The newest")
	}
	if !found || seen != charges {
		t.Errorf("the purchase is told: %t; %d charges, want %d", found, seen, charges)
	}
}

// TestOrderTellsItsStory: an order's page says what can be done with each line, until when, and what happened.
func TestOrderTellsItsStory(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	sub := c.sub(1, "SQL Server Standard, 2 cores, 1 year")
	at := c.at(1) + "/orders/" + string(sub.Order)
	page := b.get(at)
	b.has(page, 200, "What you can do with each line", "Cancel: SQL Server Standard", "Get key: SQL Server Standard", "What happened, and what comes", "Purchase: €", "Order placed")
	ways := regexp.MustCompile(`<a class="btn small" href="([^"]*)">Go there`).FindAllStringSubmatch(page.body, -1)
	if len(ways) == 0 {
		t.Error("no way to any act")
	}
	for _, href := range ways {
		path, _, _ := strings.Cut(html.UnescapeString(href[1]), "#")
		b.has(b.get(path), 200)
	}
	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	if page := sales.get(at); page.status != 200 || strings.Contains(page.body, "Get key: SQL") || strings.Contains(page.body, "Cancel: SQL") {
		t.Errorf("R04 R05 a sales agent is told of keys: %d", page.status)
	}
	for lang, text := range map[string]string{"fr": "Ce que vous pouvez faire de chaque ligne", "ru": "Что можно сделать с каждой строкой"} {
		b.lang = lang
		b.has(b.get(at), 200, text)
	}
}
