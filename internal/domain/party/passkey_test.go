package party_test

import (
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

func TestPasskeyName(t *testing.T) {
	for _, c := range []struct{ in, want, code string }{
		{" Telephone ", "Telephone", ""},
		{"Ключ Анны №2", "Ключ Анны №2", ""},
		{strings.Repeat("я", 60), strings.Repeat("я", 60), ""},
		{strings.Repeat("я", 61), "", "passkey.name"},
		{" \t ", "", "passkey.name"},
		{"a\nb", "", "passkey.name"},
		{"a\xff", "", "passkey.name"},
		{"a\u202eb", "", "passkey.name"}, // turns what follows around
	} {
		got, err := party.PasskeyName(c.in)
		code := ""
		if f := fault.Of(err); f != nil {
			code = f.Code
		}
		if got != c.want || code != c.code {
			t.Errorf("%q: %q %s, want %q %s", c.in, got, code, c.want, c.code)
		}
	}
}
