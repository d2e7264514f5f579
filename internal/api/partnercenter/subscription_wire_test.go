package partnercenter

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func utc(s string) time.Time {
	t, ok := parseTime(s)
	if !ok {
		panic("bad time " + s)
	}
	return t
}

// held is three years of software, bought 2021-10-14T16:44Z, looked at a day later; the
// window is the one of 30 days.
func held() app.SubscriptionView {
	bought := utc("2021-10-14T16:44:00Z")
	s := subscription.Subscription{
		ID: requestOne, Customer: customerOne, Order: "Qw7tLp0aZc9eRk2vBn4mXs6dUf8gHj1K1", LineAt: bought, OrderedAt: bought,
		Item:  id.Item{Product: "CMP000000002", Sku: "0003", Availability: "CMPAVL000009"},
		Title: "Device CAL, 3 years", FriendlyName: "Device CAL, 3 years", Kind: catalog.Software, Class: catalog.SoftwareSub,
		Publisher: id.FirstParty, Currency: "EUR", UnitType: "Licenses", State: subscription.Active, Quantity: 4,
		Batches: []subscription.Batch{{Quantity: 4, At: bought}}, Term: when.ThreeYears, Plan: catalog.Annual, AnchorDay: 14,
		Current:    when.Period{Start: bought, End: utc("2024-10-14T16:44:00Z")},
		NextCharge: utc("2022-10-14T16:44:00Z"), AutoRenew: true, Switchable: true, Version: 3,
	}
	return look(s, rule("P04"), bought.Add(24*time.Hour))
}

func look(s subscription.Subscription, rule policy.CancelRule, now time.Time) app.SubscriptionView {
	h := subscription.Held{Subscription: s, Rule: rule}
	v := app.SubscriptionView{Held: h, Now: now, Window: h.CancelWindow(now), Refunds: h.Refundable(now)}
	v.Customer = party.Customer{ID: customerOne, Address: party.Address{Country: "FR"}}
	v.Entry = &catalog.Entry{Product: catalog.Product{PublisherName: "Comptoir Software"}}
	return v
}

func rule(row string) policy.CancelRule {
	r, ok := policy.ByID(policy.Shipped, row)
	if !ok {
		panic("no policy " + row)
	}
	return r
}

// onWire is a view on the wire, for one change of it.
func onWire(v app.SubscriptionView, change func(*app.SubscriptionView)) wireSubscription {
	change(&v)
	v = look(v.Subscription, v.Rule, v.Now)
	return dialect{}.subscription(v)
}

func TestSubscriptionGolden(t *testing.T) {
	v := held()
	body, err := encode(dialect{}.subscription(v))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "subscription", body)

	v.Preview = &app.Preview{
		Act: "subscription.cancelled", Target: requestOne, Versions: []int64{3}, Invoice: when.Period{Start: utc("2021-10-01"), End: utc("2021-11-01")},
		Keys: 1, Links: 2, Window: v.Window.Until, Policy: "P04",
		Charges: []billing.Charge{{
			Kind: billing.Cancel, Of: "c1", Quantity: 4, Unit: money.PriceOf(98_550_000_000, "EUR"), Period: when.Period{Start: v.Now, End: utc("2022-10-14T16:44:00Z")},
			Days: 365, Kept: 1, Net: money.Of(-131_040, "EUR"), Tax: money.Of(-26_208, "EUR"), PriceRow: "row", PolicyRow: "P04",
		}},
	}
	v.State, v.EndedAt, v.AutoRenew = subscription.Cancelled, v.Now, false
	if body, err = encode(dialect{}.subscription(v)); err != nil {
		t.Fatal(err)
	}
	golden(t, "subscription_preview", body)
}

func TestNextTermGolden(t *testing.T) {
	v := held()
	v.Scheduled = subscription.NextTerm{
		Item:  id.Item{Product: "CMP000000002", Sku: "0001", Availability: "CMPAVL000007"},
		Title: "Device CAL, 1 year", Class: catalog.SoftwareSub, Plan: catalog.Monthly, Term: when.Year, Quantity: 6,
		End: subscription.End{At: utc("2025-07-01T00:00:00Z"), AnchorDay: 1},
	}
	w := dialect{}.subscription(v)
	body, err := encode(w.NextTerm)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "next_term", body)
	back, err := w.NextTerm.wish()
	if err != nil || !v.Planned(back) {
		t.Errorf("edge 18: what was read is sent back as another plan: %+v %v", back, err)
	}
}

// Edge rule 22: the same instant stands in three places.
func TestWindowStandsInThreePlaces(t *testing.T) {
	w := dialect{}.subscription(held())
	until := utc("2021-11-13T23:59:00Z")
	if !w.CancellationUntil.Equal(until) || len(w.RefundOptions) != 1 || !w.RefundOptions[0].ExpiresAt.Equal(until) ||
		w.RefundOptions[0].Type != "Partial" || len(w.RefundableQuantity.Details) != 1 || !w.RefundableQuantity.Details[0].AllowedUntil.Equal(until) {
		t.Errorf("%+v", w)
	}
	if w.RefundableQuantity.TotalQuantity != 4 {
		t.Errorf("%+v", w.RefundableQuantity)
	}
	late := onWire(held(), func(v *app.SubscriptionView) { v.Now = until })
	if !late.CancellationUntil.Equal(until) || late.RefundOptions != nil || late.RefundableQuantity.TotalQuantity != 0 || slices.Contains(late.Actions, "cancel") {
		t.Errorf("on the dot: %+v", late)
	}
	first := onWire(held(), func(v *app.SubscriptionView) { v.Rule = rule("P05"); v.Now = v.LineAt.Add(time.Hour) })
	if len(first.RefundOptions) != 2 || first.RefundOptions[0].Type != "Full" || !first.RefundOptions[0].ExpiresAt.Equal(utc("2021-10-15T16:44:00Z")) ||
		!first.RefundOptions[1].ExpiresAt.Equal(utc("2021-10-21T16:44:00Z")) {
		t.Errorf("P05 %+v", first.RefundOptions)
	}
	// F74: what waits for its activation ends as a whole, at no charge, and its seats do not move.
	pending := onWire(held(), func(v *app.SubscriptionView) { v.State, v.Rule, v.Now = subscription.Pending, rule("P08"), v.OrderedAt })
	until = utc("2021-11-13T16:44:00Z")
	if !pending.CancellationUntil.Equal(until) || len(pending.RefundOptions) != 1 || !pending.RefundOptions[0].ExpiresAt.Equal(until) || pending.RefundableQuantity != nil {
		t.Errorf("pending: %+v", pending)
	}
}

func TestSubscriptionDates(t *testing.T) {
	for _, c := range []struct {
		name                 string
		change               func(*app.SubscriptionView)
		end, endTime, cycle  string
		start                string
		isTrial              bool
		renewal, billingType string
	}{
		{"edge 21 last inclusive day", func(*app.SubscriptionView) {}, "2024-10-13", "2024-10-14T16:44:00Z", "2022-10-13", "2021-10-14T16:44:00Z", false, "", "license"},
		{"imported: exclusive", func(v *app.SubscriptionView) { v.Item = id.Item{Product: "GUID"} }, "2024-10-14T16:44:00Z", "2024-10-14T16:44:00Z", "2022-10-14T16:44:00Z", "2021-10-14T16:44:00Z", false, "", "license"},
		{"pending: nothing runs", func(v *app.SubscriptionView) {
			v.State, v.Kind, v.Class, v.Current, v.NextCharge = subscription.Pending, catalog.SaaS, catalog.SaaSMonthly, when.Period{}, time.Time{}
		}, "", "", "", "", false, "", "license"},
		{"F23 free days", func(v *app.SubscriptionView) {
			v.Kind, v.Class, v.Term, v.Current, v.NextCharge = catalog.SaaS, catalog.SaaSMonthly, when.Month, when.Period{}, time.Time{}
			v.TrialDays, v.TrialUntil = 30, utc("2021-11-13T16:44:00Z")
		}, "2021-11-12", "2021-11-13T16:44:00Z", "", "2021-10-14T16:44:00Z", true, "P1M", "license"},
		{"F36 metered never ends", func(v *app.SubscriptionView) {
			v.Class, v.NextCharge = catalog.Metered, time.Time{}
		}, "9999-12-31", "", "2024-10-13", "2021-10-14T16:44:00Z", false, "", "usage"},
		{"F36 metered that will not renew", func(v *app.SubscriptionView) {
			v.Class, v.NextCharge, v.AutoRenew = catalog.Metered, time.Time{}, false
		}, "2024-10-13", "2024-10-14T16:44:00Z", "2024-10-13", "2021-10-14T16:44:00Z", false, "", "usage"},
		{"term to midnight", func(v *app.SubscriptionView) { v.Current.End, v.NextCharge = utc("2024-03-01"), time.Time{} }, "2024-02-29", "2024-03-01", "2024-02-29", "2021-10-14T16:44:00Z", false, "", "license"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := onWire(held(), c.change)
			for _, d := range []struct {
				name, want string
				got        wireTime
			}{
				{"commitmentEndDate", c.end, w.CommitmentEndDate}, {"commitmentEndDateTime", c.endTime, w.CommitmentEndDateTime},
				{"billingCycleEndDate", c.cycle, w.BillingCycleEndDate}, {"effectiveStartDate", c.start, w.EffectiveStartDate},
			} {
				if d.want == "" && !d.got.IsZero() || d.want != "" && !d.got.Equal(utc(d.want)) {
					t.Errorf("%s %v, want %q", d.name, d.got, d.want)
				}
			}
			if w.IsTrial != c.isTrial || w.RenewalTermDuration != c.renewal || w.BillingType != c.billingType {
				t.Errorf("trial %v, renewal %q, %s", w.IsTrial, w.RenewalTermDuration, w.BillingType)
			}
		})
	}
}

func TestDialect(t *testing.T) {
	plain, rich, java := dialect{}, dialect{rich: true}, dialect{java: true}
	lapsed := subscription.Subscription{State: subscription.Suspended, EndedAt: utc("2026-01-01")}
	lapsed.Current.End = lapsed.EndedAt
	if plain.status(lapsed) != "suspended" || rich.status(lapsed) != "disabled" || java.status(lapsed) != "suspended" {
		t.Errorf("E22 suspended and over: %s, %s", plain.status(lapsed), rich.status(lapsed))
	}
	for state, want := range map[subscription.State][2]string{
		subscription.Pending: {"none", "pending"}, subscription.Active: {"active", "active"}, subscription.Suspended: {"suspended", "suspended"},
		subscription.Cancelled: {"deleted", "deleted"}, subscription.Expired: {"deleted", "expired"},
	} {
		s := subscription.Subscription{State: state}
		if plain.status(s) != want[0] || rich.status(s) != want[1] || java.status(s) != want[0] {
			t.Errorf("%s: %s, %s", state, plain.status(s), rich.status(s))
		}
	}
	if plain.cycle(catalog.Triennial) != "triennial" || java.cycle(catalog.Triennial) != "one_time" || java.cycle(catalog.Monthly) != "monthly" {
		t.Error("cycles")
	}
	for _, plan := range []catalog.Plan{catalog.Monthly, catalog.Annual, catalog.Biennial, catalog.Triennial} {
		term := plan.Step()
		if got := java.planned(catalog.Plan(java.cycle(plan)), term); got != plan {
			t.Errorf("a plan that Java sends back by %s is by %s", plan, got)
		}
	}
	if plain.planned(catalog.OneTime, when.ThreeYears) != catalog.OneTime || java.planned(catalog.OneTime, when.Year) != catalog.OneTime {
		t.Error("one_time is something else")
	}
	for kind, want := range map[billing.Document][2]string{billing.Bill: {"invoice", "invoice"}, billing.CreditNote: {"credit_note", "invoice"}, billing.VoidNote: {"void_note", "void_note"}} {
		if plain.document(kind) != want[0] || java.document(kind) != want[1] {
			t.Errorf("a %s is %s, to Java %s", kind, plain.document(kind), java.document(kind))
		}
	}
	for o, want := range map[activity.Operation]string{
		activity.CreateCredit: "update_order", activity.GetSoftwareKey: "update_order", activity.ReadyInvoice: "update_customer_billing_profile",
		activity.RecordPayment: "update_customer_billing_profile", activity.UpgradeSubscription: "upgrade_subscription",
	} {
		if java.operation(o) != want || plain.operation(o) != string(o) {
			t.Errorf("%s: %s to Java, %s to others", o, java.operation(o), plain.operation(o))
		}
	}
	for res, want := range map[activity.Resource]string{
		activity.SoftwareKey: "order", activity.Credit: "order", activity.Invoice: "customer", activity.Subscription: "subscription",
	} {
		if java.resource(res) != want || plain.resource(res) != string(res) {
			t.Errorf("%s: %s to Java, %s to others", res, java.resource(res), plain.resource(res))
		}
	}
}

func TestSuspendedAndActions(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*app.SubscriptionView)
		actions []string
		reasons []string
	}{
		{"open window", func(*app.SubscriptionView) {}, []string{"edit", "cancel"}, nil},
		{"suspended", func(v *app.SubscriptionView) {
			v.State, v.SuspensionReason = subscription.Suspended, subscription.ReasonNonPayment
		}, []string{"edit", "cancel"}, []string{"NonPayment"}},
		{"F74 pending can be cancelled", func(v *app.SubscriptionView) { v.State = subscription.Pending }, []string{"cancel"}, nil},
		{"F36 de-provision", func(v *app.SubscriptionView) { v.Class, v.Rule = catalog.Metered, rule("P10") }, []string{"edit", "cancel"}, nil},
		{"F33 ends at term end", func(v *app.SubscriptionView) { v.Rule, v.Now = rule("P08"), v.Now.AddDate(0, 1, 0) }, []string{"edit", "cancel"}, nil},
		{"F33 already ending", func(v *app.SubscriptionView) { v.Rule, v.Now, v.AutoRenew = rule("P08"), v.Now.AddDate(0, 1, 0), false }, []string{"edit"}, nil},
		{"P06 never", func(v *app.SubscriptionView) { v.Rule = rule("P06") }, []string{"edit"}, nil},
		{"ended", func(v *app.SubscriptionView) { v.State = subscription.Expired }, []string{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := onWire(held(), c.change)
			if !slices.Equal(w.Actions, c.actions) || !slices.Equal(w.SuspensionReasons, c.reasons) {
				t.Errorf("%v %v", w.Actions, w.SuspensionReasons)
			}
		})
	}
}

// A PATCH carries the whole object as a client read it, with its own nulls and defaults; only what differs counts.
func TestSubscriptionPatch(t *testing.T) {
	tag := etag(requestOne, 3)
	for _, c := range []struct {
		name, body, code string
		want             app.Changes
	}{
		{".NET, whole object", `{"Id":"` + requestOne + `","OfferId":"x","Quantity":5,"Status":"none","AutoRenewEnabled":false,"FriendlyName":null,
			"CreationDate":"0001-01-01T00:00:00","BillingCycle":"unknown","PartnerId":null,"ScheduledNextTermInstructions":null,
			"RefundOptions":null,"Attributes":{"Etag":null,"ObjectType":"Subscription"}}`, "",
			app.Changes{Quantity: ptr(int64(5)), AutoRenew: ptr(false)}},
		{"F59 cancel", `{"status":"deleted"}`, "", app.Changes{State: app.WantCancelled}},
		{"Deleted by number", `{"Status":3}`, "", app.Changes{State: app.WantCancelled}},
		{"suspend", `{"status":"Suspended"}`, "", app.Changes{State: app.WantSuspended}},
		{"reactivate", `{"status":"active"}`, "", app.Changes{State: app.WantActive}},
		{"rename", `{"friendlyName":" CAL "}`, "", app.Changes{Name: ptr("CAL")}},
		{"a bell in a name", `{"friendlyName":"C\u0007AL"}`, "body.member", app.Changes{}},
		{"edge 20 etag in the body", `{"attributes":{"etag":"` + tag + `"}}`, "", app.Changes{Version: 3}},
		{"empty etag", `{"attributes":{"etag":""}}`, "", app.Changes{}},
		{"etag of another object", `{"attributes":{"etag":"` + etag(customerOne, 3) + `"}}`, "etag.stale", app.Changes{}},
		{"unknown status", `{"status":"gone"}`, "enum.unknown", app.Changes{}},
		{"quantity that is no whole number", `{"quantity":1.5}`, "body.member", app.Changes{}},
		{"the next term's seats", `{"scheduledNextTermInstructions":{"quantity":3}}`, "", app.Changes{Next: &subscription.NextTerm{Quantity: 3}}},
		{"the next term, .NET", `{"ScheduledNextTermInstructions":{"Product":{"ProductId":"cmp000000002","SkuId":"0003","AvailabilityId":"old","BillingCycle":"Annual",
			"TermDuration":"P1Y","PromotionId":null},"Quantity":5,"CustomTermEndDate":"2027-01-31T00:00:00"}}`, "", app.Changes{Next: &subscription.NextTerm{
			Item: id.Item{Product: "CMP000000002", Sku: "0003", Availability: "ANY"}, Plan: catalog.Annual, Term: when.Year, Quantity: 5,
			End: subscription.End{At: utc("2027-01-31")}}}},
		{"a plan that says nothing", `{"scheduledNextTermInstructions":{"product":{},"quantity":0}}`, "member.missing", app.Changes{}},
		{"a promotion in the plan", `{"scheduledNextTermInstructions":{"product":{"promotionId":"P"},"quantity":1}}`, "promotion.unknown", app.Changes{}},
		{"a plan of the wrong shape", `{"scheduledNextTermInstructions":"renew"}`, "body.member", app.Changes{}},
		{"a change of the next charge", `{"nextChargeInstructions":{"quantity":3}}`, "next_charge.fixed", app.Changes{}},
		{"reseller of record, which the subscription judges", `{"partnerId":"4711"}`, "", app.Changes{}},
	} {
		if c.want.Next == nil { // edge 18: missing and null take the plan away
			c.want.Next = new(subscription.NextTerm)
		}
		t.Run(c.name, func(t *testing.T) {
			d := doorWith(t, options(), operation{
				method: "PATCH", path: "/v1/customers/{customer}/subscriptions/{subscription}",
				handle: func(_ context.Context, r *request) (answer, error) {
					in, err := read[subscriptionPatch](r)
					if err == nil {
						var got app.Changes
						if got, err = r.changes(in); err == nil && !reflect.DeepEqual(got, c.want) {
							t.Errorf("%+v, want %+v", got, c.want)
						}
					}
					if f := fault.Of(err); (f == nil) != (c.code == "") || f != nil && f.Code != c.code {
						t.Errorf("%v, want %q", err, c.code)
					}
					return reply("")
				},
			})
			call(t, d, "PATCH", "/v1/customers/"+customerOne+"/subscriptions/"+requestOne, c.body)
		})
	}
}

func TestSubscriptionPatchKeeps(t *testing.T) {
	three := held()
	three.Plan = catalog.Triennial
	for _, c := range []struct {
		name    string
		d       dialect
		p       subscriptionPatch
		code    string
		pending bool
	}{
		{"echo", dialect{}, subscriptionPatch{BillingCycle: "triennial", Status: "active"}, "", false},
		{"echo of a folded word", dialect{java: true}, subscriptionPatch{BillingCycle: "one_time"}, "", false},
		{"another cycle", dialect{}, subscriptionPatch{BillingCycle: "Monthly"}, "billing_cycle.fixed", false},
		{"unset", dialect{}, subscriptionPatch{BillingCycle: "unknown"}, "", false},
		{"a state nobody sets", dialect{}, subscriptionPatch{Status: "expired"}, "status.unreachable", false},
		{"echo of a rich state", dialect{rich: true}, subscriptionPatch{Status: "pending"}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := three
			if c.pending {
				v.State = subscription.Pending
			}
			err := c.p.keeps(c.d, v)
			if f := fault.Of(err); (f == nil) != (c.code == "") || f != nil && f.Code != c.code {
				t.Errorf("%v, want %q", err, c.code)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }
