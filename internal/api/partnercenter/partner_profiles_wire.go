package partnercenter

import (
	"cmp"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// tagged is the etag that a body carries back.
type tagged struct{ Attributes attributes }

func (t tagged) tag() string { return t.Attributes.Etag }

type organizationProfile struct {
	ID             string      `json:"id"`
	CompanyName    string      `json:"companyName"`
	DefaultAddress wireAddress `json:"defaultAddress"`
	TenantID       string      `json:"tenantId"`
	Domain         string      `json:"domain,omitempty"`
	Email          string      `json:"email,omitempty"`
	Language       string      `json:"language"`
	Culture        string      `json:"culture"`
	Links          *selfLinks  `json:"links"`
	Attributes     *attributes `json:"attributes"`
}

func organizationOf(p party.Partner) organizationProfile {
	o := p.Profiles.Organization
	language, _, _ := strings.Cut(p.Culture, "-")
	return organizationProfile{
		ID: string(p.ID), CompanyName: p.Name, DefaultAddress: inCountry(o.Address, p), TenantID: string(p.ID), Domain: p.Domain, Email: o.Email,
		Language: cmp.Or(o.Language, language), Culture: p.Culture, Links: profileLinks("organization"), Attributes: partnerEtag(p, "PartnerOrganizationProfile"),
	}
}

type organizationBody struct {
	tagged
	CompanyName, Email, Language, Culture string
	DefaultAddress                        wireAddress
}

// change: the name, the culture and the country are needed; the country is what the partner's row says.
func (b organizationBody) change() (func(*party.Partner), error) {
	name := strings.TrimSpace(b.CompanyName)
	if err := texts("", []limited{{"companyName", name, 256}, {"email", b.Email, 254}, {"culture", b.Culture, 35}, {"language", b.Language, 35}}); err != nil {
		return nil, err
	}
	if name == "" {
		return nil, fault.Invalid("member.missing", fault.Args{"member": "companyName"})
	}
	for _, t := range []struct{ member, value string }{{"culture", b.Culture}, {"language", b.Language}} {
		if t.value != "" && !languageTag(t.value) {
			return nil, fault.Invalid("body.member", fault.Args{"member": t.member, "want": "a language such as fr or fr-FR"})
		}
	}
	where, err := place("defaultAddress", b.DefaultAddress)
	if err != nil {
		return nil, err
	}
	mail, err := email("email", b.Email)
	return func(p *party.Partner) {
		p.Name, p.Culture = name, cmp.Or(b.Culture, p.Culture)
		p.Profiles.Organization = party.Organization{Address: where, Email: mail, Language: b.Language}
	}, err
}

type partnerBilling struct {
	CompanyName     string      `json:"companyName"`
	Address         wireAddress `json:"address"`
	PrimaryContact  wireContact `json:"primaryContact"`
	PurchaseOrder   string      `json:"purchaseOrderNumber,omitempty"`
	TaxID           string      `json:"taxId,omitempty"`
	BillingDay      int         `json:"billingDay"`
	BillingCurrency string      `json:"billingCurrency"`
	Links           *selfLinks  `json:"links"`
	Attributes      *attributes `json:"attributes"`
}

func partnerBillingOf(p party.Partner) partnerBilling {
	b := p.Profiles.Billing
	m, _ := market.Lookup(string(p.Country))
	return partnerBilling{
		CompanyName: cmp.Or(b.Company, p.Name), Address: inCountry(b.Address, p), PrimaryContact: wireContact(b.Contact), PurchaseOrder: b.PurchaseOrder,
		TaxID: b.TaxID, BillingDay: p.BillingDay, BillingCurrency: string(m.Currency), Links: profileLinks("billing"), Attributes: partnerEtag(p, "PartnerBillingProfile"),
	}
}

type partnerBillingBody struct {
	tagged
	CompanyName, PurchaseOrderNumber, TaxID string
	Address                                 wireAddress
	PrimaryContact                          wireContact
}

// change: day and currency are not the caller's to choose, and stay.
func (b partnerBillingBody) change() (func(*party.Partner), error) {
	err := texts("", []limited{{"companyName", b.CompanyName, 256}, {"purchaseOrderNumber", b.PurchaseOrderNumber, 64}, {"taxId", b.TaxID, 64}})
	if err != nil {
		return nil, err
	}
	next := party.BillingProfile{Company: strings.TrimSpace(b.CompanyName), PurchaseOrder: b.PurchaseOrderNumber, TaxID: b.TaxID}
	if next.Address, err = place("address", b.Address); err != nil {
		return nil, err
	}
	next.Contact, err = b.PrimaryContact.contact("primaryContact.")
	return func(p *party.Partner) { p.Profiles.Billing = next }, err
}

type legalProfile struct {
	CompanyName          string       `json:"companyName"`
	Address              wireAddress  `json:"address"`
	PrimaryContact       wireContact  `json:"primaryContact"`
	CompanyApproverAddr  *wireAddress `json:"companyApproverAddress,omitempty"`
	CompanyApproverEmail string       `json:"companyApproverEmail,omitempty"`
	VettingStatus        string       `json:"vettingStatus"`
	VettingSubStatus     string       `json:"vettingSubStatus"`
	Links                *selfLinks   `json:"links"`
	Attributes           *attributes  `json:"attributes"`
}

// legalOf: whoever runs the installation knows its partners, so that each is authorized from the start.
func legalOf(p party.Partner) legalProfile {
	l := p.Profiles.Legal
	w := legalProfile{
		CompanyName: cmp.Or(l.Company, p.Name), Address: inCountry(l.Address, p), PrimaryContact: wireContact(l.Contact), CompanyApproverEmail: l.ApproverEmail,
		VettingStatus: "authorized", VettingSubStatus: "none", Links: profileLinks("legalbusiness"), Attributes: partnerEtag(p, "PartnerLegalBusinessProfile"),
	}
	if l.ApproverAddress.Country != "" {
		approver := addressOf(l.ApproverAddress)
		w.CompanyApproverAddr = &approver
	}
	return w
}

type legalBody struct {
	tagged
	CompanyName, CompanyApproverEmail string
	Address, CompanyApproverAddress   wireAddress
	PrimaryContact                    wireContact
}

func (b legalBody) change() (func(*party.Partner), error) {
	err := texts("", []limited{{"companyName", b.CompanyName, 256}, {"companyApproverEmail", b.CompanyApproverEmail, 254}})
	if err != nil {
		return nil, err
	}
	next := party.LegalProfile{Company: strings.TrimSpace(b.CompanyName)}
	if next.Address, err = place("address", b.Address); err != nil {
		return nil, err
	}
	if next.ApproverAddress, err = place("companyApproverAddress", b.CompanyApproverAddress); err != nil {
		return nil, err
	}
	if next.ApproverEmail, err = email("companyApproverEmail", b.CompanyApproverEmail); err != nil {
		return nil, err
	}
	next.Contact, err = b.PrimaryContact.contact("primaryContact.")
	return func(p *party.Partner) { p.Profiles.Legal = next }, err
}

type supportProfile struct {
	Email      string      `json:"email,omitempty"`
	Telephone  string      `json:"telephone,omitempty"`
	Website    string      `json:"website,omitempty"`
	Links      *selfLinks  `json:"links"`
	Attributes *attributes `json:"attributes"`
}

func supportOf(p party.Partner) supportProfile {
	s := p.Profiles.Support
	return supportProfile{s.Email, s.Telephone, s.Website, profileLinks("support"), partnerEtag(p, "PartnerSupportProfile")}
}

type supportBody struct {
	tagged
	Email, Telephone, Website string
}

func (b supportBody) change() (func(*party.Partner), error) {
	if err := texts("", []limited{{"email", b.Email, 254}, {"telephone", b.Telephone, 32}, {"website", b.Website, 256}}); err != nil {
		return nil, err
	}
	mail, err := email("email", b.Email)
	return func(p *party.Partner) {
		p.Profiles.Support = party.SupportProfile{Email: mail, Telephone: strings.TrimSpace(b.Telephone), Website: strings.TrimSpace(b.Website)}
	}, err
}
