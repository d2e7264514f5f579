package partner

import (
	"net/url"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// newCustomerPage is the form of a new customer record (F01).
type newCustomerPage struct{ Form ui.Form }

func newCustomerForm(v *ui.Visit) (ui.Form, error) {
	partner, err := v.App.OwnPartner(v.R.Context(), v.Actor)
	if err != nil {
		return ui.Form{}, err
	}
	f := ui.Form{
		Action: "/customers/new", Once: v.Once(),
		Fields: []ui.Field{
			{Name: "company", Label: v.T("customers.company"), Autocomplete: "organization", Required: true, MaxLength: 200},
			{Name: "domain", Label: v.T("customers.domain"), Hint: v.T("customers.domain_hint"), Required: true, MaxLength: 253, Placeholder: "example.com"},
			{Name: "country", Label: v.T("customers.country"), Kind: "select", Value: string(partner.Country), Hint: v.T("customers.country_hint")},
			{Name: "segment", Label: v.T("customers.segment"), Kind: "select", Value: string(market.Commercial)},
			{Name: "first", Label: v.T("customers.first_name"), Autocomplete: "given-name", Required: true, MaxLength: 200},
			{Name: "last", Label: v.T("customers.last_name"), Autocomplete: "family-name", Required: true, MaxLength: 200},
			{Name: "email", Label: v.T("customers.email"), Kind: "email", Autocomplete: "email", Required: true, MaxLength: 254},
			{Name: "phone", Label: v.T("customers.phone"), Kind: "tel", Autocomplete: "tel", MaxLength: 40},
			{Name: "registration", Label: v.T("customers.registration"), Hint: v.T("customers.registration_hint"), MaxLength: 64},
			{Name: "street", Label: v.T("customers.street"), Autocomplete: "address-line1", Required: true, MaxLength: 200},
			{Name: "city", Label: v.T("customers.city"), Autocomplete: "address-level2", Required: true, MaxLength: 200},
			{Name: "state", Label: v.T("customers.state"), Autocomplete: "address-level1", MaxLength: 100},
			{Name: "postal", Label: v.T("customers.postal"), Autocomplete: "postal-code", MaxLength: 20},
		},
		Submit: ui.Button{Text: v.T("customers.add"), Kind: "main"}, Back: &ui.Button{Text: v.T("part.back"), Href: "/customers"},
	}
	for _, c := range v.L.Countries() {
		f.Fields[2].Options = append(f.Fields[2].Options, ui.Option{Value: string(c), Text: v.L.Country(c)})
	}
	for _, s := range market.Segments() {
		f.Fields[3].Options = append(f.Fields[3].Options, ui.Option{Value: string(s), Text: v.T("segment." + string(s))})
	}
	resellers, err := v.App.Resellers(v.R.Context(), v.Actor)
	if len(resellers) > 0 && v.Actor.Kind == party.IndirectProvider {
		field := ui.Field{Name: "reseller", Label: v.T("customers.reseller"), Kind: "select", Options: []ui.Option{{Text: v.T("customers.no_reseller")}}}
		for _, r := range resellers {
			field.Options = append(field.Options, ui.Option{Value: string(r.ID), Text: r.Name})
		}
		f.Fields = append(f.Fields, field)
	}
	return f, err
}

// newCustomer shows the form to those who may make one (R12).
func newCustomer(v *ui.Visit) error {
	if err := v.Actor.May(party.EditCustomer); err != nil {
		return err
	}
	f, err := newCustomerForm(v)
	if err != nil {
		return err
	}
	return v.Show("customer-new", newCustomerFrame(v), newCustomerPage{f})
}

func newCustomerFrame(v *ui.Visit) ui.Page {
	return ui.Page{Title: v.T("customers.add"), Area: "customers", Crumbs: []ui.Link{{Text: v.T("nav.customers"), Href: "/customers"}}}
}

// createCustomer makes the record, or shows the form again with what is wrong. The password of the customer's first
// administrator is shown now and never again.
func createCustomer(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	form, err := newCustomerForm(v)
	if err != nil {
		return err
	}
	form.Fill(sent)
	frame := newCustomerFrame(v)
	if form.Missing(v.L) {
		frame.Errors = form.Summary(v.L)
		return v.ShowAs(422, "customer-new", frame, newCustomerPage{form})
	}
	var made app.NewCustomer
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.CreateCustomer(v.R.Context(), v.Actor, req, customerFrom(v, sent))
	}, func(out any) { made = out.(app.NewCustomer) })
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied {
		frame.Errors = form.Blame(v.L, f, fieldOf(f))
		if f.Code == "customer.domain_taken" {
			if err := leadTo(v, &frame, sent.Get("domain")); err != nil {
				return err
			}
		}
		return v.ShowAs(ui.Again(f), "customer-new", frame, newCustomerPage{form})
	}
	if err != nil {
		return err
	}
	at := "/customers/" + string(made.Customer.ID)
	return v.ShowOnce(customerPage(v, made.Customer, "", v.T("customers.made")), ui.ShownOnce{
		Warning: v.T("customers.shown_once"),
		Facts: ui.Facts{ID: "signin", Title: v.T("customers.first_sign_in"), Rows: []ui.Fact{
			{Name: v.T("me.upn"), Value: ui.ID(made.UserName)}, {Name: v.T("customers.password"), Value: ui.ID(made.Password), Hint: v.T("customers.password_hint")},
		}},
		Next: []ui.Button{{Text: v.T("customer.add_products"), Href: at + "/products", Kind: "main", Icon: "plus"}, {Text: v.T("customers.open"), Href: at}},
	})
}

// leadTo adds the way to the reader's own customer with a domain, where it is one of theirs that has it.
func leadTo(v *ui.Visit, frame *ui.Page, domain string) error {
	domain = strings.ToLower(strings.TrimSpace(domain))
	found, err := v.App.Customers(v.R.Context(), v.Actor, app.CustomerQuery{Text: domain, Limit: ui.Limit})
	for _, c := range found {
		if c.Domain == domain {
			frame.Notes = append(frame.Notes, ui.Note{Kind: "info", Title: v.T("customers.find_taken"), Acts: []ui.Button{{Text: c.CompanyName, Href: atCustomer(c), Kind: "small"}}})
		}
	}
	return err
}

func customerFrom(v *ui.Visit, sent url.Values) party.Customer {
	get := func(name string) string { return strings.TrimSpace(sent.Get(name)) }
	m, _ := market.Lookup(get("country"))
	c := party.Customer{
		CompanyName: get("company"), BillingCompany: get("company"), Domain: get("domain"), Email: get("email"), FirstName: get("first"), LastName: get("last"),
		RegistrationNumber: get("registration"), Culture: m.Culture, Reseller: id.Partner(get("reseller")),
		Address: party.Address{
			Country: market.Country(get("country")), City: get("city"), State: get("state"), AddressLine1: get("street"), PostalCode: get("postal"),
			FirstName: get("first"), LastName: get("last"), PhoneNumber: get("phone"),
		},
	}
	if c.Culture == "" {
		c.Culture = v.L.Tag
	}
	c.Language = c.Culture[:2]
	c.Segment, _ = market.ParseSegment(get("segment"))
	return c
}

// fieldOf is the field that a fault about a customer is about.
func fieldOf(f *fault.Fault) string {
	switch f.Code {
	case "customer.domain_taken", "domain.malformed":
		return "domain"
	case "customer.no_number":
		return "registration"
	case "customer.no_phone":
		return "phone"
	case "country.unknown":
		return "country"
	case "reseller.unknown", "reseller.provider":
		return "reseller"
	}
	return ""
}
