package partnercenter

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// request is what a handler sees of a call, after the guard.
type request struct {
	api   *api
	http  *http.Request
	op    *operation // nil while unrouted
	actor party.Actor

	id          string // MS-RequestId as sent, lower case; empty when the server made one
	shownID     string // what goes back as MS-RequestId
	correlation string
	locale      string // BCP 47; en-US when none was sent

	query query
	raw   []byte // the body as read

	// Ids of the path, in the form the domain keeps them; empty when the path has none.
	customer     id.Customer
	subscription id.Subscription
	cart         id.Cart
	order        id.Order // an id or an alternate id

	// stream writes what is too large to be an answer's body; a handler sets it once nothing can be refused any more.
	stream func(io.Writer) error
	writer http.ResponseWriter // for wait alone: answers are written by the door
}

// wait gives the rest of the body so much time from now on. What is no connection has no deadline either.
func (r *request) wait(d time.Duration) {
	_ = http.NewResponseController(r.writer).SetReadDeadline(r.api.Wall.Now().Add(d))
}

// path is the value of another wildcard of the operation's path.
func (r *request) path(name string) string { return r.http.PathValue(name) }

// parsePath reads the ids that the path names. What is not even an id is answered like an unknown one.
func (r *request) parsePath() error {
	guids := [...]struct {
		name, code string
		to         *string
	}{
		{"customer", "customer.unknown", (*string)(&r.customer)},
		{"subscription", "subscription.unknown", (*string)(&r.subscription)},
		{"cart", "cart.unknown", (*string)(&r.cart)},
	}
	for _, g := range guids {
		v := r.path(g.name)
		if v == "" {
			continue
		}
		guid, ok := id.ParseGUID(v)
		if !ok {
			return fault.NotFound(g.code, nil)
		}
		*g.to = guid
	}
	if v := r.path("order"); v != "" {
		if !opaque(v) {
			return fault.NotFound("order.unknown", nil)
		}
		r.order = id.Order(v)
		if guid, ok := id.ParseGUID(v); ok { // an imported order: compared without case
			r.order = id.Order(guid)
		}
	}
	return nil
}

// mayAny refuses who holds none of the operation's acts, where app may not be asked for any of them.
func (r *request) mayAny() (err error) {
	for _, act := range r.op.acts {
		if err = r.actor.MayFor(act, r.customer); err == nil {
			return nil
		}
	}
	return err
}

// may is mayAny where customer staff do for their own tenant what the path names no customer for: app sees to that.
func (r *request) may() (err error) {
	if r.customer != "" {
		return r.mayAny()
	}
	for _, act := range r.op.acts {
		if err = r.actor.May(act); err == nil {
			return nil
		}
	}
	return err
}

// opaque tells whether s can be an order id or an alternate id.
func opaque(s string) bool {
	if len(s) > 64 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// replay describes the request to the store: what makes a retry the same request, and how its answer is made.
// With strict, the same id with another body is refused (POST and order PATCH).
func (r *request) replay(strict bool, answer func(outcome any) (app.Reply, error)) app.Request {
	status := r.op.status
	return app.Request{
		ID:          r.id,
		Correlation: r.correlation,
		Method:      r.op.method,
		Path:        r.canonical(),
		BodyHash:    sha256.Sum256(r.raw),
		StrictBody:  strict,
		Sealed:      r.op.secret,
		Answer: func(outcome any) (app.Reply, error) {
			rep, err := answer(outcome)
			if err == nil && rep.Status == 0 {
				rep.Status = status
			}
			return rep, err
		},
	}
}

// canonical is path and query as one text: two spellings of one call give the same. GUIDs are in lower case.
func (r *request) canonical() string {
	var b strings.Builder
	for _, seg := range strings.Split(r.http.URL.EscapedPath(), "/")[1:] {
		if guid, ok := id.ParseGUID(seg); ok {
			seg = guid
		}
		b.WriteByte('/')
		b.WriteString(seg)
	}
	r.query.canonical(&b)
	return b.String()
}

// uri is this call's path as links carry it, without the version, and with the query given.
func (r *request) uri(q query) string {
	var b strings.Builder
	b.WriteString(strings.TrimPrefix(r.http.URL.EscapedPath(), "/v1"))
	q.write(&b)
	return b.String()
}

// previews tells whether the call asks what would happen instead of doing it. Without a value it is refused: who sends it
// means to see first.
func (r *request) previews() (bool, error) {
	if r.query.has("preview") && r.query.get("preview") == "" {
		return false, badValue("preview", "true or false")
	}
	return r.query.flag("preview")
}

// expectedPreview is the hash that the preview of this call gave (If-Preview-Match); empty: none was taken.
func (r *request) expectedPreview() string {
	return strings.Trim(strings.TrimSpace(r.http.Header.Get("If-Preview-Match")), `"`)
}

// etag is the concurrency token of an object at a version; opaque to callers.
func etag(objectID string, version int64) string {
	b, _ := json.Marshal(etagBody{objectID, version}) // a string and a number always marshal
	return base64.StdEncoding.EncodeToString(b)
}

type etagBody struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

// expectedVersion is the version that the caller believes objectID to be at: from If-Match, else from the etag inside the
// body, else given is false and the last write wins. A token of another object, or an unreadable one, is "etag.stale".
func (r *request) expectedVersion(objectID, inBody string) (version int64, given bool, err error) {
	token := strings.TrimSpace(r.http.Header.Get("If-Match"))
	if token == "" || token == "*" {
		token = inBody
	}
	token = strings.Trim(strings.TrimPrefix(token, "W/"), `"`)
	if token == "" {
		return 0, false, nil
	}
	text, err := base64.StdEncoding.DecodeString(token)
	var e etagBody
	if err != nil || len(text) > 256 || json.Unmarshal(text, &e) != nil || !strings.EqualFold(e.ID, objectID) {
		return 0, false, fault.Invalid("etag.stale", nil)
	}
	return e.Version, true, nil
}
