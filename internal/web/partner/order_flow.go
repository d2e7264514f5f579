package partner

import (
	"cmp"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// stationNames are the words of the stations, in their order.
var stationNames = []string{"flow.order", "flow.charges", "flow.postings", "flow.invoices", "flow.credits"}

// flowOf draws where the money of an order goes, for those who may read invoices (R08); nil where nothing was charged.
func flowOf(v *ui.Visit, c party.Customer, o order.Order) (*ui.Chart, *ui.Note, error) {
	if !v.May(party.ReadInvoices) {
		return nil, nil, nil
	}
	f, ok, err := v.App.OrderFlow(v.R.Context(), v.Actor, c.ID, string(o.ID))
	if err != nil || !ok {
		return nil, nil, err
	}
	chart := flowChart(v, o, f)
	if f.Sound {
		return &chart, nil, nil
	}
	return &chart, &ui.Note{Kind: "stop", Title: v.T("flow.unsound"), Text: v.T("flow.unsound_text")}, nil
}

func flowChart(v *ui.Visit, o order.Order, f billing.Flow) ui.Chart {
	c := ui.Chart{
		ID: "flow", Title: v.T("flow.title"), Hint: v.T("flow.hint", "sum", f.Charged),
		Twin: ui.Table{Small: true, Caption: v.T("flow.title"), Columns: []ui.Column{{Head: v.T("flow.station")}, {Head: v.T("flow.part")}, {Head: v.T("flow.amount"), Cash: true}}},
	}
	stations, drawable := make([]ui.Station, len(f.Stations)), true
	for i, shares := range f.Stations {
		stations[i].Name = v.T(stationNames[i])
		for _, s := range shares {
			name, kind := shareName(v, o, billing.FlowStage(i), s.FlowNode)
			stations[i].Parts = append(stations[i].Parts, ui.StationPart{Name: name, Label: v.L.Money(s.Amount), Size: s.Amount.Minor(), Kind: kind})
			drawable = drawable && s.Amount.Sign() > 0
			cell := ui.Cell{Value: name}
			if s.Document != "" {
				cell.Href = "/billing/invoices/" + string(s.Document)
			}
			c.Twin.Rows = append(c.Twin.Rows, ui.Row{Cells: []ui.Cell{{Value: stations[i].Name}, cell, {Value: s.Amount}}})
		}
		c.Twin.Rows = append(c.Twin.Rows, ui.Row{On: true, Cells: []ui.Cell{{Value: stations[i].Name}, {Value: v.T("flow.sum")}, {Value: f.Charged}}})
	}
	if !drawable { // the books are damaged: figures alone
		return c
	}
	currents := make([][]ui.Current, len(f.Streams))
	for i, all := range f.Streams {
		for _, s := range all {
			currents[i] = append(currents[i], ui.Current{From: s.From, To: s.To, Size: s.Amount.Minor()})
		}
	}
	sentence := v.T("flow.sentence", "charged", f.Charged, "invoiced", f.Invoiced, "open", f.Charged.Sub(f.Invoiced), "back", f.Charged.Sub(f.Kept()), "kept", f.Kept())
	return ui.FlowOf(c, sentence, stations, currents, func(n int, size int64) (string, string) {
		return v.T("flow.rest", "n", n), v.L.Money(money.Of(size, f.Charged.Currency()))
	})
}

// shareName is what a share of a station is called, and how sure it is.
func shareName(v *ui.Visit, o order.Order, at billing.FlowStage, n billing.FlowNode) (string, ui.PartKind) {
	switch at {
	case billing.FlowOrder:
		if n.Line < len(o.Lines) {
			l := o.Lines[n.Line]
			return cmp.Or(l.FriendlyName, l.Title), ui.PartSure
		}
		return v.L.Int(int64(n.Line)), ui.PartSure
	case billing.FlowCharges:
		return v.T("charge." + string(n.Kind)), ui.PartSure
	case billing.FlowPostings:
		if n.Account == "" {
			return v.T("flow.missing"), ui.PartPlanned
		}
		return v.T("books.account." + string(n.Account)), ui.PartSure
	case billing.FlowInvoices:
		if n.Document == "" {
			return v.T("flow.open"), ui.PartPlanned
		}
		return string(n.Document), ui.PartSure
	}
	switch {
	case n.Credit && n.Document == "":
		return v.T("flow.back_open"), ui.PartGone
	case n.Credit:
		return v.T("flow.back", "invoice", string(n.Document)), ui.PartGone
	}
	return v.T("flow.kept"), ui.PartSure
}
