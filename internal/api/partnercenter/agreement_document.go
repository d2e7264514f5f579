package partnercenter

import (
	"context"
	_ "embed"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// agreementText is what a customer accepts; the kinds of agreement do not differ in it.
//
//go:embed agreement.txt
var agreementText []byte

// agreementLanguage is the one language the text is in.
const agreementLanguage = "en-US"

// agreementURI is where a template is read: by anybody, since there is nothing in it that is anybody's.
func agreementURI(root, template string) string {
	return root + "/v1/agreementtemplates/" + template + "/text"
}

type agreementDocument struct {
	DisplayURI  string      `json:"displayUri"`
	DownloadURI string      `json:"downloadUri"`
	Language    string      `json:"language"`
	Country     string      `json:"country"`
	Attributes  *attributes `json:"attributes"`
}

// template is the one the path names. Fault "template.unknown".
func (r *request) template() (string, error) {
	sent := strings.ToLower(r.path("template"))
	if !slices.ContainsFunc(party.Templates, func(t party.Template) bool { return t.ID == sent }) {
		return "", fault.NotFound("template.unknown", nil)
	}
	return sent, nil
}

// showAgreementDocument tells where the text is read and where it is saved from. It is in English, whatever was asked for.
func (a *api) showAgreementDocument(_ context.Context, r *request) (answer, error) {
	id, err := r.template()
	if err != nil {
		return answer{}, err
	}
	country := "US"
	if sent := r.query.get("country"); sent != "" {
		m, ok := market.Lookup(sent)
		if !ok {
			return answer{}, fault.Invalid("country.unknown", nil)
		}
		country = string(m.Country)
	}
	uri := agreementURI(r.base(), id)
	return reply(agreementDocument{uri, uri + "?download=true", agreementLanguage, country, of("AgreementDocument")})
}

// readAgreement is the text itself.
func (a *api) readAgreement(_ context.Context, r *request) (answer, error) {
	if _, err := r.template(); err != nil {
		return answer{}, err
	}
	save, err := r.query.flag("download")
	if err != nil {
		return answer{}, err
	}
	ans := answer{Body: agreementText, Header: map[string]string{"Content-Type": "text/plain; charset=utf-8", "Content-Language": agreementLanguage}}
	if save {
		ans.Header["Content-Disposition"] = `attachment; filename="agreement.txt"`
	}
	return ans, nil
}
