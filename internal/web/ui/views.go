package ui

import "github.com/comptoir-dev/comptoir/internal/domain/party"

// Views are the ways in which the reader asks for a list again and again (pages.md §2). Its template is "views".
type Views struct {
	At   string // the list as it is asked for now
	Kept []KeptView
}

// KeptView is one of them.
type KeptView struct {
	party.View
	Here bool // it is what is shown
}

// Keeps offers the reader's own views with the filters of a list, and to keep the present one. The place in the list
// and the form of a file are no part of it.
func (v *Visit) Keeps(f *Filters) *Filters {
	if v.Signed.Person.ID == "" || v.R.Method != "GET" {
		return f
	}
	f.Views = &Views{At: v.With("after", "", "format", "")}
	for _, one := range v.Signed.Person.Views {
		if one.Path() == v.R.URL.Path {
			f.Views.Kept = append(f.Views.Kept, KeptView{one, one.At == f.Views.At})
		}
	}
	return f
}
