package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/identity"
)

// device makes one passkey and signs with it, as the authenticator of a telephone does.
type device struct {
	key     *ecdsa.PrivateKey
	id      []byte
	handle  string // whose it is
	origin  string
	host    string
	counter uint32
	flags   byte // user present and verified
}

func (c *centre) newDevice() *device {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.Fatal(err)
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	return &device{key: key, id: raw, origin: c.url, host: "localhost", flags: 0x05}
}

// asked is what a browser reads of a challenge.
type asked struct {
	Token   string `json:"token"`
	Error   string `json:"error"`
	Options struct {
		PublicKey struct {
			Challenge        string `json:"challenge"`
			UserVerification string `json:"userVerification"`
			User             struct{ ID string }
		} `json:"publicKey"`
	} `json:"options"`
}

func (c *centre) read(text []byte) (a asked) {
	c.Helper()
	if err := json.Unmarshal(text, &a); err != nil {
		c.Fatalf("%v: %s", err, text)
	}
	return a
}

var b64 = base64.RawURLEncoding.EncodeToString

func (d *device) clientData(kind, challenge string) []byte {
	text, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	return text
}

func (d *device) data(more []byte, flags byte) []byte {
	sum := sha256.Sum256([]byte(d.host))
	d.counter++
	return append(binary.BigEndian.AppendUint32(append(sum[:], flags), d.counter), more...)
}

// create answers a challenge with a new passkey, attested by nobody.
func (d *device) create(a asked) string {
	d.handle = a.Options.PublicKey.User.ID
	point, _ := d.key.PublicKey.Bytes() // 4, x, y
	cose := append([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33]...)
	cose = append(append(cose, 0x22, 0x58, 32), point[33:]...)
	held := append(binary.BigEndian.AppendUint16(make([]byte, 16), uint16(len(d.id))), d.id...)
	data := d.data(append(held, cose...), d.flags|0x40)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(data)))
	text, _ := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": map[string]any{
		"clientDataJSON": b64(d.clientData("webauthn.create", a.Options.PublicKey.Challenge)), "attestationObject": b64(append(object, data...)), "transports": []string{"internal"},
	}})
	return string(text)
}

// sign answers a challenge with it.
func (d *device) sign(a asked) string {
	data, client := d.data(nil, d.flags), d.clientData("webauthn.get", a.Options.PublicKey.Challenge)
	clientSum := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), clientSum[:]...))
	signature, _ := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	text, _ := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": d.handle,
	}})
	return string(text)
}

// register gives whoever is signed in a passkey.
func (c *centre) register(name string) *device {
	c.Helper()
	d := c.newDevice()
	s, err := c.signed()
	if err != nil {
		c.Fatal(err)
	}
	made, err := c.people.AskPasskey(c.Context(), s)
	if err != nil {
		c.Fatal(err)
	}
	text, _ := json.Marshal(made)
	if err := c.people.AddPasskey(c.Context(), s, name, made.Token, d.create(c.read(text))); err != nil {
		c.Fatal(err)
	}
	return d
}

// askIn asks for a challenge to sign in with.
func (c *centre) askIn() asked {
	c.Helper()
	r := c.post("/sign-in/passkey/ask")
	if r.status != 200 || r.header.Get("Cache-Control") != "no-store" {
		c.Fatalf("%d %s", r.status, r.body)
	}
	return c.read([]byte(r.body))
}

func (c *centre) answer(path string, a asked, answer string) reply {
	c.Helper()
	return c.post(path, "next", "/x", "token", a.Token, "answer", answer)
}

func TestPasskeySignsIn(t *testing.T) {
	centres(t, nil, func(c *centre) {
		if r := c.get("/sign-in"); !strings.Contains(r.body, `data-ask="/sign-in/passkey/ask"`) || !strings.Contains(r.header.Get("Content-Security-Policy"), "script-src 'self'; connect-src 'self'") {
			c.Errorf("the button is not there: %s", r.body)
		}
		if r := c.get("/sign-out"); strings.Contains(r.body, "<script") || strings.Contains(r.header.Get("Content-Security-Policy"), "script-src") {
			c.Error("a page without the button lets scripts run")
		}
		c.signIn("ana@p.example")
		d := c.register("  Laptop ")
		here, _ := c.signed()
		all, err := c.people.PasskeysOf(t.Context(), here.Person)
		if err != nil || len(all) != 1 || all[0].Name != "Laptop" || !all[0].UsedAt.IsZero() {
			c.Fatalf("%v %+v", err, all)
		}
		sealed, err := c.people.SealTOTP(here.Person, "JBSWY3DPEHPK3PXP") // a passkey stands for the code too
		if err != nil {
			c.Fatal(err)
		}
		c.change("u1", func(p *party.Person) { p.TOTP = sealed })

		c.newBrowser()
		a := c.askIn()
		if a.Options.PublicKey.UserVerification != "required" {
			c.Errorf("%+v", a)
		}
		first := d.sign(a)
		if r := c.answer("/sign-in/passkey", a, first); r.status != http.StatusSeeOther || r.location().Path != "/x" {
			c.Fatalf("%d %s", r.status, r.body)
		}
		s, err := c.signed()
		if err != nil || s.Person.ID != "u1" || s.Session.Method != "key" || !s.Actor.Proved {
			c.Fatalf("%v %+v", err, s)
		}
		if all, _ = c.people.PasskeysOf(t.Context(), s.Person); !all[0].UsedAt.Equal(c.wall.Now()) {
			c.Errorf("used at %v", all[0].UsedAt)
		}
		token := c.told(c.redeem(c.code(ask())))
		if got := c.claims(token.Access)["amr"]; got == nil || len(got.([]any)) != 2 || got.([]any)[0] != "fido" {
			c.Errorf("amr %v", got)
		}

		// Whatever is not this very answer to this very challenge is refused.
		for _, bad := range []struct {
			name, says string
			do         func() reply
		}{
			{"answered again", "took too long", func() reply { return c.answer("/sign-in/passkey", a, first) }},
			{"of another browser", "took too long", func() reply {
				mine := c.askIn()
				c.newBrowser()
				c.askIn()
				return c.answer("/sign-in/passkey", mine, d.sign(mine))
			}},
			{"without a cookie", "took too long", func() reply {
				mine := c.askIn()
				c.newBrowser()
				return c.answer("/sign-in/passkey", mine, d.sign(mine))
			}},
			{"too late", "took too long", func() reply {
				mine := c.askIn()
				c.wall.Advance(3 * time.Minute)
				return c.answer("/sign-in/passkey", mine, d.sign(mine))
			}},
			{"a token that was changed", "took too long", func() reply {
				mine := c.askIn()
				mine.Token = "A" + mine.Token[1:]
				return c.answer("/sign-in/passkey", mine, d.sign(mine))
			}},
			{"another challenge", "not accepted", func() reply {
				mine := c.askIn()
				other := mine
				other.Options.PublicKey.Challenge = b64([]byte("0123456789abcdef0123456789abcdef"))
				return c.answer("/sign-in/passkey", mine, d.sign(other))
			}},
			{"another site", "not accepted", func() reply {
				d.origin = "https://evil.example"
				defer func() { d.origin = c.url }()
				mine := c.askIn()
				return c.answer("/sign-in/passkey", mine, d.sign(mine))
			}},
			{"another host's key", "not accepted", func() reply {
				d.host = "evil.example"
				defer func() { d.host = "localhost" }()
				mine := c.askIn()
				return c.answer("/sign-in/passkey", mine, d.sign(mine))
			}},
			{"a touch, and nobody verified", "not accepted", func() reply {
				d.flags = 0x01
				defer func() { d.flags = 0x05 }()
				mine := c.askIn()
				return c.answer("/sign-in/passkey", mine, d.sign(mine))
			}},
			{"a key that nobody has", "not accepted", func() reply {
				e := c.newDevice()
				e.handle = d.handle
				mine := c.askIn()
				return c.answer("/sign-in/passkey", mine, e.sign(mine))
			}},
			{"another key under its name", "not accepted", func() reply {
				e := c.newDevice()
				e.id, e.handle, e.counter = d.id, d.handle, d.counter
				mine := c.askIn()
				return c.answer("/sign-in/passkey", mine, e.sign(mine))
			}},
			{"for somebody else", "not accepted", func() reply {
				kept := d.handle
				d.handle = b64([]byte("u2"))
				defer func() { d.handle = kept }()
				mine := c.askIn()
				return c.answer("/sign-in/passkey", mine, d.sign(mine))
			}},
			{"no answer", "not accepted", func() reply { return c.answer("/sign-in/passkey", c.askIn(), `{"id":1}`) }},
			{"switched off", "switched off", func() reply {
				c.change("u1", func(p *party.Person) { p.State = party.PersonInactive })
				defer c.change("u1", func(p *party.Person) { p.State = party.PersonActive })
				mine := c.askIn()
				return c.answer("/sign-in/passkey", mine, d.sign(mine))
			}},
		} {
			c.newBrowser()
			if r := bad.do(); r.status != 403 || !strings.Contains(r.body, bad.says) {
				c.Errorf("%s: %d %s", bad.name, r.status, r.body)
			}
			if _, err := c.signed(); code(err) != "session.over" {
				c.Errorf("%s: signed in: %v", bad.name, err)
			}
		}

		// A counter that does not grow is a copy's: it is refused, and so is whatever comes after.
		c.newBrowser()
		d.counter = 0
		a = c.askIn()
		if r := c.answer("/sign-in/passkey", a, d.sign(a)); r.status != 403 || !strings.Contains(r.body, "may have been copied") {
			c.Errorf("%d %s", r.status, r.body)
		}
		d.counter = 1000
		a = c.askIn()
		if r := c.answer("/sign-in/passkey", a, d.sign(a)); r.status != 403 || !strings.Contains(r.body, "may have been copied") {
			c.Errorf("after it: %d %s", r.status, r.body)
		}
		if all, _ = c.people.PasskeysOf(t.Context(), here.Person); len(all) != 1 || !all[0].Copied {
			c.Errorf("%+v", all)
		}
		if strings.Contains(c.log.String(), a.Options.PublicKey.Challenge) {
			c.Error("a challenge stands in the log")
		}
	})
}

func TestPasskeyProvesAndIsKept(t *testing.T) {
	centres(t, nil, func(c *centre) {
		c.signIn("sam@p.example")
		if r := c.get("/step-up?next=/x"); strings.Contains(r.body, "data-passkey") {
			c.Error("a passkey is asked of who has none")
		}
		if r := c.post("/step-up/passkey/ask"); r.status != 403 || r.word() != "passkey.unknown" {
			c.Errorf("%d %s", r.status, r.body)
		}
		sams := c.register("Sam's")
		c.newBrowser()
		c.signIn("ana@p.example")
		d := c.register("Laptop")
		c.wall.Advance(identity.ProofLife)
		s, _ := c.signed()
		for name, err := range map[string]error{
			"add": func() error { _, err := c.people.AskPasskey(t.Context(), s); return err }(), "add it": c.people.AddPasskey(t.Context(), s, "x", "", ""),
			"remove": c.people.RemovePasskey(t.Context(), s, "x"),
		} {
			if code(err) != "proof.needed" {
				c.Errorf("%s: %v", name, err)
			}
		}
		step := func() asked {
			r := c.post("/step-up/passkey/ask")
			if r.status != 200 {
				c.Fatalf("%d %s", r.status, r.body)
			}
			return c.read([]byte(r.body))
		}
		a := step()
		if r := c.answer("/step-up/passkey", a, sams.sign(a)); r.status != 403 {
			c.Errorf("somebody else's: %d", r.status)
		}
		in := c.askIn()
		if r := c.answer("/step-up/passkey", in, d.sign(in)); r.status != 403 {
			c.Errorf("the answer to a sign-in: %d", r.status)
		}
		mine := c.client.Jar
		c.newBrowser()
		c.signIn("ana@p.example")
		if r := c.answer("/step-up/passkey", a, d.sign(a)); r.status != 403 {
			c.Errorf("another session's challenge: %d", r.status)
		}
		c.client.Jar = mine
		if s, _ := c.signed(); s.Actor.Proved {
			c.Error("proved by what was refused")
		}
		a = step()
		if r := c.answer("/step-up/passkey", a, d.sign(a)); r.status != http.StatusSeeOther || r.location().Path != "/x" {
			c.Fatalf("%d %s", r.status, r.body)
		}
		if s, _ = c.signed(); !s.Actor.Proved {
			c.Error("not proved")
		}

		all, _ := c.people.PasskeysOf(t.Context(), s.Person)
		made, err := c.people.AskPasskey(t.Context(), s)
		if err != nil {
			c.Fatal(err)
		}
		text, _ := json.Marshal(made)
		for _, row := range []struct {
			name string
			err  error
			want string
		}{
			{"the same key again", c.people.AddPasskey(t.Context(), s, "x", made.Token, d.create(c.read(text))), "passkey.taken"},
			{"no name", c.people.AddPasskey(t.Context(), s, " ", made.Token, ""), "passkey.name"},
			{"a token of a sign-in", c.people.AddPasskey(t.Context(), s, "x", in.Token, ""), "passkey.stale"},
			{"rename", c.people.NamePasskey(t.Context(), s, all[0].ID, "Old laptop"), ""},
			{"rename to nothing", c.people.NamePasskey(t.Context(), s, all[0].ID, ""), "passkey.name"},
			{"rename somebody else's", c.people.NamePasskey(t.Context(), s, "no", "x"), "passkey.unknown"},
			{"remove", c.people.RemovePasskey(t.Context(), s, all[0].ID), ""},
			{"remove again", c.people.RemovePasskey(t.Context(), s, all[0].ID), "passkey.unknown"},
		} {
			if code(row.err) != row.want {
				c.Errorf("%s: %v, want %q", row.name, row.err, row.want)
			}
		}
		a = c.askIn()
		if r := c.answer("/sign-in/passkey", a, d.sign(a)); r.status != 403 {
			c.Errorf("a removed one signs in: %d", r.status)
		}

		// Somebody else set the password: a new one is chosen after the passkey.
		c.change("u2", func(p *party.Person) { p.MustChange = true })
		c.newBrowser()
		a = c.askIn()
		r := c.answer("/sign-in/passkey", a, sams.sign(a))
		if r.status != 200 || half(r) == "" || !strings.Contains(r.body, `name="chosen"`) {
			c.Fatalf("%d %s", r.status, r.body)
		}
		if r = c.post("/sign-in", "half", half(r), "chosen", "a brand new one", "again", "a brand new one", "next", "/x"); r.status != http.StatusSeeOther {
			c.Errorf("%d %s", r.status, r.body)
		}
		for range party.MaxPasskeys - 1 {
			c.register("x")
		}
		s, _ = c.signed()
		if _, err := c.people.AskPasskey(t.Context(), s); code(err) != "passkey.too_many" {
			c.Errorf("%v", err)
		}
	})
}

// Browsers keep passkeys for names, over https or on this machine.
func TestPasskeysNeedAName(t *testing.T) {
	for address, want := range map[string]bool{
		"http://localhost:8080": true, "https://centre.example": true, "https://centre.example:8443": true,
		"http://centre.example": false, "https://127.0.0.1:8080": false, "https://[::1]": false, "": false, "%": false,
	} {
		if got := (&identity.People{URL: address}).Passkeys(); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}
