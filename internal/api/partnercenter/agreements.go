package partnercenter

import (
	"context"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// agreementWords are the contract's names of the kinds of agreement; queries leave it out for the older one.
var (
	agreementWords = named("MicrosoftCloudAgreement", "MicrosoftCustomerAgreement")
	agreementKinds = map[string]party.AgreementKind{"MicrosoftCloudAgreement": party.CloudAgreement, "MicrosoftCustomerAgreement": party.CustomerAgreement}
)

// agreementName is a kind in the contract's words.
func agreementName(k party.AgreementKind) string {
	if k == party.CloudAgreement {
		return "MicrosoftCloudAgreement"
	}
	return "MicrosoftCustomerAgreement"
}

type wireAgreement struct {
	UserID         string      `json:"userId,omitempty"`
	PrimaryContact wireContact `json:"primaryContact"`
	TemplateID     string      `json:"templateId"`
	DateAgreed     wireTime    `json:"dateAgreed"`
	Type           string      `json:"type"`
	AgreementLink  string      `json:"agreementLink"`
	Attributes     *attributes `json:"attributes"`
}

type wireContact struct {
	FirstName   string `json:"firstName,omitempty"`
	LastName    string `json:"lastName,omitempty"`
	Email       string `json:"email,omitempty"`
	PhoneNumber string `json:"phoneNumber,omitempty"`
}

// contact is a contact in the domain's words.
func (c wireContact) contact(prefix string) (party.Contact, error) {
	if c.Email != "" && !address(c.Email) {
		return party.Contact{}, notEmail(prefix + "email")
	}
	return party.Contact(c), texts(prefix, []limited{
		{"firstName", c.FirstName, 50}, {"lastName", c.LastName, 50}, {"email", c.Email, 254}, {"phoneNumber", c.PhoneNumber, 32},
	})
}

// agreementOf is an agreement for a caller at root, where the template's text is read.
func agreementOf(g party.Agreement, root string) wireAgreement {
	return wireAgreement{
		UserID: g.By, PrimaryContact: wireContact(g.Contact), TemplateID: g.Template, DateAgreed: at(g.Agreed), Type: agreementName(g.Kind),
		AgreementLink: agreementURI(root, g.Template), Attributes: of("Agreement"),
	}
}

// agreementQuery reads agreementType: all for *, the older kind when it is left out.
func (r *request) agreementQuery() (kind party.AgreementKind, err error) {
	sent := r.query.get("agreementtype")
	switch word, ok := agreementWords.match(sent); {
	case sent == "":
		return party.CloudAgreement, nil
	case sent == "*":
		return "", nil
	case !ok:
		return "", badValue("agreementType", strings.Join(agreementWords.words, ", ")+" or *")
	default:
		return agreementKinds[word], nil
	}
}

func (a *api) listAgreements(ctx context.Context, r *request) (answer, error) {
	kind, err := r.agreementQuery()
	if err != nil {
		return answer{}, err
	}
	found, err := a.app.Agreements(ctx, r.actor, r.customer, kind)
	if err != nil {
		return answer{}, err
	}
	items := make([]wireAgreement, len(found))
	for i, g := range found {
		items[i] = agreementOf(g, r.base())
	}
	return reply(collect(items))
}

type agreementBody struct {
	UserID         string
	PrimaryContact wireContact
	TemplateID     string
	DateAgreed     wireTime
	Type           enumText
}

// addAgreement records what the customer accepted. The user is the one the caller names, else the caller's own.
func (a *api) addAgreement(ctx context.Context, r *request) (answer, error) {
	if _, err := r.touched(ctx); err != nil {
		return answer{}, err
	}
	in, err := read[agreementBody](r)
	if err != nil {
		return answer{}, err
	}
	b := in.value
	word, ok := agreementWords.match(string(b.Type))
	switch {
	case b.Type == "":
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "type"})
	case !ok:
		return answer{}, fault.Invalid("enum.unknown", fault.Args{"member": "type", "known": agreementWords.words})
	}
	g := party.Agreement{Kind: agreementKinds[word], Template: strings.ToLower(strings.TrimSpace(b.TemplateID)), Agreed: b.DateAgreed.Time, By: strings.TrimSpace(b.UserID)}
	if g.Contact, err = b.PrimaryContact.contact("primaryContact."); err != nil {
		return answer{}, err
	}
	if err := texts("", []limited{{"userId", g.By, 64}, {"templateId", g.Template, 64}}); err != nil {
		return answer{}, err
	}
	root := r.base()
	return a.app.AddAgreement(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		return reply(agreementOf(outcome.(party.Agreement), root))
	}), r.customer, g)
}

type directSigning struct {
	IsSigned   bool        `json:"isSigned"`
	Attributes *attributes `json:"attributes"`
}

// showDirectSigning: customers accept through their partner here, none with the vendor itself.
func (a *api) showDirectSigning(ctx context.Context, r *request) (answer, error) {
	if _, err := a.app.Customer(ctx, r.actor, r.customer); err != nil {
		return answer{}, err
	}
	return reply(directSigning{false, of("DirectSignedCustomerAgreementStatus")})
}

type agreementTemplate struct {
	TemplateID    string      `json:"templateId"`
	Type          string      `json:"agreementType"`
	AgreementLink string      `json:"agreementLink"`
	VersionRank   int         `json:"versionRank"`
	Attributes    *attributes `json:"attributes"`
}

func (a *api) listAgreementTemplates(_ context.Context, r *request) (answer, error) {
	kind, err := r.agreementQuery()
	if err != nil {
		return answer{}, err
	}
	var items []agreementTemplate
	for _, t := range party.Templates {
		if kind == "" || kind == t.Kind {
			items = append(items, agreementTemplate{t.ID, agreementName(t.Kind), agreementURI(r.base(), t.ID), t.Rank, of("AgreementMetaData")})
		}
	}
	return reply(collect(items))
}
