package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// requestOperations are contract.md §14, with attachments and the draft of a refund, which are ours.
func (a *api) requestOperations() []operation {
	const all, one = "/v1/servicerequests", "/v1/servicerequests/{request}"
	const theirs = "/v1/customers/{customer}/servicerequests"
	follow := []party.Act{party.RaiseSupport}
	ops := []operation{
		{method: http.MethodGet, path: all, scope: scopePartner, handle: a.listRequests},
		{method: http.MethodGet, path: all + "/supporttopics", scope: scopePartner, handle: a.listTopics},
		// The last word is the language of who will answer: it shares its place with an id.
		{method: http.MethodPost, path: one, scope: scopePartner, status: http.StatusCreated, handle: a.raiseRequest},
		{method: http.MethodGet, path: one, scope: scopePartner, handle: a.showRequest},
		{method: http.MethodPatch, path: one, scope: scopePartner, handle: a.patchRequest},
		{method: http.MethodPost, path: one + "/attachments", scope: scopePartner, status: http.StatusCreated, body: bodyStreamed, handle: a.attachFile},
		{method: http.MethodGet, path: one + "/attachments/{file}", scope: scopePartner, handle: a.sendFile(a.app.Attachment)},
		{method: http.MethodGet, path: theirs, scope: scopeCustomer, handle: a.listRequests},
		{method: http.MethodGet, path: theirs + "/{request}", scope: scopeCustomer, handle: a.showRequest},
		{method: http.MethodPatch, path: theirs + "/{request}", scope: scopeCustomer, handle: a.patchRequest},
		{method: http.MethodGet, path: "/v1/customers/{customer}/orders/{order}/lineitems/{line}/servicerequest", scope: scopeCustomer, handle: a.draftRefund},
	}
	for i := range ops {
		ops[i].acts = follow
		if ops[i].status == 0 {
			ops[i].status = http.StatusOK
		}
	}
	return ops
}

const (
	requestPage    = 100
	maxRequestPage = 500 // more, or all, is as many
)

// requestQuery reads a page and the status that a list is narrowed to, as a filter or as a parameter.
func (r *request) requestQuery() (q app.RequestQuery, p offset, err error) {
	if p, err = r.offset(requestPage, maxRequestPage); err != nil {
		return q, p, err
	}
	if p.size == 0 {
		p.size = maxRequestPage
	}
	q.Offset, q.Limit = p.offset, p.size+1
	word, given, err := r.query.word(requestStates, "status")
	if err != nil {
		return q, p, err
	}
	f, err := r.query.filter("Status")
	switch {
	case err != nil:
		return q, p, err
	case f == nil:
	case f.Op != opEquals && f.Op != opNotEquals:
		return q, p, fault.Invalid("filter.operator", nil)
	default:
		if word, given, err = requestStates.read("status", enumText(f.Value)); err != nil {
			return q, p, fault.Invalid("filter.value", nil)
		}
	}
	switch {
	case !given:
	case f != nil && f.Op == opNotEquals:
		q.NotState = support.State(word)
	default:
		q.State = support.State(word)
	}
	return q, p, nil
}

// cut leaves a page of what was read with one row more.
func cut[T any](p offset, found []T) (page []T, more bool) {
	if len(found) > p.size {
		return found[:p.size], true
	}
	return found, false
}

func (a *api) listRequests(ctx context.Context, r *request) (answer, error) {
	q, p, err := r.requestQuery()
	if err != nil {
		return answer{}, err
	}
	q.Customer = r.customer
	found, err := a.app.Requests(ctx, r.actor, q)
	if err != nil {
		return answer{}, err
	}
	found, more := cut(p, found)
	items := make([]serviceRequest, len(found))
	for i, v := range found {
		items[i] = r.serviceRequest(v)
	}
	return reply(offsetPage(r, p, items, more))
}

func (a *api) listTopics(_ context.Context, r *request) (answer, error) {
	if err := r.may(); err != nil {
		return answer{}, err
	}
	topics := support.Topics()
	items := make([]supportTopic, len(topics))
	for i, t := range topics {
		items[i] = supportTopic{t.Name, t.Description, t.ID, of("SupportTopic")}
	}
	return unpaged(r, items)
}

func (a *api) showRequest(ctx context.Context, r *request) (answer, error) {
	one, err := r.requestID()
	if err != nil {
		return answer{}, err
	}
	v, err := a.app.Request(ctx, r.actor, r.customer, one)
	if err != nil {
		return answer{}, err
	}
	return reply(r.serviceRequest(v))
}

// requestID is the request of the path: digits.
func (r *request) requestID() (id.Request, error) {
	v := r.path("request")
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' || len(v) > 20 {
			return "", fault.NotFound("request.unknown", nil)
		}
	}
	return id.Request(v), nil
}

// raiseRequest files a request in the language of the path.
func (a *api) raiseRequest(ctx context.Context, r *request) (answer, error) {
	if err := r.may(); err != nil {
		return answer{}, err
	}
	locale := r.path("request")
	if !languageTag(locale) {
		return answer{}, badValue("agent-locale", "a language such as en-US")
	}
	in, err := read[raisedBody](r)
	if err != nil {
		return answer{}, err
	}
	raised, err := in.value.request()
	if err != nil {
		return answer{}, err
	}
	raised.Locale = locale
	return a.app.RaiseRequest(ctx, r.actor, r.replay(true, r.requestAnswer), raised)
}

// requestAnswer maps an outcome.
func (r *request) requestAnswer(out any) (app.Reply, error) {
	return reply(r.serviceRequest(out.(app.RequestView)))
}

// patchRequest applies what a PATCH may change; the rest of the object must be as it was, or absent.
func (a *api) patchRequest(ctx context.Context, r *request) (answer, error) {
	if err := r.may(); err != nil {
		return answer{}, err
	}
	one, err := r.requestID()
	if err != nil {
		return answer{}, err
	}
	in, err := read[raisedBody](r)
	if err != nil {
		return answer{}, err
	}
	note := ""
	if in.value.NewNote != nil {
		note = strings.TrimSpace(in.value.NewNote.Text)
	}
	if err := bounded("newNote.text", note, support.MaxDescription); err != nil {
		return answer{}, err
	}
	return a.app.ChangeRequest(ctx, r.actor, r.replay(false, r.requestAnswer), r.customer, one, func(have support.Request) (c support.Change, err error) {
		if err := in.value.sameAs(have); err != nil {
			return c, err
		}
		c.Note = note
		severity, given, err := severities.read("severity", in.value.Severity)
		if err != nil {
			return c, err
		}
		if given && support.Severity(severity) != have.Severity {
			c.Severity = support.Severity(severity)
		}
		state, given, err := requestStates.read("status", in.value.Status)
		if given && support.State(state) != have.State {
			c.State = support.State(state)
		}
		return c, err
	})
}

// draftRefund answers the body that a refund of an order's line is raised with (F58, F68).
func (a *api) draftRefund(ctx context.Context, r *request) (answer, error) {
	line, err := r.line()
	if err != nil {
		return answer{}, err
	}
	v, err := a.app.DraftRefund(ctx, r.actor, r.customer, string(r.order), line)
	if err != nil {
		return answer{}, err
	}
	return reply(r.serviceRequest(v))
}
