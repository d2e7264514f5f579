package ui

import (
	"regexp"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
)

// numbered is the name of a detail that a record holds several of: "Quantity-2".
var numbered = regexp.MustCompile(`^([A-Za-z0-9]+)-(\d+)$`)

// DetailName is the name of a record's detail in the reader's language; one that has no words stays as the log writes it.
func (v *Visit) DetailName(key string) string {
	base, n := key, ""
	if m := numbered.FindStringSubmatch(key); m != nil {
		base, n = m[1], " "+m[2]
	}
	if !v.L.Has("logged." + base) {
		return key
	}
	return v.T("logged."+base) + n
}

// DetailValue is the value of a record's detail in the reader's language where it is one of a few words, yes or no, or an
// instant; ids, names and what somebody typed stay as they are.
func (v *Visit) DetailValue(d activity.Detail) any {
	switch d.Value {
	case "true":
		return v.T("part.yes")
	case "false":
		return v.T("part.no")
	}
	base := d.Key
	if m := numbered.FindStringSubmatch(d.Key); m != nil {
		base = m[1]
	}
	for _, key := range worded[base] {
		if v.L.Has(key+d.Value) && !strings.Contains(v.T(key+d.Value), "{") { // a refusal whose values are not kept stays a code
			return v.T(key + d.Value)
		}
	}
	if at, err := time.Parse(time.RFC3339Nano, d.Value); err == nil {
		return at
	}
	return Mono(d.Value)
}

// worded are the catalogues that the values of a detail are looked up in.
var worded = map[string][]string{
	"Status":       {"state.", "happened.", "orders.status.", "request.state."},
	"Reason":       {"suspend.", "fault."},
	"State":        {"state."},
	"BillingCycle": {"plan."},
	"Kind":         {"account.kind."},
	"Role":         {"role."},
}

// ResourceName is what a record is of, in the reader's language.
func (v *Visit) ResourceName(r activity.Resource) string {
	if key := "resource." + string(r); v.L.Has(key) {
		return v.T(key)
	}
	return string(r)
}
