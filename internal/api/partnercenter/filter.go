package partnercenter

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// filterOp is an operator of the filter language, in its written form.
type filterOp string

// The operators. Clients write them in lower snake (.NET) or Pascal (Java), or as the number that their place here is (contract §1.5).
const (
	opEquals          filterOp = "equals"
	opNotEquals       filterOp = "not_equals"
	opGreater         filterOp = "greater_than"
	opGreaterOrEquals filterOp = "greater_than_or_equals"
	opLess            filterOp = "less_than"
	opLessOrEquals    filterOp = "less_than_or_equals"
	opSubstring       filterOp = "substring"
	opAnd             filterOp = "and"
	opOr              filterOp = "or"
	opStartsWith      filterOp = "starts_with"
	opNotStartsWith   filterOp = "not_starts_with"
)

var filterOps = numbered(string(opEquals), string(opNotEquals), string(opGreater), string(opGreaterOrEquals), string(opLess),
	string(opLessOrEquals), string(opSubstring), string(opAnd), string(opOr), string(opStartsWith), string(opNotStartsWith))

// filter is a parsed filter: a comparison of Field with Value, or And/Or of Left and Right. Values are compared without case.
type filter struct {
	Op          filterOp
	Field       string // one of the names the resource allows, in its spelling
	Value       string
	Left, Right *filter // set for And and Or alone
}

const (
	maxFilterDepth = 8
	maxFilterValue = 256 // characters
)

type wireFilter struct {
	Field       string
	Operator    enumText
	Value       json.RawMessage
	LeftFilter  *wireFilter
	RightFilter *wireFilter
}

// filter reads the filter parameter; nil when there is none. fields are those the resource can be filtered by.
func (q query) filter(fields ...string) (*filter, error) {
	text := q.get("filter")
	if text == "" {
		return nil, nil
	}
	return parseFilter(text, fields)
}

func parseFilter(text string, fields []string) (*filter, error) {
	var m members
	var w *wireFilter
	if m.scan([]byte(text), 0) != nil || json.Unmarshal([]byte(text), &w) != nil || w == nil {
		return nil, fault.Invalid("filter.syntax", nil)
	}
	return w.tree(1, fields)
}

// tree checks one node and what hangs below it.
func (w *wireFilter) tree(depth int, fields []string) (*filter, error) {
	if depth > maxFilterDepth {
		return nil, fault.Invalid("filter.syntax", nil)
	}
	op, ok := filterOps.match(string(w.Operator))
	if !ok {
		return nil, fault.Invalid("filter.operator", nil)
	}
	f := &filter{Op: filterOp(op)}
	if f.Op == opAnd || f.Op == opOr {
		if w.LeftFilter == nil || w.RightFilter == nil {
			return nil, fault.Invalid("filter.syntax", nil)
		}
		var err error
		if f.Left, err = w.LeftFilter.tree(depth+1, fields); err != nil {
			return nil, err
		}
		f.Right, err = w.RightFilter.tree(depth+1, fields)
		return f, err
	}
	for _, name := range fields {
		if strings.EqualFold(name, w.Field) {
			f.Field = name
		}
	}
	if f.Field == "" {
		return nil, fault.Invalid("filter.field", fault.Args{"known": fields})
	}
	switch v := w.Value; {
	case len(v) == 0 || v[0] == '{' || v[0] == '[' || string(v) == "null":
		return nil, fault.Invalid("filter.value", nil)
	case v[0] != '"':
		f.Value = string(v)
	case json.Unmarshal(v, &f.Value) != nil:
		return nil, fault.Invalid("filter.value", nil)
	}
	if utf8.RuneCountInString(f.Value) > maxFilterValue {
		return nil, fault.Invalid("filter.value", nil)
	}
	return f, nil
}
