// Package statement prints invoices, credit notes and void notes as PDF in the partner's language (F73), and bills to a
// customer in the customer's (F78). The same document
// gives the same bytes: nothing in them comes from the clock or from chance.
package statement

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"codeberg.org/go-pdf/fpdf"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
)

// Millimetres of an A4 page.
const (
	left, top, width, bottom = 15.0, 15.0, 180.0, 277.0
	lineHeight               = 4.6
)

// page is a statement being drawn.
type page struct {
	*fpdf.Fpdf
	*words
	s app.Statement
}

// Render gives the bytes of the PDF. Characters that the fonts lack are printed as a box.
func Render(s app.Statement) ([]byte, error) {
	p := page{fpdf.New("P", "mm", "A4", ""), languageOf(s.Partner.Culture), s}
	for style, ttf := range fonts {
		p.AddUTF8FontFromBytes("go", style, ttf)
	}
	p.SetCatalogSort(true)
	p.SetCreationDate(s.IssuedAt)
	p.SetModificationDate(s.IssuedAt)
	p.SetProducer("Comptoir", true)
	p.SetTitle(p.title(), true)
	p.SetLang(p.lang)
	p.SetMargins(left, top, left)
	p.SetAutoPageBreak(false, 0)
	p.AliasNbPages("{pages}")
	p.SetFooterFunc(p.footer)
	p.AddPage()
	p.head()
	p.table()
	p.sums()
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("statement %s: %w", s.ID, err)
	}
	return out.Bytes(), nil
}

func (p page) title() string { return p.document[p.s.Document] + " " + string(p.s.ID) }

// font chooses cut, size in points and grey (0 is black).
func (p page) font(style string, size float64, grey int) {
	p.SetFont("go", style, size)
	p.SetTextColor(grey, grey, grey)
}

// put writes one line of text in a cell; align is "L" or "R".
func (p page) put(x, w float64, text, align string) {
	p.SetX(x)
	p.CellFormat(w, lineHeight, drawn(text), "", 0, align, false, 0, "")
}

func (p page) footer() {
	p.SetY(bottom + 5)
	p.font("", 7.5, 110)
	p.put(left, width, p.title()+" · "+fmt.Sprintf(p.Page, p.numbers.count(int64(p.PageNo())), "{pages}"), "L")
}

// head tells what the document is, whom it is for, and what is to be paid when.
func (p page) head() {
	s, n := p.s, p.numbers
	p.font("B", 18, 0)
	p.SetXY(left, top)
	p.CellFormat(width*0.7, 9, p.title(), "", 0, "L", false, 0, "")
	p.font("B", 11, 90)
	if s.Document != billing.VoidNote && s.To == "" { // what is paid of a bill is not known here
		p.CellFormat(width*0.3, 9, p.standing[s.Standing(s.Now)], "", 0, "R", false, 0, "")
	}
	p.SetY(top + 15)
	parties := [][2]string{{p.Partner, s.Partner.Name}}
	if s.To != "" {
		parties = [][2]string{{p.Seller, s.Partner.Name}, {p.words.Customer, s.To}}
	}
	facts := append(parties, [][2]string{
		{p.Issued, n.day(s.IssuedAt)}, {p.words.Period, n.span(s.Period.Start, s.Period.End)},
		{p.words.Currency, string(s.Invoice.Currency)},
	}...)
	if s.Document == billing.Bill {
		facts = append(facts, [2]string{p.Due, n.day(s.DueAt)})
	}
	switch {
	case s.Amends != "" && s.Document == billing.VoidNote:
		facts = append(facts, [2]string{p.TakesBack, string(s.Amends)})
	case s.Amends != "":
		facts = append(facts, [2]string{p.Replaces, string(s.Amends)})
	}
	if s.VoidedBy != "" {
		facts = append(facts, [2]string{p.words.VoidedBy, string(s.VoidedBy)})
	}
	for _, f := range facts {
		p.font("", 9, 110)
		p.put(left, 45, f[0], "L")
		p.font("", 9, 0)
		p.put(left+45, width-45, p.clip(f[1], width-45), "L")
		p.Ln(lineHeight + 0.6)
	}
	p.Ln(4)
	p.SetFillColor(240, 243, 246)
	p.Rect(left, p.GetY(), width, 13, "F")
	p.SetY(p.GetY() + 4)
	open := s.Invoice.Open()
	text := p.Nothing
	switch {
	case open.Sign() > 0:
		text = fmt.Sprintf(p.ToPay, n.day(s.DueAt))
	case open.Sign() < 0:
		text, open = p.ToPayOut, open.Neg()
	}
	p.font("", 11, 0)
	p.put(left+4, width/2, text, "L")
	p.font("B", 13, 0)
	p.put(left+width/2, width/2-4, n.amount(open), "R")
	p.Ln(16)
}

// clip shortens a text to a width.
func (p page) clip(text string, w float64) string {
	text = drawn(text)
	if p.GetStringWidth(text) <= w-2 {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && p.GetStringWidth(string(runes)+"…") > w-2 {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// byCustomer orders lines for reading: customers by name, their lines as they were made. The places are those of s.Lines.
func byCustomer(s app.Statement) []int {
	places := make([]int, len(s.Lines))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int {
		x, y := s.Lines[a].Customer, s.Lines[b].Customer
		return cmp.Or(cmp.Compare(x.CompanyName, y.CompanyName), cmp.Compare(x.ID, y.ID))
	})
	return places
}

// rate is one rate of tax and how it was taken.
type rate struct {
	ppm       int64
	inclusive bool
}

// taxes sums the lines by rate, highest first.
func taxes(s app.Statement) (rates []rate, sums map[rate]billing.Totals) {
	sums = map[rate]billing.Totals{}
	for _, l := range s.Lines {
		r := rate{l.TaxPPM, l.Inclusive}
		if _, seen := sums[r]; !seen {
			rates = append(rates, r)
		}
		sums[r] = sums[r].Add(l.Charge)
	}
	slices.SortFunc(rates, func(a, b rate) int {
		if a.ppm != b.ppm {
			return cmp.Compare(b.ppm, a.ppm)
		}
		if a.inclusive == b.inclusive {
			return 0
		}
		if a.inclusive {
			return -1
		}
		return 1
	})
	return rates, sums
}

// rest is what the document holds beyond the lines that are printed.
func rest(s app.Statement) billing.Totals {
	t := billing.Totals{Net: s.Totals.Net, Tax: s.Totals.Tax, Lines: s.Totals.Lines}
	for _, l := range s.Lines {
		t.Net, t.Tax, t.Lines = t.Net.Sub(l.Net), t.Tax.Sub(l.Tax), t.Lines-1
	}
	return t
}
