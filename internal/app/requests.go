package app

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// RequestView is a request as doors show it.
type RequestView struct {
	support.Request
	Partner id.Partner // whose it is
	Preview *Preview   // of a refund
}

// NewRequest is what somebody asks. Said are the facts of a refund (F69); what they leave out is read in the description.
type NewRequest struct {
	support.Request
	Said support.Said
}

// RaiseRequest files a support request (R10). Of the refund topic (F68) the customer, order, reason and amount have to be
// told, as members or in the description, and the order has to be there; customer staff ask for their own tenant alone.
// The outcome is a RequestView. Faults: those of support.Raise, "customer.unknown", "order.unknown", "subscription.unknown",
// "line.unknown", those of money.Parse.
func (a *App) RaiseRequest(ctx context.Context, who party.Actor, req Request, in NewRequest) (Reply, error) {
	if err := who.May(party.RaiseSupport); err != nil {
		return Reply{}, err
	}
	in.Side = sideOf(who)
	topic, _ := support.TopicOf(in.Topic)
	if topic.Refund {
		in.Said = in.Said.Or(support.ReadDescription(in.Description))
	}
	var err error
	if in.Customer, err = a.subject(ctx, who, in.Said.Customer); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: requestLock(in.Customer), Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		r := in.Request
		s := saver{app: a, tx: tx, act: &act, now: now}
		if r.Customer != "" {
			if s.customer, err = tx.Customer(who.Scope, r.Customer); err != nil {
				return nil, err
			}
		}
		if topic.Refund {
			if r.Refund, err = wished(tx, who.Scope, r.Customer, in.Said); err != nil {
				return nil, err
			}
		}
		if r, err = support.Raise(r, personOf(who), now); err != nil {
			return nil, err
		}
		if r.Refund != nil && !support.ReadDescription(r.Description).Whole() {
			r.Description += "\n\n" + support.Describe(r.Customer, s.customer.Domain, *r.Refund)
		}
		if r.Organization == (support.Organization{}) {
			if r.Organization, err = organization(tx, who, s.customer); err != nil {
				return nil, err
			}
		}
		number, err := tx.NextRequestNumber()
		if err != nil {
			return nil, err
		}
		r.ID, r.Version = id.Request(strconv.FormatInt(number, 10)), 1
		if err := tx.AddServiceRequest(r); err != nil {
			return nil, err
		}
		view := RequestView{Request: r, Partner: who.Scope.Partner()}
		return view, s.record(activity.CreateServiceTicket, activity.ServiceRequest, string(r.ID), requestDetails(r)...)
	})
}

// subject is the customer that a request is about, named by tenant id or domain; for customer staff it is their own.
func (a *App) subject(ctx context.Context, who party.Actor, named string) (id.Customer, error) {
	guid, isGUID := id.ParseGUID(named)
	switch {
	case named == "":
		return who.Customer, nil
	case isGUID && who.Customer == "":
		return id.Customer(guid), nil
	case isGUID && id.Customer(guid) == who.Customer:
		return who.Customer, nil
	case isGUID:
		return "", fault.Deny("tenant.foreign", nil)
	}
	found, err := read(ctx, a.Store, func(r Reader) ([]party.Customer, error) {
		return r.Customers(who.Scope, CustomerQuery{Domain: strings.ToLower(named), DomainOp: "equals", Limit: 1})
	})
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", fault.NotFound("customer.unknown", nil)
	case who.Customer != "" && found[0].ID != who.Customer:
		return "", fault.Deny("tenant.foreign", nil)
	}
	return found[0].ID, nil
}

// wished looks up what a refund is asked for. What is not told at all is left empty.
func wished(r Reader, scope party.Scope, c id.Customer, said support.Said) (*support.Refund, error) {
	out := &support.Refund{Reason: said.Reason, Lines: said.Lines}
	if c == "" || said.Order == "" && said.Subscription == "" {
		return out, nil
	}
	if said.Subscription != "" {
		guid, _ := id.ParseGUID(said.Subscription)
		s, err := r.Subscription(scope, c, id.Subscription(guid))
		if err != nil {
			return nil, err
		}
		if out.Subscription = s.ID; said.Order == "" {
			said.Order, out.Lines = string(s.Order), []int{s.Line}
		}
	}
	o, err := r.Order(scope, c, said.Order)
	if err != nil {
		return nil, err
	}
	for _, n := range out.Lines {
		if n < 0 || n >= len(o.Lines) {
			return nil, fault.Invalid("line.unknown", fault.Args{"lines": len(o.Lines)})
		}
	}
	if out.Order = o.ID; len(out.Lines) == 0 {
		out.Lines = refundable(o, out.Subscription)
	}
	currency := o.Currency
	if said.Currency != "" {
		known := false
		if currency, known = money.ParseCurrency(said.Currency); !known {
			return nil, fault.Invalid("body.member", fault.Args{"member": "currency", "want": "a currency such as EUR"})
		}
	}
	if said.Amount != "" {
		out.Amount, err = money.Parse(said.Amount, currency)
	}
	return out, err
}

// refundable are the lines that a refund of an order means where it names none: those of the subscription it names, else
// those that are not cancelled, else all.
func refundable(o order.Order, sub id.Subscription) (lines []int) {
	for _, want := range []func(order.Line) bool{
		func(l order.Line) bool { return sub != "" && l.Subscription == sub },
		func(l order.Line) bool { return l.State != order.LineCancelled },
		func(order.Line) bool { return true },
	} {
		for _, l := range o.Lines {
			if want(l) {
				lines = append(lines, l.Number)
			}
		}
		if len(lines) > 0 {
			break
		}
	}
	return lines
}

// organization is who asks, where a request does not say: the customer's own staff, or the partner.
func organization(r Reader, who party.Actor, c party.Customer) (support.Organization, error) {
	if who.Customer != "" {
		return support.Organization{ID: string(c.ID), Name: c.CompanyName, Phone: c.Address.PhoneNumber}, nil
	}
	p, err := r.Partner(who.Scope)
	return support.Organization{ID: string(p.ID), Name: p.Name}, err
}

// DraftRefund is a request to raise, filled in from an order's line (F58, F68): the facts of F69 but the reason and the
// contact, which only a person knows. The amount is what the policy gives back at this moment, or what is still charged
// where the window is over; customer staff are shown none (R09).
func (a *App) DraftRefund(ctx context.Context, who party.Actor, c id.Customer, orderID string, line int) (RequestView, error) {
	if err := who.MayFor(party.RaiseSupport, c); err != nil {
		return RequestView{}, err
	}
	now := a.Clock.Now()
	var out RequestView
	_, err := a.Store.Update(ctx, Act{Actor: who, Lock: Lock{Customer: string(c)}, Preview: true}, func(tx Tx) (any, error) {
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		k, err := a.cancellation(tx, who, c, orderID)
		if err != nil {
			return nil, err
		}
		if line < 0 || line >= len(k.Order.Lines) {
			return nil, fault.Invalid("line.unknown", fault.Args{"lines": len(k.Order.Lines)})
		}
		l := k.Order.Lines[line]
		refund := support.Refund{Order: k.Order.ID, Lines: []int{line}, Subscription: l.Subscription}
		if who.Customer == "" {
			refund.Amount = k.StillCharged(refund.Lines)
			if _, out, err := order.RefundLines(a.IDs, k, refund.Lines, now, now); err == nil {
				refund.Amount = credited(out).Neg()
			}
		}
		r := support.Request{
			Customer: c, Title: "Refund: " + l.Title, Severity: support.Moderate, Topic: support.RefundTopic, Side: sideOf(who), Refund: &refund,
			Country: customer.Country(), ProductID: string(l.Item.Product), ProductName: l.Title,
			Description: support.Describe(c, customer.Domain, refund),
		}
		r.Organization, err = organization(tx, who, customer)
		out = RequestView{Request: r, Partner: who.Scope.Partner()}
		return nil, err
	})
	return out, err
}

// Requests lists support requests, newest first (R10): customer staff see those that their own tenant raised.
func (a *App) Requests(ctx context.Context, who party.Actor, q RequestQuery) ([]RequestView, error) {
	if err := who.May(party.RaiseSupport); err != nil {
		return nil, err
	}
	if who.Customer != "" {
		if q.Customer != "" && q.Customer != who.Customer {
			return nil, fault.Deny("tenant.foreign", nil)
		}
		q.Customer, q.Side = who.Customer, support.ByCustomer
	}
	return read(ctx, a.Store, func(r Reader) ([]RequestView, error) {
		if q.Customer != "" {
			if _, err := r.Customer(who.Scope, q.Customer); err != nil {
				return nil, err
			}
		}
		found, err := r.ServiceRequests(who.Scope, q)
		views := make([]RequestView, len(found))
		for i, one := range found {
			views[i] = RequestView{Request: one, Partner: who.Scope.Partner()}
		}
		return views, err
	})
}

// Request reads one with notes and files (R10); about narrows it to one customer's, empty: any. Fault: "request.unknown",
// also for one that the caller may not see.
func (a *App) Request(ctx context.Context, who party.Actor, about id.Customer, one id.Request) (RequestView, error) {
	if err := mayFollow(who, about); err != nil {
		return RequestView{}, err
	}
	return read(ctx, a.Store, func(r Reader) (RequestView, error) {
		got, err := followed(r, who, about, one)
		return RequestView{Request: got, Partner: who.Scope.Partner()}, err
	})
}

// ChangeRequest adds a note, sets the severity, takes the request back or opens it again (R10). The outcome is a RequestView.
// Faults: "request.unknown", those of support.Request.Change.
func (a *App) ChangeRequest(ctx context.Context, who party.Actor, req Request, about id.Customer, one id.Request, change func(support.Request) (support.Change, error)) (Reply, error) {
	if err := mayFollow(who, about); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		before, err := followed(tx, who, about, one)
		if err != nil {
			return nil, err
		}
		c, err := change(before)
		if err != nil {
			return nil, err
		}
		view := RequestView{Request: before, Partner: who.Scope.Partner()}
		if c == (support.Change{}) {
			return view, nil
		}
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		if view.Request, err = before.Change(c, personOf(who), sideOf(who), s.now); err != nil {
			return nil, err
		}
		return view, s.request(before, &view.Request, activity.UpdateServiceTicket)
	})
}

// mayFollow asks R10, for one customer where the request is looked for among its own.
func mayFollow(who party.Actor, about id.Customer) error {
	if about != "" {
		return who.MayFor(party.RaiseSupport, about)
	}
	return who.May(party.RaiseSupport)
}

// followed is a request that the caller may see.
func followed(r Reader, who party.Actor, about id.Customer, one id.Request) (support.Request, error) {
	if about != "" {
		if _, err := r.Customer(who.Scope, about); err != nil {
			return support.Request{}, err
		}
	}
	got, err := r.ServiceRequest(who.Scope, one)
	switch {
	case err != nil:
		return support.Request{}, err
	case about != "" && got.Customer != about, who.Customer != "" && (got.Customer != who.Customer || got.Side != support.ByCustomer):
		return support.Request{}, fault.NotFound("request.unknown", nil)
	}
	return got, nil
}

// request writes what became of a request, with what was added to it, and tells of it.
func (s saver) request(before support.Request, after *support.Request, op activity.Operation, details ...activity.Detail) error {
	if after.Customer != "" && s.customer.ID == "" {
		c, err := s.tx.Customer(s.act.Actor.Scope, after.Customer)
		if err != nil {
			return err
		}
		s.customer = c
	}
	if err := s.tx.SaveServiceRequest(*after, after.Notes[len(before.Notes):], after.Files[len(before.Files):]); err != nil {
		return err
	}
	after.Version++
	return s.changed(op, activity.ServiceRequest, string(after.ID), requestChanges(before, *after), slices.Concat(requestDetails(*after), details)...)
}

func requestDetails(r support.Request) []activity.Detail {
	ds := []activity.Detail{{Key: "RequestId", Value: string(r.ID)}, {Key: "Status", Value: string(r.State)}, {Key: "Severity", Value: string(r.Severity)}}
	if r.Refund != nil {
		ds = append(ds, activity.Detail{Key: "OrderId", Value: string(r.Refund.Order)})
	}
	return ds
}

// requestLock is the customer's row where a request is about one.
func requestLock(c id.Customer) Lock { return Lock{Customer: string(c), Partner: c == ""} }

func personOf(who party.Actor) support.Person {
	return support.Person{Key: who.Person(), Name: who.Name}
}

func sideOf(who party.Actor) support.Side {
	if who.Customer != "" {
		return support.ByCustomer
	}
	return support.ByPartner
}
