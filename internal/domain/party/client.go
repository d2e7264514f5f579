package party

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Client is an API client of a partner (R13): a program that gets tokens for itself, for people who sign in to it, or both.
type Client struct {
	ID      id.Client
	Name    string
	Partner id.Partner // whose client it is: the tenant of its tokens
	Roles   Roles
	Secrets []Secret // none of a public client
	// Redirects are the addresses that people may be sent back to after they signed in.
	Redirects []string
	Public    bool // cannot keep a secret: it has none, acts only for people, and proves itself by PKCE
	Disabled  bool
	// RichStates: it reads every word for the state of a subscription.
	RichStates bool
	CreatedAt  time.Time
	Version    int64
}

// Secret is a client secret as it is stored. Instants are wall time.
type Secret struct {
	Hash        string
	Fingerprint string // names it; tells nothing about it
	MadeAt      time.Time
	Until       time.Time // from which it no longer works; zero: no end
}

// Live tells whether the secret works at an instant.
func (s Secret) Live(now time.Time) bool { return s.Until.IsZero() || now.Before(s.Until) }

const (
	// maxSecrets live at a time, while one replaces the other.
	maxSecrets   = 2
	maxRedirects = 20
	maxRedirect  = 512 // bytes
)

// Check refuses what a client cannot be. Faults: "client.name_invalid", "client.redirect_invalid", "client.redirects_full".
func (c Client) Check() error {
	if c.Name == "" || len(c.Name) > maxName || strings.ContainsFunc(c.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fault.Invalid("client.name_invalid", nil)
	}
	if len(c.Redirects) > maxRedirects {
		return fault.Refuse("client.redirects_full", fault.Args{"limit": maxRedirects})
	}
	for _, r := range c.Redirects {
		if !redirectable(r) {
			return fault.Invalid("client.redirect_invalid", nil)
		}
	}
	return nil
}

// redirectable tells whether people may be sent to an address: https, http on this machine, or a scheme of an
// application's own ("com.example.app:…"). A fragment or a name and password make it none.
func redirectable(s string) bool {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxRedirect || u.Fragment != "" || strings.Contains(s, "#") || u.User != nil {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte(`"'<>\;,`, s[i]) >= 0 { // it goes into headers
			return false
		}
	}
	switch u.Scheme {
	case "https":
		return u.Host != "" && u.Hostname() != ""
	case "http":
		return loopback(u)
	}
	return strings.Contains(u.Scheme, ".") || strings.HasPrefix(u.Scheme, "msal")
}

func loopback(u *url.URL) bool {
	host := u.Hostname()
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

// SendsTo tells whether people may be sent back to asked: it is one of the registered addresses, letter by letter. A
// registered http address of this machine without a port stands for every port there, which programs on a desk take as
// they find them (RFC 8252 §7.3).
func (c Client) SendsTo(asked string) bool {
	if slices.Contains(c.Redirects, asked) {
		return true
	}
	u, err := url.Parse(asked)
	if err != nil || u.Scheme != "http" || !loopback(u) || u.Port() == "" || !redirectable(asked) {
		return false
	}
	port := ":" + u.Port()
	bare, path, _ := strings.Cut(strings.TrimPrefix(asked, "http://"), port)
	return "http://"+bare+port+path == asked && slices.Contains(c.Redirects, "http://"+bare+path)
}

// AddSecret gives the client one more secret; those that no longer work are dropped. Faults: "client.public",
// "client.secrets_full" when two are live.
func (c Client) AddSecret(s Secret, now time.Time) (Client, error) {
	if c.Public {
		return c, fault.Refuse("client.public", nil)
	}
	live := slices.DeleteFunc(slices.Clone(c.Secrets), func(s Secret) bool { return !s.Live(now) })
	if len(live) >= maxSecrets {
		return c, fault.Conflict("client.secrets_full", fault.Args{"limit": maxSecrets})
	}
	c.Secrets = append(live, s)
	return c, nil
}

// Rotate gives the client another secret in place of those it has: they work until an instant at most, so that nothing
// stops before the new one is everywhere; not at all where that is not after now. Faults of AddSecret, "client.secrets_full"
// where two would go on.
func (c Client) Rotate(s Secret, until, now time.Time) (Client, error) {
	var kept []Secret
	for _, old := range c.Secrets {
		if old.Until.IsZero() || old.Until.After(until) {
			old.Until = until
		}
		if old.Live(now) {
			kept = append(kept, old)
		}
	}
	c.Secrets = kept
	return c.AddSecret(s, now)
}

// RevokeSecret takes a secret away at once. Fault "secret.unknown".
func (c Client) RevokeSecret(fingerprint string) (Client, error) {
	kept := slices.DeleteFunc(slices.Clone(c.Secrets), func(s Secret) bool { return s.Fingerprint == fingerprint })
	if len(kept) == len(c.Secrets) {
		return c, fault.NotFound("secret.unknown", nil)
	}
	c.Secrets = kept
	return c, nil
}
