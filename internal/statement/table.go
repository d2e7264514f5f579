package statement

import (
	"fmt"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// columns of the table of lines, in millimetres.
var columns = []float64{72, 16, 27, 22, 20, 23}

// row writes one row of the table.
func (p page) row(cells ...string) {
	x := left
	for i, text := range cells {
		align := "R"
		if i == 0 {
			align = "L"
		}
		p.put(x, columns[i], p.clip(text, columns[i]+1), align)
		x += columns[i]
	}
	p.Ln(lineHeight)
}

func (p page) rule(grey int) {
	p.SetDrawColor(grey, grey, grey)
	p.SetLineWidth(0.2)
	p.Line(left, p.GetY(), left+width, p.GetY())
	p.SetY(p.GetY() + 1)
}

func (p page) tableHead() {
	p.font("B", 8, 80)
	p.row(p.Description, p.Quantity, p.UnitPrice, p.Net, p.Tax, p.Gross)
	p.rule(120)
}

// room begins a new page when a block of that height does not fit; it tells whether it did.
func (p page) room(height float64) bool {
	if p.GetY()+height <= bottom {
		return false
	}
	p.AddPage()
	return true
}

// table prints the lines under their customers.
func (p page) table() {
	if p.s.Totals.Lines == 0 {
		return
	}
	p.tableHead()
	var customer string
	for _, i := range byCustomer(p.s) {
		l := p.s.Lines[i]
		details := p.wrapped(p.details(l, p.s.Why[i]))
		begins := string(l.Customer.ID) != customer
		if p.room(float64(len(details)+3) * lineHeight) {
			p.tableHead()
			begins = true
		}
		if begins {
			customer = string(l.Customer.ID)
			p.Ln(1)
			p.font("B", 9, 0)
			p.put(left, width, p.clip(l.Customer.CompanyName+" · "+l.Customer.Domain+" · "+string(l.Customer.Country()), width), "L")
			p.Ln(lineHeight + 0.5)
		}
		p.line(l, details)
	}
	if more := rest(p.s); more.Lines > 0 {
		if p.room(4 * lineHeight) {
			p.tableHead()
		}
		p.Ln(1)
		p.font("", 8.5, 0)
		n := p.numbers
		p.row(fmt.Sprintf(p.FurtherLines, n.count(int64(more.Lines))), "", "", n.amount(more.Net), n.amount(more.Tax), n.amount(more.Gross()))
		p.font("", 7.5, 110)
		p.put(left, width, p.Reconcile, "L")
		p.Ln(lineHeight)
	}
	p.rule(120)
}

func (p page) line(l app.StatementLine, details []string) {
	n := p.numbers
	p.font("", 8.5, 0)
	p.row(l.Line.Title, n.count(l.Quantity), n.price(l.Unit), n.amount(l.Net), n.amount(l.Tax), n.amount(l.Gross()))
	p.font("", 7.5, 110)
	for _, d := range details {
		p.put(left, width, d, "L")
		p.Ln(lineHeight - 0.8)
	}
	p.Ln(1.2)
}

// wrapped breaks the small print of a line.
func (p page) wrapped(parts []string) []string {
	p.font("", 7.5, 110)
	var lines []string
	now := ""
	for _, part := range parts {
		part = drawn(part)
		next := part
		if now != "" {
			next = now + " · " + part
		}
		if now != "" && p.GetStringWidth(next) > width-4 {
			lines = append(lines, now)
			next = part
		}
		now = next
	}
	if now != "" {
		lines = append(lines, p.clip(now, width))
	}
	return lines
}

// details say how the amount came about: what for, which days, and the arithmetic (F75).
func (p page) details(l app.StatementLine, why billing.Explanation) []string {
	n := p.numbers
	days := n.day(l.At)
	if !l.Charge.Period.End.IsZero() {
		days = n.span(l.Charge.Period.Start, l.Charge.Period.End)
	}
	out := []string{p.kind[l.Kind], days, fmt.Sprintf(p.Order, id.AlternateID(l.Charge.Order))}
	if l.Of != "" {
		return append(out, p.credit(l, why)...)
	}
	each := n.count(l.Quantity) + " × " + n.price(l.Unit)
	parts := int64(max(1, l.Parts))
	switch {
	case l.Days < l.Whole:
		out = append(out, fmt.Sprintf(p.Days, n.count(l.Days), n.count(l.Whole)), each+" × "+n.count(l.Days)+"/"+n.count(parts*l.Whole))
	case parts > 1:
		out = append(out, fmt.Sprintf(p.Part, n.count(int64(l.Part)+1), n.count(parts)), each+" / "+n.count(parts))
	default:
		out = append(out, each)
	}
	if p.taxed(l.Charge) {
		out = append(out, p.tax(l.Charge, l.Charge.Priced()))
	}
	return out
}

// credit tells what was still charged, what of it stays, and by which rule.
func (p page) credit(l app.StatementLine, why billing.Explanation) []string {
	n := p.numbers
	var out []string
	results := map[string]money.Amount{}
	for _, s := range why.Steps {
		results[s.Name] = s.Result
	}
	if open, known := results[billing.StepOpen]; known {
		text := fmt.Sprintf(p.Credits, n.amount(open))
		if kept := results[billing.StepKept]; !kept.IsZero() {
			text = minus + "(" + n.amount(open) + " " + minus + " " + n.amount(kept) + ")"
		}
		out = append(out, text)
	}
	if l.Days > 0 {
		out = append(out, fmt.Sprintf(p.words.Kept, n.count(l.Charge.Kept), n.count(l.Days)))
	}
	if l.PolicyRow != "" {
		out = append(out, fmt.Sprintf(p.Policy, l.PolicyRow))
	}
	return out
}

func (p page) taxed(c billing.Charge) bool { return c.TaxPPM > 0 && !c.Tax.IsZero() }

// tax names a rate and what it was taken of.
func (p page) tax(c billing.Charge, of money.Amount) string {
	form := p.TaxAt
	if c.Inclusive {
		form = p.TaxInside
	}
	return strings.TrimSpace(fmt.Sprintf(form, p.numbers.rate(c.TaxPPM), p.numbers.amount(of)))
}

// sums add the lines up to what is open, payments included.
func (p page) sums() {
	s, n := p.s, p.numbers
	type figure struct {
		text   string
		amount money.Amount
		bold   bool
	}
	figures := []figure{{p.Subtotal, s.Totals.Net, false}}
	rates, by := taxes(s)
	if rest(s).Lines > 0 { // the rates of what is not printed are not known here
		rates = nil
		figures = append(figures, figure{p.Tax, s.Totals.Tax, false})
	}
	for _, r := range rates {
		t := by[r]
		of, form := t.Net, p.TaxAt
		if r.inclusive {
			of, form = t.Gross(), p.TaxInside
		}
		figures = append(figures, figure{fmt.Sprintf(form, n.rate(r.ppm), n.amount(of)), t.Tax, false})
	}
	figures = append(figures, figure{p.Sum, s.Totals.Gross(), true})
	if !s.Carried.IsZero() {
		figures = append(figures, figure{p.CarriedIn, s.Carried, false})
	}
	if !s.CarryOut.IsZero() { // it opens the next with the opposite sign (E07)
		figures = append(figures, figure{p.CarriedOut, s.CarryOut.Neg(), false})
	}
	figures = append(figures, figure{p.Total, s.Total(), true})
	for _, pay := range s.Payments {
		form := p.Payment
		if pay.Amount.Sign() < 0 {
			form = p.PaidOut
		}
		figures = append(figures, figure{fmt.Sprintf(form, n.day(pay.On)), pay.Amount.Neg(), false})
	}
	if len(s.Payments) > 0 || s.VoidedBy != "" {
		figures = append(figures, figure{p.Open, s.Invoice.Open(), true})
	}
	p.Ln(2)
	for _, f := range figures {
		p.room(2 * lineHeight)
		style := ""
		if f.bold {
			style = "B"
		}
		p.font(style, 9, 0)
		p.put(left+50, width-90, f.text, "R")
		p.put(left+width-40, 40, n.amount(f.amount), "R")
		p.Ln(lineHeight + 0.7)
	}
	p.room(3 * lineHeight)
	p.Ln(4)
	p.font("", 7.5, 110)
	p.put(left, width, p.Rounding, "L")
}
