package billing

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// Explanation tells how an amount came about (F75): the rows that were pinned to it, the days and parts, and the arithmetic
// that leads from the price to net, tax and gross, worked out again. Each result is rounded once, half away from zero.
type Explanation struct {
	Charge                      id.Charge
	Original                    id.Charge // of a credit, the charge that it gives back
	PriceRow, PolicyRow, TaxRow string
	Steps                       []Step
}

// Step is one line of arithmetic in plain decimals, such as "31.00 × 1 × 16/31".
type Step struct {
	Name       string
	Arithmetic string
	Result     money.Amount
}

// The names of steps. Net, Tax and Gross end every explanation.
const (
	StepTerm   = "term"    // the price of the quantity for the whole term
	StepPart   = "part"    // the share of one of several charges: what the rounded running total grows by
	StepRest   = "rest"    // the share of a period that had begun
	StepOpen   = "open"    // of a credit, what was still charged for its seats
	StepKept   = "kept"    // what stays charged for the days that were used
	StepCredit = "credit"  // what goes back
	StepGrant  = "granted" // what goes back was set by hand (F70)
	StepNet    = "net"
	StepTax    = "tax"
	StepGross  = "gross"
)

// Explain works a charge out again from what is pinned to it. A credit needs the charges of its line, its own and later
// ones may be among them: what was given back before it counts (E26). A credit whose original is not there is explained as
// granted.
func Explain(c Charge, line []Charge) Explanation {
	e := Explanation{Charge: c.ID, Original: c.Of, PriceRow: c.PriceRow, PolicyRow: c.PolicyRow, TaxRow: c.TaxRow}
	if c.Of == "" {
		e.Steps = chargeSteps(c)
	} else {
		e.Steps = creditSteps(c, line)
	}
	return e
}

func chargeSteps(c Charge) []Step {
	parts := max(1, c.Parts)
	each := c.Unit.Decimal() + " × " + strconv.FormatInt(c.Quantity, 10)
	total, err := c.Unit.Times(c.Quantity)
	if err != nil { // was refused when the charge was made
		total = c.Priced()
	}
	steps := []Step{{StepTerm, each, total}}
	priced, before := total, total.Sub(total)
	switch {
	case c.Days < c.Whole:
		rest, err := c.Unit.TimesRatio(c.Quantity, c.Days, int64(parts)*c.Whole)
		if err != nil {
			rest = c.Priced()
		}
		priced = rest
		steps = append(steps, Step{StepRest, fmt.Sprintf("%s × %d/%d", each, c.Days, int64(parts)*c.Whole), priced})
	case parts > 1:
		upto := total.Ratio(int64(c.Part+1), int64(parts))
		before = total.Ratio(int64(c.Part), int64(parts))
		priced = upto.Sub(before)
		steps = append(steps, Step{StepPart, fmt.Sprintf("%s × %d/%d − %[1]s × %[4]d/%[3]d", total.Decimal(), c.Part+1, parts, c.Part), priced})
	}
	// The tax of parts sums to the tax of the whole: it grows as its rounded running total does (E09).
	upto := before.Add(priced)
	tax := c.rate().On(upto).Tax.Sub(c.rate().On(before).Tax)
	text := c.taxOn(upto)
	if !before.IsZero() {
		text += " − " + c.taxOn(before)
	}
	return c.close(steps, priced, tax, text)
}

func creditSteps(c Charge, line []Charge) []Step {
	var original Charge
	var earlier []Charge
	for _, l := range line {
		switch {
		case l.ID == c.Of:
			original = l
		case l.Of == c.Of && l.before(c):
			earlier = append(earlier, l)
		}
	}
	back := c.Priced().Neg()
	if original.ID == "" || c.Quantity == 0 {
		return c.close([]Step{{StepGrant, "−" + back.Decimal(), c.Priced()}}, c.Priced(), c.Tax, "")
	}
	p := credited(earlier, c.Of)
	live := original.Quantity - p.seats
	left := p.open(original, live)
	share := left.Sub(p.open(original, live-c.Quantity))
	steps := []Step{{StepOpen, openText(original, p, live, c.Quantity), share}}
	stays := share.Sub(share)
	if c.Kept > 0 || c.Days == 0 && c.Priced().IsZero() { // what has no end has no days: it is used up, or given back whole
		stays = share
		text := share.Decimal()
		if c.Kept < c.Days {
			stays = share.Ratio(c.Kept, c.Days)
			text = fmt.Sprintf("%s × %d/%d", share.Decimal(), c.Kept, c.Days)
		}
		steps = append(steps, Step{StepKept, text, stays})
	}
	back = share.Sub(stays)
	steps = append(steps, Step{StepCredit, fmt.Sprintf("−(%s − %s)", share.Decimal(), stays.Decimal()), back.Neg()})
	still := original.Priced().Sub(p.priced).Sub(back)
	had := original.Tax.Sub(p.tax)
	tax := bounded(had.Sub(original.rate().On(still).Tax), back, c.Inclusive)
	return c.close(steps, back.Neg(), tax.Neg(), fmt.Sprintf("−(%s − %s)", had.Decimal(), original.taxOn(still)))
}

// before orders the credits of a charge as they were made: one act takes seats before it ends what is left.
func (c Charge) before(d Charge) bool {
	switch {
	case !c.At.Equal(d.At):
		return c.At.Before(d.At)
	case (c.Kind == RemoveSeats) != (d.Kind == RemoveSeats):
		return c.Kind == RemoveSeats
	}
	return c.ID < d.ID
}

// close adds net, tax and gross.
func (c Charge) close(steps []Step, priced, tax money.Amount, taxText string) []Step {
	net, gross := priced, priced.Add(tax)
	netText, grossText := priced.Decimal(), priced.Decimal()+" + "+tax.Decimal()
	if c.Inclusive {
		net, gross = priced.Sub(tax), priced
		netText, grossText = priced.Decimal()+" − "+tax.Decimal(), priced.Decimal()
	}
	if taxText == "" {
		taxText = tax.Decimal()
	}
	return append(steps, Step{StepNet, netText, net}, Step{StepTax, taxText, tax}, Step{StepGross, grossText, gross})
}

// taxOn is the arithmetic of the tax of an amount at the pinned rate.
func (c Charge) taxOn(a money.Amount) string {
	rate := percent(c.TaxPPM)
	if c.Inclusive {
		return fmt.Sprintf("%s × %s/(100%% + %[2]s)", a.Decimal(), rate)
	}
	return a.Decimal() + " × " + rate
}

// percent writes parts per million as per cent: 200000 is "20%".
func percent(ppm int64) string {
	text := fmt.Sprintf("%d.%04d", ppm/10_000, ppm%10_000)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}

// openText is the arithmetic of what is still charged for the last seats of a charge.
func openText(original Charge, p past, live, seats int64) string {
	whole := original.Priced().Decimal()
	of := func(n int64) string { return fmt.Sprintf("%s × %d/%d", whole, n, original.Quantity) }
	text := whole
	if live < original.Quantity {
		text = of(live)
	}
	if !p.granted.IsZero() {
		text += " − " + p.granted.Decimal()
	}
	if seats < live {
		rest := of(live - seats)
		if !p.granted.IsZero() {
			rest = "(" + rest + " − " + p.granted.Decimal() + ")"
		}
		text += " − " + rest
	}
	return text
}
