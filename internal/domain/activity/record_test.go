package activity

import "testing"

func TestR06SecurityRecords(t *testing.T) {
	for _, c := range []struct {
		name string
		r    Record
		want bool
	}{
		{"key", Record{Operation: GetSoftwareKey, Resource: SoftwareKey}, true},
		{"link", Record{Operation: GetDownloadLink, Resource: SoftwareDownloadLink}, true},
		{"software page", Record{Operation: UpdateOrder, Resource: SoftwarePage}, true},
		{"order", Record{Operation: CreateOrder, Resource: Order}, false},
		{"credit", Record{Operation: CreateCredit, Resource: Credit}, false},
	} {
		if got := c.r.Security(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
