package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
)

// The bounds of a file of offers. The public catalogue of a country has a few hundred offers of at most 12 kB.
const (
	maxOfferFile  = 256 << 20 // bytes
	maxOffers     = 100_000
	maxOffer      = 256 << 10 // bytes of one offer, without its white space
	maxOfferName  = 1_000     // bytes
	maxOfferText  = 32 << 10  // bytes
	maxOfferBases = 5_000
	maxQuantity   = 1_000_000_000
	maxLimit      = 1_000_000
	maxTrialDays  = 3_650
)

// offerSku is the id of an imported offer's only SKU.
const offerSku id.Sku = "0001"

// otherPublisher makes the offers that are not first-party ones: the file does not say who does.
const otherPublisher id.Publisher = "third-party"

// offerRow is one offer of the file in the catalogue's words.
type offerRow struct {
	offer        catalog.Offer
	product      catalog.Product
	sku          catalog.Sku
	availability catalog.Availability
}

// wireOffer is an offer as contract.md §7.2 has it, as far as it is understood; all of it is kept in Offer.Body.
type wireOffer struct {
	ID              string `json:"id"`
	Name            string `json:"name"`
	Description     string `json:"description"`
	MinimumQuantity *int64 `json:"minimumQuantity"`
	MaximumQuantity *int64 `json:"maximumQuantity"`
	Rank            int32  `json:"rank"`
	Country         string `json:"country"`
	Category        struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Rank int32  `json:"rank"`
	} `json:"category"`
	LimitUnit      string   `json:"limitUnitOfMeasure"`
	Limit          int64    `json:"limit"`
	TermUnit       string   `json:"termUnitOfMeasure"`
	Term           int64    `json:"term"`
	Prerequisites  []string `json:"prerequisiteOffers"`
	IsAddOn        bool     `json:"isAddOn"`
	Purchasable    *bool    `json:"isAvailableForPurchase"`
	Billing        string   `json:"billing"`
	AutoRenewable  bool     `json:"isAutoRenewable"`
	IsMicrosoft    *bool    `json:"isMicrosoftProduct"`
	Conversions    []string `json:"conversionTargetOffers"` // of a trial
	Upgrades       []string `json:"upgradeTargetOffers"`    // of a paid subscription
	Qualifications []string `json:"reselleeQualifications"`
	IsTrial        bool     `json:"isTrial"`
	UnitType       string   `json:"unitType"`
}

// readOffers reads a whole file, one offer at a time. Rows that cannot be taken are in bad, in the order of the file.
func readOffers(data []byte) (rows []offerRow, bad []RowError, err error) {
	if len(data) > maxOfferFile {
		return nil, nil, fault.Invalid("import.too_large", fault.Args{"max": maxOfferFile})
	}
	if !utf8.Valid(data) {
		return nil, nil, fault.Invalid("import.not_utf8", nil)
	}
	f := offerFile{data: bytes.TrimPrefix(data, []byte("\ufeff")), seen: map[id.Product]bool{}}
	f.dec = json.NewDecoder(bytes.NewReader(f.data))
	if err := f.read(); err != nil {
		return nil, nil, err
	}
	if f.items == 0 {
		return nil, nil, fault.Invalid("import.empty", nil)
	}
	return f.rows, f.bad, nil
}

// offerFile is a file being read.
type offerFile struct {
	data []byte
	dec  *json.Decoder

	counted int64 // the byte up to which lines are counted
	lines   int

	items   int
	country market.Country
	seen    map[id.Product]bool
	rows    []offerRow
	bad     []RowError
}

var errShape = errors.New("not a collection of offers")

// read walks the collection: {"items": [offers], anything else}.
func (f *offerFile) read() error {
	if err := f.delim('{'); err != nil {
		return f.malformed()
	}
	found := false
	for f.dec.More() {
		name, err := f.dec.Token()
		if err != nil {
			return f.malformed()
		}
		if name != "items" {
			var other json.RawMessage
			if f.dec.Decode(&other) != nil {
				return f.malformed()
			}
			continue
		}
		if found || f.delim('[') != nil {
			return f.malformed()
		}
		found = true
		for f.dec.More() {
			if err := f.item(); err != nil {
				return err
			}
		}
		if f.delim(']') != nil {
			return f.malformed()
		}
	}
	if f.delim('}') != nil {
		return f.malformed()
	}
	if _, err := f.dec.Token(); !errors.Is(err, io.EOF) {
		return f.malformed()
	}
	return nil
}

func (f *offerFile) delim(want json.Delim) error {
	if t, err := f.dec.Token(); err != nil || t != want {
		return errShape
	}
	return nil
}

// malformed is the answer to a file that is no JSON, or JSON of another thing.
func (f *offerFile) malformed() error {
	line := f.line()
	var syntax *json.SyntaxError
	if errors.As(json.Unmarshal(f.data, new(struct{})), &syntax) { // the decoder tells no offset within the file
		line = 1 + bytes.Count(f.data[:min(syntax.Offset, int64(len(f.data)))], []byte("\n"))
	}
	return fault.Invalid("import.json", fault.Args{"line": line})
}

// line is where the decoder stands, from 1.
func (f *offerFile) line() int {
	at := min(f.dec.InputOffset(), int64(len(f.data)))
	if at > f.counted {
		f.lines += bytes.Count(f.data[f.counted:at], []byte("\n"))
		f.counted = at
	}
	return f.lines + 1
}

// item reads one offer. An error means that the file ends here.
func (f *offerFile) item() error {
	var raw json.RawMessage
	if f.dec.Decode(&raw) != nil {
		return f.malformed()
	}
	f.items++
	if f.items > maxOffers {
		return fault.Invalid("import.too_large", fault.Args{"offers": maxOffers})
	}
	line := f.line() - bytes.Count(raw, []byte("\n")) // where it begins
	row, bad := f.offer(raw)
	if bad.Code != "" {
		bad.Item, bad.Line = f.items, line
		f.bad = append(f.bad, bad)
		return nil
	}
	f.seen[row.offer.ID] = true
	f.rows = append(f.rows, row)
	return nil
}

// wrong is a row error without its place.
func wrong(member, code string) RowError { return RowError{Member: member, Code: code} }

// offer reads one offer of the file; the first thing that is wrong with it is told.
func (f *offerFile) offer(raw json.RawMessage) (offerRow, RowError) {
	var w wireOffer
	if raw[0] != '{' {
		return offerRow{}, wrong("", "row.type")
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return offerRow{}, wrong(kind.Field, "row.type")
		}
		return offerRow{}, wrong("", "row.type")
	}
	if bad := w.check(); bad.Code != "" {
		return offerRow{}, bad
	}
	m, ok := market.Lookup(w.Country)
	if !ok {
		return offerRow{}, wrong("country", "row.unknown")
	}
	if f.country == "" {
		f.country = m.Country
	}
	if m.Country != f.country { // GET /v1/offers answers for one country
		return offerRow{}, wrong("country", "row.differs")
	}
	row, bad := w.row(m)
	if bad.Code != "" {
		return offerRow{}, bad
	}
	if f.seen[row.offer.ID] {
		return offerRow{}, wrong("id", "row.twice")
	}
	var body bytes.Buffer
	if json.Compact(&body, raw) != nil || body.Len() > maxOffer {
		return offerRow{}, wrong("", "row.too_long")
	}
	row.offer.Body = bytes.Clone(body.Bytes())
	return row, RowError{}
}

// check looks at texts and numbers by themselves.
func (w *wireOffer) check() RowError {
	for _, s := range []struct {
		member, text string
		must         bool
		max          int
	}{
		{"id", w.ID, true, 64}, {"name", w.Name, true, maxOfferName}, {"country", w.Country, true, 2},
		{"description", w.Description, false, maxOfferText}, {"unitType", w.UnitType, false, maxOfferName},
		{"category.id", w.Category.ID, false, 64}, {"category.name", w.Category.Name, false, maxOfferName},
	} {
		switch {
		case s.must && s.text == "":
			return wrong(s.member, "row.missing")
		case len(s.text) > s.max:
			return wrong(s.member, "row.too_long")
		case strings.ContainsRune(s.text, 0):
			return wrong(s.member, "row.text")
		}
	}
	for _, n := range []struct {
		member   string
		n        *int64
		min, max int64
	}{
		{"minimumQuantity", w.MinimumQuantity, 1, maxQuantity}, {"maximumQuantity", w.MaximumQuantity, 1, maxQuantity},
		{"limit", &w.Limit, 0, maxLimit}, {"term", &w.Term, 0, 9999},
	} {
		switch {
		case n.n == nil:
			return wrong(n.member, "row.missing")
		case *n.n < n.min || *n.n > n.max:
			return wrong(n.member, "row.range")
		}
	}
	if *w.MaximumQuantity < *w.MinimumQuantity {
		return wrong("maximumQuantity", "row.range")
	}
	if len(w.Prerequisites) > maxOfferBases {
		return wrong("prerequisiteOffers", "row.too_long")
	}
	return RowError{}
}

// row puts the offer into the catalogue's words.
func (w *wireOffer) row(m market.Market) (offerRow, RowError) {
	offer, ok := offerID(w.ID)
	if !ok {
		return offerRow{}, wrong("id", "row.malformed")
	}
	bases, ok := offerIDs(w.Prerequisites)
	if !ok {
		return offerRow{}, wrong("prerequisiteOffers", "row.malformed")
	}
	if _, ok := offerIDs(w.Upgrades); !ok {
		return offerRow{}, wrong("upgradeTargetOffers", "row.malformed")
	}
	targets, ok := offerIDs(slices.Concat(w.Conversions, w.Upgrades))
	if !ok {
		return offerRow{}, wrong("conversionTargetOffers", "row.malformed")
	}
	segment, ok := w.segment()
	if !ok {
		return offerRow{}, wrong("reselleeQualifications", "row.unknown")
	}
	limit, unit, ok := w.limit()
	if !ok {
		return offerRow{}, wrong("limitUnitOfMeasure", "row.unknown")
	}
	days, bad := w.trialDays()
	if bad.Code != "" {
		return offerRow{}, bad
	}
	// Usage offers are billed by meters that the file does not have: they are shown and not sold (F18).
	usage := strings.EqualFold(w.Billing, "usage")
	publisher := id.FirstParty
	if w.IsMicrosoft != nil && !*w.IsMicrosoft {
		publisher = otherPublisher
	}
	sku := catalog.Sku{
		ID: offerSku, Title: w.Name, MinQuantity: *w.MinimumQuantity, MaxQuantity: *w.MaximumQuantity, UnitType: w.UnitType,
		Trial: w.IsTrial, TrialDays: days, Metered: usage, AutoRenewable: w.AutoRenewable, AddOn: w.IsAddOn,
		Limit: limit, LimitUnit: unit,
	}
	for _, b := range bases {
		sku.Bases = append(sku.Bases, catalog.Ref{Product: b})
	}
	for _, t := range targets {
		sku.ConvertsTo = append(sku.ConvertsTo, catalog.Ref{Product: t, Sku: offerSku})
	}
	return offerRow{
		offer: catalog.Offer{
			ID: offer, Country: m.Country, Rank: int(w.Rank), Prerequisites: bases,
			Category: catalog.Category{ID: w.Category.ID, Name: w.Category.Name, Rank: int(w.Category.Rank)},
		},
		product: catalog.Product{
			ID: offer, Title: w.Name, Description: w.Description, Kind: catalog.OnlineService, Publisher: publisher, Imported: true,
			NotTransactable: usage || w.Purchasable != nil && !*w.Purchasable,
		},
		sku: sku,
		availability: catalog.Availability{
			ID: "OFFER00000" + id.Availability(m.Country), Sku: offerSku, Market: m.Country, Segment: segment, Currency: m.Currency,
		},
	}, RowError{}
}

// offerID reads an offer's id: a GUID nearly always, a word such as MS-AZR-0145P now and then; in upper case.
func offerID(s string) (id.Product, bool) {
	item, ok := id.ParseItem(s)
	return item.Product, ok && item.Sku == ""
}

// offerIDs reads ids in their order, each once.
func offerIDs(list []string) ([]id.Product, bool) {
	var out []id.Product
	seen := make(map[id.Product]bool, len(list))
	for _, s := range list {
		p, ok := offerID(s)
		if !ok {
			return nil, false
		}
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out, true
}

// segment is who may buy: what the customer must qualify as. In the public catalogue an offer with a category of its
// segment (Nonprofit_Key, Government_Key) has the qualification too, while add-ons and trials have the qualification
// alone; so that one decides, and the category where there is none. Of several the first counts: a bare offer id
// means one availability in a market. A qualification that is not known sells to nobody rather than to everybody:
// ok is false.
func (w *wireOffer) segment() (s market.Segment, ok bool) {
	for _, q := range w.Qualifications {
		if strings.EqualFold(q, "None") {
			continue
		}
		return segmentOf(q)
	}
	if s, ok := segmentOf(strings.TrimSuffix(w.Category.ID, "_Key")); ok {
		return s, true
	}
	return market.Commercial, true
}

// segmentOf reads "Nonprofit", "Education", "Government" and longer words of the latter (GovernmentCommunityCloud).
func segmentOf(word string) (market.Segment, bool) {
	i := slices.IndexFunc(market.Segments(), func(s market.Segment) bool {
		return strings.EqualFold(word, string(s)) ||
			s == market.Government && strings.HasPrefix(strings.ToLower(word), string(s))
	})
	if i < 0 {
		return "", false
	}
	return market.Segments()[i], true
}

// limit is how often one customer may buy it (F13); the wire spells Lifetime and LifeTime.
func (w *wireOffer) limit() (n int, unit catalog.LimitUnit, ok bool) {
	switch strings.ToLower(w.LimitUnit) {
	case "", "none":
		return 0, catalog.NoLimit, true
	case "concurrent":
		unit = catalog.Concurrent
	case "lifetime":
		unit = catalog.Lifetime
	default:
		return 0, "", false
	}
	if w.Limit == 0 { // a unit without a number limits nothing
		return 0, catalog.NoLimit, true
	}
	return int(w.Limit), unit, true
}

// trialDays are the days of a trial (F76). A trial's term is in days, or one month: that is sold as 30 days; a year
// as 365. Terms of other offers come with their price rows.
func (w *wireOffer) trialDays() (int, RowError) {
	if !w.IsTrial {
		return 0, RowError{}
	}
	days := w.Term
	switch strings.ToLower(w.TermUnit) {
	case "day":
	case "month":
		days *= 30
	case "year":
		days *= 365
	default:
		return 0, wrong("termUnitOfMeasure", "row.unknown")
	}
	if days < 1 || days > maxTrialDays {
		return 0, wrong("term", "row.range")
	}
	return int(days), RowError{}
}
