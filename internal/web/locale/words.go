package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed words/*.json
var files embed.FS

// message is one entry of a words file: for each language a text, or its plural forms.
type message map[string]json.RawMessage

// forms are the plural forms that CLDR knows for our languages.
type forms struct {
	One   string `json:"one"`
	Few   string `json:"few"`
	Many  string `json:"many"`
	Other string `json:"other"`
}

var names = map[string]string{"en": "English", "fr": "Français", "ru": "Русский"}

// load reads all words. It panics where a file cannot be read or says something twice: that is a mistake of ours, and a
// test would not have let it pass.
func load() map[string]*L {
	bundle := i18n.NewBundle(language.English)
	out, named := map[string]*L{}, countries()
	for _, tag := range Languages {
		out[tag] = &L{
			Tag: tag, Name: names[tag], numbers: written[tag], words: map[string]word{}, country: named[tag],
			plural: i18n.NewLocalizer(bundle, tag),
		}
	}
	paths, err := fs.Glob(files, "words/*.json")
	if err != nil {
		panic(err)
	}
	for _, path := range paths {
		text, err := files.ReadFile(path)
		if err != nil {
			panic(err)
		}
		var messages map[string]message
		if err := json.Unmarshal(text, &messages); err != nil {
			panic(fmt.Sprintf("locale: %s: %v", path, err))
		}
		for key, m := range messages {
			for tag, raw := range m {
				l, ok := out[tag]
				if !ok || l.Has(key) {
					panic(fmt.Sprintf("locale: %s: %q in %q is of no language of ours, or said twice", path, key, tag))
				}
				if err := l.add(bundle, key, raw); err != nil {
					panic(fmt.Sprintf("locale: %s: %q in %q: %v", path, key, tag, err))
				}
			}
		}
	}
	return out
}

// frenchSpaces keep a sign of French from standing alone on a line: the space before it, or behind it, does not break.
var frenchSpaces = strings.NewReplacer(" :", "\u00a0:", " ;", "\u202f;", " ?", "\u202f?", " !", "\u202f!", " %", "\u00a0%", "« ", "«\u00a0", " »", "\u00a0»")

// spaced is a text as its language sets it.
func (l *L) spaced(text string) string {
	if l.Tag == "fr" {
		return frenchSpaces.Replace(text)
	}
	return text
}

func (l *L) add(bundle *i18n.Bundle, key string, raw json.RawMessage) error {
	if raw[0] == '"' {
		var text string
		err := json.Unmarshal(raw, &text)
		l.words[key] = word{text: l.spaced(text)}
		return err
	}
	var f forms
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	l.words[key] = word{plural: true}
	return bundle.AddMessages(language.MustParse(l.Tag), &i18n.Message{ID: key, One: l.spaced(f.One), Few: l.spaced(f.Few), Many: l.spaced(f.Many), Other: l.spaced(f.Other)})
}
