package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Credentials makes and hashes what people and programs sign in with.
type Credentials interface {
	// HashPassword takes its time on purpose: never inside a transaction.
	HashPassword(plain string) string
	NewPassword() string
	// NewSecret is a client secret, what is stored of it, and a name for it that tells nothing.
	NewSecret() (plain, hash, fingerprint string)
}

// Admitted is a person with a password that the person is to change, shown once; empty when none was set.
type Admitted struct {
	party.Person
	InitialPassword string
}

// PersonChange is what is to become of a person; nil leaves a thing as it is.
type PersonChange struct {
	UPN, DisplayName, FirstName, LastName, Email, Phone *string

	Roles *party.Roles
	State *party.PersonState
	// Password is set for the person, who has to choose another at the next sign-in; empty: one is made.
	Password *string
	Keep     bool   // the password set need not be changed
	DropTOTP bool   // the authenticator app was lost; passkeys go too
	TOTP     []byte // the sealed secret of another one
	SignOut  bool   // all sessions and tokens end; nothing is given or taken, so no role is above it
	Version  int64  // the version that was read; 0: whatever there is
}

// delicate tells whether the change touches what somebody may do, or how they sign in: that needs proof.
func (c PersonChange) delicate() bool {
	return c.UPN != nil || c.Roles != nil || c.State != nil || c.Password != nil || c.DropTOTP || c.TOTP != nil
}

// PartnerUsers are the partner's own staff (R11).
func (a *App) PartnerUsers(ctx context.Context, who party.Actor, q PeopleQuery) ([]party.Person, error) {
	if err := who.May(party.ManagePartnerUsers); err != nil {
		return nil, err
	}
	q.Customer = ""
	return read(ctx, a.Store, func(r Reader) ([]party.Person, error) { return r.People(who.Scope, q) })
}

// PartnerUser is one of the partner's own staff (R11). Fault "user.unknown".
func (a *App) PartnerUser(ctx context.Context, who party.Actor, user id.User) (party.Person, error) {
	if err := who.May(party.ManagePartnerUsers); err != nil {
		return party.Person{}, err
	}
	return read(ctx, a.Store, func(r Reader) (party.Person, error) { return r.Person(who.Scope, "", user) })
}

// AddPartnerUser adds somebody to the partner's own staff (R11), with a password of the caller's choice or, when it is
// empty, one that is made. The outcome is Admitted. Faults: "proof.needed" and "role.above" about roles, those of
// Person.Check and CheckPassword, "user.domain_taken", "user.upn_taken".
func (a *App) AddPartnerUser(ctx context.Context, who party.Actor, req Request, p party.Person, password string, keep bool) (Reply, error) {
	if err := who.May(party.ManagePartnerUsers); err != nil {
		return Reply{}, err
	}
	p.Customer, p.Publisher = "", ""
	return a.admit(ctx, who, req, p, password, keep)
}

// Admit adds anybody for the operator (R15): its own staff in no partner's scope, a publisher's, a partner's, a customer's.
// Outcome and faults as of AddPartnerUser.
func (a *App) Admit(ctx context.Context, who party.Actor, req Request, p party.Person, password string, keep bool) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	return a.admit(ctx, who, req, p, password, keep)
}

func (a *App) admit(ctx context.Context, who party.Actor, req Request, p party.Person, password string, keep bool) (Reply, error) {
	if len(p.Roles) > 0 {
		if err := who.Prove(); err != nil {
			return Reply{}, err
		}
		if err := who.MayGrant(p.Roles); err != nil {
			return Reply{}, err
		}
	}
	p.UPN, _ = party.ParseUPN(p.UPN)
	p.ID, p.Partner, p.CreatedAt = id.User(a.IDs.GUID()), who.Scope.Own(), a.Wall.Now()
	if p.State == "" {
		p.State = party.PersonActive
	}
	if err := p.Check(); err != nil {
		return Reply{}, err
	}
	password, err := a.setPassword(&p, password, keep)
	if err != nil {
		return Reply{}, err
	}
	alias := a.alias(&p)
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		customer, err := employer(tx, who, p.Customer)
		if err != nil {
			return nil, err
		}
		if err := freeDomain(tx, who, p.UPN); err != nil {
			return nil, err
		}
		if err := errors.Join(tx.AddAlias(alias), tx.AddPerson(p)); err != nil {
			return nil, err
		}
		s := saver{app: a, tx: tx, act: &act, customer: customer, now: a.Clock.Now()}
		added := p
		added.Version = 1
		return Admitted{added, password}, s.user(activity.CreatePartnerUser, activity.CreateCustomerUser, p)
	})
}

// alias gives a person, who has a new name, the alias that goes with it.
func (a *App) alias(p *party.Person) party.Alias {
	al := party.NewAlias(a.IDs.Opaque(22), p.UPN)
	p.Alias = al.ID
	return al
}

// freeDomain refuses a name at, or below, a domain of another tenant or of the operator, whose staff bear it, to all but the operator's
// admin (R15). Where staff of one's own bear it already more may: a domain may become a tenant's later. It is asked before whether somebody has the name, which is nobody else's to know. Fault "user.domain_taken".
func freeDomain(tx Tx, who party.Actor, upn string) error {
	if who.May(party.OperateSystem) == nil {
		return nil
	}
	_, domain, _ := strings.Cut(upn, "@")
	for d := domain; d != ""; _, d, _ = strings.Cut(d, ".") { // the nearest tenant's it is
		switch owner, err := tx.CustomerAt(d); {
		case err != nil:
			return err
		case owner == id.Customer(who.Scope.Own()):
			return nil
		case owner != "":
			return borne(tx, who, domain)
		}
	}
	operators, err := tx.People(party.Scope{}, PeopleQuery{})
	for _, p := range operators {
		_, d, _ := strings.Cut(p.UPN, "@")
		if p.Side() == party.OperatorSide && strings.HasSuffix("."+domain, "."+d) {
			return fault.Invalid("user.domain_taken", nil)
		}
	}
	return err
}

// borne refuses a domain that none of the actor's own staff is named at.
func borne(tx Tx, who party.Actor, domain string) error {
	own, err := tx.People(who.Scope, PeopleQuery{})
	if err == nil && !slices.ContainsFunc(own, func(p party.Person) bool { return strings.HasSuffix(p.UPN, "@"+domain) }) {
		err = fault.Invalid("user.domain_taken", nil)
	}
	return err
}

// employer is the customer whose staff somebody is; the zero one for a partner's own.
func employer(tx Tx, who party.Actor, c id.Customer) (party.Customer, error) {
	if c == "" {
		return party.Customer{}, nil
	}
	return tx.Customer(who.Scope, c)
}

// user records an act on one of a partner's own staff, or of a customer's.
func (s saver) user(partner, customer activity.Operation, p party.Person, more ...activity.Detail) error {
	op, resource := partner, activity.PartnerUser
	if p.Customer != "" {
		op, resource = customer, activity.CustomerUser
	}
	return s.record(op, resource, string(p.ID), append(userDetails(p), more...)...)
}

// setPassword gives p a password, which is returned; keep: p need not choose another.
func (a *App) setPassword(p *party.Person, plain string, keep bool) (string, error) {
	if plain == "" {
		plain = a.Credentials.NewPassword()
	} else if err := p.CheckPassword(plain); err != nil {
		return "", err
	}
	p.Password, p.MustChange = a.Credentials.HashPassword(plain), !keep
	return plain, nil
}

func userDetails(p party.Person) []activity.Detail {
	return []activity.Detail{{Key: "UserPrincipalName", Value: p.UPN, Who: p.Alias}, {Key: "Roles", Value: p.Roles.String()}, {Key: "State", Value: string(p.State)}}
}

// ChangePartnerUser changes one of the partner's own staff (R11). Who is above the caller is touched by nobody below. A new
// password, a new name and an end of the sign-in end all sessions and tokens. The outcome is Admitted.
// Faults: "proof.needed" but for names, "role.above", "user.last_admin", "etag.stale", those of AddPartnerUser.
func (a *App) ChangePartnerUser(ctx context.Context, who party.Actor, req Request, user id.User, c PersonChange) (Reply, error) {
	if err := who.May(party.ManagePartnerUsers); err != nil {
		return Reply{}, err
	}
	return a.reform(ctx, who, req, "", user, c)
}

// Reform changes anybody for the operator (R15). Outcome and faults as of ChangePartnerUser.
func (a *App) Reform(ctx context.Context, who party.Actor, req Request, customer id.Customer, user id.User, c PersonChange) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	return a.reform(ctx, who, req, customer, user, c)
}

func (a *App) reform(ctx context.Context, who party.Actor, req Request, employed id.Customer, user id.User, c PersonChange) (Reply, error) {
	if c.delicate() || c.SignOut {
		if err := who.Prove(); err != nil {
			return Reply{}, err
		}
	}
	var fresh party.Person // takes the new password, hashed before the transaction
	var password string
	if c.Password != nil {
		var err error
		if fresh, err = read(ctx, a.Store, func(r Reader) (party.Person, error) { return r.Person(who.Scope, employed, user) }); err != nil {
			return Reply{}, err
		}
		if password, err = a.setPassword(&fresh, *c.Password, c.Keep); err != nil {
			return Reply{}, err
		}
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		customer, err := employer(tx, who, employed)
		if err != nil {
			return nil, err
		}
		p, err := tx.Person(who.Scope, employed, user)
		if err != nil {
			return nil, err
		}
		if c.Version != 0 && c.Version != p.Version {
			return nil, fault.Invalid("etag.stale", nil)
		}
		before := p
		if err := a.changed(who, &p, c); err != nil {
			return nil, err
		}
		if c.Password != nil {
			p.Password, p.MustChange = fresh.Password, fresh.MustChange
		}
		if p.UPN != before.UPN {
			if err := freeDomain(tx, who, p.UPN); err != nil {
				return nil, err
			}
			if taken, err := tx.UPNTaken(p.UPN); err != nil || taken {
				return nil, cmp.Or(err, error(fault.Conflict("user.upn_taken", nil)))
			}
			if err := tx.AddAlias(a.alias(&p)); err != nil {
				return nil, err
			}
		}
		if err := keepAdmin(tx, who, p, &p); err != nil {
			return nil, err
		}
		if err := tx.SavePerson(p); err != nil {
			return nil, err
		}
		if c.DropTOTP { // the device with the app is lost, and what else it signed in with
			if err := tx.RemovePasskeys(p); err != nil {
				return nil, err
			}
		}
		p.Version++
		var more []activity.Detail
		if c.Password != nil {
			more = append(more, activity.Detail{Key: "Password", Value: "reset"})
		}
		if c.DropTOTP || c.TOTP != nil {
			more = append(more, activity.Detail{Key: "Authenticator", Value: "reset"})
		}
		if c.SignOut {
			more = append(more, activity.Detail{Key: "Sessions", Value: "ended"})
		}
		s := saver{app: a, tx: tx, act: &act, customer: customer, now: a.Clock.Now()}
		return Admitted{p, password}, s.user(activity.UpdatePartnerUser, activity.UpdateCustomerUser, p, more...)
	})
}

// keepAdmin refuses to leave a partner without a global admin; customers and the operator may be.
func keepAdmin(tx Tx, who party.Actor, p party.Person, after *party.Person) error {
	if p.Side() != party.PartnerSide {
		return nil
	}
	staff, err := tx.People(who.Scope, PeopleQuery{Role: party.GlobalAdmin})
	if err != nil {
		return err
	}
	return party.KeepAdmin(staff, p.ID, after)
}

// changed applies c to p, but for the password.
func (a *App) changed(who party.Actor, p *party.Person, c PersonChange) error {
	if c.delicate() {
		if err := who.MayGrant(p.Roles); err != nil {
			return err
		}
	}
	for _, m := range []struct{ to, from *string }{
		{&p.DisplayName, c.DisplayName}, {&p.FirstName, c.FirstName}, {&p.LastName, c.LastName}, {&p.Email, c.Email}, {&p.Phone, c.Phone},
	} {
		if m.from != nil {
			*m.to = *m.from
		}
	}
	if c.UPN != nil {
		p.UPN, _ = party.ParseUPN(*c.UPN)
	}
	if c.Roles != nil {
		if err := who.MayGrant(*c.Roles); err != nil {
			return err
		}
		p.Roles = *c.Roles
	}
	if c.State != nil {
		p.State = *c.State
	}
	if c.DropTOTP {
		p.TOTP, p.TOTPStep = nil, 0
	}
	if c.TOTP != nil {
		p.TOTP, p.TOTPStep = c.TOTP, 0
	}
	if c.UPN != nil || c.State != nil || c.Password != nil || c.DropTOTP || c.TOTP != nil || c.SignOut {
		p.SignedOutAt = a.Wall.Now()
	}
	return p.Check()
}

// RemovePartnerUser removes one of the partner's own staff (R11); sessions and tokens end with it.
// Faults: "user.unknown", "proof.needed", "role.above", "user.last_admin".
func (a *App) RemovePartnerUser(ctx context.Context, who party.Actor, req Request, user id.User) (Reply, error) {
	if err := who.May(party.ManagePartnerUsers); err != nil {
		return Reply{}, err
	}
	return a.dismiss(ctx, who, req, "", user)
}

// Dismiss removes anybody for the operator (R15). Faults as of RemovePartnerUser.
func (a *App) Dismiss(ctx context.Context, who party.Actor, req Request, customer id.Customer, user id.User) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	return a.dismiss(ctx, who, req, customer, user)
}

func (a *App) dismiss(ctx context.Context, who party.Actor, req Request, employed id.Customer, user id.User) (Reply, error) {
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Partner: true}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		customer, err := employer(tx, who, employed)
		if err != nil {
			return nil, err
		}
		p, err := tx.Person(who.Scope, employed, user)
		if err != nil {
			return nil, err
		}
		if err := who.MayGrant(p.Roles); err != nil {
			return nil, err
		}
		if err := keepAdmin(tx, who, p, nil); err != nil {
			return nil, err
		}
		if err := tx.RemovePerson(p); err != nil {
			return nil, err
		}
		s := saver{app: a, tx: tx, act: &act, customer: customer, now: a.Clock.Now()}
		return p, s.user(activity.RemovePartnerUser, activity.DeleteCustomerUser, p)
	})
}
