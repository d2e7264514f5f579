package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// partnerUserOperations are the partner's own staff and their roles (R11), for which the contract has nothing.
func (a *api) partnerUserOperations() []operation {
	const all, one = "/v1/partner/users", "/v1/partner/users/{user}"
	acts := []party.Act{party.ManagePartnerUsers}
	return []operation{
		{method: http.MethodGet, path: all, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.listPartnerUsers},
		{method: http.MethodPost, path: all, acts: acts, scope: scopePartner, status: http.StatusCreated, secret: true, handle: a.addPartnerUser},
		{method: http.MethodGet, path: one, acts: acts, scope: scopePartner, status: http.StatusOK, handle: a.showPartnerUser},
		{method: http.MethodPatch, path: one, acts: acts, scope: scopePartner, status: http.StatusOK, secret: true, handle: a.patchPartnerUser},
		{method: http.MethodDelete, path: one, acts: acts, scope: scopePartner, status: http.StatusNoContent, handle: a.removePartnerUser},
	}
}

// partnerUser is one of the partner's own staff. Roles are the short words of the rulebook: AA, GA …
type partnerUser struct {
	ID                string           `json:"id"`
	UserPrincipalName string           `json:"userPrincipalName"`
	DisplayName       string           `json:"displayName,omitempty"`
	FirstName         string           `json:"firstName,omitempty"`
	LastName          string           `json:"lastName,omitempty"`
	Email             string           `json:"email,omitempty"`
	PhoneNumber       string           `json:"phoneNumber,omitempty"`
	Roles             []string         `json:"roles"`
	State             string           `json:"state"`
	Authenticator     bool             `json:"authenticatorEnrolled"`
	CreatedDate       wireTime         `json:"createdDate,omitzero"`
	PasswordProfile   *passwordProfile `json:"passwordProfile,omitempty"` // of a password that was just set, this once
	Links             *selfLinks       `json:"links"`
	Attributes        *attributes      `json:"attributes"`
}

type passwordProfile struct {
	Password            string `json:"password"`
	ForceChangePassword bool   `json:"forceChangePassword"`
}

// partnerUserBody is a user as clients send it. Without a password one is made; a wish for one is a passwordProfile.
type partnerUserBody struct {
	UserPrincipalName string   `json:"userPrincipalName"`
	DisplayName       string   `json:"displayName"`
	FirstName         string   `json:"firstName"`
	LastName          string   `json:"lastName"`
	Email             string   `json:"email"`
	PhoneNumber       string   `json:"phoneNumber"`
	Roles             []string `json:"roles"`
	State             enumText `json:"state"`
	PasswordProfile   struct {
		Password            string `json:"password"`
		ForceChangePassword *bool  `json:"forceChangePassword"`
	} `json:"passwordProfile"`
	RemoveAuthenticator bool `json:"removeAuthenticator"` // it was lost
	Attributes          struct {
		Etag string `json:"etag"`
	} `json:"attributes"`
}

var userStates = numbered("active", "inactive")

func partnerUserOf(p party.Person) partnerUser {
	return partnerUser{
		ID: string(p.ID), UserPrincipalName: p.UPN, DisplayName: p.DisplayName, FirstName: p.FirstName, LastName: p.LastName,
		Email: p.Email, PhoneNumber: p.Phone, Roles: roleWords(p.Roles), State: string(p.State), Authenticator: p.TOTP != nil,
		CreatedDate: at(p.CreatedAt), Links: self("/partner/users/" + string(p.ID)),
		Attributes: &attributes{Etag: etag(string(p.ID), p.Version), ObjectType: "PartnerUser"},
	}
}

// admittedUser is the answer that tells a password, this once.
func admittedUser(outcome any) (answer, error) {
	in := outcome.(app.Admitted)
	w := partnerUserOf(in.Person)
	if in.InitialPassword != "" {
		w.PasswordProfile = &passwordProfile{in.InitialPassword, in.MustChange}
	}
	ans, err := reply(w)
	ans.Version = in.Version
	return ans, err
}

func roleWords(roles party.Roles) []string {
	words := []string{}
	for _, r := range roles.List() {
		words = append(words, string(r))
	}
	return words
}

func rolesOf(words []string) (party.Roles, error) {
	roles := party.Roles{}
	for _, w := range words {
		r, ok := party.ParseRole(strings.TrimSpace(w))
		if !ok {
			return nil, fault.Invalid("enum.unknown", fault.Args{"member": "roles", "known": roleWords(party.RolesOf(party.AllRoles()...))})
		}
		roles[r] = true
	}
	return roles, nil
}

// userID is the {user} of the path. What is not even an id is answered like an unknown one.
func (r *request) userID() (id.User, error) {
	guid, ok := id.ParseGUID(r.path("user"))
	if !ok {
		return "", fault.NotFound("user.unknown", nil)
	}
	return id.User(guid), nil
}

// The page sizes of the list of users.
const (
	userPage  = 500
	userPages = 5000
)

// listPartnerUsers pages the partner's staff by user principal name; role= narrows it.
func (a *api) listPartnerUsers(ctx context.Context, r *request) (answer, error) {
	p, err := r.page(userPage, userPages)
	if err != nil {
		return answer{}, err
	}
	q := app.PeopleQuery{}
	if word := r.query.get("role"); word != "" {
		role, ok := party.ParseRole(word)
		if !ok {
			return answer{}, badValue("role", "a short word such as AA")
		}
		q.Role = role
	}
	if len(p.after) > 0 {
		q.After = p.after[0]
	}
	if p.size > 0 {
		q.Limit = p.size + 1
	}
	people, err := a.app.PartnerUsers(ctx, r.actor, q)
	if err != nil {
		return answer{}, err
	}
	var last []string
	if p.size > 0 && len(people) > p.size {
		people = people[:p.size]
		last = []string{people[len(people)-1].UPN}
	}
	items := make([]partnerUser, len(people))
	for i, one := range people {
		items[i] = partnerUserOf(one)
	}
	return reply(seek(r, p, items, last))
}

func (a *api) showPartnerUser(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	user, err := r.userID()
	if err != nil {
		return answer{}, err
	}
	p, err := a.app.PartnerUser(ctx, r.actor, user)
	if err != nil {
		return answer{}, err
	}
	return reply(partnerUserOf(p))
}

func (a *api) addPartnerUser(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[partnerUserBody](r)
	if err != nil {
		return answer{}, err
	}
	b := in.value
	roles, err := rolesOf(b.Roles)
	if err != nil {
		return answer{}, err
	}
	state, _, err := userStates.read("state", b.State)
	if err != nil {
		return answer{}, err
	}
	force := b.PasswordProfile.ForceChangePassword
	return a.app.AddPartnerUser(ctx, r.actor, r.replay(true, admittedUser), party.Person{
		UPN: b.UserPrincipalName, DisplayName: b.DisplayName, FirstName: b.FirstName, LastName: b.LastName, Email: b.Email,
		Phone: b.PhoneNumber, Roles: roles, State: party.PersonState(state),
	}, b.PasswordProfile.Password, force != nil && !*force)
}

// patchPartnerUser changes what the body names. A passwordProfile sets a password; an empty one has one made.
func (a *api) patchPartnerUser(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	user, err := r.userID()
	if err != nil {
		return answer{}, err
	}
	in, err := read[partnerUserBody](r)
	if err != nil {
		return answer{}, err
	}
	before, err := a.app.PartnerUser(ctx, r.actor, user)
	if err != nil {
		return answer{}, err
	}
	change, err := userChange(in, before)
	if err != nil {
		return answer{}, err
	}
	version, given, err := r.expectedVersion(string(user), in.value.Attributes.Etag)
	if err != nil {
		return answer{}, err
	}
	if given {
		change.Version = version
	}
	return a.app.ChangePartnerUser(ctx, r.actor, r.replay(false, admittedUser), user, change)
}

// userChange is the difference between a body, which may be the whole user that was read, and what is stored.
func userChange(in *body[partnerUserBody], before party.Person) (app.PersonChange, error) {
	b, c := in.value, app.PersonChange{}
	for _, m := range []struct {
		member, sent, stored string
		to                   **string
	}{
		{"userprincipalname", b.UserPrincipalName, before.UPN, &c.UPN}, {"displayname", b.DisplayName, before.DisplayName, &c.DisplayName},
		{"firstname", b.FirstName, before.FirstName, &c.FirstName}, {"lastname", b.LastName, before.LastName, &c.LastName},
		{"email", b.Email, before.Email, &c.Email}, {"phonenumber", b.PhoneNumber, before.Phone, &c.Phone},
	} {
		if in.has(m.member) && m.sent != m.stored {
			*m.to = &m.sent
		}
	}
	if in.has("roles") {
		roles, err := rolesOf(b.Roles)
		if err != nil {
			return c, err
		}
		if !roles.Equal(before.Roles) {
			c.Roles = &roles
		}
	}
	state, given, err := userStates.read("state", b.State)
	if err != nil {
		return c, err
	}
	if s := party.PersonState(state); given && s != before.State {
		c.State = &s
	}
	if in.has("passwordprofile") {
		c.Password = &b.PasswordProfile.Password
		c.Keep = b.PasswordProfile.ForceChangePassword != nil && !*b.PasswordProfile.ForceChangePassword
	}
	c.DropTOTP = b.RemoveAuthenticator
	return c, nil
}

func (a *api) removePartnerUser(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	user, err := r.userID()
	if err != nil {
		return answer{}, err
	}
	return a.app.RemovePartnerUser(ctx, r.actor, r.replay(false, func(any) (answer, error) { return answer{}, nil }), user)
}
