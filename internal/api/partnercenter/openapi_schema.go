package partnercenter

import (
	"encoding/json"
	"reflect"
	"strings"
)

// schema is what OpenAPI 3.1 says of a value. The zero one is any value.
type schema struct {
	Ref        string            `json:"$ref,omitempty"`
	Type       any               `json:"type,omitempty"` // a word, or several
	Format     string            `json:"format,omitempty"`
	Items      *schema           `json:"items,omitempty"`
	Properties map[string]schema `json:"properties,omitempty"`
	Values     *schema           `json:"additionalProperties,omitempty"`
}

// schemaSet are the structs that the document speaks of, by name.
type schemaSet struct {
	byName map[string]schema
	types  map[string]reflect.Type
}

// knownSchemas are types that are written otherwise than their fields.
var knownSchemas = map[reflect.Type]schema{
	reflect.TypeFor[wireTime]():        {Type: "string", Format: "date-time"},
	reflect.TypeFor[json.Number]():     {Type: "number"},
	reflect.TypeFor[json.RawMessage](): {},
	reflect.TypeFor[enumText]():        {Type: []string{"string", "integer"}},
	reflect.TypeFor[lineNumber]():      {Type: []string{"integer", "string"}},
}

// of is the schema of a value's type.
func (set schemaSet) of(v any) schema { return set.typed(reflect.TypeOf(v)) }

func (set schemaSet) typed(t reflect.Type) schema {
	if t == nil {
		return schema{}
	}
	if s, ok := knownSchemas[t]; ok {
		return s
	}
	switch t.Kind() {
	case reflect.Pointer:
		return set.typed(t.Elem())
	case reflect.Bool:
		return schema{Type: "boolean"}
	case reflect.String:
		return schema{Type: "string"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return schema{Type: "integer"}
	case reflect.Slice, reflect.Array:
		items := set.typed(t.Elem())
		return schema{Type: "array", Items: &items}
	case reflect.Map:
		values := set.typed(t.Elem())
		return schema{Type: "object", Values: &values}
	case reflect.Struct:
		if t.Name() == "" {
			return set.fields(t)
		}
		return set.named(t)
	}
	return schema{}
}

// named keeps a struct in the set and refers to it.
func (set schemaSet) named(t reflect.Type) schema {
	name := schemaName(t)
	switch before := set.types[name]; {
	case before == nil:
		set.types[name] = t // it may hold itself
		set.byName[name] = set.fields(t)
	case before != t:
		panic("partnercenter: two schemas named " + name)
	}
	return schema{Ref: "#/components/schemas/" + name}
}

func (set schemaSet) fields(t reflect.Type) schema {
	s := schema{Type: "object", Properties: map[string]schema{}}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			for member, one := range set.fields(f.Type).Properties {
				s.Properties[member] = one
			}
		case f.IsExported() && name != "-" && name != "":
			s.Properties[name] = set.typed(f.Type)
		}
	}
	return s
}

// schemaName is a type's own name, without what marks it as one of the wire; of a collection also what it holds.
func schemaName(t reflect.Type) string {
	name, holds, generic := strings.Cut(t.Name(), "[")
	name = strings.TrimPrefix(name, "wire")
	name = strings.ToUpper(name[:1]) + name[1:]
	if generic {
		holds = strings.TrimSuffix(holds[strings.LastIndexAny(holds, "./")+1:], "]")
		holds = strings.TrimPrefix(holds, "wire")
		name = strings.ToUpper(holds[:1]) + holds[1:] + name
	}
	return name
}
