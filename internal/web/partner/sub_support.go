package partner

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// Who helps a customer with a subscription: the partner that sells it, until another is named (R02, R03).

// another is the choice of a partner that is not known here.
const another = "another"

// helps is the line of the facts, with the way to name another.
func (r *subRead) helps() (ui.Fact, error) {
	c, err := r.App.SupportContact(r.R.Context(), r.Actor, r.c.ID, r.s.ID)
	if err != nil {
		return ui.Fact{}, err
	}
	name := cmp.Or(c.Name, string(c.Tenant))
	f := ui.Fact{Name: r.T("helps.who"), Value: name}
	if c.MPN != "" {
		f.Hint = r.T("helps.mpn_of", "mpn", c.MPN)
	}
	if r.s.State.Live() && r.may() {
		f.Value = ui.To{Href: r.at + "/support", Text: name}
	}
	return f, nil
}

// helpers are the partners that can be chosen: the one that sells it where nobody was named yet, then the reader's own, and of a
// provider its resellers.
func (r *subRead) helpers() (all []subscription.Support, err error) {
	add := func(s subscription.Support) {
		if !slices.ContainsFunc(all, func(o subscription.Support) bool { return o.Tenant == s.Tenant }) {
			all = append(all, s)
		}
	}
	if r.s.Support == (subscription.Support{}) {
		c, err := r.App.SupportContact(r.R.Context(), r.Actor, r.c.ID, r.s.ID)
		if err != nil {
			return nil, err
		}
		add(c.Support)
	}
	own, err := r.App.OwnPartner(r.R.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	resellers, err := r.App.Resellers(r.R.Context(), r.Actor)
	if err != nil {
		return nil, err
	}
	for _, p := range append([]party.Partner{own}, resellers...) {
		add(subscription.Support{Tenant: p.ID, MPN: p.MPN, Name: p.Name})
	}
	return all, nil
}

func (r *subRead) supportForm(all []subscription.Support) ui.Form {
	now := r.s.Support
	who := ui.Field{Name: "who", Label: r.T("helps.who"), Kind: "select", Value: another}
	for _, p := range all {
		who.Options = append(who.Options, ui.Option{Value: string(p.Tenant), Text: p.Name})
		if now.Tenant == p.Tenant || now == (subscription.Support{}) && who.Value == another {
			who.Value = string(p.Tenant)
		}
	}
	who.Options = append(who.Options, ui.Option{Value: another, Text: r.T("helps.another")})
	f := ui.Form{
		Action: r.at + "/support", Once: r.Once(), Hidden: []ui.Pair{{Name: "seen", Value: ui.Cursor(now)}}, Before: r.T("helps.before"),
		Fields: []ui.Field{
			who, {Name: "tenant", Label: r.T("helps.tenant"), Hint: r.T("helps.tenant_hint"), MaxLength: 60},
			{Name: "name", Label: r.T("helps.name"), MaxLength: 256}, {Name: "mpn", Label: r.T("helps.mpn"), MaxLength: 256},
		},
		Submit: ui.Button{Text: r.T("helps.do"), Kind: "main"}, Back: &ui.Button{Text: r.T("subs.leave"), Href: r.at},
	}
	if who.Value == another {
		f.Fields[1].Value, f.Fields[2].Value, f.Fields[3].Value = string(now.Tenant), now.Name, now.MPN
	}
	return f
}

func askSupportContact(v *ui.Visit) error {
	r, err := readSub(v)
	if err != nil {
		return err
	}
	act := party.ManageOnline
	if r.s.Class.Software() {
		act = party.ManageSoftware
	}
	if err := v.Actor.May(act); err != nil {
		return err
	}
	return r.askSupport(nil, nil)
}

func (r *subRead) askSupport(sent url.Values, refused *fault.Fault) error {
	all, err := r.helpers()
	if err != nil {
		return err
	}
	form, frame, status := r.supportForm(all), ui.Page{}, 200
	if refused != nil {
		status = ui.Again(refused)
		form.Fill(sent)
		if ui.WasChanged(refused) {
			var was subscription.Support
			ui.ReadCursor(sent.Get("seen"), &was)
			say := func(s subscription.Support) string {
				return cmp.Or(strings.Join([]string{s.Name, string(s.Tenant)}, " "), "–")
			}
			if was == (subscription.Support{}) {
				was = all[0] // nobody was named: the partner that sells it
			}
			is := r.s.Support
			if is == (subscription.Support{}) {
				is = all[0]
			}
			frame.Notes = []ui.Note{r.Stale(ui.Change{Name: r.T("helps.who"), Was: say(was), Is: say(is)})}
		} else {
			frame.Errors = form.Blame(r.L, refused, supportField(refused))
		}
	}
	return r.show(status, &ui.Dialog{Name: "sure", Data: ui.Sure{Title: r.T("helps.title", "name", nameOf(r.s.Subscription)), Form: form}}, frame)
}

func supportField(f *fault.Fault) string {
	switch member, _ := f.Args["member"].(string); member {
	case "supportTenantId":
		return "tenant"
	case "supportMpnId":
		return "mpn"
	case "name":
		return "name"
	}
	if f.Code == "helps.tenant" {
		return "tenant"
	}
	return ""
}

func setSupportContact(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	r, err := readSub(v)
	if err != nil {
		return err
	}
	by, err := r.supportOf(sent)
	if err == nil {
		var seen *subscription.Support
		if sent.Get("seen") != "" {
			seen = &subscription.Support{}
			ui.ReadCursor(sent.Get("seen"), seen)
		}
		err = v.Act(func(req app.Request) (app.Reply, error) {
			return v.App.SetSupportContact(v.R.Context(), v.Actor, req, r.c.ID, r.s.ID, by, seen)
		}, func(any) ui.Then {
			return ui.Then{To: r.at, Said: v.T("helps.said", "name", cmp.Or(by.Name, string(by.Tenant)))}
		})
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied || f.Kind == fault.KindNotFound {
		return err
	}
	if ui.WasChanged(f) {
		if r, err = readSub(v); err != nil { // as it is now
			return err
		}
	}
	return r.askSupport(sent, f)
}

// supportOf is who was chosen. Fault "helps.tenant" for an id that is none.
func (r *subRead) supportOf(sent url.Values) (by subscription.Support, err error) {
	if chosen := sent.Get("who"); chosen != another {
		all, err := r.helpers()
		if err != nil {
			return by, err
		}
		for _, p := range all {
			if string(p.Tenant) == chosen {
				return p, nil
			}
		}
		return by, fault.Invalid("form.unreadable", nil)
	}
	guid, ok := id.ParseGUID(strings.TrimSpace(sent.Get("tenant")))
	if !ok {
		return by, fault.Invalid("helps.tenant", nil)
	}
	return subscription.Support{Tenant: id.Partner(guid), Name: strings.TrimSpace(sent.Get("name")), MPN: strings.TrimSpace(sent.Get("mpn"))}, nil
}
