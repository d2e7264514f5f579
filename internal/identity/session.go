package identity

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// How long a session lasts, on the wall clock (promises.md).
const (
	SessionIdle = 30 * time.Minute // without a request
	SessionLife = 12 * time.Hour   // in all
	ProofLife   = 5 * time.Minute  // of a step-up
	seenEvery   = time.Minute      // how exactly the last request is known
	maxAgent    = 200
)

// start begins a session; its cookie's value is told once. more is written with it, and may be nil.
func (p *People) start(ctx context.Context, u party.Person, method, agent string, more func(app.Tx) error) (cookie string, e party.Session, err error) {
	now := p.Wall.Now()
	cookie, hash := newTicket("")
	e = party.Session{
		ID: p.IDs.GUID(), Person: u.ID, Hash: hash, MadeAt: now, SeenAt: now, ProvedAt: now, Method: method, Agent: printable(agent, maxAgent),
	}
	_, err = p.Store.Update(ctx, app.Act{Actor: own(u.Partner, u)}, func(tx app.Tx) (any, error) {
		if more != nil {
			if err := more(tx); err != nil {
				return nil, err
			}
		}
		return nil, tx.AddSession(e, now.Add(-SessionLife))
	})
	if f := fault.Of(err); f != nil && f.Code == "user.changed" {
		err = stale
	}
	if err == nil {
		p.Log.InfoContext(ctx, "signed in", "person", u.ID, "method", method)
	}
	return cookie, e, err
}

// Try is what somebody shows to sign in.
type Try struct {
	Name, Password string // user principal name
	Code           string // of the authenticator app, where one is enrolled
	Agent          string // the browser, as it calls itself
}

// SignIn begins a session by password, and code where one is enrolled, and gives the value of its cookie.
// Faults: "signin.wrong", "signin.code" (also when one is needed and none was given), "signin.inactive", "signin.change"
// when the person has to choose a new password first, "signin.wait" with seconds after too many wrong tries, "signin.stale".
func (p *People) SignIn(ctx context.Context, t Try) (cookie string, err error) {
	u, err := p.password(ctx, t.Name, t.Password, origin{})
	if err != nil {
		return "", err
	}
	method := byPassword
	var more func(app.Tx) error
	if u.TOTP != nil {
		if t.Code == "" {
			return "", wrongCode
		}
		if err := p.code(ctx, &u, t.Code, origin{}); err != nil {
			return "", err
		}
		method = byCode
		more = func(tx app.Tx) error { return tx.SavePerson(u) }
	}
	if u.MustChange {
		return "", fault.Deny("signin.change", nil)
	}
	cookie, _, err = p.start(ctx, u, method, t.Agent, more)
	return cookie, err
}

// CookieName is the name of the session cookie.
func (p *People) CookieName() string {
	if p.Secure {
		return "__Host-comptoir"
	}
	return "comptoir"
}

// SetCookie hands a session to the browser.
func (p *People) SetCookie(w http.ResponseWriter, value string) {
	http.SetCookie(w, p.cookie(p.CookieName(), value, int(SessionLife/time.Second)))
}

func (p *People) cookie(name, value string, age int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, Secure: p.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// Signed is a session that is going on, with whose it is.
type Signed struct {
	Session party.Session
	Person  party.Person
	Actor   party.Actor
}

// Authenticate finds who a request of a page comes from. The actor's roles are those of the person's row now.
// Fault "session.over", for whatever reason there is none: the page sends the browser to SignInPath.
func (p *People) Authenticate(r *http.Request) (Signed, error) {
	over := fault.Deny("session.over", nil)
	c, err := r.Cookie(p.CookieName())
	if err != nil || len(c.Value) > 100 {
		return Signed{}, over
	}
	e, u, partner, err := p.Store.Session(r.Context(), ticketHash(c.Value))
	if missing(err) {
		return Signed{}, over
	}
	if err != nil {
		return Signed{}, err
	}
	now := p.Wall.Now()
	if !within(e.SeenAt, now, SessionIdle) || !within(e.MadeAt, now, SessionLife) || !stands(u, e.ProvedAt) {
		return Signed{}, over
	}
	actor, ok := personActor(u, partner)
	if !ok {
		return Signed{}, over
	}
	actor.Proved = within(e.ProvedAt, now, ProofLife)
	if now.Sub(e.SeenAt) >= seenEvery {
		e.SeenAt = now
		if err := p.saveSession(r.Context(), u, e); err != nil {
			return Signed{}, err
		}
	}
	return Signed{e, u, actor}, nil
}

// within tells whether now is less than d after at. A clock that was set back ends a session rather than prolonging it.
func within(at, now time.Time, d time.Duration) bool {
	return now.Sub(at) < d && at.Sub(now) < seenEvery
}

func (p *People) saveSession(ctx context.Context, u party.Person, e party.Session) error {
	_, err := p.Store.Update(ctx, app.Act{Actor: own(u.Partner, u)}, func(tx app.Tx) (any, error) { return nil, tx.SaveSession(e) })
	if missing(err) { // ended meanwhile
		return fault.Deny("session.over", nil)
	}
	return err
}

// SignOut ends the session of a request and takes its cookie away. Without a session it only does the latter.
func (p *People) SignOut(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, p.cookie(p.CookieName(), "", -1))
	s, err := p.Authenticate(r)
	if f := fault.Of(err); f != nil && f.Code == "session.over" {
		return nil
	}
	if err != nil {
		return err
	}
	return p.Revoke(r.Context(), s, s.Session.ID)
}

// Sessions are those of a person that still go on, the latest first.
func (p *People) Sessions(ctx context.Context, s Signed) ([]party.Session, error) {
	var all []party.Session
	err := p.Store.View(ctx, func(r app.Reader) (err error) {
		all, err = r.Sessions(own(s.Person.Partner, s.Person).Scope, s.Person.ID)
		return err
	})
	now := p.Wall.Now()
	live := all[:0]
	for _, e := range all {
		if within(e.SeenAt, now, SessionIdle) && within(e.MadeAt, now, SessionLife) && stands(s.Person, e.ProvedAt) {
			live = append(live, e)
		}
	}
	return live, err
}

// Revoke ends one of a person's own sessions; one that has ended already is no error.
func (p *People) Revoke(ctx context.Context, s Signed, session string) error {
	_, err := p.Store.Update(ctx, app.Act{Actor: own(s.Person.Partner, s.Person)}, func(tx app.Tx) (any, error) {
		return nil, tx.EndSession(s.Person.ID, session)
	})
	if missing(err) {
		return nil
	}
	return err
}

// RevokeOthers ends all of a person's sessions but this one, and every token that clients hold for the person.
// Fault "proof.needed".
func (p *People) RevokeOthers(ctx context.Context, s Signed) error {
	if err := s.Actor.Prove(); err != nil {
		return err
	}
	return p.signOutElsewhere(ctx, s, s.Person)
}

// signOutElsewhere writes u and leaves this session alone alive.
func (p *People) signOutElsewhere(ctx context.Context, s Signed, u party.Person) error {
	e := s.Session
	e.ProvedAt = p.Wall.Now()
	u.SignedOutAt = e.ProvedAt
	return p.save(ctx, u, func(tx app.Tx) error {
		if err := tx.EndSessions(u.ID, e.ID); err != nil {
			return err
		}
		return tx.SaveSession(e)
	})
}

// StepUp takes a person's password, and code where one is enrolled, once more: for ProofLife the actor is Proved.
// Faults as of SignIn.
func (p *People) StepUp(ctx context.Context, s Signed, password, code string) error {
	from := origin{session: s.Session.ID}
	u, err := p.password(ctx, s.Person.UPN, password, from)
	if err != nil {
		return err
	}
	e := s.Session
	e.ProvedAt = p.Wall.Now()
	if u.TOTP == nil {
		return p.saveSession(ctx, u, e)
	}
	if err := p.code(ctx, &u, code, from); err != nil {
		return err
	}
	return p.save(ctx, u, func(tx app.Tx) error { return tx.SaveSession(e) })
}

// printable is s without what cannot be shown, cut to most bytes.
func printable(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}
