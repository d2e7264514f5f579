package locale

import (
	"cmp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Compare orders two names as our languages do: signs before digits before letters, whatever their case and accents; those
// decide between names that are the same otherwise. The library that orders names in all languages is more than a megabyte of
// the binary; a test holds the names of countries to its order.
func (l *L) Compare(a, b string) int {
	return cmp.Or(cmp.Compare(weighed(a), weighed(b)), cmp.Compare(a, b))
}

const (
	breve = '\u0306' // makes another letter of the Cyrillic и; other marks make none in our languages
	last  = '\uffff'
)

// weighed is what a name is ordered by.
func weighed(name string) string {
	var out strings.Builder
	before := rune(0)
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case r == breve && before == 'и':
			out.WriteRune(last) // й follows all that begins with и
		case unicode.Is(unicode.Mn, r):
		case r == ' ' || r == '\u00a0':
			out.WriteByte(1)
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			out.WriteByte(2)
		default:
			out.WriteRune(r)
		}
		before = r
	}
	return out.String()
}
