package partnercenter

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// Bounds of one JSON text. Elements are bounded for all arrays together: a small body must not become large objects.
const (
	maxDepth    = 32
	maxMembers  = 256    // of one object
	maxElements = 10_000 // of all arrays
	maxNumber   = 40     // characters
	maxExponent = 30
	keptLevels  = 3 // levels of members that has can ask for
)

// members remembers which members a JSON text gave a value, by dotted path in lower case; those inside arrays are not kept.
type members struct {
	names []byte // all names, one after the other
	ends  []int
}

func (m *members) has(name string) bool {
	from := 0
	for _, end := range m.ends {
		if string(m.names[from:end]) == name {
			return true
		}
		from = end
	}
	return false
}

// scan checks text and fills m. Positions in refusals count from the start of the body; shift is what was cut off before text.
func (m *members) scan(text []byte, shift int) error {
	s := scanner{in: text, shift: shift, into: m}
	if !utf8.Valid(text) {
		for i := 0; i < len(text); {
			r, n := utf8.DecodeRune(text[i:])
			if r == utf8.RuneError && n <= 1 {
				s.at = i
				break
			}
			i += n
		}
		return s.refuse("body.utf8")
	}
	s.space()
	if _, err := s.value(1, true); err != nil {
		return err
	}
	s.space()
	if s.at < len(s.in) {
		return s.refuse("body.trailing")
	}
	return nil
}

// scanner reads one JSON text, stricter than encoding/json: that one lets the last of two equal members win.
type scanner struct {
	in        []byte
	at, shift int
	elements  int
	path      []byte // of the open objects that are kept: "attributes.etag"
	keys      []key  // of the open objects
	folded    []byte // the text of keys
	into      *members
}

// key is a member name in the form in which encoding/json compares them.
type key struct {
	hash     uint32
	from, to int // in scanner.folded
}

func (s *scanner) refuse(code string) error {
	args := fault.Args{"at": s.at + s.shift}
	if code == "body.depth" {
		args["limit"] = maxDepth
	}
	return fault.Invalid(code, args)
}

func (s *scanner) space() {
	for s.at < len(s.in) {
		switch s.in[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// peek is the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.in) {
		return s.in[s.at]
	}
	return 0
}

// value reads one value; given is false for null and for the date that stands for none.
func (s *scanner) value(depth int, keep bool) (given bool, err error) {
	switch c := s.peek(); {
	case c == '{' || c == '[':
		if depth > maxDepth {
			return false, s.refuse("body.depth")
		}
		if c == '{' {
			return true, s.object(depth, keep)
		}
		return true, s.array(depth)
	case c == '"':
		from := s.at
		if err := s.str(); err != nil {
			return false, err
		}
		return !bytes.HasPrefix(s.in[from+1:s.at], []byte("0001-01-01")), nil
	case c == '-' || c >= '0' && c <= '9':
		return true, s.number()
	}
	for _, word := range [...]string{"null", "true", "false"} {
		if bytes.HasPrefix(s.in[s.at:], []byte(word)) {
			s.at += len(word)
			return word != "null", nil
		}
	}
	return false, s.refuse("body.syntax")
}

func (s *scanner) object(depth int, keep bool) error {
	base, text := len(s.keys), len(s.folded)
	prefix := len(s.path)
	s.at++
	for n := 0; ; n++ {
		s.space()
		if n == 0 && s.peek() == '}' {
			break
		}
		if n == maxMembers {
			return s.refuse("body.size")
		}
		k, err := s.member(base)
		if err != nil {
			return err
		}
		keepThis := keep && depth <= keptLevels
		if keepThis {
			if prefix > 0 {
				s.path = append(s.path, '.')
			}
			s.path = append(s.path, s.folded[k.from:k.to]...)
		}
		given, err := s.value(depth+1, keepThis)
		if err != nil {
			return err
		}
		if keepThis {
			if given {
				s.into.names = append(s.into.names, s.path...)
				s.into.ends = append(s.into.ends, len(s.into.names))
			}
			s.path = s.path[:prefix]
		}
		s.space()
		if s.peek() == ',' {
			s.at++
			continue
		}
		if s.peek() != '}' {
			return s.refuse("body.syntax")
		}
		break
	}
	s.at++
	s.keys, s.folded = s.keys[:base], s.folded[:text]
	return nil
}

// member reads a name and its colon, and refuses a name that the object whose keys start at base has already.
func (s *scanner) member(base int) (key, error) {
	from := s.at
	if s.peek() != '"' {
		return key{}, s.refuse("body.syntax")
	}
	if err := s.str(); err != nil {
		return key{}, err
	}
	k := s.fold(s.in[from+1 : s.at-1])
	name := s.folded[k.from:k.to]
	for _, other := range s.keys[base:] {
		if other.hash == k.hash && bytes.Equal(name, s.folded[other.from:other.to]) {
			s.at = from
			return key{}, s.refuse("body.duplicate")
		}
	}
	s.keys = append(s.keys, k)
	s.space()
	if s.peek() != ':' {
		return key{}, s.refuse("body.syntax")
	}
	s.at++
	s.space()
	return k, nil
}

func (s *scanner) array(depth int) error {
	s.at++
	s.space()
	if s.peek() == ']' {
		s.at++
		return nil
	}
	for {
		if s.elements++; s.elements > maxElements {
			return s.refuse("body.size")
		}
		s.space()
		if _, err := s.value(depth+1, false); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.at++
		case ']':
			s.at++
			return nil
		default:
			return s.refuse("body.syntax")
		}
	}
}

// str reads a string. NUL and half surrogate pairs are refused: no database column or answer could hold them.
func (s *scanner) str() error {
	for s.at++; s.at < len(s.in); {
		switch c := s.in[s.at]; {
		case c == '"':
			s.at++
			return nil
		case c < ' ':
			return s.refuse("body.syntax")
		case c != '\\':
			s.at++
		default:
			n, r := s.escape(s.at)
			switch {
			case n == 0:
				return s.refuse("body.syntax")
			case r == 0 || r == unicode.ReplacementChar && n == 6 && utf16.IsSurrogate(hex4(s.in[s.at+2:])):
				return s.refuse("body.text")
			}
			s.at += n
		}
	}
	return s.refuse("body.syntax")
}

// escape reads the escape at i: its length (0 when it is none) and its rune; half a pair is the replacement character.
func (s *scanner) escape(i int) (n int, r rune) {
	if i+1 >= len(s.in) {
		return 0, 0
	}
	switch c := s.in[i+1]; c {
	case '"', '\\', '/':
		return 2, rune(c)
	case 'b':
		return 2, '\b'
	case 'f':
		return 2, '\f'
	case 'n':
		return 2, '\n'
	case 'r':
		return 2, '\r'
	case 't':
		return 2, '\t'
	case 'u':
		r := hex4(s.in[i+2:])
		if r < 0 {
			return 0, 0
		}
		if !utf16.IsSurrogate(r) {
			return 6, r
		}
		if i+8 <= len(s.in) && s.in[i+6] == '\\' && s.in[i+7] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(s.in[i+8:])); pair != unicode.ReplacementChar {
				return 12, pair
			}
		}
		return 6, unicode.ReplacementChar
	}
	return 0, 0
}

func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

func (s *scanner) number() error {
	from := s.at
	if s.peek() == '-' {
		s.at++
	}
	whole := s.digits()
	if whole == 0 || whole > 1 && s.in[s.at-whole] == '0' {
		return s.refuse("body.syntax")
	}
	if s.peek() == '.' {
		s.at++
		if s.digits() == 0 {
			return s.refuse("body.syntax")
		}
	}
	large := false
	if s.peek()|0x20 == 'e' {
		s.at++
		if s.peek() == '+' || s.peek() == '-' {
			s.at++
		}
		n := s.digits()
		if n == 0 {
			return s.refuse("body.syntax")
		}
		exp, err := strconv.Atoi(string(s.in[s.at-n : s.at]))
		large = err != nil || exp > maxExponent
	}
	if large || s.at-from > maxNumber {
		s.at = from
		return s.refuse("body.number")
	}
	return nil
}

func (s *scanner) digits() int {
	from := s.at
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.at++
	}
	return s.at - from
}

// fold appends a member name to folded in the form that stands for all its case variants: the smallest rune of each
// folding orbit, in lower case, so that the Kelvin sign is k as it is for encoding/json.
func (s *scanner) fold(name []byte) key {
	k := key{hash: 2166136261, from: len(s.folded)}
	for i := 0; i < len(name); {
		c := name[i]
		switch {
		case c == '\\':
			n, r := (&scanner{in: name}).escape(i)
			s.folded = utf8.AppendRune(s.folded, foldRune(r))
			i += n
		case c < utf8.RuneSelf:
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			s.folded = append(s.folded, c)
			i++
		default:
			r, n := utf8.DecodeRune(name[i:])
			s.folded = utf8.AppendRune(s.folded, foldRune(r))
			i += n
		}
	}
	k.to = len(s.folded)
	for _, c := range s.folded[k.from:] { // FNV-1a
		k.hash = (k.hash ^ uint32(c)) * 16777619
	}
	return k
}

func foldRune(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	if least >= 'A' && least <= 'Z' {
		least |= 0x20
	}
	return least
}
