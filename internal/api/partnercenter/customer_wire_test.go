package partnercenter

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// A customer's texts end up in letters, spreadsheets and SDKs' own types: what those cannot read is refused at the door.
func TestCustomerTexts(t *testing.T) {
	for _, c := range []struct{ name, member, value, refused string }{
		{"culture", "culture", "fr-FR", ""},
		{"culture in lower case", "culture", "en-us", ""},
		{"culture with a script", "culture", "zh-Hant-TW", ""},
		{"culture with a region number", "culture", "es-419", ""},
		{"one letter is no culture", "culture", "x", "body.member"},
		{"a culture doubled", "culture", "en-US,en-US", "body.member"},
		{"a culture with an empty part", "culture", "en-", "body.member"},
		{"a number is no culture", "culture", "123", "body.member"},
		{"a script is no culture", "culture", "<script>", "body.member"},
		{"language", "language", "fr", ""},
		{"language with a country", "language", "fr-FR", ""},
		{"language in words", "language", "français", "body.member"},
		{"e-mail", "email", "léa@phare.example", ""},
		{"no e-mail", "email", "lea", "body.member"},
		{"nobody's e-mail", "email", "@phare.example", "body.member"},
		{"two e-mails", "email", "a@b.example,c@d.example", "body.member"},
		{"e-mail of two lines", "email", "a@b.example\r\nBcc:x", "body.member"},
		{"name", "company", "Café «Ünïcode» 株式会社 🙂", ""},
		{"name of two lines", "company", "One\r\nTwo", ""},
		{"bell in a name", "company", "Ding\x07", "body.member"},
		{"escape in a name", "company", "\x1b[31mred", "body.member"},
		{"C1 control in a name", "company", "a\u0085b", "body.member"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b customerBody
			p := &b.BillingProfile
			p.Email, p.Culture, p.Language, p.CompanyName, p.DefaultAddress.Country = "a@b.example", "fr-FR", "fr", "Phare", "FR"
			*map[string]*string{"email": &p.Email, "culture": &p.Culture, "language": &p.Language, "company": &p.CompanyName}[c.member] = c.value
			_, err := b.customer()
			got := ""
			if f := fault.Of(err); f != nil {
				got = f.Code
			}
			if got != c.refused {
				t.Errorf("%q: %q, want %q (%v)", c.value, got, c.refused, err)
			}
		})
	}
}
