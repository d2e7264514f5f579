package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// askSignIn asks any passkey of this server to sign in; bound is a secret of the browser's.
func (p *People) askSignIn(bound string) (Challenge, error) {
	w, ok := p.relying()
	if !ok {
		return Challenge{}, fault.Refuse("passkey.nowhere", nil)
	}
	options, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Challenge{}, err
	}
	return p.challenge(toSignIn, bound, options, session)
}

// askStepUp asks the passkeys of somebody who is signed in. Fault "passkey.unknown": there are none.
func (p *People) askStepUp(ctx context.Context, s Signed) (Challenge, error) {
	w, ok := p.relying()
	if !ok {
		return Challenge{}, fault.Refuse("passkey.nowhere", nil)
	}
	h, _, err := p.holder(ctx, s.Person)
	if err != nil {
		return Challenge{}, err
	}
	if len(h.keys) == 0 {
		return Challenge{}, fault.NotFound("passkey.unknown", nil)
	}
	options, session, err := w.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Challenge{}, err
	}
	return p.challenge(toStepUp, s.Session.ID, options, session)
}

// usePasskey checks an answer, and gives who it is of and what to write with what follows: the challenge is spent and the
// passkey's counter kept in that transaction. Faults: "passkey.wrong", "passkey.stale", "passkey.copied", "signin.inactive".
func (p *People) usePasskey(ctx context.Context, c ceremony, answer string) (u party.Person, save func(app.Tx) error, err error) {
	w, ok := p.relying()
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil || !ok {
		return u, nil, wrongPasskey
	}
	k, u, partner, err := p.Store.Passkey(ctx, base64.RawURLEncoding.EncodeToString(parsed.RawID))
	if missing(err) {
		return u, nil, wrongPasskey
	}
	if err != nil {
		return u, nil, err
	}
	refused := func(err error, f *fault.Fault) (party.Person, func(app.Tx) error, error) {
		p.Log.WarnContext(ctx, "sign-in refused", "person", u.ID, "passkey", err)
		return party.Person{}, nil, f
	}
	known, err := credential(k)
	if err != nil {
		return u, nil, err
	}
	h := holder{u, []webauthn.Credential{known}}
	var used *webauthn.Credential
	if c.Kind == toStepUp {
		all, _, err := p.holder(ctx, u) // those that were asked
		if err != nil {
			return u, nil, err
		}
		used, err = w.ValidateLogin(all, c.Session, parsed)
		if err != nil {
			return refused(err, wrongPasskey)
		}
	} else {
		_, used, err = w.ValidatePasskeyLogin(func([]byte, []byte) (webauthn.User, error) { return h, nil }, c.Session, parsed)
		if err != nil {
			return refused(err, wrongPasskey)
		}
	}
	k.Copied = k.Copied || used.Authenticator.CloneWarning
	if k.Record, err = json.Marshal(used); err != nil {
		return u, nil, err
	}
	if k.Copied {
		if err := p.keep(ctx, u, func(tx app.Tx) error { return tx.SavePasskey(k) }); err != nil {
			return u, nil, err
		}
		return refused(copied, copied)
	}
	if !admitted(u, partner) {
		return refused(barred, barred)
	}
	k.UsedAt = p.Wall.Now()
	return u, func(tx app.Tx) error {
		if err := p.spend(tx, c); err != nil {
			return err
		}
		return tx.SavePasskey(k)
	}, nil
}

// keep writes for a person. Somebody who was faster is signin.stale.
func (p *People) keep(ctx context.Context, u party.Person, write func(app.Tx) error) error {
	_, err := p.Store.Update(ctx, app.Act{Actor: own(u.Partner, u)}, func(tx app.Tx) (any, error) { return nil, write(tx) })
	if isCode(err, "user.changed") || isCode(err, "passkey.changed") {
		return stale
	}
	return err
}

// stepUpByPasskey is StepUp by a passkey of the person's own. Faults of usePasskey.
func (p *People) stepUpByPasskey(ctx context.Context, s Signed, token, answer string) error {
	c, err := p.answered(toStepUp, s.Session.ID, token)
	if err != nil {
		return err
	}
	u, save, err := p.usePasskey(ctx, c, answer)
	if err != nil {
		return err
	}
	if u.ID != s.Person.ID {
		return wrongPasskey
	}
	e := s.Session
	e.ProvedAt = p.Wall.Now()
	return p.keep(ctx, u, func(tx app.Tx) error {
		if err := save(tx); err != nil {
			return err
		}
		return tx.SaveSession(e)
	})
}
