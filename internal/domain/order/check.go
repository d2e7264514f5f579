package order

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Holding is what the customer has of one limited SKU (F13): the places taken, and a suspended one if any (F14).
type Holding struct {
	Slots     []int
	Suspended id.Subscription
}

// Shop is what a purchase is decided from: the shelf as of Now, the rows in force, what the customer holds.
type Shop struct {
	Now      time.Time
	IDs      id.Source
	Buyer    catalog.Buyer
	Customer id.Customer
	Shelf    map[id.Product]*catalog.Entry
	Held     map[catalog.Ref]Holding
	Bases    map[id.Subscription]subscription.Subscription
	OnRecord party.OnRecord
	Attested bool               // the partner of record's attestation, kept with what is bought
	Agreed   bool               // the customer accepted an agreement, for SKUs that need one
	Ends     []subscription.End // of the customer's subscriptions, for lines that are to end with one
	Rules    []policy.CancelRule
	Taxes    []market.TaxRow
	Direct   bool // an order without a cart: a line that names no billing plan is charged by the default one (contract.md §9)
	Sandbox  bool // a sandbox tenant, with limits of its own
	Live     int  // subscriptions of its customer that live; counted in a sandbox only
}

// tally is what the lines of one cart take, for limits.
type tally struct {
	held map[catalog.Ref]int
	subs int
}

// MaxLines bounds a cart: lines and add-on lines together.
const MaxLines = 200

// Check looks every line up and marks it: title, price shown, group, or the fault that keeps it from being bought. A bad
// line marks the line, not the cart (F20). accepted tells that the caller has just written the lines, so prices shown are
// taken as they are; otherwise a price that changed since marks its line "price.changed" (E15).
func (s Shop) Check(lines []CartLine, accepted bool) []CartLine {
	out := make([]CartLine, len(lines))
	groups := map[string]string{}
	used := &tally{held: map[catalog.Ref]int{}}
	for i, l := range lines {
		l, item := s.checkOne(l, nil, accepted, used)
		key := "?" + strconv.Itoa(i) // a line that names nothing is a group of its own
		if item.Entry != nil {
			currency := "" // an order has one (E08), the market's, also where a line asks for another
			if item.Availability != nil {
				currency = string(item.Availability.Currency)
			}
			key = string(l.Plan) + "/" + string(item.Entry.Product.Publisher) + "/" + currency
		}
		if _, ok := groups[key]; !ok {
			groups[key] = strconv.Itoa(len(groups))
		}
		l.Group = groups[key]
		addOns := make([]CartLine, len(l.AddOns))
		for j, a := range l.AddOns {
			addOns[j], _ = s.checkOne(a, &parent{item, l.Term, l.TermEnd}, accepted, used)
			addOns[j].Group = l.Group
		}
		if len(addOns) > 0 {
			l.AddOns = addOns
		}
		out[i] = l
	}
	return out
}

// parent is the line an add-on line hangs under: its item, the term it is bought for, and the end of choice.
type parent struct {
	item catalog.Item
	term when.Term
	ends time.Time
}

// checkOne looks one line up; base is what an add-on line hangs under, nil for a line of its own.
func (s Shop) checkOne(l CartLine, base *parent, accepted bool, used *tally) (CartLine, catalog.Item) {
	l.Fault = nil
	item, ok := s.find(l.Item)
	if !ok {
		l.Fault = fault.Invalid("item.unknown", nil)
		return l, catalog.Item{}
	}
	l.Item, l.Title = item.ID, item.Sku.Title
	if item.Availability != nil && (l.Currency == "" || l.PriceRow != "") { // not the caller's own wish
		l.Currency = item.Availability.Currency
	}
	if f := item.Barred(s.Buyer, s.Now); f != nil {
		l.Fault = f
		return l, item
	}
	if item.Sku.Metered { // it has none (F20)
		l.Quantity = 1
	}
	l.Fault = s.judge(&l, item, base, accepted)
	if l.Fault == nil {
		l.Fault = s.participants(&l)
	}
	if l.Fault == nil {
		l.Fault = s.limit(item, used.held)
	}
	if l.Fault == nil && s.Sandbox {
		l.Fault = s.sandboxLimit(l, item, used)
	}
	return l, item
}

// sandboxLimit asks whether a sandbox tenant's customer may hold one more subscription, of so many seats.
func (s Shop) sandboxLimit(l CartLine, item catalog.Item, used *tally) *fault.Fault {
	if l.Quantity > policy.SandboxSeats {
		return fault.Refuse("sandbox.seats", fault.Args{"limit": policy.SandboxSeats})
	}
	if catalog.ClassOf(&item.Entry.Product, item.Sku, l.Plan, l.Term) == catalog.Perpetual {
		return nil
	}
	if used.subs++; s.Live+used.subs > policy.SandboxSubscriptions {
		return fault.Refuse("sandbox.subscriptions", fault.Args{"limit": policy.SandboxSubscriptions})
	}
	return nil
}

// participants checks the partners that a line names, and names the customer's reseller of record where it names none.
func (s Shop) participants(l *CartLine) *fault.Fault {
	for _, p := range l.Participants {
		if f := s.OnRecord.Check(p.Value); f != nil {
			return f
		}
	}
	if s.OnRecord.Reseller != "" && subscription.ResellerOf(l.Participants) == "" {
		l.Participants = append([]Participant{{Key: subscription.TransactionReseller, Value: s.OnRecord.Reseller}}, l.Participants...)
	}
	return nil
}

func (s Shop) find(item id.Item) (catalog.Item, bool) {
	e, ok := s.Shelf[item.Product]
	if !ok {
		return catalog.Item{}, false
	}
	return e.Item(item, s.Buyer.Market)
}

func (s Shop) judge(l *CartLine, item catalog.Item, base *parent, accepted bool) *fault.Fault {
	sku := item.Sku
	if f := s.judgeBase(l, item, base); f != nil {
		return f
	}
	if sku.AddOn && !sku.Metered && !sku.Trial { // its dates are its base's (F28), and so is its term
		term := s.Bases[l.Parent].Term
		if base != nil {
			term = base.term
		}
		switch {
		case l.Term.IsZero():
			l.Term = term
		case !term.IsZero() && l.Term != term:
			return fault.Invalid("plan.not_offered", nil)
		}
	}
	opt, f := s.option(*l, item)
	if f != nil {
		return f
	}
	l.Plan, l.Term = opt.Plan, opt.Term // before anything else is asked: they decide the group (F81)
	if market := item.Availability.Currency; l.Currency != market {
		return fault.Refuse("currency.foreign", fault.Args{"currency": string(market)})
	}
	if !sku.Metered && (l.Quantity < max(1, sku.MinQuantity) || l.Quantity > sku.MaxQuantity) {
		return fault.Invalid("quantity.out_of_range", fault.Args{"min": max(1, sku.MinQuantity), "max": sku.MaxQuantity})
	}
	if f := s.judgeEnd(l, item, base); f != nil {
		return f
	}
	if sku.Attestation && !l.Attested {
		return fault.Refuse("attestation.needed", nil)
	}
	if sku.Agreement && !s.Agreed {
		return fault.Refuse("agreement.needed", nil)
	}
	if sku.Metered || sku.Trial {
		return nil
	}
	row, ok := item.Entry.Price(item.Availability, opt, l.Quantity, s.Now)
	if !ok {
		return fault.Refuse("offer.no_price", nil)
	}
	if !accepted && l.PriceRow != "" && l.Unit != row.Unit {
		return fault.Conflict("price.changed", fault.Args{"was": l.Unit.Decimal(), "now": row.Unit.Decimal()})
	}
	l.PriceRow, l.Unit = row.ID, row.Unit
	if _, err := row.Unit.Times(l.Quantity); err != nil {
		return fault.Of(err)
	}
	return nil
}

// judgeEnd asks whether the first term can end on the date of choice: only that of what starts at once, is charged by term
// and is there to be aligned. An add-on ends with its base, and may say so. Faults: "term_end.product", those of
// subscription.Align.
func (s Shop) judgeEnd(l *CartLine, item catalog.Item, base *parent) *fault.Fault {
	if l.TermEnd.IsZero() {
		return nil
	}
	class := catalog.ClassOf(&item.Entry.Product, item.Sku, l.Plan, l.Term)
	switch {
	case base != nil && base.ends.Equal(l.TermEnd):
		return nil
	case item.Sku.AddOn && l.Parent != "":
		b := s.Bases[l.Parent]
		only := []subscription.End{{At: b.Current.End, AnchorDay: b.AnchorDay}}
		if end, err := subscription.Align(l.TermEnd, s.Now, b.AnchorDay, b.Term, only); err != nil || !end.At.Equal(b.Current.End) {
			return fault.Refuse("term_end.product", nil)
		}
		return nil
	case item.Sku.AddOn, class != catalog.OnlineLicensed && class != catalog.SoftwareSub && class != catalog.LinuxPlan:
		return fault.Refuse("term_end.product", nil)
	}
	_, err := subscription.Align(l.TermEnd, s.Now, s.Now.Day(), l.Term, s.Ends)
	return fault.Of(err)
}

// judgeBase asks F25 and F26: an add-on hangs on an active base it is made for, and only certain partners sell it. A
// publisher's plan bought in the same cart waits for its activation, and one in its free days has no term yet to join.
func (s Shop) judgeBase(l *CartLine, item catalog.Item, base *parent) *fault.Fault {
	if !item.Sku.AddOn {
		if base != nil || l.Parent != "" {
			return fault.Refuse("addon.not_related", nil)
		}
		return nil
	}
	if !party.MayBuyAddOns(s.Buyer.Kind) {
		return fault.Refuse("addon.partner_kind", nil)
	}
	var ref catalog.Ref
	switch {
	case base != nil && base.item.Entry != nil:
		if base.item.Entry.Product.Kind == catalog.SaaS {
			return fault.Refuse("addon.base_not_active", nil)
		}
		ref = catalog.Ref{Product: base.item.Entry.Product.ID, Sku: base.item.Sku.ID}
	case l.Parent != "":
		b, ok := s.Bases[l.Parent]
		if !ok || b.State != subscription.Active || b.Current.Start.IsZero() || !b.Current.End.IsZero() && !s.Now.Before(b.Current.End) {
			return fault.Refuse("addon.base_not_active", nil)
		}
		ref = catalog.Ref{Product: b.Item.Product, Sku: b.Item.Sku}
		if n := b.Scheduled; !n.IsZero() && (n.Term != b.Term || !n.End.At.IsZero() || !item.Sku.HangsOn(catalog.Ref{Product: n.Item.Product, Sku: n.Item.Sku})) {
			return fault.Refuse("addon.base_changes", nil) // at its renewal the add-on could not follow (F28)
		}
	default:
		return fault.Refuse("addon.base_only", nil)
	}
	if !item.Sku.HangsOn(ref) {
		return fault.Refuse("addon.not_related", nil)
	}
	return nil
}

// option resolves the billing plan and term a line asks for against those on the shelf; an unset one is taken when the
// shelf leaves no choice of it, and in an order without a cart by default: what binds shortest, charged most often. Metered
// plans and first-party trials have no price by term.
func (s Shop) option(l CartLine, item catalog.Item) (catalog.Option, *fault.Fault) {
	switch {
	case item.Sku.Metered:
		return catalog.Option{Term: when.Month, Plan: catalog.NoPlan}, nil
	case item.Sku.Trial:
		return catalog.Option{Term: when.Term{Days: item.Sku.TrialDays}, Plan: catalog.NoPlan}, nil
	}
	wish := catalog.Option{Term: l.Term, Plan: l.Plan}
	if s.Direct {
		if fit := fitting(item, wish, s.Now); len(fit) > 0 {
			return fit[0], nil
		}
	}
	return Choose(item, wish, s.Now)
}

// Choose finds the way to buy an item that a wish means, empty parts of it being open, among those that its price sheet
// and the billing-plan rule allow at an instant (F05); of several terms the shortest. Faults: "plan.not_offered",
// "plan.needed" where several plans are left.
func Choose(item catalog.Item, wish catalog.Option, at time.Time) (catalog.Option, *fault.Fault) {
	fit := fitting(item, wish, at)
	switch {
	case len(fit) == 0:
		return catalog.Option{}, fault.Invalid("plan.not_offered", nil)
	case len(fit) > 1 && wish.Plan == "":
		return catalog.Option{}, fault.Invalid("plan.needed", nil)
	}
	return fit[0], nil
}

// fitting are the choices that a wish leaves open.
func fitting(item catalog.Item, wish catalog.Option, at time.Time) []catalog.Option {
	return slices.DeleteFunc(Choices(item, at), func(o catalog.Option) bool {
		return wish.Plan != "" && wish.Plan != o.Plan || !wish.Term.IsZero() && wish.Term != o.Term
	})
}

// Choices are the ways to buy an item that its price sheet and the billing-plan rule allow at an instant (F05): the shortest
// term first, and of one term the plan that charges most often.
func Choices(item catalog.Item, at time.Time) []catalog.Option {
	if item.Availability == nil || item.Sku.Metered || item.Sku.Trial {
		return nil
	}
	var all []catalog.Option
	for _, o := range item.Entry.Options(item.Availability, at) {
		if policy.PlanAllowed(catalog.ClassOf(&item.Entry.Product, item.Sku, o.Plan, o.Term), o.Plan, o.Term, at) {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b catalog.Option) int {
		return cmp.Or(cmp.Compare(termDays(a.Term), termDays(b.Term)), cmp.Compare(termDays(a.Plan.Step()), termDays(b.Plan.Step())))
	})
	return all
}

func termDays(t when.Term) int {
	months, _ := t.AllMonths()
	return months*31 + t.Days
}

// limit asks F13 and F14 for one more of the item, counting those earlier in the same cart.
func (s Shop) limit(item catalog.Item, used map[catalog.Ref]int) *fault.Fault {
	if item.Sku.LimitUnit == catalog.NoLimit {
		return nil
	}
	ref := catalog.Ref{Product: item.Entry.Product.ID, Sku: item.Sku.ID}
	if f := Full(item.Sku, s.Held[ref], used[ref]); f != nil {
		return f
	}
	used[ref]++
	return nil
}

// Full says why a customer may not have one more of a SKU beside those held and those taken already (F13, F14); nil while
// there is a place. Faults: "offer.limit", "offer.limit_suspended" with the subscription that could come back.
func Full(sku *catalog.Sku, held Holding, taken int) *fault.Fault {
	if sku.LimitUnit == catalog.NoLimit || len(held.Slots)+taken < sku.Limit {
		return nil
	}
	args := fault.Args{"limit": sku.Limit, "unit": string(sku.LimitUnit)}
	if held.Suspended != "" {
		args["subscription"] = string(held.Suspended)
		return fault.Refuse("offer.limit_suspended", args)
	}
	return fault.Refuse("offer.limit", args)
}

// tariff pins the rows of a line at Now.
func (s Shop) tariff(l CartLine, item catalog.Item, class catalog.Class) billing.Tariff {
	rule, _ := policy.For(s.Rules, class, s.Now)
	tax, _ := market.TaxFor(s.Taxes, s.Buyer.Market, string(class), s.Now)
	return billing.Tariff{Unit: l.Unit, PriceRow: l.PriceRow, Tax: tax, Policy: rule.ID}
}
