package partner

import (
	"net/url"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// maxTogether is how many orders are cancelled together.
const maxTogether = 40

// severalPage chooses several orders to cancel (F55), then shows what that would do.
type severalPage struct {
	Table  ui.Table // to choose, or what was chosen
	Action string   // of choosing; empty: it was chosen
	Form   *severalForm
}

// severalForm is the acknowledgement and the act.
type severalForm struct {
	Action string
	Picks  []ui.Pair // an order with its lines, and the hash of what was shown of them
	Rows   []ui.Fact
	Final  string
	Back   string
	Bad    string
}

// bundle is what was chosen of one order. It is cancelled in one act: each act makes another version of its order, and what was
// shown of the other lines would hold no longer.
type bundle struct {
	order   string
	lines   []int
	preview app.Preview
}

// bundles are what was chosen, order by order.
func (s *softwareRead) bundles(all []several) (out []bundle, err error) {
	for _, one := range all {
		if one.refused != nil {
			continue
		}
		o := string(one.line.Order.ID)
		i := slices.IndexFunc(out, func(b bundle) bool { return b.order == o })
		if i < 0 {
			i = len(out)
			out = append(out, bundle{order: o, preview: one.preview})
		}
		out[i].lines = append(out[i].lines, one.line.Line.Number)
	}
	for i, b := range out {
		if len(b.lines) > 1 {
			if out[i].preview, err = s.previewedLines(b.order, b.lines); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// several is one line with what its cancellation would do.
type several struct {
	line    app.SoftwareItem
	preview app.Preview
	refused *fault.Fault
}

// candidates are the lines that have not ended, with what cancelling each would do; picks narrows them.
func (s *softwareRead) candidates(picks []string) (all []several, err error) {
	for _, p := range s.products {
		for _, l := range p.lines {
			if !l.Open || len(all) == maxTogether || picks != nil && !slices.Contains(picks, lineKey(l)) {
				continue
			}
			one := several{line: l}
			one.preview, err = s.previewed(l)
			if one.refused = fault.Of(err); err != nil && one.refused == nil {
				return nil, err
			}
			all = append(all, one)
		}
	}
	return all, nil
}

// askSeveral shows what can be cancelled, or what was chosen of it.
func askSeveral(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	return showSeveral(v, c, v.R.URL.Query()["pick"], "")
}

func showSeveral(v *ui.Visit, c party.Customer, picks []string, bad string) error {
	if err := v.Actor.MayFor(party.CancelSoftware, c.ID); err != nil {
		return err
	}
	s, err := readSoftware(v, c)
	if err != nil {
		return err
	}
	all, err := s.candidates(picks)
	if err != nil {
		return err
	}
	p := customerPage(v, c, "", v.T("cancel.several_title"))
	p.Crumbs = append(p.Crumbs, ui.Link{Text: v.T("customer.software"), Href: s.at})
	page := severalPage{Table: s.severalTable(all, picks == nil)}
	if picks == nil {
		page.Action = s.at + "/cancel-several"
		return v.Show("cancel-several", p, page)
	}
	if page.Form, err = s.severalForm(all); err != nil {
		return err
	}
	status := 200
	if page.Form.Bad = bad; bad != "" {
		status = 422
		p.Errors = &ui.Errors{Title: v.T("form.errors", "n", 1), Items: []ui.Link{{Text: bad, Href: "#f-ack"}}}
	}
	return v.ShowAs(status, "cancel-several", p, page)
}

func (s *softwareRead) severalTable(all []several, choose bool) ui.Table {
	t := ui.Table{
		Caption: s.T("cancel.several_title"), Empty: ui.Empty{Title: s.T("cancel.none_open"), Text: s.T("cancel.none_open_text"), Act: &ui.Button{Text: s.T("part.back"), Href: s.at}},
		Columns: []ui.Column{{Head: s.T("software.product")}, {Head: s.T("software.order")}, {Head: s.T("cancel.until")}, {Head: s.T("cancel.gone")}, {Head: s.T("cancel.credit"), Cash: true}},
	}
	if choose {
		t.Bulk = &ui.Bulk{Name: s.T("cancel.choose")}
	}
	for _, one := range all {
		row := ui.Row{Pick: lineKey(one.line), Cells: []ui.Cell{
			{Value: one.line.Line.Title, Hint: s.T("software.licences", "n", one.line.Line.Quantity)},
			{Value: ui.Mono(id.AlternateID(one.line.Order.ID)), Hint: ui.Day(one.line.Order.At)}, {Value: one.line.Until, Hint: daysLeft(s.Visit, one.preview)},
			{Value: s.T("cancel.gone_of", "keys", one.preview.Keys, "links", one.preview.Links)}, {Value: credit(one.preview)},
		}}
		if one.refused != nil { // a support request leads on (F58)
			row.Pick, row.Cells[2].Hint = "", nil
			row.Cells[0].Reason = s.L.Fault(one.refused)
			row.Cells[3] = ui.Cell{Value: "–"}
			row.Cells[4] = ui.Cell{Acts: []ui.Button{{Text: s.T("cancel.report"), Href: reportPath(s.customer.ID, one.line), Kind: "small"}}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (s *softwareRead) severalForm(all []several) (*severalForm, error) {
	f := &severalForm{Action: s.at + "/cancel-several", Back: s.at + "/cancel-several"}
	chosen, err := s.bundles(all)
	if err != nil {
		return nil, err
	}
	var keys, links, lines int
	var total []money.Amount
	for _, b := range chosen {
		f.Picks = append(f.Picks, ui.Pair{Name: "pick", Value: b.order + "." + joined(b.lines) + "~" + b.preview.Hash()})
		keys, links, lines = keys+b.preview.Keys, links+b.preview.Links, lines+len(b.lines)
		total = plus(total, credit(b.preview))
		if len(f.Rows) == 0 {
			f.Rows = append(f.Rows, ui.Fact{Name: s.T("cancel.invoice"), Value: s.L.HTML("cancel.invoice_of", "at", ui.Value(s.L, ui.Day(b.preview.Invoice.End)))})
		}
	}
	f.Rows = append(f.Rows, ui.Fact{Name: s.T("cancel.credit"), Value: total}, ui.Fact{Name: s.T("cancel.gone"), Value: s.T("cancel.gone_of", "keys", keys, "links", links)})
	f.Final = s.T("cancel.final_several", "n", lines, "credit", total)
	return f, nil
}

// plus adds amounts to sums, one for each currency.
func plus(sums, more []money.Amount) []money.Amount {
	for _, a := range more {
		i := slices.IndexFunc(sums, func(s money.Amount) bool { return s.Currency() == a.Currency() })
		if i < 0 {
			sums = append(sums, a)
		} else {
			sums[i] = sums[i].Add(a)
		}
	}
	return sums
}

// cancelSeveral cancels what was shown, order by order: one that moved meanwhile stays, and is told of.
func cancelSeveral(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := v.Actor.MayFor(party.CancelSoftware, c.ID); err != nil {
		return err
	}
	chosen, lines, ok := picked(sent)
	switch {
	case !ok:
		return fault.NotFound("line.unknown", nil)
	case lines == 0 || lines > maxTogether:
		return v.Redirect("/customers/"+string(c.ID)+"/software/cancel-several", "")
	case sent.Get("ack") == "":
		var keys []string
		for _, p := range chosen {
			for _, line := range p.lines {
				keys = append(keys, orderLine(id.Order(p.order), line))
			}
		}
		return showSeveral(v, c, keys, v.L.Fault(fault.Invalid("cancel.unacknowledged", nil)))
	}
	done, total, kept := 0, []money.Amount(nil), []ui.Fact(nil)
	for _, p := range chosen {
		err := v.Try(func(req app.Request) (app.Reply, error) {
			return v.App.CancelOrder(v.R.Context(), v.Actor, req, c.ID, p.order, p.lines, app.Asked{Match: p.hash, Acknowledged: true})
		}, func(out any) { total = plus(total, credit(*out.(app.OrderView).Done)) })
		switch f := fault.Of(err); {
		case err == nil:
			done += len(p.lines)
		case f == nil:
			return err
		default:
			kept = append(kept, ui.Fact{Name: id.AlternateID(id.Order(p.order)), Value: v.L.Fault(f)})
		}
	}
	at := "/customers/" + string(c.ID) + "/software"
	if len(kept) == 0 {
		return v.Redirect(at, v.T("cancel.done_several", "n", done, "credit", total))
	}
	page := customerPage(v, c, "", v.T("cancel.several_title"))
	page.Crumbs = append(page.Crumbs, ui.Link{Text: v.T("customer.software"), Href: at})
	if done > 0 {
		page.Notes = append(page.Notes, ui.Note{Kind: "good", Text: v.T("cancel.done_several", "n", done, "credit", total)})
	}
	page.Notes = append(page.Notes, ui.Note{Kind: "stop", Title: v.T("cancel.kept", "n", len(kept)), Rows: kept, Acts: []ui.Button{{Text: v.T("customer.software"), Href: at}}})
	return v.ShowAs(409, "cancel-several", page, severalPage{})
}

// pick is one order of a form that was sent, with the hash of what was shown.
type pick struct {
	order, hash string
	lines       []int
}

// picked reads "ORDER.2,3~hash", and counts the lines.
func picked(sent url.Values) (picks []pick, lines int, ok bool) {
	for _, text := range sent["pick"] {
		what, hash, _ := strings.Cut(text, "~")
		order, numbers, _ := strings.Cut(what, ".")
		p := pick{order: order, hash: hash}
		for number := range strings.SplitSeq(numbers, ",") {
			_, line, ok := cutLine(order + "." + number)
			if !ok {
				return nil, 0, false
			}
			p.lines = append(p.lines, line)
		}
		picks, lines = append(picks, p), lines+len(p.lines)
	}
	return picks, lines, true
}

// joined is lines as a form carries them: "2,3".
func joined(lines []int) string {
	texts := make([]string, len(lines))
	for i, n := range lines {
		texts[i] = itoa(n)
	}
	return strings.Join(texts, ",")
}
