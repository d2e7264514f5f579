package ui

import (
	"cmp"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Sortable lets the reader order the table's rows by a column (?sort=): "2" is by the second one, "-2" the other way round, with
// the table's ID before it where it has one. It is for lists that are whole on their page: one that goes on is read by a key and
// stays in its order, whatever the address says. The links keep the rest of the address. Called once the rows are there.
func (t *Table) Sortable(v *Visit) {
	if t.Pager.Next != "" || t.Pager.First != "" || len(t.Rows) < 2 {
		return
	}
	by, falling := sortedBy(v.Query("sort"), t.ID)
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Hidden || !slices.ContainsFunc(t.Rows, func(r Row) bool { return i < len(r.Cells) && weigh(v.L, r.Cells[i]).kind > 0 }) {
			continue
		}
		name := strconv.Itoa(i + 1)
		if t.ID != "" {
			name = t.ID + "." + name
		}
		c.Sort = v.With("sort", name, "format", "")
		if i+1 != by {
			continue
		}
		c.Sorted = "descending"
		if !falling {
			c.Sorted, c.Sort = "ascending", v.With("sort", "-"+name, "format", "")
		}
		slices.SortStableFunc(t.Rows, func(a, b Row) int {
			x, y := at(v.L, a, i), at(v.L, b, i)
			if x.kind == 0 || y.kind == 0 { // nothing to compare: at the end, both ways
				return cmp.Compare(y.kind, x.kind)
			}
			order := x.compare(v.L, y)
			if falling {
				return -order
			}
			return order
		})
		if t.Filters != nil {
			t.Filters.Kept = append(t.Filters.Kept, Pair{"sort", v.Query("sort")})
		}
	}
}

// sortedBy reads the column, counted from 1, that a table of that ID is ordered by; 0: none.
func sortedBy(text, name string) (column int, falling bool) {
	text, falling = strings.CutPrefix(text, "-")
	if name != "" {
		var ok bool
		if text, ok = strings.CutPrefix(text, name+"."); !ok {
			return 0, false
		}
	}
	column, err := strconv.Atoi(text)
	if err != nil {
		return 0, false
	}
	return column, falling
}

// weight is what a cell is ordered by: numbers and instants before words. Kind 0: nothing.
type weight struct {
	kind int
	word string // of amounts the currency
	n    int64
}

const (
	numbers = iota + 1
	words
)

func (w weight) compare(l *locale.L, x weight) int {
	return cmp.Or(cmp.Compare(w.kind, x.kind), l.Compare(w.word, x.word), cmp.Compare(w.n, x.n))
}

func at(l *locale.L, r Row, i int) weight {
	if i >= len(r.Cells) {
		return weight{}
	}
	return weigh(l, r.Cells[i])
}

func weigh(l *locale.L, c Cell) weight {
	switch x := c.Value.(type) {
	case money.Amount:
		return weight{numbers, string(x.Currency()), x.Minor()}
	case time.Time:
		return since(x)
	case Day:
		return since(time.Time(x))
	case int:
		return weight{kind: numbers, n: int64(x)}
	case int64:
		return weight{kind: numbers, n: x}
	case template.HTML:
		return weight{}
	}
	text := machine(l, c)
	if text == "" || text == "–" {
		return weight{}
	}
	return weight{kind: words, word: text}
}

func since(t time.Time) weight {
	if t.IsZero() {
		return weight{}
	}
	return weight{kind: numbers, n: t.UnixMicro()}
}
