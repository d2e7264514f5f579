package e2e

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// together runs n calls at once and gives their answers.
func together(t *testing.T, n int, call func(i int) (harness.Answer, error)) []harness.Answer {
	t.Helper()
	answers, errs := make([]harness.Answer, n), make([]error, n)
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-begin
			answers[i], errs[i] = call(i)
		})
	}
	close(begin)
	all.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return answers
}

// TestLimits: 40 clients want the last place at once (G31, F13).
func TestLimits(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		site.Start(t)
		client, books, customer := site.Client(t), site.Books(t), site.Of(t, "FR").ID
		const buyers = 40
		for limit, sku := range map[int]id.Sku{1: "0001", 2: "0002"} {
			t.Run(fmt.Sprintf("limit %d", limit), func(t *testing.T) {
				item := sandbox.Item(sandbox.StarterKit, sku, "FR").String()
				base := "/v1/customers/" + customer + "/carts"
				carts := make([]string, buyers)
				for i := range carts {
					carts[i] = harness.Read[cart](t, client.Call(t, "POST", base, cartOf(wish(item, 1, "annual", "P1Y"))), 201).ID
				}
				before := books.Count(t, `SELECT COUNT(*) FROM orders`)
				answers := together(t, buyers, func(i int) (harness.Answer, error) {
					return client.Try("POST", base+"/"+carts[i]+"/checkout", nil, "MS-RequestId", guid(100*limit+i))
				})
				orders := 0
				for _, ans := range answers {
					got := harness.Read[checkout](t, ans, 201)
					orders += len(got.Orders)
					if len(got.Orders)+len(got.OrderErrors) != 1 || len(got.OrderErrors) == 1 && !strings.Contains(got.OrderErrors[0].Description, fmt.Sprint(limit)) {
						t.Errorf("neither an order nor the reason: %s", ans.Body)
					}
				}
				slots := books.Count(t, `SELECT COUNT(*) FROM slot WHERE customer_id = $1 AND product_id = $2 AND sku_id = $3`, customer, string(sandbox.StarterKit), string(sku))
				made := books.Count(t, `SELECT COUNT(*) FROM orders`) - before
				t.Logf("limit %d, %d buyers at once: %d orders answered, %d made, %d places taken", limit, buyers, orders, made, slots)
				if orders != limit || made != int64(limit) || slots != int64(limit) {
					t.Errorf("want %d of each", limit)
				}
				books.Balanced(t)
			})
		}
	})
}

// TestSameRequest: one checkout sent 50 times at once, with one request id (G4).
func TestSameRequest(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		site.Start(t)
		client, books := site.Client(t), site.Books(t)
		base := "/v1/customers/" + site.Of(t, "FR").ID + "/carts"
		made := harness.Read[cart](t, client.Call(t, "POST", base, cartOf(wish(subscriptionItem, 2, "annual", "P1Y"))), 201)
		const copies = 50
		answers := together(t, copies, func(int) (harness.Answer, error) {
			return client.Try("POST", base+"/"+made.ID+"/checkout", nil, "MS-RequestId", guid(1))
		})
		for _, ans := range answers {
			if ans.Status != 201 || !bytes.Equal(ans.Body, answers[0].Body) {
				t.Errorf("answered %d %s\nand %d %s", answers[0].Status, answers[0].Body, ans.Status, ans.Body)
			}
		}
		orders := books.Count(t, `SELECT COUNT(*) FROM orders WHERE cart_id = $1`, made.ID)
		t.Logf("%d copies of one checkout: %d order", copies, orders)
		if orders != 1 {
			t.Error("want 1")
		}
		books.Balanced(t)
	})
}
