package app

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// column is one the import reads; others (ERP Price, what exporters add) are passed over.
type column int

const (
	productTitle column = iota
	productID
	skuID
	skuTitle
	publisherName
	skuDescription
	unitOfMeasure
	termDuration
	billingPlan
	marketCode
	currencyCode
	unitPrice
	tierRangeMin
	tierRangeMax
	effectiveStart
	effectiveEnd
	tagList
	segmentName
	columns // how many
)

// columnNames are the headers as the sheet spells them; must ones cannot be absent.
var columnNames = [columns]string{
	"ProductTitle", "ProductId", "SkuId", "SkuTitle", "Publisher", "SkuDescription", "UnitOfMeasure", "TermDuration", "BillingPlan", "Market",
	"Currency", "UnitPrice", "PricingTierRangeMin", "PricingTierRangeMax", "EffectiveStartDate", "EffectiveEndDate", "Tags", "Segment",
}

var mustColumns = []column{productID, skuID, termDuration, billingPlan, marketCode, currencyCode, unitPrice}

// priceLine is one row of a sheet in the catalogue's words.
type priceLine struct {
	item, line int
	product    id.Product
	price      catalog.PriceRow // without its id
	hint       catalog.Kind     // what tags and unit tell of the kind; empty: nothing

	productTitle, skuTitle, description, unit, publisher string
}

// The bounds of what ids a sheet may bring: product:sku:availability stays below the 64 characters of an id.Item.
const (
	maxProductID = 36
	maxSkuID     = 10
	skuDigits    = 4
)

// rowReader turns the fields of one record into a priceLine and keeps what is wrong with it.
type rowReader struct {
	at     *[columns]int // where each column stands; -1: absent
	fields []string
	wrong  []RowError
}

func (r *rowReader) bad(c column, code string) {
	r.wrong = append(r.wrong, wrong(columnNames[c], code))
}

func (r *rowReader) text(c column) string {
	if i := r.at[c]; i >= 0 {
		return strings.TrimSpace(r.fields[i])
	}
	return ""
}

// short is a text of at most limit bytes.
func (r *rowReader) short(c column, limit int) string {
	s := r.text(c)
	if len(s) > limit {
		r.bad(c, "row.too_long")
	}
	return s
}

// priceLine reads the record; it means nothing when r.wrong is not empty afterwards.
func (r *rowReader) priceLine() priceLine {
	for i, f := range r.fields {
		if !utf8.ValidString(f) || strings.ContainsRune(f, 0) {
			r.wrong = append(r.wrong, wrong(r.nameOf(i), "row.text"))
		}
	}
	l := priceLine{
		product: id.Product(r.ident(productID, maxProductID)), productTitle: r.short(productTitle, maxOfferName),
		skuTitle: r.short(skuTitle, maxOfferName), description: r.short(skuDescription, maxOfferText),
		unit: r.short(unitOfMeasure, maxOfferName), publisher: r.short(publisherName, maxOfferName),
	}
	p := &l.price
	p.Sku = id.Sku(r.ident(skuID, maxSkuID))
	if n := len(p.Sku); n > 0 && n < skuDigits { // a spreadsheet took 0001 for a number
		p.Sku = id.Sku(strings.Repeat("0", skuDigits-n)) + p.Sku
	}
	if m, ok := market.Lookup(r.must(marketCode)); ok {
		p.Market = m.Country
	} else {
		r.unknown(marketCode)
	}
	p.Segment = r.segment()
	p.Term, p.Plan = r.plan()
	p.Currency, p.Unit = r.unitPrice()
	p.TierMin, p.TierMax = r.tier()
	p.From, p.Until = r.dates()
	l.hint = kindOf(r.text(tagList), l.unit)
	return l
}

// nameOf is the column's name as the sheet spells it, empty for one that is passed over.
func (r *rowReader) nameOf(i int) string {
	if c := slices.Index(r.at[:], i); c >= 0 {
		return columnNames[c]
	}
	return ""
}

func (r *rowReader) must(c column) string {
	s := r.text(c)
	if s == "" {
		r.bad(c, "row.missing")
	}
	return s
}

// unknown tells of a word that is not known; a missing one was told before.
func (r *rowReader) unknown(c column) {
	if r.text(c) != "" {
		r.bad(c, "row.unknown")
	}
}

// ident is an id in upper case.
func (r *rowReader) ident(c column, limit int) string {
	s := strings.ToUpper(r.must(c))
	if len(s) > limit || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
		r.bad(c, "row.malformed")
	}
	return s
}

// segment is F12's; a sheet without the column is for commercial customers. The trade calls nonprofits charities too.
func (r *rowReader) segment() market.Segment {
	s := r.text(segmentName)
	switch {
	case s == "":
		return market.Commercial
	case strings.EqualFold(s, "Charity"):
		return market.Nonprofit
	}
	seg, ok := segmentOf(s)
	if !ok {
		r.unknown(segmentName)
	}
	return seg
}

// Terms longer than these are mistakes.
const (
	maxTermMonths = 120
	maxTermDays   = 3_650
)

// plan is the term (none: perpetual) and the billing plan, one that its term can be charged by (F05). Twelve months are
// a year: carts ask for P1Y.
func (r *rowReader) plan() (when.Term, catalog.Plan) {
	term, err := when.ParseTerm(r.text(termDuration))
	term.Years, term.Months = term.Years+term.Months/12, term.Months%12
	if months := term.Years*12 + term.Months; err != nil || months > maxTermMonths || term.Days > maxTermDays || months > 0 && term.Days > 0 {
		r.bad(termDuration, "row.unknown")
		return term, ""
	}
	plan, ok := catalog.ParsePlan(strings.ToLower(r.must(billingPlan)))
	if strings.EqualFold(r.text(billingPlan), "OneTime") {
		plan, ok = catalog.OneTime, true
	}
	if !ok {
		r.unknown(billingPlan)
		return term, ""
	}
	_, divides := plan.Charges(term)
	if !divides || term.IsZero() && plan.Step() != (when.Term{}) {
		r.bad(billingPlan, "row.term")
	}
	return term, plan
}

// unitPrice is as the sheet has it: never converted (F81).
func (r *rowReader) unitPrice() (money.Currency, money.Price) {
	c, ok := money.ParseCurrency(r.must(currencyCode))
	if !ok {
		r.unknown(currencyCode)
	}
	s := r.must(unitPrice)
	if s == "" {
		return c, money.Price{}
	}
	p, err := money.ParsePrice(s, c)
	if f := fault.Of(err); f != nil {
		_, code, _ := strings.Cut(f.Code, ".") // not_an_amount, too_many_digits, too_large, negative
		r.bad(unitPrice, "row."+code)
	}
	return c, p
}

// tier is the range of quantities: from 1 and without an end unless told.
func (r *rowReader) tier() (least, most int64) {
	least, most = r.number(tierRangeMin), r.number(tierRangeMax)
	if most > maxQuantity { // spreadsheets write the largest number they know
		most = 0
	}
	least = max(1, least)
	if most > 0 && most < least {
		r.bad(tierRangeMax, "row.range")
	}
	return least, most
}

func (r *rowReader) number(c column) int64 {
	s := r.text(c)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
		r.bad(c, "row.type")
	case n < 0 || c == tierRangeMin && n > maxQuantity:
		r.bad(c, "row.range")
	}
	return n
}

// The years that mean "always".
const (
	sinceAlways = 1753
	untilAlways = 9999
)

// dates are when the price begins and when it no longer holds; zero for always.
func (r *rowReader) dates() (from, until time.Time) {
	from, _ = r.date(effectiveStart)
	if from.Year() <= sinceAlways {
		from = time.Time{}
	}
	until, whole := r.date(effectiveEnd)
	switch {
	case until.IsZero():
		return from, until
	case until.Year() >= untilAlways:
		return from, time.Time{}
	case whole || until.Hour() == 23 && until.Minute() == 59: // "until the 30th" is until that day is over
		until = when.Midnight(until).AddDate(0, 0, 1)
	}
	if !until.After(from) {
		r.bad(effectiveEnd, "row.before_start")
	}
	return from, until
}

// dayForms and timeForms are how dates are written: ISO and US, without and with a time; seconds may have a fraction.
var (
	dayForms  = []string{time.DateOnly, "1/2/2006"}
	timeForms = []string{
		"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04",
		"1/2/2006 15:04:05", "1/2/2006 3:04:05 PM", "1/2/2006 15:04", "1/2/2006 3:04 PM",
	}
)

// date reads a date; empty is the zero time.
func (r *rowReader) date(c column) (at time.Time, whole bool) {
	at, whole, ok := parseDate(r.text(c))
	if !ok {
		r.bad(c, "row.date")
	}
	return at, whole
}

// parseDate reads a date in one of the forms, UTC to the microsecond; whole tells that it has no time. Empty is the zero time.
func parseDate(s string) (at time.Time, whole, ok bool) {
	if s == "" {
		return time.Time{}, false, true
	}
	for _, form := range dayForms {
		if at, err := time.Parse(form, s); err == nil {
			return at, true, true
		}
	}
	for _, form := range timeForms {
		if at, err := time.Parse(form, s); err == nil {
			return at.UTC().Truncate(time.Microsecond), false, true
		}
	}
	return time.Time{}, false, false
}

// kindOf reads the kind of a product from its tags and its unit of measure: "Server;Software", "2 Cores", "1 CAL".
func kindOf(tags, unit string) catalog.Kind {
	word := func(s string, of ...string) bool {
		return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return !unicode.IsLetter(c) }),
			func(w string) bool { return slices.Contains(of, w) })
	}
	switch {
	case word(tags, "reservation", "reservations", "reserved"):
		return catalog.Reservation
	case word(tags, "software", "server", "perpetual", "premises", "onpremises"),
		word(unit, "server", "servers", "core", "cores", "processor", "processors", "cal", "cals"):
		return catalog.Software
	}
	return ""
}
