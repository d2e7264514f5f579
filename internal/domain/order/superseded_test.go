package order_test

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	. "github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// TestF54SupersededLine: a line whose term was renewed is not "already cancelled"; the line of the renewal is the one to cancel.
func TestF54SupersededLine(t *testing.T) {
	at := when.Date(2026, 1, 1)
	o := Order{ID: "order", At: at, Lines: []Line{{
		Kind: catalog.Software, Class: catalog.SoftwareSub, Subscription: "sub", State: LineActive,
	}}}.Supersede(0)
	_, _, err := CancelLines(&id.Counting{}, Cancellation{Order: o}, []int{0}, at)
	if f := fault.Of(err); f == nil || f.Code != "cancel.superseded" {
		t.Errorf("cancelling a superseded line: %v", err)
	}
}
