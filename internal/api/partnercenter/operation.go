package partnercenter

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// scope says whose rows an operation touches.
type scope uint8

const (
	scopeNone     scope = iota // nobody's: reference data, for any valid token
	scopePartner               // the caller's partner
	scopeOperator              // those of all partners: the operator's own acts
	scopeCustomer              // one customer of the caller's partner, named by {customer} in the path
)

// bodyMode says what an operation does with a request body.
type bodyMode uint8

const (
	bodyByMethod bodyMode = iota // POST, PUT and PATCH need one JSON value; other methods take none
	bodyOptional                 // one JSON value, or nothing
	bodyStreamed                 // the handler reads it, as far as it wants to
	bodyIgnored                  // anything within the size limit, never parsed: clients post "success" and null
)

// answer is what a handler returns: ready to be written. Status 0 is the operation's own.
type answer = app.Reply

// operation is one row of the table: route, permission, scope and handler together.
type operation struct {
	method string // upper case
	path   string // "/v1/customers/{customer}/orders"; literals in the documented casing
	// acts that the caller needs, as app asks for them. More than one: which, is known once the object is read
	// (software or online); who holds none of them is always refused.
	acts   []party.Act
	scope  scope
	status int // of a success
	body   bodyMode
	public bool // needs no token: what it tells is nobody's
	secret bool // the answer carries a secret: never cached, sealed in the replay record
	handle func(context.Context, *request) (answer, error)

	person bool   // a partner may ask for a person in the token, see forPeople
	about  string // the last wildcard of the path: what a fault of this operation is about
}

// route is one path with its methods. Without methods it stands for every unknown path.
type route struct {
	api   *api
	ops   map[string]*operation
	allow string // Allow header
}

func (rt *route) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	op := rt.ops[hr.Method]
	if op == nil && hr.Method == http.MethodHead {
		op = rt.ops[http.MethodGet]
	}
	rt.api.serve(w, hr, rt, op)
}

// door canonicalises the path and routes.
type door struct {
	mux      *http.ServeMux
	literals literals
	unknown  *route
}

// newDoor panics on a table that contradicts itself: a programmer's mistake, found at start.
func newDoor(a *api, table []operation) *door {
	d := &door{mux: http.NewServeMux(), literals: literals{}, unknown: &route{api: a}}
	routes := map[string]*route{}
	for _, op := range table {
		pattern := d.literals.learn(op.path)
		wildcards := wildcardsOf(pattern)
		if len(wildcards) > 0 {
			op.about = wildcards[len(wildcards)-1]
		}
		op.person = forPeople(op.method, op.path)
		if op.handle == nil || (op.scope != scopeNone && len(op.acts) == 0) || op.status == 0 || (op.scope == scopeCustomer) != slices.Contains(wildcards, "customer") {
			panic("partnercenter: incomplete operation " + op.method + " " + op.path)
		}
		rt := routes[pattern]
		if rt == nil {
			rt = &route{api: a, ops: map[string]*operation{}}
			routes[pattern] = rt
			d.mux.Handle(pattern, rt) // panics on two patterns of equal rank
		}
		if rt.ops[op.method] != nil {
			panic("partnercenter: two operations for " + op.method + " " + op.path)
		}
		rt.ops[op.method] = &op
	}
	for _, rt := range routes {
		var methods []string
		for m := range rt.ops {
			methods = append(methods, m)
		}
		if rt.ops[http.MethodGet] != nil && rt.ops[http.MethodHead] == nil {
			methods = append(methods, http.MethodHead)
		}
		slices.Sort(methods)
		rt.allow = strings.Join(methods, ", ")
	}
	m := &manual{api: a}
	d.mux.Handle("/openapi", m)
	d.mux.Handle("/openapi.json", m)
	d.mux.Handle("/", d.unknown)
	return d
}

func (d *door) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	sent := hr.URL.EscapedPath()
	path, ok := d.literals.canonical(sent)
	switch {
	case !ok:
		d.unknown.ServeHTTP(w, hr)
		return
	case path != sent:
		u := *hr.URL
		if err := setPath(&u, path); err != nil {
			d.unknown.ServeHTTP(w, hr)
			return
		}
		r := *hr
		r.URL = &u
		d.mux.ServeHTTP(w, &r)
		hr.Pattern = r.Pattern // for whoever watches from outside
		return
	}
	d.mux.ServeHTTP(w, hr)
}

func wildcardsOf(pattern string) []string {
	var names []string
	for _, seg := range strings.Split(pattern, "/") {
		if strings.HasPrefix(seg, "{") {
			names = append(names, strings.Trim(seg, "{}"))
		}
	}
	return names
}

// String is the scope's word in the table that make routes prints.
func (s scope) String() string { return [...]string{"none", "partner", "operator", "customer"}[s] }

// roles are the short words of who may, of any side: whoever holds one may do one of the operation's acts.
func (op *operation) roles() string {
	var words []string
	for _, side := range party.Sides() {
		for _, act := range op.acts {
			for _, r := range act.Roles(side) {
				if !slices.Contains(words, string(r)) {
					words = append(words, string(r))
				}
			}
		}
	}
	return strings.Join(words, " ")
}
