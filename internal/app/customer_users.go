package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// CustomerUsers are a customer's people (R18), by name of the query's order; with State deleted those that can be restored.
func (a *App) CustomerUsers(ctx context.Context, who party.Actor, q PeopleQuery) ([]party.Person, error) {
	if err := who.MayFor(party.AssignLicences, q.Customer); err != nil {
		return nil, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) ([]party.Person, error) {
		if _, err := r.Customer(who.Scope, q.Customer); err != nil {
			return nil, err
		}
		found, err := r.People(who.Scope, q)
		return slices.DeleteFunc(found, func(p party.Person) bool { return p.Forgotten(now) }), err
	})
}

// CustomerUser is one of a customer's people (R18), a deleted one while it can be restored. Fault "user.unknown".
func (a *App) CustomerUser(ctx context.Context, who party.Actor, c id.Customer, user id.User) (party.Person, error) {
	if err := who.MayFor(party.AssignLicences, c); err != nil {
		return party.Person{}, err
	}
	now := a.Clock.Now()
	return read(ctx, a.Store, func(r Reader) (party.Person, error) {
		if _, err := r.Customer(who.Scope, c); err != nil {
			return party.Person{}, err
		}
		return remembered(r, who, c, user, now)
	})
}

// remembered is a person who is not forgotten yet. Fault "user.unknown".
func remembered(r Reader, who party.Actor, c id.Customer, user id.User, now time.Time) (party.Person, error) {
	p, err := r.Person(who.Scope, c, user)
	if err == nil && p.Forgotten(now) {
		return party.Person{}, fault.NotFound("user.unknown", nil)
	}
	return p, err
}

// userAct is a change of a customer's people (R11): permission, lock, customer, and what became forgotten is removed.
func (a *App) userAct(ctx context.Context, who party.Actor, req Request, c id.Customer, fn func(saver) (any, error)) (Reply, error) {
	if err := who.MayFor(party.ManageCustomerUsers, c); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Lock: Lock{Customer: string(c)}, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		now := a.Clock.Now()
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		if err := customer.Dealing(); err != nil && who.Customer == "" {
			return nil, err
		}
		deleted, err := tx.People(who.Scope, PeopleQuery{Customer: c, State: party.PersonDeleted})
		if err != nil {
			return nil, err
		}
		for _, p := range deleted {
			if p.Forgotten(now) {
				if err := tx.RemovePerson(p); err != nil {
					return nil, err
				}
			}
		}
		return fn(saver{a, tx, &act, customer, now})
	})
}

// AddCustomerUser adds one of a customer's people (R11), whose name is in the customer's domain, as a plain user. keep: the
// password need not be changed. The outcome is a party.Person.
// Faults: "user.domain_foreign", "user.upn_taken", "password.weak", those of Person.Check.
func (a *App) AddCustomerUser(ctx context.Context, who party.Actor, req Request, c id.Customer, p party.Person, password string, keep bool) (Reply, error) {
	if err := who.MayFor(party.ManageCustomerUsers, c); err != nil {
		return Reply{}, err
	}
	p.UPN, _ = party.ParseUPN(p.UPN)
	p.ID, p.Partner, p.Customer = id.User(a.IDs.GUID()), who.Scope.Partner(), c
	p.Roles, p.State, p.CreatedAt = party.RolesOf(party.CustomerUser), party.PersonActive, a.Wall.Now()
	if err := p.Check(); err != nil {
		return Reply{}, err
	}
	if _, err := a.setPassword(&p, password, keep); err != nil {
		return Reply{}, err
	}
	alias := a.alias(&p)
	return a.userAct(ctx, who, req, c, func(s saver) (any, error) {
		if err := s.ownName(p); err != nil {
			return nil, err
		}
		if err := errors.Join(s.tx.AddAlias(alias), s.tx.AddPerson(p)); err != nil {
			return nil, err
		}
		added := p
		added.Version = 1
		return added, s.record(activity.CreateCustomerUser, activity.CustomerUser, string(p.ID), userDetails(p)...)
	})
}

// ownName refuses a name outside of the customer's domain, and one that somebody has.
func (s saver) ownName(p party.Person) error {
	_, domain, _ := strings.Cut(p.UPN, "@")
	if domain != s.customer.Domain && !strings.HasSuffix(domain, "."+s.customer.Domain) {
		return fault.Invalid("user.domain_foreign", fault.Args{"domain": s.customer.Domain})
	}
	taken, err := s.tx.UPNTaken(p.UPN)
	if err == nil && taken {
		return fault.Conflict("user.upn_taken", nil)
	}
	return err
}

// UserChange is what is to become of a customer's user; nil leaves a thing as it is.
type UserChange struct {
	UPN, DisplayName, FirstName, LastName, Phone, UsageLocation, ImmutableID *string

	Password *string
	Keep     bool // the password set need not be changed
	Restore  bool // a deleted one comes back; one that was not deleted stays as it is
	Version  int64
}

// ChangeCustomerUser changes one of a customer's people (R11), or brings a deleted one back. A deleted one is changed in
// nothing else. A global admin, who sees keys (R04), has to change a password that the partner chose, whatever was asked for.
// The outcome is a party.Person.
// Faults: "proof.needed" for a password, "role.above" for a global admin's password or name, or to bring one back, "user.unknown",
// "user.deleted", "etag.stale", those of AddCustomerUser.
func (a *App) ChangeCustomerUser(ctx context.Context, who party.Actor, req Request, c id.Customer, user id.User, ch UserChange) (Reply, error) {
	if err := who.MayFor(party.ManageCustomerUsers, c); err != nil {
		return Reply{}, err
	}
	var fresh party.Person // takes the new password, hashed before the transaction
	if ch.Password != nil {
		if err := who.Prove(); err != nil {
			return Reply{}, err
		}
		var err error
		if fresh, err = a.CustomerUser(ctx, who, c, user); err != nil {
			return Reply{}, err
		}
		if _, err = a.setPassword(&fresh, *ch.Password, ch.Keep); err != nil {
			return Reply{}, err
		}
	}
	return a.userAct(ctx, who, req, c, func(s saver) (any, error) {
		p, err := remembered(s.tx, who, c, user, s.now)
		if err != nil {
			return nil, err
		}
		if ch.Version != 0 && ch.Version != p.Version {
			return nil, fault.Invalid("etag.stale", nil)
		}
		before := p
		operation := activity.UpdateCustomerUser
		if p.State == party.PersonDeleted {
			if !ch.Restore {
				return nil, fault.Refuse("user.deleted", fault.Args{"until": p.DeletedAt.Add(party.RestoreFor)})
			}
			operation, p.State, p.DeletedAt = activity.RestoreCustomerUser, party.PersonActive, time.Time{}
		}
		ch.apply(&p)
		if ch.Password != nil || p.UPN != before.UPN || operation == activity.RestoreCustomerUser { // how they get in
			if err := who.MayEmpower(p.Roles); err != nil {
				return nil, err
			}
		}
		if ch.Password != nil {
			p.Password, p.MustChange, p.SignedOutAt = fresh.Password, fresh.MustChange || who.Customer == "" && p.Roles[party.CustomerGlobal], a.Wall.Now()
			if operation == activity.UpdateCustomerUser {
				operation = activity.ResetUserPassword
			}
		}
		if p.UPN != before.UPN {
			p.SignedOutAt = a.Wall.Now()
			if err := s.ownName(p); err != nil {
				return nil, err
			}
			if err := s.tx.AddAlias(a.alias(&p)); err != nil {
				return nil, err
			}
		}
		if err := p.Check(); err != nil {
			return nil, err
		}
		if p.Same(before) {
			return p, nil
		}
		if err := s.tx.SavePerson(p); err != nil {
			return nil, err
		}
		p.Version++
		return p, s.record(operation, activity.CustomerUser, string(p.ID), userDetails(p)...)
	})
}

func (c UserChange) apply(p *party.Person) {
	for _, m := range []struct{ to, from *string }{
		{&p.DisplayName, c.DisplayName}, {&p.FirstName, c.FirstName}, {&p.LastName, c.LastName}, {&p.Phone, c.Phone},
		{&p.UsageLocation, c.UsageLocation}, {&p.ImmutableID, c.ImmutableID},
	} {
		if m.from != nil {
			*m.to = *m.from
		}
	}
	if c.UPN != nil {
		p.UPN, _ = party.ParseUPN(*c.UPN)
	}
}

// DeleteCustomerUser deletes one of a customer's people (R11): sign-ins end now, and for party.RestoreFor it can be restored.
// Faults: "role.above" for a global admin, "user.unknown", also for one that is deleted.
func (a *App) DeleteCustomerUser(ctx context.Context, who party.Actor, req Request, c id.Customer, user id.User) (Reply, error) {
	return a.userAct(ctx, who, req, c, func(s saver) (any, error) {
		p, err := s.tx.Person(who.Scope, c, user)
		if err != nil {
			return nil, err
		}
		if p.State == party.PersonDeleted {
			return nil, fault.NotFound("user.unknown", nil)
		}
		if err := who.MayEmpower(p.Roles); err != nil { // it takes the role away
			return nil, err
		}
		p.State, p.DeletedAt, p.SignedOutAt = party.PersonDeleted, s.now, a.Wall.Now()
		if err := errors.Join(s.tx.SavePerson(p), s.tx.FreeSeatsOf(c, user)); err != nil { // others can have the seats (R18)
			return nil, err
		}
		return p, s.record(activity.DeleteCustomerUser, activity.CustomerUser, string(p.ID), userDetails(p)...)
	})
}

// SetCustomerRole gives a role to one of a customer's people, or takes it away (R11). Nobody can be without any, so a plain
// user's stays. The outcome is a party.Person.
// Faults: "proof.needed", "role.above", "user.unknown", also where the role to take away is not held, "role.held" for one that is
// held already.
func (a *App) SetCustomerRole(ctx context.Context, who party.Actor, req Request, c id.Customer, user id.User, role party.Role, held bool) (Reply, error) {
	if err := who.MayFor(party.ManageCustomerUsers, c); err != nil {
		return Reply{}, err
	}
	if err := cmp.Or(who.Prove(), who.MayEmpower(party.RolesOf(role))); err != nil {
		return Reply{}, err
	}
	return a.userAct(ctx, who, req, c, func(s saver) (any, error) {
		p, err := s.tx.Person(who.Scope, c, user)
		switch {
		case err != nil:
			return nil, err
		case p.State == party.PersonDeleted, !held && !p.Roles[role]:
			return nil, fault.NotFound("user.unknown", nil)
		case held && p.Roles[role]:
			return nil, fault.Conflict("role.held", nil)
		}
		roles := party.RolesOf(slices.DeleteFunc(p.Roles.List(), func(r party.Role) bool { return r == role })...)
		operation := activity.RemoveUserMember
		if held {
			operation, roles[role] = activity.AddUserMember, true
		}
		if len(roles) == 0 {
			roles[party.CustomerUser] = true
		}
		p.Roles = roles
		if err := p.Check(); err != nil {
			return nil, err
		}
		if err := s.tx.SavePerson(p); err != nil {
			return nil, err
		}
		p.Version++
		details := append(userDetails(p), activity.Detail{Key: "Role", Value: string(role)})
		return p, s.record(operation, activity.CustomerDirectoryRole, string(p.ID), details...)
	})
}
