package partnercenter

import (
	"cmp"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// wireUser is one of a customer's people (contract.md §5). The password is only ever read.
type wireUser struct {
	ID            string      `json:"id"`
	UPN           string      `json:"userPrincipalName"`
	FirstName     string      `json:"firstName,omitempty"`
	LastName      string      `json:"lastName,omitempty"`
	DisplayName   string      `json:"displayName,omitempty"`
	UsageLocation string      `json:"usageLocation,omitempty"`
	ImmutableID   string      `json:"immutableId,omitempty"`
	PhoneNumber   string      `json:"phoneNumber,omitempty"`
	DomainType    string      `json:"userDomainType"`
	State         string      `json:"state"`
	SoftDeletedAt wireTime    `json:"softDeletionTime,omitzero"`
	Links         *selfLinks  `json:"links"`
	Attributes    *attributes `json:"attributes"`
}

func userURI(c id.Customer, user id.User) string { return customerURI(c) + "/users/" + string(user) }

func userOf(_ *request, p party.Person) any {
	w := wireUser{
		ID: string(p.ID), UPN: p.UPN, FirstName: p.FirstName, LastName: p.LastName, DisplayName: p.DisplayName, UsageLocation: p.UsageLocation,
		ImmutableID: p.ImmutableID, PhoneNumber: p.Phone, DomainType: "managed", State: "active", SoftDeletedAt: at(p.DeletedAt),
		Links: self(userURI(p.Customer, p.ID)), Attributes: &attributes{etag(string(p.ID), p.Version), "CustomerUser"},
	}
	if p.State != party.PersonActive {
		w.State = "inactive"
	}
	return w
}

// userBody is a user as callers send it. Of a PATCH null and empty members are no wish.
type userBody struct {
	UserPrincipalName, FirstName, LastName, DisplayName string
	UsageLocation, ImmutableID, PhoneNumber             string
	PasswordProfile                                     passwordBody
	State                                               enumText
	Attributes                                          attributes
}

type passwordBody struct {
	Password            string
	ForceChangePassword *bool
}

// mustChange: who does not say so wants the password changed at the first sign-in.
func (b passwordBody) mustChange() bool {
	return b.ForceChangePassword == nil || *b.ForceChangePassword
}

// person is what a new user is made of.
func (b userBody) person() (party.Person, error) {
	for _, m := range []struct{ member, value string }{
		{"userPrincipalName", b.UserPrincipalName}, {"displayName", b.DisplayName}, {"usageLocation", b.UsageLocation}, {"passwordProfile.password", b.PasswordProfile.Password},
	} {
		if strings.TrimSpace(m.value) == "" {
			return party.Person{}, fault.Invalid("member.missing", fault.Args{"member": m.member})
		}
	}
	where, err := usageLocation(b.UsageLocation)
	return party.Person{
		UPN: b.UserPrincipalName, FirstName: strings.TrimSpace(b.FirstName), LastName: strings.TrimSpace(b.LastName), DisplayName: strings.TrimSpace(b.DisplayName),
		UsageLocation: where, ImmutableID: b.ImmutableID, Phone: strings.TrimSpace(b.PhoneNumber),
	}, cmp.Or(err, texts("", []limited{{"immutableId", b.ImmutableID, 128}, {"phoneNumber", b.PhoneNumber, 32}}))
}

// usageLocation is the country somebody uses things in.
func usageLocation(sent string) (string, error) {
	m, ok := market.Lookup(strings.TrimSpace(sent))
	if !ok {
		return "", fault.Invalid("country.unknown", nil)
	}
	return string(m.Country), nil
}

// changes are what a PATCH wants. The SDK's state active is its number 0, so that it means nothing but for a deleted user. A state other than active is nobody's to set: users are deleted instead.
func (b userBody) changes() (ch app.UserChange, err error) {
	word, ok := userStates.match(string(b.State))
	switch {
	case b.State == "":
	case !ok:
		return ch, fault.Invalid("enum.unknown", fault.Args{"member": "state", "known": userStates.words})
	default:
		ch.Restore = word == "active"
	}
	if b.UsageLocation != "" {
		if b.UsageLocation, err = usageLocation(b.UsageLocation); err != nil {
			return ch, err
		}
	}
	for _, m := range []struct {
		to    **string
		value string
	}{
		{&ch.UPN, b.UserPrincipalName}, {&ch.DisplayName, strings.TrimSpace(b.DisplayName)}, {&ch.FirstName, strings.TrimSpace(b.FirstName)},
		{&ch.LastName, strings.TrimSpace(b.LastName)}, {&ch.Phone, strings.TrimSpace(b.PhoneNumber)}, {&ch.UsageLocation, b.UsageLocation},
		{&ch.ImmutableID, b.ImmutableID}, {&ch.Password, b.PasswordProfile.Password},
	} {
		if m.value != "" {
			*m.to = &m.value
		}
	}
	ch.Keep = !b.PasswordProfile.mustChange()
	return ch, texts("", []limited{{"immutableId", b.ImmutableID, 128}, {"phoneNumber", b.PhoneNumber, 32}})
}
