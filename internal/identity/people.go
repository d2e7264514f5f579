package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// How a person signed in: Session.Method, Ticket.Method.
const (
	byPassword = "pwd"
	byCode     = "mfa" // a password, and a code of the authenticator app
	byPasskey  = "key"
	byExternal = "ext" // another issuer vouches
)

// People signs people in and keeps their sessions. Safe for concurrent use; one for the whole process, since it counts
// wrong tries.
type People struct {
	Store Store
	Wall  when.Clock
	IDs   id.Source
	Vault app.Vault // seals the secrets of authenticator apps
	Key   []byte    // of the tokens between two steps of a sign-in; at least 32 bytes, equal on every process
	// URL is the address that pages are reached by: passkeys are made for its host. Empty: there are none.
	URL string
	// Secure says that pages are served over https: the cookie is then a __Host- one.
	Secure bool
	Log    *slog.Logger

	attempts attempts
}

// Faults of a sign-in. The words of a page say no more than "wrong": which account there is stays untold.
var (
	wrongSignIn = fault.Deny("signin.wrong", nil)    // name or password
	wrongCode   = fault.Deny("signin.code", nil)     // of the authenticator app
	barred      = fault.Deny("signin.inactive", nil) // told only to who knows the password
	stale       = fault.Deny("signin.stale", nil)    // the steps took too long, or the password changed meanwhile
)

// admitted tells whether somebody may sign in at all. A suspended partner's own people may not; its customers' go on.
func admitted(u party.Person, p party.Partner) bool {
	return u.State == party.PersonActive && (p.SuspendedAt.IsZero() || u.Side() != party.PartnerSide)
}

func wait(d time.Duration) error {
	return fault.Unavailable("signin.wait", fault.Args{"seconds": int64((d + time.Second - 1) / time.Second)})
}

// step is what a sign-in still asks for.
type step string

const (
	stepDone   step = ""
	stepCode   step = "code"
	stepChange step = "change" // a new password
)

// stepLife is how long a person may take from one step to the next.
const stepLife = 10 * time.Minute

// half is a sign-in that is not whole yet, as the browser keeps it between two steps.
type half struct {
	User   id.User `json:"u"`
	Step   step    `json:"s"`
	Method string  `json:"m"`
	Until  int64   `json:"x"` // microseconds since 1970
	Print  string  `json:"p"` // of what the person's row said of signing in
}

func (p *People) mac(text string) string {
	m := hmac.New(sha256.New, p.Key)
	m.Write([]byte("sign-in/" + text))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func stamp(u party.Person) string {
	sum := sha256.Sum256([]byte(u.Password + "\x00" + string(u.TOTP) + "\x00" + string(u.State)))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func (p *People) half(u party.Person, s step, method string) string {
	text, err := json.Marshal(half{u.ID, s, method, p.Wall.Now().Add(stepLife).UnixMicro(), stamp(u)})
	if err != nil {
		panic(err) // words and a number
	}
	body := base64.RawURLEncoding.EncodeToString(text)
	return body + "." + p.mac(body)
}

// resume reads a half sign-in back, looks its person up again, and tells how the person signed in so far.
func (p *People) resume(ctx context.Context, token string, want step) (u party.Person, method string, err error) {
	body, sum, _ := strings.Cut(token, ".")
	if !hmac.Equal([]byte(sum), []byte(p.mac(body))) {
		return u, "", stale
	}
	var h half
	text, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(text, &h) != nil || h.Step != want || !p.Wall.Now().Before(time.UnixMicro(h.Until)) {
		return u, "", stale
	}
	u, _, err = p.Store.Person(ctx, h.User)
	if missing(err) || err == nil && stamp(u) != h.Print {
		err = stale
	}
	return u, h.Method, err
}

// password evaluates name and password. It costs the same whether or not anybody has the name.
func (p *People) password(ctx context.Context, name, plain string, from origin) (party.Person, error) {
	upn, ok := party.ParseUPN(name)
	if !ok {
		upn = "?"
	}
	u, partner, err := p.Store.PersonNamed(ctx, upn)
	if err != nil && !missing(err) {
		return party.Person{}, err
	}
	account, strange := p.account(u, from)
	if u.ID == "" {
		account, strange = nobody(upn), true
	}
	done, w := p.begin(account, strange, from)
	if w > 0 {
		return party.Person{}, wait(w)
	}
	ok = passwordMatches(u.Password, plain)
	done(ok)
	switch {
	case !ok:
		p.Log.WarnContext(ctx, "sign-in refused", "person", u.ID)
		return party.Person{}, wrongSignIn
	case !admitted(u, partner):
		return party.Person{}, barred
	}
	return u, nil
}

// code evaluates a code of the authenticator app; the step it is of is written to the person's row by the caller.
func (p *People) code(ctx context.Context, u *party.Person, code string, from origin) error {
	account, strange := p.account(*u, from)
	done, w := p.begin(account, strange, from)
	if w > 0 {
		return wait(w)
	}
	secret, err := p.Vault.OpenSealed(u.AuthenticatorBinding(), u.TOTP)
	if err != nil {
		return err
	}
	at := totpStep(string(secret), strings.ReplaceAll(strings.TrimSpace(code), " ", ""), p.Wall.Now(), u.TOTPStep)
	done(at > 0)
	if at == 0 {
		p.Log.WarnContext(ctx, "sign-in refused", "person", u.ID)
		return wrongCode
	}
	u.TOTPStep = at
	return nil
}

// next is what a sign-in asks for after a step was taken, and the token that carries it there.
func (p *People) next(u party.Person, method string) (step, string) {
	switch {
	case u.TOTP != nil && method != byCode && method != byPasskey:
		return stepCode, p.half(u, stepCode, method)
	case u.MustChange && method != byExternal:
		return stepChange, p.half(u, stepChange, method)
	}
	return stepDone, ""
}

// save writes a person's row and what else the act makes. Somebody who was faster is signin.stale.
func (p *People) save(ctx context.Context, u party.Person, more func(tx app.Tx) error) error {
	_, err := p.Store.Update(ctx, app.Act{Actor: own(u.Partner, u)}, func(tx app.Tx) (any, error) {
		if err := tx.SavePerson(u); err != nil {
			return nil, err
		}
		return nil, more(tx)
	})
	if f := fault.Of(err); f != nil && f.Code == "user.changed" {
		return stale
	}
	return err
}
