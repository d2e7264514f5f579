package ui

import (
	"encoding/csv"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Table is a list of things: the product. Its rows are typed cells, so that phones, screen readers and CSV get the same.
type Table struct {
	ID      string // of the sheet; needed where Title is
	Title   string // of the sheet around it; empty: the table stands alone
	Hint    any    // at the right of the title
	Caption string // what the table holds, for those who do not see where it stands
	Columns []Column
	Rows    []Row
	Foot    []Row
	Filters *Filters
	Empty   Empty
	Pager   Pager
	More    []any // at its foot
	Small   bool  // a few rows inside something else
	// Bulk makes rows choosable: the acts below take the values of Row.Pick under the name "pick".
	Bulk *Bulk
}

// Column is one of a table.
type Column struct {
	Head   string
	Hidden bool   // the head is only said
	Num    bool   // right-aligned
	Cash   bool   // right-aligned behind the margin line
	Sort   string // the address that sorts by it; empty: it does not
	Sorted string // ascending, descending
}

// Row is one of a table; its first cell names it.
type Row struct {
	Cells []Cell
	Past  bool // it is over
	On    bool // chosen
	Part  bool // of the foot: above the sum
	Pick  string
}

// Cell is one value, with what belongs to it.
type Cell struct {
	Value  any // see ui.Value
	Href   string
	Hint   any
	Mark   *Mark
	Reason any // why something is barred, below
	Acts   []Button
	Span   int
}

// Bulk is what can be done with the chosen rows.
type Bulk struct {
	Post string
	Once string
	Acts []Button
	Name string // what the tick of a row says: "Choose"
}

// Pager leads through a list. Lists are read by key, so there is a next page and the first one, and the browser's own way back.
type Pager struct {
	First, Next string
	Shown       string
}

// Filters is the form above a list; what it holds stands in the address.
type Filters struct {
	Label  string
	Go     string // what the button says; empty: that it filters
	Action string
	Fields []Field
	Kept   []Pair
	Views  *Views // see Visit.Keeps
}

// Head of a column for the phone's slips.
func (t Table) Head(i int) string {
	if i < len(t.Columns) && !t.Columns[i].Hidden {
		return t.Columns[i].Head
	}
	return ""
}

// Class of the cells of a column.
func (t Table) Class(i int) string {
	if i >= len(t.Columns) {
		return ""
	}
	switch c := t.Columns[i]; {
	case c.Cash:
		return "num cash"
	case c.Num:
		return "num"
	}
	return ""
}

// Wide is how many columns there are, the ticks included.
func (t Table) Wide() int {
	if t.Bulk != nil {
		return len(t.Columns) + 1
	}
	return len(t.Columns)
}

// CSV answers with the table's rows as a file: heads in the reader's language, amounts and instants as machines read them.
// With ?excel=1 it starts with a byte order mark and parts cells by semicolons.
func (v *Visit) CSV(name string, t Table) error {
	h := v.W.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	h.Set("Cache-Control", "no-store")
	out := csv.NewWriter(v.W)
	if v.Query("excel") != "" {
		_, _ = v.W.Write([]byte("\ufeff"))
		out.Comma = ';'
	}
	var heads []string
	for _, c := range t.Columns {
		heads = append(heads, c.Head)
	}
	_ = out.Write(heads)
	for _, r := range t.Rows {
		var line []string
		for _, c := range r.Cells {
			line = append(line, harmless(machine(v.L, c)))
		}
		if err := out.Write(line); err != nil {
			return errNotShown // the reader hung up
		}
	}
	out.Flush()
	return nil
}

func machine(l *locale.L, c Cell) string {
	switch x := c.Value.(type) {
	case nil:
		if c.Mark != nil {
			return c.Mark.Text
		}
		return ""
	case money.Amount:
		return x.Decimal() + " " + string(x.Currency())
	case time.Time:
		if x.IsZero() {
			return ""
		}
		return x.UTC().Format(time.RFC3339)
	case Day:
		if time.Time(x).IsZero() {
			return ""
		}
		return time.Time(x).UTC().Format(time.DateOnly)
	case Mark:
		return x.Text
	case ID:
		return string(x)
	case Mono:
		return string(x)
	case Mail:
		return string(x)
	case Phone:
		return string(x)
	case To:
		return machine(l, Cell{Value: x.Text})
	case template.HTML:
		return ""
	case int, int64:
		return strings.NewReplacer("\u00a0", "", "\u202f", "", ",", "").Replace(l.Value(x))
	}
	return l.Value(c.Value)
}

// harmless keeps a spreadsheet from taking a text for a formula (G59). Numbers stay numbers.
func harmless(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return s
	}
	if strings.Trim(s, "-0123456789. ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && s[0] == '-' && len(s) > 1 && s[1] >= '0' && s[1] <= '9' {
		return s
	}
	return "'" + s
}

// Limit is how many rows a page of a list shows.
const Limit = 50

// Export is how many rows a file holds at most.
const Export = 100_000

// IsCSV tells whether the list is asked for as a file (?format=csv).
func (v *Visit) IsCSV() bool { return v.R.Method == http.MethodGet && v.Query("format") == "csv" }
