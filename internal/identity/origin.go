package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// origin is where a try to sign in comes from. A browser in which somebody has signed in before, and a session, have tries
// of their own: whoever tries a person's name elsewhere does not lock the person out (decision 0031).
type origin struct {
	address string // empty: not known
	browser string // the value of its cookie knownName
	session string // of a step-up
}

// knownLife is how long a browser is known after a sign-in.
const knownLife = 400 * 24 * time.Hour

func (p *People) knownName() string { return p.CookieName() + "-known" }

// origin is where a request comes from.
func (p *People) origin(r *http.Request) origin {
	o := origin{address: address(r)}
	if c, err := r.Cookie(p.knownName()); err == nil && len(c.Value) <= 100 {
		o.browser = c.Value
	}
	return o
}

// address is a request's, of an IPv6 network as its customers are given them.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		if network, err := a.Prefix(64); err == nil {
			return network.String()
		}
	}
	return a.String()
}

// known gives the browser a cookie that tells it is the one in which u has signed in, as u signs in now: with another
// password or authenticator app it is a stranger's again. It opens nothing.
func (p *People) known(w http.ResponseWriter, o origin, u party.Person) {
	if _, ok := p.knows(o.browser, u); ok {
		return
	}
	name := rand.Text()
	http.SetCookie(w, p.cookie(p.knownName(), name+"."+p.mac(knownAs(name, u)), int(knownLife/time.Second)))
}

// knows tells whether a cookie was given to a browser in which u has signed in, and what that browser is called.
func (p *People) knows(cookie string, u party.Person) (name string, ok bool) {
	name, sum, _ := strings.Cut(cookie, ".")
	return name, hmac.Equal([]byte(sum), []byte(p.mac(knownAs(name, u))))
}

func knownAs(name string, u party.Person) string {
	return "known/" + name + "/" + string(u.ID) + "/" + stamp(u)
}

const personAccount = "person/"

// account is where wrong tries of u from o are counted; strange tells that o is no place of u's.
func (p *People) account(u party.Person, o origin) (account string, strange bool) {
	account = personAccount + string(u.ID)
	if o.session != "" {
		return account + "/session/" + o.session, false
	}
	if name, ok := p.knows(o.browser, u); ok {
		return account + "/browser/" + name, false
	}
	return account, true
}

// begin begins a check of somebody's password or code: by account, and where it comes from a place that is not known, by
// address.
func (p *People) begin(account string, strange bool, o origin) (done func(ok bool), wait time.Duration) {
	now := p.Wall.Now()
	if !strange || o.address == "" {
		return p.attempts.begin(account, maxFailures, now)
	}
	ofAddress, wait := p.attempts.begin("address/"+o.address, maxOfAddress, now)
	if wait > 0 {
		return nil, wait
	}
	ofAccount, wait := p.attempts.begin(account, maxFailures, now)
	if wait > 0 {
		ofAddress(true) // nothing is evaluated
		return nil, wait
	}
	return func(ok bool) { ofAddress(ok); ofAccount(ok) }, 0
}
