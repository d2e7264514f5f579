package identity

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// ChangePassword gives a person a password of their own choice. Other sessions, and tokens of clients, end.
// Faults: those of StepUp, and of party.CheckPassword.
func (p *People) ChangePassword(ctx context.Context, s Signed, old, chosen string) error {
	u, err := p.password(ctx, s.Person.UPN, old, origin{session: s.Session.ID})
	if err != nil {
		return err
	}
	if err := p.choose(&u, chosen); err != nil {
		return err
	}
	return p.signOutElsewhere(ctx, s, u)
}

// choose sets a password that the person chose.
func (p *People) choose(u *party.Person, chosen string) error {
	if err := u.CheckPassword(chosen); err != nil {
		return err
	}
	if passwordMatches(u.Password, chosen) {
		return fault.Invalid("password.same", nil)
	}
	u.Password, u.MustChange = Credentials{}.HashPassword(chosen), false
	return nil
}

// EnrolTOTP makes a secret for an authenticator app and the address that the app reads from a square code. Nothing is
// changed until ConfirmTOTP.
func (p *People) EnrolTOTP(u party.Person) (secret, uri string) {
	secret = newTOTP()
	return secret, p.TOTPAddress(u, secret)
}

// TOTPAddress is what the app reads of a secret.
func (p *People) TOTPAddress(u party.Person, secret string) string {
	return totpURI("Comptoir", u.UPN, secret)
}

// SetLanguage keeps the language that a person reads pages in. Fault "user.changed".
func (p *People) SetLanguage(ctx context.Context, s Signed, tag string) error {
	if s.Person.Language == tag {
		return nil
	}
	u := s.Person
	u.Language = tag
	return p.save(ctx, u, func(app.Tx) error { return nil })
}

// SetKeys keeps whether pages listen to single keys of this person. Fault "user.changed".
func (p *People) SetKeys(ctx context.Context, s Signed, on bool) error {
	if s.Person.KeysOff == !on {
		return nil
	}
	u := s.Person
	u.KeysOff = !on
	return p.save(ctx, u, func(app.Tx) error { return nil })
}

// KeepView keeps a list as the person asked for it. Faults: those of party.KeepView, "user.changed".
func (p *People) KeepView(ctx context.Context, s Signed, one party.View) error {
	u := s.Person
	var err error
	if u.Views, err = party.KeepView(u.Views, one); err != nil {
		return err
	}
	return p.save(ctx, u, func(app.Tx) error { return nil })
}

// DropView forgets one; there need not be any. Fault "user.changed".
func (p *People) DropView(ctx context.Context, s Signed, one party.View) error {
	u := s.Person
	if u.Views = party.DropView(u.Views, one); len(u.Views) == len(s.Person.Views) {
		return nil
	}
	return p.save(ctx, u, func(app.Tx) error { return nil })
}

// SealTOTP is what is stored of such a secret.
func (p *People) SealTOTP(u party.Person, secret string) ([]byte, error) {
	return p.Vault.Seal(u.AuthenticatorBinding(), []byte(secret))
}

// ConfirmTOTP enrols an authenticator app by its first code: from now on signing in takes one. The person has proved who
// they are. Faults: "proof.needed", "form.unreadable" for a secret that EnrolTOTP does not make, "signin.code", "signin.wait",
// "signin.stale".
func (p *People) ConfirmTOTP(ctx context.Context, s Signed, secret, code string) error {
	if err := s.Actor.Prove(); err != nil {
		return err
	}
	if !soundTOTP(secret) {
		return fault.Invalid("form.unreadable", nil)
	}
	u := s.Person
	sealed, err := p.SealTOTP(u, secret)
	if err != nil {
		return err
	}
	u.TOTP, u.TOTPStep = sealed, 0
	if err := p.code(ctx, &u, code, origin{session: s.Session.ID}); err != nil {
		return err
	}
	e := s.Session
	e.Method = byCode
	return p.save(ctx, u, func(tx app.Tx) error { return tx.SaveSession(e) })
}

// DropTOTP forgets a person's authenticator app. Fault "proof.needed".
func (p *People) DropTOTP(ctx context.Context, s Signed) error {
	if err := s.Actor.Prove(); err != nil {
		return err
	}
	u := s.Person
	u.TOTP = nil
	return p.save(ctx, u, func(app.Tx) error { return nil })
}
