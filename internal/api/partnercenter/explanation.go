package partnercenter

import (
	"encoding/json"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
)

// explanation tells how a line came about (F75): which rows decided, and the arithmetic down to net, tax and gross. It
// stands on a line when the call says explain=true, and is ours.
type explanation struct {
	ChargeID         string            `json:"chargeId"`
	OriginalChargeID string            `json:"originalChargeId,omitempty"`
	PriceRow         string            `json:"priceRow"`
	PolicyRow        string            `json:"policyRow,omitempty"`
	TaxRow           string            `json:"taxRow,omitempty"`
	TaxRatePPM       int64             `json:"taxRatePpm"`
	TaxIncluded      bool              `json:"taxIncluded"`
	Part             int               `json:"part"` // from 1
	Parts            int               `json:"parts"`
	Days             int64             `json:"days"`       // that the charge is for; 0: for ever
	PeriodDays       int64             `json:"periodDays"` // of the whole charged period
	DaysKept         int64             `json:"daysKept"`   // of a credit
	Rounding         string            `json:"rounding"`
	Steps            []explanationStep `json:"steps"`
}

type explanationStep struct {
	Name       string      `json:"name"`
	Arithmetic string      `json:"arithmetic"`
	Result     json.Number `json:"result"`
}

func explanationOf(c billing.Charge, e billing.Explanation) *explanation {
	w := &explanation{
		ChargeID: string(e.Charge), OriginalChargeID: string(e.Original), PriceRow: e.PriceRow, PolicyRow: e.PolicyRow, TaxRow: e.TaxRow,
		TaxRatePPM: c.TaxPPM, TaxIncluded: c.Inclusive, Part: c.Part + 1, Parts: max(1, c.Parts), Days: c.Days, PeriodDays: max(c.Whole, c.Days),
		DaysKept: c.Kept, Rounding: "half_away_from_zero_once_per_line", Steps: make([]explanationStep, len(e.Steps)),
	}
	for i, s := range e.Steps {
		w.Steps[i] = explanationStep{s.Name, s.Arithmetic, amount(s.Result)}
	}
	return w
}
