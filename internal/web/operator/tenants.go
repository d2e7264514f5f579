package operator

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

type tenantsPage struct{ List ui.Table }

// tenantPage is one partner: what it owes, and its key pools (R15, R22).
type tenantPage struct {
	Facts ui.Facts
	Owing ui.Table
	Pay   *ui.Form
	Pools ui.Table
	Keys  *ui.Form
	Mark  *ui.Form
	Set   *ui.Form
}

func tenants(v *ui.Visit) error {
	all, err := v.App.Tenants(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	counts, err := v.App.CustomerCounts(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	names := map[id.Partner]string{}
	for _, p := range all {
		names[p.ID] = p.Name
	}
	t := ui.Table{Caption: v.T("console.tenants"), Columns: []ui.Column{{Head: v.T("console.partner")}, {Head: v.T("console.kind")}, {Head: v.T("subs.status")}, {Head: v.T("tenant.market")}, {Head: v.T("nav.customers"), Num: true}, {Head: v.T("console.billing_day"), Num: true}, {Head: v.T("console.limits")}}, Empty: ui.Empty{Title: v.T("console.no_tenants"), Act: &ui.Button{Text: v.T("tenant.add"), Href: newTenantPath, Kind: "main"}}}
	for _, p := range all {
		row := ui.Row{Cells: []ui.Cell{{Value: p.Name, Href: "/operator/tenants/" + string(p.ID), Hint: string(p.ID)}, {Value: v.T("kind." + string(p.Kind)), Hint: names[p.Provider]}, {Value: tenantMark(v, p)}, {Value: p.Country}, {Value: counts[p.ID]}, {Value: p.BillingDay}, {Value: tenantLimits(v, p)}}}
		if p.Kind == party.IndirectReseller {
			row.Cells[5].Value = "–"
		}
		t.Rows = append(t.Rows, row)
	}
	t.Sortable(v)
	if v.IsCSV() {
		return v.CSV("tenants", t)
	}
	p := ui.Page{Title: v.T("console.tenants"), Area: "tenants"}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv"), Icon: "down"}, {Text: v.T("tenant.add"), Href: newTenantPath, Icon: "plus", Kind: "main"}}
	return v.Show("op-tenants", p, tenantsPage{t})
}

// tenantLimits tells what bounds a partner: how often it may call, and what a sandbox may hold.
func tenantLimits(v *ui.Visit, p party.Partner) string {
	var out []string
	if p.RatePerMinute > 0 {
		out = append(out, v.T("pools.rate", "n", p.RatePerMinute))
	}
	if p.Sandbox {
		out = append(out, v.T("console.sandbox_limits"))
	}
	return cmp.Or(strings.Join(out, "; "), v.T("console.no_limits"))
}

func tenant(v *ui.Visit) error { return tenantWith(v, 200, nil, nil) }

// tenantWith shows one with a dialog above it, and what was wrong with that one's form.
func tenantWith(v *ui.Visit, code int, dialog *ui.Dialog, wrong *ui.Errors) error {
	return showTenant(v, code, "", "", nil, nil, dialog, wrong)
}

// showTenant shows one; about is the form that was refused, and field what of it.
func showTenant(v *ui.Visit, code int, about, field string, refused *fault.Fault, sent url.Values, dialog *ui.Dialog, wrong *ui.Errors) error {
	p, who, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
	if err != nil {
		return err
	}
	at := "/operator/tenants/" + string(p.ID)
	now := v.App.Clock.Now()
	page := tenantPage{Facts: ui.Facts{ID: "facts", Title: v.T("console.partner"), Rows: []ui.Fact{
		{Name: v.T("console.kind"), Value: v.T("kind." + string(p.Kind))}, {Name: v.T("tenant.market"), Value: p.Country}, {Name: v.T("console.billing_day"), Value: p.BillingDay},
	}}}
	if p.MPN != "" {
		page.Facts.Rows = append(page.Facts.Rows, ui.Fact{Name: v.T("console.mpn"), Value: ui.Mono(p.MPN)})
	}
	if !p.SuspendedAt.IsZero() {
		page.Facts.Rows = append(page.Facts.Rows, ui.Fact{Name: v.T("tenant.suspended_since"), Value: p.SuspendedAt})
	}
	frame := ui.Page{Title: p.Name, Area: "tenants", Crumbs: []ui.Link{{Text: v.T("console.tenants"), Href: "/operator/tenants"}}}
	frame.Head.ID, frame.Head.Marks, frame.Head.Acts, frame.Dialog, frame.Errors = string(p.ID), []ui.Mark{tenantMark(v, p)}, []ui.Button{tenantAct(v, p)}, dialog, wrong
	if p.Kind == party.IndirectReseller {
		frame.Notes = []ui.Note{{Kind: "info", Text: v.T("console.reseller_note")}}
		return v.Show("op-tenant", frame, page)
	}
	owing, err := v.App.Owing(v.R.Context(), who)
	if err != nil {
		return err
	}
	pools, err := v.App.KeyPools(v.R.Context(), who)
	if err != nil {
		return err
	}
	page.Owing, page.Pools = voidable(v, owingTable(v, owing, at, now), owing, at), withdrawable(v, poolTable(v, pools), pools, at)
	page.Owing.Sortable(v)
	page.Pools.Sortable(v)
	page.Pay = payForm(v, owing, at, now)
	page.Keys = &ui.Form{Action: at + "/keys", Once: v.Once(), Before: v.T("console.keys_before"), Submit: ui.Button{Text: v.T("console.import_keys"), Kind: "main"}, Fields: []ui.Field{
		{Name: "pool", Label: v.T("console.pool"), Required: true, MaxLength: 100, Prefix: "k-", Value: v.Query("pool")}, {Name: "version", Label: v.T("console.version"), MaxLength: 100, Prefix: "k-", Value: v.Query("version")},
		{Name: "keys", Label: v.T("console.keys"), Kind: "area", Hint: v.T("console.keys_hint"), Required: true, Prefix: "k-"},
	}}
	page.Mark = &ui.Form{Action: at + "/mark", Once: v.Once(), Submit: ui.Button{Text: v.T("console.set_mark")}, Fields: []ui.Field{
		{Name: "pool", Label: v.T("console.pool"), Required: true, MaxLength: 100, Prefix: "m-", Value: v.Query("pool")}, {Name: "version", Label: v.T("console.version"), MaxLength: 100, Prefix: "m-", Value: v.Query("version")},
		{Name: "mark", Label: v.T("console.mark"), Kind: "number", Min: "0", Hint: v.T("console.mark_hint"), Required: true, Prefix: "m-"},
	}}
	page.Set = settingsForm(v, p, at)
	frame.Head.Acts = append([]ui.Button{{Text: v.T("waiting.title"), Href: at + "/waiting"}}, frame.Head.Acts...)
	if refused != nil {
		form := map[string]*ui.Form{"pay": page.Pay, "keys": page.Keys, "mark": page.Mark, "settings": page.Set}[about]
		if form == nil {
			return refused
		}
		if about == "keys" {
			sent.Del("keys") // keys are not sent back
		}
		form.Fill(sent)
		if about == "settings" && ui.WasChanged(refused) {
			frame.Notes = append(frame.Notes, staleSettings(v, p, sent))
		} else {
			frame.Errors = form.Blame(v.L, refused, field)
		}
	}
	return v.ShowAs(code, "op-tenant", frame, page)
}

func owingTable(v *ui.Visit, owing []billing.Invoice, at string, now time.Time) ui.Table {
	t := ui.Table{
		ID: "owing", Title: v.T("console.owing"), Caption: v.T("console.owing"), Empty: ui.Empty{Title: v.T("console.nothing_owed")},
		Columns: []ui.Column{{Head: v.T("billing.document")}, {Head: v.T("billing.period")}, {Head: v.T("billing.due")}, {Head: v.T("billing.standing")}, {Head: v.T("billing.total"), Num: true}, {Head: v.T("billing.open"), Cash: true}},
	}
	for _, i := range owing {
		mark := ui.Mark{Kind: "wait", Text: v.T("standing." + string(i.Standing(now)))}
		if i.Standing(now) == billing.Overdue {
			mark.Kind = "soon"
		}
		t.Rows = append(t.Rows, ui.Row{On: v.Query("invoice") == string(i.ID), Cells: []ui.Cell{
			{Value: string(i.ID), Href: at + "?invoice=" + string(i.ID) + "#pay", Hint: v.T("document." + string(i.Document))}, {Value: v.PeriodOf(i.Period)}, {Value: ui.Day(i.DueAt)}, {Value: mark}, {Value: i.Total()}, {Value: i.Open()},
		}})
	}
	return t
}

// payForm records money against one of the documents; the first one due is filled in (R22).
func payForm(v *ui.Visit, owing []billing.Invoice, at string, now time.Time) *ui.Form {
	if len(owing) == 0 {
		return nil
	}
	f := &ui.Form{Action: at + "/payments", Once: v.Once(), Before: v.T("console.pay_before"), Submit: ui.Button{Text: v.T("console.pay"), Kind: "main"}, Fields: []ui.Field{
		{Name: "invoice", Label: v.T("billing.document"), Kind: "select", Value: v.Query("invoice")},
		{Name: "amount", Label: v.T("request.amount"), Required: true, MaxLength: 30}, {Name: "on", Label: v.T("console.paid_on"), Kind: "date", Value: now.Format(time.DateOnly)},
	}}
	chosen := owing[0]
	for _, i := range owing {
		f.Fields[0].Options = append(f.Fields[0].Options, ui.Option{Value: string(i.ID), Text: string(i.ID) + " · " + v.L.Money(i.Open())})
		if string(i.ID) == v.Query("invoice") {
			chosen = i
		}
	}
	open := chosen.Open()
	if open.Sign() < 0 {
		open = open.Neg()
	}
	f.Fields[0].Value, f.Fields[1].Value = string(chosen.ID), open.Decimal()
	return f
}

func poolTable(v *ui.Visit, pools []license.Pool) ui.Table {
	t := ui.Table{
		ID: "pools", Title: v.T("console.pools"), Caption: v.T("console.pools"), Empty: ui.Empty{Title: v.T("console.no_pools"), Text: v.T("console.no_pools_text")},
		Columns: []ui.Column{{Head: v.T("console.pool")}, {Head: v.T("console.version")}, {Head: v.T("console.free"), Num: true}, {Head: v.T("console.assigned"), Num: true}, {Head: v.T("console.revoked"), Num: true}, {Head: v.T("console.lines_waiting"), Num: true}, {Head: v.T("console.mark"), Num: true}},
	}
	for _, p := range pools {
		row := ui.Row{Cells: []ui.Cell{{Value: p.Name}, {Value: p.Version, Hint: ui.Meter(p.Assigned, p.Assigned+p.Free)}, {Value: p.Free}, {Value: p.Assigned}, {Value: p.Revoked}, {Value: p.Waiting}, {Value: p.LowWater}}}
		if p.Low() {
			row.Cells[0].Mark = &ui.Mark{Kind: "soon", Text: v.T("console.is_low")}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// act runs one of the forms of a tenant's page in that tenant's scope.
func act(v *ui.Visit, about string, field map[string]string, said string, do func(who party.Actor, sent url.Values, req app.Request) (app.Reply, error)) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	p, who, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
	if err != nil {
		return err
	}
	err = v.Act(func(req app.Request) (app.Reply, error) { return do(who, sent, req) },
		func(any) ui.Then { return ui.Then{To: "/operator/tenants/" + string(p.ID), Said: v.T(said)} })
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	return showTenant(v, ui.Again(f), about, field[f.Code], f, sent, nil, nil)
}

func pay(v *ui.Visit) error {
	fields := map[string]string{"money.not_an_amount": "amount", "money.too_many_digits": "amount", "money.too_large": "amount", "payment.not_positive": "amount", "payment.too_much": "amount", "payment.future": "on", "form.date": "on", "invoice.unknown": "invoice"}
	return act(v, "pay", fields, "console.pay_said", func(who party.Actor, sent url.Values, req app.Request) (app.Reply, error) {
		in := app.Receipt{Invoice: id.Invoice(sent.Get("invoice")), Amount: strings.ReplaceAll(strings.TrimSpace(sent.Get("amount")), ",", ".")}
		if day := sent.Get("on"); day != "" {
			on, err := time.Parse(time.DateOnly, day)
			if err != nil {
				return app.Reply{}, fault.Invalid("form.date", nil)
			}
			in.On = on
		}
		return v.App.RecordPayment(v.R.Context(), who, req, in)
	})
}

func addKeys(v *ui.Visit) error {
	fields := map[string]string{"pool.malformed": "pool", "key.malformed": "keys", "key.kms_refused": "keys", "form.missing": "keys"}
	return act(v, "keys", fields, "console.keys_said", func(who party.Actor, sent url.Values, req app.Request) (app.Reply, error) {
		var keys []app.Clear
		for line := range strings.Lines(sent.Get("keys")) {
			if line = strings.TrimSpace(line); line != "" {
				keys = append(keys, app.Clear(line))
			}
		}
		if len(keys) == 0 {
			return app.Reply{}, fault.Invalid("form.missing", nil)
		}
		return v.App.AddKeys(v.R.Context(), who, req, app.KeyBatch{Pool: strings.TrimSpace(sent.Get("pool")), Version: strings.TrimSpace(sent.Get("version")), Keys: keys})
	})
}

func setMark(v *ui.Visit) error {
	fields := map[string]string{"pool.malformed": "pool", "pool.mark": "mark"}
	return act(v, "mark", fields, "console.mark_said", func(who party.Actor, sent url.Values, req app.Request) (app.Reply, error) {
		mark, err := strconv.ParseInt(strings.TrimSpace(sent.Get("mark")), 10, 64)
		if err != nil {
			mark = -1 // refused below, at its field
		}
		return v.App.SetLowWater(v.R.Context(), who, req, strings.TrimSpace(sent.Get("pool")), strings.TrimSpace(sent.Get("version")), mark)
	})
}
