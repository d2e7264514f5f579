package partnercenter

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// enum is a closed set of wire words, in the order of the SDK's members: their index is their number. Words are given
// as they are written, in lower snake ("one_time"), or in the casing of a set that is written otherwise.
type enum struct {
	words   []string
	indexed bool // integers are taken too
	folded  map[string]int
}

// numbered is an enum whose words stand in the SDK's order, so that integers can be read.
func numbered(words ...string) *enum {
	e := named(words...)
	e.indexed = true
	return e
}

// named is an enum whose numbers are not known.
func named(words ...string) *enum {
	e := &enum{words: words, folded: make(map[string]int, len(words))}
	for i, w := range words {
		e.folded[foldWord(w)] = i
	}
	return e
}

// match finds the written word for what a client sent: any case, with or without underscores, or the number.
func (e *enum) match(sent string) (word string, ok bool) {
	if len(sent) == 0 || len(sent) > 64 {
		return "", false
	}
	if i, ok := e.folded[sent]; ok {
		return e.words[i], true
	}
	if i, ok := e.folded[foldWord(sent)]; ok {
		return e.words[i], true
	}
	if i, err := strconv.Atoi(sent); err == nil && e.indexed && i >= 0 && i < len(e.words) {
		return e.words[i], true
	}
	return "", false
}

// read is a body member's word; given is false when it was absent, null, or the SDK's member 0 ("none", "unknown").
// Other words are "enum.unknown", naming the member and never what was sent.
func (e *enum) read(member string, in enumText) (word string, given bool, err error) {
	if in == "" {
		return "", false, nil
	}
	word, ok := e.match(string(in))
	switch {
	case ok && (word == "none" || word == "unknown"):
		return "", false, nil
	case ok:
		return word, true, nil
	case foldWord(string(in)) == "none", foldWord(string(in)) == "unknown", in == "0" && !e.indexed:
		return "", false, nil
	}
	return "", false, fault.Invalid("enum.unknown", fault.Args{"member": member, "known": e.words})
}

// enumText is an enum member as it was sent: a text or an integer. Empty: null or absent.
type enumText string

// UnmarshalJSON implements json.Unmarshaler.
func (t *enumText) UnmarshalJSON(b []byte) error {
	*t = ""
	switch {
	case string(b) == "null":
		return nil
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = enumText(strings.TrimSpace(s))
		return nil
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9':
		*t = enumText(b)
		return nil
	}
	return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[string]()}
}

// foldWord is a word in lower case without underscores: "OneTime", "one_time" and "onetime" are one.
func foldWord(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "") }
