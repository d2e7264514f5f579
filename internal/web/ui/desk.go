package ui

import (
	"html/template"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// Desk is where support requests are raised and followed (F68, F69; R10): the same pages for the partner and its customers.
type Desk struct {
	At   string // its address: "/requests"
	Area string // its entry of the navigation
}

// Routes are the pages of a desk.
func (d Desk) Routes() []Route {
	one := d.At + "/{request}"
	return []Route{
		{Pattern: "GET " + d.At, Handle: d.list},
		{Pattern: "GET " + d.At + "/new", Handle: d.form},
		{Pattern: "POST " + d.At + "/new", Handle: d.raise},
		{Pattern: "GET " + one, Handle: d.one},
		{Pattern: "POST " + one + "/reply", Handle: d.reply},
		{Pattern: "POST " + one + "/files", Handle: d.attach},
		{Pattern: "POST " + one + "/state", Handle: d.setState},
		{Pattern: "GET " + one + "/files/{file}", Handle: d.file},
	}
}

// DeskList is the requests there are.
type DeskList struct{ List Table }

var requestStates = []support.State{support.Open, support.Attention, support.Closed}

// RequestMark is whose turn it is, in words.
func (v *Visit) RequestMark(s support.State) Mark {
	kind := map[support.State]string{support.Open: "wait", support.Attention: "soon", support.Closed: "plain"}[s]
	return Mark{kind, v.T("request.state." + string(s))}
}

// TopicOf names the type of a problem.
func (v *Visit) TopicOf(topic int) string {
	if key := "request.topic." + strconv.Itoa(topic); v.L.Has(key) {
		return v.T(key)
	}
	return strconv.Itoa(topic)
}

func (d Desk) list(v *Visit) error {
	skip := 0
	ReadCursor(v.Query("after"), &skip)
	skip = max(0, skip)
	q := app.RequestQuery{State: support.State(v.Query("state")), Offset: skip, Limit: Limit + 1}
	if !slices.Contains(requestStates, q.State) {
		q.State = ""
	}
	if v.IsCSV() {
		q.Offset, q.Limit = 0, Export
	}
	found, err := v.App.Requests(v.R.Context(), v.Actor, q)
	if err != nil {
		return err
	}
	t := Table{
		Caption: v.T("request.list"),
		Columns: []Column{{Head: v.T("request.number")}, {Head: v.T("request.topic")}, {Head: v.T("customers.name")}, {Head: v.T("request.severity")}, {Head: v.T("request.filed")}, {Head: v.T("request.age")}, {Head: v.T("request.changed")}, {Head: v.T("request.state")}},
		Empty:   Empty{Title: v.T("request.none"), Text: v.T("request.none_text"), Act: &Button{Text: v.T("request.report"), Href: d.At + "/new", Kind: "main"}},
	}
	state := Field{Name: "state", Label: v.T("request.state"), Kind: "select", Value: string(q.State), Options: []Option{{Text: v.T("part.any")}}}
	for _, s := range requestStates {
		state.Options = append(state.Options, Option{Value: string(s), Text: v.T("request.state." + string(s))})
	}
	if len(found) > 0 || q.State != "" {
		t.Filters = v.Keeps(&Filters{Label: v.T("request.filter"), Action: d.At, Fields: []Field{state}})
	}
	if len(found) > Limit && !v.IsCSV() {
		found, t.Pager.Next = found[:Limit], v.With("after", Cursor(skip+Limit))
	}
	if skip > 0 {
		t.Pager.First = v.With("after", "")
	}
	names, now := v.customerNames(), v.App.Clock.Now()
	for _, r := range found {
		t.Rows = append(t.Rows, Row{Past: r.State == support.Closed, Cells: []Cell{
			{Value: string(r.ID), Href: d.At + "/" + string(r.ID), Hint: r.Title}, {Value: v.TopicOf(r.Topic)}, {Value: names(r.Customer)},
			{Value: v.T("request.severity." + string(r.Severity))}, {Value: r.FiledAt}, {Value: v.L.Span(now.Sub(r.FiledAt))}, {Value: r.ChangedAt}, {Value: v.RequestMark(r.State)},
		}})
	}
	if v.Actor.Customer != "" { // its own alone
		t.Columns = slices.Delete(t.Columns, 2, 3)
		for i := range t.Rows {
			t.Rows[i].Cells = slices.Delete(t.Rows[i].Cells, 2, 3)
		}
	}
	if v.IsCSV() {
		return v.CSV("requests", t)
	}
	p := Page{Title: v.T("request.list"), Area: d.Area}
	p.Head.Acts = []Button{{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"}, {Text: v.T("request.report"), Href: d.At + "/new", Icon: "plus", Kind: "main"}}
	return v.Show("desk-list", p, DeskList{t})
}

// customerNames finds the names of customers, each once.
func (v *Visit) customerNames() func(id.Customer) string {
	known := map[id.Customer]string{"": v.T("request.own")}
	return func(c id.Customer) string {
		name, ok := known[c]
		if !ok {
			if name = string(c); v.Actor.Customer == "" {
				if found, err := v.App.Customer(v.R.Context(), v.Actor, c); err == nil {
					name = found.CompanyName
				}
			}
			known[c] = name
		}
		return name
	}
}

// DeskForm asks what the problem is, or for the facts of one of a type.
type DeskForm struct {
	Topics []Option // what there is to choose from; none once it is chosen
	At     string
	Form   Form
}

// form is "Report a problem": first the type of problem, then what that type needs, filled in from an order, an invoice line
// or a customer that the address names.
func (d Desk) form(v *Visit) error {
	topic, ok := topicOf(v.Query("topic"))
	if !ok {
		page := DeskForm{At: d.At + "/new"}
		for _, t := range support.Topics() {
			q := v.R.URL.Query()
			q.Set("topic", strconv.Itoa(t.ID))
			page.Topics = append(page.Topics, Option{Value: d.At + "/new?" + q.Encode(), Text: v.TopicOf(t.ID), Hint: v.T("request.topic_hint." + strconv.Itoa(t.ID))})
		}
		return v.Show("desk-new", d.page(v, v.T("request.report")), page)
	}
	form, err := d.requestForm(v, topic)
	if err != nil {
		return err
	}
	return v.Show("desk-new", d.page(v, v.T("request.report")), DeskForm{Form: form})
}

func topicOf(s string) (support.Topic, bool) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return support.Topic{}, false
	}
	return support.TopicOf(n)
}

func (d Desk) page(v *Visit, title string) Page {
	return Page{Title: title, Area: d.Area, Crumbs: []Link{{Text: v.T("request.list"), Href: d.At}}}
}

func (d Desk) requestForm(v *Visit, topic support.Topic) (Form, error) {
	me := v.Signed.Person
	first, last := me.FirstName, me.LastName
	if first == "" && last == "" {
		first, last, _ = strings.Cut(me.DisplayName, " ")
	}
	f := Form{Action: d.At + "/new", Once: v.Once(), Hidden: []Pair{{"topic", strconv.Itoa(topic.ID)}}, Before: v.T("request.before")}
	f.Submit, f.Back = Button{Text: v.T("request.submit"), Kind: "main"}, &Button{Text: v.T("request.other_topic"), Href: d.At + "/new"}
	add := func(field Field) { f.Fields = append(f.Fields, field) }
	if v.Actor.Customer == "" {
		add(Field{Name: "customer", Label: v.T("request.customer"), Hint: v.T("request.customer_hint"), Value: v.Query("customer"), MaxLength: 253, Required: topic.Refund})
	}
	add(Field{Name: "severity", Label: v.T("request.severity"), Kind: "select", Value: string(support.Moderate), Options: severities(v)})
	add(Field{Name: "title", Label: v.T("request.title"), Required: true, MaxLength: support.MaxTitle})
	if topic.Refund {
		add(Field{Name: "order", Label: v.T("recon.order"), Required: true, MaxLength: 80, Value: v.Query("order")})
		add(Field{Name: "reason", Label: v.T("request.reason"), Kind: "area", Required: true, MaxLength: 2000})
		add(Field{Name: "amount", Label: v.T("request.amount"), Hint: v.T("request.amount_hint"), Required: true, MaxLength: 30})
		if line := v.Query("line"); line != "" {
			f.Hidden = append(f.Hidden, Pair{"line", line})
		}
	} else {
		add(Field{Name: "description", Label: v.T("request.description"), Kind: "area", Required: true, MaxLength: support.MaxDescription, Value: about(v)})
		if name := []rune(v.Query("product")); len(name) > 0 && len(name) < 200 {
			f.Field("title").Value = v.T("request.about_product", "name", string(name))
		}
		if v.Query("invoice") != "" {
			f.Fields[len(f.Fields)-2].Value = v.T("request.about_invoice", "invoice", v.Query("invoice"))
		}
	}
	add(Field{Name: "first", Label: v.T("customers.first_name"), Value: first, Autocomplete: "given-name", MaxLength: 100})
	add(Field{Name: "last", Label: v.T("customers.last_name"), Value: last, Autocomplete: "family-name", MaxLength: 100, Required: topic.Refund})
	add(Field{Name: "email", Label: v.T("customers.email"), Kind: "email", Value: me.Email, Autocomplete: "email", MaxLength: 254, Required: topic.Refund})
	add(Field{Name: "phone", Label: v.T("customers.phone"), Kind: "tel", Value: me.Phone, Autocomplete: "tel", MaxLength: 40, Required: topic.Refund})
	f.Files = true
	add(fileField(v))
	switch {
	case topic.Refund && v.Query("order") != "":
		return f, v.draft(&f)
	case topic.ID == support.MigrationTopic && v.Query("customer") != "" && v.May(party.RevealKey):
		return f, v.draftMove(&f)
	}
	return f, nil
}

// draftMove fills in how a customer's fleet stands that moves from volume licensing (F51).
func (v *Visit) draftMove(f *Form) error {
	r, err := v.App.DraftDeploymentHelp(v.R.Context(), v.Actor, id.Customer(v.Query("customer")))
	if err != nil {
		return err
	}
	f.Field("title").Value, f.Field("severity").Value, f.Field("description").Value = r.Title, string(r.Severity), r.Description
	return nil
}

// about says which line a question is about.
func about(v *Visit) string {
	text := ""
	for _, name := range []string{"invoice", "charge"} {
		if value := v.Query(name); value != "" {
			text += v.T("request.about."+name, "id", value) + "\n"
		}
	}
	return text
}

// draft fills a refund in from its order's line (F58, F68).
func (v *Visit) draft(f *Form) error {
	customer := id.Customer(v.Query("customer"))
	if v.Actor.Customer != "" {
		customer = v.Actor.Customer
	}
	line, _ := strconv.Atoi(v.Query("line"))
	r, err := v.App.DraftRefund(v.R.Context(), v.Actor, customer, v.Query("order"), line)
	if err != nil {
		return err
	}
	f.Field("title").Value = v.T("request.refund_title", "product", r.ProductName)
	f.Field("order").Value = string(r.Refund.Order)
	if a := r.Refund.Amount; a.Sign() > 0 {
		f.Field("amount").Value = a.Decimal() + " " + string(a.Currency())
	}
	return nil
}

func severities(v *Visit) (all []Option) {
	for _, s := range []support.Severity{support.Critical, support.Moderate, support.Minimal} {
		all = append(all, Option{Value: string(s), Text: v.T("request.severity." + string(s))})
	}
	return all
}

// memberFields are the fields that a missing member is about.
var memberFields = map[string]string{
	"title": "title", "description": "description", "severity": "severity", "primaryContact.lastName": "last", "primaryContact.email": "email", "primaryContact.phoneNumber": "phone",
}

// faultFields are the fields that other faults are about.
var faultFields = map[string]string{
	"customer.unknown": "customer", "tenant.foreign": "customer", "order.unknown": "order", "line.unknown": "order", "money.not_an_amount": "amount", "money.too_many_digits": "amount",
	"money.too_large": "amount", "body.member": "amount",
}

func (d Desk) raise(v *Visit) error {
	sent, file, err := sentRequest(v)
	if err != nil {
		return err
	}
	topic, ok := topicOf(sent.Get("topic"))
	if !ok {
		return v.Redirect(d.At+"/new", "")
	}
	form, err := d.requestForm(v, topic)
	if err != nil {
		return err
	}
	form.Fill(sent)
	for _, name := range []string{"line", "product"} {
		if sent.Has(name) {
			form.Hidden = append(form.Hidden, Pair{name, sent.Get(name)})
		}
	}
	p := d.page(v, v.T("request.report"))
	if form.Missing(v.L) {
		p.Errors = form.Summary(v.L)
		return v.ShowAs(422, "desk-new", p, DeskForm{Form: form})
	}
	in := newRequest(v, topic, sent)
	err = d.fileRequest(v, in, file)
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied && f.Code != "tenant.foreign" {
		return err
	}
	field := faultFields[f.Code]
	if f.Code == "member.missing" {
		field = memberFields[v.L.Value(f.Args["member"])]
	}
	p.Errors = form.Blame(v.L, f, field)
	return v.ShowAs(Again(f), "desk-new", p, DeskForm{Form: form})
}

func newRequest(v *Visit, topic support.Topic, sent url.Values) app.NewRequest {
	get := func(name string) string { return strings.TrimSpace(sent.Get(name)) }
	in := app.NewRequest{Request: support.Request{
		Title: get("title"), Description: get("description"), Severity: support.Severity(get("severity")), Topic: topic.ID, Locale: v.L.Tag,
		Contact: support.Contact{FirstName: get("first"), LastName: get("last"), Email: get("email"), Phone: get("phone")},
	}, Said: support.Said{Customer: get("customer")}}
	if !slices.Contains([]support.Severity{support.Critical, support.Moderate, support.Minimal}, in.Severity) {
		in.Severity = support.Moderate
	}
	if !topic.Refund {
		return in
	}
	in.Description = get("reason")
	in.Said.Order, in.Said.Reason = get("order"), get("reason")
	if v.Actor.Customer != "" {
		in.Said.Customer = string(v.Actor.Customer)
	}
	if n, err := strconv.Atoi(get("line")); err == nil {
		in.Said.Lines = []int{n}
	}
	in.Said.Amount, in.Said.Currency = amountAndCurrency(get("amount"))
	return in
}

// amountAndCurrency parts "93,33 EUR"; without a currency the order's counts.
func amountAndCurrency(s string) (amount, currency string) {
	fields := strings.Fields(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s))
	if n := len(fields); n > 1 {
		if c, ok := money.ParseCurrency(fields[n-1]); ok {
			currency, fields = string(c), fields[:n-1]
		}
	}
	return strings.ReplaceAll(strings.Join(fields, ""), ",", "."), currency
}

// DeskOne is one request with what was said about it.
type DeskOne struct {
	Text   template.HTML
	Thread Timeline
	Files  Table
	Facts  Facts
	Reply  *Form
	Attach *Form
	State  *Button
	Note   *Note
	Call   Call
}

// Paragraphs is a text with its line breaks.
func Paragraphs(s string) template.HTML {
	text := template.HTMLEscapeString(strings.ReplaceAll(strings.TrimSpace(s), "\r\n", "\n"))
	return template.HTML(strings.ReplaceAll(text, "\n", "<br>")) //nolint:gosec // escaped
}

func (d Desk) one(v *Visit) error { return d.show(v, 200, "", nil, nil) }

func requestID(v *Visit) id.Request { return id.Request(v.Path("request")) }

// show shows one request; refused is a fault about the field of one of its forms.
func (d Desk) show(v *Visit, code int, field string, refused *fault.Fault, sent url.Values) error {
	r, err := v.App.Request(v.R.Context(), v.Actor, "", requestID(v))
	if err != nil {
		return err
	}
	at := d.At + "/" + string(r.ID)
	page := v.RequestPage(r, at, v.customerNames()(r.Customer))
	page.Call = Call{ID: "call", Method: "GET", Path: "/v1/servicerequests/" + string(r.ID), URL: v.URL}
	p := d.page(v, r.Title)
	p.Head.Marks, p.Head.ID = []Mark{v.RequestMark(r.State)}, string(r.ID)
	p.Head.Sub = []any{v.TopicOf(r.Topic)}
	if r.State != support.Closed {
		page.Reply = &Form{
			Action: at + "/reply", Once: v.Once(), Submit: Button{Text: v.T("request.reply"), Kind: "main"},
			Fields: []Field{{Name: "text", Label: v.T("request.reply_text"), Kind: "area", MaxLength: support.MaxDescription, Required: true}, {Name: "severity", Label: v.T("request.severity"), Kind: "select", Value: string(r.Severity), Options: severities(v)}},
		}
		page.Attach = &Form{
			Action: at + "/files", Once: v.Once(), Files: true, Submit: Button{Text: v.T("request.attach")},
			Fields: []Field{{Name: "file", Label: v.T("request.add_files"), Kind: "file", Hint: v.T("request.file_hint", "max", v.L.Bytes(support.MaxFile)), Required: true}},
		}
		page.State = &Button{Text: v.T("request.close"), Post: at + "/state", Once: v.Once(), Hidden: []Pair{{"state", string(support.Closed)}}}
	} else if r.Decision == nil {
		page.State = &Button{Text: v.T("request.reopen"), Post: at + "/state", Once: v.Once(), Hidden: []Pair{{"state", string(support.Open)}}}
	}
	if refused != nil {
		form := page.Reply
		if field == "file" {
			form = page.Attach
		}
		if form == nil {
			return refused
		}
		form.Fill(sent)
		p.Errors = form.Blame(v.L, refused, field)
	}
	return v.ShowAs(code, "desk-one", p, page)
}

// RequestPage is what a request says: to its raiser and to the operator alike.
func (v *Visit) RequestPage(r app.RequestView, at, customer string) DeskOne {
	page := DeskOne{
		Text:   Paragraphs(r.Description),
		Thread: Timeline{ID: "thread", Title: v.T("request.thread"), Empty: v.T("request.no_notes")},
		Files: Table{
			ID: "files", Title: v.T("request.files"), Caption: v.T("request.files"),
			Columns: []Column{{Head: v.T("request.file")}, {Head: v.T("request.by")}, {Head: v.T("request.size"), Num: true}}, Empty: Empty{Title: v.T("request.no_files")},
		},
		Facts: Facts{ID: "facts", Title: v.T("request.facts"), Rows: []Fact{
			{Name: v.T("request.topic"), Value: v.TopicOf(r.Topic)}, {Name: v.T("request.severity"), Value: v.T("request.severity." + string(r.Severity))},
			{Name: v.T("request.filed"), Value: r.FiledAt, Hint: r.RaisedBy.Name},
		}},
	}
	for _, n := range r.Notes {
		page.Thread.Moments = append(page.Thread.Moments, Moment{At: n.At, Kind: "done", Text: Paragraphs(n.Text), Hint: n.By + " · " + v.T("request.side."+string(n.Side))})
	}
	for _, f := range r.Files {
		page.Files.Rows = append(page.Files.Rows, Row{Cells: []Cell{{Value: f.Name, Href: at + "/files/" + string(f.ID)}, {Value: f.By, Hint: v.L.Instant(f.At)}, {Value: v.L.Bytes(f.Size)}}})
	}
	add := func(name string, value, hint any) {
		page.Facts.Rows = append(page.Facts.Rows, Fact{Name: name, Value: value, Hint: hint})
	}
	if v.Actor.Customer == "" && customer != "" {
		add(v.T("customers.name"), customer, nil)
	}
	if c := r.Contact; c != (support.Contact{}) {
		add(v.T("customers.contact"), strings.TrimSpace(c.FirstName+" "+c.LastName), strings.Trim(c.Email+" · "+c.Phone, " ·"))
	}
	if r.Refund != nil {
		lines := ""
		for i, n := range r.Refund.Lines {
			if i > 0 {
				lines += ", "
			}
			lines += strconv.Itoa(n + 1)
		}
		add(v.T("bill.order"), Mono(r.Refund.Order), v.T("request.lines", "lines", lines))
		add(v.T("request.wished"), r.Refund.Amount, v.T("request.wished_hint"))
		add(v.T("request.judged"), r.AskedAt, v.T("request.judged_hint"))
	}
	if dec := r.Decision; dec != nil {
		page.Note = &Note{Kind: "stop", Title: v.T("request.refused"), Text: dec.Terms.Reason}
		if dec.Approved {
			page.Note = &Note{Kind: "good", Title: v.T("request.approved"), Text: v.T("request.given_back", "amount", dec.Credit)}
		}
		page.Note.Rows = []Fact{{Name: v.T("request.decided"), Value: dec.At, Hint: dec.By.Name}}
		if dec.Approved && dec.Terms.Law != "" { // F77: no policy row was overridden
			page.Note.Rows = append(page.Note.Rows, Fact{Name: v.T("console.by_law"), Value: v.L.Country(dec.Terms.Law), Hint: dec.Terms.Reason})
		}
	}
	return page
}

func (d Desk) reply(v *Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	text := strings.TrimSpace(sent.Get("text"))
	return d.change(v, sent, func(r support.Request) (support.Change, error) {
		c := support.Change{Note: text, Severity: support.Severity(sent.Get("severity"))}
		if !slices.Contains([]support.Severity{support.Critical, support.Moderate, support.Minimal}, c.Severity) || c.Severity == r.Severity {
			c.Severity = ""
		}
		if c == (support.Change{}) {
			return c, fault.Invalid("request.nothing", nil)
		}
		return c, nil
	}, v.T("request.replied"))
}

func (d Desk) setState(v *Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	state, said := support.Closed, v.T("request.closed_said")
	if sent.Get("state") == string(support.Open) {
		state, said = support.Open, v.T("request.reopened_said")
	}
	return d.change(v, sent, func(support.Request) (support.Change, error) { return support.Change{State: state}, nil }, said)
}

func (d Desk) change(v *Visit, sent url.Values, what func(support.Request) (support.Change, error), said string) error {
	err := v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.ChangeRequest(v.R.Context(), v.Actor, req, "", requestID(v), what)
	}, func(any) Then { return Then{To: d.At + "/" + string(requestID(v)), Said: said} })
	if f := fault.Of(err); f != nil && f.Kind == fault.KindInvalid {
		return d.show(v, 422, "text", f, sent)
	}
	return err
}

func (d Desk) attach(v *Visit) error {
	up, err := v.Upload(support.MaxFile)
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) {
			return v.App.AttachFile(v.R.Context(), v.Actor, req, requestID(v), app.Upload{Name: up.Name, Content: up.Content, End: up.End})
		}, func(any) Then { return Then{To: d.At + "/" + string(requestID(v)), Said: v.T("request.attached")} })
	}
	if f := fault.Of(err); f != nil && f.Kind == fault.KindInvalid {
		return d.show(v, 422, "file", f, nil)
	}
	return err
}

func (d Desk) file(v *Visit) error {
	f, content, err := v.App.Attachment(v.R.Context(), v.Actor, requestID(v), id.File(v.Path("file")))
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	return v.Attachment(f, content)
}

// Attachment sends a file that somebody attached: never shown in the browser, whatever it says it is (G58).
func (v *Visit) Attachment(f support.File, content io.Reader) error {
	body, err := io.ReadAll(io.LimitReader(content, support.MaxFile))
	if err != nil {
		return err
	}
	name := strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return '_'
		}
		return c
	}, f.Name)
	return v.File("application/octet-stream", name, body)
}
