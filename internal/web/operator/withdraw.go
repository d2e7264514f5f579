package operator

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// withdrawPage revokes keys that nobody was given yet: what would happen stands before the button (R15).
type withdrawPage struct {
	Ask     ui.Filters
	Preview *ui.Note
	Facts   ui.Facts
}

func withdrawAddress(tenant, pool, version string) string {
	return tenant + "/withdraw?" + url.Values{"pool": {pool}, "version": {version}}.Encode()
}

func withdraw(v *ui.Visit) error {
	return showWithdraw(v, 200, v.Query("pool"), v.Query("version"), v.Query("count"), nil)
}

func showWithdraw(v *ui.Visit, code int, name, version, count string, refused *fault.Fault) error {
	p, who, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
	if err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	pools, err := v.App.KeyPools(v.R.Context(), who)
	if err != nil {
		return err
	}
	var pool *license.Pool
	for i := range pools {
		if pools[i].Name == name && pools[i].Version == version {
			pool = &pools[i]
		}
	}
	if pool == nil {
		return fault.NotFound("page.unknown", nil)
	}
	at := "/operator/tenants/" + string(p.ID)
	most := min(pool.Free, app.MaxWithdrawn)
	field := ui.Field{Name: "count", Label: v.T("withdraw.count"), Kind: "number", Min: "1", Max: strconv.FormatInt(most, 10), Value: count, Hint: v.T("withdraw.count_hint", "n", most), Required: true}
	frame := ui.Page{Title: v.T("withdraw.title", "pool", strings.TrimSpace(pool.Name+" "+pool.Version)), Area: "tenants", Crumbs: []ui.Link{{Text: v.T("console.tenants"), Href: "/operator/tenants"}, {Text: p.Name, Href: at}}}
	page := withdrawPage{Facts: ui.Facts{ID: "pool", Title: v.T("console.pool"), Rows: []ui.Fact{
		{Name: v.T("console.free"), Value: pool.Free}, {Name: v.T("console.assigned"), Value: pool.Assigned}, {Name: v.T("console.revoked"), Value: pool.Revoked}, {Name: v.T("console.lines_waiting"), Value: pool.Waiting},
	}}}
	if count != "" && refused == nil {
		n, err := strconv.ParseInt(count, 10, 64)
		if err != nil || n < 1 || n > most {
			refused, code = fault.Invalid("pool.withdraw", fault.Args{"max": most}), 422
		} else {
			page.Preview = &ui.Note{Kind: "warn", Title: v.T("withdraw.preview", "n", n), Text: v.T("withdraw.preview_text"), Rows: []ui.Fact{
				{Name: v.T("withdraw.left"), Value: pool.Free - n}, {Name: v.T("console.mark"), Value: pool.LowWater},
			}, Acts: []ui.Button{
				{Text: v.T("part.back"), Href: at}, {Text: v.T("withdraw.do", "n", n), Post: at + "/withdraw", Once: v.Once(), Kind: "final", Hidden: []ui.Pair{
					{Name: "pool", Value: pool.Name}, {Name: "version", Value: pool.Version}, {Name: "count", Value: count}, {Name: "free", Value: strconv.FormatInt(pool.Free, 10)},
				}},
			}}
		}
	}
	if refused != nil {
		form := ui.Form{Fields: []ui.Field{field}}
		frame.Errors = form.Blame(v.L, refused, "count")
		field = form.Fields[0]
	}
	page.Ask = ui.Filters{Label: v.T("withdraw.ask"), Action: at + "/withdraw", Go: v.T("withdraw.look"), Fields: []ui.Field{field}, Kept: []ui.Pair{{Name: "pool", Value: pool.Name}, {Name: "version", Value: pool.Version}}}
	return v.ShowAs(code, "op-withdraw", frame, page)
}

func withdrawKeys(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	p, who, err := v.App.Tenant(v.R.Context(), v.Actor, id.Partner(v.Path("partner")))
	if err != nil {
		return err
	}
	count, _ := strconv.Atoi(sent.Get("count")) // no number is none
	free, _ := strconv.ParseInt(sent.Get("free"), 10, 64)
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.WithdrawKeys(v.R.Context(), who, req, sent.Get("pool"), sent.Get("version"), count, free)
	}, func(any) ui.Then {
		return ui.Then{To: "/operator/tenants/" + string(p.ID), Said: v.T("withdraw.said", "n", count)}
	})
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	return showWithdraw(v, ui.Again(f), sent.Get("pool"), sent.Get("version"), sent.Get("count"), f)
}

// withdrawable puts the way to revoke keys at each pool that has some.
func withdrawable(v *ui.Visit, t ui.Table, pools []license.Pool, tenant string) ui.Table {
	if !v.May(party.OperateSystem) {
		return t
	}
	for i, p := range pools {
		if p.Free > 0 {
			t.Rows[i].Cells[2].Acts = []ui.Button{{Text: v.T("withdraw.open"), More: strings.TrimSpace(p.Name + " " + p.Version), Href: withdrawAddress(tenant, p.Name, p.Version), Kind: "small"}}
		}
	}
	return t
}
