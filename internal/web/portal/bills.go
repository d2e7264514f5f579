package portal

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// billsPage is what the partner billed (R09).
type billsPage struct{ List ui.Table }

func bills(v *ui.Visit) error {
	t, err := v.Bills(v.Actor.Customer, "/portal/bills")
	if err != nil {
		return err
	}
	if v.IsCSV() {
		return v.CSV("bills", t)
	}
	p := ui.Page{Title: v.T("bill.list"), Area: "bills"}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	return v.Show("portal-bills", p, billsPage{t})
}

func billNumber(v *ui.Visit) id.Invoice { return id.Invoice(strings.ToUpper(v.Path("bill"))) }

func bill(v *ui.Visit) error {
	p, page, err := v.Bill(v.Actor.Customer, billNumber(v), "/portal/bills/"+string(billNumber(v)))
	if err != nil {
		return err
	}
	p.Area, p.Crumbs = "bills", []ui.Link{{Text: v.T("bill.list"), Href: "/portal/bills"}}
	return v.Show("portal-bill", p, page)
}

func printBill(v *ui.Visit) error { return v.PrintBill(v.Actor.Customer, billNumber(v)) }
