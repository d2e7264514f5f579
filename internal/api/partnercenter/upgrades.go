package partnercenter

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// upgradeOperations are transitions in the older catalogue's words (contract.md §10): of imported offers alone.
func (a *api) upgradeOperations(one string) []operation {
	return []operation{
		{method: http.MethodGet, path: one + "/upgrades", acts: []party.Act{party.ReadCommerce}, scope: scopeCustomer, status: http.StatusOK, handle: a.listUpgrades},
		{method: http.MethodPost, path: one + "/upgrades", acts: []party.Act{party.ManageOnline}, scope: scopeCustomer, status: http.StatusOK, handle: a.upgrade},
	}
}

// upgradeTypes: licences are not moved from user to user here, so no upgrade is of the last type.
var upgradeTypes = numbered("none", upgradeOnly, "upgrade_with_license_transfer")

const upgradeOnly = "upgrade_only"

// wireUpgrade is an offer that a subscription leads to, with the offer as it was imported.
type wireUpgrade struct {
	TargetOffer   json.RawMessage `json:"targetOffer"`
	UpgradeType   string          `json:"upgradeType"`
	IsEligible    bool            `json:"isEligible"`
	Quantity      int64           `json:"quantity"`
	UpgradeErrors []upgradeError  `json:"upgradeErrors"`
	Attributes    *attributes     `json:"attributes"`
}

// upgradeError is why it cannot become it; code is the one that the act would be refused with.
type upgradeError struct {
	Code              int         `json:"code"`
	Description       string      `json:"description"`
	AdditionalDetails string      `json:"additionalDetails,omitempty"`
	Attributes        *attributes `json:"attributes"`
}

func (a *api) listUpgrades(ctx context.Context, r *request) (answer, error) {
	v, err := a.app.Subscription(ctx, r.actor, r.customer, r.subscription)
	if err != nil {
		return answer{}, err
	}
	items := []wireUpgrade{}
	if v.Item.Sku != "" { // not of the older catalogue: transitionEligibilities tells
		return unpaged(r, items)
	}
	targets, err := a.app.TransitionTargets(ctx, r.actor, r.customer, r.subscription, false)
	if err != nil {
		return answer{}, err
	}
	for _, t := range targets {
		o, err := a.app.Offer(ctx, r.actor, string(v.Customer.Country()), t.Item.Product)
		if err != nil {
			return answer{}, err
		}
		items = append(items, upgradeOf(t, o.Body))
	}
	return unpaged(r, items)
}

func upgradeOf(t app.Target, offer []byte) wireUpgrade {
	w := wireUpgrade{
		TargetOffer: offer, UpgradeType: upgradeOnly, IsEligible: t.Fault == nil, Quantity: t.Quantity, UpgradeErrors: []upgradeError{},
		Attributes: of("Upgrade"),
	}
	if t.Fault != nil {
		wf := wireFaultOf(t.Fault, nil)
		code, _ := strconv.Atoi(wf.code) // all are numbers
		w.UpgradeErrors = append(w.UpgradeErrors, upgradeError{Code: code, Description: describe(wf.text, t.Fault.Args), Attributes: of("UpgradeError")})
	}
	return w
}

// upgradeBody is an upgrade as it was listed; no quantity means all seats.
type upgradeBody struct {
	TargetOffer struct {
		ID string `json:"id"`
	} `json:"targetOffer"`
	UpgradeType enumText `json:"upgradeType"`
	Quantity    int64    `json:"quantity"`
}

type upgradeResult struct {
	SourceSubscriptionID string         `json:"sourceSubscriptionId"`
	TargetSubscriptionID string         `json:"targetSubscriptionId,omitempty"`
	UpgradeType          string         `json:"upgradeType"`
	UpgradeErrors        []upgradeError `json:"upgradeErrors"`
	LicenseErrors        []struct{}     `json:"licenseErrors"`
	Preview              *wirePreview   `json:"preview,omitempty"`
	Attributes           *attributes    `json:"attributes"`
}

// upgrade makes seats of an imported offer another one, or shows what that would credit and charge.
func (a *api) upgrade(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[upgradeBody](r)
	if err != nil {
		return answer{}, err
	}
	kind, _, err := upgradeTypes.read("upgradeType", in.value.UpgradeType)
	switch {
	case err != nil:
		return answer{}, err
	case kind != "" && kind != upgradeOnly:
		return answer{}, fault.Refuse("upgrade.licences", nil)
	case in.value.Quantity < 0:
		return answer{}, fault.Invalid("quantity.out_of_range", nil)
	case in.value.TargetOffer.ID == "":
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "targetOffer.id"})
	}
	item, ok := id.ParseItem(in.value.TargetOffer.ID)
	if !ok || item.Sku != "" {
		return answer{}, fault.Invalid("item.unknown", nil)
	}
	asked, err := r.asked()
	if err != nil {
		return answer{}, err
	}
	return a.app.Transition(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		t := outcome.(app.Transition)
		return reply(upgradeResult{
			string(t.From), string(t.To), upgradeOnly, []upgradeError{}, []struct{}{}, previewOf(t.Preview), of("UpgradeResult"),
		})
	}), r.customer, r.subscription, subscription.NextTerm{Item: item, Quantity: in.value.Quantity}, asked)
}
