package ui

import (
	"cmp"
	"html/template"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// Page is what a page tells the shell around it.
type Page struct {
	Title  string // the one h1, and the document's title
	Head   Head   // what stands beside and below the h1
	Crumbs []Link // the way here, without the page itself; none on a page of the navigation
	Rail   *Rail  // the pages of the object, at the left
	Area   string // which entry of the navigation is current: its key
	Notes  []Note // what has to be said first
	Errors *Errors
	Script string // the file of a script that this page alone needs
	// Dialog is a template that is shown as a dialog above the page; without scripts it lies open at its top.
	Dialog *Dialog
}

// Head is what stands beside the h1.
type Head struct {
	Marks []Mark
	ID    string // shown in full, with a button that copies it
	Sub   []any  // short facts below the title, see Value
	Acts  []Button
}

// Dialog names a template and its data.
type Dialog struct {
	Name string
	Data any
}

// Link leads somewhere.
type Link struct {
	Text string
	Href string
	Key  string // of the navigation: the page's Area; its first letter is the jump "g" + letter
	Jump string // the letter of that jump; empty: none
	Here bool
}

// Rail is the navigation of one object.
type Rail struct {
	Title, Hint string
	Links       []RailLink
}

// RailLink is one page of an object.
type RailLink struct {
	Text, Href string
	Here       bool
	Count      int  // 0: not shown
	Gap        bool // a line stands before it
}

// Here is the text of the current page.
func (r *Rail) Here() string {
	for _, l := range r.Links {
		if l.Here {
			return l.Text
		}
	}
	return ""
}

// Shell is a whole page.
type Shell struct {
	Page
	Room     string
	Find     string
	Asked    string // what was searched for
	Nav      []Link
	Tenant   string // whose workspace it is
	Reader   *Reader
	Sandbox  *Banner
	Said     string
	Language string
	Choices  []Choice
	Back     string // where the choice of a language comes back to
	Jumps    bool   // single keys lead somewhere; the reader may have switched that off

	Content    template.HTML
	DialogHTML template.HTML
}

// KeyList is the sheet of keyboard shortcuts: what works for this reader.
type KeyList struct {
	Nav   []Link
	Find  bool // there is a search
	Jumps bool // single keys work
}

// KeyList is that of the page.
func (s Shell) KeyList() KeyList { return KeyList{s.Nav, s.Find != "", s.Jumps} }

// KeyList is that of the reader.
func (v *Visit) KeyList() KeyList {
	k := KeyList{Jumps: !v.Signed.Person.KeysOff}
	if v.Signed.Person.ID == "" {
		return k
	}
	if v.room.Find != nil {
		k.Find = v.room.Find(v) != ""
	}
	if v.room.Nav != nil {
		k.Nav = v.room.Nav(v)
	}
	return k
}

// Reader is who is signed in.
type Reader struct{ Name, UPN, Initials string }

// Choice is a language that can be chosen.
type Choice struct {
	Tag, Name string
	Here      bool
}

// Banner tells that nothing here is real, and what time it is.
type Banner struct {
	Now     time.Time
	NextDue time.Time
	Moves   bool // the reader may move the clock
	Running bool
	Back    string
}

// First is the first day that the clock can be moved to.
func (b Banner) First() time.Time { return b.Now.Add(24 * time.Hour).UTC() }

// Last is the last day that one move of the clock reaches.
func (b Banner) Last() time.Time { return b.Now.Add(sandboxReach).UTC() }

// sandboxReach bounds one move of the clock; the sandbox itself refuses what goes further.
const sandboxReach = 399 * 24 * time.Hour

func (v *Visit) shell(p Page) Shell {
	s := Shell{
		Page: p, Room: v.room.Name, Language: v.L.Tag, Back: v.R.URL.RequestURI(), Asked: v.Query("q"),
		Said: v.said(), Jumps: !v.Signed.Person.KeysOff,
	}
	if v.R.Method != "GET" && v.R.Method != "HEAD" {
		s.Back = v.comeBack()
	}
	if v.room.Find != nil && v.Signed.Person.ID != "" {
		s.Find = v.room.Find(v)
	}
	if v.R.URL.Path != s.Find {
		s.Asked = ""
	}
	for _, tag := range locale.Languages {
		s.Choices = append(s.Choices, Choice{tag, locale.Of(tag).Name, tag == v.L.Tag})
	}
	if u := v.Signed.Person; u.ID != "" {
		name := u.DisplayName
		if name == "" {
			name = u.UPN
		}
		s.Reader = &Reader{Name: name, UPN: u.UPN, Initials: initials(name)}
		s.Tenant = v.tenant()
		if v.room.Nav != nil {
			s.Nav = v.room.Nav(v)
		}
		for i := range s.Nav {
			s.Nav[i].Here = s.Nav[i].Key == p.Area
		}
	}
	if u := v.Signed.Person; u.ID != "" {
		if m, err := v.App.Mode(v.R.Context()); err == nil && m.ReadOnly {
			s.Notes = append([]Note{{Kind: "warn", Title: v.T("mode.banner"), Text: cmp.Or(m.Reason, v.T("mode.banner_text"))}}, s.Notes...)
		}
	}
	if v.Sandbox != nil {
		if c, err := v.Sandbox.State(v.R.Context()); err == nil {
			s.Sandbox = &Banner{Now: c.Now, NextDue: c.NextDue, Running: c.Running, Moves: v.May(party.PlaySandbox), Back: s.Back}
		}
	}
	return s
}

// tenant is whose workspace the reader is in.
func (v *Visit) tenant() string {
	if v.Actor.Customer != "" {
		t, err := v.App.Tenancy(v.R.Context(), v.Actor)
		if err != nil {
			return ""
		}
		return t.Customer.CompanyName
	}
	if v.Actor.Scope.Partner() == "" {
		return ""
	}
	p, err := v.App.OwnPartner(v.R.Context(), v.Actor)
	if err != nil {
		return "" // a role that reads nothing of it
	}
	return p.Name
}

func initials(name string) string {
	var out []rune
	for word := range strings.FieldsSeq(name) {
		out = append(out, []rune(strings.ToUpper(word))[0])
		if len(out) == 2 {
			break
		}
	}
	return string(out)
}
