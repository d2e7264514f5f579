package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// The bounds of a file of keys. One transaction takes all of it.
const (
	maxKeyFile = 128 << 20 // bytes
	maxKeys    = 500_000   // rows
)

// KeyFile is a CSV file of product keys: columns Pool or ProductId, Version, Key, and Kind if there is one; names are matched
// without case or spaces, others are passed over. It is read twice, so it must stay as it is meanwhile.
type KeyFile struct {
	File io.ReaderAt
	Size int64 // bytes
}

// KeyReport is what an import of keys found in its file. Nothing in it quotes the file.
type KeyReport struct {
	AddedKeys

	// Bad are the first hundred of Errors; BadRows have them.
	Bad             []RowError
	BadRows, Errors int
}

// String is the report in a few plain lines.
func (r KeyReport) String() string {
	var b strings.Builder
	if r.BadRows > 0 {
		fmt.Fprintf(&b, "%d rows cannot be taken; nothing was imported", r.BadRows)
		for _, e := range r.Bad {
			fmt.Fprintf(&b, "\n  row %d (line %d): %s: %s", e.Item, e.Line, e.Member, e.Code)
		}
		if more := r.Errors - len(r.Bad); more > 0 {
			fmt.Fprintf(&b, "\n  and %d more", more)
		}
		return b.String()
	}
	fmt.Fprintf(&b, "%d keys: %d added, %d stood already, %d stand twice in the file; %d waiting lines have theirs now",
		r.Rows, r.Added, r.Held, r.Twice, r.Served)
	for _, k := range r.Repeated {
		what := "stands twice in the file"
		if k.Held {
			what = "is in its pool already"
		}
		fmt.Fprintf(&b, "\n  row %d (line %d) %s", k.Item, k.Line, what)
	}
	if more := r.Held + r.Twice - len(r.Repeated); more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return b.String()
}

// ImportKeys takes a file of product keys into the pools of the actor's partner (R15): all or nothing, safe to repeat, sealed
// from the first moment. A row with a product goes to the pool that the product takes its keys from; a publisher's staff (R17)
// names a product of its own in every row. Lines that wait are served
// first, see AddKeys. progress counts bytes read, of twice the file; see ImportOffers.
// Faults: "role.missing", "import.csv" with the line, "import.column" with the name, "import.too_large", "import.empty",
// "import.rows" with how many rows are wrong (the error's text and the report say which, never with what): KMS keys are
// "key.kms_refused" there (F50).
func (a *App) ImportKeys(ctx context.Context, who party.Actor, file KeyFile, progress func(done, total int)) (KeyReport, error) {
	publisher, err := supplier(who)
	if err != nil {
		return KeyReport{}, err
	}
	if file.Size > maxKeyFile {
		return KeyReport{}, fault.Invalid("import.too_large", fault.Args{"max": maxKeyFile})
	}
	step, end := follow(progress, int(2*file.Size))
	defer end()
	sheet := keySheet{file: file, pools: a.poolsOf(ctx, publisher), ownOnly: publisher != ""}
	var report KeyReport
	if err := sheet.read(func(keyRow) error { return nil }, func(offset int64) { step(int(offset)) }); err != nil {
		return report, err
	}
	switch {
	case sheet.rows == 0:
		return report, fault.Invalid("import.empty", nil)
	case sheet.badRows > 0:
		report.Rows = sheet.rows
		report.Bad, report.BadRows, report.Errors = sheet.bad, sheet.badRows, sheet.errors
		return report, fmt.Errorf("%w: %s", fault.Invalid("import.rows", fault.Args{"rows": sheet.badRows}), report)
	}
	rows := func(each func(keyRow) error) error {
		again := keySheet{file: file, pools: sheet.pools, ownOnly: sheet.ownOnly}
		err := again.read(each, func(offset int64) { step(int(file.Size + offset)) })
		if err == nil && (again.badRows > 0 || again.rows != sheet.rows) {
			err = errors.New("import of keys: the file changed while it was read")
		}
		return err
	}
	req := Request{Answer: func(outcome any) (Reply, error) {
		report.AddedKeys = outcome.(AddedKeys)
		return Reply{}, nil
	}}
	if _, err := a.takeIn(ctx, who, req, rows, func(int) {}); err != nil {
		return KeyReport{}, err
	}
	if end(); progress != nil {
		progress(int(2*file.Size), int(2*file.Size))
	}
	return report, nil
}

// deliveries are how the SKUs of a product with keys deliver; none: it has no keys, or there is no such product.
type deliveries func(id.Product) ([]license.Delivery, error)

// supplier is the publisher in whose name keys come in; empty for the operator, who brings any. Faults: "role.missing",
// "publisher.none" for a role of a publisher's staff without one.
func supplier(who party.Actor) (id.Publisher, error) {
	err := who.May(party.OperateSystem)
	if err == nil {
		return "", nil
	}
	if who.May(party.SupplyKeys) != nil {
		return "", err
	}
	if who.Publisher == "" {
		return "", fault.Deny("publisher.none", nil)
	}
	return who.Publisher, nil
}

// poolsOf looks products up, each once; with a publisher its own alone.
func (a *App) poolsOf(ctx context.Context, publisher id.Publisher) deliveries {
	known := map[id.Product][]license.Delivery{}
	return func(p id.Product) ([]license.Delivery, error) {
		if ds, ok := known[p]; ok {
			return ds, nil
		}
		entries, err := read(ctx, a.Store, func(r Reader) (map[id.Product]*catalog.Entry, error) { return r.Entries([]id.Product{p}) })
		if err != nil {
			return nil, err
		}
		var ds []license.Delivery
		if e := entries[p]; e != nil && (publisher == "" || e.Product.Publisher == publisher) {
			for _, s := range e.Skus {
				if s.Delivery.HasKeys {
					ds = append(ds, s.Delivery)
				}
			}
		}
		if len(known) < maxKeyProducts {
			known[p] = ds
		}
		return ds, nil
	}
}

// maxKeyProducts bounds what is remembered of the catalogue: a file of nothing but mistakes is as large as any.
const maxKeyProducts = 10_000

// The columns of a file of keys.
const (
	keyPool = iota
	keyProduct
	keyVersion
	keyText
	keyKind
	keyColumnCount
)

var keyColumnNames = [keyColumnCount]string{"Pool", "ProductId", "Version", "Key", "Kind"}

// keySheet is one reading of a file.
type keySheet struct {
	file  KeyFile
	pools deliveries
	// ownOnly: every row names a product, and no pool.
	ownOnly bool

	at    [keyColumnCount]int // where each column stands; -1: absent
	width int

	rows            int
	bad             []RowError
	badRows, errors int
}

// read gives each good row to each; offset hears how far it is.
func (f *keySheet) read(each func(keyRow) error, offset func(int64)) error {
	in := recordsOf(f.file.File, 0, f.file.Size, 1)
	if err := f.header(in); err != nil {
		return err
	}
	for {
		p, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if p.blank() { // spreadsheets leave some behind
			continue
		}
		if f.rows++; f.rows > maxKeys {
			return fault.Invalid("import.too_large", fault.Args{"rows": maxKeys})
		}
		r, wrong, err := f.row(p)
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			f.refuse(p.line, wrong)
			continue
		}
		if err := each(r); err != nil {
			return err
		}
		offset(p.end)
	}
}

func (f *keySheet) refuse(line int, errs []RowError) {
	f.badRows++
	f.errors += len(errs)
	for _, e := range errs {
		if len(f.bad) < maxBad {
			e.Item, e.Line = f.rows, line
			f.bad = append(f.bad, e)
		}
	}
}

// header finds the columns.
func (f *keySheet) header(in *records) error {
	at, width, err := columnsOf(in, keyColumnNames[:], keyText, keyVersion)
	if err != nil {
		return err
	}
	f.width = width
	copy(f.at[:], at)
	if f.at[keyPool] < 0 && f.at[keyProduct] < 0 {
		return fault.Invalid("import.column", fault.Args{"column": keyColumnNames[keyPool], "times": 0})
	}
	return nil
}

// columnsOf reads a header: where each of the names stands, -1 for one that does not. What stands in a header is not told: a
// file of keys without one begins with a key. Faults: "import.empty", "import.csv", "import.column" with the name of one that
// must be there and is not, or stands twice.
func columnsOf(in *records, names []string, must ...int) (at []int, width int, err error) {
	p, err := in.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, 0, fault.Invalid("import.empty", nil)
	case err != nil:
		return nil, 0, err
	case !p.ok || len(p.fields) > maxColumns:
		return nil, 0, fault.Invalid("import.csv", fault.Args{"line": p.line})
	}
	at = make([]int, len(names))
	for c, name := range names {
		at[c] = -1
		for i, field := range p.fields {
			if i == 0 {
				field = strings.TrimPrefix(field, "\ufeff")
			}
			if !strings.EqualFold(spaceless(field), name) {
				continue
			}
			if at[c] >= 0 {
				return nil, 0, fault.Invalid("import.column", fault.Args{"column": name, "times": 2})
			}
			at[c] = i
		}
	}
	for _, c := range must {
		if at[c] < 0 {
			return nil, 0, fault.Invalid("import.column", fault.Args{"column": names[c], "times": 0})
		}
	}
	return at, len(p.fields), nil
}

func (f *keySheet) row(p placed) (r keyRow, wrongs []RowError, err error) {
	switch {
	case !p.ok:
		return r, []RowError{wrong("", "row.quotes")}, nil
	case len(p.fields) != f.width:
		return r, []RowError{wrong("", "row.columns")}, nil
	}
	field := func(c int) string {
		if f.at[c] < 0 {
			return ""
		}
		return strings.TrimSpace(p.fields[f.at[c]])
	}
	bad := func(c int, code string) { wrongs = append(wrongs, wrong(keyColumnNames[c], code)) }
	r = keyRow{item: f.rows, line: p.line, poolVersion: poolVersion{field(keyPool), field(keyVersion)}, key: Clear(field(keyText))}
	switch kind := field(keyKind); {
	case kind == "" || strings.EqualFold(kind, license.MAK):
	case strings.EqualFold(kind, "KMS"):
		bad(keyKind, "key.kms_refused")
	default:
		bad(keyKind, "key.unknown_kind")
	}
	switch {
	case r.key == "":
		bad(keyText, "row.missing")
	case !keyFormed(string(r.key)):
		bad(keyText, "key.malformed")
	}
	product := field(keyProduct)
	switch {
	case product != "":
		code, err := f.resolve(&r, product)
		if err != nil {
			return r, nil, err
		}
		if code != "" {
			bad(keyProduct, code)
		}
	case f.ownOnly:
		bad(keyProduct, "row.missing")
	case r.pool == "":
		bad(keyPool, "row.missing")
	}
	if len(wrongs) == 0 && !poolNamed(r.pool, r.version) {
		bad(keyPool, "pool.malformed")
	}
	return r, wrongs, nil
}

// resolve finds the pool that a product takes its keys from, and the version in the catalogue's spelling.
func (f *keySheet) resolve(r *keyRow, product string) (code string, err error) {
	if len(product) > maxProductID {
		return "row.unknown_product", nil
	}
	ds, err := f.pools(id.Product(product))
	if err != nil {
		return "", err
	}
	if len(ds) == 0 {
		return "row.unknown_product", nil
	}
	ds = slices.DeleteFunc(slices.Clone(ds), func(d license.Delivery) bool { return r.pool != "" && d.Pool != r.pool })
	for _, d := range ds[min(1, len(ds)):] {
		if d.Pool != ds[0].Pool {
			return "row.several_pools", nil
		}
	}
	if len(ds) == 0 {
		return "row.other_pool", nil
	}
	for _, d := range ds {
		version, err := d.KeyVersion(r.version)
		switch {
		case err != nil:
			continue
		case d.SupplierOf(version) != license.FromPool:
			return "key.other_supplier", nil
		}
		r.pool, r.version = d.Pool, version
		return "", nil
	}
	return "key.no_such_version", nil
}
