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
func askSuspend(v *ui.Visit) error { return showSuspend(v, 200, nil) }

// showSuspend has the partner's name typed (pages.md §2).
func showSuspend(v *ui.Visit, code int, refused *fault.Fault) error {
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
	form := ui.Form{
		Action: at + "/state", Once: v.Once(), Hidden: []ui.Pair{{Name: "act", Value: "suspend"}}, Before: before, Fields: []ui.Field{typed(v, p.Name)},
		Submit: ui.Button{Text: v.T("tenant.suspend"), Kind: "final"}, Back: &ui.Button{Text: v.T("tenant.keep"), Href: at},
	}
	dialog := &ui.Dialog{Name: "sure"}
	var wrong *ui.Errors
	if refused != nil {
		wrong = form.Blame(v.L, refused, "typed")
	}
	dialog.Data = ui.Sure{Title: v.T("tenant.suspend_title", "name", p.Name), Form: form}
	return tenantWith(v, code, dialog, wrong)
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
		p, _, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
		if err != nil {
			return err
		}
		if f := fault.Of(confirmed(sent, p.Name)); f != nil {
			return showSuspend(v, ui.Again(f), f)
		}
	}
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.SuspendTenant(v.R.Context(), v.Actor, req, id.Partner(v.Path("partner")), suspend)
	}, func(out any) ui.Then {
		p := out.(party.Partner)
		return ui.Then{To: "/operator/tenants/" + string(p.ID), Said: v.T(said, "name", p.Name)}
	})
}

// settingsSeen is what a form of settings showed.
type settingsSeen struct {
	Rate            int
	People, Sandbox bool
}

// staleSettings says what somebody else changed since the form was opened.
func staleSettings(v *ui.Visit, p party.Partner, sent url.Values) ui.Note {
	var was settingsSeen
	ui.ReadCursor(sent.Get("seen"), &was)
	word := func(on bool) string {
		if on {
			return v.T("part.yes")
		}
		return v.T("part.no")
	}
	return v.Stale(
		ui.Change{Name: v.T("tenant.rate"), Was: was.Rate, Is: p.RatePerMinute},
		ui.Change{Name: v.T("tenant.people_only"), Was: word(was.People), Is: word(p.PeopleOnly)},
		ui.Change{Name: v.T("tenant.sandbox"), Was: word(was.Sandbox), Is: word(p.Sandbox)},
	)
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
	hidden := []ui.Pair{{Name: "version", Value: strconv.FormatInt(p.Version, 10)}, {Name: "seen", Value: ui.Cursor(settingsSeen{p.RatePerMinute, p.PeopleOnly, p.Sandbox})}}
	return &ui.Form{Action: at + "/settings", Once: v.Once(), Hidden: hidden, Submit: ui.Button{Text: v.T("part.save")}, Fields: []ui.Field{
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
		version, _ := strconv.ParseInt(sent.Get("version"), 10, 64) // none: a form of before, which overwrites
		return v.App.SetPartner(v.R.Context(), who, req, app.PartnerSettings{PeopleOnly: &people, Sandbox: &sandbox, RatePerMinute: &rate, Version: version})
	})
}
