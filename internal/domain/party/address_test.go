package party

import (
	"slices"
	"testing"
)

func TestAddressCheck(t *testing.T) {
	for _, c := range []struct {
		name           string
		a              Address
		good           bool
		missing, wrong []string
	}{
		{"whole", Address{Country: "US", City: "Bend", State: "or", AddressLine1: "1 Mill", PostalCode: "97701"}, true, nil, nil},
		{"no state where there are none", Address{Country: "fr", City: "Lille", AddressLine1: "1 rue", PostalCode: "59000"}, true, nil, nil},
		{"bare", Address{Country: "US"}, false, []string{"addressLine1", "city", "state", "postalCode"}, nil},
		{"everything wrong", Address{Country: "US", City: "Bend", State: "XX", AddressLine1: "1 Mill", PostalCode: "9", PhoneNumber: "?"}, false, nil, []string{"state", "postalCode", "phoneNumber"}},
		{"a country without postal codes", Address{Country: "HK", City: "Central", AddressLine1: "1 Road"}, true, nil, nil},
		{"a country we know nothing of", Address{Country: "AQ"}, false, nil, nil},
	} {
		f, ok := c.a.Check()
		if !ok || f.Good() != c.good || !slices.Equal(f.Missing, c.missing) || !slices.Equal(f.Wrong, c.wrong) {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
	if f, _ := (Address{Country: "us", State: " or ", PostalCode: "97701 "}).Check(); f.Tidy.State != "OR" || f.Tidy.PostalCode != "97701" || f.Tidy.Country != "US" {
		t.Errorf("%+v", f.Tidy)
	}
	if _, ok := (Address{Country: "ZZ"}).Check(); ok {
		t.Error("ZZ is a country")
	}
}
