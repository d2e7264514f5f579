package partner

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// fileOfCustomers is the page where a file of customers is sent (F01, R12).
const fileOfCustomers = "/customers/import"

// customersFilePage is the form for a file of customers, with the rows that kept the last one out.
type customersFilePage struct {
	Bad      *ui.Table
	Template string // the address of the empty file
	Form     ui.Form
}

// customersLookPage is what a file would do, before it does.
type customersLookPage struct {
	Strip ui.Strip
	Lists []ui.Table
	Form  ui.Form
}

// customerFiles keeps files between the look and the import.
var customerFiles ui.Stage

func customersFileFrame(v *ui.Visit, title string) ui.Page {
	return ui.Page{Title: title, Area: "customers", Crumbs: []ui.Link{{Text: v.T("nav.customers"), Href: "/customers"}}}
}

func customersFileForm(v *ui.Visit) ui.Form {
	return ui.Form{
		Action: fileOfCustomers + "/check", Files: true, Submit: ui.Button{Text: v.T("prices.check"), Kind: "main"}, Back: &ui.Button{Text: v.T("part.back"), Href: "/customers"},
		Fields: []ui.Field{{Name: "file", Label: v.T("move.file"), Kind: "file", Hint: v.T("customers.file_hint", "n", app.MaxCustomerRows), Required: true}},
	}
}

func customersFile(v *ui.Visit) error {
	if err := v.Actor.May(party.EditCustomer); err != nil {
		return err
	}
	return showCustomersFile(v, 200, customersFileForm(v), nil, nil)
}

func showCustomersFile(v *ui.Visit, status int, form ui.Form, errors *ui.Errors, bad *ui.Table) error {
	p := customersFileFrame(v, v.T("customers.import"))
	p.Errors = errors
	return v.ShowAs(status, "customers-file", p, customersFilePage{bad, fileOfCustomers + "/template", form})
}

// customersTemplate is a file with the heads alone.
func customersTemplate(v *ui.Visit) error {
	if err := v.Actor.May(party.EditCustomer); err != nil {
		return err
	}
	names := app.CustomerColumns()
	if v.Actor.Kind != party.IndirectProvider {
		names = names[:len(names)-1] // nobody else names a reseller
	}
	var t ui.Table
	for _, name := range names {
		t.Columns = append(t.Columns, ui.Column{Head: name})
	}
	return v.CSV("customers", t)
}

// checkCustomers shows what a file would do: nothing is saved.
func checkCustomers(v *ui.Visit) error {
	if err := v.Actor.May(party.EditCustomer); err != nil {
		return err
	}
	up, err := v.Upload(app.MaxCustomerFile)
	var kept ui.StagedFile
	if err == nil {
		kept, err = customerFiles.Keep(string(v.Signed.Person.ID), up.Whole(), app.MaxCustomerFile, v.Wall.Now())
	}
	var found app.CustomerImport
	if err == nil {
		found, err = v.App.PreviewCustomers(v.R.Context(), v.Actor, customersIn(v, kept))
	}
	if err != nil {
		return customersRefused(v, err)
	}
	return showCustomersLook(v, 200, nil, found, kept.Name)
}

func customersIn(v *ui.Visit, kept ui.StagedFile) app.CustomerFile {
	return app.CustomerFile{File: kept.Reader(), Culture: v.L.Tag}
}

// customersRefused shows the form again, with the rows that kept the file out.
func customersRefused(v *ui.Visit, err error) error {
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied {
		return err
	}
	form := customersFileForm(v)
	var bad *ui.Table
	if rows, ok := f.Args["errors"].([]app.CustomerError); ok {
		bad = v.BadRows(len(rows), func(i int) (int, string, string) {
			return rows[i].Line, rows[i].Member, v.RowText(rows[i].Code, rows[i].First)
		})
	}
	return showCustomersFile(v, ui.Again(f), form, form.Blame(v.L, f, "file"), bad)
}

// lookMost is how many rows of each kind the look shows.
const lookMost = 100

func showCustomersLook(v *ui.Visit, status int, notes []ui.Note, found app.CustomerImport, file string) error {
	made, there := len(found.New), len(found.There)
	page := customersLookPage{
		Strip: ui.Strip{Label: v.T("customers.file_does"), Figures: []ui.Figure{
			{Name: v.T("customers.file_new"), Value: made}, {Name: v.T("customers.file_there"), Value: there, Hint: v.T("customers.file_there_hint")},
		}},
		Form: ui.Form{
			Action: fileOfCustomers, Once: v.Once(), Hidden: []ui.Pair{{Name: "file", Value: file}, {Name: "match", Value: found.Match}},
			Before: v.T("customers.file_before", "n", made), Submit: ui.Button{Text: v.T("customers.file_take", "n", made), Kind: "final"}, Back: &ui.Button{Text: v.T("customers.file_leave"), Href: fileOfCustomers},
		},
	}
	if made == 0 {
		page.Form.Before, page.Form.Submit = v.T("customers.file_nothing"), ui.Button{Text: v.T("customers.file_done"), Kind: "main"}
	}
	for _, part := range []struct {
		id, title string
		rows      []app.CustomerRow
	}{{"new", v.T("customers.file_new"), found.New}, {"there", v.T("customers.file_there"), found.There}} {
		if len(part.rows) == 0 {
			continue
		}
		t := ui.Table{
			ID: part.id, Title: part.title, Caption: part.title,
			Columns: []ui.Column{{Head: v.T("customers.name")}, {Head: v.T("customers.country")}, {Head: v.T("customers.segment")}, {Head: v.T("customers.email")}, {Head: v.T("move.line"), Num: true}},
		}
		for _, row := range part.rows[:min(len(part.rows), lookMost)] {
			c := row.Customer
			cells := []ui.Cell{{Value: c.CompanyName, Hint: c.Domain}, {Value: c.Country()}, {Value: v.T("segment." + string(c.Segment))}, {Value: c.Email}, {Value: row.Line}}
			if part.id == "there" {
				cells[0].Href = atCustomer(c)
			}
			t.Rows = append(t.Rows, ui.Row{Cells: cells})
		}
		if len(part.rows) > lookMost {
			t.Pager.Shown = v.T("prices.first", "n", lookMost, "all", len(part.rows))
		}
		page.Lists = append(page.Lists, t)
	}
	p := customersFileFrame(v, v.T("customers.file_does"))
	p.Crumbs = slices.Concat(p.Crumbs, []ui.Link{{Text: v.T("customers.import"), Href: fileOfCustomers}})
	p.Notes = notes
	return v.ShowAs(status, "customers-look", p, page)
}

// importCustomers makes the customers of the file that was looked over, all of them or none. Where something moved meanwhile it is shown
// anew.
func importCustomers(v *ui.Visit) error {
	if err := v.Actor.May(party.EditCustomer); err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	kept, err := customerFiles.Find(string(v.Signed.Person.ID), sent.Get("file"), v.Wall.Now())
	if err != nil {
		return customersRefused(v, err)
	}
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.ImportCustomers(v.R.Context(), v.Actor, req, customersIn(v, kept), sent.Get("match"))
	}, func(out any) ui.Then {
		done := out.(app.CustomerImport)
		return ui.Then{To: "/customers", Said: v.T("customers.file_taken", "n", len(done.New), "there", len(done.There))}
	})
	if f := fault.Of(err); f != nil && f.Code == "preview.moved" {
		found, err := v.App.PreviewCustomers(v.R.Context(), v.Actor, customersIn(v, kept))
		if err != nil {
			return customersRefused(v, err)
		}
		return showCustomersLook(v, 409, []ui.Note{{Kind: "stop", Title: v.T("customers.file_moved"), Text: v.T("customers.file_moved_text")}}, found, kept.Name)
	}
	if err != nil {
		return customersRefused(v, err)
	}
	return nil
}
