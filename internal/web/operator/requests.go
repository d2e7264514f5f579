package operator

import (
	"net/url"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

type queuePage struct{ List ui.Table }

// requestPage is one request with what can be answered (F70, R16).
type requestPage struct {
	ui.DeskOne
	Answer *ui.Form
	Refuse *ui.Form
	Refund *refundPanel
}

// refundPanel is what would go back, worked out now, and the acts with it.
type refundPanel struct {
	Note     ui.Note
	Lines    *ui.Table
	Proposal *ui.Note
	Law      ui.Filters
	Acts     []ui.Button
}

func queue(v *ui.Visit) error {
	q := app.RequestQuery{State: support.State(v.Query("state")), Limit: ui.Limit + 1}
	states := []support.State{support.Open, support.Attention, support.Closed}
	if !slices.Contains(states, q.State) {
		q.State = ""
	}
	ui.ReadCursor(v.Query("after"), &q.Offset)
	q.Offset = max(0, q.Offset)
	if v.IsCSV() {
		q.Offset, q.Limit = 0, ui.Export
	}
	found, err := v.App.RequestQueue(v.R.Context(), v.Actor, q)
	if err != nil {
		return err
	}
	names := partnerNames(v)
	t := ui.Table{
		Caption: v.T("console.requests"), Empty: ui.Empty{Title: v.T("console.all_clear"), Text: v.T("console.all_clear_text")},
		Columns: []ui.Column{{Head: v.T("request.number")}, {Head: v.T("request.topic")}, {Head: v.T("console.partner")}, {Head: v.T("request.severity")}, {Head: v.T("request.filed")}, {Head: v.T("request.state")}},
	}
	state := ui.Field{Name: "state", Label: v.T("request.state"), Kind: "select", Value: string(q.State), Options: []ui.Option{{Text: v.T("part.any")}}}
	for _, s := range states {
		state.Options = append(state.Options, ui.Option{Value: string(s), Text: v.T("request.state." + string(s))})
	}
	t.Filters = v.Keeps(&ui.Filters{Label: v.T("request.filter"), Action: "/operator/requests", Fields: []ui.Field{state}})
	if len(found) > ui.Limit && !v.IsCSV() {
		found, t.Pager.Next = found[:ui.Limit], v.With("after", ui.Cursor(q.Offset+ui.Limit))
	}
	if q.Offset > 0 {
		t.Pager.First = v.With("after", "")
	}
	for _, r := range found {
		t.Rows = append(t.Rows, ui.Row{Past: r.State == support.Closed, Cells: []ui.Cell{
			{Value: string(r.ID), Href: "/operator/requests/" + string(r.ID), Hint: r.Title}, {Value: v.TopicOf(r.Topic)}, {Value: names(r.Partner)},
			{Value: v.T("request.severity." + string(r.Severity))}, {Value: r.FiledAt}, {Value: v.RequestMark(r.State)},
		}})
	}
	if v.IsCSV() {
		return v.CSV("requests", t)
	}
	p := ui.Page{Title: v.T("console.requests"), Area: "requests"}
	p.Head.Acts = []ui.Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}}
	if v.May(party.OperateSystem) {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("limits.title"), Href: limitsPath})
	}
	return v.Show("op-requests", p, queuePage{t})
}

// partnerNames finds the names of partners; support agents, who do not see tenants, are shown ids.
func partnerNames(v *ui.Visit) func(id.Partner) string {
	names := map[id.Partner]string{}
	if all, err := v.App.Tenants(v.R.Context(), v.Actor); err == nil {
		for _, p := range all {
			names[p.ID] = p.Name
		}
	}
	return func(p id.Partner) string {
		if n := names[p]; n != "" {
			return n
		}
		return string(p)
	}
}

func requestOf(v *ui.Visit) id.Request { return id.Request(v.Path("request")) }

func request(v *ui.Visit) error { return showRequest(v, 200, "", nil, nil) }

func showRequest(v *ui.Visit, code int, about string, refused *fault.Fault, sent url.Values) error {
	r, err := v.App.QueuedRequest(v.R.Context(), v.Actor, requestOf(v))
	if err != nil {
		return err
	}
	at := "/operator/requests/" + string(r.ID)
	page := requestPage{DeskOne: v.RequestPage(r, at, string(r.Customer))}
	page.Facts.Rows = append(page.Facts.Rows, ui.Fact{Name: v.T("console.partner"), Value: partnerNames(v)(r.Partner)})
	p := ui.Page{Title: r.Title, Area: "requests", Crumbs: []ui.Link{{Text: v.T("console.requests"), Href: "/operator/requests"}}}
	p.Head.Marks, p.Head.ID, p.Head.Sub = []ui.Mark{v.RequestMark(r.State)}, string(r.ID), []any{v.TopicOf(r.Topic)}
	if r.State != support.Closed {
		page.Answer = &ui.Form{Action: at + "/reply", Once: v.Once(), Submit: ui.Button{Text: v.T("request.reply"), Kind: "main"}, Fields: []ui.Field{
			{Name: "text", Label: v.T("console.answer"), Kind: "area", Required: true, MaxLength: support.MaxDescription}, {Name: "end", Label: v.T("console.and_close"), Kind: "check"},
		}}
		page.Refuse = &ui.Form{Action: at + "/refuse", Once: v.Once(), Before: v.T("console.refuse_before"), Submit: ui.Button{Text: v.T("console.refuse"), Kind: "ask"}, Fields: []ui.Field{
			{Name: "reason", Label: v.T("console.reason"), Kind: "area", Required: true, MaxLength: 2000},
		}}
		if r.Refund != nil {
			if page.Refund, err = refundOf(v, r, at); err != nil {
				return err
			}
		}
	}
	if refused != nil {
		form := map[string]*ui.Form{"reply": page.Answer, "refuse": page.Refuse}[about]
		if form == nil {
			p.Errors = &ui.Errors{Title: v.T("form.errors", "n", 1), Items: []ui.Link{{Text: v.L.Fault(refused)}}}
			return v.ShowAs(code, "op-request", p, page)
		}
		form.Fill(sent)
		p.Errors = form.Blame(v.L, refused, form.Fields[0].Name)
	}
	return v.ShowAs(code, "op-request", p, page)
}

// terms reads what a refund is to be: by the policy rows, or by a law (F77).
func terms(r app.RequestView, get func(string) string) (support.Terms, error) {
	m, ok := market.Lookup(get("law"))
	if !ok || r.Refund == nil {
		return support.Terms{Reason: strings.TrimSpace(get("reason"))}, nil
	}
	t := support.Terms{Law: m.Country, Reason: strings.TrimSpace(get("reason"))}
	amount := strings.ReplaceAll(strings.TrimSpace(get("amount")), ",", ".")
	for _, n := range r.Refund.Lines {
		g := order.Granted{Line: n}
		if amount != "" && len(r.Refund.Lines) == 1 {
			var err error
			if g.Amount, err = money.Parse(amount, r.Refund.Amount.Currency()); err != nil {
				return t, err
			}
		}
		t.Lines = append(t.Lines, g)
	}
	return t, nil
}

// refundOf works out what would go back, in the same decision as the act itself.
func refundOf(v *ui.Visit, r app.RequestView, at string) (*refundPanel, error) {
	panel := &refundPanel{Law: ui.Filters{Label: v.T("console.by_law"), Action: at, Fields: []ui.Field{
		{Name: "law", Label: v.T("console.law"), Kind: "select", Value: v.Query("law"), Options: []ui.Option{{Text: v.T("console.no_law")}}},
		{Name: "reason", Label: v.T("console.reason"), Value: v.Query("reason"), Grow: true, MaxLength: 500, Prefix: "law-"}, {Name: "amount", Label: v.T("request.amount"), Value: v.Query("amount"), MaxLength: 30},
	}}}
	for _, c := range v.L.Countries() {
		panel.Law.Fields[0].Options = append(panel.Law.Fields[0].Options, ui.Option{Value: string(c), Text: v.L.Country(c)})
	}
	if p := r.Proposal; p != nil {
		panel.Proposal = &ui.Note{Kind: "info", Title: v.T("console.proposed"), Rows: []ui.Fact{{Name: v.T("request.amount"), Value: p.Credit}, {Name: v.T("request.decided"), Value: p.At, Hint: p.By.Name}}}
	}
	wish, err := terms(r, v.Query)
	var view app.RequestView
	if err == nil {
		err = v.Try(func(req app.Request) (app.Reply, error) {
			return v.App.ProposeRefund(v.R.Context(), v.Actor, req, r.ID, wish, app.Asked{Preview: true})
		}, func(out any) { view = out.(app.RequestView) })
	}
	if f := fault.Of(err); f != nil {
		panel.Note = ui.Note{Kind: "stop", Title: v.T("console.nothing_back"), Text: v.L.Fault(f)}
		return panel, nil
	}
	if err != nil || view.Preview == nil {
		return nil, err
	}
	pre := view.Preview
	t := ui.Table{Caption: v.T("console.goes_back"), Small: true, Columns: []ui.Column{{Head: v.T("bill.what")}, {Head: v.T("bill.net"), Num: true}, {Head: v.T("bill.tax"), Num: true}, {Head: v.T("bill.gross"), Cash: true}}}
	var sum money.Amount
	for _, c := range pre.Charges {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Value: v.T("charge." + string(c.Kind)), Hint: v.LeadOf(app.StatementLine{Charge: c})}, {Value: c.Net}, {Value: c.Tax}, {Value: c.Gross()}}})
		sum = sum.Add(c.Gross())
	}
	panel.Lines = &t
	panel.Note = ui.Note{Kind: "info", Title: v.T("console.would_go_back", "amount", sum.Neg()), Rows: []ui.Fact{
		{Name: v.T("console.lands_on"), Value: ui.Day(pre.Invoice.End)}, {Name: v.T("console.ends"), Value: v.T("console.keys_links", "keys", pre.Keys, "links", pre.Links)},
		{Name: v.T("why.policy_row"), Value: pre.Policy, Hint: v.T("request.judged_hint")},
	}}
	send := []ui.Pair{{Name: "match", Value: pre.Hash()}, {Name: "law", Value: v.Query("law")}, {Name: "reason", Value: v.Query("reason")}, {Name: "amount", Value: v.Query("amount")}}
	panel.Acts = []ui.Button{{Text: v.T("console.propose", "amount", sum.Neg()), Post: at + "/propose", Once: v.Once(), Hidden: send}}
	if v.May(party.ApproveRefund) {
		panel.Acts = append(panel.Acts, ui.Button{Text: v.T("console.approve", "amount", sum.Neg()), Post: at + "/approve", Once: v.Once(), Kind: "final", Hidden: send})
	}
	return panel, nil
}

// answer replies, refuses, proposes or approves (F70, R16).
func answer(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	one, what, ctx := requestOf(v), v.Path("act"), v.R.Context()
	r, err := v.App.QueuedRequest(ctx, v.Actor, one)
	if err != nil {
		return err
	}
	wish, err := terms(r, sent.Get)
	if err != nil {
		return err
	}
	asked := app.Asked{Match: sent.Get("match")}
	text, reason := strings.TrimSpace(sent.Get("text")), strings.TrimSpace(sent.Get("reason"))
	do, said := map[string]func(app.Request) (app.Reply, error){
		"reply": func(req app.Request) (app.Reply, error) {
			return v.App.ReplyToRequest(ctx, v.Actor, req, one, text, sent.Has("end"))
		},
		"refuse": func(req app.Request) (app.Reply, error) { return v.App.RefuseRequest(ctx, v.Actor, req, one, reason) },
		"propose": func(req app.Request) (app.Reply, error) {
			return v.App.ProposeRefund(ctx, v.Actor, req, one, wish, asked)
		},
		"approve": func(req app.Request) (app.Reply, error) {
			return v.App.ApproveRefund(ctx, v.Actor, req, one, wish, asked)
		},
	}[what], "console.said."+what
	switch {
	case do == nil:
		return fault.NotFound("page.unknown", nil)
	case what == "reply" && text == "", what == "refuse" && reason == "":
		return showRequest(v, 422, what, fault.Invalid("form.missing", nil), sent)
	}
	err = v.Act(do, func(any) ui.Then { return ui.Then{To: "/operator/requests/" + string(one), Said: v.T(said)} })
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied || f.Kind == fault.KindNotFound {
		return err
	}
	return showRequest(v, ui.Again(f), what, f, sent)
}

func file(v *ui.Visit) error {
	f, content, err := v.App.QueuedAttachment(v.R.Context(), v.Actor, requestOf(v), id.File(v.Path("file")))
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	return v.Attachment(f, content)
}
