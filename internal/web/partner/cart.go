package partner

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// cartPage is the review of a cart (F03, F05, F20, E15): what each line costs by which plan, what comes when, until when it
// can be taken back. One form holds it all: buying what was changed in it shows it anew first.
type cartPage struct {
	Action, Once, Match string
	Lines               []cartRow
	Sums                []cartSum
	Ahead               ui.Timeline
	Schedule            *ui.Table
	Owed                string
	Buy                 ui.Button
	More                string // address of the offers
	Empty               *ui.Empty
	Call                *ui.Call
}

// cartRow is one line.
type cartRow struct {
	ID                 int
	Title, Hint        string
	AddOn              bool
	Quantity           string
	Min, Max           int64
	Fixed              bool
	Error              string // of the quantity
	Plans              []cartPlan
	Until              any
	UntilHint          string
	Today              any
	Fault              string
	Attest, Attested   bool
	RenewText, Remove  string
	QuantityID, PlanID string
}

// cartSum is a line below the lines; Part is above the sum.
type cartSum struct {
	Name  string
	Value any
	Part  bool
}

type cartPlan struct {
	Value, Text, Hint string
	Here              bool
}

// review shows a cart before it is bought.
func review(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	r, err := v.App.ReviewCart(v.R.Context(), v.Actor, c.ID, id.Cart(v.Path("cart")))
	if err != nil {
		return err
	}
	if r.Cart.Ordered || bought(r.Cart) {
		return v.Redirect(v.R.URL.Path+"/bought", "")
	}
	return showCart(v, c, r, nil, nil, 200)
}

func bought(c order.Cart) bool {
	return slices.ContainsFunc(c.Lines, func(l order.CartLine) bool { return l.Placed != "" })
}

// showCart shows a review; sent is a form that could not be taken, with what is wrong with it.
func showCart(v *ui.Visit, c party.Customer, r app.Review, sent url.Values, note *ui.Note, status int) error {
	at := "/customers/" + string(c.ID)
	p := ui.Page{Title: v.T("cart.title"), Area: "customers", Crumbs: []ui.Link{
		{Text: v.T("nav.customers"), Href: "/customers"}, {Text: c.CompanyName, Href: at}, {Text: v.T("customer.add_products"), Href: at + "/products"},
	}}
	p.Head.Sub = []any{v.L.HTML("cart.id", "id", ui.Value(v.L, ui.Mono(r.Cart.ID))), taxNote(v, c, r), v.L.HTML("cart.expires", "at", ui.Value(v.L, r.Cart.ExpiresAt))}
	if note != nil {
		p.Notes = append(p.Notes, *note)
	}
	page := cartPage{Action: v.R.URL.Path, Once: v.Once(), Match: r.Preview.Hash(), More: at + "/products"}
	if len(r.Lines) == 0 {
		page.Empty = &ui.Empty{Title: v.T("cart.empty"), Text: v.T("cart.empty_text"), Act: &ui.Button{Text: v.T("customer.add_products"), Href: page.More, Kind: "main", Icon: "plus"}}
		return v.ShowAs(status, "cart", p, page)
	}
	var errors []ui.Link
	for _, l := range r.Lines {
		row := cartRowOf(v, r, l)
		if sent != nil {
			row.Quantity = cmp.Or(sent.Get("q"+strconv.Itoa(row.ID)), row.Quantity)
			if _, err := quantityOf(sent, row.ID); err != nil {
				row.Error = v.T("cart.not_a_number")
				errors = append(errors, ui.Link{Text: v.T("part.of_field", "field", row.Title, "error", row.Error), Href: "#" + row.QuantityID})
			}
		}
		page.Lines = append(page.Lines, row)
	}
	if len(errors) > 0 {
		p.Errors = &ui.Errors{Title: v.T("form.errors", "n", len(errors)), Items: errors}
	}
	if changed := priceChanges(v, r); changed != nil {
		changed.Acts = []ui.Button{{Text: v.T("cart.accept"), Post: page.Action, Once: v.Once(), Hidden: []ui.Pair{{Name: "do", Value: "accept"}}}}
		p.Notes = append(p.Notes, *changed)
	}
	total := page.figures(v, r)
	page.Buy = ui.Button{Text: v.T("cart.buy", "sum", total), Kind: "main"}
	if len(r.Failed) > 0 && len(r.Preview.Charges) == 0 && !anyLine(r) {
		page.Buy.Off = v.T("cart.nothing_can_be_bought")
	}
	page.Call = &ui.Call{ID: "call", Method: "POST", Path: "/v1/customers/" + string(c.ID) + "/carts/" + string(r.Cart.ID) + "/checkout", URL: v.URL, Headers: []string{"If-Preview-Match: " + page.Match}}
	return v.ShowAs(status, "cart", p, page)
}

func anyLine(r app.Review) bool {
	return slices.ContainsFunc(r.Lines, func(l app.ReviewedLine) bool { return l.Line != nil })
}

// taxNote says what prices hold in the customer's country, and the rates that are added (F04, F79).
func taxNote(v *ui.Visit, c party.Customer, r app.Review) string {
	m, _ := market.Lookup(string(c.Country()))
	var rates []string
	unset := false
	for _, l := range r.Lines {
		if l.Line == nil {
			continue
		}
		unset = unset || l.Line.Tariff.Tax.ID == ""
		if rate := v.L.Percent(l.Line.Tariff.Tax.RatePPM); l.Line.Tariff.Tax.ID != "" && !slices.Contains(rates, rate) {
			rates = append(rates, rate)
		}
	}
	key := "cart.tax_added"
	switch {
	case m.PriceIncludesTax && len(rates) > 0:
		key = "cart.tax_included"
	case m.PriceIncludesTax:
		key = "cart.tax_included_unset"
	case unset || len(rates) == 0:
		key = "cart.tax_unset"
	}
	return v.T(key, "country", v.L.Country(c.Country()), "currency", string(m.Currency), "rate", strings.Join(rates, ", "))
}

func cartRowOf(v *ui.Visit, r app.Review, l app.ReviewedLine) cartRow {
	n := strconv.Itoa(l.ID)
	row := cartRow{
		ID: l.ID, Title: cmp.Or(l.Title, l.Raw, l.Item.ID.String()), AddOn: l.AddOn, Quantity: strconv.FormatInt(l.Quantity, 10), QuantityID: "f-q" + n, PlanID: "f-plan" + n,
		Remove: v.T("cart.remove"), Attested: l.Attested,
	}
	if l.Fault != nil {
		row.Fault = v.L.Fault(l.Fault)
		row.Attest = l.Fault.Code == "attestation.needed"
	}
	if l.Item.Entry == nil {
		return row
	}
	sku := l.Item.Sku
	row.Min, row.Max, row.Fixed = max(1, sku.MinQuantity), sku.MaxQuantity, sku.Metered || sku.MinQuantity == sku.MaxQuantity
	row.Attest = row.Attest || sku.Attestation
	row.Hint = l.Item.Entry.Product.PublisherName
	for _, w := range l.Ways {
		row.Plans = append(row.Plans, cartPlan{wayKey(w.Option), wayWords(v, w.Option), wayHint(v, w, l), w.Term == l.Term && w.Plan == l.Plan})
	}
	if len(row.Plans) == 0 && sku.Metered {
		row.Plans = []cartPlan{{Text: v.T("charged.none"), Here: true}}
	}
	if l.Line == nil {
		if row.Fault == "" { // its order fails by another line
			row.Fault = v.T("cart.with_others")
		}
		return row
	}
	row.Today = sumOf(l.Charges)
	if l.Until.IsZero() {
		row.Until = v.T("cart.never")
	} else {
		row.Until = l.Until
	}
	row.UntilHint = windowWords(v, l.Rule)
	if b := l.Begun; b != nil {
		switch {
		case sku.TrialDays > 0 && !sku.Trial:
			row.Hint += " · " + v.T("buy.trial_first", "n", sku.TrialDays)
		case sku.Trial:
			row.Hint += " · " + v.T("cart.trial_ends", "at", b.TrialUntil)
		case !b.Current.End.IsZero():
			row.Hint += " · " + v.T("cart.term_ends", "at", v.L.Date(b.Current.End))
		}
		switch {
		case sku.Metered:
		case b.AutoRenew:
			row.RenewText = v.T("cart.renews")
		default:
			row.RenewText = v.T("cart.ends")
		}
	}
	return row
}

// wayHint is what the charges of a way are for the quantity of a line: "12 × €62.50".
func wayHint(v *ui.Visit, w app.Way, l app.ReviewedLine) string {
	total, err := w.Unit.Times(max(1, l.Quantity))
	if err != nil {
		return ""
	}
	n, _ := w.Plan.Charges(w.Term)
	if n == 1 {
		return v.L.Money(total)
	}
	return v.T("cart.charges", "n", n, "each", total.Ratio(1, int64(n)), "sum", total)
}

// priceChanges says which prices changed in the cart (E15).
func priceChanges(v *ui.Visit, r app.Review) *ui.Note {
	note := ui.Note{Kind: "warn", Text: v.T("cart.price_text")}
	for _, l := range r.Lines {
		if l.Fault == nil || l.Fault.Code != "price.changed" {
			continue
		}
		f := ui.Fact{Name: l.Title, Value: v.L.Fault(l.Fault)}
		for _, w := range l.Ways {
			if w.Term == l.Term && w.Plan == l.Plan {
				f.Value = v.T("cart.price", "was", l.Unit, "now", w.Unit, "way", wayWords(v, w.Option))
			}
		}
		note.Rows = append(note.Rows, f)
	}
	if note.Title = v.T("cart.prices", "n", len(note.Rows)); len(note.Rows) == 0 {
		return nil
	}
	return &note
}

// figures fills in what is charged now and what comes, and gives the sum of now.
func (p *cartPage) figures(v *ui.Visit, r app.Review) string {
	net, tax := map[money.Currency]money.Amount{}, map[money.Currency]money.Amount{}
	for _, ch := range r.Preview.Charges {
		net[ch.Net.Currency()] = net[ch.Net.Currency()].Add(ch.Net)
		tax[ch.Tax.Currency()] = tax[ch.Tax.Currency()].Add(ch.Tax)
	}
	gross := r.Preview.Sums()
	if len(gross) == 0 {
		m, _ := market.Lookup(string(r.Customer.Country()))
		gross = []money.Amount{money.Of(0, m.Currency)}
	}
	total := v.L.Value(gross)
	if len(net) > 0 {
		p.Sums = []cartSum{{v.T("cart.net"), sums(v, net), true}, {v.T("cart.tax"), sums(v, tax), true}}
	}
	p.Sums = append(p.Sums, cartSum{v.T("cart.first_charge"), total, false})
	p.Ahead = ui.Timeline{ID: "ahead", Title: v.T("cart.ahead"), Empty: v.T("cart.nothing_ahead")}
	if !r.Preview.Invoice.End.IsZero() && len(r.Preview.Charges) > 0 {
		p.Ahead.Moments = append(p.Ahead.Moments, ui.Moment{At: r.Preview.Invoice.End, Kind: "next", Text: total, Hint: v.T("cart.on_invoice")})
	}
	p.Schedule = p.comes(v, r)
	for _, l := range r.Lines {
		b := l.Begun
		if b == nil || l.Until.IsZero() || l.Rule.After == "end_at_term" {
			continue
		}
		if rest, ok, err := b.Commitment(); err == nil && ok && rest.Charges > 0 {
			p.Owed = v.T("cart.owed")
		}
	}
	return total
}

// comes lists the charges that are still to be made for the terms begun, and puts the next ones on the line.
func (p *cartPage) comes(v *ui.Visit, r app.Review) *ui.Table {
	type ahead struct {
		at   time.Time
		name string
		sum  money.Amount
		note string
	}
	var all []ahead
	for _, l := range r.Lines {
		if l.Begun == nil {
			continue
		}
		coming, err := l.Begun.Coming()
		if err != nil {
			continue
		}
		for i, one := range coming {
			a := ahead{one.Period.Start, l.Title, one.Taxed.Gross(), ""}
			if a.at.IsZero() {
				a.note = v.T("cart.at_activation", "n", i+1)
				if days := l.Begun.TrialDays; days > 0 {
					a.note = v.T("cart.after_trial", "n", days, "charge", i+1)
				}
			}
			all = append(all, a)
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b ahead) int { return a.at.Compare(b.at) })
	t := &ui.Table{Caption: v.T("cart.schedule"), Small: true, Columns: []ui.Column{{Head: v.T("cart.when")}, {Head: v.T("buy.offer")}, {Head: v.T("cart.gross"), Cash: true}}}
	for _, a := range all {
		var when any = a.note
		if !a.at.IsZero() {
			when = ui.Day(a.at)
			if len(p.Ahead.Moments) < 5 {
				p.Ahead.Moments = append(p.Ahead.Moments, ui.Moment{At: a.at, Kind: "next", Text: a.sum, Hint: a.name})
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Value: when}, {Value: a.name}, {Value: a.sum}}})
	}
	slices.SortStableFunc(p.Ahead.Moments, func(a, b ui.Moment) int { return a.At.Compare(b.At) })
	return t
}

func quantityOf(sent url.Values, line int) (int64, error) {
	return strconv.ParseInt(strings.TrimSpace(sent.Get("q"+strconv.Itoa(line))), 10, 64)
}

// editCart takes the form of the review: it changes lines, accepts prices, or buys (F03, E15). Bought is only what was shown:
// a form that changes a line is shown again with the new figures.
func editCart(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	cart := id.Cart(v.Path("cart"))
	r, err := v.App.ReviewCart(v.R.Context(), v.Actor, c.ID, cart)
	if err != nil {
		return err
	}
	if r.Cart.Ordered || bought(r.Cart) {
		return v.Redirect(v.R.URL.Path+"/bought", "")
	}
	for _, l := range r.Lines {
		if _, err := quantityOf(sent, l.ID); err != nil && sent.Has("q"+strconv.Itoa(l.ID)) {
			return showCart(v, c, r, sent, nil, 422)
		}
	}
	do := sent.Get("do")
	if edited, changed := editLines(r.Cart.Lines, sent); do != "buy" || changed {
		err := v.Try(func(req app.Request) (app.Reply, error) {
			return v.App.ChangeCart(v.R.Context(), v.Actor, req, c.ID, cart, do == "accept", func(lines []order.CartLine) []order.CartLine {
				edited, _ = editLines(lines, sent)
				return edited
			})
		}, func(any) {})
		if err != nil {
			return err
		}
		said := v.T("cart.updated")
		if do == "buy" {
			said = v.T("cart.updated_first")
		}
		return v.Redirect(v.R.URL.Path, said)
	}
	err = v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.Checkout(v.R.Context(), v.Actor, req, c.ID, cart, app.Asked{Match: sent.Get("match")})
	}, func(out any) ui.Then {
		if len(out.(app.Purchase).Orders) == 0 {
			return ui.Then{To: v.R.URL.Path, Said: v.T("cart.nothing_bought")}
		}
		return ui.Then{To: v.R.URL.Path + "/bought"}
	})
	if f := fault.Of(err); f != nil && f.Code == "preview.moved" {
		if r, err = v.App.ReviewCart(v.R.Context(), v.Actor, c.ID, cart); err != nil {
			return err
		}
		return showCart(v, c, r, nil, &ui.Note{Kind: "stop", Title: v.T("cart.moved"), Text: v.L.Fault(f)}, 409)
	}
	return err
}

// editLines is the lines as a form has them, and whether it changes any: a line whose quantity or plan is another is priced
// anew, and one that is taken out takes its add-ons along.
func editLines(lines []order.CartLine, sent url.Values) (out []order.CartLine, changed bool) {
	gone := sent.Get("remove")
	edit := func(l order.CartLine) order.CartLine {
		was := l
		if n, err := quantityOf(sent, l.ID); err == nil {
			l.Quantity = n
		}
		if way := sent.Get(fmt.Sprintf("plan%d", l.ID)); way != "" {
			l.Term, l.Plan = wayOf(way)
		}
		if sent.Has(fmt.Sprintf("attest%d", l.ID)) {
			l.Attested = true
		}
		if l.Quantity != was.Quantity || l.Term != was.Term || l.Plan != was.Plan {
			l.PriceRow, l.Unit = "", money.Price{}
		}
		changed = changed || l.Quantity != was.Quantity || l.Term != was.Term || l.Plan != was.Plan || l.Attested != was.Attested
		return l
	}
	for _, l := range lines {
		if strconv.Itoa(l.ID) == gone {
			changed = true
			continue
		}
		l = edit(l)
		var addOns []order.CartLine
		for _, a := range l.AddOns {
			if strconv.Itoa(a.ID) == gone {
				changed = true
				continue
			}
			addOns = append(addOns, edit(a))
		}
		l.AddOns = addOns
		out = append(out, l)
	}
	return out, changed
}
