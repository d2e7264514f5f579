package partner

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// customerAccountPage is a customer's record: whom bills go to, what opens other segments, what was accepted (R12, F12).
type customerAccountPage struct {
	Forms      *accountForms // none once the relationship has ended
	Facts      ui.Facts
	Agreements ui.Table
	Call       ui.Call
}

// accountForms are those of the page.
type accountForms struct{ Profile, Qualify, Agree ui.Form }

// profileSeen is what a reader saw of a billing profile when its form was made.
type profileSeen struct{ Company, First, Last, Email, Phone, Street, City, State, Postal string }

func profileOf(c party.Customer) profileSeen {
	return profileSeen{cmp.Or(c.BillingCompany, c.CompanyName), c.FirstName, c.LastName, c.Email, c.Address.PhoneNumber, c.Address.AddressLine1, c.Address.City, c.Address.State, c.Address.PostalCode}
}

func formsOf(v *ui.Visit, c party.Customer) accountForms {
	at, p := atCustomer(c)+"/account", profileOf(c)
	f := accountForms{
		Profile: ui.Form{
			Action: at, Once: v.Once(), Submit: ui.Button{Text: v.T("part.save"), Kind: "main"},
			Hidden: []ui.Pair{{Name: "version", Value: strconv.FormatInt(c.Version, 10)}, {Name: "seen", Value: ui.Cursor(p)}},
			Fields: []ui.Field{
				{Name: "company", Label: v.T("customers.company"), Value: p.Company, Autocomplete: "organization", Required: true, MaxLength: 200},
				{Name: "first", Label: v.T("customers.first_name"), Value: p.First, Autocomplete: "given-name", MaxLength: 200},
				{Name: "last", Label: v.T("customers.last_name"), Value: p.Last, Autocomplete: "family-name", MaxLength: 200},
				{Name: "email", Label: v.T("customers.email"), Value: p.Email, Kind: "email", Autocomplete: "email", Required: true, MaxLength: 254},
				{Name: "phone", Label: v.T("customers.phone"), Value: p.Phone, Kind: "tel", Autocomplete: "tel", MaxLength: 40},
				{Name: "street", Label: v.T("customers.street"), Value: p.Street, Autocomplete: "address-line1", MaxLength: 200},
				{Name: "city", Label: v.T("customers.city"), Value: p.City, Autocomplete: "address-level2", MaxLength: 200},
				{Name: "state", Label: v.T("customers.state"), Value: p.State, Autocomplete: "address-level1", MaxLength: 100},
				{Name: "postal", Label: v.T("customers.postal"), Value: p.Postal, Autocomplete: "postal-code", MaxLength: 20},
			},
		},
		Qualify: ui.Form{Action: at + "/qualify", Once: v.Once(), Submit: ui.Button{Text: v.T("customer.qualify")}, Before: v.T("customer.qualify_before")},
		Agree: ui.Form{Action: at + "/agree", Once: v.Once(), Submit: ui.Button{Text: v.T("customer.agree")}, Fields: []ui.Field{
			{Name: "agreed", Label: v.T("customer.agreed_on"), Kind: "date", Value: v.App.Clock.Now().Format(time.DateOnly), Required: true, Prefix: "a-"},
			{Name: "first", Label: v.T("customers.first_name"), Value: p.First, Required: true, MaxLength: 200, Prefix: "a-"},
			{Name: "last", Label: v.T("customers.last_name"), Value: p.Last, Required: true, MaxLength: 200, Prefix: "a-"},
			{Name: "email", Label: v.T("customers.email"), Value: p.Email, Kind: "email", Required: true, MaxLength: 254, Prefix: "a-"},
		}},
	}
	kind := ui.Field{Name: "kind", Label: v.T("customer.qualification"), Kind: "select", Options: []ui.Option{{Text: v.T("qualification.none")}}}
	for _, k := range []party.QualificationKind{party.QualifiedEducation, party.QualifiedNonprofit, party.QualifiedGovernment, party.QualifiedStateOwned} {
		kind.Options = append(kind.Options, ui.Option{Value: string(k), Text: v.T("qualification." + string(k))})
	}
	f.Qualify.Fields = []ui.Field{kind, {Name: "code", Label: v.T("customer.code"), Hint: v.T("customer.code_hint"), MaxLength: 100}}
	return f
}

// customerAccount shows the record to those who may change it (R12).
func customerAccount(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	return showCustomerAccount(v, c, 200, formsOf(v, c), ui.Page{})
}

func showCustomerAccount(v *ui.Visit, c party.Customer, status int, f accountForms, frame ui.Page) error {
	if err := v.Actor.May(party.EditCustomer); err != nil {
		return err
	}
	accepted, err := v.App.Agreements(v.R.Context(), v.Actor, c.ID, "")
	if err != nil {
		return err
	}
	m, _ := market.Lookup(string(c.Country()))
	open := v.T("segment." + string(c.Segment))
	for _, s := range c.Qualified() {
		open += ", " + v.T("segment."+string(s))
	}
	page := customerAccountPage{
		Forms: &f,
		Facts: ui.Facts{ID: "facts", Title: v.T("overview.facts"), Rows: []ui.Fact{
			{Name: v.T("customers.name"), Value: c.CompanyName, Hint: c.Domain},
			{Name: v.T("customers.country"), Value: c.Country(), Hint: string(m.Currency) + " · " + v.T("customer.country_stays")},
			{Name: v.T("customer.segments"), Value: open},
		}},
		Agreements: ui.Table{
			ID: "agreements", Title: v.T("customer.agreements"), Caption: v.T("customer.agreements"), Small: true,
			Columns: []ui.Column{{Head: v.T("customer.agreement")}, {Head: v.T("customer.agreed_on")}, {Head: v.T("customers.contact")}},
			Empty:   ui.Empty{Title: v.T("customer.no_agreement"), Text: v.T("customer.no_agreement_text")},
		},
		Call: ui.Call{ID: "call", Method: "GET", Path: "/v1/customers/" + string(c.ID) + "/profiles/billing", URL: v.URL},
	}
	for _, a := range accepted {
		page.Agreements.Rows = append(page.Agreements.Rows, ui.Row{Cells: []ui.Cell{
			{Value: v.T("agreement." + string(a.Kind))}, {Value: ui.Day(a.Agreed)}, {Value: a.Contact.FirstName + " " + a.Contact.LastName, Hint: a.Contact.Email},
		}})
	}
	if c.RelationEnded {
		page.Forms = nil
	}
	p := customerPage(v, c, "account", v.T("customer.account"))
	p.Notes, p.Errors, p.Dialog = frame.Notes, frame.Errors, frame.Dialog
	p.Head.Marks = []ui.Mark{relation(v, c)}
	if v.May(party.EndRelationship) && !c.RelationEnded {
		p.Head.Acts = []ui.Button{{Text: v.T("portal.end"), Href: atCustomer(c) + "/account/end", Kind: "ask"}}
	}
	return v.ShowAs(status, "customer-account", p, page)
}

// accountAct does an act of the page with what was sent. A fault comes back on the page: at the field that blame names in the
// form that it gives, or above it.
func accountAct(v *ui.Visit, said string, do func(c party.Customer, sent url.Values) func(app.Request) (app.Reply, error), form func(f *accountForms) *ui.Form, field string) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	forms := formsOf(v, c)
	at := form(&forms)
	at.Fill(sent)
	if at.Missing(v.L) {
		return showCustomerAccount(v, c, 422, forms, ui.Page{Errors: at.Summary(v.L)})
	}
	err = v.Act(do(c, sent), func(any) ui.Then { return ui.Then{To: atCustomer(c) + "/account", Said: v.T(said)} })
	f := fault.Of(err)
	switch {
	case f == nil || f.Kind == fault.KindDenied || f.Kind == fault.KindNotFound:
		return err
	case ui.WasChanged(f):
		return staleProfile(v, sent)
	case f.Code == "member.missing": // by its label, not by its name on the wire
		at.Field(field).Error = v.T("form.missing")
		return showCustomerAccount(v, c, ui.Again(f), forms, ui.Page{Errors: at.Summary(v.L)})
	}
	return showCustomerAccount(v, c, ui.Again(f), forms, ui.Page{Errors: at.Blame(v.L, f, field)})
}

// saveProfile changes whom bills go to. The country and the language of the record stay.
func saveProfile(v *ui.Visit) error {
	return accountAct(v, "customer.profile_said", func(c party.Customer, sent url.Values) func(app.Request) (app.Reply, error) {
		get := func(name string) string { return strings.TrimSpace(sent.Get(name)) }
		version, _ := strconv.ParseInt(sent.Get("version"), 10, 64)
		c.BillingCompany, c.FirstName, c.LastName, c.Email = get("company"), get("first"), get("last"), get("email")
		a := &c.Address
		a.FirstName, a.LastName, a.PhoneNumber, a.AddressLine1, a.City, a.State, a.PostalCode = get("first"), get("last"), get("phone"), get("street"), get("city"), get("state"), get("postal")
		return func(req app.Request) (app.Reply, error) {
			return v.App.UpdateBilling(v.R.Context(), v.Actor, req, c.ID, c, version)
		}
	}, func(f *accountForms) *ui.Form { return &f.Profile }, "email")
}

// staleProfile shows the profile as it is now, beside what was seen; what was typed is gone for what somebody else saved.
func staleProfile(v *ui.Visit, sent url.Values) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	var was profileSeen
	ui.ReadCursor(sent.Get("seen"), &was)
	is := profileOf(c)
	note := v.Stale(
		ui.Change{Name: v.T("customers.company"), Was: was.Company, Is: is.Company}, ui.Change{Name: v.T("customers.first_name"), Was: was.First, Is: is.First},
		ui.Change{Name: v.T("customers.last_name"), Was: was.Last, Is: is.Last}, ui.Change{Name: v.T("customers.email"), Was: was.Email, Is: is.Email},
		ui.Change{Name: v.T("customers.phone"), Was: was.Phone, Is: is.Phone}, ui.Change{Name: v.T("customers.street"), Was: was.Street, Is: is.Street},
		ui.Change{Name: v.T("customers.city"), Was: was.City, Is: is.City}, ui.Change{Name: v.T("customers.state"), Was: was.State, Is: is.State},
		ui.Change{Name: v.T("customers.postal"), Was: was.Postal, Is: is.Postal},
	)
	forms := formsOf(v, c)
	hidden := forms.Profile.Hidden
	forms.Profile.Fill(sent)
	forms.Profile.Hidden = hidden
	return showCustomerAccount(v, c, 409, forms, ui.Page{Notes: []ui.Note{note}})
}

// qualify records what the customer is, which opens the offers of a segment (F12).
func qualify(v *ui.Visit) error {
	return accountAct(v, "customer.qualified_said", func(c party.Customer, sent url.Values) func(app.Request) (app.Reply, error) {
		q := party.Qualification{Kind: party.QualificationKind(sent.Get("kind")), ValidationCode: strings.TrimSpace(sent.Get("code"))}
		return func(req app.Request) (app.Reply, error) {
			return v.App.Qualify(v.R.Context(), v.Actor, req, c.ID, q)
		}
	}, func(f *accountForms) *ui.Form { return &f.Qualify }, "code")
}

// agree records that the customer accepted the newest customer agreement.
func agree(v *ui.Visit) error {
	return accountAct(v, "customer.agree_said", func(c party.Customer, sent url.Values) func(app.Request) (app.Reply, error) {
		day, _ := time.Parse(time.DateOnly, sent.Get("agreed"))
		g := party.Agreement{Agreed: day, Contact: party.Contact{FirstName: sent.Get("first"), LastName: sent.Get("last"), Email: sent.Get("email")}}
		for _, t := range party.Templates {
			if t.Kind == party.CustomerAgreement && g.Template == "" {
				g.Kind, g.Template = t.Kind, t.ID
			}
		}
		return func(req app.Request) (app.Reply, error) {
			return v.App.AddAgreement(v.R.Context(), v.Actor, req, c.ID, g)
		}
	}, func(f *accountForms) *ui.Form { return &f.Agree }, "agreed")
}

// askEndRelation asks before the relationship ends: what ends, and who alone takes it up again.
func askEndRelation(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	if err := v.Actor.May(party.EndRelationship); err != nil {
		return err
	}
	at := atCustomer(c) + "/account"
	return showCustomerAccount(v, c, 200, formsOf(v, c), ui.Page{Dialog: &ui.Dialog{Name: "sure", Data: ui.Sure{Title: v.T("portal.end_title", "name", c.CompanyName), Form: ui.Form{
		Action: at + "/end", Once: v.Once(), Before: v.T("customer.end_before", "name", c.CompanyName),
		Submit: ui.Button{Text: v.T("portal.end_final"), Kind: "final"}, Back: &ui.Button{Text: v.T("portal.keep"), Href: at},
	}}}})
}

// endRelation ends it (R12).
func endRelation(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.SetRelationship(v.R.Context(), v.Actor, req, c.ID, true)
	}, func(any) ui.Then { return ui.Then{To: atCustomer(c), Said: v.T("portal.end_said")} })
	if f := fault.Of(err); f != nil && f.Kind == fault.KindRefused {
		note := ui.Note{Kind: "stop", Title: v.T("problem.refused"), Text: v.L.Fault(f), Acts: []ui.Button{{Text: v.T("customer.subscriptions"), Href: atCustomer(c) + "/subscriptions", Kind: "small"}}}
		return showCustomerAccount(v, c, ui.Again(f), formsOf(v, c), ui.Page{Notes: []ui.Note{note}})
	}
	return err
}
