package app

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// The bounds of a price sheet. One transaction takes all of it.
const (
	maxPriceFile = 1 << 30   // bytes
	maxPrices    = 500_000   // rows
	maxRecord    = 128 << 10 // bytes of one row
	maxColumns   = 200
	maxBad       = 100 // errors told; the others are counted
)

// PriceSheet is a price sheet to import. It is read twice, so the file must stay as it is meanwhile.
type PriceSheet struct {
	File io.ReaderAt
	Size int64 // bytes
	// Vendors are the publishers whose products are the vendor's own (first-party); so is a row without a publisher.
	Vendors []string

	now time.Time // when it is looked over
}

// records reads a CSV file record by record and knows where each stands. A record ends at a line's end outside quotes.
type records struct {
	in     *bufio.Reader
	offset int64 // of the next record, in the file
	line   int   // where it begins, from 1
	comma  byte  // between fields

	record []byte
	fields []string
	text   bytes.Reader
	quoted *bufio.Reader // over text, for csv
}

// recordsAt reads the part of a file that begins with a record at an offset and a line.
func (s *PriceSheet) recordsAt(offset, end int64, line int) *records {
	return recordsOf(s.File, offset, end, line)
}

func recordsOf(file io.ReaderAt, offset, end int64, line int) *records {
	section := io.NewSectionReader(file, offset, end-offset)
	return &records{in: bufio.NewReaderSize(section, int(min(64<<10, end-offset))), offset: offset, line: line, comma: ','}
}

// placed is a record with its place. ok is false when its quotes are not those of CSV: then it has no fields.
type placed struct {
	start, end int64
	line       int
	fields     []string // until the next record is read
	ok         bool
}

// next reads a record, io.EOF at the end. Fault: "import.csv" with the line of a record that does not end.
func (r *records) next() (placed, error) {
	p := placed{start: r.offset, line: r.line}
	r.record = r.record[:0]
	for quotes := 0; ; {
		part, err := r.in.ReadSlice('\n')
		r.record = append(r.record, part...)
		r.offset += int64(len(part))
		quotes += bytes.Count(part, []byte{'"'})
		switch {
		case errors.Is(err, io.EOF) && len(r.record) == 0:
			return p, io.EOF
		case errors.Is(err, io.EOF) && quotes%2 != 0 || len(r.record) > maxRecord:
			return p, fault.Invalid("import.csv", fault.Args{"line": p.line})
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return p, fmt.Errorf("read a CSV file: %w", err)
		}
		if err == nil {
			r.line++
		}
		if quotes%2 == 0 {
			break
		}
	}
	p.end = r.offset
	p.fields, p.ok = r.split(bytes.TrimRight(r.record, "\r\n"))
	return p, nil
}

func (r *records) split(record []byte) ([]string, bool) {
	if bytes.IndexByte(record, '"') < 0 {
		r.fields = r.fields[:0]
		for f := range strings.SplitSeq(string(record), string(r.comma)) {
			r.fields = append(r.fields, f)
		}
		return r.fields, true
	}
	if r.quoted == nil {
		r.quoted = bufio.NewReader(&r.text)
	}
	r.text.Reset(record)
	r.quoted.Reset(&r.text)
	c := csv.NewReader(r.quoted) // takes a bufio.Reader as it is
	c.Comma, c.FieldsPerRecord, c.TrimLeadingSpace = rune(r.comma), -1, true
	fields, err := c.Read()
	return fields, err == nil
}

func (p *placed) blank() bool {
	return p.ok && !slices.ContainsFunc(p.fields, func(f string) bool { return strings.TrimSpace(f) != "" })
}

// run is a stretch of rows of one product.
type run struct {
	product    id.Product
	start, end int64
	item, line int
}

// priceFile is a sheet that was read once: where the rows of each product are, and what is wrong.
type priceFile struct {
	sheet *PriceSheet
	at    [columns]int
	width int // columns of the header

	rows     int
	runs     []run // by product, then in file order
	editions []editionRow

	diff *priceDiff // what the sheet adds, for who wants to see it; nil: nobody does

	bad             []RowError
	badRows, errors int
}

// editionRow is what it takes to see that two rows of a sheet say different things of one item and time.
type editionRow struct {
	edition    [16]byte
	least      int64
	most       int64
	units      int64
	item, line int
}

// readPrices reads the whole sheet once and checks every row by itself and against the others.
func readPrices(sheet *PriceSheet, step func(int)) (*priceFile, error) {
	if sheet.Size > maxPriceFile {
		return nil, fault.Invalid("import.too_large", fault.Args{"max": maxPriceFile})
	}
	f := &priceFile{sheet: sheet}
	in := sheet.recordsAt(0, sheet.Size, 1)
	if err := f.header(in); err != nil {
		return nil, err
	}
	for {
		p, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if p.blank() { // spreadsheets leave some behind
			continue
		}
		if f.rows++; f.rows > maxPrices {
			return nil, fault.Invalid("import.too_large", fault.Args{"rows": maxPrices})
		}
		f.take(p)
		step(int(p.end))
	}
	if f.rows == 0 {
		return nil, fault.Invalid("import.empty", nil)
	}
	f.overlaps()
	slices.SortStableFunc(f.runs, func(a, b run) int { return strings.Compare(string(a.product), string(b.product)) })
	return f, nil
}

// header finds the columns: names without case or spaces. Faults: "import.empty", "import.csv", "import.column" with the
// name of one that is absent or stands twice.
func (f *priceFile) header(in *records) error {
	p, err := in.next()
	switch {
	case errors.Is(err, io.EOF):
		return fault.Invalid("import.empty", nil)
	case err != nil:
		return err
	case !p.ok || len(p.fields) > maxColumns:
		return fault.Invalid("import.csv", fault.Args{"line": p.line})
	}
	f.width = len(p.fields)
	for c := range f.at {
		f.at[c] = -1
	}
	for i, name := range p.fields {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff")
		}
		c := slices.IndexFunc(columnNames[:], func(known string) bool { return strings.EqualFold(known, spaceless(name)) })
		if c < 0 {
			continue
		}
		if f.at[c] >= 0 {
			return fault.Invalid("import.column", fault.Args{"column": columnNames[c], "times": 2})
		}
		f.at[c] = i
	}
	for _, c := range mustColumns {
		if f.at[c] < 0 {
			return fault.Invalid("import.column", fault.Args{"column": columnNames[c], "times": 0})
		}
	}
	return nil
}

func spaceless(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return -1
		}
		return c
	}, s)
}

// take checks one row and notes where it is.
func (f *priceFile) take(p placed) {
	l, wrong := f.row(p, f.rows)
	if len(wrong) > 0 {
		f.refuse(f.rows, p.line, wrong...)
		return
	}
	f.editions = append(f.editions, editionRow{editionOf(l.product, &l.price), l.price.TierMin, l.price.TierMax, l.price.Unit.Units(), l.item, l.line})
	if n := len(f.runs); n > 0 && f.runs[n-1].product == l.product {
		f.runs[n-1].end = p.end
		return
	}
	f.runs = append(f.runs, run{l.product, p.start, p.end, l.item, l.line})
}

func (f *priceFile) row(p placed, item int) (priceLine, []RowError) {
	switch {
	case !p.ok:
		return priceLine{}, []RowError{wrong("", "row.quotes")}
	case len(p.fields) != f.width:
		return priceLine{}, []RowError{wrong("", "row.columns")}
	}
	r := rowReader{at: &f.at, fields: p.fields}
	l := r.priceLine()
	l.item, l.line = item, p.line
	return l, r.wrong
}

func (f *priceFile) refuse(item, line int, errs ...RowError) {
	f.badRows++
	f.errors += len(errs)
	for _, e := range errs {
		if len(f.bad) < maxBad {
			e.Item, e.Line = item, line
			f.bad = append(f.bad, e)
		}
	}
}

// editionOf names what a price row is about, all but its quantities and its price: rows of one edition replace one
// another, those of different editions are told apart by their dates (catalog.Entry.Price).
func editionOf(p id.Product, r *catalog.PriceRow) [16]byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%s|%s|%s|%s|%d|%d", p, r.Sku, r.Market, r.Segment, r.Currency, r.Term, r.Plan,
		r.From.UnixMicro(), r.Until.UnixMicro()))
	return [16]byte(sum[:16])
}

// overlaps refuses rows of one edition that contradict one another: "row.twice" for another price of the same quantities,
// "row.overlaps" for quantities that overlap. A row that stands twice, word for word, does no harm.
func (f *priceFile) overlaps() {
	slices.SortFunc(f.editions, func(a, b editionRow) int {
		return cmp.Or(bytes.Compare(a.edition[:], b.edition[:]), cmp.Compare(a.least, b.least), cmp.Compare(a.line, b.line))
	})
	var open editionRow // the row of the edition that reaches furthest so far
	told := map[int]bool{}
	for _, e := range f.editions {
		if e.edition != open.edition || open.most != 0 && open.most < e.least {
			open = e
			continue
		}
		same := e.least == open.least && e.most == open.most
		at, bad := e, wrong(columnNames[tierRangeMin], "row.overlaps")
		if same {
			bad = wrong(columnNames[unitPrice], "row.twice")
		}
		if at.line < open.line {
			at = open
		}
		if (!same || e.units != open.units) && !told[at.item] {
			told[at.item] = true
			f.refuse(at.item, at.line, bad)
		}
		if open.most != 0 && (e.most == 0 || e.most > open.most) {
			open = e
		}
	}
	f.editions = nil
}

// lines reads the rows of a run again.
func (f *priceFile) lines(r run, each func(priceLine) error) error {
	in := f.sheet.recordsAt(r.start, r.end, r.line)
	for item := r.item; ; {
		p, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if p.blank() {
			continue
		}
		l, bad := f.row(p, item)
		if len(bad) > 0 || l.product != r.product {
			return errors.New("price sheet: the file changed while it was read")
		}
		if err := each(l); err != nil {
			return err
		}
		item++
	}
}
