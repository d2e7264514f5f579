package partnercenter

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// literals knows which words of the table stand at which depth, in lower case: bit i for the segment number i.
// Only those are folded, so that an id keeps its case even when it spells like a route.
type literals map[string]uint32

// maxSegments bounds a path.
const maxSegments = 32

// learn notes the words of a documented path and gives the pattern for the mux.
func (l literals) learn(path string) string {
	segs := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, seg := range segs {
		if !strings.HasPrefix(seg, "{") {
			segs[i] = strings.ToLower(seg)
			l[segs[i]] |= 1 << i
		}
	}
	return "/" + strings.Join(segs, "/")
}

// canonical is the path the mux sees: no empty segment, no trailing slash, the table's words in lower case. It takes and
// gives the escaped form. ok is false for a path that no route can mean: dot segments, broken escapes, NUL, bad UTF-8.
func (l literals) canonical(path string) (_ string, ok bool) {
	if path == "" || path[0] != '/' {
		return "", false
	}
	var b []byte // stays nil while the path is canonical as it stands
	depth, done := 0, 0
	for at := 0; at < len(path); {
		start := at
		for at < len(path) && path[at] == '/' {
			at++
		}
		from := at
		for at < len(path) && path[at] != '/' {
			at++
		}
		seg := path[from:at]
		if seg == "" { // trailing slash
			if b == nil {
				b = append(make([]byte, 0, len(path)), path[:done]...)
			}
			break
		}
		word, plain := seg, true
		if seg == "." || seg == ".." || depth == maxSegments {
			return "", false
		}
		if strings.IndexByte(seg, '%') >= 0 {
			text, err := url.PathUnescape(seg)
			if err != nil || text == "" || strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) {
				return "", false
			}
			word, plain = text, false
		}
		if !plain || hasUpper(word) {
			if low := strings.ToLower(word); l[low]&(1<<depth) != 0 {
				seg = low
			}
		}
		if b == nil && (from != start+1 || seg != path[from:at]) {
			b = append(make([]byte, 0, len(path)+1), path[:done]...)
		}
		if b != nil {
			b = append(append(b, '/'), seg...)
		}
		depth++
		done = at
	}
	if b == nil {
		return path, true
	}
	return string(b), len(b) > 0
}

// Owns tells whether a path belongs to this door: /v1 and what stands beside it, in any case, with any number of slashes.
// Other version numbers are owned too, to be refused in the contract's own form.
func Owns(path string) bool {
	path = strings.TrimLeft(path, "/")
	first, _, _ := strings.Cut(path, "/")
	switch {
	case strings.EqualFold(first, "webhooks"), strings.EqualFold(first, "auditactivity"), strings.EqualFold(first, "sandbox"),
		strings.EqualFold(first, "openapi"), strings.EqualFold(first, "openapi.json"):
		return true
	}
	if len(first) < 2 || len(first) > 8 || first[0]|0x20 != 'v' {
		return false
	}
	return strings.Trim(first[1:], "0123456789.") == ""
}

// setPath gives u an escaped path.
func setPath(u *url.URL, escaped string) error {
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return err
	}
	u.Path, u.RawPath = path, ""
	if path != escaped {
		u.RawPath = escaped
	}
	return nil
}

func hasUpper(s string) bool {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return true
		}
	}
	return false
}
