package store_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

var (
	texts    = rapid.StringOfN(rapid.RuneFrom([]rune("aZ09 -_%\\'\"<&éßİ\u2028\n😀")), 0, 12, -1)
	instants = rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.IntRange(0, 4).Draw(t, "zero") == 0 {
			return time.Time{}
		}
		return time.UnixMicro(rapid.Int64Range(-1, 253402214400e6).Draw(t, "µs")).UTC()
	})
	reasons = rapid.Custom(func(t *rapid.T) *fault.Fault {
		if rapid.Bool().Draw(t, "fine") {
			return nil
		}
		return fault.Refuse("some.reason", fault.Args{
			"text": texts.Draw(t, "text"), "number": rapid.Int64().Draw(t, "number"), "at": instants.Draw(t, "at"), "yes": true,
		})
	})
)

// filled draws a T with something in every field, whatever fields it has: a field that the store forgets is noticed.
// Amounts, prices and currencies are all of one currency.
func filled[T any](t *rapid.T) T {
	var v T
	c := money.Currency(rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "currency"))
	fill(t, reflect.ValueOf(&v).Elem(), c, 0)
	return v
}

func fill(t *rapid.T, v reflect.Value, c money.Currency, depth int) {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = instants.Draw(t, "instant")
		return
	case *money.Amount:
		*p = money.Of(rapid.Int64Range(-money.MaxMinor, money.MaxMinor).Draw(t, "minor"), c)
		return
	case *money.Price:
		*p = money.PriceOf(rapid.Int64().Draw(t, "units"), c)
		return
	case *money.Currency:
		*p = c
		return
	case **fault.Fault:
		*p = reasons.Draw(t, "fault")
		return
	case *party.Kind:
		*p = rapid.SampledFrom([]party.Kind{party.DirectBill, party.IndirectProvider, party.IndirectReseller}).Draw(t, "kind")
		return
	case *party.PersonState:
		*p = rapid.SampledFrom([]party.PersonState{party.PersonActive, party.PersonInactive, party.PersonDeleted}).Draw(t, "state")
		return
	case *party.Roles:
		*p = party.RolesOf(rapid.SliceOfN(rapid.SampledFrom(party.AllRoles()), 0, 3).Draw(t, "roles")...)
		return
	case *[]byte:
		if n := rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "bytes"); len(n) > 0 {
			*p = n
		}
		return
	case *order.Status:
		*p = rapid.SampledFrom([]order.Status{order.Completed, order.Pending, order.Cancelled}).Draw(t, "status")
		return
	case *order.LineState:
		*p = rapid.SampledFrom([]order.LineState{order.LineActive, order.LineCancelled, order.LineSuperseded}).Draw(t, "line state")
		return
	case *subscription.State:
		*p = rapid.SampledFrom([]subscription.State{
			subscription.Pending, subscription.Active, subscription.Suspended, subscription.Cancelled, subscription.Expired,
		}).Draw(t, "state")
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), c, depth)
		}
	case reflect.Slice:
		if depth > 1 {
			return
		}
		for range rapid.IntRange(0, 2).Draw(t, "len") {
			one := reflect.New(v.Type().Elem()).Elem()
			fill(t, one, c, depth+1)
			v.Set(reflect.Append(v, one))
		}
	case reflect.Map:
		if m := rapid.MapOfN(texts, texts, 0, 2).Draw(t, "map"); len(m) > 0 { // what is empty reads back as nothing
			v.Set(reflect.ValueOf(m))
		}
	case reflect.String:
		v.SetString(texts.Draw(t, "text"))
	case reflect.Int:
		v.SetInt(int64(rapid.IntRange(0, 9999).Draw(t, "int")))
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "int64"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	default:
		t.Fatalf("no way to fill a %s", v.Type())
	}
}

// byValue compares money by what it is worth.
var byValue = cmp.Options{
	cmp.Comparer(func(a, b money.Amount) bool { return a == b }),
	cmp.Comparer(func(a, b money.Price) bool { return a == b }),
}

func same[T any](t *rapid.T, what string, got, want T, err error) {
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, got, byValue); diff != "" {
		t.Fatalf("%s: written -, read +\n%s", what, diff)
	}
}

// view reads in the partner's scope.
func view[T any](s *store.Store, fn func(r *store.Reader) (T, error)) (out T, err error) {
	err = s.ViewReader(ctx, func(r *store.Reader) (err error) {
		out, err = fn(r)
		return err
	})
	return out, err
}

var own = party.NewScope(partner, "")

// TestWhatIsWrittenIsRead, field by field, when added and when saved.
func TestWhatIsWrittenIsRead(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		var ids id.Counting
		must := func(t *rapid.T, fn func(tx *store.Tx) error) {
			if err := do(s, fn); err != nil {
				t.Fatal(err)
			}
		}
		if err := do(s, func(tx *store.Tx) error { return tx.AddPartner(party.Partner{ID: partner, Kind: party.DirectBill}) }); err != nil {
			t.Fatal(err)
		}
		for name, check := range map[string]func(*rapid.T){
			"partner": func(t *rapid.T) {
				p := filled[party.Partner](t)
				p.ID, p.Domain, p.Version = id.Partner(ids.GUID()), "", 1 // the domain is the tenant's: NameTenant
				must(t, func(tx *store.Tx) error { return tx.AddPartner(p) })
				got, err := view(s, func(r *store.Reader) (party.Partner, error) { return r.Partner(party.NewScope(p.ID, "")) })
				same(t, "added", got, p, err)
				next := filled[party.Partner](t)
				next.ID, next.Kind, next.Provider, next.Domain, next.Version = p.ID, p.Kind, p.Provider, ids.GUID(), 1
				must(t, func(tx *store.Tx) error { return errors.Join(tx.NameTenant(p.ID, next.Domain), tx.SavePartner(next)) })
				next.Version++
				got, err = view(s, func(r *store.Reader) (party.Partner, error) { return r.OwnPartner(party.NewScope("x", p.ID)) })
				same(t, "saved", got, next, err)
			},
			"customer": func(t *rapid.T) {
				c := filled[party.Customer](t)
				c.ID, c.Domain, c.Version = id.Customer(ids.GUID()), ids.GUID(), 1
				must(t, func(tx *store.Tx) error { return tx.AddCustomer(c) })
				read := func(r *store.Reader) (party.Customer, error) { return r.CustomerOnFile(own, c.ID) }
				got, err := view(s, read)
				same(t, "added", got, c, err)
				next := filled[party.Customer](t)
				next.ID, next.Domain, next.Version = c.ID, c.Domain, 1
				must(t, func(tx *store.Tx) error { return tx.SaveCustomer(next) })
				next.Version++
				got, err = view(s, read)
				same(t, "saved", got, next, err)
			},
			"person": func(t *rapid.T) {
				p := filled[party.Person](t)
				p.ID, p.Partner, p.UPN, p.Subject, p.Alias, p.Version = id.User(ids.GUID()), partner, ids.GUID(), ids.GUID(), "x"+p.Alias, 1
				must(t, func(tx *store.Tx) error { return tx.AddPerson(p) })
				read := func(r *store.Reader) (party.Person, error) { return r.Person(own, p.Customer, p.ID) }
				got, err := view(s, read)
				same(t, "added", got, p, err)
				next := filled[party.Person](t)
				next.ID, next.Partner, next.Customer, next.Publisher, next.UPN, next.Version = p.ID, partner, p.Customer, p.Publisher, ids.GUID(), 1
				next.Subject = ids.GUID()
				must(t, func(tx *store.Tx) error { return tx.SavePerson(next) })
				next.Version++
				got, err = view(s, read)
				same(t, "saved", got, next, err)
			},
			"agreement": func(t *rapid.T) {
				a, c := filled[party.Agreement](t), id.Customer(ids.GUID())
				a.ID, a.Agreed = id.Agreement(ids.GUID()), a.Agreed.Add(time.Hour)
				must(t, func(tx *store.Tx) error { return tx.AddAgreement(c, a) })
				got, err := view(s, func(r *store.Reader) ([]party.Agreement, error) { return r.Agreements(own, c, a.Kind) })
				same(t, "added", got, []party.Agreement{a}, err)
			},
			"cart": func(t *rapid.T) {
				c := filled[order.Cart](t)
				c.ID, c.Version = id.Cart(ids.GUID()), 1
				must(t, func(tx *store.Tx) error { return tx.AddCart(c) })
				read := func(r *store.Reader) (order.Cart, error) { return r.Cart(own, c.Customer, c.ID) }
				got, err := view(s, read)
				same(t, "added", got, c, err)
				next := filled[order.Cart](t)
				next.ID, next.Customer, next.Version = c.ID, c.Customer, 1
				must(t, func(tx *store.Tx) error { return tx.SaveCart(next) })
				next.Version++
				got, err = view(s, read)
				same(t, "saved", got, next, err)
			},
			"order": func(t *rapid.T) {
				o := filled[order.Order](t)
				o.ID, o.Version, o.At = id.Order(ids.Opaque(33)), 1, o.At.Add(time.Hour)
				o.Lines = make([]order.Line, rapid.IntRange(0, 2*16+1).Draw(t, "lines")) // more than one INSERT carries
				some := filled[order.Line](t)
				for i := range o.Lines {
					o.Lines[i] = some
					o.Lines[i].Number = i
				}
				if len(o.Lines) == 0 {
					o.Lines = nil
				}
				must(t, func(tx *store.Tx) error { return tx.AddOrder(o, id.Cart(texts.Draw(t, "cart"))) })
				read := func(r *store.Reader) (order.Order, error) { return r.Order(own, o.Customer, string(o.ID)) }
				got, err := view(s, read)
				same(t, "added", got, o, err)
				next := o
				next.Lines = slices.Clone(o.Lines)
				next.Status = order.Cancelled
				for i, l := range next.Lines {
					if l.State == order.LineActive {
						next.Lines[i].State, next.Lines[i].EndedAt = order.LineCancelled, instants.Draw(t, "end")
					}
				}
				must(t, func(tx *store.Tx) error { return tx.SaveOrder(next) })
				next.Version++
				got, err = view(s, read)
				same(t, "saved", got, next, err)
			},
			"subscription": func(t *rapid.T) {
				sub := filled[subscription.Subscription](t)
				sub.ID, sub.Version, sub.OrderedAt = id.Subscription(ids.GUID()), 1, sub.OrderedAt.Add(time.Hour)
				must(t, func(tx *store.Tx) error {
					return tx.AddSubscriptions(app.Scheduled{Subscription: sub, Due: instants.Draw(t, "due")})
				})
				read := func(r *store.Reader) (subscription.Subscription, error) {
					return r.Subscription(own, sub.Customer, sub.ID)
				}
				got, err := view(s, read)
				same(t, "added", got, sub, err)
				next := filled[subscription.Subscription](t)
				next.ID, next.Customer, next.OrderedAt, next.Version = sub.ID, sub.Customer, sub.OrderedAt, 1
				must(t, func(tx *store.Tx) error { return tx.SaveSubscription(next, instants.Draw(t, "due")) })
				next.Version++
				got, err = view(s, read)
				same(t, "saved", got, next, err)
			},
			"charge": func(t *rapid.T) {
				sub := id.Subscription(ids.GUID())
				cs := make([]billing.Charge, rapid.IntRange(1, 2*16+1).Draw(t, "charges"))
				some := filled[billing.Charge](t)
				for i := range cs {
					cs[i] = some
					cs[i].ID, cs[i].Subscription, cs[i].At = id.Charge(ids.GUID()), sub, some.At.Add(time.Duration(i+1)*time.Microsecond)
				}
				must(t, func(tx *store.Tx) error { return tx.AddCharges(cs) })
				got, err := view(s, func(r *store.Reader) ([]billing.Charge, error) {
					return r.Charges(own, app.ChargeQuery{Subscription: sub})
				})
				same(t, "added", got, cs, err)
			},
			"invoice": func(t *rapid.T) {
				i := filled[billing.Invoice](t)
				i.ID, i.Document, i.Edition = id.Invoice(ids.GUID()), billing.VoidNote, max(1, i.Edition)
				for _, at := range []*time.Time{&i.Period.Start, &i.Period.End, &i.IssuedAt, &i.DueAt} {
					*at = at.Add(time.Hour) // none is the zero time
				}
				i.Paid, i.Amends, i.VoidedBy, i.ReplacedBy, i.Imported = money.Of(0, i.Currency), "", "", "", false // rows of their own
				who := party.Actor{Scope: party.NewScope(id.Partner(ids.GUID()), "")}
				if _, err := s.UpdateTx(ctx, app.Act{Actor: who}, nil, func(tx *store.Tx) (any, error) {
					i.Number, _ = tx.NextInvoiceNumber()
					return nil, tx.AddInvoice(i)
				}); err != nil {
					t.Fatal(err)
				}
				got, err := view(s, func(r *store.Reader) (billing.Invoice, error) { return r.Invoice(who.Scope, i.ID) })
				same(t, "added", got, i, err)
			},
			"record": func(t *rapid.T) {
				rec := filled[activity.Record](t)
				rec.ID, rec.At = id.Record(ids.GUID()), rec.At.Add(time.Hour)
				goesBy := func(who *id.Alias, name *string) { // the name is kept beside the record, and read with it
					if *who != "" {
						al := party.NewAlias(ids.GUID(), "x"+*name)
						*who, *name = al.ID, al.Name
						must(t, func(tx *store.Tx) error { return tx.AddAlias(al) })
					}
				}
				goesBy(&rec.Who, &rec.Actor)
				for i := range rec.Details {
					goesBy(&rec.Details[i].Who, &rec.Details[i].Value)
				}
				must(t, func(tx *store.Tx) error { return tx.AddRecord(rec) })
				got, err := view(s, func(r *store.Reader) (activity.Record, error) { return r.Record(own, rec.ID) })
				same(t, "added", got, rec, err)
			},
		} {
			t.Run(name, rapid.MakeCheck(check))
		}
	})
}
