package billing

import (
	"cmp"
	"slices"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// FlowStage is one station on the way of an order's money.
type FlowStage int

// The stations, in the order money passes them.
const (
	FlowOrder    FlowStage = iota // the lines that were charged
	FlowCharges                   // what for
	FlowPostings                  // which accounts took it
	FlowInvoices                  // on which documents it stands
	FlowCredits                   // what stays charged, and what went back
	flowStages
)

// FlowNode is one share of a station. What tells it from the others there is set, the rest is zero: Line at FlowOrder, Kind
// at FlowCharges, Account at FlowPostings (none: the books do not have it), Document at FlowInvoices (none: it is not invoiced
// yet); at FlowCredits Credit, with the document that the credit stands on (none: it is not invoiced yet).
type FlowNode struct {
	Line     int
	Kind     Kind
	Account  ledger.Account
	Document id.Invoice
	Credit   bool
}

// FlowShare is a node with what passes through it, gross. A credit's is what was given back, above zero.
type FlowShare struct {
	FlowNode
	Amount money.Amount
}

// FlowStream is what goes from a node of one station to a node of the next, by their places there.
type FlowStream struct {
	From, To int
	Amount   money.Amount
}

// Flow is the way of an order's money (F75): what its lines were charged, what the books moved for it, the documents it stands
// on, and what went back. Each station comes to Charged, and each stream is a part of the node it leaves and of the one it reaches.
type Flow struct {
	Charged  money.Amount // gross, without credits
	Credited money.Amount // what went back, above zero, or zero
	Invoiced money.Amount // of Charged, what stands on a document
	Stations [flowStages][]FlowShare
	Streams  [flowStages - 1][]FlowStream // from each station to the next
	Sound    bool                         // the books have each charge and credit as it was made, and each credit its charge
}

// Kept is what stays charged.
func (f Flow) Kept() money.Amount { return f.Charged.Sub(f.Credited) }

// TraceFlow follows the charges and credits of one order: all are of one currency. Lines come by their numbers, all else as it was made. posted are the
// postings of each one's entry; documents are those of the partner in that currency whose periods they lie in, of each period
// the editions there are, without void notes. A charge stands on the edition of its period that was not taken back (E10).
func TraceFlow(charges []Charge, posted map[id.Charge][]ledger.Posting, documents []Invoice) Flow {
	var zero money.Amount
	if len(charges) > 0 {
		zero = money.Of(0, charges[0].Gross().Currency())
	}
	f := Flow{Charged: zero, Credited: zero, Invoiced: zero, Sound: true}
	charges = slices.Clone(charges)
	slices.SortFunc(charges, func(a, b Charge) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Line, b.Line), cmp.Compare(a.ID, b.ID))
	})
	on := func(c Charge) id.Invoice {
		for _, d := range documents {
			if d.VoidedBy == "" && d.Currency == c.Gross().Currency() && d.Period.Contains(c.At) {
				return d.ID
			}
		}
		return ""
	}
	back := map[id.Charge][]FlowShare{} // by the charge that is given back
	known := map[id.Charge]bool{}
	for _, c := range charges {
		if c.Of == "" {
			known[c.ID] = true
			continue
		}
		back[c.Of] = append(back[c.Of], FlowShare{FlowNode{Credit: true, Document: on(c)}, c.Gross().Neg()})
		f.Credited = f.Credited.Add(c.Gross().Neg())
	}
	var lines []int
	for _, c := range charges {
		if c.Of == "" && !c.Gross().IsZero() {
			lines = append(lines, c.Line)
		}
	}
	slices.Sort(lines)
	for _, n := range lines {
		f.node(FlowOrder, FlowNode{Line: n})
	}
	for _, c := range charges {
		parts, right := inBooks(c, posted[c.ID])
		f.Sound = f.Sound && right && (c.Of == "" || known[c.Of])
		if c.Of != "" {
			continue
		}
		gross, document := c.Gross(), on(c)
		f.Charged = f.Charged.Add(gross)
		if document != "" {
			f.Invoiced = f.Invoiced.Add(gross)
		}
		f.pass(FlowOrder, FlowNode{Line: c.Line}, FlowNode{Kind: c.Kind}, gross)
		kept := gross
		for _, p := range parts {
			f.pass(FlowCharges, FlowNode{Kind: c.Kind}, p.FlowNode, p.Amount)
			f.pass(FlowPostings, p.FlowNode, FlowNode{Document: document}, p.Amount)
		}
		for _, b := range back[c.ID] {
			kept = kept.Sub(b.Amount)
		}
		f.pass(FlowInvoices, FlowNode{Document: document}, FlowNode{}, kept)
		for _, b := range back[c.ID] {
			f.pass(FlowInvoices, FlowNode{Document: document}, b.FlowNode, b.Amount)
		}
		f.Sound = f.Sound && kept.Sign() >= 0
	}
	return f
}

// inBooks tells which accounts took a charge, as its postings have it: sales, tax, and what is missing there. right is false
// where they are not those of ledger.Sale.
func inBooks(c Charge, posted []ledger.Posting) (parts []FlowShare, right bool) {
	sums := map[ledger.Account]money.Amount{}
	for _, p := range posted {
		sums[p.Account] = sums[p.Account].Add(p.Amount)
	}
	sales, tax := sums[ledger.Sales].Neg(), sums[ledger.Tax].Neg()
	missing := c.Gross().Sub(sales).Sub(tax)
	right = sums[ledger.Receivable].Minor() == c.Gross().Minor() && sales.Minor() == c.Net.Minor() && tax.Minor() == c.Tax.Minor() && sums[ledger.Cash].IsZero()
	for _, p := range []FlowShare{{FlowNode{Account: ledger.Sales}, sales}, {FlowNode{Account: ledger.Tax}, tax}, {FlowNode{}, missing}} {
		if !p.Amount.IsZero() {
			parts = append(parts, p)
		}
	}
	return parts, right
}

// pass lets an amount go from a node of a station to one of the next. Nothing is no stream.
func (f *Flow) pass(at FlowStage, from, to FlowNode, a money.Amount) {
	if a.IsZero() {
		return
	}
	i, j := f.node(at, from), f.node(at+1, to)
	// A node grows by what it lets go: those of the last station let nothing go.
	f.Stations[at][i].Amount = f.Stations[at][i].Amount.Add(a)
	if at+1 == flowStages-1 {
		f.Stations[at+1][j].Amount = f.Stations[at+1][j].Amount.Add(a)
	}
	k := slices.IndexFunc(f.Streams[at], func(s FlowStream) bool { return s.From == i && s.To == j })
	if k < 0 {
		f.Streams[at], k = append(f.Streams[at], FlowStream{From: i, To: j}), len(f.Streams[at])
	}
	f.Streams[at][k].Amount = f.Streams[at][k].Amount.Add(a)
}

// node is the place of a node in its station, where it is made when it is new.
func (f *Flow) node(at FlowStage, n FlowNode) int {
	i := slices.IndexFunc(f.Stations[at], func(s FlowShare) bool { return s.FlowNode == n })
	if i < 0 {
		f.Stations[at], i = append(f.Stations[at], FlowShare{FlowNode: n}), len(f.Stations[at])
	}
	return i
}
