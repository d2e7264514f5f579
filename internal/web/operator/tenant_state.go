package operator

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

func tenantMark(v *ui.Visit, p party.Partner) ui.Mark {
	if p.SuspendedAt.IsZero() {
		return ui.Mark{Kind: "good", Text: v.T("tenant.active")}
	}
	return ui.Mark{Kind: "soon", Text: v.T("tenant.suspended")}
}

// tenantAct suspends a partner, or lets it in again; a reader's own is never suspended.
func tenantAct(v *ui.Visit, p party.Partner) ui.Button {
	at := "/operator/tenants/" + string(p.ID)
	switch {
	case !p.SuspendedAt.IsZero():
		return ui.Button{Text: v.T("tenant.reactivate"), Post: at + "/state", Once: v.Once(), Hidden: []ui.Pair{{Name: "act", Value: "reactivate"}}}
	case v.Actor.Scope.Own() == p.ID || v.Actor.Scope.Partner() == p.ID:
		return ui.Button{Text: v.T("tenant.suspend"), Off: v.L.Fault(fault.Refuse("partner.own", nil))}
	}
	return ui.Button{Text: v.T("tenant.ask_suspend"), Href: at + "/suspend", Kind: "ask"}
}

// askSuspend asks before a partner's people are shut out.
func askSuspend(v *ui.Visit) error {
	p, _, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	at := "/operator/tenants/" + string(p.ID)
	before := v.T("tenant.suspend_before")
	if p.Kind == party.IndirectProvider {
		before += " " + v.T("tenant.suspend_resellers")
	}
	return showTenant(v, 200, "", "", nil, nil, &ui.Dialog{Name: "sure", Data: ui.Sure{Title: v.T("tenant.suspend_title", "name", p.Name), Form: ui.Form{
		Action: at + "/state", Once: v.Once(), Hidden: []ui.Pair{{Name: "act", Value: "suspend"}}, Before: before,
		Submit: ui.Button{Text: v.T("tenant.suspend"), Kind: "final"}, Back: &ui.Button{Text: v.T("tenant.keep"), Href: at},
	}}})
}

func setTenantState(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	suspend := sent.Get("act") == "suspend"
	if !suspend && sent.Get("act") != "reactivate" {
		return fault.Invalid("form.unreadable", nil)
	}
	said := "tenant.reactivated_said"
	if suspend {
		said = "tenant.suspended_said"
	}
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.SuspendTenant(v.R.Context(), v.Actor, req, id.Partner(v.Path("partner")), suspend)
	}, func(out any) ui.Then {
		p := out.(party.Partner)
		return ui.Then{To: "/operator/tenants/" + string(p.ID), Said: v.T(said, "name", p.Name)}
	})
}

// settingsForm is what the operator sets for a partner: how many calls it may make, and what it may not or may besides.
func settingsForm(v *ui.Visit, p party.Partner, at string) *ui.Form {
	tick := func(name, label, hint string, on bool) ui.Field {
		f := ui.Field{Name: name, Label: v.T(label), Kind: "check", Hint: v.T(hint)}
		if on {
			f.Value = "1"
		}
		return f
	}
	return &ui.Form{Action: at + "/settings", Once: v.Once(), Submit: ui.Button{Text: v.T("part.save")}, Fields: []ui.Field{
		{Name: "rate", Label: v.T("tenant.rate"), Kind: "number", Min: "0", Value: strconv.Itoa(p.RatePerMinute), Hint: v.T("tenant.rate_hint"), Required: true},
		tick("people", "tenant.people_only", "tenant.people_only_hint", p.PeopleOnly), tick("sandbox", "tenant.sandbox", "tenant.sandbox_hint", p.Sandbox),
	}}
}

func setTenant(v *ui.Visit) error {
	fields := map[string]string{"rate.invalid": "rate"}
	return act(v, "settings", fields, "tenant.settings_said", func(who party.Actor, sent url.Values, req app.Request) (app.Reply, error) {
		rate, err := strconv.Atoi(strings.TrimSpace(sent.Get("rate")))
		if err != nil {
			return app.Reply{}, fault.Invalid("rate.invalid", nil)
		}
		people, sandbox := sent.Has("people"), sent.Has("sandbox")
		return v.App.SetPartner(v.R.Context(), who, req, app.PartnerSettings{PeopleOnly: &people, Sandbox: &sandbox, RatePerMinute: &rate})
	})
}
