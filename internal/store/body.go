// Bodies: what of a row is neither asked for nor constrained is JSON in its body column. Its shapes are the store's own,
// the domain knows none: a field that is gone from a shape is ignored when an older row is read, a new one reads as zero.
package store

import (
	"encoding/json"
	"fmt"
	"time"

	fastjson "github.com/segmentio/encoding/json"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// toBody writes a shape. Shapes hold nothing that JSON cannot say.
func toBody(shape any) string {
	text, err := json.Marshal(shape)
	if err != nil {
		panic(fmt.Errorf("store: a body that is no JSON: %w", err))
	}
	return string(text)
}

// body has a column read into a shape (a pointer to one) where the engine holds it, with nothing copied but what the shape
// keeps. NULL leaves the shape as it is.
type body struct{ shape any }

// fromBody reads a shape back, in a quarter of encoding/json's time: half of a billing run's was reading bodies.
// TestBodiesReadAsWritten holds both decoders to the same values.
func fromBody(text []byte, shape any) error {
	if err := fastjson.Unmarshal(text, shape); err != nil {
		return fmt.Errorf("store: a damaged body: %w", err)
	}
	return nil
}

// micros is an instant in a body: microseconds since 1970, UTC; nil for the zero time.
func micros(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := t.UnixMicro()
	return &n
}

func instant(n *int64) time.Time {
	if n == nil {
		return time.Time{}
	}
	return time.UnixMicro(*n).UTC()
}

// null is NULL for an empty id.
func null[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// itemShape is product, SKU, availability.
type itemShape [3]string

func fromItem(i id.Item) itemShape {
	return itemShape{string(i.Product), string(i.Sku), string(i.Availability)}
}

func (s itemShape) item() id.Item {
	return id.Item{Product: id.Product(s[0]), Sku: id.Sku(s[1]), Availability: id.Availability(s[2])}
}

// termShape is years, months, days.
type termShape [3]int

func fromTerm(t when.Term) termShape { return termShape{t.Years, t.Months, t.Days} }

func (s termShape) term() when.Term { return when.Term{Years: s[0], Months: s[1], Days: s[2]} }

type periodShape struct {
	Start *int64 `json:"start,omitempty"`
	End   *int64 `json:"end,omitempty"`
}

func fromPeriod(p when.Period) periodShape { return periodShape{micros(p.Start), micros(p.End)} }

func (s periodShape) period() when.Period {
	return when.Period{Start: instant(s.Start), End: instant(s.End)}
}

// priceShape is a unit price in 10^-8 of the major unit.
type priceShape struct {
	Units    int64          `json:"units,omitempty"`
	Currency money.Currency `json:"currency,omitempty"`
}

func fromPrice(p money.Price) priceShape { return priceShape{p.Units(), p.Currency()} }

func (s priceShape) price() money.Price { return money.PriceOf(s.Units, s.Currency) }

type tariffShape struct {
	Unit     priceShape `json:"unit,omitzero"`
	PriceRow string     `json:"price_row,omitempty"`
	Tax      taxShape   `json:"tax,omitzero"`
	Policy   string     `json:"policy,omitempty"`
}

type taxShape struct {
	ID        string         `json:"id,omitempty"`
	Market    market.Country `json:"market,omitempty"`
	Class     string         `json:"class,omitempty"`
	From      *int64         `json:"from,omitempty"`
	RatePPM   int64          `json:"ppm,omitempty"`
	Inclusive bool           `json:"inclusive,omitempty"`
	Source    string         `json:"source,omitempty"`
}

func fromTariff(t billing.Tariff) tariffShape {
	return tariffShape{fromPrice(t.Unit), t.PriceRow, taxShape{
		t.Tax.ID, t.Tax.Market, t.Tax.Class, micros(t.Tax.From), t.Tax.RatePPM, t.Tax.Inclusive, t.Tax.Source,
	}, t.Policy}
}

func (s tariffShape) tariff() billing.Tariff {
	return billing.Tariff{Unit: s.Unit.price(), PriceRow: s.PriceRow, Policy: s.Policy, Tax: market.TaxRow{
		ID: s.Tax.ID, Market: s.Tax.Market, Class: s.Tax.Class, From: instant(s.Tax.From), RatePPM: s.Tax.RatePPM,
		Inclusive: s.Tax.Inclusive, Source: s.Tax.Source,
	}}
}
