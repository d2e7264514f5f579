package portal

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// productsPage is "Your products" with its two tabs (F52, R19).
type productsPage struct {
	Tabs []ui.Link
	List ui.Table
}

func products(v *ui.Visit) error {
	subs, software, err := v.App.Holdings(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	now := v.App.Clock.Now()
	tab := v.Query("tab")
	page := productsPage{Tabs: []ui.Link{
		{Text: v.T("customer.subscriptions"), Href: "/portal/products", Here: tab != "software"},
		{Text: v.T("customer.software"), Href: "/portal/products?tab=software", Here: tab == "software"},
	}}
	all := subs
	if tab == "software" {
		all = software
	}
	page.List = holdingTable(v, fitting(all, v.Query("q")), now)
	page.List.Filters = &ui.Filters{Label: v.T("portal.filter"), Action: "/portal/products", Fields: []ui.Field{{Name: "q", Label: v.T("portal.find"), Kind: "search", Value: v.Query("q"), Grow: true, MaxLength: 200}}}
	if tab == "software" {
		page.List.Filters.Kept = []ui.Pair{{Name: "tab", Value: tab}}
	}
	v.Keeps(page.List.Filters)
	page.List.Sortable(v)
	if v.IsCSV() {
		return v.CSV("products", page.List)
	}
	p := ui.Page{Title: v.T("portal.products"), Area: "products"}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv"), Icon: "down"}}
	return v.Show("portal-products", p, page)
}

// shortestID is how much of an id finds a thing.
const shortestID = 4

// fitting are the things with the text in their name, or with an id that begins with it.
func fitting(all []app.Holding, text string) (found []app.Holding) {
	text = strings.ToLower(text)
	for _, h := range all {
		fits := strings.Contains(strings.ToLower(h.Title), text)
		for _, name := range []string{string(h.Subscription), string(h.Order), id.AlternateID(h.Order)} {
			fits = fits || len(text) >= shortestID && strings.HasPrefix(strings.ToLower(name), text)
		}
		if fits {
			found = append(found, h)
		}
	}
	return found
}

// holdingTable is what the customer has, without keys and without prices (R19).
func holdingTable(v *ui.Visit, all []app.Holding, now time.Time) ui.Table {
	t := ui.Table{
		Caption: v.T("portal.products"), Columns: []ui.Column{{Head: v.T("chart.product")}, {Head: v.T("bill.quantity"), Num: true}, {Head: v.T("billing.standing")}, {Head: v.T("portal.ends")}, {Head: v.T("portal.delivered")}, {Head: v.T("users.acts"), Hidden: true}},
		Empty: ui.Empty{Title: v.T("portal.none"), Text: v.T("portal.none_text")},
	}
	for _, h := range all {
		mark, ends, past := holdingState(v, h, now)
		quantity := ui.Cell{Value: h.Quantity}
		if h.Quantity == 0 {
			quantity.Value = v.T("plan.none")
		}
		given := ui.Cell{Value: "–"}
		switch {
		case past || h.Subscription != "":
		case h.Instructions != "":
			given.Value = ui.To{Href: h.Instructions, Text: v.T("portal.instructions")}
		case h.HasKeys && h.HasDownloads:
			given.Value = v.T("portal.keys_downloads")
		case h.HasKeys:
			given.Value = v.T("portal.keys")
		case h.HasDownloads:
			given.Value = v.T("portal.downloads")
		default:
			given.Value = v.T("portal.right_only")
		}
		hint := v.TermOf(h.Term)
		if h.Order != "" {
			hint += " · " + v.T("portal.order", "order", id.AlternateID(h.Order), "at", v.L.Date(h.Since))
		}
		if v.May(party.RevealKey) && !past && h.Subscription == "" && (h.HasKeys || h.HasDownloads) {
			given.Href = "/portal/software/" + string(h.Order) + "/" + strconv.Itoa(h.Line)
		}
		t.Rows = append(t.Rows, ui.Row{Past: past, Cells: []ui.Cell{{Value: h.Title, Hint: hint}, quantity, {Value: mark}, {Value: ends}, given, ask(v, h, past)}})
	}
	return t
}

// ask leads to a request about a thing, to the partner.
func ask(v *ui.Visit, h app.Holding, past bool) ui.Cell {
	if past || !v.May(party.RaiseSupport) {
		return ui.Cell{}
	}
	q := url.Values{"topic": {strconv.Itoa(support.OrdersTopic)}, "product": {h.Title}}
	return ui.Cell{Acts: []ui.Button{{Text: v.T("portal.ask_change"), More: h.Title, Href: desk.At + "/new?" + q.Encode(), Kind: "small"}}}
}

// holdingState is how a thing stands, and when it ends or renews.
func holdingState(v *ui.Visit, h app.Holding, now time.Time) (mark ui.Mark, ends any, past bool) {
	ready := ui.Mark{Kind: "good", Text: v.T("portal.ready")}
	if h.Subscription == "" {
		switch h.Delivered {
		case license.Cancelled:
			return ui.Mark{Kind: "dead", Text: v.T("portal.cancelled")}, v.T("portal.revoked"), true
		case license.Preparing:
			return ui.Mark{Kind: "prep", Text: v.T("portal.preparing")}, v.T("portal.preparing_hint"), false
		}
		if h.Term.IsZero() {
			return ready, v.T("portal.for_good"), false
		}
		return ready, "–", false
	}
	switch h.State {
	case subscription.Pending:
		return ui.Mark{Kind: "prep", Text: v.T("portal.pending")}, v.T("portal.pending_hint"), false
	case subscription.Suspended:
		return ui.Mark{Kind: "wait", Text: v.T("portal.suspended")}, v.L.HTML("portal.data_until", "at", ui.Value(v.L, ui.Day(h.DataUntil))), false
	case subscription.Cancelled, subscription.Expired:
		return ui.Mark{Kind: "dead", Text: v.T("portal.state." + string(h.State))}, "–", true
	}
	if h.Trial {
		ready.Text = v.T("portal.trial")
	}
	if h.Ends.IsZero() {
		return ready, "–", false
	}
	key := "portal.renews_on"
	if !h.Renews {
		key = "portal.ends_on"
		if h.Ends.Sub(now) < 30*24*time.Hour {
			ready = ui.Mark{Kind: "soon", Text: v.T("portal.ending")}
		}
	}
	return ready, v.L.HTML(key, "at", ui.Value(v.L, ui.Day(h.Ends))), false
}
