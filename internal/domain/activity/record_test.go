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

func TestChangedIsWhatDiffers(t *testing.T) {
	got := Changed(Change{"Status", "active", "active"}, Change{"Quantity", "5", "7"}, Change{"FriendlyName", "", "x"})
	if len(got) != 2 || got[0].Member != "Quantity" || got[1].Member != "FriendlyName" {
		t.Errorf("%v", got)
	}
}
