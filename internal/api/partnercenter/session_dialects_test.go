package partnercenter_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// idiom is how a client spells its calls and reads its answers.
type idiom struct {
	name   string
	reader reader
	// Bodies.
	pascal   bool // members in PascalCase, as .NET has them
	defaults bool // all members of the model, with null, 0, false, the year 1 and the first word of enumerations
	whole    bool // a change sends the whole object back, else what changes
	millis   bool // dates are re-emitted with three decimals
	// Calls.
	path     func(string) string
	headers  []string // names and values
	always   bool     // Content-Type on GET too
	yes      string   // true in a query
	operator func(string) string
	space    string // in a filter
	raw      bool   // the filter as bare JSON
	usDate   string // layout of a date in a query
	follows  bool   // walks pages by links.next with its headers, else by the token alone
	seekKey  string
	// Signing in.
	signIn func(*wired) string
}

func same(s string) string { return s }

var idioms = []idiom{
	{
		name: ".NET", reader: reader{nulls: true, ints: true, words: true}, pascal: true, defaults: true, whole: true,
		path: same, headers: []string{"MS-PartnerCenter-Client", "Partner Center .NET SDK", "MS-SdkVersion", "3.4.0", "X-Locale", "en-US", "Expect", "100-continue"},
		yes: "True", operator: same, space: "%20", usDate: "01/02/2006 15:04:05", seekKey: "seekOperation", signIn: (*wired).byMSAL,
	},
	{
		name: "Java", reader: reader{words: true, short: javaWords}, whole: true, millis: true,
		path:    func(p string) string { return strings.Replace(p, "/v1/", "/v1//", 1) },
		headers: []string{"MS-PartnerCenter-Client", "Partner Center Java SDK", "MS-Contract-Version", "v1", "X-Locale", "en-US"},
		yes:     "true", operator: pascalWord, space: "+", usDate: "1/2/2006 3:04:05 PM", follows: true, seekKey: "seekoperation", signIn: (*wired).byV1,
	},
	{
		name: "tools", reader: reader{words: true, clashy: true},
		path: func(p string) string { return strings.Replace(p, "/v1/customers", "/v1/Customers", 1) + "/" },
		yes:  "true", operator: same, space: " ", raw: true, usDate: "1/2/2006", follows: true, seekKey: "seekOperation", signIn: (*wired).byRefreshToken,
	},
	{
		name: "Python", reader: reader{ints: true}, whole: true, millis: true,
		path: same, headers: []string{"Accept-Language", "en-US", "User-Agent", "python msrest"}, always: true,
		yes: "true", operator: same, space: "%20", usDate: "01/02/2006", seekKey: "seekOperation", signIn: (*wired).byGeneratedToken,
	},
}

// write is the body that this client sends for an object of a model.
func (i idiom) write(model string, o object) any {
	out := map[string]any{}
	for _, m := range modelOf(model) {
		v, given := o[m.name]
		switch {
		case given && v != nil:
			out[i.spell(m.name)] = i.written(m, v)
		case i.defaults:
			out[i.spell(m.name)] = unset(m)
		}
	}
	for _, name := range []string{"links", "attributes"} {
		switch v, given := o[name]; {
		case given:
			out[i.spell(name)] = i.respell(v)
		case i.defaults && name == "attributes":
			out[i.spell(name)] = map[string]any{"Etag": nil, "ObjectType": model}
		case i.defaults:
			out[i.spell(name)] = nil
		}
	}
	return out
}

func (i idiom) written(m member, v any) any {
	if list, ok := v.([]any); ok && m.list {
		out := make([]any, len(list))
		for n, e := range list {
			out[n] = i.written(member{kind: m.kind}, e)
		}
		return out
	}
	if isModel(m.kind) {
		if o, ok := v.(object); ok {
			return i.write(m.kind, o)
		}
		o, _ := v.(map[string]any)
		return i.write(m.kind, o)
	}
	if text, ok := v.(string); ok && m.kind == "d" {
		t, err := time.Parse(time.RFC3339, strings.TrimSuffix(text, "Z")+"Z")
		if err != nil {
			return text
		}
		if i.millis {
			return t.Format("2006-01-02T15:04:05.000Z")
		}
		return t.Format("2006-01-02T15:04:05.9999999Z")
	}
	return v
}

// unset is what .NET sends for a member that nobody set.
func unset(m member) any {
	switch words := sdkWords[m.kind]; {
	case m.nullable, m.list:
		return nil
	case m.kind == "i", m.kind == "n":
		return 0
	case m.kind == "b":
		return false
	case m.kind == "d":
		return "0001-01-01T00:00:00"
	case words != nil:
		return words[0]
	}
	return nil
}

// spell is a member's name. A name that a class spells in its own way goes out so.
func (i idiom) spell(name string) string {
	switch {
	case i.name == "Java" && name == "hasPurchasableAddons":
		return "hasPurchasableAddOns"
	case i.pascal:
		return strings.ToUpper(name[:1]) + name[1:]
	}
	return name
}

// respell is spell for all that is in a value.
func (i idiom) respell(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for n, e := range v {
			out[n] = i.respell(e)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, e := range v {
			out[i.spell(name)] = i.respell(e)
		}
		return out
	}
	return v
}

// filter is a query parameter.
func (i idiom) filter(field, operator, value string) string {
	text, _ := json.Marshal(struct{ Field, Value, Operator string }{field, value, i.operator(operator)}) // three texts
	if i.raw {
		return "filter=" + strings.ReplaceAll(string(text), " ", "%20")
	}
	return "filter=" + strings.ReplaceAll(url.QueryEscape(string(text)), "+", i.space)
}

// pascalWord is StartsWith for starts_with.
func pascalWord(word string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(word, "_") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
