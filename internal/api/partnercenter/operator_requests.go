package partnercenter

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// operatorOperations are the operator's side of support requests (F70, R16), over all partners, and its limits (R15).
func (a *api) operatorOperations() []operation {
	const all, one = "/v1/operator/requests", "/v1/operator/requests/{request}"
	const limits = "/v1/operator/refundlimits"
	ops := []operation{
		{method: http.MethodGet, path: all, handle: a.listQueue},
		{method: http.MethodGet, path: one, handle: a.showQueued},
		{method: http.MethodGet, path: one + "/attachments/{file}", handle: a.sendFile(a.app.QueuedAttachment)},
		{method: http.MethodPost, path: one + "/reply", handle: a.replyToRequest},
		{method: http.MethodPost, path: one + "/refuse", handle: a.refuseRequest},
		{method: http.MethodPost, path: one + "/propose", body: bodyOptional, handle: a.refund(a.app.ProposeRefund)},
		{method: http.MethodPost, path: one + "/approve", body: bodyOptional, acts: []party.Act{party.ApproveRefund}, handle: a.refund(a.app.ApproveRefund)},
		{method: http.MethodGet, path: limits, acts: []party.Act{party.OperateSystem}, handle: a.showRefundLimits},
		{method: http.MethodPut, path: limits, acts: []party.Act{party.OperateSystem}, handle: a.setRefundLimits},
	}
	for i := range ops {
		ops[i].scope, ops[i].status = scopeOperator, http.StatusOK
		if ops[i].acts == nil {
			ops[i].acts = []party.Act{party.AnswerSupport}
		}
	}
	return ops
}

// listQueue lists the requests of all partners, oldest first.
func (a *api) listQueue(ctx context.Context, r *request) (answer, error) {
	q, p, err := r.requestQuery()
	if err != nil {
		return answer{}, err
	}
	found, err := a.app.RequestQueue(ctx, r.actor, q)
	if err != nil {
		return answer{}, err
	}
	found, more := cut(p, found)
	items := make([]serviceRequest, len(found))
	for i, one := range found {
		items[i] = r.serviceRequest(app.RequestView{Request: one.Request, Partner: one.Partner})
	}
	return reply(offsetPage(r, p, items, more))
}

func (a *api) showQueued(ctx context.Context, r *request) (answer, error) {
	one, err := r.requestID()
	if err != nil {
		return answer{}, err
	}
	v, err := a.app.QueuedRequest(ctx, r.actor, one)
	if err != nil {
		return answer{}, err
	}
	return reply(r.serviceRequest(v))
}

// replyBody is the operator's answer; with the status closed nobody's turn is next.
type replyBody struct {
	Text   string   `json:"text"`
	Status enumText `json:"status"`
}

func (a *api) replyToRequest(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	one, err := r.requestID()
	if err != nil {
		return answer{}, err
	}
	in, err := read[replyBody](r)
	if err != nil {
		return answer{}, err
	}
	text, err := needed("text", in.value.Text, support.MaxDescription)
	if err != nil {
		return answer{}, err
	}
	state, _, err := requestStates.read("status", in.value.Status)
	if err != nil {
		return answer{}, err
	}
	if support.State(state) == support.Open {
		return answer{}, fault.Refuse("request.state", nil)
	}
	return a.app.ReplyToRequest(ctx, r.actor, r.replay(true, r.requestAnswer), one, text, support.State(state) == support.Closed)
}

// needed is a text that has to be there.
func needed(member, text string, most int) (string, error) {
	if text = strings.TrimSpace(text); text == "" {
		return "", fault.Invalid("member.missing", fault.Args{"member": member})
	}
	return text, bounded(member, text, most)
}

// refuseBody is why not.
type refuseBody struct {
	Reason string `json:"reason"`
}

func (a *api) refuseRequest(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	one, err := r.requestID()
	if err != nil {
		return answer{}, err
	}
	in, err := read[refuseBody](r)
	if err != nil {
		return answer{}, err
	}
	reason, err := needed("reason", in.value.Reason, maxReason)
	if err != nil {
		return answer{}, err
	}
	return a.app.RefuseRequest(ctx, r.actor, r.replay(true, r.requestAnswer), one, reason)
}

// termsBody is what goes back: nothing said is what the request, or its proposal, says. Amounts are with tax, in major units,
// and only where a law requires them (F77).
type termsBody struct {
	Reason        string `json:"reason"`
	RequiredByLaw *struct {
		Country string `json:"country"`
	} `json:"requiredByLaw"`
	LineItems []struct {
		LineItemNumber int         `json:"lineItemNumber"`
		Amount         json.Number `json:"amount"`
	} `json:"lineItems"`
	Currency string `json:"currency"`
}

func (b *termsBody) terms() (t support.Terms, err error) {
	if len(b.LineItems) > maxLineNo {
		return t, fault.Invalid("member.too_many", fault.Args{"member": "lineItems", "max": maxLineNo})
	}
	if t.Reason = strings.TrimSpace(b.Reason); t.Reason != "" {
		if err := bounded("reason", t.Reason, maxReason); err != nil {
			return t, err
		}
	}
	if b.RequiredByLaw != nil {
		m, known := market.Lookup(strings.ToUpper(strings.TrimSpace(b.RequiredByLaw.Country)))
		if !known {
			return t, fault.Invalid("country.unknown", nil)
		}
		t.Law = m.Country
	}
	currency, known := money.ParseCurrency(b.Currency)
	if !known && b.Currency != "" {
		return t, fault.Invalid("body.member", fault.Args{"member": "currency", "want": "a currency such as EUR"})
	}
	for _, l := range b.LineItems {
		g := order.Granted{Line: l.LineItemNumber}
		if l.Amount != "" {
			if !known {
				return t, fault.Invalid("member.missing", fault.Args{"member": "currency"})
			}
			if g.Amount, err = money.Parse(l.Amount.String(), currency); err != nil {
				return t, err
			}
		}
		if slices.ContainsFunc(t.Lines, func(other order.Granted) bool { return other.Line == g.Line }) {
			return t, fault.Invalid("line.twice", nil)
		}
		t.Lines = append(t.Lines, g)
	}
	return t, nil
}

// refund proposes or approves what a body says, or shows what it would do.
func (a *api) refund(do func(context.Context, party.Actor, app.Request, id.Request, support.Terms, app.Asked) (app.Reply, error)) func(context.Context, *request) (answer, error) {
	return func(ctx context.Context, r *request) (answer, error) {
		if err := r.mayAny(); err != nil {
			return answer{}, err
		}
		one, err := r.requestID()
		if err != nil {
			return answer{}, err
		}
		in, err := read[termsBody](r)
		if err != nil {
			return answer{}, err
		}
		terms, err := in.value.terms()
		if err != nil {
			return answer{}, err
		}
		preview, err := r.previews()
		if err != nil {
			return answer{}, err
		}
		return do(ctx, r.actor, r.replay(true, r.requestAnswer), one, terms, app.Asked{Preview: preview, Match: r.expectedPreview()})
	}
}

// refundLimit is what the operator sets for a currency; a member that is absent is no limit.
type refundLimit struct {
	CurrencyCode string `json:"currencyCode"`
	// RequestAbove: a cancellation that gives back more goes through a request (F58).
	RequestAbove json.Number `json:"requestAbove,omitempty"`
	// SecondPersonAbove: a refund above it takes two people (R16).
	SecondPersonAbove json.Number `json:"secondPersonAbove,omitempty"`
}

// limitsBody replaces all limits.
type limitsBody struct {
	Items []refundLimit `json:"items"`
}

func limitsOf(all map[money.Currency]support.Limit) collection[refundLimit] {
	items := make([]refundLimit, 0, len(all))
	for c, l := range all {
		w := refundLimit{CurrencyCode: string(c)}
		if l.Request != (money.Amount{}) {
			w.RequestAbove = amount(l.Request)
		}
		if l.Second != (money.Amount{}) {
			w.SecondPersonAbove = amount(l.Second)
		}
		items = append(items, w)
	}
	slices.SortFunc(items, func(x, y refundLimit) int { return cmp.Compare(x.CurrencyCode, y.CurrencyCode) })
	return collect(items)
}

func (a *api) showRefundLimits(ctx context.Context, r *request) (answer, error) {
	all, err := a.app.RefundLimits(ctx, r.actor)
	if err != nil {
		return answer{}, err
	}
	return reply(limitsOf(all))
}

// setRefundLimits replaces the limits: a currency that is not named has none.
func (a *api) setRefundLimits(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[limitsBody](r)
	if err != nil {
		return answer{}, err
	}
	all := map[money.Currency]support.Limit{}
	for _, w := range in.value.Items {
		c, known := money.ParseCurrency(w.CurrencyCode)
		if _, twice := all[c]; !known || twice {
			return answer{}, fault.Invalid("body.member", fault.Args{"member": "items.currencyCode", "want": "a currency such as EUR, once"})
		}
		var l support.Limit
		for _, m := range []struct {
			sent json.Number
			to   *money.Amount
		}{{w.RequestAbove, &l.Request}, {w.SecondPersonAbove, &l.Second}} {
			if m.sent == "" {
				continue
			}
			if *m.to, err = money.Parse(m.sent.String(), c); err != nil {
				return answer{}, err
			}
			if m.to.Sign() < 0 {
				return answer{}, fault.Invalid("body.member", fault.Args{"member": "items", "want": "amounts of zero or more"})
			}
		}
		all[c] = l
	}
	return a.app.SetRefundLimits(ctx, r.actor, r.replay(false, func(out any) (app.Reply, error) {
		return reply(limitsOf(out.(map[money.Currency]support.Limit)))
	}), all)
}
