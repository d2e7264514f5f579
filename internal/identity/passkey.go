package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// challengeLife is how long a challenge can be answered, in wall time: somebody looks for the key and touches it.
const challengeLife = 3 * time.Minute

var (
	wrongPasskey = fault.Deny("passkey.wrong", nil)    // unknown here, of somebody else, or its signature does not hold
	stalePasskey = fault.Deny("passkey.stale", nil)    // the challenge is over, or was answered before, or is another session's
	copied       = fault.Refuse("passkey.copied", nil) // its counter went back
)

// Challenge is what a browser is asked to answer with a passkey. Token comes back with the answer: it says what was asked,
// and whom. Nothing is stored before the answer.
type Challenge struct {
	Options any    `json:"options"` // of navigator.credentials
	Token   string `json:"token"`
}

// ceremony is the inside of a token.
type ceremony struct {
	Kind    ceremonyKind         `json:"k"`
	Bound   string               `json:"b"` // the hash of the session it was made for; of a sign-in, of a cookie
	Until   int64                `json:"x"` // microseconds since 1970
	Session webauthn.SessionData `json:"s"`
}

type ceremonyKind string

const (
	toRegister ceremonyKind = "register"
	toSignIn   ceremonyKind = "sign in"
	toStepUp   ceremonyKind = "step up"
)

// holder is a person as the library wants to see one.
type holder struct {
	party.Person
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.ID) } // says nothing of who it is
func (h holder) WebAuthnName() string                       { return h.UPN }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }
func (h holder) WebAuthnDisplayName() string {
	if h.DisplayName == "" {
		return h.UPN
	}
	return h.DisplayName
}

// relying is this server as passkeys know it: by the host of its address. Browsers keep passkeys for names, over https or on
// this machine; ok is false where they would not.
func (p *People) relying() (w *webauthn.WebAuthn, ok bool) {
	u, err := url.Parse(p.URL)
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, false
	}
	w, err = webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Comptoir", RPOrigins: []string{u.Scheme + "://" + u.Host}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired, // by finger, face or PIN: a passkey stands for password and code
		},
	})
	return w, err == nil
}

// Passkeys tells whether passkeys work at this server's address.
func (p *People) Passkeys() bool {
	_, ok := p.relying()
	return ok
}

func (p *People) challenge(kind ceremonyKind, bound string, options any, session *webauthn.SessionData) (Challenge, error) {
	text, err := json.Marshal(ceremony{kind, hashed(bound), p.Wall.Now().Add(challengeLife).UnixMicro(), *session})
	if err != nil {
		return Challenge{}, err
	}
	body := base64.RawURLEncoding.EncodeToString(text)
	return Challenge{options, body + "." + p.mac("passkey/"+body)}, nil
}

// answered reads a token back. Fault "passkey.stale".
func (p *People) answered(kind ceremonyKind, bound, token string) (c ceremony, err error) {
	body, sum, _ := strings.Cut(token, ".")
	if !hmac.Equal([]byte(sum), []byte(p.mac("passkey/"+body))) {
		return c, stalePasskey
	}
	text, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(text, &c) != nil || c.Kind != kind || c.Bound != hashed(bound) || bound == "" || !p.Wall.Now().Before(time.UnixMicro(c.Until)) {
		return c, stalePasskey
	}
	return c, nil
}

func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// spend keeps that a challenge was answered: the second of two answers at once finds it so.
func (p *People) spend(tx app.Tx, c ceremony) error {
	return tx.SpendChallenge(hashed(c.Session.Challenge), time.UnixMicro(c.Until).UTC(), p.Wall.Now())
}

// PasskeysOf are a person's own, the first one first.
func (p *People) PasskeysOf(ctx context.Context, u party.Person) (all []party.Passkey, err error) {
	err = p.Store.View(ctx, func(r app.Reader) (err error) {
		all, err = r.Passkeys(own(u.Partner, u).Scope, u.ID)
		return err
	})
	return all, err
}

func (p *People) holder(ctx context.Context, u party.Person) (holder, []party.Passkey, error) {
	all, err := p.PasskeysOf(ctx, u)
	h := holder{Person: u}
	for _, k := range all {
		c, err := credential(k)
		if err != nil {
			return h, nil, err
		}
		h.keys = append(h.keys, c)
	}
	return h, all, err
}

func credential(k party.Passkey) (c webauthn.Credential, err error) {
	if err := json.Unmarshal(k.Record, &c); err != nil {
		return c, errors.New("identity: a damaged passkey") // and nothing of it
	}
	return c, nil
}

// AskPasskey begins to add a passkey to a person who has proved who they are. Faults: "proof.needed", "passkey.nowhere" where
// they do not work, "passkey.too_many".
func (p *People) AskPasskey(ctx context.Context, s Signed) (Challenge, error) {
	if err := s.Actor.Prove(); err != nil {
		return Challenge{}, err
	}
	w, ok := p.relying()
	if !ok {
		return Challenge{}, fault.Refuse("passkey.nowhere", nil)
	}
	h, all, err := p.holder(ctx, s.Person)
	if err != nil {
		return Challenge{}, err
	}
	if len(all) >= party.MaxPasskeys {
		return Challenge{}, fault.Refuse("passkey.too_many", fault.Args{"max": party.MaxPasskeys})
	}
	options, session, err := w.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return Challenge{}, err
	}
	return p.challenge(toRegister, s.Session.ID, options, session)
}

// AddPasskey keeps the passkey that answered. Faults: those of AskPasskey, "passkey.name", "passkey.wrong", "passkey.stale",
// "passkey.taken".
func (p *People) AddPasskey(ctx context.Context, s Signed, name, token, answer string) error {
	if err := s.Actor.Prove(); err != nil {
		return err
	}
	name, err := party.PasskeyName(name)
	if err != nil {
		return err
	}
	c, err := p.answered(toRegister, s.Session.ID, token)
	if err != nil {
		return err
	}
	w, ok := p.relying()
	if !ok {
		return fault.Refuse("passkey.nowhere", nil)
	}
	h, all, err := p.holder(ctx, s.Person)
	if err != nil {
		return err
	}
	if len(all) >= party.MaxPasskeys {
		return fault.Refuse("passkey.too_many", fault.Args{"max": party.MaxPasskeys})
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return wrongPasskey
	}
	made, err := w.CreateCredential(h, c.Session, parsed)
	if err != nil {
		p.Log.WarnContext(ctx, "passkey refused", "person", s.Person.ID, "err", err.Error())
		return wrongPasskey
	}
	record, err := json.Marshal(made)
	if err != nil {
		return err
	}
	k := party.Passkey{
		ID: p.IDs.GUID(), Person: s.Person.ID, Credential: base64.RawURLEncoding.EncodeToString(made.ID), Name: name, MadeAt: p.Wall.Now(), Record: record,
	}
	_, err = p.Store.Update(ctx, app.Act{Actor: own(s.Person.Partner, s.Person)}, func(tx app.Tx) (any, error) {
		if err := p.spend(tx, c); err != nil {
			return nil, err
		}
		return nil, tx.AddPasskey(k)
	})
	if err == nil {
		p.Log.InfoContext(ctx, "passkey added", "person", s.Person.ID)
	}
	return err
}

// NamePasskey gives one of a person's passkeys another name. Faults: "passkey.name", "passkey.unknown", "passkey.changed".
func (p *People) NamePasskey(ctx context.Context, s Signed, passkey, name string) error {
	name, err := party.PasskeyName(name)
	if err != nil {
		return err
	}
	_, err = p.Store.Update(ctx, app.Act{Actor: own(s.Person.Partner, s.Person)}, func(tx app.Tx) (any, error) {
		all, err := tx.Passkeys(own(s.Person.Partner, s.Person).Scope, s.Person.ID)
		if err != nil {
			return nil, err
		}
		for _, k := range all {
			if k.ID == passkey {
				k.Name = name
				return nil, tx.SavePasskey(k)
			}
		}
		return nil, fault.NotFound("passkey.unknown", nil)
	})
	return err
}

// RemovePasskey forgets one of a person's passkeys; the person has proved who they are. Faults: "proof.needed", "passkey.unknown".
func (p *People) RemovePasskey(ctx context.Context, s Signed, passkey string) error {
	if err := s.Actor.Prove(); err != nil {
		return err
	}
	_, err := p.Store.Update(ctx, app.Act{Actor: own(s.Person.Partner, s.Person)}, func(tx app.Tx) (any, error) {
		return nil, tx.RemovePasskey(s.Person.ID, passkey)
	})
	if err == nil {
		p.Log.InfoContext(ctx, "passkey removed", "person", s.Person.ID)
	}
	return err
}
