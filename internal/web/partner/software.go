package partner

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// softwarePage is everything bought for a customer that is software (F42): one row for each product, which opens.
type softwarePage struct {
	Filters ui.Filters
	Items   []softwareRow
	Empty   ui.Empty
	More    string // how many are not shown
	Call    ui.Call
}

// softwareRow is one product with its orders.
type softwareRow struct {
	Key         string // of the address: what is open
	Open, Past  bool
	Name, Hint  string
	Quantity    int64
	Mark        ui.Mark
	Until       any
	Cancel      *ui.Button // nil: nothing to cancel, or not the reader's
	Orders      ui.Table
	Window      *ui.Note // until when it can be cancelled, by which rule
	Instruction string   // where installation instructions are (F49)
	Right       string   // an access right only (F48), or why there is nothing to take
	Take        *takePanel
}

// product is the lines of one SKU.
type product struct {
	key      string
	delivery license.Delivery
	lines    []app.SoftwareItem // active first, the window that closes first on top; cancelled last
}

const maxProducts = 60 // of a page; the filter finds the others

// shelf groups what was bought by SKU: what closes first on top, what is cancelled at the end.
func shelf(items []app.SoftwareItem) []product {
	at := map[string]int{}
	var all []product
	for _, it := range items {
		key := string(it.Line.Item.Product) + ":" + string(it.Line.Item.Sku)
		i, ok := at[key]
		if !ok {
			i = len(all)
			at[key] = i
			all = append(all, product{key: key, delivery: it.Delivery})
		}
		all[i].lines = append(all[i].lines, it)
	}
	for _, p := range all {
		slices.SortStableFunc(p.lines, byDeadline)
	}
	slices.SortStableFunc(all, func(a, b product) int { return byDeadline(a.lines[0], b.lines[0]) })
	return all
}

// byDeadline puts open windows first, the nearest end on top; then what is active, the latest order on top; then the rest.
func byDeadline(a, b app.SoftwareItem) int {
	rank := func(i app.SoftwareItem) int {
		switch {
		case i.State == license.Cancelled:
			return 2
		case i.Open:
			return 0
		}
		return 1
	}
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	if rank(a) == 0 {
		return a.Until.Compare(b.Until)
	}
	return b.Order.At.Compare(a.Order.At)
}

// quantity is how many licences of a product are held.
func (p product) quantity() (n int64) {
	for _, l := range p.lines {
		if l.State != license.Cancelled {
			n += l.Line.Quantity
		}
	}
	return n
}

// line finds one by its order, "" being the first.
func (p product) line(orderID string) (app.SoftwareItem, bool) {
	for _, l := range p.lines {
		if orderID == "" || lineKey(l) == orderID {
			return l, true
		}
	}
	return app.SoftwareItem{}, false
}

// lineKey names a line in an address: "ORDER.2".
func lineKey(i app.SoftwareItem) string { return orderLine(i.Order.ID, i.Line.Number) }

// suits tells whether the list's filter lets a product through.
func (p product) suits(text, state string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(p.lines, func(l app.SoftwareItem) bool {
		return (state == "" || string(l.State) == state) && (text == "" || strings.Contains(strings.ToLower(l.Line.Title), text) ||
			strings.Contains(strings.ToLower(string(l.Order.ID)), text) || strings.HasPrefix(id.AlternateID(l.Order.ID), text))
	})
}

// software is the page (F42, F64; R20).
func software(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	return showSoftware(v, c, 200, nil, ui.Page{})
}

// showSoftware shows the page, with a dialog above it where an act asks or answers.
func showSoftware(v *ui.Visit, c party.Customer, status int, dialog *ui.Dialog, frame ui.Page) error {
	s, err := readSoftware(v, c)
	if err != nil {
		return err
	}
	if v.IsCSV() {
		return v.CSV("software", s.export())
	}
	p := customerPage(v, c, "software", v.T("customer.software"))
	p.Dialog, p.Errors = dialog, frame.Errors
	p.Head.Sub = []any{v.T("software.count", "n", len(s.products))}
	if len(s.products) > 0 {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("part.export"), Href: v.With("format", "csv"), Icon: "down"})
	}
	if v.May(party.CancelSoftware) && s.cancellable() > 0 {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("cancel.several"), Href: s.at + "/cancel-several", Kind: "ask"})
	}
	if v.May(party.BuySoftware) {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("customer.add_products"), Href: "/customers/" + string(c.ID) + "/products?tab=software", Icon: "plus", Kind: "main"})
	}
	page, err := s.page()
	if err != nil {
		return err
	}
	page.Call = ui.Call{ID: "call", Method: "GET", Path: "/v1/customers/" + string(c.ID) + "/software", URL: v.URL}
	return v.ShowAs(status, "software", p, page)
}

// softwareRead is what the page is made of.
type softwareRead struct {
	*ui.Visit
	customer party.Customer
	at       string // address of the page
	now      time.Time
	products []product
	charges  map[id.Order][]billing.Charge
}

func readSoftware(v *ui.Visit, c party.Customer) (*softwareRead, error) {
	s := &softwareRead{Visit: v, customer: c, at: "/customers/" + string(c.ID) + "/software", now: v.App.Clock.Now(), charges: map[id.Order][]billing.Charge{}}
	items, err := v.App.Software(v.R.Context(), v.Actor, c.ID)
	if err != nil {
		return nil, err
	}
	s.products = shelf(items)
	orders, err := v.App.Orders(v.R.Context(), v.Actor, c.ID, "", true)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		s.charges[o.Order.ID] = o.Charges
	}
	return s, nil
}

// chosen is what the address holds, or the form that was sent.
func (s *softwareRead) chosen(name string) string {
	if s.R.Method != http.MethodPost {
		return s.Query(name)
	}
	form, err := s.Form()
	if err != nil {
		return ""
	}
	return form.Get(name)
}

// cancellable counts lines that can be cancelled now.
func (s *softwareRead) cancellable() (n int) {
	for _, p := range s.products {
		for _, l := range p.lines {
			if l.Open {
				n++
			}
		}
	}
	return n
}

// cost is what a line has cost so far, and what came back of it, net.
func (s *softwareRead) cost(l app.SoftwareItem) (charged, credited money.Amount) {
	for _, c := range s.charges[l.Order.ID] {
		switch {
		case c.Line != l.Line.Number:
		case c.Of == "":
			charged = charged.Add(c.Net)
		default:
			credited = credited.Sub(c.Net)
		}
	}
	return charged, credited
}

// page makes the rows of what the filter lets through.
func (s *softwareRead) page() (softwarePage, error) {
	text, state := s.Query("q"), s.Query("state")
	page := softwarePage{
		Filters: ui.Filters{Label: s.T("software.filter"), Action: s.at, Fields: []ui.Field{
			{Name: "q", Label: s.T("software.find"), Kind: "search", Value: text, Grow: true, MaxLength: 200},
			{Name: "state", Label: s.T("software.state"), Kind: "select", Value: state, Options: []ui.Option{
				{Text: s.T("part.any")}, {Value: "active", Text: s.T("software.active")}, {Value: "preparing", Text: s.T("software.preparing")},
				{Value: "cancelled", Text: s.T("software.cancelled")},
			}},
		}},
		Empty: ui.Empty{Title: s.T("software.none"), Text: s.T("software.none_text")},
	}
	if text != "" || state != "" {
		page.Empty = ui.Empty{Title: s.T("software.not_found"), Text: s.T("software.not_found_text"), Act: &ui.Button{Text: s.T("software.all"), Href: s.at}}
	} else if s.May(party.BuySoftware) {
		page.Empty.Act = &ui.Button{Text: s.T("customer.add_products"), Href: "/customers/" + string(s.customer.ID) + "/products?tab=software", Icon: "plus", Kind: "main"}
	}
	shown := slices.DeleteFunc(slices.Clone(s.products), func(p product) bool { return !p.suits(text, state) })
	if len(shown) > maxProducts {
		page.More = s.T("software.more", "n", len(shown)-maxProducts)
		shown = shown[:maxProducts]
	}
	open, line := s.chosen("item"), s.chosen("order")
	if i := slices.IndexFunc(shown, func(p product) bool { _, ok := p.line(line); return ok }); open == "" && line != "" && i >= 0 {
		open = shown[i].key // a link to a line opens its product
	}
	if !slices.ContainsFunc(shown, func(p product) bool { return p.key == open }) && len(shown) > 0 {
		open = shown[0].key // what closes first
	}
	for _, p := range shown {
		page.Items = append(page.Items, s.row(p, p.key == open))
	}
	return page, s.takes(shown, page.Items)
}

func (s *softwareRead) row(p product, open bool) softwareRow {
	first := p.lines[0]
	r := softwareRow{
		Key: p.key, Open: open, Name: first.Line.Title, Quantity: p.quantity(), Instruction: p.delivery.InstructionsURI,
		Hint: s.T("software.class."+string(first.Line.Class)) + " · " + s.T("overview.orders", "n", len(p.lines)),
		Mark: ui.Mark{Kind: "good", Text: s.T("software.active")},
	}
	preparing := slices.ContainsFunc(p.lines, func(l app.SoftwareItem) bool { return l.State == license.Preparing })
	switch left := first.Until.Sub(s.now); {
	case first.State == license.Cancelled:
		r.Past, r.Mark = true, ui.Mark{Kind: "dead", Text: s.T("software.cancelled")}
		_, credited := s.cost(first)
		r.Until = s.L.HTML("software.ended", "at", ui.Value(s.L, ui.Day(first.Line.EndedAt)), "credit", credited)
	case preparing:
		r.Mark = ui.Mark{Kind: "prep", Text: s.T("software.preparing")}
		r.Until = s.T("software.preparing_hint")
	case first.Open:
		if left < 7*24*time.Hour {
			r.Mark = ui.Mark{Kind: "soon", Text: s.T("part.left", "span", s.L.Span(left))}
		}
		r.Until = s.L.HTML("software.until", "at", ui.Value(s.L, first.Until))
	case first.Until.IsZero():
		r.Until = s.T("software.never")
	default:
		r.Until = s.L.HTML("software.closed", "at", ui.Value(s.L, ui.Day(first.Until)))
	}
	if s.May(party.CancelSoftware) && first.State != license.Cancelled {
		r.Cancel = &ui.Button{Text: s.T("cancel.open"), More: first.Line.Title, Href: s.at + "/cancel?order=" + lineKey(first), Kind: "ask small"}
	}
	if first.Policy != "" && first.State != license.Cancelled && !first.Until.IsZero() {
		r.Window = &ui.Note{Kind: "inset", Title: s.T("software.window"), Rows: []ui.Fact{{Name: s.T("software.rule"), Value: ui.Mono(first.Policy)}, {Name: s.T("software.window"), Value: first.Until}}}
	}
	r.Orders = s.orders(p)
	switch d := p.delivery; {
	case first.State == license.Cancelled:
		r.Right = s.T("software.gone")
	case !d.HasKeys && !d.HasDownloads && d.InstructionsURI == "":
		r.Right = s.T("software.right_only")
	}
	return r
}

// orders are the lines of a product.
func (s *softwareRead) orders(p product) ui.Table {
	t := ui.Table{Caption: s.T("software.orders"), Small: true, Columns: []ui.Column{
		{Head: s.T("software.order")}, {Head: s.T("software.quantity"), Num: true}, {Head: s.T("software.net"), Cash: true},
	}}
	for _, l := range p.lines {
		charged, credited := s.cost(l)
		cell := ui.Cell{Value: ui.Mono(id.AlternateID(l.Order.ID)), Href: "/customers/" + string(s.customer.ID) + "/orders/" + string(l.Order.ID), Hint: ui.Day(l.Order.At)}
		switch {
		case l.State == license.Cancelled:
			cell.Mark = &ui.Mark{Kind: "dead", Text: s.T("software.cancelled")}
			cell.Hint = s.L.HTML("software.ended", "at", ui.Value(s.L, ui.Day(l.Line.EndedAt)), "credit", credited)
		case l.State == license.Preparing:
			cell.Mark = &ui.Mark{Kind: "prep", Text: s.T("software.preparing")}
		case l.Open:
			cell.Hint = s.L.HTML("software.until", "at", ui.Value(s.L, l.Until))
		}
		t.Rows = append(t.Rows, ui.Row{Past: l.State == license.Cancelled, Cells: []ui.Cell{cell, {Value: l.Line.Quantity}, {Value: charged}}})
	}
	return t
}

// export is the file: one row for each line.
func (s *softwareRead) export() ui.Table {
	t := ui.Table{Columns: []ui.Column{
		{Head: s.T("software.product")}, {Head: s.T("software.order")}, {Head: s.T("software.line")}, {Head: s.T("software.bought")}, {Head: s.T("software.quantity")},
		{Head: s.T("software.state")}, {Head: s.T("software.window")}, {Head: s.T("software.rule")}, {Head: s.T("software.net")}, {Head: s.T("software.credit")},
	}}
	for _, p := range s.products {
		for _, l := range p.lines {
			charged, credited := s.cost(l)
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
				{Value: l.Line.Title}, {Value: string(l.Order.ID)}, {Value: l.Line.Number}, {Value: l.Order.At}, {Value: l.Line.Quantity}, {Value: s.T("software." + string(l.State))},
				{Value: l.Until}, {Value: l.Policy}, {Value: charged}, {Value: credited},
			}})
		}
	}
	return t
}

// takePanel is what an open row hands out (F43–F46): the choices, and a button for each thing.
type takePanel struct {
	Action  string
	Prefix  string
	Item    string
	Fields  []ui.Field // order, version, language, file type; those without a choice are hidden values
	Hidden  []ui.Pair
	Key     *takeKey
	File    *takeFile
	NoFile  string
	Perhaps string // what is not given: KMS keys (F50)
}

type takeKey struct {
	Text any
	No   string // why not
}

type takeFile struct {
	Name, Size, Hash string
	Gauge            *ui.LinkGauge
}

// takes fills in the panels, where the reader may take keys (R04).
func (s *softwareRead) takes(products []product, rows []softwareRow) error {
	if !s.May(party.RevealKey) {
		return nil
	}
	var asks []app.LineChoice
	var at []int
	for i, p := range products {
		if p.lines[0].State == license.Cancelled || !p.delivery.HasKeys && !p.delivery.HasDownloads {
			continue
		}
		panel, choice := s.panel(p, rows[i].Open)
		rows[i].Take = &panel
		asks, at = append(asks, choice), append(at, i)
	}
	got, err := s.App.Delivered(s.R.Context(), s.Actor, s.customer.ID, license.PartnerSide, asks)
	if err != nil {
		return err
	}
	for n, d := range got {
		s.fill(rows[at[n]].Take, products[at[n]].delivery, d)
	}
	return nil
}

// panel is the choices of a product as the address has them, or else the first of each.
func (s *softwareRead) panel(p product, open bool) (takePanel, app.LineChoice) {
	t := takePanel{Action: s.at, Item: p.key, Prefix: strings.NewReplacer(":", "-", ".", "-").Replace(p.key) + "-"}
	ask := func(name string) string {
		if !open {
			return ""
		}
		return s.chosen(name)
	}
	line, ok := p.line(ask("order"))
	if !ok || line.State == license.Cancelled {
		line = p.lines[0]
	}
	var orders []ui.Option
	for _, l := range p.lines {
		if l.State != license.Cancelled {
			orders = append(orders, ui.Option{Value: lineKey(l), Text: s.T("software.order_of", "order", id.AlternateID(l.Order.ID), "n", l.Line.Quantity, "at", s.L.Date(l.Order.At))})
		}
	}
	choose := func(name, label, value string, options []ui.Option) string {
		if len(options) < 2 {
			t.Hidden = append(t.Hidden, ui.Pair{Name: name, Value: value})
			return value
		}
		if !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == value }) {
			value = options[0].Value
		}
		t.Fields = append(t.Fields, ui.Field{Name: name, Label: label, Kind: "select", Value: value, Options: options, Prefix: t.Prefix, Grow: name == "order"})
		return value
	}
	words := func(all []string) (out []ui.Option) {
		for _, w := range all {
			out = append(out, ui.Option{Value: w, Text: w})
		}
		return out
	}
	choose("order", s.T("software.order"), lineKey(line), orders)
	o := p.delivery.Options()
	c := app.LineChoice{Order: string(line.Order.ID), Line: line.Line.Number}
	c.File.Version = choose("version", s.T("software.version"), ask("version"), words(o.Versions))
	c.File.Language = choose("language", s.T("software.language"), ask("language"), words(o.Languages))
	c.File.FileType = choose("type", s.T("software.file_type"), ask("type"), words(o.FileTypes))
	return t, c
}

// fill says what the choice hands out.
func (s *softwareRead) fill(t *takePanel, d license.Delivery, got app.Delivered) {
	if d.HasKeys {
		t.Key, t.Perhaps = &takeKey{Text: s.T("software.key_hint")}, s.T("software.kms")
		switch {
		case got.NoKey != nil:
			t.Key.No = s.L.Fault(got.NoKey)
		case got.Held != nil:
			t.Key.Text = s.L.HTML("software.key_held", "at", ui.Value(s.L, got.Held.AssignedAt))
		}
	}
	if !d.HasDownloads {
		return
	}
	if got.File == nil {
		t.NoFile = s.L.Fault(cmp.Or(got.NoFile, fault.Refuse("download.none", nil)))
		return
	}
	t.File = &takeFile{Name: got.File.Name, Size: s.L.Bytes(got.File.Size), Hash: got.File.SHA256}
	if got.Link != nil {
		t.File.Gauge = ui.GaugeOf(s.Visit, t.Prefix+"gauge", *got.Link, s.now)
	}
}

// orderLine names a line in an address.
func orderLine(o id.Order, line int) string { return string(o) + "." + itoa(line) }
