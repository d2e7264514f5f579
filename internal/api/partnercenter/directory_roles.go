package partnercenter

import (
	"context"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// directoryRoles are the roles of a customer's people, with the ids that directories everywhere know them by. The global
// administrator sees keys and downloads on the customer's portal (R04).
var directoryRoles = []struct {
	id, name string
	role     party.Role
}{
	{"62e90394-69f5-4237-9190-012177145e10", "Global Administrator", party.CustomerGlobal},
	{"b0f54661-2d74-4c50-afa3-1ec803f12efe", "Billing Administrator", party.CustomerBilling},
	{"a0b1b346-4d3e-4e8b-98f8-753987be4970", "User", party.CustomerUser},
}

type directoryRole struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Attributes *attributes `json:"attributes"`
}

// directoryRolesOf are the roles that held says yes to.
func directoryRolesOf(held func(party.Role) bool) collection[directoryRole] {
	var items []directoryRole
	for _, d := range directoryRoles {
		if held(d.role) {
			items = append(items, directoryRole{d.id, d.name, of("DirectoryRole")})
		}
	}
	return collect(items)
}

// role is the one that the path names.
func (r *request) role() (party.Role, error) {
	for _, d := range directoryRoles {
		if strings.EqualFold(d.id, r.path("role")) {
			return d.role, nil
		}
	}
	return "", fault.NotFound("role.unknown", nil)
}

func (a *api) listDirectoryRoles(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	return reply(directoryRolesOf(func(party.Role) bool { return true }))
}

func (a *api) listUserRoles(ctx context.Context, r *request) (answer, error) {
	user, err := r.userID()
	if err != nil {
		return answer{}, err
	}
	p, err := a.app.CustomerUser(ctx, r.actor, r.customer, user)
	if err != nil {
		return answer{}, err
	}
	return reply(directoryRolesOf(func(role party.Role) bool { return p.Roles[role] }))
}

// userMember is a person with a role.
type userMember struct {
	ID          string      `json:"id"`
	DisplayName string      `json:"displayName,omitempty"`
	UPN         string      `json:"userPrincipalName"`
	RoleID      string      `json:"roleId"`
	Attributes  *attributes `json:"attributes"`
}

func memberOf(r *request, p party.Person) any {
	return userMember{string(p.ID), p.DisplayName, p.UPN, strings.ToLower(r.path("role")), of("UserMember")}
}

// listMembers pages the people with a role, by name.
func (a *api) listMembers(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	role, err := r.role()
	if err != nil {
		return answer{}, err
	}
	p, err := r.page(userPage, userPages)
	if err != nil {
		return answer{}, err
	}
	q := app.PeopleQuery{Customer: r.customer, Role: role}
	return a.people(ctx, r, p, q, func(party.Person) bool { return true }, memberOf)
}

// memberBody names the person; what else it says of them is not looked at.
type memberBody struct{ ID string }

func (a *api) addMember(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	role, err := r.role()
	if err != nil {
		return answer{}, err
	}
	in, err := read[memberBody](r)
	if err != nil {
		return answer{}, err
	}
	guid, ok := id.ParseGUID(strings.TrimSpace(in.value.ID))
	switch {
	case in.value.ID == "":
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "id"})
	case !ok:
		return answer{}, fault.NotFound("user.unknown", nil)
	}
	return a.app.SetCustomerRole(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		return reply(memberOf(r, outcome.(party.Person)))
	}), r.customer, id.User(guid), role, true)
}

func (a *api) removeMember(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	role, err := r.role()
	if err != nil {
		return answer{}, err
	}
	user, err := r.userID()
	if err != nil {
		return answer{}, err
	}
	return a.app.SetCustomerRole(ctx, r.actor, r.replay(false, func(any) (answer, error) { return answer{}, nil }), r.customer, user, role, false)
}
