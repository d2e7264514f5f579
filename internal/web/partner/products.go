package partner

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// productsPage is what a customer can be sold (F08–F20): offers that are barred too, with the reason.
type productsPage struct {
	TabsLabel string
	Tabs      []ui.Link
	Title     string
	Shown     string
	Filters   ui.Filters
	Rows      []goodRow
	Pager     ui.Pager
	Empty     ui.Empty
	Advice    *ui.Note // hybrid benefit (F07)
}

// goodRow is one offer, with a form that puts it into the cart, or the reason that bars it.
type goodRow struct {
	Title, Hint        string
	Publisher, Billing string
	Price              any
	PriceHint          string
	Reason             any
	Act                *ui.Button // what can be done instead
	Post, Once         string
	Hidden             []ui.Pair
	Min, Max           int64
	Fixed              string // no quantity can be chosen, and why
}

// tabs are the kinds of product, by who may buy them (R01, R02).
var tabs = []struct {
	key   string
	act   party.Act
	kinds []catalog.Kind
	asks  []string // the filters that tell its offers apart
}{
	{"online", party.ManageOnline, []catalog.Kind{catalog.SaaS, catalog.OnlineService}, []string{"publisher", "billing", "category"}},
	{"software", party.BuySoftware, []catalog.Kind{catalog.Software}, []string{"publisher"}},
	{"reservations", party.BuySoftware, []catalog.Kind{catalog.Reservation}, []string{"publisher"}},
	{"usage", party.ManageOnline, []catalog.Kind{catalog.SaaS, catalog.OnlineService}, []string{"publisher", "category"}},
}

// products lays out the offers for a customer.
func products(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	at := "/customers/" + string(c.ID)
	tab := -1
	page := productsPage{TabsLabel: v.T("buy.kinds")}
	for i, t := range tabs {
		if !v.May(t.act) {
			continue
		}
		here := v.Query("tab") == t.key
		if here || tab < 0 {
			tab = i
		}
		page.Tabs = append(page.Tabs, ui.Link{Text: v.T("buy.tab." + t.key), Href: v.With("tab", t.key, "after", "", "billing", "", "category", "", "publisher", "")})
	}
	if tab < 0 {
		return v.Actor.May(party.ManageOnline)
	}
	for i := range page.Tabs {
		page.Tabs[i].Here = page.Tabs[i].Text == v.T("buy.tab."+tabs[tab].key)
	}
	shelf, goods, err := v.App.Goods(v.R.Context(), v.Actor, c.ID, v.Query("segment"), tabs[tab].kinds...)
	if err != nil {
		return err
	}
	if tabs[tab].key == "usage" {
		goods = slices.DeleteFunc(goods, func(g app.Good) bool { return !g.Sku.Metered })
	}
	all := len(goods)
	goods = sorted(v, slices.DeleteFunc(goods, func(g app.Good) bool { return !matches(v, g) }))
	page.Title = v.T("buy.offers", "name", c.CompanyName)
	page.Filters = goodFilters(v, c, tabs[tab].key, tabs[tab].asks)
	next := v.With("after", "")
	shown := cut(v, &page, goods)
	page.Shown = v.T("buy.shown", "n", len(shown), "all", all)
	for _, g := range shown {
		page.Rows = append(page.Rows, goodRowOf(v, c, shelf, g, next))
	}
	page.Empty = noGoods(v, c, tabs[tab].key, all)
	if tabs[tab].key == "software" && slices.ContainsFunc(goods, func(g app.Good) bool { return hybrid(g.Entry.Product.Title) }) {
		page.Advice = hybridAdvice(v)
	}
	p := customerPage(v, c, "", v.T("customer.add_products"))
	m, _ := market.Lookup(string(c.Country()))
	tax := "buy.excl"
	if m.PriceIncludesTax {
		tax = "buy.incl"
	}
	p.Head.Sub = []any{v.T(tax, "day", v.L.Date(shelf.Now), "country", v.L.Country(c.Country()), "currency", string(m.Currency))}
	if cart, lines := cartOf(v, c); lines > 0 {
		p.Head.Acts = []ui.Button{{Text: v.T("buy.review", "n", lines), Href: at + "/carts/" + string(cart), Kind: "main"}}
	}
	return v.Show("products", p, page)
}

// cartOf is the cart that this browser fills for a customer, with the number of its lines; none when it was bought or ended.
func cartOf(v *ui.Visit, c party.Customer) (id.Cart, int) {
	name := id.Cart(cmp.Or(v.Query("cart"), v.Remembered("cart")))
	if name == "" {
		return "", 0
	}
	cart, err := v.App.Cart(v.R.Context(), v.Actor, c.ID, name)
	if err != nil || cart.Ordered || !v.App.Clock.Now().Before(cart.ExpiresAt) {
		return "", 0
	}
	if v.Query("cart") != "" {
		v.Remember("cart", string(cart.ID), "/customers/"+string(c.ID))
	}
	n := 0
	for _, l := range cart.Lines {
		n += 1 + len(l.AddOns)
		if l.Placed != "" { // begun to be bought: what failed is in the confirmation
			return "", 0
		}
	}
	return cart.ID, n
}

func goodFilters(v *ui.Visit, c party.Customer, tab string, asks []string) ui.Filters {
	choice := func(name string, values ...string) ui.Field {
		f := ui.Field{Name: name, Label: v.T("buy." + name), Kind: "select", Value: v.Query(name), Options: []ui.Option{{Text: v.T("part.any")}}}
		for _, value := range values {
			f.Options = append(f.Options, ui.Option{Value: value, Text: v.T("buy." + name + "." + value)})
		}
		return f
	}
	f := ui.Filters{Label: v.T("buy.filter"), Action: v.R.URL.Path, Kept: []ui.Pair{{Name: "tab", Value: tab}}, Fields: []ui.Field{
		{Name: "q", Label: v.T("buy.find"), Kind: "search", Value: v.Query("q"), Grow: true, MaxLength: 200},
	}}
	choices := map[string][]string{"publisher": {"first", "partner"}, "billing": {"licence", "usage"}, "category": {"enterprise", "small", "trial"}}
	for _, name := range asks {
		f.Fields = append(f.Fields, choice(name, choices[name]...))
	}
	segment := ui.Field{Name: "segment", Label: v.T("customers.segment"), Kind: "select", Value: cmp.Or(v.Query("segment"), string(c.Segment))}
	for _, s := range append([]market.Segment{c.Segment}, c.Qualified()...) {
		segment.Options = append(segment.Options, ui.Option{Value: string(s), Text: v.T("segment." + string(s))})
	}
	f.Fields = append(f.Fields, segment)
	return f
}

// matches asks the filters (F09–F11). Where nothing was imported of a category, a plan for at most 300 seats is one for small
// business, as the trade has it.
func matches(v *ui.Visit, g app.Good) bool {
	p := &g.Entry.Product
	text := strings.ToLower(p.Title + " " + g.Sku.Title + " " + p.PublisherName + " " + string(p.ID) + " " + string(g.Sku.ID))
	for word := range strings.FieldsSeq(strings.ToLower(v.Query("q"))) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	if w := v.Query("publisher"); w != "" && (w == "first") != (p.Publisher == id.FirstParty) {
		return false
	}
	if w := v.Query("billing"); w != "" && (w == "usage") != g.Sku.Metered {
		return false
	}
	w := v.Query("category")
	return w == "" || w == categoryOf(g)
}

func categoryOf(g app.Good) string {
	switch {
	case g.Sku.Trial || g.Sku.TrialDays > 0 || strings.EqualFold(g.Category, "trial"):
		return "trial"
	case strings.EqualFold(g.Category, "small business"):
		return "small"
	case g.Category == "" && g.Sku.MaxQuantity <= 300 && !g.Sku.Metered:
		return "small"
	}
	return "enterprise"
}

// sorted puts what can be bought before what is barred, by title.
func sorted(v *ui.Visit, goods []app.Good) []app.Good {
	slices.SortStableFunc(goods, func(a, b app.Good) int {
		if (a.Barred == nil) != (b.Barred == nil) {
			if a.Barred == nil {
				return -1
			}
			return 1
		}
		return cmp.Or(v.L.Compare(a.Sku.Title, b.Sku.Title), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return goods
}

// cut takes the page of a list that the address names by the last offer before it.
func cut(v *ui.Visit, page *productsPage, goods []app.Good) []app.Good {
	if last := v.Query("after"); last != "" {
		if i := slices.IndexFunc(goods, func(g app.Good) bool { return g.ID.String() == last }); i >= 0 {
			goods = goods[i+1:]
		}
		page.Pager.First = v.With("after", "")
	}
	if len(goods) > ui.Limit {
		goods = goods[:ui.Limit]
		page.Pager.Next = v.With("after", goods[ui.Limit-1].ID.String())
	}
	return goods
}

func goodRowOf(v *ui.Visit, c party.Customer, shelf app.Shelf, g app.Good, next string) goodRow {
	at, p := "/customers/"+string(c.ID), &g.Entry.Product
	r := goodRow{Title: g.Sku.Title, Publisher: p.PublisherName, Billing: v.T("buy.billing.licence"), Min: max(1, g.Sku.MinQuantity), Max: g.Sku.MaxQuantity}
	if g.Sku.Metered {
		r.Billing, r.Fixed = v.T("buy.billing.usage"), v.T("charged.none")
	}
	r.Hint = goodHint(v, shelf, g)
	if len(g.Ways) > 0 {
		r.Price, r.PriceHint = g.Ways[0].Unit, wayWords(v, g.Ways[0].Option)
		if n := len(g.Ways) - 1; n > 0 {
			r.PriceHint = v.T("buy.more_ways", "way", r.PriceHint, "n", n)
		}
	} else if g.Sku.Trial {
		r.Price = v.T("buy.free")
	}
	if g.Barred != nil {
		r.Reason = v.L.Fault(g.Barred)
		r.Act = instead(v, at, g)
		return r
	}
	if r.Min == r.Max && r.Fixed == "" {
		r.Fixed = v.L.Int(r.Min)
	}
	r.Post, r.Once = at+"/carts", v.Once()
	r.Hidden = []ui.Pair{{Name: "item", Value: g.ID.String()}, {Name: "next", Value: next}}
	if len(g.Ways) > 0 { // the one that binds least; the review offers the others
		r.Hidden = append(r.Hidden, ui.Pair{Name: "way", Value: wayKey(g.Ways[0].Option)})
	}
	return r
}

// goodHint says what it is, how long it can be cancelled, and what the offer starts with.
func goodHint(v *ui.Visit, shelf app.Shelf, g app.Good) string {
	hint := v.T("buy.kind." + string(g.Entry.Product.Kind))
	if g.Entry.Product.Kind == catalog.Software && len(g.Ways) > 0 {
		hint = v.T("buy.kind.software_sub")
		if g.Ways[0].Term.IsZero() {
			hint = v.T("buy.kind.perpetual")
		}
	}
	option := catalog.Option{Plan: catalog.NoPlan}
	if len(g.Ways) > 0 {
		option = g.Ways[0].Option
	}
	if rule, ok := shelf.Rule(g.Item, option); ok {
		hint += " · " + windowWords(v, rule)
	}
	switch {
	case g.Sku.Trial:
		hint += " · " + v.T("buy.trial", "n", g.Sku.TrialDays)
	case g.Sku.TrialDays > 0:
		hint += " · " + v.T("buy.trial_first", "n", g.Sku.TrialDays)
	}
	if g.Sku.LimitUnit != catalog.NoLimit {
		hint += " · " + v.T("buy.limit."+string(g.Sku.LimitUnit), "n", g.Sku.Limit)
	}
	return hint
}

// instead is what can be done about a barred offer: bring back the one there is (F14), or ask the publisher (F16–F18).
func instead(v *ui.Visit, at string, g app.Good) *ui.Button {
	if held, _ := g.Barred.Args["subscription"].(string); held != "" {
		return &ui.Button{Text: v.T("subs.reactivate"), More: g.Sku.Title, Href: at + "/subscriptions/" + held + "/reactivate", Kind: "small"}
	}
	uri, _ := g.Barred.Args["uri"].(string)
	if !strings.HasPrefix(uri, "https://") {
		return nil
	}
	key := "buy.contact"
	if g.Barred.Code == "offer.not_transactable" {
		key = "buy.open_elsewhere"
	}
	return &ui.Button{Text: v.T(key), More: g.Entry.Product.PublisherName, Href: uri, Kind: "small"}
}

// noGoods says which rule keeps the list empty.
func noGoods(v *ui.Visit, c party.Customer, tab string, all int) ui.Empty {
	m, _ := market.Lookup(string(c.Country()))
	switch {
	case all > 0:
		return ui.Empty{Title: v.T("buy.not_found"), Text: v.T("buy.not_found_text"), Act: &ui.Button{Text: v.T("buy.all"), Href: v.R.URL.Path + "?tab=" + tab}}
	case tab == "reservations" && !m.Reservations:
		return ui.Empty{Title: v.T("buy.none"), Text: v.L.Fault(fault.Refuse("reservation.market", fault.Args{"market": string(m.Country)}))}
	case tab == "reservations" && c.Segment != market.Commercial:
		return ui.Empty{Title: v.T("buy.none"), Text: v.L.Fault(fault.Refuse("reservation.segment", nil))}
	}
	return ui.Empty{Title: v.T("buy.none"), Text: v.T("buy.none_text", "country", v.L.Country(c.Country()), "segment", v.T("segment."+string(c.Segment)))}
}

// hybrid tells whether the advice of F07 belongs to a product.
func hybrid(title string) bool { return strings.Contains(title, "Windows Server") }

func hybridAdvice(v *ui.Visit) *ui.Note {
	return &ui.Note{Kind: "inset", Title: v.T("hybrid.title"), Text: v.T("hybrid.text"), Rows: []ui.Fact{
		{Name: v.T("hybrid.standard"), Value: v.T("hybrid.standard_text")}, {Name: v.T("hybrid.datacenter"), Value: v.T("hybrid.datacenter_text")},
	}}
}

// addToCart puts an item into the cart, a new one where there is none, by the way that binds least; the review changes it.
func addToCart(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if from := sent.Get("from"); from != "" {
		return newCartFrom(v, c, id.Cart(from))
	}
	item, ok := id.ParseItem(sent.Get("item"))
	if !ok {
		return fault.Invalid("item.unknown", nil)
	}
	line := order.CartLine{Item: item, Quantity: 1}
	if q := strings.TrimSpace(sent.Get("quantity")); q != "" {
		if line.Quantity, err = strconv.ParseInt(q, 10, 64); err != nil {
			line.Quantity = 0 // the line says what it must be
		}
	}
	line.Term, line.Plan = wayOf(sent.Get("way"))
	cart, _ := cartOf(v, c)
	back := within(sent.Get("next"), "/customers/"+string(c.ID)+"/products")
	return v.Act(func(req app.Request) (app.Reply, error) {
		if cart != "" {
			reply, err := v.App.ChangeCart(v.R.Context(), v.Actor, req, c.ID, cart, false, func(lines []order.CartLine) []order.CartLine {
				line.ID = nextLine(lines)
				return append(slices.Clone(lines), line)
			})
			if f := fault.Of(err); f == nil || f.Code != "cart.ordered" && f.Code != "cart.expired" {
				return reply, err
			}
		}
		return v.App.CreateCart(v.R.Context(), v.Actor, req, c.ID, order.Cart{Lines: []order.CartLine{line}})
	}, func(out any) ui.Then {
		made := out.(order.Cart)
		added := made.Lines[len(made.Lines)-1]
		said := v.T("buy.added", "name", added.Title)
		if added.Fault != nil {
			said = v.T("buy.added_bad", "name", added.Title, "why", v.L.Fault(added.Fault))
		}
		return ui.Then{To: back("cart", string(made.ID)), Said: said}
	})
}

// within gives addresses below a path: the one a form named, with its query, or the path itself.
func within(next, path string) func(pairs ...string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Path != path {
		u = &url.URL{Path: path}
	}
	return func(pairs ...string) string { return ui.With(&url.URL{Path: u.Path, RawQuery: u.RawQuery}, pairs...) }
}

func nextLine(lines []order.CartLine) int {
	n := 0
	for _, l := range lines {
		for _, one := range append([]order.CartLine{l}, l.AddOns...) {
			n = max(n, one.ID+1)
		}
	}
	return n
}
