package partnercenter

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// wireTime is an instant on the wire. It is written in UTC with seven decimals and Z, and read in every form of the
// contract: up to nine decimals (kept to the microsecond), Z, an offset, or no zone at all, which is UTC. The zero
// instant is "not given": tag members omitzero, or the SDK's never-set date 0001-01-01T00:00:00 goes out.
type wireTime struct{ time.Time }

// at is t for the wire.
func at(t time.Time) wireTime { return wireTime{t} }

const (
	timeLayout = `"2006-01-02T15:04:05.0000000Z"`
	neverTime  = `"0001-01-01T00:00:00"`
)

// MarshalJSON implements json.Marshaler.
func (t wireTime) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte(neverTime), nil
	}
	return t.UTC().AppendFormat(make([]byte, 0, len(timeLayout)), timeLayout), nil
}

// UnmarshalJSON implements json.Unmarshaler; null, an empty text and any date of the year 1 or before are "not given".
func (t *wireTime) UnmarshalJSON(b []byte) error {
	t.Time = time.Time{}
	if string(b) == "null" || string(b) == `""` {
		return nil
	}
	if len(b) >= 2 && b[0] == '"' {
		if v, ok := parseTime(string(b[1 : len(b)-1])); ok {
			t.Time = v
			return nil
		}
	}
	return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[wireTime]()}
}

// parseTime reads the contract's date-times and plain dates.
func parseTime(s string) (time.Time, bool) {
	if len(s) < len(time.DateOnly) || len(s) > 40 {
		return time.Time{}, false
	}
	layout := time.DateOnly
	if len(s) > len(layout) {
		layout = "2006-01-02T15:04:05"
		if s[10] == ' ' {
			layout = time.DateTime
		}
		if len(s) > len(layout) && hasZone(s[len(layout):]) {
			layout += "Z07:00"
		}
	}
	v, err := time.Parse(layout, s)
	if err != nil {
		return time.Time{}, false
	}
	if v = when.Instant(v); v.Year() <= 1 {
		v = time.Time{}
	}
	return v, v.Year() <= 9999 // an offset can push the last day over
}

// hasZone tells whether what follows the seconds ends with a zone.
func hasZone(s string) bool {
	return s[len(s)-1] == 'Z' || len(s) >= 6 && (s[len(s)-6] == '+' || s[len(s)-6] == '-')
}

// amount is an amount as a JSON number with the currency's digits, exact.
func amount(a money.Amount) json.Number { return json.Number(a.Decimal()) }

// price is a unit price as a JSON number, exact.
func price(p money.Price) json.Number { return json.Number(p.Decimal()) }

// link points at another resource by a relative address without the version. Make one with linkTo: headers is never null.
type link struct {
	URI     string       `json:"uri"`
	Method  string       `json:"method"`
	Headers []linkHeader `json:"headers"`
}

type linkHeader struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

var noHeaders = []linkHeader{}

// linkTo is a GET link to uri, such as "/customers/…".
func linkTo(uri string) link { return link{uri, "GET", noHeaders} }

// selfLinks is the links member of a resource that links to itself alone.
type selfLinks struct {
	Self link `json:"self"`
}

func self(uri string) *selfLinks { return &selfLinks{linkTo(uri)} }

// attributes name the kind of a resource, and its version where concurrent changes matter.
type attributes struct {
	Etag       string `json:"etag,omitempty"`
	ObjectType string `json:"objectType"`
}

// of is the attributes of a resource without an etag.
func of(objectType string) *attributes { return &attributes{ObjectType: objectType} }

// collection is the envelope of every list but the few that are bare arrays.
type collection[T any] struct {
	TotalCount        int              `json:"totalCount"` // of this page
	Items             []T              `json:"items"`
	ContinuationToken string           `json:"continuationToken,omitempty"`
	Links             *collectionLinks `json:"links,omitempty"`
	Attributes        *attributes      `json:"attributes"`
}

type collectionLinks struct {
	Self     link `json:"self,omitzero"`
	Next     link `json:"next,omitzero"`
	Previous link `json:"previous,omitzero"`
}

// collect is a whole list as a collection; items may be nil.
func collect[T any](items []T) collection[T] {
	if items == nil {
		items = []T{}
	}
	return collection[T]{TotalCount: len(items), Items: items, Attributes: of("Collection")}
}
