// Package locale is the words of the pages in each language they are written in, and how each language writes amounts,
// dates and the names of countries. The words stand in words/, one file for each page or part, the languages side by side.
package locale

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	plain "github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

// Languages are the tags of what pages are written in; the first is what is shown when nothing is asked for.
var Languages = []string{"en", "fr", "ru"}

// L is one language.
type L struct {
	Tag     string // "en"
	Name    string // its own name for itself
	numbers numbers
	plural  *i18n.Localizer
	words   map[string]word
	country map[string]string
}

// word is one message: its only form, or by "one", "few", "many", "other".
type word struct {
	text   string
	plural bool
}

// all is read when somebody first needs words: a server that only speaks to programs never does.
var all = sync.OnceValue(load)

// Of is the language with a tag, English for any other.
func Of(tag string) *L {
	if l, ok := all()[tag]; ok {
		return l
	}
	return all()[Languages[0]]
}

var matcher = language.NewMatcher([]language.Tag{language.English, language.French, language.Russian})

// Match is the language that suits a reader best: the first of choices that is one of ours, else by the header
// Accept-Language.
func Match(header string, choices ...string) *L {
	for _, c := range choices {
		if l, ok := all()[c]; ok {
			return l
		}
	}
	if len(header) > 200 {
		return all()[Languages[0]]
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return all()[Languages[0]]
	}
	_, i, _ := matcher.Match(tags...)
	return all()[Languages[i]]
}

// Has tells whether there is a message.
func (l *L) Has(key string) bool {
	_, ok := l.words[key]
	return ok
}

// missing is what is shown for a message that does not exist; tests look for it.
func missing(key string) string { return "⟦" + key + "⟧" }

// Text is a message with its holes filled: names and values in turns. Values are written as the language does: numbers,
// and what Value takes. A message with plural forms takes its form from the hole "n".
func (l *L) Text(key string, pairs ...any) string {
	return l.fill(l.form(key, pairs), pairs, func(v any) string { return l.Value(v) })
}

// HTML is Text as it stands in a page: the message and its values are escaped, but for values that are HTML already.
func (l *L) HTML(key string, pairs ...any) template.HTML {
	text := template.HTMLEscapeString(l.form(key, pairs))
	return template.HTML(l.fill(text, pairs, func(v any) string { //nolint:gosec // escaped here, or made by ours
		if h, ok := v.(template.HTML); ok {
			return string(h)
		}
		return template.HTMLEscapeString(l.Value(v))
	}))
}

// form is the text of a message, in the form that the hole "n" asks for.
func (l *L) form(key string, pairs []any) string {
	w, ok := l.words[key]
	if !ok {
		return missing(key)
	}
	if !w.plural {
		return w.text
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == "n" {
			return l.count(key, pairs[i+1])
		}
	}
	return missing(key)
}

func (l *L) count(key string, n any) string {
	text, err := l.plural.Localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: fmt.Sprint(n), TemplateParser: plain.IdentityParser{}})
	if err != nil {
		return missing(key)
	}
	return text
}

func (l *L) fill(text string, pairs []any, write func(any) string) string {
	if len(pairs) == 0 {
		return text
	}
	holes := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		holes = append(holes, "{"+name+"}", write(pairs[i+1]))
	}
	return strings.NewReplacer(holes...).Replace(text)
}

// Int is a whole number, grouped by thousands.
func (l *L) Int(n int64) string { return l.numbers.plain(strconv.FormatInt(n, 10)) }
