package partnercenter

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// wireCustomer is a customer on the wire (contract.md §4). Lists carry the company profile alone.
type wireCustomer struct {
	ID                    string           `json:"id"`
	CommerceID            string           `json:"commerceId,omitempty"`
	CompanyProfile        companyProfile   `json:"companyProfile"`
	BillingProfile        *billingProfile  `json:"billingProfile,omitempty"`
	RelationshipToPartner string           `json:"relationshipToPartner"`
	AllowDelegatedAccess  bool             `json:"allowDelegatedAccess,omitempty"`
	UserCredentials       *userCredentials `json:"userCredentials,omitempty"`
	CustomDomains         []string         `json:"customDomains,omitempty"`
	AssociatedPartnerID   string           `json:"associatedPartnerId,omitempty"`
	Links                 *selfLinks       `json:"links"`
	Attributes            *attributes      `json:"attributes"`
}

type companyProfile struct {
	TenantID           string      `json:"tenantId"`
	Domain             string      `json:"domain"`
	CompanyName        string      `json:"companyName"`
	RegistrationNumber string      `json:"organizationRegistrationNumber,omitempty"`
	Links              *selfLinks  `json:"links"`
	Attributes         *attributes `json:"attributes"`
}

type billingProfile struct {
	ID             string      `json:"id"`
	FirstName      string      `json:"firstName,omitempty"`
	LastName       string      `json:"lastName,omitempty"`
	Email          string      `json:"email"`
	Culture        string      `json:"culture"`
	Language       string      `json:"language"`
	CompanyName    string      `json:"companyName"`
	DefaultAddress wireAddress `json:"defaultAddress"`
	Links          *selfLinks  `json:"links"`
	Attributes     *attributes `json:"attributes"`
}

type wireAddress struct {
	Country      string `json:"country"`
	Region       string `json:"region,omitempty"`
	City         string `json:"city,omitempty"`
	State        string `json:"state,omitempty"`
	AddressLine1 string `json:"addressLine1,omitempty"`
	AddressLine2 string `json:"addressLine2,omitempty"`
	PostalCode   string `json:"postalCode,omitempty"`
	FirstName    string `json:"firstName,omitempty"`
	MiddleName   string `json:"middleName,omitempty"`
	LastName     string `json:"lastName,omitempty"`
	PhoneNumber  string `json:"phoneNumber,omitempty"`
}

type userCredentials struct {
	UserName string `json:"userName"`
	Password string `json:"password"`
}

func customerURI(c id.Customer) string { return "/customers/" + string(c) }

// listedCustomer is a customer as lists show it.
func listedCustomer(c party.Customer) wireCustomer {
	relation := "reseller"
	if c.RelationEnded {
		relation = "none"
	}
	return wireCustomer{
		ID: string(c.ID), CompanyProfile: companyProfileOf(c), RelationshipToPartner: relation,
		Links: self(customerURI(c.ID)), Attributes: of("Customer"),
	}
}

// customerOf is the whole customer.
func customerOf(c party.Customer) wireCustomer {
	w, billing := listedCustomer(c), billingProfileOf(c)
	w.CommerceID, w.BillingProfile, w.CustomDomains = c.CommerceID, &billing, []string{c.Domain}
	w.AllowDelegatedAccess, w.AssociatedPartnerID = !c.RelationEnded, string(c.Reseller)
	return w
}

// createdCustomer is the answer that tells the first administrator's sign-in, this once.
func createdCustomer(n app.NewCustomer) wireCustomer {
	w := customerOf(n.Customer)
	w.UserCredentials = &userCredentials{n.UserName, n.Password}
	return w
}

func companyProfileOf(c party.Customer) companyProfile {
	return companyProfile{
		TenantID: string(c.ID), Domain: c.Domain, CompanyName: c.CompanyName, RegistrationNumber: c.RegistrationNumber,
		Links: self(customerURI(c.ID) + "/profiles/company"), Attributes: of("CustomerCompanyProfile"),
	}
}

func billingProfileOf(c party.Customer) billingProfile {
	return billingProfile{
		ID: c.CommerceID, FirstName: c.FirstName, LastName: c.LastName, Email: c.Email, Culture: c.Culture, Language: c.Language,
		CompanyName: cmp.Or(c.BillingCompany, c.CompanyName), DefaultAddress: addressOf(c.Address),
		Links: self(customerURI(c.ID) + "/profiles/billing"), Attributes: &attributes{etag(c.CommerceID, c.Version), "CustomerBillingProfile"},
	}
}

func addressOf(a party.Address) wireAddress {
	return wireAddress{
		Country: string(a.Country), Region: a.Region, City: a.City, State: a.State, AddressLine1: a.AddressLine1,
		AddressLine2: a.AddressLine2, PostalCode: a.PostalCode, FirstName: a.FirstName, MiddleName: a.MiddleName,
		LastName: a.LastName, PhoneNumber: a.PhoneNumber,
	}
}

// customerBody is what a caller tells of a new customer; members that only answers have are ignored.
type customerBody struct {
	CompanyProfile struct {
		Domain, CompanyName            string
		OrganizationRegistrationNumber string
	}
	BillingProfile      billingBody
	AssociatedPartnerID string `json:"associatedPartnerId"`
}

// billingBody is a billing profile as callers send it.
type billingBody struct {
	FirstName, LastName, Email     string
	Culture, Language, CompanyName string
	DefaultAddress                 wireAddress
	Attributes                     attributes
}

// customer is the body in the domain's words. A company name given once counts for both profiles.
func (b customerBody) customer() (party.Customer, error) {
	company := b.CompanyProfile
	if err := texts("companyProfile.", []limited{
		{"companyName", company.CompanyName, 256}, {"organizationRegistrationNumber", company.OrganizationRegistrationNumber, 64},
	}); err != nil {
		return party.Customer{}, err
	}
	c, err := b.BillingProfile.profile("billingProfile.")
	if err != nil {
		return party.Customer{}, err
	}
	c.Domain, c.RegistrationNumber = company.Domain, strings.TrimSpace(company.OrganizationRegistrationNumber)
	c.CompanyName = cmp.Or(strings.TrimSpace(company.CompanyName), c.BillingCompany)
	c.BillingCompany = cmp.Or(c.BillingCompany, c.CompanyName)
	return c, nil
}

// profile is the billing profile as a part of the customer; prefix is where its members stand.
func (b billingBody) profile(prefix string) (party.Customer, error) {
	if err := texts(prefix, []limited{
		{"firstName", b.FirstName, 50}, {"lastName", b.LastName, 50}, {"email", b.Email, 254}, {"culture", b.Culture, 35},
		{"language", b.Language, 35}, {"companyName", b.CompanyName, 256},
	}); err != nil {
		return party.Customer{}, err
	}
	for _, tag := range []struct{ member, value string }{{"culture", b.Culture}, {"language", b.Language}} {
		if tag.value != "" && !languageTag(tag.value) {
			return party.Customer{}, fault.Invalid("body.member", fault.Args{"member": prefix + tag.member, "want": "a language such as fr or fr-FR"})
		}
	}
	if b.Email != "" && !address(b.Email) {
		return party.Customer{}, notEmail(prefix + "email")
	}
	if b.DefaultAddress.Country == "" {
		return party.Customer{}, fault.Invalid("member.missing", fault.Args{"member": prefix + "defaultAddress.country"})
	}
	where, err := b.DefaultAddress.address(prefix + "defaultAddress.")
	return party.Customer{
		BillingCompany: strings.TrimSpace(b.CompanyName), FirstName: b.FirstName, LastName: b.LastName, Email: b.Email, Culture: b.Culture,
		Language: b.Language, Address: where,
	}, err
}

// address is an address in the domain's words.
func (a wireAddress) address(prefix string) (party.Address, error) {
	err := texts(prefix, []limited{
		{"region", a.Region, 100}, {"city", a.City, 100}, {"state", a.State, 100}, {"addressLine1", a.AddressLine1, 200},
		{"addressLine2", a.AddressLine2, 200}, {"postalCode", a.PostalCode, 32}, {"firstName", a.FirstName, 50},
		{"middleName", a.MiddleName, 50}, {"lastName", a.LastName, 50}, {"phoneNumber", a.PhoneNumber, 32},
	})
	return party.Address{
		Country: market.Country(a.Country), Region: a.Region, City: a.City, State: a.State, AddressLine1: a.AddressLine1,
		AddressLine2: a.AddressLine2, PostalCode: a.PostalCode, FirstName: a.FirstName, MiddleName: a.MiddleName,
		LastName: a.LastName, PhoneNumber: a.PhoneNumber,
	}, err
}

func notEmail(member string) error {
	return fault.Invalid("body.member", fault.Args{"member": member, "want": "an e-mail address"})
}

// limited is a text member with the most characters it takes.
type limited struct {
	member, value string
	max           int
}

func texts(prefix string, list []limited) error {
	for _, t := range list {
		if err := bounded(prefix+t.member, t.value, t.max); err != nil {
			return err
		}
	}
	return nil
}

// bounded refuses a text of more than most characters, or with control characters other than those between lines: no
// spreadsheet, letter or page could show them.
func bounded(member, value string, most int) error {
	if utf8.RuneCountInString(value) > most {
		return fault.Invalid("member.too_long", fault.Args{"member": member, "max": most})
	}
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\r' && r != '\n' }) {
		return fault.Invalid("body.member", fault.Args{"member": member, "want": "a text without control characters"})
	}
	return nil
}

// languageTag takes a language of two or three letters and what may follow it. SDKs make a culture of it, and fail on
// anything else.
func languageTag(s string) bool {
	for i, part := range strings.Split(strings.TrimSpace(s), "-") {
		if len(part) < 2 || i == 0 && len(part) > 3 || len(part) > 8 {
			return false
		}
		for _, c := range part {
			if letter := c|0x20 >= 'a' && c|0x20 <= 'z'; !letter && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// address takes what has one @ with something on both sides and neither spaces nor control characters.
func address(s string) bool {
	local, host, ok := strings.Cut(strings.TrimSpace(s), "@")
	return ok && local != "" && host != "" && !strings.Contains(host, "@") &&
		!strings.ContainsFunc(local+host, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

// customerQuery turns a filter into the app's query: one condition on each of the fields, joined by and.
// provider is what the tenant id of the customers' indirect provider starts with; empty: any.
func customerQuery(f *filter) (q app.CustomerQuery, provider string, err error) {
	if f == nil {
		return q, "", nil
	}
	conditions := []*filter{f}
	for i := 0; i < len(conditions); i++ { // bounded by the filter's own depth
		c := conditions[i]
		if c.Op == opAnd {
			conditions = append(conditions, c.Left, c.Right)
			continue
		}
		if c.Op != opEquals && c.Op != opStartsWith && c.Op != opSubstring {
			return q, "", fault.Invalid("filter.operator", nil)
		}
		var value, op *string
		switch c.Field {
		case "CompanyName":
			value, op = &q.Name, &q.NameOp
		case "Domain":
			value, op = &q.Domain, &q.DomainOp
		case "IndirectCloudSolutionProvider":
			provider = strings.ToLower(c.Value)
			continue
		default:
			q.Reseller, op = id.Partner(strings.ToLower(c.Value)), new(string)
			value = new(string)
		}
		if *op != "" {
			return q, "", fault.Invalid("filter.operator", nil) // two conditions on one field
		}
		*value, *op = c.Value, string(c.Op)
	}
	return q, provider, nil
}
