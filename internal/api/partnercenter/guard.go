package partnercenter

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Header names in the form net/http keeps them, so that reading and writing them costs no conversion.
const (
	headerRequestID    = "Ms-Requestid"
	headerCorrelation  = "Ms-Correlationid"
	headerVector       = "Ms-Cv"
	headerServer       = "Ms-Serverid"
	headerContinuation = "Ms-Continuationtoken"
	headerLocale       = "X-Locale"
)

const defaultLocale = "en-US"

// serve takes one call from guard to answer. Nothing is written before the answer is whole, so a panic can still become 500.
func (a *api) serve(w http.ResponseWriter, hr *http.Request, rt *route, op *operation) {
	r := &request{api: a, http: hr, op: op, writer: w}
	ans, err := a.run(r, rt)
	if err != nil {
		ans = a.refusal(r, err)
	}
	if ctx := hr.Context(); a.Log.Enabled(ctx, slog.LevelDebug) {
		a.debug(ctx, r, ans.Status, err)
	}
	a.write(w, r, ans)
}

// debug tells the log of a call: its route as the table has it, never what was sent or answered.
func (a *api) debug(ctx context.Context, r *request, status int, err error) {
	route, code := "unknown", ""
	if r.op != nil {
		route = r.op.path
	}
	if f := fault.Of(err); f != nil {
		code = f.Code
	}
	a.Log.LogAttrs(ctx, slog.LevelDebug, "call", slog.String("method", r.http.Method), slog.String("route", route), slog.Int("status", status),
		slog.String("fault", code), slog.String("request", r.shownID), slog.String("correlation", r.correlation))
}

// run is the guard and then the handler.
func (a *api) run(r *request, rt *route) (ans answer, err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if err := r.trace(); err != nil {
		return answer{}, err
	}
	if r.op == nil {
		if rt.allow == "" {
			return answer{}, fault.NotFound("route.unknown", nil)
		}
		return answer{}, fault.Refuse("route.method", fault.Args{"allow": rt.allow})
	}
	if !r.op.public {
		if err := r.authenticate(); err != nil {
			return answer{}, err
		}
	}
	if err := a.limits.take(r.actor.Scope.Partner(), a.Wall.Now()); err != nil {
		return answer{}, err
	}
	if r.op.scope != scopeNone && r.actor.Scope.Partner() == "" {
		return answer{}, fault.Deny("tenant.none", nil)
	}
	if err := r.needPerson(); err != nil {
		return answer{}, err
	}
	if r.query, err = parseQuery(r.http.URL.RawQuery); err != nil {
		return answer{}, err
	}
	if err := r.parsePath(); err != nil {
		return answer{}, err
	}
	if err := r.readBody(); err != nil {
		return answer{}, err
	}
	ans, err = r.op.handle(r.http.Context(), r)
	if err == nil && ans.Status == 0 {
		ans.Status = r.op.status
	}
	return ans, err
}

// trace reads the ids and the locale of a call; what is missing is made, so that every answer has them.
func (r *request) trace() error {
	h := r.http.Header
	r.locale = locale(first(h, headerLocale))
	r.correlation = guidOr(first(h, headerCorrelation), r.api.IDs)
	sent := strings.TrimSpace(first(h, headerRequestID))
	if sent == "" {
		r.shownID = r.api.IDs.GUID()
		return nil
	}
	guid, ok := id.ParseGUID(sent)
	if !ok { // silently doing without it would take the caller's protection against doing things twice
		r.shownID = r.api.IDs.GUID()
		return fault.Invalid("request.id", nil)
	}
	r.id, r.shownID = guid, sent
	return nil
}

// authenticate finds the actor. Whatever is wrong with a token is one answer, 401.
func (r *request) authenticate() error {
	header := first(r.http.Header, "Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	if token == "" || !strings.EqualFold(scheme, "Bearer") {
		return fault.Deny("token.missing", nil)
	}
	actor, err := r.api.Auth.Actor(r.http.Context(), token)
	if f := fault.Of(err); f != nil && f.Kind != fault.KindUnavailable && faultOf[f.Code].status != http.StatusUnauthorized {
		return fault.Deny("token.invalid", nil)
	}
	r.actor = actor
	return err
}

// first is the first value of a header given in canonical form.
func first(h http.Header, key string) string {
	if v := h[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func guidOr(sent string, ids id.Source) string {
	if guid, ok := id.ParseGUID(strings.TrimSpace(sent)); ok {
		return guid
	}
	return ids.GUID()
}

// locale is the first language tag of an X-Locale header (clients double it), or the default.
func locale(sent string) string {
	tag, _, _ := strings.Cut(sent, ",")
	tag = strings.TrimSpace(tag)
	if len(tag) < 2 || len(tag) > 35 {
		return defaultLocale
	}
	for i := range len(tag) {
		switch c := tag[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-':
		default:
			return defaultLocale
		}
	}
	return tag
}
