package ui

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
	"github.com/comptoir-dev/comptoir/internal/web/static"
)

// funcs are what templates can call, in one language. Words come from t alone: a test refuses literal ones.
func funcs(l *locale.L) template.FuncMap {
	return template.FuncMap{
		"t":       l.HTML, // {{t "cancel.until" "until" (instant .Until)}}
		"lang":    func() string { return l.Tag },
		"money":   func(a money.Amount) string { return l.Money(a) },
		"price":   func(p money.Price) string { return l.Price(p) },
		"int":     func(n any) string { return l.Value(n) },
		"bytes":   l.Bytes,
		"percent": l.Percent,
		"country": func(c market.Country) string { return l.Country(c) },
		"date":    func(t time.Time) template.HTML { return day(l, t) },
		"instant": func(t time.Time) template.HTML { return instant(l, t) },
		"moment":  func(t time.Time) template.HTML { return stamped(t, l.Date(t)+", "+l.Clock(t)) },
		"span":    l.Span,
		"val":     func(v any) template.HTML { return Value(l, v) },
		"icon":    icon,
		"mark":    func(kind, text any) template.HTML { return Mark{fmt.Sprint(kind), l.Value(text)}.html() },
		"id":      func(v any) template.HTML { return copied(l, fmt.Sprint(v)) },
		"static":  static.Path,
		"list":    func(all ...any) []any { return all },
		"link":    func(href, text any) template.HTML { return anchor(l, fmt.Sprint(href), text) },
		"seq":     func(n int) []struct{} { return make([]struct{}, n) },
	}
}

// Value is anything as it stands in a page: amounts, numbers and instants as the language writes them, HTML as it is.
func Value(l *locale.L, v any) template.HTML {
	switch v := v.(type) {
	case nil:
		return ""
	case template.HTML:
		return v
	case time.Time:
		return instant(l, v)
	case Day:
		return day(l, time.Time(v))
	case Mark:
		return v.html()
	case *Mark: // of a cell
		return v.html()
	case ID:
		return copied(l, string(v))
	case Mono:
		return template.HTML(`<span class="id">` + template.HTMLEscapeString(string(v)) + `</span>`) //nolint:gosec // escaped
	case To:
		return anchor(l, v.Href, v.Text)
	case Mail:
		return v.html()
	case Phone:
		return v.html()
	case market.Country:
		return escaped(l.Country(v))
	}
	return escaped(l.Value(v))
}

// Day is an instant of which only the day is shown, Mono an id without a button, ID one with it, To a link.
type (
	Day  time.Time
	Mono string
	ID   string
	To   struct {
		Href string
		Text any
	}
)

// Mail is an address to write to, Phone a number to call: each is a link where it can be one.
type (
	Mail  string
	Phone string
)

func (m Mail) html() template.HTML {
	at := strings.LastIndexByte(string(m), '@')
	if at < 1 || strings.ContainsFunc(string(m), func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return escaped(string(m))
	}
	// What is no plain character of an address is written in percents: nothing of it is a header of the letter.
	href := "mailto:" + url.PathEscape(string(m[:at])) + "@" + url.PathEscape(string(m[at+1:]))
	return template.HTML(`<a href="`) + escaped(href) + template.HTML(`">`) + escaped(string(m)) + template.HTML(`</a>`)
}

func (p Phone) html() template.HTML {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, string(p))
	if len(digits) < 3 || strings.LastIndexByte(digits, '+') > 0 {
		return escaped(string(p))
	}
	return template.HTML(`<a href="tel:`) + escaped(digits) + template.HTML(`">`) + escaped(string(p)) + template.HTML(`</a>`) //nolint:gosec // escaped
}

func escaped(s string) template.HTML {
	return template.HTML(template.HTMLEscapeString(s)) //nolint:gosec // escaped
}

func instant(l *locale.L, t time.Time) template.HTML {
	if t.IsZero() {
		return escaped(l.Instant(t))
	}
	return stamped(t, l.Instant(t))
}

func stamped(t time.Time, text string) template.HTML {
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `">` + template.HTMLEscapeString(text) + `</time>`) //nolint:gosec // a date
}

func day(l *locale.L, t time.Time) template.HTML {
	if t.IsZero() {
		return escaped(l.Date(t))
	}
	return template.HTML(`<time datetime="` + t.UTC().Format(time.DateOnly) + `">` + template.HTMLEscapeString(l.Date(t)) + `</time>`) //nolint:gosec // a date
}

func anchor(l *locale.L, href string, text any) template.HTML {
	// Our own addresses begin with one slash; others are those of publishers, https.
	if !(len(href) > 0 && href[0] == '/' && (len(href) == 1 || href[1] != '/')) && !(len(href) > 8 && href[:8] == "https://") && href != "" && href[0] != '#' {
		return Value(l, text)
	}
	return template.HTML(`<a href="`+template.HTMLEscapeString(href)+`">`) + Value(l, text) + `</a>` //nolint:gosec // escaped
}

// copied is an id with a button that copies it.
func copied(l *locale.L, id string) template.HTML {
	text := template.HTMLEscapeString(id)
	return template.HTML(`<span class="id"><span>`+text+`</span> <button class="btn small quiet" type="button" data-copy data-copied="`+ //nolint:gosec // escaped
		template.HTMLEscapeString(l.Text("part.copied"))+`">`) + icon("copy") + template.HTML(`<span class="vh">`+ //nolint:gosec // escaped
		template.HTMLEscapeString(l.Text("part.copy", "what", id))+`</span></button></span>`)
}

// icons are drawn on 16 × 16.
var icons = map[string]string{
	"check": `<path d="m2.5 8.5 3.5 3.5 7.5-8"/>`,
	"cross": `<path d="m3.5 3.5 9 9m0-9-9 9"/>`,
	"no":    `<circle cx="8" cy="8" r="6"/><path d="m3.8 3.8 8.4 8.4"/>`,
	"clock": `<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 2"/>`,
	"pause": `<path d="M5.5 3v10m5-10v10"/>`,
	"info":  `<circle cx="8" cy="8" r="6"/><path d="M8 7.2v4M8 4.6v.1"/>`,
	"warn":  `<path d="M8 2 1.5 13.5h13zM8 6.5V10m0 1.7v.1"/>`,
	"copy":  `<rect x="5.5" y="5.5" width="8" height="8"/><path d="M3.5 10.5h-1v-8h8v1"/>`,
	"down":  `<path d="M8 2v8m-3.5-3L8 10.5 11.5 7M2.5 13.5h11"/>`,
	"plus":  `<path d="M8 3v10M3 8h10"/>`,
	"find":  `<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>`,
	"menu":  `<path d="M2 4h12M2 8h12M2 12h12"/>`,
	"open":  `<path d="m6 3.5 4.5 4.5L6 12.5"/>`,
	"key":   `<circle cx="5" cy="8" r="3"/><path d="M8 8h6m-2 0v3"/>`,
	"gear":  `<circle cx="8" cy="8" r="2.2"/><path d="M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4"/>`,
	"out":   `<path d="M6.5 3h-4v10h4M9.5 5l3 3-3 3M5.5 8h7"/>`,
}

func icon(name string) template.HTML {
	body, ok := icons[name]
	if !ok {
		return ""
	}
	return template.HTML(`<svg class="i" viewBox="0 0 16 16" aria-hidden="true" focusable="false">` + body + `</svg>`) //nolint:gosec // our own
}
