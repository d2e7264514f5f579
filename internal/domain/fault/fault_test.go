package fault

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestKinds(t *testing.T) {
	seen := map[Kind]bool{}
	for _, c := range []struct {
		f    *Fault
		kind Kind
	}{
		{Invalid("a.b", nil), KindInvalid}, {Refuse("a.b", nil), KindRefused}, {NotFound("a.b", nil), KindNotFound},
		{Conflict("a.b", nil), KindConflict}, {Deny("a.b", nil), KindDenied}, {Unavailable("a.b", nil), KindUnavailable},
	} {
		if c.f.Kind != c.kind || c.f.Kind == 0 || seen[c.f.Kind] || c.f.Code != "a.b" {
			t.Errorf("%+v, want kind %d", c.f, c.kind)
		}
		seen[c.f.Kind] = true
	}
}

func TestErrorTellsNoValues(t *testing.T) {
	f := Refuse("cancel.window_closed", Args{"until": "secret-1", "policy": "secret-2"})
	if got, want := f.Error(), "cancel.window_closed (policy, until)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if strings.Contains(fmt.Sprint(error(f)), "secret") || strings.Contains(fmt.Errorf("order: %w", f).Error(), "secret") {
		t.Error("a value travels in the text")
	}
	if got := Refuse("a.b", nil).Error(); got != "a.b" {
		t.Error(got)
	}
}

func TestOfAndIs(t *testing.T) {
	wrapped := fmt.Errorf("order: %w", Conflict("cancel.already", Args{"at": 1}))
	if f := Of(wrapped); f == nil || f.Kind != KindConflict || f.Args["at"] != 1 {
		t.Errorf("in the chain: %+v", f)
	}
	if Of(errors.New("disk full")) != nil || Of(nil) != nil {
		t.Error("an error of ours became an answer")
	}
	if !errors.Is(wrapped, Conflict("cancel.already", nil)) {
		t.Error("the same code does not match")
	}
	if errors.Is(wrapped, Conflict("cancel.other", nil)) || errors.Is(wrapped, errors.New("cancel.already")) {
		t.Error("another error matches")
	}
}
