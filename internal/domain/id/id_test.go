package id

import (
	"regexp"
	"testing"
)

func TestParseItem(t *testing.T) {
	for s, want := range map[string]Item{
		"CMP000000002:0003:CMPAVL000009":       {"CMP000000002", "0003", "CMPAVL000009"},
		" cmp000000002:0003:cmpavl000009 ":     {"CMP000000002", "0003", "CMPAVL000009"},
		"ABC":                                  {Product: "ABC"},
		"2B3B8D2D-10AA-4BE4-B5FD-7F2FEB0C3091": {Product: "2B3B8D2D-10AA-4BE4-B5FD-7F2FEB0C3091"},
	} {
		got, ok := ParseItem(s)
		if !ok || got != want {
			t.Errorf("%q: %+v, %v", s, got, ok)
		}
		if again, ok := ParseItem(got.String()); !ok || again != got {
			t.Errorf("%q reads back as %+v", got.String(), again)
		}
	}
	for _, s := range []string{
		"", " ", ":", "A:B", "A:B:C:D", "A::C", ":B:C", "A:B:", "A B", "A:B:C;", "Ä", "A\n:B:C",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	} {
		if got, ok := ParseItem(s); ok {
			t.Errorf("%q is taken as %+v", s, got)
		}
	}
}

func TestParseGUID(t *testing.T) {
	const want = "2b3b8d2d-10aa-4be4-b5fd-7f2feb0c3091"
	for _, s := range []string{want, "2B3B8D2D-10AA-4BE4-B5FD-7F2FEB0C3091"} {
		if got, ok := ParseGUID(s); !ok || got != want {
			t.Errorf("%q: %q, %v", s, got, ok)
		}
	}
	for _, s := range []string{
		"", "2b3b8d2d10aa4be4b5fd7f2feb0c3091", "{2b3b8d2d-10aa-4be4-b5fd-7f2feb0c3091}", "2b3b8d2d-10aa-4be4-b5fd-7f2feb0c309g",
		"2b3b8d2d010aa-4be4-b5fd-7f2feb0c3091", "-b3b8d2d-10aa-4be4-b5fd-7f2feb0c3091", "2b3b8d2d-10aa-4be4-b5fd-7f2feb0c30€",
	} {
		if got, ok := ParseGUID(s); ok || got != "" {
			t.Errorf("%q is taken as %q", s, got)
		}
	}
}

func TestAlternateID(t *testing.T) {
	// printf abc | sha256sum
	if got := AlternateID("abc"); got != "ba7816bf8f01" {
		t.Error(got)
	}
}

func TestSources(t *testing.T) {
	guid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	opaque := regexp.MustCompile(`^[A-Za-z0-9_-]*$`)
	for name, s := range map[string]Source{"random": Random{}, "counting": new(Counting)} {
		t.Run(name, func(t *testing.T) {
			seen := map[string]bool{}
			for n := range 100 {
				g := s.GUID()
				if canonical, ok := ParseGUID(g); !ok || canonical != g || !guid.MatchString(g) || seen[g] {
					t.Errorf("GUID %q", g)
				}
				seen[g] = true
				if o := s.Opaque(n); len(o) != n || !opaque.MatchString(o) {
					t.Errorf("Opaque(%d) = %q", n, o)
				}
				if o := s.Opaque(33); seen[o] {
					t.Errorf("%q twice", o)
				} else {
					seen[o] = true
				}
			}
		})
	}
	for range 2000 { // one in 64 otherwise
		if o := (Random{}).Opaque(3); o[0] == '-' {
			t.Fatalf("%q begins with a dash", o)
		}
	}
	a, b := new(Counting), new(Counting)
	if a.GUID() != b.GUID() || a.Opaque(33) != b.Opaque(33) {
		t.Error("counting sources differ")
	}
	if got := new(Counting).GUID(); got != "00000000-0000-4000-8000-000000000001" {
		t.Error(got)
	}
	if got := new(Counting).Opaque(4); got != "0001" {
		t.Error(got)
	}
}
