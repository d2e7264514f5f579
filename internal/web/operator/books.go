package operator

import (
	"cmp"
	"context"
	"github.com/comptoir-dev/comptoir/internal/app"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// booksPage is the ledger of one partner, and the proof of all (R15).
type booksPage struct {
	Proof   *ui.Note
	Ask     ui.Filters
	Add     *ui.Button // adds the balance up
	Balance *ui.Table
	Entries ui.Table
	Log     ui.Facts
}

var accounts = []ledger.Account{ledger.Receivable, ledger.Sales, ledger.Tax, ledger.Cash}

func books(v *ui.Visit) error { return showBooks(v, nil) }

func showBooks(v *ui.Visit, proof *ui.Note) error {
	ctx := v.R.Context()
	all, err := v.App.Tenants(ctx, v.Actor)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(p party.Partner) bool { return p.Kind == party.IndirectReseller })
	tree, err := v.App.LogTree(ctx, v.Actor)
	if err != nil {
		return err
	}
	page := booksPage{Proof: proof, Log: ui.Facts{ID: "log", Title: v.T("books.log"), Rows: []ui.Fact{{Name: v.T("books.records"), Value: tree.Size}}}}
	if lines := strings.Split(tree.Checkpoint, "\n"); len(lines) > 2 {
		page.Log.Rows = append(page.Log.Rows, ui.Fact{Name: v.T("books.origin"), Value: ui.Mono(lines[0])}, ui.Fact{Name: v.T("books.root"), Value: ui.ID(lines[2]), Hint: v.T("books.root_hint")})
	}
	frame := ui.Page{Title: v.T("books.title"), Area: "books"}
	frame.Head.Acts = []ui.Button{{Text: v.T("books.verify"), Post: "/operator/ledger/verify", Icon: "check"}}
	if len(all) == 0 {
		page.Entries = ui.Table{Caption: v.T("books.entries"), Empty: ui.Empty{Title: v.T("console.no_tenants")}}
		return v.Show("op-books", frame, page)
	}
	chosen := all[0]
	pick := ui.Field{Name: "partner", Label: v.T("console.partner"), Kind: "select", Grow: true}
	for _, p := range all {
		pick.Options = append(pick.Options, ui.Option{Value: string(p.ID), Text: p.Name})
		if string(p.ID) == v.Query("partner") {
			chosen = p
		}
	}
	pick.Value = string(chosen.ID)
	to := ui.Field{Name: "to", Label: v.T("books.up_to"), Kind: "date"}
	before := id.Entry(v.Query("after"))
	if day, err := time.Parse(time.DateOnly, v.Query("to")); err == nil {
		if to.Value = v.Query("to"); before == "" {
			before = id.Entry(ledger.Mark(day.AddDate(0, 0, 1)))
		}
	}
	page.Ask = ui.Filters{Label: v.T("console.partner"), Action: "/operator/ledger", Fields: []ui.Field{pick, to}, Go: v.T("books.open")}
	who := v.Actor.Attending(party.NewScope(chosen.ID, ""))
	page.Add = &ui.Button{Text: v.T("books.add_up"), Href: ui.With(v.R.URL, "partner", string(chosen.ID), "sums", "1"), Icon: "plus"}
	if v.R.Method != "GET" && v.R.Method != "HEAD" {
		page.Add.Href = "/operator/ledger?partner=" + string(chosen.ID) + "&sums=1"
	}
	if v.Query("sums") != "" {
		sums, err := v.App.TrialBalance(ctx, who)
		if err != nil {
			return err
		}
		page.Add, page.Balance = nil, balance(v, sums)
	}
	limit := ui.Limit + 1
	if v.IsCSV() {
		limit = ui.Export
	}
	found, err := v.App.BookEntries(ctx, who, before, limit)
	if err != nil {
		return err
	}
	page.Entries = entryTable(v, found)
	if v.IsCSV() {
		return v.CSV("ledger", page.Entries)
	}
	if len(found) > ui.Limit {
		page.Entries.Rows = entryTable(v, found[:ui.Limit]).Rows
		page.Entries.Pager.Next = v.With("after", string(found[ui.Limit-1].ID))
	}
	if v.Query("after") != "" {
		page.Entries.Pager.First = v.With("after", "")
	}
	frame.Head.Acts = append(frame.Head.Acts, ui.Button{Text: v.T("part.export"), Href: ui.With(v.R.URL, "partner", string(chosen.ID), "format", "csv", "after", "", "sums", ""), Icon: "down"})
	return v.Show("op-books", frame, page)
}

func balance(v *ui.Visit, sums map[money.Currency]map[ledger.Account]int64) *ui.Table {
	t := &ui.Table{
		ID: "balance", Title: v.T("books.balance"), Caption: v.T("books.balance"), Hint: v.T("books.balance_hint"), Empty: ui.Empty{Title: v.T("books.nothing")},
		Columns: []ui.Column{{Head: v.T("books.currency")}},
	}
	for _, a := range accounts {
		t.Columns = append(t.Columns, ui.Column{Head: v.T("books.account." + string(a)), Num: true})
	}
	t.Columns = append(t.Columns, ui.Column{Head: v.T("books.sum"), Cash: true})
	var currencies []money.Currency
	for c := range sums {
		currencies = append(currencies, c)
	}
	slices.Sort(currencies)
	for _, c := range currencies {
		row, whole := ui.Row{Cells: []ui.Cell{{Value: string(c)}}}, int64(0)
		for _, a := range accounts {
			row.Cells = append(row.Cells, ui.Cell{Value: money.Of(sums[c][a], c)})
		}
		for _, s := range sums[c] {
			whole += s
		}
		sum := ui.Cell{Value: money.Of(whole, c)}
		if whole != 0 {
			sum.Mark = &ui.Mark{Kind: "soon", Text: v.T("books.off")}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: append(row.Cells, sum)})
	}
	return t
}

func entryTable(v *ui.Visit, found []app.BookEntry) ui.Table {
	t := ui.Table{
		ID: "entries", Title: v.T("books.entries"), Caption: v.T("books.entries"), Hint: v.T("books.entries_hint"), Empty: ui.Empty{Title: v.T("books.nothing")},
		Columns: []ui.Column{{Head: v.T("books.entry")}, {Head: v.T("portal.when")}, {Head: v.T("books.cause")}, {Head: v.T("books.account")}, {Head: v.T("books.debit"), Num: true}, {Head: v.T("books.credit"), Num: true}},
	}
	for _, e := range found {
		for i, p := range e.Postings {
			row := ui.Row{Cells: []ui.Cell{{Value: ui.Mono(string(e.ID))}, {Value: ""}, {Value: ""}, {Value: v.T("books.account." + string(p.Account))}, {Value: p.Amount}, {Value: ""}}}
			if p.Amount.Sign() < 0 {
				row.Cells[4].Value, row.Cells[5].Value = "", p.Amount.Neg()
			}
			if i == 0 || v.IsCSV() {
				row.Cells[1].Value, row.Cells[2].Value = e.At, ui.Mono(e.Ref)
			}
			if i == 0 && !e.Balanced() {
				row.Cells[0].Mark = &ui.Mark{Kind: "soon", Text: v.T("books.off")}
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// proofLife bounds how long a reader waits; larger stores are verified by the command.
const proofLife = 2 * time.Minute

// verify recomputes books and log, and tells what does not fit; the first thing that is wrong stands first.
func verify(v *ui.Visit) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	if v.Verify == nil {
		return fault.NotFound("page.unknown", nil)
	}
	ctx, stop := context.WithTimeout(v.R.Context(), proofLife)
	defer stop()
	books, log, err := v.Verify(ctx)
	if err != nil {
		return err
	}
	n := &ui.Note{Kind: "good", Title: v.T("books.sound"), Text: v.T("books.sound_text", "n", log.Records), Rows: []ui.Fact{{Name: v.T("books.at"), Value: v.Wall.Now()}, {Name: v.T("books.checkpoints"), Value: log.Checkpoints}}}
	if wrong := slices.Concat(books, log.Found); len(wrong) > 0 {
		n.Kind, n.Title, n.Text = "stop", v.T("books.unsound", "n", len(wrong)), v.T("books.unsound_text")
		for i, w := range wrong[:min(len(wrong), 20)] {
			n.Rows = append(n.Rows, ui.Fact{Name: cmp.Or(map[int]string{0: v.T("books.first_bad")}[i], v.L.Value(i+1)), Value: ui.Mono(w)})
		}
	}
	return showBooks(v, n)
}
