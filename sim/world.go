package sim

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/sim/model"
)

// World is the product as the simulation holds it: a store, two workers on it, clocks that stand where they are put, and
// the ids behind the model's handles.
type world struct {
	open  func() (*store.Store, error)
	crash func() error // makes the store be found as a dead process left it; nil: cannot

	store   *store.Store
	workers [2]*app.App
	clock   *when.Fixed
	wall    *when.Fixed
	ids     *id.Counting

	n        int // of the worlds in the store
	partners [3]party.Partner
	shared   bool // with other worlds: the numbers of documents are not this one's

	customers []id.Customer
	countries []string
	subs      []id.Subscription
	subOf     map[id.Subscription]int
	orders    map[int]id.Order
	orderOf   map[id.Order]int
	carts     []id.Cart
	renewals  map[renewalKey]int // handles of orders that no answer named
	indexed   int                // of the model's orders, those that are among them
	bodies    map[string]string  // of answers, by the request's key
	digest    hash.Hash          // of all answers' bytes
}

type renewalKey struct {
	sub    int
	at     int64
	system bool
}

var ctx = context.Background()

func newWorld(start time.Time, open func(opts store.Options) (*store.Store, error)) (*world, error) {
	w := emptyWorld(0)
	w.clock, w.wall, w.ids = when.NewFixed(start), when.NewFixed(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), &id.Counting{}
	w.open = func() (*store.Store, error) { return open(store.Options{Wall: w.wall}) }
	return w, w.start()
}

func emptyWorld(n int) *world {
	return &world{
		n: n, partners: partnersOf(n), subOf: map[id.Subscription]int{}, orders: map[int]id.Order{}, orderOf: map[id.Order]int{},
		renewals: map[renewalKey]int{}, bodies: map[string]string{}, digest: sha256.New(),
	}
}

func (w *world) start() error {
	s, err := w.open()
	if err != nil {
		return err
	}
	w.store = s
	for i := range w.workers {
		w.workers[i] = &app.App{Store: s, Due: s, Clock: w.clock, Wall: w.wall, IDs: w.ids}
	}
	return nil
}

// restart closes the store and opens it again, or lets the process die: what is then opened is what lay on the disk.
func (w *world) restart(die bool) error {
	if die && w.crash != nil {
		if err := w.crash(); err != nil {
			return err
		}
	}
	if err := w.store.Close(); err != nil {
		return err
	}
	return w.start()
}

// addPartners fills a new store with what is there before the first customer, for so many worlds.
func addPartners(s *store.Store, worlds int) error {
	for n := range worlds {
		for _, p := range partnersOf(n) {
			scope := party.NewScope(p.ID, "")
			if p.Provider != "" {
				scope = party.NewScope(p.Provider, p.ID)
			}
			act := app.Act{Actor: party.Actor{Scope: scope}, Lock: app.Lock{Partner: true}}
			if _, err := s.Update(ctx, act, func(tx app.Tx) (any, error) { return nil, tx.AddPartner(p) }); err != nil {
				return err
			}
		}
	}
	act := app.Act{Actor: emptyWorld(0).actor(0), Lock: app.Lock{Partner: true}}
	_, err := s.Update(ctx, act, func(tx app.Tx) (any, error) { return nil, stock(tx, worlds) })
	return err
}

func (w *world) addCustomer(c model.Customer) error {
	n := len(w.customers)
	who := w.actor(c.Partner)
	if c.Reseller {
		who = w.actor(2)
	}
	var made app.NewCustomer
	_, err := w.workers[0].CreateCustomer(ctx, who, app.Request{Answer: func(v any) (app.Reply, error) {
		made = v.(app.NewCustomer)
		return app.Reply{}, nil
	}}, party.Customer{
		Domain: fmt.Sprintf("c%d.w%d.example", n, w.n), CompanyName: fmt.Sprintf("Customer %d", n), Email: "office@example.com", Culture: "en-US", Language: "en",
		Address: party.Address{Country: market.Country(c.Market)},
	})
	w.customers, w.countries = append(w.customers, made.Customer.ID), append(w.countries, c.Market)
	return err
}

// answer is what the product said.
type answer struct {
	code   string
	text   string
	replay bool
	hash   string // of a preview
}

// do has a worker carry out a command. expect is the model's answer, whose handles name what the act makes.
func (w *world) do(worker int, c model.Command, match string, expect model.Answer) (answer, error) {
	var out any
	// A path has no query, and a body is what is sent: the request id, condition and preview are not in it.
	req := app.Request{
		ID: c.Request, Method: "POST", Path: c.Target(), BodyHash: sha256.Sum256([]byte(c.Body())), StrictBody: c.Act != "change",
		Answer: func(v any) (app.Reply, error) {
			out = v
			return rawReply(v), nil
		},
	}
	reply, err := w.call(worker, c, match, req)
	if f := fault.Of(err); f != nil {
		fmt.Fprintln(w.digest, f.Code)
		return answer{code: f.Code}, nil
	} else if err != nil {
		return answer{}, err
	}
	w.digest.Write(reply.Body)
	key := fmt.Sprint(c.Actor, " ", c.Request, " ", c.Target())
	if out == nil { // answered from the record
		if string(reply.Body) != w.bodies[key] {
			return answer{}, fmt.Errorf("a replay with other bytes:\n%s\n%s", w.bodies[key], reply.Body)
		}
		return answer{replay: true}, nil
	}
	if c.Request != "" && !c.Preview {
		w.bodies[key] = string(reply.Body)
	}
	return w.tell(c, out, expect)
}

// call is the use case of a command.
func (w *world) call(worker int, c model.Command, match string, req app.Request) (app.Reply, error) {
	a, who, cust := w.workers[worker], w.actor(c.Actor), w.customers[c.Customer]
	asked := app.Asked{Preview: c.Preview, Match: match}
	switch c.Act {
	case "cart":
		return a.CreateCart(ctx, who, req, cust, order.Cart{Lines: w.lines(c)})
	case "checkout":
		return a.Checkout(ctx, who, req, cust, w.carts[c.Cart], asked)
	case "order":
		return a.PlaceOrder(ctx, who, req, cust, w.lines(c), asked)
	case "cancel":
		return a.CancelOrder(ctx, who, req, cust, string(w.orders[c.Order]), c.Numbers, asked)
	case "activate":
		return a.Activate(ctx, who, req, cust, w.subs[c.Sub])
	case "convert":
		return a.ConvertTrial(ctx, who, req, cust, w.subs[c.Sub], wish(c.Wish), asked)
	case "transition":
		return a.Transition(ctx, who, req, cust, w.subs[c.Sub], wish(c.Wish), asked)
	case "pay":
		in := app.Receipt{Invoice: document(c.Invoice), Currency: money.Currency(c.Currency), On: c.On}
		in.Amount = money.Of(c.Amount, in.Currency).Decimal()
		return a.RecordPayment(ctx, who, req, in)
	case "void":
		return a.VoidInvoice(ctx, who, req, document(c.Invoice))
	}
	ch := app.Changes{State: app.Wanted(c.Change.State), Quantity: c.Change.Qty, AutoRenew: c.Change.Auto}
	if c.Change.Next != nil {
		next := wish(*c.Change.Next)
		ch.Next = &next
	}
	return a.ChangeSubscription(ctx, who, req, cust, w.subs[c.Sub], ch, asked)
}

// wish is what a subscription is to become.
func wish(w model.Wish) subscription.NextTerm {
	n := subscription.NextTerm{Plan: catalog.Plan(w.Plan), Term: term(w.Months), Quantity: w.Qty, End: subscription.End{At: w.End}}
	if w.Product != "" {
		n.Item = id.Item{Product: id.Product(w.Product), Sku: sku}
	}
	return n
}

// document is the id of a document by its number.
func document(number int) id.Invoice { return id.Invoice(fmt.Sprintf("G%09d", number)) }

// lines are the command's wishes with ids of their own.
func (w *world) lines(c model.Command) []order.CartLine {
	n := 0
	country := w.countries[c.Customer]
	var make func(ls []model.Line) []order.CartLine
	make = func(ls []model.Line) []order.CartLine {
		var out []order.CartLine
		for _, l := range ls {
			one := order.CartLine{ID: n, Item: itemID(l.Product, country), Quantity: l.Qty, Plan: catalog.Plan(l.Plan), Term: term(l.Months), TermEnd: l.End}
			if n++; l.Parent >= 0 {
				one.Parent = w.subs[l.Parent]
			}
			one.AddOns = make(l.AddOns)
			out = append(out, one)
		}
		return out
	}
	return make(c.Lines)
}

// rawReply is an answer's bytes, with the ids in it.
func rawReply(v any) app.Reply {
	switch v := v.(type) {
	case order.Cart:
		return app.Reply{Body: fmt.Appendf(nil, "cart %s %d", v.ID, len(v.Lines))}
	case app.Purchase:
		body := fmt.Appendf(nil, "bought %d", len(v.Failed))
		for _, o := range v.Orders {
			body = fmt.Appendf(body, " %s %s", o.ID, o.Status)
			for _, l := range o.Lines {
				body = fmt.Appendf(body, " %s %s %d", l.Item, l.Subscription, l.Quantity)
			}
		}
		for _, c := range v.Made.Charges {
			body = fmt.Appendf(body, " %s %s %s", c.ID, c.Net, c.Tax)
		}
		return app.Reply{Body: body}
	case app.OrderView:
		return app.Reply{Body: fmt.Appendf(nil, "order %s %s %d", v.Order.ID, v.Order.Status, v.Order.Version), Version: v.Order.Version}
	case app.Conversion:
		return app.Reply{Body: fmt.Appendf(nil, "conversion %s %s %s %s %d %s", v.Subscription, v.Order, v.From, v.To, v.Quantity, v.Plan)}
	case app.Transition:
		return app.Reply{Body: fmt.Appendf(nil, "transition %s %s %s %s %s %d", v.Operation, v.From, v.To, v.FromItem, v.ToItem, v.Quantity)}
	case app.Paid:
		return app.Reply{Body: fmt.Appendf(nil, "paid %s %s %s %s", v.ID, v.Amount, v.On, v.After.Paid)}
	case app.InvoiceView:
		return app.Reply{Body: fmt.Appendf(nil, "void %s by %s again %s", v.ID, v.VoidedBy, v.ReplacedBy)}
	case app.SubscriptionView:
		body := fmt.Appendf(nil, "subscription %s %s %d %t %s %d", v.ID, v.State, v.Quantity, v.AutoRenew, v.Current, v.Version)
		for _, c := range v.Charges {
			body = fmt.Appendf(body, " %s %s %s", c.ID, c.Net, c.Tax)
		}
		return app.Reply{Body: body, Version: v.Version}
	}
	return app.Reply{}
}

// sqliteWorld opens copies of a stocked file in a folder of the seed's own. lax gives up durability for speed: only the
// end of a run, in which processes die, is written through.
type sqliteWorld struct {
	dir  string
	gen  int
	lax  bool
	path string
}

func (f *sqliteWorld) open(opts store.Options) (*store.Store, error) {
	opts.Lax = f.lax
	return store.Open(ctx, "sqlite:"+f.path, opts)
}

// crash copies the file and its log as they lie there, without closing anything, and goes on with the copy. While the store
// is lax there is nothing to find out: it promises nothing.
func (f *sqliteWorld) crash() error {
	if f.lax {
		return nil
	}
	f.gen++
	next := filepath.Join(f.dir, fmt.Sprintf("after-crash-%d.db", f.gen))
	for _, tail := range []string{"", "-wal"} {
		if err := copyFile(f.path+tail, next+tail); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	f.path = next
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}
