package partnercenter_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// holdings are all that the demo's partner has in the store, and what is due.
func (d *demo) holdings(s *store.Store) (all []any) {
	d.t.Helper()
	keep := func(rows any, err error) error {
		all = append(all, rows)
		return err
	}
	scope := party.NewScope(d.seeded.Partner.ID, "")
	if err := s.View(context.Background(), func(r app.Reader) error {
		all = nil
		for _, c := range d.seeded.Customers {
			for _, err := range []error{
				keep(r.Customer(scope, c.ID)), keep(r.Orders(scope, c.ID, "")), keep(r.Subscriptions(scope, c.ID, app.SubscriptionQuery{})),
			} {
				if err != nil {
					return err
				}
			}
		}
		for _, err := range []error{
			keep(r.Charges(scope, app.ChargeQuery{})), keep(r.LedgerSums(scope)), keep(r.Invoices(scope, app.InvoiceQuery{})),
			keep(r.Payments(scope, app.PaymentQuery{})), keep(r.Currencies(scope)),
			keep(r.Records(scope, app.RecordQuery{Security: true, Business: true})),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		d.t.Fatal(err)
	}
	all = append(all, d.clock.Now())
	return all
}

// TestBadInput: each mistake is told by a code of its own on each route that takes it, and changes nothing.
func TestBadInput(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		subs := d.do(200, "GET", french+"/subscriptions", "").items()
		suiteSub := find(t, subs, "offerName", "Mail Suite")
		suite := french + "/subscriptions/" + suiteSub.text("id")
		addOn := d.do(200, "GET", suite+"/addons", "").items()[0].text("id")
		old := d.do(200, "GET", french+"/orders/"+suiteSub.text("orderId"), "")
		bought := d.do(201, "POST", french+"/orders", `{"billingCycle":"monthly","lineItems":[{"lineItemNumber":0,"offerId":"`+item(sandbox.MailSuite, "0001", "FR")+`","quantity":5,"termDuration":"P1Y"}]}`)
		fixed := french + "/subscriptions/" + bought.list("lineItems")[0].text("subscriptionId")
		d.do(200, "PATCH", fixed, `{"autoRenewEnabled":false}`)
		invoice := d.do(200, "GET", "/v1/invoices?size=1", "").items()[0].text("id")

		archive, mail := item(sandbox.MailArchive, "0001", "FR"), item(sandbox.MailSuite, "0001", "FR")
		line := func(offer, members string) string {
			return `{"billingCycle":"monthly","lineItems":[{"lineItemNumber":0,"offerId":"` + offer + `",` + members + `}]}`
		}
		under := func(offer, members string) string {
			return `{"lineItems":[{"lineItemNumber":0,"offerId":"` + offer + `",` + members + `}]}`
		}
		order := french + "/orders/" + old.text("id")
		next := func(members string) string { return `{"scheduledNextTermInstructions":{` + members + `}}` }
		before := d.holdings(s.Store)
		for _, c := range []struct {
			name, method, target, body string
			status                     int
			code                       string
		}{
			{"E11 no seats, order", "POST", french + "/orders", line(mail, `"quantity":0`), 400, "2002"},
			{"E11 fewer than none, order", "POST", french + "/orders", line(mail, `"quantity":-1`), 400, "2002"},
			{"more than the SKU has, order", "POST", french + "/orders", line(mail, `"quantity":10001`), 400, "2002"},
			{"more than a number holds, order", "POST", french + "/orders", line(mail, `"quantity":99999999999999999999`), 400, "3000"},
			{"half a seat, order", "POST", french + "/orders", line(mail, `"quantity":1.5`), 400, "3000"},
			{"no seats, order PATCH", "PATCH", order, under(archive, `"quantity":0,"parentSubscriptionId":"`+suiteSub.text("id")+`"`), 400, "2002"},
			{"fewer than none, order PATCH", "PATCH", order, under(archive, `"quantity":-3,"parentSubscriptionId":"`+suiteSub.text("id")+`"`), 400, "2002"},
			{"no seats, subscription", "PATCH", suite, `{"quantity":0}`, 400, "2002"},
			{"fewer than none, subscription", "PATCH", suite, `{"quantity":-5}`, 400, "2002"},
			{"no seats, add-ons", "PATCH", suite + "/addons", `{"items":[{"id":"` + addOn + `","quantity":0}]}`, 400, "2002"},
			{"fewer than none, add-ons", "PATCH", suite + "/addons", `{"items":[{"catalogItemId":"` + archive + `","quantity":-1,"billingCycle":"monthly"}]}`, 400, "2002"},
			{"fewer than none, next term", "PATCH", suite, next(`"quantity":-1`), 400, "2002"},
			{"fewer than none, transition", "POST", suite + "/transitions", `{"toCatalogItemId":"` + item(sandbox.MailSuite, "0003", "FR") + `","quantity":-1}`, 400, "2002"},

			{"F25 an add-on without its base, order", "POST", french + "/orders", line(archive, `"quantity":1`), 400, "800029"},
			{"F25 an add-on of nothing, order", "POST", french + "/orders", line(archive, `"quantity":1,"parentSubscriptionId":"00000000-0000-4000-8000-000000000abc"`), 409, "27009"},
			{"F25 an add-on of what is no id, order", "POST", french + "/orders", line(archive, `"quantity":1,"parentSubscriptionId":"mine"`), 400, "3000"},
			{"F25 an add-on without its base, order PATCH", "PATCH", order, under(archive, `"quantity":1`), 400, "900127"},
			{"F25 an add-on of nothing, order PATCH", "PATCH", order, under(archive, `"quantity":1,"parentSubscriptionId":"00000000-0000-4000-8000-000000000abc"`), 409, "27009"},

			{"a term that ends before it starts, order", "POST", french + "/orders", line(mail, `"quantity":1,"termDuration":"P1Y","customTermEndDate":"2025-12-31"`), 400, "10017"},
			{"a term longer than it is, order", "POST", french + "/orders", line(mail, `"quantity":1,"termDuration":"P1Y","customTermEndDate":"2030-12-31"`), 400, "10017"},
			{"no such day, order", "POST", french + "/orders", line(mail, `"quantity":1,"customTermEndDate":"2027-02-30"`), 400, "3000"},
			{"beyond the years, order", "POST", french + "/orders", line(mail, `"quantity":1,"customTermEndDate":"99999-01-01"`), 400, "3000"},
			{"no length, order", "POST", french + "/orders", line(mail, `"quantity":1,"termDuration":"P-1Y"`), 400, "3000"},
			{"a next term that ends before it starts", "PATCH", suite, next(`"quantity":3,"customTermEndDate":"2020-01-31"`), 400, "900127"},

			{"F38 next term of what does not renew", "PATCH", fixed, next(`"quantity":3`), 400, "800093"},

			{"clock back", "POST", "/sandbox/clock", `{"to":"2026-11-20T09:59:59Z"}`, 400, "3000"},
			{"clock back by a length", "POST", "/sandbox/clock", `{"advance":"-P1D"}`, 400, "3000"},
			{"clock too far", "POST", "/sandbox/clock", `{"to":"2100-01-01T00:00:00Z"}`, 400, "900127"},
			{"clock to no day", "POST", "/sandbox/clock", `{"to":"2026-13-01T00:00:00Z"}`, 400, "3000"},
			{"clock nowhere", "POST", "/sandbox/clock", `{}`, 400, "3000"},

			{"payment in no currency", "POST", "/v1/partner/payments", `{"invoiceId":"` + invoice + `","amount":1,"currencyCode":"XXQ"}`, 400, "3000"},
			{"payment of nothing", "POST", "/v1/partner/payments", `{"invoiceId":"` + invoice + `","amount":0}`, 400, "3000"},
			{"payment below nothing", "POST", "/v1/partner/payments", `{"invoiceId":"` + invoice + `","amount":-1}`, 400, "3000"},
			{"payment of a future day", "POST", "/v1/partner/payments", `{"invoiceId":"` + invoice + `","amount":1,"date":"2026-11-21"}`, 400, "3000"},
			{"payment of no day", "POST", "/v1/partner/payments", `{"invoiceId":"` + invoice + `","amount":1,"date":"2026-11-31"}`, 400, "3000"},
			{"lines in no currency", "GET", "/v1/invoices/unbilled/lineitems?currencycode=XXQ", "", 400, "3000"},
			{"prices in no currency", "GET", "/v1/prices?country=FR&currency=XXQ", "", 400, "3000"},
			{"prices at no instant", "GET", "/v1/prices?country=FR&at=2026-02-30", "", 400, "3000"},
			{"records since no day", "GET", "/v1/auditrecords?startDate=2026-02-30", "", 400, "3000"},
		} {
			t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
				d.t = t
				d.refused(c.status, c.code, c.method, c.target, c.body)
				if !reflect.DeepEqual(d.holdings(s.Store), before) {
					t.Error("a refusal changed something")
				}
			})
		}
		d.t = t

		// A cart takes a bad line in and marks it (F20); nobody gets anything of it.
		for _, c := range []struct{ name, line, code string }{
			{"no seats", `"catalogItemId":"` + mail + `","quantity":0,"billingCycle":"monthly","termDuration":"P1Y"`, "2002"},
			{"fewer than none", `"catalogItemId":"` + mail + `","quantity":-1,"billingCycle":"monthly","termDuration":"P1Y"`, "2002"},
			{"an add-on without its base", `"catalogItemId":"` + archive + `","quantity":1,"billingCycle":"monthly"`, "800029"},
			{"a term that ends before it starts", `"catalogItemId":"` + mail + `","quantity":1,"billingCycle":"monthly","termDuration":"P1Y","customTermEndDate":"2025-12-31"`, "10017"},
		} {
			cart := d.do(201, "POST", french+"/carts", `{"lineItems":[{"id":0,`+c.line+`}]}`)
			e := cart.list("lineItems")[0].object("error")
			if e == nil || e.object("additionalInformation").text("code") != c.code {
				t.Errorf("F20 %s: %v", c.name, e)
			}
			d.do(201, "POST", french+"/carts/"+cart.text("id")+"/checkout", "")
			if !reflect.DeepEqual(d.holdings(s.Store), before) {
				t.Errorf("F20 %s: the checkout of a bad line changed something", c.name)
			}
		}
		d.refused(400, "3000", "POST", french+"/carts", `{"lineItems":[{"id":0,"catalogItemId":"`+mail+`","quantity":1,"customTermEndDate":"2027-02-30"}]}`)
		if !reflect.DeepEqual(d.holdings(s.Store), before) {
			t.Error("a refusal changed something")
		}
	})
}
