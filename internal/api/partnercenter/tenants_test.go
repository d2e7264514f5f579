package partnercenter_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// made is a call as its tenant made it, with its answer: all that another tenant could get hold of.
type made struct {
	route, method, target, body, kind string
	header                            string // one more: "Name: value"
	id                                string // MS-RequestId
	as                                party.Kind
	sandbox                           bool
	answer                            []byte
}

// walk fills in the calls of the tour and makes them, showing each to before and after. Those that move everybody's clock,
// and with it everybody's rows, are shown but not made.
func (d *demo) walk(before, after func(made)) {
	d.t.Helper()
	names := d.names()
	for n, s := range d.tour() {
		m := made{route: s.route, as: s.as, kind: s.kind, header: s.header, sandbox: s.sandbox, id: fmt.Sprintf("7a000000-0000-4000-8000-%012x", n)}
		var path string
		m.method, path, _ = strings.Cut(s.route, " ")
		if s.target != "" {
			path = s.target
		}
		m.target, m.body = filled(path, names), filled(s.body, names)
		before(m)
		if strings.HasPrefix(path, "/sandbox/") {
			continue
		}
		back := d.dressed(s)
		w := d.call(m.method, m.target, m.body, m.headers()...)
		back()
		if w.Code != s.status && !(s.status == 0 && w.Code == http.StatusOK) {
			d.t.Fatalf("%s: %d, want %d: %s", s.route, w.Code, s.status, w.Body)
		}
		for name, at := range s.keep {
			names[name] = pick(d.t, w.Body.Bytes(), at)
		}
		m.answer = w.Body.Bytes()
		after(m)
	}
}

func (m made) headers(more ...string) []string {
	h := append([]string{"MS-RequestId", m.id}, more...)
	if m.kind != "" {
		h = append(h, "Content-Type", m.kind)
	}
	if name, value, ok := strings.Cut(m.header, ": "); ok {
		h = append(h, name, value)
	}
	return h
}

// intruder is another tenant's client, with every role of a partner and a customer of its own.
type intruder struct {
	*demo
	name     string
	partner  party.Partner
	customer id.Customer
}

// everyRole is a client that may do all that a partner's staff may.
func everyRole() party.Roles {
	var all []party.Role
	for _, r := range party.AllRoles() {
		if r.Side() == party.PartnerSide {
			all = append(all, r)
		}
	}
	return party.RolesOf(all...)
}

// try makes a call as the intruder.
func (a *intruder) try(method, target, body string, headers ...string) (status int, answer string) {
	own, roles := a.seeded.Partner, a.roles
	a.seeded.Partner, a.roles = a.partner, everyRole()
	defer func() { a.seeded.Partner, a.roles = own, roles }()
	w := a.call(method, target, body, headers...)
	return w.Code, w.Body.String()
}

var (
	// tokens are what an answer hands out to be sent again: cursors, etags, hashes of previews.
	tokens  = regexp.MustCompile(`"(continuationToken|etag|hash)":"([^"]+)"`)
	aCustom = regexp.MustCompile(`(?i)/v1/customers/([0-9a-f-]{36})`)
)

// variants are the ways in which a call is made again: as it was; with what its answer handed out; and about a customer of
// the intruder's own, with the other ids left.
func (a *intruder) variants(m made) (all []made, headers [][]string) {
	add := func(m made, h ...string) { all, headers = append(all, m), append(headers, h) }
	add(m)
	for _, t := range tokens.FindAllStringSubmatch(string(m.answer), 3) {
		switch t[1] {
		case "continuationToken":
			next := m
			next.target, _, _ = strings.Cut(m.target, "?")
			next.target += "?seekOperation=Next"
			add(next, "MS-ContinuationToken", t[2])
		case "etag":
			add(m, "If-Match", `"`+t[2]+`"`)
		case "hash":
			add(m, "If-Preview-Match", t[2])
		}
	}
	if c := aCustom.FindStringSubmatch(m.target); c != nil {
		within := m
		within.target = strings.ReplaceAll(m.target, c[1], string(a.customer))
		within.body = strings.ReplaceAll(m.body, c[1], string(a.customer))
		add(within)
	}
	return all, headers
}

// replay makes a call of another tenant in every variant, and the same about things that are not there.
func (a *intruder) replay(m made, b *tenantRows) {
	a.t.Helper()
	variants, headers := a.variants(m)
	for i, v := range variants {
		status, answer := a.try(v.method, v.target, v.body, v.headers(headers[i]...)...)
		what := fmt.Sprintf("%s: %s %s %v %s: %d %s", a.name, v.method, v.target, headers[i], v.body, status, answer)
		if status >= 500 {
			a.t.Errorf("%s", what)
		}
		for _, text := range b.secretsIn(answer) {
			if !strings.Contains(v.target+v.body+strings.Join(headers[i], " "), text) {
				a.t.Errorf("%q is told to %s", text, what)
			}
		}
		absent := v
		absent.target, absent.body = b.absent(v.target), b.absent(v.body)
		if absent.target == v.target && absent.body == v.body {
			continue
		}
		if c := aCustom.FindStringSubmatch(v.target); c != nil && !strings.EqualFold(c[1], string(a.customer)) {
			if !strings.Contains(answer, `"20002"`) && !strings.Contains(answer, `"900150"`) || status != 403 {
				a.t.Errorf("not 403/20002: %s", what)
			}
			continue // contract.md §20.33 tells them apart
		}
		absent.id = "7b" + v.id[2:] // the same call with another body would be another matter
		v.id = "7c" + v.id[2:]
		status, answer = a.try(v.method, v.target, v.body, v.headers(headers[i]...)...)
		other, nothing := a.try(absent.method, absent.target, absent.body, absent.headers(b.absentHeaders(headers[i])...)...)
		if other != status || string(settled([]byte(nothing))) != string(settled([]byte(b.absent(answer)))) {
			a.t.Errorf("told apart: %s\nwhat is not there: %s %s: %d %s", what, absent.target, absent.body, other, nothing)
		}
	}
}

// tenantRows are the database as a tenant and the others see it.
type tenantRows struct {
	secrets []string          // texts of the tenant that nobody else has
	fresh   map[string]string // ids of the tenant, each with one like it that nobody has
	kinds   map[string]textKind
}

// textKind is what there is to say of a text alone.
type textKind struct {
	common bool
	absent string // of an id: one like it
}

// idLike are texts that name a thing.
var idLike = regexp.MustCompile(`^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{12}|[0-9a-zA-Z]{33}|[0-9]{10,})$`)

// common are texts that are no name of anything: a word of an enumeration, a date.
var common = regexp.MustCompile(`^([A-Za-z_]+|[0-9]{4}-[0-9]{2}-[0-9]{2}.*)$`)

// learn takes the texts of rows that are the tenant's alone.
func (b *tenantRows) learn(mine, others []row) {
	known := map[string]bool{}
	for _, r := range others {
		for _, text := range r.texts {
			known[text] = true
		}
	}
	b.secrets, b.fresh = nil, map[string]string{}
	seen := map[string]bool{}
	for _, r := range mine {
		for _, text := range r.texts {
			if len(text) < 8 || known[text] || seen[text] {
				continue
			}
			seen[text] = true
			kind, met := b.kinds[text]
			if !met {
				if kind = (textKind{common: common.MatchString(text)}); !kind.common && idLike.MatchString(text) {
					kind.absent = absentLike(text)
				}
				b.kinds[text] = kind
			}
			if kind.common {
				continue
			}
			b.secrets = append(b.secrets, text)
			if kind.absent != "" {
				b.fresh[text] = kind.absent
			}
		}
	}
}

// absentLike is an id of the same form that nothing has.
func absentLike(id string) string {
	out := []byte(id)
	for i, c := range out {
		if c != '-' && i != 14 && i != 19 { // the version and the variant of a GUID stay
			out[i] = '9'
		}
	}
	return string(out)
}

func (b *tenantRows) secretsIn(answer string) (found []string) {
	for _, text := range b.secrets {
		if strings.Contains(answer, text) {
			found = append(found, text)
		}
	}
	return found
}

// absent is a text with every id of the tenant made one that nothing has.
func (b *tenantRows) absent(text string) string {
	for id, other := range b.fresh {
		text = strings.ReplaceAll(text, id, other)
	}
	return text
}

// absentHeaders are headers whose etag is of the thing that is not there.
func (b *tenantRows) absentHeaders(headers []string) []string {
	if len(headers) < 2 || headers[0] != "If-Match" {
		return headers
	}
	text, err := base64.StdEncoding.DecodeString(strings.Trim(headers[1], `"`))
	if err != nil {
		return headers
	}
	return []string{headers[0], `"` + base64.StdEncoding.EncodeToString([]byte(b.absent(string(text)))) + `"`}
}

// TestTwoTenants is G41: each call of the tour is made again by clients of other tenants, with the ids of whose it was in
// path, query, body, headers and cursor, before it was made and after. They learn nothing, they change nothing, and what is
// not theirs is answered like what is not there.
func TestTwoTenants(t *testing.T) {
	for engine, url := range map[string]func(testing.TB) (string, told){"sqlite": story.SQLite, "pgx": story.Postgres} {
		t.Run(engine, func(t *testing.T) {
			at, of := url(t)
			secrets := vaulttest.Secrets(t)
			d := demoOn(t, &begun{storetest.Open(t, at, store.Options{Sealer: secrets.Vault}), of})
			db := openRows(t, engine, at)
			intruders := d.intruders()
			foreign := func(r row) bool { // somebody else's than the first tenant's
				return r.has(string(intruders[0].partner.ID)) || r.has(string(d.seeded.Provider.ID)) || r.has(string(d.seeded.Reseller.ID))
			}
			known := &tenantRows{kinds: map[string]textKind{}}
			foreigners := map[string]bool{}
			look := func() (mine, shared []row) {
				var others []row
				for _, r := range db.read() {
					out, met := foreigners[r.text]
					if !met {
						out = foreign(r)
						foreigners[r.text] = out
					}
					switch {
					case out:
						others = append(others, r)
					case r.has(string(d.seeded.Partner.ID)):
						mine = append(mine, r)
					default:
						shared = append(shared, r)
					}
				}
				known.learn(mine, slices.Concat(others, shared))
				return mine, shared
			}
			var mine, shared []row
			try := func(m made) {
				for _, a := range intruders {
					if m.as == "" {
						a.replay(m, known)
					}
				}
				nowMine, nowShared := look()
				if bad := missing(mine, nowMine) + missing(nowMine, mine) + missing(shared, nowShared); bad != "" {
					t.Fatalf("%s by another tenant touched\n%s", m.route, bad)
				}
				mine, shared = nowMine, nowShared
			}
			mine, shared = look()
			d.walk(func(m made) {
				// A domain and a user's name are one tenant's in all the world: whoever comes first has them.
				m.body = strings.NewReplacer("nouveau.example", "ancien.example", "Quainine.example", "ancien.example").Replace(m.body)
				try(m)
			}, func(m made) {
				mine, shared = look()
				try(m)
			})
		})
	}
}

// intruders are a partner like the demo's, and a reseller of a provider, each with things of its own.
func (d *demo) intruders() []*intruder {
	d.t.Helper()
	own := d.seeded.Partner
	defer func() { d.seeded.Partner = own }()
	rival := party.Partner{ID: id.Partner(d.core.IDs.GUID()), Name: "Rival Software", Kind: party.DirectBill, Country: "FR", MPN: "4810009", BillingDay: 1, Culture: "fr-FR"}
	d.seeded.Partner = rival
	actor, _ := d.Actor(d.t.Context(), "")
	if _, err := d.core.Store.Update(d.t.Context(), app.Act{Actor: actor, Lock: app.Lock{Partner: true}}, func(tx app.Tx) (any, error) {
		return nil, tx.AddPartner(rival)
	}); err != nil {
		d.t.Fatal(err)
	}
	theirs := d.newCustomer("rival.example", "FR")
	d.buy(theirs, lineOf(sandbox.ServerPerpetual, "0001", "FR", 1, "one_time", ""))
	d.buy(theirs, lineOf(sandbox.MailSuite, "0001", "FR", 2, "monthly", "P1Y"))
	d.seeded.Partner = d.seeded.Reseller
	resold := d.do(200, "GET", "/v1/customers", "").items()[0].text("id")
	return []*intruder{
		{demo: d, name: "another partner", partner: rival, customer: id.Customer(idOf(theirs))},
		{demo: d, name: "a reseller", partner: d.seeded.Reseller, customer: id.Customer(resold)},
	}
}

// leaves are the texts of a JSON value, or the text itself where it is none.
func leavesOf(text string) (all []string) {
	var v any
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") || json.Unmarshal([]byte(text), &v) != nil {
		return []string{text}
	}
	var into func(any)
	into = func(v any) {
		switch v := v.(type) {
		case string:
			all = append(all, v)
		case []any:
			for _, e := range v {
				into(e)
			}
		case map[string]any:
			for _, e := range v {
				into(e)
			}
		}
	}
	into(v)
	return all
}
