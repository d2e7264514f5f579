package ui

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

func sample() Table {
	row := func(name string, n int, at time.Time, sum any, acts ...Button) Row {
		return Row{Cells: []Cell{{Value: name}, {Value: n}, {Value: at}, {Value: sum}, {Acts: acts}}}
	}
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	return Table{
		Columns: []Column{{Head: "name"}, {Head: "n"}, {Head: "at"}, {Head: "sum"}, {Head: "acts", Hidden: true}}, Filters: &Filters{},
		Rows: []Row{
			row("Étoile", 10, day, money.Of(500, "EUR")), row("zebra", 9, time.Time{}, "–"), row("Eton", 100, day.AddDate(0, 0, -1), money.Of(-100, "EUR")), row("apple", 9, day.AddDate(1, 0, 0), money.Of(50, "EUR")),
		},
	}
}

// Rows are ordered by what they are, not by how it is written; what is empty stands at the end, both ways.
func TestTablesAreSorted(t *testing.T) {
	for _, c := range []struct{ sort, want, head string }{
		{"", "Étoile zebra Eton apple", ""},
		{"1", "apple Étoile Eton zebra", "ascending"},
		{"-1", "zebra Eton Étoile apple", "descending"},
		{"2", "zebra apple Étoile Eton", "ascending"},
		{"-2", "Eton Étoile zebra apple", "descending"},
		{"3", "Eton Étoile apple zebra", "ascending"},
		{"-3", "apple Étoile Eton zebra", "descending"},
		{"4", "Eton apple Étoile zebra", "ascending"},
		{"-4", "Étoile apple Eton zebra", "descending"},
		{"5", "Étoile zebra Eton apple", ""},
		{"x.1", "Étoile zebra Eton apple", ""},
		{"--1", "Étoile zebra Eton apple", ""},
		{"99", "Étoile zebra Eton apple", ""},
	} {
		v := &Visit{L: locale.Of("fr"), R: httptest.NewRequest("GET", "/x?q=a&format=csv&sort="+c.sort, nil)}
		table := sample()
		table.Sortable(v)
		var got, sorted []string
		for _, r := range table.Rows {
			got = append(got, r.Cells[0].Value.(string))
		}
		for _, col := range table.Columns {
			if col.Sorted != "" {
				sorted = append(sorted, col.Sorted)
			}
		}
		if strings.Join(got, " ") != c.want || strings.Join(sorted, " ") != c.head {
			t.Errorf("%q: %v %v, want %s %s", c.sort, got, sorted, c.want, c.head)
		}
		if kept := len(table.Filters.Kept) == 1; kept != (c.head != "") {
			t.Errorf("%q: the filters keep it: %v", c.sort, kept)
		}
		first := "/x?q=a&sort=1"
		if c.sort == "1" {
			first = "/x?q=a&sort=-1"
		}
		if table.Columns[0].Sort != first || table.Columns[4].Sort != "" {
			t.Errorf("%q: links %q and %q", c.sort, table.Columns[0].Sort, table.Columns[4].Sort)
		}
	}
}

// A list that goes on stays in the order that it is read in; a table with a name is asked for by it.
func TestOnlyWholeListsAreSorted(t *testing.T) {
	v := &Visit{L: locale.Of("en"), R: httptest.NewRequest("GET", "/x?sort=users.-1", nil)}
	for _, p := range []Pager{{Next: "/x?after=1"}, {First: "/x"}} {
		table := sample()
		table.Pager = p
		v.R = httptest.NewRequest("GET", "/x?sort=1", nil)
		table.Sortable(v)
		if table.Columns[0].Sort != "" || table.Rows[0].Cells[0].Value != "Étoile" {
			t.Errorf("%v is sorted", p)
		}
	}
	table := sample()
	table.ID = "users"
	v.R = httptest.NewRequest("GET", "/x?sort=-users.1", nil)
	table.Sortable(v)
	if table.Columns[0].Sorted != "descending" || table.Columns[1].Sort != "/x?sort=users.2" {
		t.Errorf("%+v", table.Columns)
	}
}
