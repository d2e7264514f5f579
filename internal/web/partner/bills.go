package partner

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// billsPage is what the partner billed a customer (F78).
type billsPage struct{ List ui.Table }

// mayReadBills tells whether the reader sees bills to customers: a reseller's customers are billed by itself (R08, R23).
func mayReadBills(v *ui.Visit) bool {
	return v.May(party.ReadInvoices) && v.Actor.Scope.Reseller() == ""
}

func customerBills(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	t, err := v.Bills(c.ID, "/customers/"+string(c.ID)+"/bills")
	if err != nil {
		return err
	}
	if v.IsCSV() {
		return v.CSV("bills", t)
	}
	p := customerPage(v, c, "bills", v.T("customer.bills"))
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	return v.Show("bills", p, billsPage{t})
}

func billNumber(v *ui.Visit) id.Invoice { return id.Invoice(strings.ToUpper(v.Path("bill"))) }

func customerBill(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	at := "/customers/" + string(c.ID) + "/bills"
	p, page, err := v.Bill(c.ID, billNumber(v), at+"/"+string(billNumber(v)))
	if err != nil {
		return err
	}
	frame := customerPage(v, c, "bills", p.Title)
	p.Area, p.Rail, p.Crumbs = frame.Area, frame.Rail, append(frame.Crumbs, ui.Link{Text: v.T("customer.bills"), Href: at})
	page.Call = &ui.Call{ID: "call", Method: "GET", Path: "/v1/customers/" + string(c.ID) + "/bills/" + string(billNumber(v)), URL: v.URL}
	return v.Show("bill-page", p, page)
}

func printBill(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	return v.PrintBill(c.ID, billNumber(v))
}
