package party

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Person is somebody who signs in: staff of a partner, of a customer, of a publisher, or of the operator.
type Person struct {
	ID        id.User
	Partner   id.Partner   // whose staff, or whose customer's; empty: the operator's or a publisher's
	Customer  id.Customer  // set: staff of that customer
	Publisher id.Publisher // set: staff of that publisher

	UPN           string // user principal name, "name@domain": lower case, unique in the store
	DisplayName   string
	FirstName     string
	LastName      string
	Email         string // to write to
	Phone         string
	UsageLocation string // ISO 3166 alpha-2, of customer users
	ImmutableID   string // of a customer user in the customer's own directory
	Language      string // that pages are shown in: "fr"; empty: what the browser asks for
	KeysOff       bool   // pages do not listen to single keys
	Views         []View // lists that the person asks for again, at most MaxViews

	Roles     Roles
	State     PersonState
	CreatedAt time.Time
	DeletedAt time.Time // zero unless State is PersonDeleted

	Password    string // argon2id in its text form; empty: no sign-in by password
	MustChange  bool   // the password was chosen by somebody else
	TOTP        []byte // the shared secret, sealed; nil: not enrolled
	TOTPStep    int64  // the last time step a code was taken of: no code works twice
	Subject     string // "issuer subject" of an external sign-in; empty: not linked
	SignedOutAt time.Time
	Alias       id.Alias // what records of the person's acts hold in place of the name; of one name, another of the next
	Version     int64
}

// PersonState is whether a person may sign in.
type PersonState string

// The states of a person.
const (
	PersonActive   PersonState = "active"
	PersonInactive PersonState = "inactive"
	PersonDeleted  PersonState = "deleted" // may be brought back for a while
)

// RestoreFor is how long a deleted user of a customer can be restored: 30 days (contract.md §5).
const RestoreFor = 30 * 24 * time.Hour

// Forgotten tells that the person was deleted so long ago that nothing is known of them any more.
func (p Person) Forgotten(now time.Time) bool {
	return p.State == PersonDeleted && !now.Before(p.DeletedAt.Add(RestoreFor))
}

// Same tells whether two states of a person differ in nothing.
func (p Person) Same(other Person) bool { return reflect.DeepEqual(p, other) }

// AuthenticatorBinding is what ties the sealed secret of the authenticator app to its person.
func (p Person) AuthenticatorBinding() string { return "totp/" + string(p.ID) }

// Side is whose staff the person is.
func (p Person) Side() Side {
	switch {
	case p.Customer != "":
		return CustomerSide
	case p.Publisher != "":
		return PublisherSide
	case p.Partner != "":
		return PartnerSide
	}
	return OperatorSide
}

// maxName bounds each name of a person, in bytes.
const maxName = 256

// Check refuses what a person cannot be. Faults: "user.upn_invalid", "user.name_invalid" with the member,
// "user.role_foreign" with the roles that are of another side's staff. The operator's roles may be held by a partner's
// staff too: on a small installation they are the same people.
func (p Person) Check() error {
	if _, ok := ParseUPN(p.UPN); !ok {
		return fault.Invalid("user.upn_invalid", nil)
	}
	for _, m := range []struct{ member, value string }{
		{"displayName", p.DisplayName}, {"firstName", p.FirstName}, {"lastName", p.LastName}, {"email", p.Email},
		{"phoneNumber", p.Phone}, {"immutableId", p.ImmutableID},
	} {
		if len(m.value) > maxName || strings.ContainsFunc(m.value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fault.Invalid("user.name_invalid", fault.Args{"member": m.member})
		}
	}
	side := p.Side()
	foreign := slices.DeleteFunc(p.Roles.List(), func(r Role) bool {
		return r.Side() == side || side == PartnerSide && r.Side() == OperatorSide
	})
	if len(foreign) > 0 {
		return fault.Invalid("user.role_foreign", fault.Args{"roles": words(foreign)})
	}
	return nil
}

// ParseUPN gives the canonical form of a user principal name: lower case, one @ with something on both sides, no spaces.
func ParseUPN(s string) (upn string, ok bool) {
	upn = strings.ToLower(strings.TrimSpace(s))
	name, domain, found := strings.Cut(upn, "@")
	if !found || name == "" || domain == "" || len(upn) > 254 || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", false
	}
	for _, c := range name {
		if c <= ' ' || c == 0x7f || strings.ContainsRune(`"(),:;<>@[\]`, c) {
			return "", false
		}
	}
	for _, c := range domain {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return "", false
		}
	}
	return upn, true
}

// minPassword is the shortest password, in characters, minDigits that of one with nothing but digits; distinct the fewest
// different ones.
const (
	minPassword = 8
	minDigits   = 16
	distinct    = 5
	maxPassword = 256 // bytes
)

// CheckPassword refuses a password that is easily guessed: too short, of few different characters, or with the person's
// own name in it. Fault "password.weak" with the least length.
func (p Person) CheckPassword(plain string) error {
	letters := map[rune]bool{}
	n, least := 0, minDigits
	for _, r := range plain {
		letters[r] = true
		n++
		if r < '0' || r > '9' {
			least = minPassword
		}
	}
	name, _, _ := strings.Cut(p.UPN, "@")
	if n < least || len(letters) < distinct || len(plain) > maxPassword ||
		len(name) >= 4 && strings.Contains(strings.ToLower(plain), name) {
		return fault.Invalid("password.weak", fault.Args{"min": minPassword})
	}
	return nil
}
