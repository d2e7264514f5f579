package party

import (
	"maps"
	"testing"
)

func TestRoles(t *testing.T) {
	counts := map[Side]int{}
	for _, r := range AllRoles() {
		counts[r.Side()]++
		if got, ok := ParseRole(string(r)); !ok || got != r {
			t.Errorf("%s reads as %q", r, got)
		}
	}
	if want := map[Side]int{PartnerSide: 9, CustomerSide: 3, PublisherSide: 3, OperatorSide: 2}; !maps.Equal(counts, want) {
		t.Errorf("roles by side %v, want %v", counts, want)
	}
	if got, ok := ParseRole("aca"); !ok || got != AccountAdmin {
		t.Errorf("aca reads as %q", got)
	}
	for _, s := range []string{"", "XX", "G A", "admin"} {
		if r, ok := ParseRole(s); ok || r.Side() != "" {
			t.Errorf("%q is taken as %q", s, r)
		}
	}
}

func TestParseRoles(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "AA GA BA OA": "GA AA BA OA", "oa, ga,,ga": "GA OA", "CU CBA CGA": "CGA CBA CU",
	} {
		set, ok := ParseRoles(in)
		if got := set.String(); !ok || got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		if again, ok := ParseRoles(set.String()); !ok || !maps.Equal(again, set) {
			t.Errorf("%q reads back as %v", set, again)
		}
	}
	if set, ok := ParseRoles("AA nobody"); ok || set != nil {
		t.Errorf("taken as %v", set)
	}
}

func TestBothNeedTheRole(t *testing.T) {
	client := RolesOf(AdminAgent, GlobalAdmin)
	person := Roles{AdminAgent: true, SalesAgent: true, GlobalAdmin: false}
	if got := client.Both(person).String(); got != "AA" {
		t.Errorf("share %q, want AA", got)
	}
	if got := person.Both(client).String(); got != "AA" {
		t.Errorf("share %q the other way round, want AA", got)
	}
	if got := client.Both(nil); len(got) != 0 {
		t.Errorf("share %v with nobody", got)
	}
}
