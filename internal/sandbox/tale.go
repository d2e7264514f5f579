package sandbox

import (
	"context"
	"fmt"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// tale is the demo's story: acts in the order of their instants, the sweep running in between. The first error stops it.
type tale struct {
	*Seeder
	ctx       context.Context
	now       time.Time
	who       party.Actor
	customers []party.Customer
	err       error
}

// at moves the story on to an instant, doing what falls due on the way.
func (t *tale) at(when time.Time) {
	if t.err == nil {
		t.err = t.App.RunDue(t.ctx, when, func(at time.Time) { t.Clock.Set(at) }, nil)
		t.Clock.Set(when)
	}
}

// ago is an instant before the story's end.
func (t *tale) ago(d time.Duration) time.Time { return t.now.Add(-d) }

// act runs a use case and keeps its outcome.
func act[T any](t *tale, what string, run func(req app.Request) error) (out T) {
	if t.err != nil {
		return out
	}
	req := app.Request{Answer: func(v any) (app.Reply, error) {
		out, _ = v.(T)
		return app.Reply{}, nil
	}}
	if err := run(req); err != nil {
		t.err = fmt.Errorf("sandbox: %s: %w", what, err)
	}
	return out
}

func (t *tale) customer(name, domain string, country market.Country, culture, city, street, postal string) party.Customer {
	made := act[app.NewCustomer](t, "customer "+domain, func(req app.Request) error {
		c := party.Customer{
			CompanyName: name, Domain: domain, Email: "office@" + domain, Culture: culture, Language: culture[:2], FirstName: "Camille", LastName: "Martin",
			Address: party.Address{Country: country, City: city, AddressLine1: street, PostalCode: postal, FirstName: "Camille", LastName: "Martin"},
		}
		if country.Registering() {
			c.RegistrationNumber, c.Address.PhoneNumber = "7800000000", "+7 812 000 00 00"
		}
		_, err := t.App.CreateCustomer(t.ctx, t.who, req, c)
		return err
	})
	return made.Customer
}

// buy puts lines into a cart and checks it out. Every line must go through.
func (t *tale) buy(c party.Customer, lines ...order.CartLine) []order.Order {
	for i := range lines {
		lines[i].ID = i
	}
	cart := act[order.Cart](t, "cart", func(req app.Request) error {
		_, err := t.App.CreateCart(t.ctx, t.who, req, c.ID, order.Cart{Lines: lines})
		return err
	})
	bought := act[app.Purchase](t, "checkout", func(req app.Request) error {
		_, err := t.App.Checkout(t.ctx, t.who, req, c.ID, cart.ID, app.Asked{})
		return err
	})
	if t.err == nil && len(bought.Failed) > 0 {
		t.err = fmt.Errorf("sandbox: %s could not be bought: %w", lines[0].Item.Product, bought.Failed[0].Fault)
	}
	return bought.Orders
}

func (t *tale) change(c party.Customer, orders []order.Order, ch app.Changes) {
	if t.err == nil {
		act[app.SubscriptionView](t, "change", func(req app.Request) error {
			_, err := t.App.ChangeSubscription(t.ctx, t.who, req, c.ID, orders[0].Lines[0].Subscription, ch, app.Asked{})
			return err
		})
	}
}

func (t *tale) activate(c party.Customer, orders []order.Order) {
	if t.err == nil {
		act[app.SubscriptionView](t, "activate", func(req app.Request) error {
			_, err := t.App.Activate(t.ctx, t.who, req, c.ID, orders[0].Lines[0].Subscription)
			return err
		})
	}
}

func (t *tale) cancel(c party.Customer, orders []order.Order) {
	if t.err == nil {
		act[app.OrderView](t, "cancel", func(req app.Request) error {
			_, err := t.App.CancelOrder(t.ctx, t.who, req, c.ID, string(orders[0].ID), nil, app.Asked{})
			return err
		})
	}
}

func (t *tale) reveal(c party.Customer, orders []order.Order, version string) {
	if t.err == nil {
		act[app.RevealedKey](t, "key", func(req app.Request) error {
			_, err := t.App.RevealKey(t.ctx, t.who, req, c.ID, string(orders[0].ID), 0, license.KeyRequest{Version: version})
			return err
		})
	}
}

func (t *tale) link(c party.Customer, orders []order.Order, file license.FileChoice) {
	if t.err == nil {
		act[app.IssuedLink](t, "link", func(req app.Request) error {
			_, err := t.App.IssueLink(t.ctx, t.who, req, c.ID, string(orders[0].ID), 0, license.LinkRequest{File: file, Side: license.PartnerSide})
			return err
		})
	}
}

func (t *tale) markup(points int64) {
	if t.err == nil {
		act[app.MarkupView](t, "markup", func(req app.Request) error {
			_, err := t.App.SetMarkup(t.ctx, t.who, req, billing.Markup{Points: points})
			return err
		})
	}
}

const day = 24 * time.Hour

// tell plays the story: purchases old and new, so that closed and open windows of 60, 30 and 7 days, a suspended
// subscription, a trial, a pending plan, a renewal, an invoice with a credit and a filled log are there to look at.
func (t *tale) tell(out Seeded) {
	north := t.customer("Northstar Clinics", "northstar.example", "US", "en-US", "Portland", "9 Quay Street", "97201")
	atelier := t.customer("Atelier Nord", "atelier.example", "FR", "fr-FR", "Lille", "12 rue du Port", "59000")
	neva := t.customer("Neva Stroy", "neva.example", "RU", "ru-RU", "Saint Petersburg", "Nevsky 1", "191186")
	coral := t.customer("Coral Bay Tours", "coralbay.example", "AU", "en-AU", "Cairns", "3 Reef Road", "4870")
	rio := t.customer("Rio Logistica", "rio.example", "BR", "pt-BR", "Rio de Janeiro", "Av. Atlantica 100", "22010")
	palme := t.customer("La Palme", "lapalme.example", "GP", "fr-FR", "Pointe-a-Pitre", "5 rue des Palmes", "97110")
	t.customers = []party.Customer{north, atelier, neva, coral, rio, palme}
	for i, c := range t.customers { // the story goes on with the countries' own items
		if t.err == nil && c.ID == "" {
			t.err = fmt.Errorf("sandbox: customer %d was not made", i)
		}
	}
	t.markup(1_250) // bills to customers are an eighth above cost
	server := func(c party.Customer) id.Item { return Item(WindowsServer, "0001", c.Country()) }

	t.at(time.Date(2020, 9, 1, 0, 0, 0, 0, time.UTC)) // P03: 60 days, long closed
	t.buy(north, line(server(north), 2, catalog.Annual, when.Year))
	t.at(time.Date(2021, 5, 31, 23, 59, 0, 0, time.UTC)) // P01: 60 days
	t.buy(atelier, line(Item(ServerPerpetual, "0001", "FR"), 1, catalog.OneTime, when.Term{}))
	t.at(time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)) // P02: 30 days
	t.buy(atelier, line(Item(SQLPerpetual, "0001", "FR"), 1, catalog.OneTime, when.Term{}))
	t.at(time.Date(2021, 10, 14, 9, 0, 0, 0, time.UTC)) // the first that renew by themselves
	t.buy(north, line(server(north), 4, catalog.Annual, when.Year))
	t.at(time.Date(2024, 10, 22, 12, 0, 0, 0, time.UTC)) // three years, charged each year
	t.buy(coral, line(Item(WindowsServer, "0002", "AU"), 3, catalog.Annual, when.ThreeYears))

	t.at(t.ago(100 * day))
	orbit := t.buy(atelier, line(Item(OrbitCRM, "0001", "FR"), 12, catalog.Monthly, when.Month))
	t.activate(atelier, orbit) // its free days are over, it is paid
	t.at(t.ago(75 * day))
	refund := t.buy(rio, line(Item(UserCAL, "0001", "BR"), 20, catalog.OneTime, when.Term{}))
	t.at(t.ago(70 * day)) // credit on an invoice that was issued since
	t.cancel(rio, refund)
	t.buy(rio, line(Item(MailSuite, "0001", "BR"), 8, catalog.Monthly, when.Month))
	t.at(t.ago(40 * day)) // 30-day window closed
	old := t.buy(north, line(Item(ServerPerpetual, "0001", "US"), 2, catalog.OneTime, when.Term{}))
	t.reveal(north, old, "2019")
	t.buy(palme, line(Item(ExtendedUpdates, "0001", "GP"), 1, catalog.OneTime, when.Term{}))
	t.at(t.ago(21 * day))
	trial := t.buy(neva, line(Item(OrbitCRM, "0001", "RU"), 5, catalog.Monthly, when.Month))
	t.activate(neva, trial) // its free days still run
	t.buy(neva, line(Item(RedHat, "0001", "RU"), 2, catalog.Annual, when.Year))
	t.at(t.ago(12 * day)) // 30-day window open
	open := t.buy(north, line(Item(ServerPerpetual, "0001", "US"), 1, catalog.OneTime, when.Term{}))
	t.reveal(north, open, "2022")
	t.link(north, open, license.FileChoice{Version: "2022", Language: "en-US", FileType: "zip"})
	t.buy(north, line(Item(PulseMetrics, "0001", "US"), 0, catalog.NoPlan, when.Term{}))
	t.buy(coral, line(Item(MachineReserved, "0001", "AU"), 1, catalog.OneTime, when.Year))
	t.at(t.ago(8 * day))
	mail := t.buy(coral, line(Item(MailSuite, "0001", "AU"), 10, catalog.Annual, when.Year))
	t.buy(north, line(Item(StarterKit, "0001", "US"), 1, catalog.Annual, when.Year))
	base := line(Item(MailSuite, "0001", "FR"), 15, catalog.Monthly, when.Year)
	base.AddOns = []order.CartLine{{ID: 1, Item: Item(MailArchive, "0001", "FR"), Quantity: 15, Plan: catalog.Monthly, Term: when.Year}}
	t.buy(atelier, base)
	t.at(t.ago(5 * day))
	t.change(coral, mail, app.Changes{State: app.WantSuspended})
	t.at(t.ago(3 * day)) // 7-day window open, on day 3
	t.buy(atelier, line(Item(SQLServer, "0001", "FR"), 2, catalog.Annual, when.Year),
		line(Item(RemoteCAL, "0001", "FR"), 30, catalog.Monthly, when.Year))
	t.at(t.ago(time.Hour))
	t.buy(palme, line(Item(LedgerDesk, "0001", "GP"), 3, catalog.Monthly, when.Month)) // waits for its publisher

	t.provider(out)
	t.at(t.now)
}

// provider plays the indirect provider and its reseller.
func (t *tale) provider(out Seeded) {
	own := t.who
	defer func() { t.who = own }()
	t.who = seller(out.Provider)
	t.customer("Halles du Centre", "halles.example", "FR", "fr-FR", "Lyon", "1 place Bellecour", "69002")
	t.who = seller(out.Reseller)
	c := t.customer("Moulin Bleu", "moulin.example", "FR", "fr-FR", "Nantes", "7 quai de la Fosse", "44000")
	t.buy(c, line(Item(MailSuite, "0001", "FR"), 4, catalog.Monthly, when.Month))
}
