package operator

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const cataloguePath = "/operator/catalogue"

// cataloguePage is the key pools of all partners, and what the installation sells (R15).
type cataloguePage struct{ Pools, List ui.Table }

func catalogue(v *ui.Visit) error {
	pools, err := allPools(v)
	if err != nil {
		return err
	}
	if v.IsCSV() {
		return v.CSV("key-pools", pools)
	}
	list, err := products(v)
	if err != nil {
		return err
	}
	p := ui.Page{Title: v.T("pools.title"), Area: "catalogue"}
	p.Head.Acts = []ui.Button{{Text: v.T("pools.export"), Href: cataloguePath + "?format=csv", Icon: "down"}}
	return v.Show("op-catalogue", p, cataloguePage{pools, list})
}

// allPools is a stretch of the pools, or all of them for a file. Keys come in and are revoked on the page of the tenant whose they are.
func allPools(v *ui.Visit) (ui.Table, error) {
	var after app.PoolKey
	ui.ReadCursor(v.Query("pools"), &after)
	limit := ui.Limit + 1
	if v.IsCSV() {
		limit = ui.Export
	}
	t := ui.Table{
		ID: "pools", Title: v.T("console.pools"), Caption: v.T("console.pools"), Empty: ui.Empty{Title: v.T("console.no_pools"), Text: v.T("pools.none_text"), Act: &ui.Button{Text: v.T("console.tenants"), Href: "/operator/tenants"}},
		Columns: []ui.Column{{Head: v.T("console.pool")}, {Head: v.T("console.version")}, {Head: v.T("console.partner")}, {Head: v.T("console.free"), Num: true}, {Head: v.T("console.assigned"), Num: true}, {Head: v.T("console.revoked"), Num: true}, {Head: v.T("console.lines_waiting"), Num: true}, {Head: v.T("console.mark"), Num: true}},
	}
	all, err := v.App.AllKeyPools(v.R.Context(), v.Actor, after, limit)
	if err != nil {
		return t, err
	}
	if !v.IsCSV() && len(all) > ui.Limit {
		all = all[:ui.Limit]
		last := all[ui.Limit-1]
		t.Pager.Next = v.With("pools", ui.Cursor(app.PoolKey{Partner: last.Partner, Pool: last.Name, Version: last.Version}))
	}
	if after != (app.PoolKey{}) {
		t.Pager.First = v.With("pools", "")
	}
	names := partnerNames(v)
	for _, p := range all {
		t.Rows = append(t.Rows, poolRow(v, p, names(p.Partner)))
	}
	t.Sortable(v)
	return t, nil
}

func poolRow(v *ui.Visit, p app.QueuedPool, partner string) ui.Row {
	tenant, name := "/operator/tenants/"+string(p.Partner), strings.TrimSpace(p.Name+" "+p.Version)
	row := ui.Row{Cells: []ui.Cell{
		{Value: p.Name, Href: tenant + "?" + url.Values{"pool": {p.Name}, "version": {p.Version}}.Encode() + "#keys-import"}, {Value: p.Version, Hint: ui.Meter(p.Assigned, p.Assigned+p.Free)}, {Value: partner, Href: tenant},
		{Value: p.Free}, {Value: p.Assigned}, {Value: p.Revoked}, {Value: p.Waiting}, {Value: p.LowWater},
	}}
	if p.Low() {
		row.Cells[0].Mark = &ui.Mark{Kind: "soon", Text: v.T("console.is_low")}
	}
	if p.Free > 0 {
		row.Cells[3].Acts = []ui.Button{{Text: v.T("withdraw.open"), More: name + ", " + partner, Href: withdrawAddress(tenant, p.Name, p.Version), Kind: "small"}}
	}
	return row
}

// products is a stretch of what the installation sells, looked through by name.
func products(v *ui.Visit) (ui.Table, error) {
	text, now := v.Query("q"), v.App.Clock.Now()
	t := ui.Table{
		ID: "products", Title: v.T("pools.products"), Caption: v.T("pools.products"),
		Columns: []ui.Column{{Head: v.T("software.product")}, {Head: v.T("pools.publisher")}, {Head: v.T("console.class")}, {Head: v.T("pools.skus"), Num: true}, {Head: v.T("pools.markets"), Num: true}},
		Empty:   ui.Empty{Title: v.T("pools.no_products"), Text: v.T("pools.no_products_text"), Act: &ui.Button{Text: v.T("prices.import"), Href: pricesPath}},
		Filters: &ui.Filters{Label: v.T("pools.find"), Action: cataloguePath + "#products", Fields: []ui.Field{
			{Name: "q", Label: v.T("pools.find"), Kind: "search", Value: text, Grow: true, MaxLength: 200},
		}},
	}
	if text != "" {
		t.Empty = ui.Empty{Title: v.T("pools.not_found")}
	}
	after := id.Product(v.Query("after"))
	all, next, err := v.App.Catalogue(v.R.Context(), v.Actor, text, after, ui.Limit)
	if err != nil {
		return t, err
	}
	if next != "" {
		t.Pager.Next = v.With("after", string(next))
	}
	if after != "" {
		t.Pager.First = v.With("after", "")
	}
	for _, e := range all {
		t.Rows = append(t.Rows, productRow(v, e, now))
	}
	t.Sortable(v)
	return t, nil
}

// productRow is a product with the number of markets that it is on sale in at an instant; one that is nowhere any more is withdrawn.
func productRow(v *ui.Visit, e *catalog.Entry, now time.Time) ui.Row {
	live, later := map[market.Country]bool{}, false
	for _, a := range e.Availabilities {
		if a.Live(now) {
			live[a.Market] = true
		}
		later = later || now.Before(a.From)
	}
	row := ui.Row{Cells: []ui.Cell{
		{Value: cmp.Or(e.Product.Title, string(e.Product.ID)), Hint: string(e.Product.ID)}, {Value: cmp.Or(e.Product.PublisherName, "–")},
		{Value: v.T("buy.kind." + string(e.Product.Kind))}, {Value: len(e.Skus)}, {Value: len(live)},
	}}
	if deliverable(e) {
		row.Cells[0].Href = deliveryAt(e.Product.ID)
	}
	if e.Product.Imported {
		row.Cells[2].Hint = v.T("pools.imported")
	}
	switch {
	case len(live) > 0:
	case later:
		row.Cells[0].Mark = &ui.Mark{Kind: "wait", Text: v.T("pools.later")}
	default:
		row.Cells[0].Mark, row.Past = &ui.Mark{Kind: "dead", Text: v.T("pools.withdrawn")}, true
	}
	return row
}
