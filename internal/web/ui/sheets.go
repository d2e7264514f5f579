package ui

import (
	"cmp"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Sheets are how a price sheet is looked over and then taken (R15): in the operator's console, and in the workspace of a partner
// whose staff are the operator too.
type Sheets struct {
	At string // the address of the page that a sheet is sent from
	// Frame is the page around what a sheet changes.
	Frame func(v *Visit, title string) Page
	// Refused shows the page once more, with what was wrong with the sheet.
	Refused func(v *Visit, status int, form *Form, errors *Errors, bad *Table) error
}

// SheetPage is what a price sheet would change, before it does.
type SheetPage struct {
	Strip Strip
	List  Table
	Form  Form
}

// Routes are the acts on sheets.
func (s Sheets) Routes() []Route {
	return []Route{{Pattern: "POST " + s.At + "/check", Handle: s.check}, {Pattern: "POST " + s.At + "/import", Handle: s.take}}
}

// staged keeps price sheets between the look and the import.
var staged Stage

const maxSheet = 128 << 20 // bytes, of a sheet that comes through the page; larger ones come by the command

// Form is the form that a sheet is sent with.
func (s Sheets) Form(v *Visit) *Form {
	return &Form{
		Action: s.At + "/check", Files: true, Submit: Button{Text: v.T("prices.check"), Kind: "main"},
		Fields: []Field{
			{Name: "vendors", Label: v.T("prices.vendors"), Hint: v.T("prices.vendors_hint"), Value: strings.Join(app.Vendors, ", "), MaxLength: 500},
			{Name: "file", Label: v.T("move.file"), Kind: "file", Hint: v.T("prices.file_hint"), Required: true},
		},
	}
}

func vendorsOf(text string) (all []string) {
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// check shows what a sheet would change: nothing is saved (R15). A sheet with a bad row says which rows.
func (s Sheets) check(v *Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	up, err := v.Upload(maxSheet)
	var kept StagedFile
	if err == nil {
		kept, err = staged.Keep(string(v.Signed.Person.ID), up.Whole(), maxSheet, v.Wall.Now())
	}
	vendors := up.Values.Get("vendors")
	var found app.PriceChanges
	if err == nil {
		found, err = v.App.PreviewPrices(v.R.Context(), v.Actor, app.PriceSheet{File: kept.File, Size: kept.Size, Vendors: vendorsOf(vendors)})
	}
	if err != nil {
		return s.refused(v, err, found, vendors)
	}
	return s.changes(v, 200, nil, found, kept.Name, vendors)
}

// refused shows the list again with the rows that kept a sheet out.
func (s Sheets) refused(v *Visit, err error, found app.PriceChanges, vendors string) error {
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	form := s.Form(v)
	form.Field("vendors").Value = cmp.Or(vendors, form.Field("vendors").Value)
	var bad *Table
	if len(found.Bad) > 0 {
		bad = v.BadRows(len(found.Bad), func(i int) (int, string, string) {
			text := "prices." + found.Bad[i].Code
			if !v.L.Has(text) {
				text = found.Bad[i].Code
			}
			return found.Bad[i].Line, found.Bad[i].Member, v.RowText(text, 0)
		})
	}
	return s.Refused(v, Again(f), form, form.Blame(v.L, f, "file"), bad)
}

func (s Sheets) changes(v *Visit, status int, notes []Note, found app.PriceChanges, file, vendors string) error {
	page := SheetPage{
		Strip: Strip{Label: v.T("prices.changes"), Figures: []Figure{
			{Name: v.T("prices.rows"), Value: found.Rows, Hint: v.T("prices.same", "n", found.Rows-found.Added)}, {Name: v.T("prices.fresh"), Value: found.Fresh, Hint: v.T("prices.new_products", "n", found.Products)},
			{Name: v.T("prices.dearer"), Value: found.Dearer}, {Name: v.T("prices.cheaper"), Value: found.Cheaper},
		}},
		List: Table{
			ID: "changes", Title: v.T("prices.changes"), Caption: v.T("prices.changes"),
			Columns: []Column{{Head: v.T("buy.offer")}, {Head: v.T("pricing.country")}, {Head: v.T("cart.plan")}, {Head: v.T("cart.quantity")}, {Head: v.T("prices.from")}, {Head: v.T("prices.until")}, {Head: v.T("prices.was"), Num: true}, {Head: v.T("prices.will_be"), Cash: true}},
			Empty:   Empty{Title: v.T("prices.no_changes"), Text: v.T("prices.no_changes_text")},
		},
		Form: Form{
			Action: s.At + "/import", Hidden: []Pair{{Name: "file", Value: file}, {Name: "match", Value: found.Match}, {Name: "vendors", Value: vendors}},
			Before: v.T("prices.before", "n", found.Added), Submit: Button{Text: v.T("prices.take", "n", found.Added), Kind: "final"}, Back: &Button{Text: v.T("prices.leave"), Href: s.At},
		},
	}
	for _, c := range found.First {
		was := any("–")
		if c.Was != nil {
			was = *c.Was
		}
		cells := v.PriceCells(c.PriceRow)
		page.List.Rows = append(page.List.Rows, Row{Cells: append(append([]Cell{{Value: cmp.Or(c.Title, c.Product.Title), Hint: Mono(app.SkuName(id.Item{Product: c.Product.ID, Sku: c.Sku}))}, {Value: c.Market, Hint: v.T("segment." + string(c.Segment))}}, cells[:4]...), Cell{Value: was}, cells[4])})
	}
	if found.Added > len(found.First) {
		page.List.Pager.Shown = v.T("prices.first", "n", len(found.First), "all", found.Added)
	}
	p := s.Frame(v, v.T("prices.look_over"))
	p.Notes = notes
	return v.ShowAs(status, "price-changes", p, page)
}

// take imports the sheet that was looked over, all of it or nothing. Where the price lists moved meanwhile it is shown anew.
func (s Sheets) take(v *Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	vendors := sent.Get("vendors")
	kept, err := staged.Find(string(v.Signed.Person.ID), sent.Get("file"), v.Wall.Now())
	if err != nil {
		return s.refused(v, err, app.PriceChanges{}, vendors)
	}
	sheet := app.PriceSheet{File: kept.File, Size: kept.Size, Vendors: vendorsOf(vendors)}
	found, err := v.App.TakePrices(v.R.Context(), v.Actor, sheet, sent.Get("match"))
	if f := fault.Of(err); f != nil && f.Code == "preview.moved" {
		if found, err = v.App.PreviewPrices(v.R.Context(), v.Actor, sheet); err != nil {
			return s.refused(v, err, found, vendors)
		}
		return s.changes(v, 409, []Note{{Kind: "stop", Title: v.T("prices.moved"), Text: v.T("prices.moved_text")}}, found, kept.Name, vendors)
	}
	if err != nil {
		return s.refused(v, err, found, vendors)
	}
	return v.Redirect(s.At, v.T("prices.taken", "n", found.Added))
}

// PriceCells are a row's way to pay, quantities, dates and price.
func (v *Visit) PriceCells(p catalog.PriceRow) []Cell {
	tier := v.T("prices.any")
	switch {
	case p.TierMax > 0:
		tier = v.L.Int(max(1, p.TierMin)) + "–" + v.L.Int(p.TierMax)
	case p.TierMin > 1:
		tier = v.T("prices.from_n", "n", p.TierMin)
	}
	from, until := any(Day(p.From)), any(Day(p.Until))
	if p.From.IsZero() || p.From.Year() < 1900 {
		from = v.T("prices.always")
	}
	if p.Until.IsZero() {
		until = v.T("prices.open")
	}
	return []Cell{{Value: v.PlanWords(p.Plan, p.Term), Hint: v.TermWords(p.Term)}, {Value: tier}, {Value: from}, {Value: until}, {Value: p.Unit}}
}
