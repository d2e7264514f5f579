package party

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

func TestOnRecord(t *testing.T) {
	named := map[string][]Partner{
		"1": {{ID: "provider", Kind: IndirectProvider}},
		"2": {{ID: "reseller", Kind: IndirectReseller, Provider: "provider"}},
		"3": {{ID: "another", Kind: IndirectReseller, Provider: "provider"}},
		"4": {{ID: "foreign", Kind: IndirectReseller, Provider: "elsewhere"}},
		"5": {{ID: "direct", Kind: DirectBill}},
		"6": {{ID: "direct", Kind: DirectBill}, {ID: "reseller", Kind: IndirectReseller, Provider: "provider"}}, // two with one id
	}
	for _, c := range []struct {
		name string
		kind Kind
		own  id.Partner
		mpn  string
		want string
	}{
		{"a provider names its own", IndirectProvider, "provider", "1", "reseller.provider"},
		{"a provider names its reseller", IndirectProvider, "provider", "2", ""},
		{"a provider names another's reseller", IndirectProvider, "provider", "4", "reseller.not_indirect"},
		{"a provider names a direct-bill partner", IndirectProvider, "provider", "5", "reseller.not_indirect"},
		{"a provider names nobody", IndirectProvider, "provider", "9", "reseller.mpn_unknown"},
		{"one of two is its reseller", IndirectProvider, "provider", "6", ""},
		{"a reseller names itself", IndirectReseller, "reseller", "2", ""},
		{"a reseller names another of its provider's", IndirectReseller, "reseller", "3", "reseller.not_indirect"},
		{"a reseller names its provider", IndirectReseller, "reseller", "1", "reseller.provider"},
		{"a direct-bill partner names anybody", DirectBill, "direct", "2", "reseller.not_supported"},
	} {
		partner := id.Partner("provider")
		if c.kind == DirectBill {
			partner = c.own
		}
		got := ""
		if f := (OnRecord{Kind: c.kind, Partner: partner, Own: c.own, Named: named}).Check(c.mpn); f != nil {
			got = f.Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
