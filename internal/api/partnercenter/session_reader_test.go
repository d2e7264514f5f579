package partnercenter_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// reader reads answers as an SDK does, and fails where it would: what it cannot read ends the session of its users.
type reader struct {
	nulls  bool // null in a member that cannot be null throws
	ints   bool // so does a whole number with a decimal point, or beyond 32 bits
	words  bool // so does a word that an enumeration lacks; where it does not, the word is lost
	short  map[string][]string
	clashy bool // two members that differ in case alone cannot be read
}

// read is the answer as the model sees it: what the model lacks is dropped.
func (r reader) read(text []byte, model string) (object, error) {
	if !utf8.Valid(text) || bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		return nil, fmt.Errorf("not plain UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if r.clashy {
		if err := clash(v); err != nil {
			return nil, err
		}
	}
	if list, bare := v.([]any); bare {
		v = map[string]any{"items": list}
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("not an object")
	}
	rest, collection := strings.CutPrefix(model, "*")
	if !collection {
		return r.object("$", o, model)
	}
	items, ok := o["items"].([]any)
	if !ok {
		return nil, fmt.Errorf("no items")
	}
	out := object{"continuationToken": o["continuationToken"], "links": o["links"]}
	all := make([]any, len(items))
	for i, item := range items {
		read, err := r.value(fmt.Sprintf("items[%d]", i), item, rest)
		if err != nil {
			return nil, err
		}
		all[i] = read
	}
	out["items"] = all
	if n, ok := o["totalCount"].(json.Number); ok && n.String() != strconv.Itoa(len(items)) {
		return nil, fmt.Errorf("totalCount is %s of %d items", n, len(items))
	}
	return out, links("$", o["links"])
}

func (r reader) object(at string, o map[string]any, model string) (object, error) {
	out := object{}
	spelled := map[string]string{}
	for name := range o {
		spelled[strings.ToLower(name)] = name
	}
	for _, m := range modelOf(model) {
		v, there := o[m.name]
		where := at + "." + m.name
		if other := spelled[strings.ToLower(m.name)]; !there && other != "" {
			return nil, fmt.Errorf("%s is spelled %s", where, other)
		}
		if !there {
			continue
		}
		if v == nil {
			if r.nulls && !m.nullable && (len(m.kind) == 1 && strings.Contains("ibdn", m.kind) || sdkWords[m.kind] != nil) {
				return nil, fmt.Errorf("%s is null", where)
			}
			continue
		}
		if !m.list {
			read, err := r.value(where, v, m.kind)
			if err != nil {
				return nil, err
			}
			out[m.name] = read
			continue
		}
		list, ok := v.([]any)
		if !ok {
			return nil, fmt.Errorf("%s is no list", where)
		}
		all := make([]any, len(list))
		for i, e := range list {
			read, err := r.value(fmt.Sprintf("%s[%d]", where, i), e, m.kind)
			if err != nil {
				return nil, err
			}
			all[i] = read
		}
		out[m.name] = all
	}
	for _, name := range []string{"links", "attributes"} {
		if v, ok := o[name]; ok {
			out[name] = v
		}
	}
	if err := links(at, o["links"]); err != nil {
		return nil, err
	}
	return out, dereferenced(at, model, out)
}

// dereferenced are members that SDKs use without asking whether they are there.
func dereferenced(at, model string, o object) error {
	switch model {
	case "Artifact":
		if o.text("artifactType") != "reservedinstance" { // Java crashes on any other
			return fmt.Errorf("%s.artifactType is %q", at, o["artifactType"])
		}
	case "OneTimeInvoiceLineItem", "InvoiceDetail":
		kind := strings.TrimSuffix(o.text("invoiceLineItemType"), "_line_items") + "+" + o.text("billingProvider")
		if !slices.Contains([]string{"usage+azure", "usage+marketplace", "billing+azure", "billing+office", "billing+one_time", "billing+all"}, kind) {
			return fmt.Errorf("%s is of the kind %s", at, kind)
		}
	}
	return nil
}

// dates: ISO 8601 with a zone; msrest takes no other, and no year beyond 9999.
var isoDate = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?(Z)?$`)

func (r reader) value(at string, v any, kind string) (any, error) {
	wrong := fmt.Errorf("%s is %v, no %s", at, v, kind)
	number, isNumber := v.(json.Number)
	text, isText := v.(string)
	switch kind {
	case "o":
		return v, nil
	case "text":
		if isNumber { // converted
			return number.String(), nil
		}
		if !isText {
			return nil, wrong
		}
		return v, nil
	case "b":
		if _, ok := v.(bool); !ok {
			return nil, wrong
		}
		return v, nil
	case "n":
		if !isNumber {
			return nil, wrong
		}
		return v, nil
	case "i":
		if _, err := strconv.ParseInt(number.String(), 10, 32); !isNumber || r.ints && err != nil {
			return nil, wrong
		}
		return v, nil
	case "d":
		if !isoDate.MatchString(text) {
			return nil, wrong
		}
		return v, nil
	case "u":
		if text == "" || strings.Contains(text, " ") {
			return nil, wrong
		}
		return v, nil
	case "Link":
		return v, link(at, v)
	}
	if isModel(kind) {
		o, ok := v.(map[string]any)
		if !ok {
			return nil, wrong
		}
		read, err := r.object(at, o, kind)
		return map[string]any(read), err
	}
	known, ok := sdkWords[kind]
	if !ok {
		panic("no type " + kind)
	}
	if short := r.short[kind]; short != nil {
		known = short
	}
	if !isText || r.words && known != nil && !slices.Contains(known, text) {
		return nil, wrong
	}
	return v, nil
}

// links checks every link of an object.
func links(at string, v any) error {
	all, _ := v.(map[string]any)
	for name, l := range all {
		if err := link(at+".links."+name, l); err != nil {
			return err
		}
	}
	return nil
}

// link: an empty address is none, an absolute one or one with the version would be prefixed again.
func link(at string, v any) error {
	l, _ := v.(map[string]any)
	uri, _ := l["uri"].(string)
	_, headers := l["headers"].([]any)
	if !strings.HasPrefix(uri, "/") || strings.HasPrefix(uri, "//") || strings.HasPrefix(uri, "/v1/") || !headers || l["method"] == nil {
		return fmt.Errorf("%s is no link: %v", at, v)
	}
	return nil
}

// clash finds members that differ in case alone.
func clash(v any) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := clash(e); err != nil {
				return err
			}
		}
	case map[string]any:
		seen := map[string]bool{}
		for name, e := range v {
			if folded := strings.ToLower(name); seen[folded] || name == "" {
				return fmt.Errorf("%q is given twice", name)
			} else {
				seen[folded] = true
			}
			if err := clash(e); err != nil {
				return err
			}
		}
	}
	return nil
}
