package partnercenter

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// userOperations are contract.md §5: a customer's people and their directory roles.
func (a *api) userOperations() []operation {
	const all = "/v1/customers/{customer}/users"
	const one, roles = all + "/{user}", "/v1/customers/{customer}/directoryroles"
	const members = roles + "/{role}/usermembers"
	op := func(method, path string, act party.Act, status int, handle func(context.Context, *request) (answer, error)) operation {
		return operation{method: method, path: path, acts: []party.Act{act}, scope: scopeCustomer, status: status, handle: handle}
	}
	read, manage := party.AssignLicences, party.ManageCustomerUsers
	return []operation{
		op(http.MethodGet, all, read, http.StatusOK, a.listUsers),
		op(http.MethodPost, all, manage, http.StatusOK, a.addUser),
		op(http.MethodGet, one, read, http.StatusOK, a.showUser),
		op(http.MethodPatch, one, manage, http.StatusOK, a.patchUser),
		op(http.MethodDelete, one, manage, http.StatusNoContent, a.deleteUser),
		op(http.MethodGet, one+"/directoryroles", read, http.StatusOK, a.listUserRoles),
		op(http.MethodGet, roles, read, http.StatusOK, a.listDirectoryRoles),
		op(http.MethodGet, members, read, http.StatusOK, a.listMembers),
		op(http.MethodPost, members, manage, http.StatusCreated, a.addMember),
		op(http.MethodDelete, members+"/{user}", manage, http.StatusNoContent, a.removeMember),
	}
}

// userOrders are the ways to sort a customer's people; each breaks ties by the user principal name.
var userOrders = named("UserPrincipalName", "DisplayName", "FirstName", "LastName")

func sortKey(p party.Person, field string) string {
	switch field {
	case "DisplayName":
		return strings.ToLower(p.DisplayName)
	case "FirstName":
		return strings.ToLower(p.FirstName)
	case "LastName":
		return strings.ToLower(p.LastName)
	}
	return p.UPN
}

// listUsers pages a customer's people, by name unless sortField says otherwise. The filter UserStatus Inactive lists the deleted ones that
// can be restored.
func (a *api) listUsers(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	p, err := r.page(userPage, userPages)
	if err != nil {
		return answer{}, err
	}
	f, err := r.query.filter("UserStatus", "UserState", "UserPrincipalName", "DisplayName")
	if err != nil {
		return answer{}, err
	}
	q := app.PeopleQuery{Customer: r.customer}
	keep := func(party.Person) bool { return true }
	switch {
	case f == nil:
	case f.Op == opAnd, f.Op == opOr:
		return answer{}, fault.Invalid("filter.operator", nil)
	case strings.HasPrefix(f.Field, "UserSta"):
		if f.Op != opEquals && f.Op != opNotEquals {
			return answer{}, fault.Invalid("filter.operator", nil)
		}
		word := strings.ToLower(f.Value)
		if word != "active" && word != "inactive" {
			return answer{}, fault.Invalid("filter.value", nil)
		}
		if (word == "inactive") == (f.Op == opEquals) {
			q.State = party.PersonDeleted
		}
	default:
		named, err := f.names()
		if err != nil {
			return answer{}, err
		}
		keep = func(p party.Person) bool {
			if f.Field == "DisplayName" {
				return named(p.DisplayName)
			}
			return named(p.UPN)
		}
	}
	return a.people(ctx, r, p, q, keep, userOf)
}

// people is one page of a customer's people, those that keep keeps, each as show has it.
func (a *api) people(ctx context.Context, r *request, p page, q app.PeopleQuery, keep func(party.Person) bool, show func(*request, party.Person) any) (answer, error) {
	field, backwards, err := r.userOrder()
	if err != nil {
		return answer{}, err
	}
	found, err := a.app.CustomerUsers(ctx, r.actor, q)
	if err != nil {
		return answer{}, err
	}
	found = slices.DeleteFunc(found, func(one party.Person) bool { return !keep(one) })
	order := func(x, y []string) int {
		n := slices.Compare(x, y)
		if backwards {
			n = -n
		}
		return n
	}
	key := func(one party.Person) []string { return []string{sortKey(one, field), one.UPN} }
	slices.SortFunc(found, func(x, y party.Person) int { return order(key(x), key(y)) })
	if len(p.after) == 2 {
		found = slices.DeleteFunc(found, func(one party.Person) bool { return order(key(one), p.after) <= 0 })
	}
	var last []string
	if p.size > 0 && len(found) > p.size {
		found = found[:p.size]
		last = key(found[p.size-1])
	}
	items := make([]any, len(found))
	for i, one := range found {
		items[i] = show(r, one)
	}
	return reply(seek(r, p, items, last))
}

// userOrder reads sortField and sortDirection.
func (r *request) userOrder() (field string, backwards bool, err error) {
	if sent := r.query.get("sortfield"); sent != "" {
		var ok bool
		if field, ok = userOrders.match(sent); !ok {
			return "", false, badValue("sortField", strings.Join(userOrders.words, ", "))
		}
	}
	switch strings.ToLower(r.query.get("sortdirection")) {
	case "", "ascending", "asc":
		return field, false, nil
	case "descending", "desc":
		return field, true, nil
	}
	return "", false, badValue("sortDirection", "Ascending or Descending")
}

func (a *api) showUser(ctx context.Context, r *request) (answer, error) {
	user, err := r.userID()
	if err != nil {
		return answer{}, err
	}
	p, err := a.app.CustomerUser(ctx, r.actor, r.customer, user)
	if err != nil {
		return answer{}, err
	}
	return reply(userOf(r, p))
}

// addUser is answered with 200, as the contract has it. The password is never told back.
func (a *api) addUser(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	in, err := read[userBody](r)
	if err != nil {
		return answer{}, err
	}
	p, err := in.value.person()
	if err != nil {
		return answer{}, err
	}
	profile := in.value.PasswordProfile
	return a.app.AddCustomerUser(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		return reply(userOf(r, outcome.(party.Person)))
	}), r.customer, p, profile.Password, !profile.mustChange())
}

// patchUser applies the differences; state active restores a deleted user.
func (a *api) patchUser(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	user, err := r.userID()
	if err != nil {
		return answer{}, err
	}
	in, err := read[userBody](r)
	if err != nil {
		return answer{}, err
	}
	ch, err := in.value.changes()
	if err != nil {
		return answer{}, err
	}
	if ch.Version, _, err = r.expectedVersion(string(user), in.value.Attributes.Etag); err != nil {
		return answer{}, err
	}
	return a.app.ChangeCustomerUser(ctx, r.actor, r.replay(false, func(outcome any) (answer, error) {
		return reply(userOf(r, outcome.(party.Person)))
	}), r.customer, user, ch)
}

func (a *api) deleteUser(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	user, err := r.userID()
	if err != nil {
		return answer{}, err
	}
	return a.app.DeleteCustomerUser(ctx, r.actor, r.replay(false, func(any) (answer, error) { return answer{}, nil }), r.customer, user)
}
