package partnercenter

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

const (
	maxQuery  = 16 << 10 // bytes
	maxParams = 64
	maxJoins  = 16 // & inside one bare filter
)

// query holds the parameters of a call, keys in lower case; the first value of a key wins.
type query []param

type param struct{ key, value string }

// parseQuery reads a raw query as real clients write it: keys in any case, + and %20 for a space, a filter as bare JSON
// with stray % and & in it.
func parseQuery(raw string) (query, error) {
	if raw == "" {
		return nil, nil
	}
	if len(raw) > maxQuery {
		return nil, fault.Invalid("query.too_long", nil)
	}
	q := make(query, 0, 4)
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		k, v, _ := strings.Cut(pair, "=")
		k = unescape(k)
		if !utf8.ValidString(k) {
			return nil, fault.Invalid("query.encoding", nil)
		}
		k = strings.ToLower(k)
		value := unescape(v)
		if k == "filter" {
			for range maxJoins {
				if raw == "" || !strings.HasPrefix(value, "{") || balanced(value) {
					break
				}
				var more string
				more, raw, _ = strings.Cut(raw, "&")
				value += "&" + unescape(more)
			}
		}
		if !utf8.ValidString(value) || strings.IndexByte(value, 0) >= 0 || strings.IndexByte(k, 0) >= 0 {
			return nil, fault.Invalid("query.encoding", nil)
		}
		if k == "preview" && q.has(k) { // a wrong guess would act
			return nil, badValue(k, "true or false, once")
		}
		if k == "" || q.has(k) {
			continue
		}
		if len(q) == maxParams {
			return nil, fault.Invalid("query.too_long", nil)
		}
		q = append(q, param{k, value})
	}
	return q, nil
}

// unescape is url.QueryUnescape that leaves a % without two digits as it stands.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			b = append(b, ' ')
		case c == '%' && i+2 < len(s) && hex2(s[i+1:]) >= 0:
			b = append(b, byte(hex2(s[i+1:])))
			i += 2
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

func hex2(s string) int {
	r := hex4([]byte{'0', '0', s[0], s[1]})
	return int(r)
}

// balanced tells whether the braces outside of strings are closed.
func balanced(s string) bool {
	open, text := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{':
			open++
		case c == '}':
			open--
		}
	}
	return open <= 0 && !text
}

func (q query) has(key string) bool {
	_, ok := q.find(key)
	return ok
}

func (q query) find(key string) (string, bool) {
	for _, p := range q {
		if p.key == key {
			return p.value, true
		}
	}
	return "", false
}

// get is the value of the first of keys that was sent, without spaces around it; keys are in lower case.
func (q query) get(keys ...string) string {
	for _, k := range keys {
		if v, ok := q.find(k); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// flag is a parameter that is true or false in any case; absent or empty is false.
func (q query) flag(key string) (bool, error) {
	switch strings.ToLower(q.get(key)) {
	case "":
		return false, nil
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, badValue(key, "true or false")
}

// number is a whole number; absent or empty is def.
func (q query) number(key string, def int) (int, error) {
	v := q.get(key)
	if v == "" {
		return def, nil
	}
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil {
		return 0, badValue(key, "a whole number")
	}
	return int(n), nil
}

// word is a parameter of an enumeration; given is false when it is absent or the enumeration's "none".
func (q query) word(e *enum, keys ...string) (word string, given bool, err error) {
	return e.read(keys[0], enumText(q.get(keys...)))
}

// date is an instant in any form that clients use for dates: ISO date and date-time, the .NET invariant form
// MM/dd/yyyy HH:mm:ss, and M/d/yyyy h:mm:ss AM. A date alone is its 00:00Z. given is false when it is absent or never.
func (q query) date(keys ...string) (t time.Time, given bool, err error) {
	v := q.get(keys...)
	if v == "" {
		return time.Time{}, false, nil
	}
	if t, ok := parseQueryDate(v); ok {
		return t, !t.IsZero(), nil
	}
	return time.Time{}, false, badValue(keys[0], "a date")
}

var usLayouts = []string{"1/2/2006 15:04:05", "1/2/2006 3:04:05 PM", "1/2/2006 15:04", "1/2/2006"}

func parseQueryDate(s string) (time.Time, bool) {
	if n := len(s); n > 19 && s[n-6] == ' ' { // an offset's + that was not escaped
		s = s[:n-6] + "+" + s[n-5:]
	}
	if t, ok := parseTime(s); ok {
		return t, true
	}
	if len(s) > 32 {
		return time.Time{}, false
	}
	for _, layout := range usLayouts {
		if t, err := time.Parse(layout, strings.ToUpper(s)); err == nil {
			if t.Year() <= 1 {
				t = time.Time{}
			}
			return t, true
		}
	}
	return time.Time{}, false
}

// badValue refuses a parameter by its own name, in the spelling of our table.
func badValue(name, want string) error {
	return fault.Invalid("query.value", fault.Args{"name": name, "want": want})
}

// canonical writes the query sorted by key, or nothing when there is none.
func (q query) canonical(b *strings.Builder) {
	sorted := slices.Clone(q)
	slices.SortFunc(sorted, func(a, b param) int { return strings.Compare(a.key, b.key) })
	sorted.write(b)
}

// without is a copy of q that lacks the keys given.
func (q query) without(keys ...string) query {
	rest := make(query, 0, len(q)+2) // + 2: what a link adds
	for _, p := range q {
		if !slices.Contains(keys, p.key) {
			rest = append(rest, p)
		}
	}
	return rest
}

func (q query) write(b *strings.Builder) {
	sep := byte('?')
	for _, p := range q {
		b.WriteByte(sep)
		b.WriteString(url.QueryEscape(p.key))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(p.value))
		sep = '&'
	}
}
