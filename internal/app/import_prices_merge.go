package app

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// sheetQuantity is how many of a new SKU one line may order: sheets do not say.
const sheetQuantity = 999_999_999

// merger lays the rows of a sheet over one product. What stands is never changed: rows are added, and of rows with the
// same dates the one added last decides (docs/decisions/0007).
type merger struct {
	e       catalog.Entry
	fresh   bool // the product is new
	skus    int  // how many stood before
	shelf   int  // likewise availabilities
	prices  int  // likewise price rows
	unsold  int  // rows of an imported offer that is not sold in their market and segment
	hint    catalog.Kind
	forever bool // one of the rows is perpetual

	editions map[[16]byte][]int // places in e.Prices
}

func newMerger(p id.Product, old *catalog.Entry) *merger {
	m := &merger{fresh: old == nil, editions: map[[16]byte][]int{}}
	if old == nil {
		m.e.Product.ID = p
		return m
	}
	m.e = *old // shared: the slices are clipped, so that what is appended goes elsewhere
	m.e.Skus, m.e.Availabilities, m.e.Prices = slices.Clone(old.Skus), slices.Clip(old.Availabilities), slices.Clip(old.Prices)
	m.skus, m.shelf, m.prices = len(old.Skus), len(old.Availabilities), len(old.Prices)
	for i := range m.e.Prices {
		edition := editionOf(p, &m.e.Prices[i])
		m.editions[edition] = append(m.editions[edition], i)
	}
	return m
}

// add lays one row over the product. The error is the row's.
func (m *merger) add(l priceLine, vendors []string) RowError {
	e := &m.e
	switch {
	case m.fresh && isOfferID(l.product): // offers come with their country's file, which says what they are
		return wrong(columnNames[productID], "row.not_imported")
	case m.fresh && e.Product.Title == "":
		e.Product = newProduct(l, vendors)
	}
	sku, ok := e.Sku(l.price.Sku)
	if !ok {
		if e.Product.Imported {
			return wrong(columnNames[skuID], "row.unknown")
		}
		e.Skus = append(e.Skus, newSku(l))
		sku = &e.Skus[len(e.Skus)-1]
	}
	l.price.Sku = sku.ID
	if !l.price.Term.IsZero() && slices.IndexFunc(e.Skus, func(s catalog.Sku) bool { return s.ID == sku.ID }) >= m.skus {
		sku.AutoRenewable = true
	}
	m.hint = hinted(m.hint, l.hint)
	m.forever = m.forever || l.price.Term.IsZero()
	m.offer(l)
	m.price(l)
	return RowError{}
}

// offer sees to the availability: one for each SKU, market, segment and currency. An imported offer is sold only where
// its country's file was imported.
func (m *merger) offer(l priceLine) {
	e, p := &m.e, &l.price
	if slices.ContainsFunc(e.Availabilities, func(a catalog.Availability) bool {
		return a.Sku == p.Sku && a.Market == p.Market && a.Segment == p.Segment && a.Currency == p.Currency
	}) {
		return
	}
	if e.Product.Imported {
		m.unsold++
		return
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%s|%s", l.product, p.Sku, p.Market, p.Segment, p.Currency))
	e.Availabilities = append(e.Availabilities, catalog.Availability{
		ID:  id.Availability(base32.StdEncoding.EncodeToString(sum[:])[:12]),
		Sku: p.Sku, Market: p.Market, Segment: p.Segment, Currency: p.Currency,
	})
}

// price adds the row unless the row that decides already says the same.
func (m *merger) price(l priceLine) {
	row := l.price
	edition := editionOf(l.product, &row)
	last, decides := -1, -1 // of the edition; of those for the same quantities
	for _, i := range m.editions[edition] {
		have := &m.e.Prices[i]
		if last < 0 || have.ID > m.e.Prices[last].ID {
			last = i
		}
		meets := (have.TierMax == 0 || row.TierMin <= have.TierMax) && (row.TierMax == 0 || have.TierMin <= row.TierMax)
		if meets && (decides < 0 || have.ID > m.e.Prices[decides].ID) {
			decides = i
		}
	}
	if decides >= 0 {
		have := &m.e.Prices[decides]
		if max(1, have.TierMin) == row.TierMin && have.TierMax == row.TierMax && have.Unit == row.Unit {
			return
		}
	}
	base, number := hex.EncodeToString(edition[:10]), 1
	if last >= 0 {
		base, number = after(m.e.Prices[last].ID)
	}
	row.ID = fmt.Sprintf("%s-%0*d", base, numberDigits, number)
	m.editions[edition] = append(m.editions[edition], len(m.e.Prices))
	m.e.Prices = append(m.e.Prices, row)
}

// numberDigits are those of the number that rows of one edition count up; ids are compared as text.
const numberDigits = 6

// after splits the id of a row into what its follower begins with, and the follower's number. The follower's id is
// greater: it decides (catalog.Entry.Price).
func after(last string) (base string, number int) {
	if i := strings.LastIndexByte(last, '-'); i >= 0 && len(last)-i-1 == numberDigits {
		if n, err := strconv.Atoi(last[i+1:]); err == nil && n > 0 && n < 999_999 {
			return last[:i], n + 1
		}
	}
	return last, 1
}

// finish settles what only all rows of a new product tell.
func (m *merger) finish() {
	p := &m.e.Product
	if !m.fresh {
		return
	}
	switch {
	case m.hint != "":
		p.Kind = m.hint
	case m.forever:
		p.Kind = catalog.Software
	case p.Publisher == id.FirstParty:
		p.Kind = catalog.OnlineService
	default:
		p.Kind = catalog.SaaS
	}
}

// shaped tells that more than prices was added.
func (m *merger) shaped() bool {
	return m.fresh || len(m.e.Skus) > m.skus || len(m.e.Availabilities) > m.shelf
}

// hinted joins two hints: software is told by its unit too, a reservation only by its tags.
func hinted(a, b catalog.Kind) catalog.Kind {
	if a == catalog.Reservation || b == "" {
		return a
	}
	return b
}

// newProduct is what a sheet tells of a product; its kind waits for all rows (finish).
func newProduct(l priceLine, vendors []string) catalog.Product {
	p := catalog.Product{ID: l.product, Title: l.productTitle, Publisher: id.FirstParty, PublisherName: l.publisher}
	if p.Title == "" {
		p.Title = title(l)
	}
	p.Description = p.Title
	if l.publisher != "" && !slices.ContainsFunc(vendors, func(v string) bool { return strings.EqualFold(v, l.publisher) }) {
		p.Publisher = publisherOf(l.publisher)
	}
	return p
}

func newSku(l priceLine) catalog.Sku {
	s := catalog.Sku{
		ID: l.price.Sku, Title: title(l), Description: l.description, MinQuantity: 1, MaxQuantity: sheetQuantity, UnitType: l.unit,
	}
	if s.Description == "" {
		s.Description = s.Title
	}
	if s.UnitType == "" {
		s.UnitType = "Licenses"
	}
	return s
}

// title is the SKU's own, else its product's, else the product's id: nothing on the shelf is without a name.
func title(l priceLine) string {
	for _, s := range []string{l.skuTitle, l.productTitle} {
		if s != "" {
			return s
		}
	}
	return string(l.product)
}

// publisherOf makes the id of a publisher from its name: "Orbit Labs" is orbit-labs. Sellers are told apart by it (F81).
func publisherOf(name string) id.Publisher {
	slug := strings.Join(strings.FieldsFunc(strings.ToLower(name), func(c rune) bool {
		return c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c)
	}), "-")
	if slug == "" || slug == string(id.FirstParty) || len(slug) > 64 {
		sum := sha256.Sum256([]byte(name))
		return id.Publisher("publisher-" + hex.EncodeToString(sum[:6]))
	}
	return id.Publisher(slug)
}

// isOfferID tells whether a product's id is that of an offer of the older catalogue.
func isOfferID(p id.Product) bool {
	_, ok := id.ParseGUID(string(p))
	return ok
}
