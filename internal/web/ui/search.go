package ui

// Search is a page of what was found: a form, and a list of each kind. Its template is "found".
type Search struct {
	Text  string
	Form  Filters
	Lists []Table
	Empty *Empty
	Notes []Note
}

// SearchPage begins one, with what the address asks for; hint says what can be looked for.
func SearchPage(v *Visit, at, hint string) *Search {
	text := v.Query("q")
	s := &Search{Text: text, Form: Filters{Label: v.T("search.title"), Go: v.T("search.go"), Action: at, Fields: []Field{
		{Name: "q", Label: v.T("search.what_own"), Kind: "search", Value: text, Grow: true, MaxLength: 200},
	}}}
	if text == "" {
		s.Empty = &Empty{Title: v.T("search.begin"), Text: hint}
	}
	return s
}

// Add adds a list where there is anything in it.
func (s *Search) Add(t Table) {
	if len(t.Rows) > 0 {
		s.Lists = append(s.Lists, t)
	}
}

// ShowSearch shows it; where nothing was found it says so.
func (v *Visit) ShowSearch(s *Search) error {
	if s.Text != "" && len(s.Lists) == 0 {
		s.Empty = &Empty{Title: v.T("search.none"), Text: v.T("search.none_text")}
	}
	return v.Show("found", Page{Title: v.T("search.title"), Notes: s.Notes}, s)
}
