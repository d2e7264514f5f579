package partnercenter

import (
	"context"
	"net/http"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// utilityOperations are contract.md §16: what is known of domains, addresses and countries.
func (a *api) utilityOperations() []operation {
	return []operation{
		{method: http.MethodHead, path: "/v1/domains/{domain}", acts: []party.Act{party.EditCustomer}, scope: scopePartner, status: http.StatusOK, handle: a.findDomain},
		{method: http.MethodPost, path: "/v1/validations/address", scope: scopeNone, status: http.StatusOK, handle: a.validateAddress},
		{method: http.MethodGet, path: "/v1/countryvalidationrules/{country}", scope: scopeNone, status: http.StatusOK, handle: a.showCountryRules},
	}
}

// findDomain is 200 for a domain that a tenant has, and 404 for one that is free; neither has a body.
func (a *api) findDomain(ctx context.Context, r *request) (answer, error) {
	taken, err := a.app.DomainTaken(ctx, r.actor, r.path("domain"))
	if err != nil || taken {
		return answer{}, err
	}
	return answer{Status: http.StatusNotFound}, nil
}

type addressValidation struct {
	Original   wireAddress   `json:"originalAddress"`
	Suggested  []wireAddress `json:"suggestedAddresses"`
	Status     string        `json:"status"`
	Message    string        `json:"validationMessage,omitempty"`
	Attributes *attributes   `json:"attributes"`
}

// validateAddress holds an address against the rules of its country. Whether anybody lives there it cannot know: Verified
// means that the form is right.
func (a *api) validateAddress(_ context.Context, r *request) (answer, error) {
	in, err := read[wireAddress](r)
	if err != nil {
		return answer{}, err
	}
	if strings.TrimSpace(in.value.Country) == "" {
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "country"})
	}
	sent, err := in.value.address("")
	if err != nil {
		return answer{}, err
	}
	found, ok := sent.Check()
	if !ok {
		return answer{}, fault.Invalid("country.unknown", nil)
	}
	w := addressValidation{Original: addressOf(sent), Suggested: []wireAddress{}, Attributes: of("AddressValidationResponse")}
	if found.Good() && found.Tidy != sent {
		w.Suggested = append(w.Suggested, addressOf(found.Tidy))
	}
	switch {
	case found.Good():
		w.Status = "Verified"
	case !found.Known:
		w.Status, w.Message = "NotValidated", "Nothing is known of addresses in this country."
	default:
		w.Status, w.Message = "InteractionRequired", describe("[Missing: {missing}. ][Not in the form of the country: {wrong}.]", addressArgs(found))
	}
	return reply(w)
}

func addressArgs(f party.AddressFinding) fault.Args {
	args := fault.Args{}
	if len(f.Missing) > 0 {
		args["missing"] = f.Missing
	}
	if len(f.Wrong) > 0 {
		args["wrong"] = f.Wrong
	}
	return args
}

// countryRules are the rules of a country; what is not known is left out, and what is not known to be needed is false.
type countryRules struct {
	ISO2Code         string      `json:"iso2Code"`
	DefaultCulture   string      `json:"defaultCulture"`
	StateRequired    bool        `json:"isStateRequired"`
	States           []string    `json:"supportedStatesList"`
	Languages        []string    `json:"supportedLanguagesList"`
	Cultures         []string    `json:"supportedCulturesList"`
	PostalRequired   bool        `json:"isPostalCodeRequired"`
	PostalCodeRegex  string      `json:"postalCodeRegex,omitempty"`
	CityRequired     bool        `json:"isCityRequired"`
	VatIDSupported   bool        `json:"isVatIdSupported"`
	VatIDRegex       string      `json:"vatIdRegex,omitempty"`
	PhoneNumberRegex string      `json:"phoneNumberRegex,omitempty"`
	TaxIDSupported   bool        `json:"isTaxIdSupported"`
	TaxIDOptional    bool        `json:"isTaxIdOptional"`
	CallingCodes     []string    `json:"countryCallingCodesList"`
	Attributes       *attributes `json:"attributes"`
}

func (a *api) showCountryRules(_ context.Context, r *request) (answer, error) {
	rule, ok := market.AddressRuleOf(r.path("country"))
	if !ok {
		return answer{}, fault.NotFound("country.rules_none", nil)
	}
	language, _, _ := strings.Cut(rule.Culture, "-")
	return reply(countryRules{
		ISO2Code: string(rule.Country), DefaultCulture: rule.Culture, StateRequired: len(rule.States) > 0, States: listOf(rule.States),
		Languages: []string{language}, Cultures: []string{rule.Culture}, PostalRequired: rule.PostalNeeded, PostalCodeRegex: rule.PostalCode,
		CityRequired: rule.Known, VatIDSupported: rule.VATID != "", VatIDRegex: rule.VATID, PhoneNumberRegex: rule.Phone(),
		TaxIDOptional: true, CallingCodes: listOf(rule.CallingCodes), Attributes: of("CountryInformation"),
	})
}

// listOf is a list that is an array on the wire even when there is nothing in it.
func listOf(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
