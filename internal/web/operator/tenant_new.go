package operator

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// newTenantPage is the form of a new partner (R15).
type newTenantPage struct{ Form ui.Form }

const newTenantPath = "/operator/tenants/new"

var tenantKinds = []party.Kind{party.DirectBill, party.IndirectProvider, party.IndirectReseller}

func newTenantForm(v *ui.Visit) (ui.Form, error) {
	all, err := v.App.Tenants(v.R.Context(), v.Actor)
	if err != nil {
		return ui.Form{}, err
	}
	kind := ui.Field{Name: "kind", Label: v.T("console.kind"), Kind: "select", Value: string(party.DirectBill)}
	for _, k := range tenantKinds {
		kind.Options = append(kind.Options, ui.Option{Value: string(k), Text: v.T("kind." + string(k))})
	}
	provider := ui.Field{Name: "provider", Label: v.T("tenant.provider"), Kind: "select", Hint: v.T("tenant.provider_hint"), Options: []ui.Option{{Text: v.T("tenant.no_provider")}}}
	for _, p := range all {
		if p.Kind == party.IndirectProvider {
			provider.Options = append(provider.Options, ui.Option{Value: string(p.ID), Text: p.Name})
		}
	}
	country := ui.Field{Name: "country", Label: v.T("tenant.market"), Kind: "select", Hint: v.T("tenant.market_hint")}
	for _, c := range v.L.Countries() {
		m, _ := market.Lookup(string(c))
		country.Options = append(country.Options, ui.Option{Value: string(c), Text: v.L.Country(c) + " · " + string(m.Currency)})
	}
	country.Value = "US"
	if len(all) > 0 {
		country.Value = string(all[0].Country)
	}
	papers := ui.Field{Name: "language", Label: v.T("tenant.papers"), Kind: "select", Value: v.L.Tag}
	for _, tag := range locale.Languages {
		papers.Options = append(papers.Options, ui.Option{Value: tag, Text: locale.Of(tag).Name})
	}
	return ui.Form{
		Action: newTenantPath, Once: v.Once(), Before: v.T("tenant.before"), Submit: ui.Button{Text: v.T("tenant.add"), Kind: "main"}, Back: &ui.Button{Text: v.T("part.back"), Href: "/operator/tenants"},
		Fields: []ui.Field{
			{Name: "name", Label: v.T("customers.company"), Required: true, MaxLength: 200, Autocomplete: "off"}, kind, provider, country,
			{Name: "day", Label: v.T("console.billing_day"), Kind: "number", Min: "1", Max: "28", Value: "1", Required: true, Hint: v.T("tenant.day_hint")},
			papers,
			{Name: "mpn", Label: v.T("console.mpn"), MaxLength: 20, Hint: v.T("tenant.mpn_hint")},
			{Name: "domain", Label: v.T("customers.domain"), MaxLength: 253, Placeholder: "example.com", Hint: v.T("tenant.domain_hint")},
			{Name: "upn", Label: v.T("tenant.admin"), Required: true, MaxLength: 254, Placeholder: "name@example.com", Hint: v.T("tenant.admin_hint")},
			{Name: "first", Label: v.T("customers.first_name"), Required: true, MaxLength: 64}, {Name: "last", Label: v.T("customers.last_name"), Required: true, MaxLength: 64},
		},
	}, nil
}

func newTenantFrame(v *ui.Visit, title string) ui.Page {
	return ui.Page{Title: title, Area: "tenants", Crumbs: []ui.Link{{Text: v.T("console.tenants"), Href: "/operator/tenants"}}}
}

// newTenant asks who the reader is before anything is typed.
func newTenant(v *ui.Visit) error {
	form, err := newTenantForm(v)
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	return v.Show("op-tenant-new", newTenantFrame(v, v.T("tenant.add")), newTenantPage{form})
}

var newTenantFields = map[string]string{
	"partner.name": "name", "partner.kind": "kind", "partner.provider": "provider", "country.unknown": "country", "partner.day": "day", "partner.mpn": "mpn",
	"domain.malformed": "domain", "partner.domain_taken": "domain", "user.upn_invalid": "upn", "user.upn_taken": "upn", "user.name_invalid": "first",
}

// addTenant makes the partner, or shows the form again with what is wrong; its first admin's password is shown this once.
func addTenant(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	form, err := newTenantForm(v)
	if err != nil {
		return err
	}
	form.Fill(sent)
	frame := newTenantFrame(v, v.T("tenant.add"))
	if form.Missing(v.L) {
		frame.Errors = form.Summary(v.L)
		return v.ShowAs(422, "op-tenant-new", frame, newTenantPage{form})
	}
	var made app.Founded
	err = v.Try(func(req app.Request) (app.Reply, error) {
		return v.App.AddTenant(v.R.Context(), v.Actor, req, tenantFrom(sent))
	}, func(out any) { made = out.(app.Founded) })
	if f := fault.Of(err); f != nil && f.Kind != fault.KindDenied {
		frame.Errors = form.Blame(v.L, f, newTenantFields[f.Code])
		return v.ShowAs(ui.Again(f), "op-tenant-new", frame, newTenantPage{form})
	}
	if err != nil {
		return err
	}
	return v.ShowOnce(newTenantFrame(v, v.T("tenant.made", "name", made.Partner.Name)), ui.ShownOnce{
		Warning: v.T("users.shown_once"),
		Facts: ui.Facts{ID: "signin", Title: v.T("customers.first_sign_in"), Rows: []ui.Fact{
			{Name: v.T("me.upn"), Value: ui.ID(made.Admin.UPN)}, {Name: v.T("customers.password"), Value: ui.ID(made.Admin.InitialPassword), Hint: v.T("customers.password_hint")},
			{Name: v.T("tenant.id"), Value: ui.ID(string(made.Partner.ID))},
		}},
		Next: []ui.Button{{Text: v.T("tenant.open"), Href: "/operator/tenants/" + string(made.Partner.ID), Kind: "main"}},
	})
}

func tenantFrom(sent url.Values) app.NewTenant {
	get := func(name string) string { return strings.TrimSpace(sent.Get(name)) }
	day, _ := strconv.Atoi(get("day")) // what is no number is no day
	country := market.Country(get("country"))
	return app.NewTenant{
		Partner: party.Partner{
			Name: get("name"), Kind: party.Kind(get("kind")), Provider: id.Partner(get("provider")), Country: country, MPN: get("mpn"), BillingDay: day,
			Culture: locale.Of(get("language")).Tag + "-" + string(country),
		},
		Domain: get("domain"),
		Admin:  party.Person{UPN: get("upn"), FirstName: get("first"), LastName: get("last"), DisplayName: get("first") + " " + get("last")},
	}
}
