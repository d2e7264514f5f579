package partnercenter

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// verdictOperations tell what can be done, before anybody tries (product.md, our extension).
func (a *api) verdictOperations() []operation {
	read := []party.Act{party.ReadCommerce}
	const c = "/v1/customers/{customer}"
	return []operation{
		{method: http.MethodGet, path: c + "/subscriptions/{subscription}/verdicts", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listVerdicts},
		{method: http.MethodGet, path: c + "/orders/{order}/lineitems/{line}/verdicts", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listLineVerdicts},
	}
}

// verdict is what the caller may do with one thing now. Until is the instant at which that changes, or changed.
type verdict struct {
	Act                string              `json:"act"`
	Allowed            bool                `json:"allowed"`
	Until              wireTime            `json:"until,omitzero"`
	EffectiveDate      wireTime            `json:"effectiveDate,omitzero"` // of a cancellation that ends the subscription later
	Policy             string              `json:"policy,omitempty"`
	MinimumQuantity    int64               `json:"minimumQuantity,omitempty"`
	MaximumQuantity    int64               `json:"maximumQuantity,omitempty"`
	RefundableQuantity *refundableQuantity `json:"refundableQuantity,omitempty"`
	Reason             *verdictReason      `json:"reason,omitempty"`
	Mend               *verdictMend        `json:"mend,omitempty"`
	DaysLeft           *int64              `json:"daysLeft,omitempty"` // of a window that is open: 0 on its last day
	Commitment         *commitment         `json:"remainingCommitment,omitempty"`
	Withdrawn          *withdrawn          `json:"withdrawn,omitempty"`
}

// commitment is what is still to be charged for the running term, with tax, and in how many charges (F41).
type commitment struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency"`
	Charges  int         `json:"charges"`
}

// withdrawn is the end of a subscription whose offer is not sold any more, and the instants of its warnings (E16).
type withdrawn struct {
	EndDate  wireTime  `json:"endDate"`
	Warnings []warning `json:"warnings"`
}

type warning struct {
	Date       wireTime `json:"date"`
	DaysBefore int      `json:"daysBefore"`
}

// verdictReason is the refusal that the act itself would answer with, and its stable name.
type verdictReason struct {
	Code        string `json:"code"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

// verdictMend is an act that helps, and what it is done to.
type verdictMend struct {
	Act   string `json:"act"`
	URI   string `json:"uri"`
	Draft string `json:"draft,omitempty"` // of a support request: where the body to post is (F68)
}

func (a *api) listVerdicts(ctx context.Context, r *request) (answer, error) {
	vs, err := a.app.SubscriptionVerdicts(ctx, r.actor, r.customer, r.subscription)
	if err != nil {
		return answer{}, err
	}
	return unpaged(r, r.verdicts(vs, nil))
}

func (a *api) listLineVerdicts(ctx context.Context, r *request) (answer, error) {
	line, err := r.line()
	if err != nil {
		return answer{}, err
	}
	vs, err := a.app.LineVerdicts(ctx, r.actor, r.customer, string(r.order), line)
	if err != nil {
		return answer{}, err
	}
	return unpaged(r, r.verdicts(vs, &operation{about: "order"}))
}

// verdicts are vs for the wire; op is the operation whose words a refusal is told in, where it has its own.
func (r *request) verdicts(vs []app.Verdict, op *operation) []verdict {
	out := make([]verdict, len(vs))
	for i, v := range vs {
		w := verdict{Act: v.Act, Allowed: v.Allowed, Until: at(v.Until), EffectiveDate: at(v.EndsAt), Policy: v.Policy, Mend: r.mend(v.Mend)}
		if v.Reason != nil {
			w.Reason = reasonOf(v.Reason, op)
		}
		w.DaysLeft = v.DaysLeft
		if c := v.Commitment; c != nil {
			w.Commitment = &commitment{amount(c.Amount), string(c.Amount.Currency()), c.Charges}
		}
		if e := v.Withdrawn; e != nil {
			w.Withdrawn = &withdrawn{at(e.EndsAt), make([]warning, len(e.Warnings))}
			for n, one := range e.Warnings {
				w.Withdrawn.Warnings[n] = warning{at(one.At), one.Days}
			}
		}
		if s := v.Seats; s != nil {
			w.MinimumQuantity, w.MaximumQuantity = s.Min, s.Max
			w.RefundableQuantity = refundable(s.Removals)
		}
		out[i] = w
	}
	return out
}

func reasonOf(f *fault.Fault, op *operation) *verdictReason {
	wf := wireFaultOf(f, op)
	return &verdictReason{wf.code, f.Code, describe(wf.text, f.Args)}
}

// mend is m with the address its act is done at; nil where this server does not serve it.
func (r *request) mend(m *app.Mend) *verdictMend {
	if m == nil {
		return nil
	}
	uri := "/customers/" + string(r.customer)
	switch {
	case m.Act == app.ActSupport:
		if !r.api.serves(http.MethodPost, "/v1/servicerequests/") {
			return nil
		}
		return &verdictMend{m.Act, "/servicerequests/" + r.locale, uri + "/orders/" + string(m.Order) + "/lineitems/" + strconv.Itoa(m.Line) + "/servicerequest"}
	case m.Subscription != "":
		uri += "/subscriptions/" + string(m.Subscription)
	default:
		uri += "/orders/" + string(m.Order)
	}
	return &verdictMend{Act: m.Act, URI: uri}
}

// serves tells whether the table has a route of a method under a path.
func (a *api) serves(method, under string) bool {
	return slices.ContainsFunc(a.operations(), func(op operation) bool {
		return op.method == method && strings.HasPrefix(op.path, under)
	})
}
