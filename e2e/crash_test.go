//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

const (
	buyers    = 64
	wanted    = 2000            // checkouts that must be acknowledged
	most      = 2 * time.Minute // of one run, four of them
	killAfter = 120 * time.Millisecond
	hangUp    = 20 * time.Millisecond
	// readyBound is what G1 promises of the 99th percentile. The figure is printed; a machine that is busy with other things
	// gets four times as long before the test fails.
	readyBound = 250 * time.Millisecond
)

// Every checkout buys two lines and makes two orders: they stand or fall together.
var (
	mailItem = sandbox.Item(sandbox.MailSuite, "0001", "FR").String()
	calItem  = sandbox.Item(sandbox.UserCAL, "0001", "FR").String()
)

// bought is what a buyer was told, and may rely on.
type bought struct {
	cart   string
	orders []string // of a checkout two, of an order without a cart one
}

// market is 64 buyers at one server. Each repeats a call, with its request id, until it is answered.
type market struct {
	client    *harness.Client
	customers []string
	seed      uint64
	impatient bool // hang up at random
	stop      chan struct{}
	checkouts atomic.Int64

	mu       sync.Mutex
	log      []bought
	calls    int64
	unheard  int64 // calls whose answer nobody heard: what became of them is unknown
	replayed int64 // answered calls sent once more, and answered with the same bytes
	wrong    error
}

func seed(t *testing.T) uint64 {
	s := uint64(20260131)
	if text := os.Getenv("COMPTOIR_SEED"); text != "" {
		var err error
		if s, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d (COMPTOIR_SEED)", s)
	return s
}

func openMarket(t *testing.T, site *harness.Site, impatient bool) *market {
	m := &market{client: site.Client(t), seed: seed(t), impatient: impatient, stop: make(chan struct{})}
	for i := range buyers / 2 { // two buyers share a customer
		made := harness.Read[struct{ ID string }](t, m.client.Call(t, "POST", "/v1/customers", map[string]any{
			"companyProfile": map[string]any{"domain": fmt.Sprintf("buyer%d.example", i)},
			"billingProfile": map[string]any{
				"culture": "fr-FR", "language": "fr", "email": "office@buyer.example", "companyName": fmt.Sprintf("Buyer %d", i),
				"defaultAddress": map[string]any{
					"country": "FR", "city": "Lille", "addressLine1": "1 rue du Port", "postalCode": "59000", "firstName": "Ana", "lastName": "Roux",
				},
			},
		}), 201)
		m.customers = append(m.customers, made.ID)
	}
	return m
}

// run lets all buyers buy until enough checkouts are acknowledged or time is up.
func (m *market) run(t *testing.T) {
	var all sync.WaitGroup
	for i := range buyers {
		all.Go(func() {
			b := &buyer{market: m, base: "/v1/customers/" + m.customers[i%len(m.customers)], chance: rand.New(rand.NewPCG(m.seed, uint64(i)))}
			for {
				select {
				case <-m.stop:
					return
				default:
				}
				if m.checkouts.Load() >= wanted {
					return
				}
				if err := b.buy(); err != nil {
					m.mu.Lock()
					m.wrong = cmp.Or(m.wrong, err)
					m.mu.Unlock()
					return
				}
			}
		})
	}
	late := time.AfterFunc(most, func() { close(m.stop) })
	all.Wait()
	late.Stop()
	if m.wrong != nil {
		t.Error(m.wrong)
	}
}

// buyer is one client.
type buyer struct {
	*market
	base   string
	chance *rand.Rand
}

func (b *buyer) buy() error {
	// A direct order beside the checkouts: nothing but the replay record keeps it from being made twice.
	if b.chance.IntN(4) == 0 {
		ans, err := b.insist("POST", b.base+"/orders", map[string]any{
			"billingCycle": "one_time", "lineItems": []any{map[string]any{"lineItemNumber": 0, "offerId": calItem, "quantity": 1}},
		})
		if err != nil {
			return err
		}
		var o order
		if err := json.Unmarshal(ans, &o); err != nil || o.ID == "" {
			return fmt.Errorf("no order: %w: %s", err, ans)
		}
		b.note(bought{orders: []string{o.ID}})
		return nil
	}
	ans, err := b.insist("POST", b.base+"/carts", cartOf(wish(calItem, 2, "one_time", ""), wish(mailItem, 1, "monthly", "P1M")))
	if err != nil {
		return err
	}
	var c cart
	if err := json.Unmarshal(ans, &c); err != nil || c.ID == "" {
		return fmt.Errorf("no cart: %w: %s", err, ans)
	}
	if ans, err = b.insist("POST", b.base+"/carts/"+c.ID+"/checkout", nil); err != nil {
		return err
	}
	var out checkout
	if err := json.Unmarshal(ans, &out); err != nil || len(out.Orders) != 2 {
		return fmt.Errorf("not two orders: %w: %s", err, ans)
	}
	b.note(bought{c.ID, []string{out.Orders[0].ID, out.Orders[1].ID}})
	b.checkouts.Add(1)
	return nil
}

func (m *market) note(b bought) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.log = append(m.log, b)
}

// insist sends a call with one request id until it is answered 201; now and then once more, for the same bytes.
func (b *buyer) insist(method, path string, body any) ([]byte, error) {
	requestID := fmt.Sprintf("%08x-0000-4000-8000-%012x", b.chance.Uint32(), b.chance.Uint64()&(1<<48-1))
	var first []byte
	for try := 1; ; try++ {
		ctx, cancel := context.WithTimeout(context.Background(), b.patience(try))
		ans, err := b.client.TryFor(ctx, method, path, body, "MS-RequestId", requestID)
		cancel()
		b.mu.Lock()
		b.calls++
		if err != nil {
			b.unheard++
		}
		b.mu.Unlock()
		switch {
		case err != nil: // hung up, or nobody there: the outcome is unknown
		case ans.Status == 503:
		case ans.Status != 201:
			return nil, fmt.Errorf("%s %s answered %d: %s", method, path, ans.Status, ans.Body)
		case first != nil && !bytes.Equal(first, ans.Body):
			return nil, fmt.Errorf("answered %s\nand then %s", first, ans.Body)
		case first != nil:
			b.mu.Lock()
			b.replayed++
			b.mu.Unlock()
			return first, nil
		case b.chance.IntN(8) != 0:
			return ans.Body, nil
		default:
			first = ans.Body
			continue
		}
		if !b.impatient {
			time.Sleep(5*time.Millisecond + time.Duration(b.chance.Int64N(int64(15*time.Millisecond)))) // nobody listens: do not spin
		}
	}
}

// patience is how long this try may take. Who is impatient waits longer after a few tries: not to hang up for ever.
func (b *buyer) patience(try int) time.Duration {
	if b.impatient && try <= 4 && b.chance.IntN(4) != 0 {
		return time.Duration(b.chance.Int64N(int64(hangUp)))
	}
	return 30 * time.Second
}

// compare holds the buyers' log against the database.
func (m *market) compare(t *testing.T, books harness.Books, ordersBefore int64) {
	t.Helper()
	stored := map[string]bool{}
	for _, o := range books.Texts(t, `SELECT id FROM orders`) {
		stored[o] = true
	}
	lost, told := 0, map[string]int{}
	for _, b := range m.log {
		for _, o := range b.orders {
			if told[o]++; !stored[o] {
				lost++
			}
		}
	}
	double := int64(len(stored)) - ordersBefore - int64(len(told))
	twice := 0
	for _, n := range told {
		twice += n - 1
	}
	carts := books.Count(t, `SELECT COUNT(*) FROM cart WHERE customer_id IN (SELECT id FROM customer WHERE domain LIKE 'buyer%')`)
	checkouts := m.checkouts.Load()
	// Each order has its one charge, and one record in the log.
	uncharged := books.Count(t, `SELECT COUNT(*) FROM orders o WHERE o.customer_id IN (SELECT id FROM customer WHERE domain LIKE 'buyer%')
		AND (SELECT COUNT(*) FROM charge c WHERE c.partner_id = o.partner_id AND c.order_id = o.id) <> 1`)
	records := books.Count(t, `SELECT COUNT(*) FROM activity WHERE operation = 'create_order' AND customer_id IN (SELECT id FROM customer WHERE domain LIKE 'buyer%')`)
	t.Logf("%d checkouts acknowledged, %d orders without a cart; %d calls, %d without an answer, %d answers repeated to the byte; lost %d, double %d",
		checkouts, int64(len(m.log))-checkouts, m.calls, m.unheard, m.replayed, lost, double)
	if checkouts < wanted {
		t.Errorf("%d checkouts were acknowledged in time, want %d", checkouts, wanted)
	}
	if lost != 0 || double != 0 || twice != 0 {
		t.Errorf("lost %d, double %d, %d orders told to two buyers; want 0", lost, double, twice)
	}
	if carts != checkouts {
		t.Errorf("%d carts for %d checkouts", carts, checkouts)
	}
	if uncharged != 0 || records != int64(len(told)) {
		t.Errorf("%d orders without exactly one charge; %d orders, %d records", uncharged, len(told), records)
	}
	books.Balanced(t)
}

// TestCrash: the server is killed again and again, 0 to 120 ms after it was ready, while 64 clients buy (G1).
func TestCrash(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		server, books := site.Start(t), site.Books(t)
		m := openMarket(t, site, false)
		before := books.Count(t, `SELECT COUNT(*) FROM orders`)
		began, chance := time.Now(), rand.New(rand.NewPCG(m.seed, 1<<32))
		var ready []time.Duration
		done := make(chan struct{})
		go func() { m.run(t); close(done) }()
		for buying := true; buying; {
			select {
			case <-done:
				buying = false
				continue
			case <-time.After(time.Duration(chance.Int64N(int64(killAfter)))):
			}
			server.Kill()
			var err error
			if server, err = site.Launch(); err == nil {
				err = server.Await()
			}
			if err != nil {
				close(m.stop)
				<-done
				t.Fatalf("after kill %d: %v", len(ready)+1, err)
			}
			ready = append(ready, server.ReadyIn)
		}
		took := time.Since(began)
		m.compare(t, books, before)
		m.client.HTTP.CloseIdleConnections()
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
		site.Verify(t)
		slices.Sort(ready)
		p99 := ready[min(len(ready)-1, len(ready)*99/100)]
		t.Logf("%s: %d kills in %.1f s; ready again, from the start of the process: median %d ms, p99 %d ms (promised: %d)",
			site.Engine, len(ready), took.Seconds(), ready[len(ready)/2].Milliseconds(), p99.Milliseconds(), readyBound.Milliseconds())
		if p99 > 4*readyBound {
			t.Errorf("ready again in %s (p99), promised are %s", p99, readyBound)
		}
	})
}

// TestHangUp: 64 clients close their connection 0 to 20 ms after they asked, and ask again (G1, G3).
func TestHangUp(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		server, books := site.Start(t), site.Books(t)
		m := openMarket(t, site, true)
		before, began := books.Count(t, `SELECT COUNT(*) FROM orders`), time.Now()
		m.run(t)
		took := time.Since(began)
		m.compare(t, books, before)
		m.client.HTTP.CloseIdleConnections()
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
		site.Verify(t)
		t.Logf("%s: %.1f s", site.Engine, took.Seconds())
	})
}
