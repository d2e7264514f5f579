package statement

import (
	"strings"
	"sync"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// The Go fonts have Latin, Greek and Cyrillic letters and the euro; both cuts have the same.
var fonts = map[string][]byte{"": goregular.TTF, "B": gobold.TTF}

var glyphs = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		panic(err) // it is part of the program
	}
	return f
})

func has(buf *sfnt.Buffer, r rune) bool {
	i, err := glyphs().GlyphIndex(buf, r)
	return err == nil && i != 0
}

// printable tells whether the fonts have every character of a text.
func printable(text string) bool {
	var buf sfnt.Buffer
	for _, r := range text {
		if !has(&buf, r) {
			return false
		}
	}
	return true
}

// drawn is a text with a box for every character that the fonts do not have.
func drawn(text string) string {
	var buf sfnt.Buffer
	return strings.Map(func(r rune) rune {
		if r < ' ' || !has(&buf, r) {
			return '□'
		}
		return r
	}, text)
}
