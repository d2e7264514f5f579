package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// MediaList is the name of the file that says what the others in a folder of media are: CSV with the columns ProductId, SkuId (empty:
// every SKU of the product), Version, Language, FileType, File, Name (what the buyer saves it as; empty: File's own) and SHA256
// (empty: whatever it is).
const MediaList = "media.csv"

const (
	maxMediaList = 4 << 20 // bytes of the list
	maxMediaRows = 10_000
)

// The columns of the list.
const (
	mediaProduct = iota
	mediaSku
	mediaVersion
	mediaLanguage
	mediaType
	mediaFile
	mediaName
	mediaSum
	mediaColumnCount
)

var mediaColumnNames = [mediaColumnCount]string{"ProductId", "SkuId", "Version", "Language", "FileType", "File", "Name", "SHA256"}

// MediaReport is what an import of media found.
type MediaReport struct {
	Rows, Files int
	Bytes       int64
	Fresh       int // files that were not here before
	Changed     int // SKUs that deliver something else now

	// Bad are the first hundred of Errors; BadRows have them.
	Bad             []RowError
	BadRows, Errors int
}

// String is the report in a few plain lines.
func (r MediaReport) String() string {
	var b strings.Builder
	if r.BadRows == 0 {
		fmt.Fprintf(&b, "%d rows, %d files of %d bytes: %d are new; %d SKUs changed", r.Rows, r.Files, r.Bytes, r.Fresh, r.Changed)
		return b.String()
	}
	fmt.Fprintf(&b, "%d rows cannot be taken; nothing was imported", r.BadRows)
	for _, e := range r.Bad {
		fmt.Fprintf(&b, "\n  row %d (line %d): %s: %s", e.Item, e.Line, e.Member, e.Code)
	}
	if more := r.Errors - len(r.Bad); more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return b.String()
}

// mediaRow is a row of the list.
type mediaRow struct {
	item, line int
	product    id.Product
	sku        id.Sku // empty: every one
	file       license.File
	path       string // in the folder
	sum        string // that it is to have; empty: any
}

// mediaImport is one import while it runs.
type mediaImport struct {
	app    *App
	folder fs.FS
	rows   []mediaRow
	sizes  map[string]int64  // by path
	sums   map[string]string // by path, once a file is in
	known  map[string]bool   // digests of media that were here before
	at     []int
	width  int
	report MediaReport
	step   func(int)
	done   int64
}

// ImportMedia takes the files of a folder that its MediaList names as downloads of products (R15): all or nothing, safe to repeat.
// Bytes are stored under their SHA-256 first, where nobody sees them, and become visible together with what the products deliver,
// in one transaction; files that the products delivered before under another choice stay. progress counts bytes; see
// ImportOffers. Nothing is read that is not in the folder, nor through a link.
// Faults: "role.missing", "media.none", "import.empty", "import.csv", "import.column", "import.too_large", "import.rows" with how
// many rows are wrong (the error's text and the report say which): "row.missing", "row.unknown_product", "row.unknown_sku",
// "row.twice", "media.file" for what is no file of the folder, "media.empty", "media.too_large", "media.sha256", "media.name".
func (a *App) ImportMedia(ctx context.Context, who party.Actor, folder fs.FS, progress func(done, total int)) (MediaReport, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return MediaReport{}, err
	}
	if a.Media == nil {
		return MediaReport{}, fault.Refuse("media.none", nil)
	}
	m := mediaImport{app: a, folder: folder, sizes: map[string]int64{}, sums: map[string]string{}}
	if err := m.readList(); err != nil {
		return MediaReport{}, err
	}
	if err := m.look(ctx); err != nil {
		return MediaReport{}, err
	}
	if m.report.BadRows > 0 {
		return m.refusal()
	}
	step, end := follow(progress, int(m.report.Bytes))
	defer end()
	m.step = step
	if err := m.store(ctx); err != nil {
		return MediaReport{}, err
	}
	if m.report.BadRows > 0 {
		return m.refusal()
	}
	act := Act{Actor: who}
	_, err := a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		return nil, m.put(tx, saver{a, tx, &act, party.Customer{}, a.Clock.Now()})
	})
	if err != nil {
		return MediaReport{}, err
	}
	if end(); progress != nil {
		progress(int(m.report.Bytes), int(m.report.Bytes))
	}
	return m.report, nil
}

func (m *mediaImport) refusal() (MediaReport, error) {
	slices.SortStableFunc(m.report.Bad, func(a, b RowError) int { return a.Item - b.Item })
	return m.report, fmt.Errorf("%w: %s", fault.Invalid("import.rows", fault.Args{"rows": m.report.BadRows}), m.report)
}

// refuse notes what is wrong with a row.
func (m *mediaImport) refuse(item, line int, errs ...RowError) {
	m.report.BadRows++
	m.report.Errors += len(errs)
	for _, e := range errs {
		if len(m.report.Bad) < maxBad {
			e.Item, e.Line = item, line
			m.report.Bad = append(m.report.Bad, e)
		}
	}
}

func (m *mediaImport) readList() error {
	f, err := m.folder.Open(MediaList)
	if err != nil {
		return fault.Invalid("import.empty", nil)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxMediaList+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("import of media: reading the list: %w", err)
	}
	if len(text) > maxMediaList {
		return fault.Invalid("import.too_large", fault.Args{"max": maxMediaList})
	}
	in := recordsOf(bytes.NewReader(text), 0, int64(len(text)), 1)
	if m.at, m.width, err = columnsOf(in, mediaColumnNames[:], mediaProduct, mediaFile); err != nil {
		return err
	}
	for {
		p, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if p.blank() {
			continue
		}
		if m.report.Rows++; m.report.Rows > maxMediaRows {
			return fault.Invalid("import.too_large", fault.Args{"rows": maxMediaRows})
		}
		row, wrongs := m.row(p)
		if len(wrongs) > 0 {
			m.refuse(m.report.Rows, p.line, wrongs...)
			continue
		}
		m.rows = append(m.rows, row)
	}
	if m.report.Rows == 0 {
		return fault.Invalid("import.empty", nil)
	}
	return nil
}

func (m *mediaImport) row(p placed) (r mediaRow, wrongs []RowError) {
	switch {
	case !p.ok:
		return r, []RowError{wrong("", "row.quotes")}
	case len(p.fields) != m.width:
		return r, []RowError{wrong("", "row.columns")}
	}
	field := func(c int) string {
		if m.at[c] < 0 {
			return ""
		}
		return strings.Clone(strings.TrimSpace(p.fields[m.at[c]]))
	}
	bad := func(c int, code string) { wrongs = append(wrongs, wrong(mediaColumnNames[c], code)) }
	r = mediaRow{
		item: m.report.Rows, line: p.line, product: id.Product(field(mediaProduct)), sku: id.Sku(field(mediaSku)), path: field(mediaFile),
		sum:  strings.ToLower(field(mediaSum)),
		file: license.File{Version: field(mediaVersion), Language: field(mediaLanguage), FileType: field(mediaType), Name: field(mediaName)},
	}
	if n := len(r.sku); n > 0 && n < skuDigits { // a spreadsheet took 0001 for a number
		r.sku = id.Sku(strings.Repeat("0", skuDigits-n)) + r.sku
	}
	if r.file.Name == "" {
		r.file.Name = path.Base(r.path)
	}
	for c, text := range map[int]string{mediaVersion: r.file.Version, mediaLanguage: r.file.Language, mediaType: r.file.FileType} {
		if text != "" && !license.Word(text) {
			bad(c, "row.text")
		}
	}
	switch {
	case r.product == "":
		bad(mediaProduct, "row.missing")
	case len(r.product) > maxProductID:
		bad(mediaProduct, "row.unknown_product")
	}
	switch {
	case r.path == "":
		bad(mediaFile, "row.missing")
	case !fs.ValidPath(r.path):
		bad(mediaFile, "media.file")
	}
	if r.path != "" && !license.FileName(r.file.Name) {
		bad(mediaName, "media.name")
	}
	if r.sum != "" && !digest(r.sum) {
		bad(mediaSum, "media.sha256")
	}
	return r, wrongs
}

// look finds products and files, without reading these.
func (m *mediaImport) look(ctx context.Context) error {
	var products []id.Product
	for _, r := range m.rows {
		products = append(products, r.product)
	}
	entries, err := read(ctx, m.app.Store, func(r Reader) (map[id.Product]*catalog.Entry, error) { return r.Entries(products) })
	if err != nil {
		return err
	}
	type place struct {
		product id.Product
		sku     id.Sku
		choice  license.FileChoice
	}
	seen := map[place]bool{}
	for _, r := range m.rows {
		var wrongs []RowError
		bad := func(c int, code string) { wrongs = append(wrongs, wrong(mediaColumnNames[c], code)) }
		switch e := entries[r.product]; {
		case e == nil || e.Product.Kind != catalog.Software:
			bad(mediaProduct, "row.unknown_product")
		case r.sku != "" && !slices.ContainsFunc(e.Skus, func(s catalog.Sku) bool { return s.ID == r.sku }):
			bad(mediaSku, "row.unknown_sku")
		default:
			choice := license.FileChoice{Version: strings.ToLower(r.file.Version), Language: strings.ToLower(r.file.Language), FileType: strings.ToLower(r.file.FileType)}
			twice := false
			for _, s := range e.Skus {
				if r.sku == "" || r.sku == s.ID {
					at := place{r.product, s.ID, choice}
					twice = twice || seen[at]
					seen[at] = true
				}
			}
			if twice {
				bad(mediaFile, "row.twice")
			}
		}
		if size, code := m.lookAt(r.path); code != "" {
			bad(mediaFile, code)
		} else if _, known := m.sizes[r.path]; !known {
			m.sizes[r.path] = size
			m.report.Files++
			m.report.Bytes += size
		}
		if len(wrongs) > 0 {
			m.refuse(r.item, r.line, wrongs...)
		}
	}
	return nil
}

// lookAt tells the size of a file of the folder, or why it is none.
func (m *mediaImport) lookAt(name string) (size int64, code string) {
	info, err := fs.Lstat(m.folder, name)
	switch {
	case err != nil || !info.Mode().IsRegular():
		return 0, "media.file"
	case info.Size() == 0:
		return 0, "media.empty"
	case info.Size() > MaxMedia:
		return 0, "media.too_large"
	}
	return info.Size(), ""
}

// store brings the bytes of all files in, each once. A file whose row says its digest and that is here already is not read.
func (m *mediaImport) store(ctx context.Context) error {
	byPath := map[string][]mediaRow{}
	var named []string
	for _, r := range m.rows {
		byPath[r.path] = append(byPath[r.path], r)
		if r.sum != "" {
			named = append(named, r.sum)
		}
	}
	known, err := read(ctx, m.app.Store, func(r Reader) (map[string]bool, error) { return r.MediaKnown(named) })
	if err != nil {
		return err
	}
	m.known = known
	for _, name := range slices.Sorted(maps.Keys(byPath)) {
		rows := byPath[name]
		sum, err := m.storeOne(ctx, name, rows[0].sum)
		if err != nil {
			return err
		}
		m.sums[name] = sum
		for _, r := range rows {
			switch {
			case sum == "":
				m.refuse(r.item, r.line, wrong(mediaColumnNames[mediaFile], "media.file"))
			case r.sum != "" && r.sum != sum:
				m.refuse(r.item, r.line, wrong(mediaColumnNames[mediaSum], "media.sha256"))
			}
		}
		m.done += m.sizes[name]
		m.step(int(m.done))
	}
	return nil
}

// storeOne gives the digest of a file that is in; empty: it is not what it was when it was looked at.
func (m *mediaImport) storeOne(ctx context.Context, name, want string) (sum string, err error) {
	if m.known[want] {
		if size, there, err := m.app.Media.Size(want); err != nil || there && size == m.sizes[name] {
			return want, err
		}
	}
	f, err := m.folder.Open(name)
	if err != nil {
		return "", nil //nolint:nilerr // a file that cannot be read is the row's mistake
	}
	defer func() { _ = f.Close() }() // only read
	size, sum, err := m.app.Media.Add(ctx, &metered{f, func(n int64) { m.step(int(m.done + n)) }, 0})
	if err != nil {
		return "", fmt.Errorf("import of media: %w", err)
	}
	if size != m.sizes[name] {
		return "", nil
	}
	return sum, nil
}

// metered tells how much was read.
type metered struct {
	io.Reader
	tell func(int64)
	n    int64
}

func (c *metered) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	c.tell(c.n)
	return n, err
}

// put makes the files visible: media first, then what the products deliver.
func (m *mediaImport) put(tx Tx, s saver) error {
	m.report.Fresh, m.report.Changed = 0, 0 // an act may run more than once
	if err := tx.HoldCatalogue(); err != nil {
		return err
	}
	known, err := tx.MediaKnown(slices.Collect(maps.Values(m.sums)))
	if err != nil {
		return err
	}
	type place struct {
		product id.Product
		sku     id.Sku
	}
	var order []place
	files := map[place][]license.File{}
	for _, r := range m.rows {
		f := r.file
		f.Blob, f.SHA256, f.Size = m.sums[r.path], m.sums[r.path], m.sizes[r.path]
		if !known[f.SHA256] {
			known[f.SHA256] = true
			m.report.Fresh++
			if err := s.media(MediaFile{SHA256: f.SHA256, Name: f.Name, Size: f.Size, StoredAt: s.now}); err != nil {
				return err
			}
		}
		at := place{r.product, r.sku}
		if files[at] == nil {
			order = append(order, at)
		}
		files[at] = append(files[at], f)
	}
	for _, at := range order {
		entries, err := tx.Entries([]id.Product{at.product})
		if err != nil {
			return err
		}
		e := entries[at.product]
		if e == nil {
			return fault.Conflict("catalog.changed", nil)
		}
		for i := 0; i < len(e.Skus); i++ {
			if at.sku != "" && e.Skus[i].ID != at.sku {
				continue
			}
			d := e.Skus[i].Delivery.With(files[at]...)
			if slices.Equal(d.Files, e.Skus[i].Delivery.Files) {
				continue
			}
			if len(d.Files) > license.MaxFiles {
				return fault.Invalid("import.too_large", fault.Args{"files": license.MaxFiles})
			}
			m.report.Changed++
			if err := s.delivery(e, i, d); err != nil {
				return err
			}
			if e, _, err = softwareSku(tx, at.product, e.Skus[i].ID); err != nil { // its version moved
				return err
			}
		}
	}
	return nil
}
