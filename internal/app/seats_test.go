package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// hired adds people to a customer.
func (w *world) hired(c party.Customer, n int) (all []party.Person) {
	w.t.Helper()
	_, err := w.store.Update(context.Background(), app.Act{Actor: w.who, Lock: app.Lock{Customer: string(c.ID)}}, func(tx app.Tx) (any, error) {
		for i := range n {
			p := party.Person{
				ID: id.User(w.IDs.GUID()), Customer: c.ID, UPN: fmt.Sprintf("p%02d@%s", i, c.Domain), Alias: id.Alias(fmt.Sprint("alias", i)),
				Roles: party.RolesOf(party.CustomerUser), State: party.PersonActive, Version: 1,
			}
			if err := tx.AddPerson(p); err != nil {
				return nil, err
			}
			all = append(all, p)
		}
		return nil, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) seated(c party.Customer, user id.User, give, take []app.SeatWish) error {
	_, err := do[app.SeatsChanged](w, func(req app.Request) (app.Reply, error) {
		return w.ChangeSeats(context.Background(), w.who, req, c.ID, user, give, take)
	})
	return err
}

func of(subs ...id.Subscription) (all []app.SeatWish) {
	for _, s := range subs {
		all = append(all, app.SeatWish{Subscription: s})
	}
	return all
}

// used is how many seats of a subscription are given; -1 where none can be.
func (w *world) used(c party.Customer, sub id.Subscription) int64 {
	w.t.Helper()
	views, _, err := w.Seated(context.Background(), w.who, c.ID, app.SubscriptionQuery{IDs: []id.Subscription{sub}})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(views) == 0 {
		return -1
	}
	return views[0].Used
}

func is(t *testing.T, what string, err error, code string) {
	t.Helper()
	if got := fault.Of(err); err != nil && got == nil || got != nil && got.Code != code || got == nil && code != "" {
		t.Errorf("%s: %v, want %q", what, err, code)
	}
}

// TestR18Seats walks through the life of seats: given, taken, kept through a suspension, bounding the quantity now and after
// the renewal, and gone with the person and with the subscription.
func TestR18Seats(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		people := w.hired(c, 4)
		mail := w.buyOne(c, sandbox.MailSuite, "0001", 3, catalog.Annual, when.Year).Lines[0].Subscription
		again := w.buyOne(c, sandbox.MailSuite, "0001", 3, catalog.Annual, when.Year).Lines[0].Subscription
		item := []app.SeatWish{{Item: id.Item{Product: sandbox.MailSuite, Sku: "0001"}}}

		for _, p := range people[:3] {
			is(t, "given", w.seated(c, p.ID, of(mail), nil), "")
		}
		is(t, "a fourth of three", w.seated(c, people[3].ID, of(mail), nil), "seat.full")
		is(t, "the same again", w.seated(c, people[0].ID, of(mail), nil), "")
		is(t, "a second one of the SKU", w.seated(c, people[0].ID, of(again), nil), "seat.held")
		is(t, "of the SKU, which is there", w.seated(c, people[0].ID, item, nil), "")
		is(t, "of the SKU, where one is free", w.seated(c, people[3].ID, item, nil), "")
		is(t, "what is not the customer's", w.seated(c, people[0].ID, of("nothing"), nil), "seat.unknown")
		is(t, "taken from who has none", w.seated(c, people[3].ID, nil, of(mail)), "seat.not_held")
		is(t, "nobody", w.seated(c, "nobody", of(mail), nil), "user.unknown")
		is(t, "one bad of two changes nothing", w.seated(c, people[3].ID, of("nothing"), of(again)), "seat.unknown")
		if w.used(c, mail) != 3 || w.used(c, again) != 1 {
			t.Fatalf("used %d of one, %d of the other", w.used(c, mail), w.used(c, again))
		}

		two, three, off := int64(2), int64(3), false
		_, err := w.change(c, mail, app.Changes{Quantity: &two})
		is(t, "fewer seats than given", err, "seat.assigned")
		_, err = w.change(c, mail, app.Changes{Next: &subscription.NextTerm{Quantity: 2}})
		is(t, "fewer after the renewal", err, "seat.assigned")
		is(t, "taken", w.seated(c, people[0].ID, nil, of(mail)), "")
		_, err = w.change(c, mail, app.Changes{Next: &subscription.NextTerm{Quantity: 2}})
		is(t, "as many as are given after the renewal", err, "")
		is(t, "a seat that the next term does not have", w.seated(c, people[0].ID, of(mail), nil), "seat.full")
		_, err = w.change(c, mail, app.Changes{Next: &subscription.NextTerm{}})
		is(t, "the plan taken back", err, "")
		is(t, "given again", w.seated(c, people[0].ID, of(mail), nil), "")
		_, err = w.change(c, mail, app.Changes{Quantity: &three, AutoRenew: &off})
		is(t, "as many as there are", err, "")

		_, err = w.change(c, mail, app.Changes{State: app.WantSuspended})
		is(t, "suspended", err, "")
		is(t, "taken while suspended", w.seated(c, people[0].ID, nil, of(mail)), "")
		is(t, "given while suspended", w.seated(c, people[0].ID, of(mail), nil), "seat.suspended")
		if w.used(c, mail) != 2 {
			t.Errorf("after a suspension %d are given", w.used(c, mail))
		}
		_, err = w.change(c, mail, app.Changes{State: app.WantActive})
		is(t, "reactivated", err, "")

		if _, err := do[party.Person](w, func(req app.Request) (app.Reply, error) {
			return w.DeleteCustomerUser(context.Background(), w.who, req, c.ID, people[1].ID)
		}); err != nil {
			t.Fatal(err)
		}
		if w.used(c, mail) != 1 {
			t.Errorf("who left keeps a seat: %d are given", w.used(c, mail))
		}
		is(t, "to who is deleted", w.seated(c, people[1].ID, of(mail), nil), "user.deleted")

		_, err = w.change(c, again, app.Changes{State: app.WantCancelled})
		is(t, "cancelled", err, "")
		is(t, "given of what ended", w.seated(c, people[3].ID, of(again), nil), "seat.unknown")
		w.clock.Set(w.clock.Now().AddDate(1, 0, 1))
		if err := w.RunDue(context.Background(), w.clock.Now(), nil, nil); err != nil {
			t.Fatal(err)
		}
		held, err := w.SeatsOf(context.Background(), w.who, c.ID, []id.User{people[0].ID, people[2].ID, people[3].ID})
		if err != nil || len(held) != 0 || w.used(c, mail) != -1 {
			t.Errorf("after the ends: %v %v, %d", held, err, w.used(c, mail))
		}
	})
}

// TestR18NeverMoreThanThereAre: of as many acts at once as come exactly the seats are given.
func TestR18NeverMoreThanThereAre(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		people := w.hired(c, 12)
		mail := w.buyOne(c, sandbox.MailSuite, "0001", 5, catalog.Annual, when.Year).Lines[0].Subscription
		var all sync.WaitGroup
		codes := make([]error, len(people))
		for i, p := range people {
			all.Go(func() { codes[i] = w.seated(c, p.ID, of(mail), nil) })
		}
		all.Wait()
		given := 0
		for _, err := range codes {
			if err == nil {
				given++
			} else {
				is(t, "beyond", err, "seat.full")
			}
		}
		if given != 5 || w.used(c, mail) != 5 {
			t.Errorf("%d were told yes, %d are given, of 5", given, w.used(c, mail))
		}
	})
}

// TestR18SeatsByFile: what a file says is done row after row, all or nothing; each wrong row is told with its line.
func TestR18SeatsByFile(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		people := w.hired(c, 3)
		mail := w.buyOne(c, sandbox.MailSuite, "0001", 2, catalog.Annual, when.Year).Lines[0].Subscription
		name := "Front desk"
		if _, err := w.change(c, mail, app.Changes{Name: &name}); err != nil {
			t.Fatal(err)
		}
		take := func(file string) (app.SeatReport, error) {
			return do[app.SeatReport](w, func(req app.Request) (app.Reply, error) {
				return w.ImportSeats(context.Background(), w.who, req, c.ID, strings.NewReader(file))
			})
		}
		row := func(p int, of, act string) string { return people[p].UPN + "," + of + "," + act + "\n" }
		_, err := take("User,Subscription,Action\n" + row(0, "front DESK", "") + "nobody@x.example,Front desk,\n" + row(1, "no such thing", "") +
			row(1, "Front desk", "perhaps") + ",Front desk,\n" + row(2, "Front desk", "remove") + "one,two\n")
		f := fault.Of(err)
		if f == nil || f.Code != "import.rows" {
			t.Fatal(err)
		}
		var told []string
		for _, e := range f.Args["errors"].([]app.SeatError) {
			told = append(told, fmt.Sprint(e.Line, " ", e.Member, " ", e.Code))
		}
		if want := []string{"5 Action row.act", "6 User row.missing", "8  row.columns"}; !slices.Equal(told, want) {
			t.Errorf("%q, want %q", told, want)
		}
		_, err = take("User,Subscription,Action\n" + row(0, "front DESK", "") + "nobody@x.example,Front desk,\n" + row(1, "no such thing", "") +
			row(1, string(mail), "") + row(2, "Front desk", "") + row(2, "Front desk", "remove"))
		told = nil
		if f = fault.Of(err); f == nil {
			t.Fatal(err)
		}
		for _, e := range f.Args["errors"].([]app.SeatError) {
			code := e.Code
			if e.Fault != nil {
				code = e.Fault.Code
			}
			told = append(told, fmt.Sprint(e.Line, " ", e.Member, " ", code))
		}
		if want := []string{"3 User row.user", "4 Subscription row.subscription", "6 Subscription seat.full", "7 Subscription seat.not_held"}; !slices.Equal(told, want) || w.used(c, mail) != 0 {
			t.Errorf("%q, want %q; %d are given", told, want, w.used(c, mail))
		}
		good := "\ufeffUPN;Product;Action\n" + strings.ReplaceAll(row(0, "Front desk", "assign")+row(1, "Front desk", "")+row(0, string(mail), "remove")+row(2, "Front desk", ""), ",", ";")
		if got, err := take(good); err != nil || got != (app.SeatReport{Rows: 4, Given: 3, Taken: 1}) || w.used(c, mail) != 2 {
			t.Errorf("%+v %v, %d are given", got, err, w.used(c, mail))
		}
		if got, err := take("User,Subscription\n" + people[1].UPN + ",Front desk\n"); err != nil || got.Same != 1 {
			t.Errorf("again: %+v %v", got, err)
		}
		records, err := w.Records(context.Background(), w.who, app.RecordQuery{Customer: c.ID, Resource: activity.CustomerUser, Until: w.clock.Now().Add(time.Second), Limit: 2})
		if err != nil || len(records) != 2 || records[0].Operation != activity.UpdateUserLicences {
			t.Errorf("%+v %v", records, err)
		}
	})
}

// TestR18OnlyWhoMay: sales and billing agents give no seats, nor does the customer's plain user.
func TestR18OnlyWhoMay(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0]
		own := w.who
		for _, x := range []struct {
			role party.Role
			may  bool
		}{{party.GlobalAdmin, true}, {party.AdminAgent, true}, {party.HelpdeskAgent, true}, {party.SalesAgent, false}, {party.BillingAdmin, false}, {party.CustomerGlobal, true}, {party.CustomerUser, false}} {
			w.who = own
			w.who.Roles = party.RolesOf(x.role)
			if x.role.Side() == party.CustomerSide {
				w.who.Customer = c.ID
			}
			_, _, err := w.Seated(context.Background(), w.who, c.ID, app.SubscriptionQuery{})
			if (err == nil) != x.may {
				t.Errorf("%s: %v", x.role, err)
			}
			if err := w.seated(c, "nobody", nil, nil); (fault.Of(err).Code == "role.missing") == x.may {
				t.Errorf("%s: %v", x.role, err)
			}
		}
		w.who = own
	})
}
