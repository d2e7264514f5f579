package operator

import (
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const pricesPath = "/operator/prices"

// pricesPage is where a price sheet comes in (R15).
type pricesPage struct {
	Form ui.Form
	Bad  *ui.Table
}

func prices(v *ui.Visit) error { return showPrices(v, 200, sheets.Form(v), nil, nil) }

func showPrices(v *ui.Visit, status int, form *ui.Form, errors *ui.Errors, bad *ui.Table) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	return v.ShowAs(status, "op-prices", ui.Page{Title: v.T("prices.import"), Area: "prices", Errors: errors}, pricesPage{*form, bad})
}

// sheets are how a price sheet is looked over and taken.
var sheets = ui.Sheets{At: pricesPath, Frame: func(v *ui.Visit, title string) ui.Page {
	return ui.Page{Title: title, Area: "prices", Crumbs: []ui.Link{{Text: v.T("nav.prices"), Href: pricesPath}}}
}}

func init() { sheets.Refused = showPrices } // which knows sheets
