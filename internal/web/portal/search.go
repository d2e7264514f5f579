package portal

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const searchPath = "/portal/search"

// Find is the address of the search, for those who have something to find.
func Find(v *ui.Visit) string {
	if Enter(v.Actor) && (mayHave(v) || v.May(party.ReadBills) || v.May(party.RaiseSupport)) {
		return searchPath
	}
	return ""
}

// perKind is how many of each kind a search shows; the rest stands on the products' own page.
const perKind = 8

// search finds the customer's own things (F02): products by a part of their name, or by the subscription or order that they
// came by; bills and requests by number. The whole number of one leads straight there.
func search(v *ui.Visit) error {
	if Find(v) == "" {
		return v.Actor.May(party.ReadBills)
	}
	page := ui.SearchPage(v, searchPath, v.T("portal.search_text"))
	text := page.Text
	if text == "" {
		return v.ShowSearch(page)
	}
	if v.May(party.ReadBills) {
		to, err := foundBill(v, text)
		if err != nil || to != "" {
			return straight(v, to, err)
		}
	}
	if v.May(party.RaiseSupport) {
		found, err := v.App.Search(v.R.Context(), v.Actor, app.SearchQuery{Text: text, Kind: "requests", Limit: 1})
		if err != nil {
			return err
		}
		for _, r := range found.Requests { // by its whole number alone
			return v.Redirect(desk.At+"/"+string(r.ID), "")
		}
	}
	if mayHave(v) {
		subs, software, err := v.App.Holdings(v.R.Context(), v.Actor)
		if err != nil {
			return err
		}
		subs, software = fitting(subs, text), fitting(software, text)
		if len(subs) == 0 && len(software) == 1 && v.May(party.RevealKey) && isOrder(software[0].Order, text) && (software[0].HasKeys || software[0].HasDownloads) {
			return v.Redirect("/portal/software/"+url.PathEscape(string(software[0].Order))+"/"+strconv.Itoa(software[0].Line), "")
		}
		now := v.App.Clock.Now()
		for _, l := range []struct {
			name, title, tab string
			all              []app.Holding
		}{{"subscriptions", v.T("customer.subscriptions"), "", subs}, {"software", v.T("customer.software"), "software", software}} {
			t := holdingTable(v, l.all[:min(len(l.all), perKind)], now)
			t.ID, t.Title, t.Caption = l.name, l.title, l.title
			q := url.Values{"q": {text}}
			if l.tab != "" {
				q.Set("tab", l.tab)
			}
			t.Hint = ui.To{Href: "/portal/products?" + q.Encode(), Text: v.T("portal.all_products", "n", len(l.all))}
			page.Add(t)
		}
	}
	return v.ShowSearch(page)
}

func straight(v *ui.Visit, to string, err error) error {
	if err != nil {
		return err
	}
	return v.Redirect(to, "")
}

func isOrder(o id.Order, text string) bool {
	return strings.EqualFold(string(o), text) || strings.EqualFold(id.AlternateID(o), text)
}

// foundBill is the address of the bill with that number; its digits are enough.
func foundBill(v *ui.Visit, text string) (string, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(text), "B"), 10, 31)
	if err != nil {
		return "", nil
	}
	number := id.Invoice(fmt.Sprintf("B%09d", n))
	_, err = v.App.Bill(v.R.Context(), v.Actor, v.Actor.Customer, number, 0, 1)
	if f := fault.Of(err); f != nil && f.Kind == fault.KindNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return "/portal/bills/" + string(number), nil
}
