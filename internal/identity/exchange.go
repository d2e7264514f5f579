package identity

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// How long tickets work, on the wall clock.
const (
	CodeLife    = 10 * time.Minute
	DeviceLife  = 15 * time.Minute
	RefreshLife = 90 * 24 * time.Hour // each time it is used, a new one begins
)

// refreshPrefix and its like are for people and for scanners of leaked secrets.
const (
	codePrefix    = "ac_"
	devicePrefix  = "dc_"
	refreshPrefix = "rt_"
)

// exchange answers with a person's tokens for a ticket: a code, a device code, a refresh token. The ticket is used up by
// it. One that was used before ends all that came of it: somebody else has it too.
func (s *server) exchange(w http.ResponseWriter, r *http.Request, to route, form url.Values, grant, clientID, secret string) {
	client, partner, no, err := s.authenticate(w, r, to.tenant, clientID, secret)
	var b bearer
	var want asked
	var next string
	if err == nil && no == nil {
		b, want, no, err = s.ticket(r.Context(), to.v, form, grant, client, partner)
	}
	if err == nil && no == nil {
		next, no, err = s.use(r.Context(), b, want)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if no != nil {
		s.refuse(w, r, *no)
		return
	}
	with := told{scope: want.shown, refresh: next, info: clientInfo(b)}
	if to.v == v1 {
		with.scope, with.info = impersonation, ""
	}
	if want.openID {
		if with.id, err = s.Tokens.issueID(to.v, b); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	s.tell(w, r, to.v, want.shown, b, with)
}

// ticket finds and judges what the client brings.
func (s *server) ticket(ctx context.Context, v version, form url.Values, grant string, client party.Client, partner party.Partner) (bearer, asked, *refusal, error) {
	fail := func(no *refusal, err error) (bearer, asked, *refusal, error) { return bearer{}, asked{}, no, err }
	want, no := askedFor(v, form)
	if no != nil {
		return fail(no, nil)
	}
	kind, member, unknown := party.CodeTicket, "code", &badCode
	switch {
	case grant == grantRefresh:
		kind, member, unknown = party.RefreshTicket, "refresh_token", &badRefresh
	case grant == grantDevice && v == v2:
		kind, member, unknown = party.DeviceTicket, "device_code", &badDevice
	case grant == grantDevice:
		kind, unknown = party.DeviceTicket, &badDevice
		if form.Get("code") == "" {
			member = "device_code"
		}
	}
	if form.Get(member) == "" {
		return fail(&noTicket, nil)
	}
	k, err := s.Store.Ticket(ctx, ticketHash(form.Get(member)))
	if missing(err) || err == nil && (k.Kind != kind || k.Client != client.ID) {
		return fail(unknown, nil)
	}
	if err != nil {
		return fail(nil, err)
	}
	if !k.UsedAt.IsZero() {
		return fail(&usedTicket, s.endFamily(ctx, client, k))
	}
	if !s.Wall.Now().Before(k.ExpiresAt) {
		if kind == party.DeviceTicket {
			return fail(&expiredDevice, nil)
		}
		return fail(&expiredTicket, nil)
	}
	switch {
	case k.Denied:
		return fail(&declined, nil)
	case k.Person == "":
		return fail(&pending, nil)
	case kind == party.CodeTicket && form.Get("redirect_uri") != k.Redirect:
		return fail(&otherRedirect, nil)
	case kind == party.CodeTicket && !proven(k.Challenge, form.Get("code_verifier")):
		return fail(&wrongVerifier, nil)
	}
	u, owner, err := s.Store.Person(ctx, k.Person)
	if missing(err) {
		return fail(&personGone, nil)
	}
	if err != nil {
		return fail(nil, err)
	}
	if !stands(u, k.SignedInAt) || u.Partner != client.Partner {
		return fail(&personGone, nil)
	}
	actor, _ := clientActor(client, partner)
	b := bearer{client: client, roles: together(actor, u, owner).Roles, person: &u, ticket: k, resource: k.Resource}
	return b, meant(v, want, k, &b), nil, nil
}

// meant is what is asked for, with what the ticket was asked with where nothing is said now.
func meant(v version, want asked, k party.Ticket, b *bearer) asked {
	if want.resource != "" {
		b.resource = want.resource
	}
	before, _ := askedFor(v2, url.Values{"scope": {k.Scope}})
	want.openID, want.offline = want.openID || before.openID, want.offline || before.offline || k.Kind == party.RefreshTicket
	if b.resource == "" {
		b.resource = apiResource
	}
	if want.shown == "" {
		want.shown = b.resource
		if v == v2 {
			want.shown += "/" + impersonation
		}
	}
	want.scope = k.Scope
	return want
}

// use uses a ticket up and gives the refresh token that follows it; empty where none was asked for.
func (s *server) use(ctx context.Context, b bearer, want asked) (refresh string, no *refusal, err error) {
	now, k := s.Wall.Now(), b.ticket
	k.UsedAt = now
	var hash string
	if want.offline {
		refresh, hash = newTicket(refreshPrefix)
	}
	_, err = s.Store.Update(ctx, app.Act{Actor: own(b.client.Partner, *b.person)}, func(tx app.Tx) (any, error) {
		if err := tx.SaveTicket(k); err != nil || refresh == "" {
			return nil, err
		}
		return nil, tx.AddTicket(party.Ticket{
			Hash: hash, Kind: party.RefreshTicket, Family: k.Family, Client: k.Client, Person: k.Person,
			Resource: b.resource, Scope: want.scope, Method: k.Method, SignedInAt: k.SignedInAt, MadeAt: now, ExpiresAt: now.Add(RefreshLife),
		})
	})
	if f := fault.Of(err); f != nil && f.Code == "ticket.changed" { // brought twice at once
		return "", &usedTicket, s.endFamily(ctx, b.client, b.ticket)
	}
	return refresh, nil, err
}

func (s *server) endFamily(ctx context.Context, c party.Client, k party.Ticket) error {
	s.Log.WarnContext(ctx, "a ticket was brought twice; all that came of it is over", "kind", k.Kind, "client", k.Client, "person", k.Person)
	_, err := s.Store.Update(ctx, app.Act{Actor: own(c.Partner, party.Person{ID: k.Person})}, func(tx app.Tx) (any, error) {
		return nil, tx.EndFamily(k.Family)
	})
	return err
}

// proven tells whether verifier is what the challenge was made of (RFC 7636, S256). Without a challenge there must be none.
func proven(challenge, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	if len(verifier) < 43 || len(verifier) > 128 {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// clientInfo names person and tenant for client libraries that keep several accounts apart.
func clientInfo(b bearer) string {
	text, err := json.Marshal(struct {
		UID  string `json:"uid"`
		UTID string `json:"utid"`
	}{string(b.person.ID), string(b.client.Partner)})
	if err != nil {
		panic(err) // two words
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
