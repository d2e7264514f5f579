package app

import (
	"context"
	"maps"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// RequestQueue lists the requests of all partners, oldest first (R16).
func (a *App) RequestQueue(ctx context.Context, who party.Actor, q RequestQuery) ([]Queued, error) {
	if err := who.May(party.AnswerSupport); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) ([]Queued, error) { return r.RequestQueue(q) })
}

// QueuedRequest reads one of the operator's queue with notes and files (R16). Fault: "request.unknown".
func (a *App) QueuedRequest(ctx context.Context, who party.Actor, one id.Request) (RequestView, error) {
	if err := who.May(party.AnswerSupport); err != nil {
		return RequestView{}, err
	}
	return read(ctx, a.Store, func(r Reader) (RequestView, error) {
		scope, _, err := r.RequestHome(one)
		if err != nil {
			return RequestView{}, err
		}
		got, err := r.ServiceRequest(scope, one)
		return RequestView{Request: got, Partner: scope.Partner()}, err
	})
}

// ReplyToRequest adds the operator's answer and hands the turn to the raiser, or closes the request (R16). The outcome is a
// RequestView. Faults: "request.unknown", those of support.Request.Reply.
func (a *App) ReplyToRequest(ctx context.Context, who party.Actor, req Request, one id.Request, text string, end bool) (Reply, error) {
	return a.answerRequest(ctx, who, req, one, activity.UpdateServiceTicket, func(s saver, r support.Request) (support.Request, error) {
		return r.Reply(text, end, personOf(who), s.now)
	})
}

// RefuseRequest closes a request with a reason (F70, R16). The outcome is a RequestView. Faults: "request.unknown", those of
// support.Request.Refuse.
func (a *App) RefuseRequest(ctx context.Context, who party.Actor, req Request, one id.Request, reason string) (Reply, error) {
	return a.answerRequest(ctx, who, req, one, activity.RefuseRefund, func(s saver, r support.Request) (support.Request, error) {
		return r.Refuse(reason, personOf(who), s.now)
	})
}

func (a *App) answerRequest(ctx context.Context, who party.Actor, req Request, one id.Request, op activity.Operation, answer func(s saver, r support.Request) (support.Request, error)) (Reply, error) {
	act, err := a.attend(ctx, who, req, party.AnswerSupport, one)
	if err != nil {
		return Reply{}, err
	}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		s := saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}
		before, err := tx.ServiceRequest(act.Actor.Scope, one)
		if err != nil {
			return nil, err
		}
		after, err := answer(s, before)
		if err != nil {
			return nil, err
		}
		if err := s.request(before, &after, op); err != nil {
			return nil, err
		}
		return RequestView{Request: after, Partner: act.Actor.Scope.Partner()}, nil
	})
}

// attend asks an act of the operator and gives one in the scope of the request's partner, behind its customer's lock: the
// request's own row is the only way into a tenant that is not the caller's (R16).
func (a *App) attend(ctx context.Context, who party.Actor, req Request, may party.Act, one id.Request) (act Act, err error) {
	if err := who.May(may); err != nil {
		return act, err
	}
	return read(ctx, a.Store, func(r Reader) (Act, error) {
		scope, customer, err := r.RequestHome(one)
		return Act{Actor: who.Attending(scope), Lock: requestLock(customer), Request: req}, err
	})
}

// ProposeRefund works a refund out and keeps it for somebody else's approval (R16). The outcome is a RequestView. Faults:
// those of ApproveRefund but for the second person.
func (a *App) ProposeRefund(ctx context.Context, who party.Actor, req Request, one id.Request, terms support.Terms, asked Asked) (Reply, error) {
	return a.refund(ctx, who, req, party.AnswerSupport, one, terms, asked, func(w refundWork) (support.Request, error) {
		return w.before.Propose(w.terms, w.credit, personOf(who), w.saver.now), nil
	})
}

// ApproveRefund cancels what a request asks for in the transaction that closes it, with everything a cancellation does
// (F63–F66, F70, R16). The window is judged at the instant the request was filed; with a law in the terms (F77) it is not
// asked, and amounts may be set by hand, within what is still charged on the line (E26). A credit above the operator's
// limit takes a proposal of the very same terms by another person. The outcome is a RequestView. Faults: "request.unknown",
// those of support.Request.Settled and Approve, of order.RefundLines and GrantLines, "preview.moved".
func (a *App) ApproveRefund(ctx context.Context, who party.Actor, req Request, one id.Request, terms support.Terms, asked Asked) (Reply, error) {
	return a.refund(ctx, who, req, party.ApproveRefund, one, terms, asked, func(w refundWork) (support.Request, error) {
		limits, err := w.saver.tx.RefundLimits()
		if err != nil {
			return w.before, err
		}
		return w.before.Approve(w.terms, w.credit, limits[w.credit.Currency()].Second, personOf(who), w.saver.now)
	})
}

// refundWork is a refund that was worked out and not written yet.
type refundWork struct {
	saver  saver
	before support.Request
	terms  support.Terms
	credit money.Amount // gross, positive
}

// refund works a refund out, lets decide say what becomes of the request, and writes both. Only an approval is written
// whole: what else was decided leaves orders and books alone.
func (a *App) refund(ctx context.Context, who party.Actor, req Request, may party.Act, one id.Request, terms support.Terms, asked Asked, decide func(refundWork) (support.Request, error)) (Reply, error) {
	act, err := a.attend(ctx, who, req, may, one)
	if err != nil {
		return Reply{}, err
	}
	act.Preview = asked.Preview
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		scope := act.Actor.Scope
		w := refundWork{saver: saver{app: a, tx: tx, act: &act, now: a.Clock.Now()}}
		if w.before, err = tx.ServiceRequest(scope, one); err != nil {
			return nil, err
		}
		if w.terms, err = w.before.Settled(terms); err != nil {
			return nil, err
		}
		if w.saver.customer, err = tx.Customer(scope, w.before.Customer); err != nil {
			return nil, err
		}
		if w.saver.customer, err = a.settleOrder(tx, &act, w.saver.customer, string(w.before.Refund.Order), w.saver.now); err != nil {
			return nil, err
		}
		k, err := a.cancellation(tx, act.Actor, w.saver.customer.ID, string(w.before.Refund.Order))
		if err != nil {
			return nil, err
		}
		out, err := a.givenBack(k, w)
		if err != nil {
			return nil, err
		}
		p, err := a.previewCancel(tx, act.Actor, k.Order.ID, k.Order.Version, out, w.saver.now)
		if err != nil {
			return nil, err
		}
		p.Act, p.Versions, p.Rows = "refund", append(p.Versions, w.before.Version), []string{string(w.terms.Law)}
		p.Window, p.Policy = firstWindow(k, out)
		if err := p.check(asked); err != nil {
			return nil, err
		}
		w.credit = credited(out).Neg()
		after, err := decide(w)
		if err != nil {
			return nil, err
		}
		view := RequestView{Request: after, Partner: scope.Partner()}
		if asked.Preview {
			view.Preview = &p
			return view, nil
		}
		details := termsDetails(w)
		if after.Decision == nil {
			return view, w.saver.request(w.before, &view.Request, activity.ProposeRefund, details...)
		}
		if err := w.saver.outcome(out); err != nil {
			return nil, err
		}
		if err := w.saver.request(w.before, &view.Request, activity.ApproveRefund, details...); err != nil {
			return nil, err
		}
		o, err := tx.Order(scope, w.saver.customer.ID, string(k.Order.ID))
		if err != nil {
			return nil, err
		}
		return view, w.saver.changed(activity.UpdateOrder, activity.Order, string(o.ID), orderChanges(k.Order, o), append([]activity.Detail{
			{Key: "OrderId", Value: string(o.ID)}, {Key: "Status", Value: string(o.Status)}, {Key: "RequestId", Value: string(w.before.ID)},
		}, moneyDetails(out.Charges)...)...)
	})
}

// givenBack decides what a refund ends and returns.
func (a *App) givenBack(k order.Cancellation, w refundWork) (out subscription.Outcome, err error) {
	if w.terms.Law != "" {
		_, out, err = order.GrantLines(a.IDs, k, w.terms.Lines, w.saver.now)
		return out, err
	}
	lines := make([]int, len(w.terms.Lines))
	for i, l := range w.terms.Lines {
		lines[i] = l.Line
	}
	_, out, err = order.RefundLines(a.IDs, k, lines, w.before.AskedAt, w.saver.now)
	return out, err
}

// credited is the sum of an outcome's credits, gross: negative, or zero.
func credited(out subscription.Outcome) (sum money.Amount) {
	for _, c := range out.Charges {
		sum = sum.Add(c.Gross())
	}
	return sum
}

func termsDetails(w refundWork) []activity.Detail {
	ds := []activity.Detail{{Key: "Amount", Value: w.credit.String()}}
	if w.terms.Reason != "" {
		ds = append(ds, activity.Detail{Key: "Reason", Value: w.terms.Reason})
	}
	if w.terms.Law != "" {
		ds = append(ds, activity.Detail{Key: "RequiredByLaw", Value: string(w.terms.Law)})
	}
	return ds
}

// RefundLimits are the operator's limits by currency (R15).
func (a *App) RefundLimits(ctx context.Context, who party.Actor) (map[money.Currency]support.Limit, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	return read(ctx, a.Store, func(r Reader) (map[money.Currency]support.Limit, error) { return r.RefundLimits() })
}

// SetRefundLimits replaces the operator's limits (R15); a currency that is not named has none. The outcome is the map.
func (a *App) SetRefundLimits(ctx context.Context, who party.Actor, req Request, all map[money.Currency]support.Limit) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) { return all, tx.PutRefundLimits(all) })
}

// SetRefundLimit sets the limits of one currency (R15, F58, F70) and leaves the others; a limit of zero value is none. Who sets
// them has proved who they are. The outcome is the limit. Faults: "proof.needed", "money.not_an_amount" for one below 0.
func (a *App) SetRefundLimit(ctx context.Context, who party.Actor, req Request, c money.Currency, l support.Limit) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	if l.Request.Sign() < 0 || l.Second.Sign() < 0 {
		return Reply{}, fault.Invalid("money.not_an_amount", nil)
	}
	act := Act{Actor: who, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if err := tx.HoldCatalogue(); err != nil { // nobody sets another meanwhile
			return nil, err
		}
		all, err := tx.RefundLimits()
		if err != nil {
			return nil, err
		}
		kept := map[money.Currency]support.Limit{}
		maps.Copy(kept, all)
		if kept[c] = l; l == (support.Limit{}) {
			delete(kept, c)
		}
		return l, tx.PutRefundLimits(kept)
	})
}
