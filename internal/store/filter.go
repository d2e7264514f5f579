// Statements that grow: conditions that a query sets, and rows that go out together. Their pieces are constants too.
package store

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// filter is a query made of constant pieces. Equal sets of conditions give equal texts, so that each is prepared once.
type filter struct {
	sql  strings.Builder
	args []any
}

// where begins a filter with a query whose placeholders are numbered; its first is the partner.
func where(base string, args ...any) *filter {
	f := &filter{args: args}
	f.sql.WriteString(base)
	return f
}

// and appends a piece; each ? in it becomes the next number.
func (f *filter) and(piece string, args ...any) {
	for _, a := range args {
		before, after, _ := strings.Cut(piece, "?")
		f.args = append(f.args, a)
		f.sql.WriteString(before)
		f.sql.WriteByte('$')
		f.sql.WriteString(strconv.Itoa(len(f.args)))
		piece = after
	}
	f.sql.WriteString(piece)
}

// equal narrows when value is set. condition has one ?.
func equal[T ~string](f *filter, condition string, value T) {
	if value != "" {
		f.and(condition, string(value))
	}
}

// instant narrows when t is set. condition has one ?.
func (f *filter) instant(condition string, t time.Time) {
	if !t.IsZero() {
		f.and(condition, t)
	}
}

// text narrows by a folded text: op is "starts_with", "substring" or "equals". column is a constant.
func (f *filter) text(column, op, value string) {
	if value == "" {
		return
	}
	value = fold(value)
	switch op {
	case "starts_with":
		f.and(" AND "+column+" >= ? AND "+column+" < ?", value, value+string(utf8.MaxRune))
	case "substring":
		f.and(" AND "+column+` LIKE ? ESCAPE '\'`, "%"+likeEscape.Replace(value)+"%")
	default:
		f.and(" AND "+column+" = ?", value)
	}
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// limit bounds the rows; 0 is all.
func (f *filter) limit(n int) {
	if n > 0 {
		f.and(" LIMIT ?", n)
	}
}

// page bounds and skips.
func (f *filter) page(offset, n int) {
	if n <= 0 {
		n = math.MaxInt32
	}
	if offset > 0 || n < math.MaxInt32 {
		f.and(" LIMIT ? OFFSET ?", n, offset)
	}
}

// in narrows to ids. The last one is repeated up to a power of two: few texts for any number.
func in[T ~string](f *filter, column string, ids []T) {
	if len(ids) == 0 {
		return
	}
	n := 1
	for n < len(ids) {
		n *= 2
	}
	args := make([]any, n)
	for i := range args {
		args[i] = string(ids[min(i, len(ids)-1)])
	}
	f.and(" AND "+column+" IN (?"+strings.Repeat(", ?", n-1)+")", args...)
}

// rowsOf runs the filter.
func rowsOf[T any](r *Reader, f *filter, scan func(v *T, scan func(dest ...any) error) error) ([]T, error) {
	return collect(r, scan, f.sql.String(), f.args...)
}

// longestText is how much of a folded text is kept: an index row of PostgreSQL holds about 2,700 bytes.
const longestText = 1000

// fold takes the case out of a text and cuts it to what an index holds.
func fold(s string) string {
	s = strings.ToLower(s)
	if len(s) <= longestText {
		return s
	}
	n := longestText
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// bulkRows is how many rows one INSERT carries; more go in several.
const bulkRows = 16

// bulk is an INSERT for 1 to bulkRows rows, a text for each count.
type bulk struct {
	texts   [bulkRows]string
	lite    [bulkRows]string // the same with ? for $n: SQLite's driver looks each name up among all
	into    string           // table (columns)
	columns int
}

var numbered = regexp.MustCompile(`\$\d+`)

// newBulk takes a constant "INSERT INTO table (columns)".
func newBulk(insert string) *bulk {
	b := &bulk{columns: strings.Count(insert, ",") + 1, into: strings.TrimPrefix(insert, "INSERT INTO ")}
	text, n := insert+" VALUES ", 0
	for row := range bulkRows {
		for col := range b.columns {
			n++
			switch {
			case col > 0:
				text += ", $"
			case row > 0:
				text += ", ($"
			default:
				text += "($"
			}
			text += strconv.Itoa(n)
		}
		text += ")"
		b.texts[row] = text
		b.lite[row] = numbered.ReplaceAllString(text, "?")
	}
	return b
}

// ending puts a constant behind each text.
func (b *bulk) ending(text string) *bulk {
	for i := range b.texts {
		b.texts[i] += text
	}
	return b
}

// add queues the rows; args are all their columns, row by row. A row that is there already is an internal error.
func (t *Tx) add(b *bulk, args []any) error {
	if err := t.ready(args); err != nil {
		return err
	}
	return t.fail(t.s.add(b, args))
}

// each gives exec the rows, bulkRows at a time, by the texts for their count.
func (b *bulk) each(texts *[bulkRows]string, args []any, exec func(w write) error) error {
	for len(args) > 0 {
		n := min(len(args)/b.columns, bulkRows)
		if err := exec(write{texts[n-1], args[:n*b.columns], int64(n), nil}); err != nil {
			return err
		}
		args = args[n*b.columns:]
	}
	return nil
}
