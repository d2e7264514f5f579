package support

import (
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

// Said is what the description of a refund says (F69), as it stands there: nothing of it is looked up yet.
type Said struct {
	Customer     string // tenant GUID or domain
	Order        string // id or alternate id
	Lines        []int
	Subscription string
	Reason       string
	Amount       string // decimal of major units
	Currency     string
}

// labels are the words that begin a line of a description.
var labels = map[string]string{
	"customer": "customer", "tenant": "customer", "customer tenant": "customer", "tenant id": "customer", "domain": "customer",
	"customer tenant or domain": "customer", "customer domain": "customer",
	"order": "order", "order id": "order", "line": "lines", "lines": "lines", "line items": "lines",
	"subscription": "subscription", "subscription id": "subscription",
	"refund reason": "reason", "reason": "reason", "amount": "amount", "refund amount": "amount",
}

// ReadDescription finds the facts of a refund in a description: lines that begin with a label and a colon, as Describe
// writes them, in any order and letter case. Of a label that is there twice the first counts.
func ReadDescription(text string) (s Said) {
	for line := range strings.Lines(text) {
		label, value, ok := strings.Cut(line, ":")
		if value = strings.TrimSpace(value); !ok || value == "" {
			continue
		}
		word, _, _ := strings.Cut(value, " ")
		switch labels[strings.ToLower(strings.TrimSpace(label))] {
		case "customer":
			keep(&s.Customer, word)
		case "order":
			keep(&s.Order, word)
		case "lines":
			if s.Lines == nil {
				s.Lines = numbers(value)
			}
		case "subscription":
			keep(&s.Subscription, word)
		case "reason":
			keep(&s.Reason, value)
		case "amount":
			if s.Amount == "" {
				s.Amount, s.Currency, _ = strings.Cut(value, " ")
				s.Currency = strings.TrimSpace(s.Currency)
			}
		}
	}
	return s
}

func keep(to *string, value string) {
	if *to == "" {
		*to = value
	}
}

func numbers(value string) (all []int) {
	for word := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == ',' || c == ' ' }) {
		if n, err := strconv.Atoi(word); err == nil && n >= 0 {
			all = append(all, n)
		}
	}
	return all
}

// Describe writes the facts of a refund in lines that ReadDescription reads back. What is not known is left for the
// raiser to fill in.
func Describe(customer id.Customer, domain string, r Refund) string {
	var b strings.Builder
	line := func(label, value string) { b.WriteString(label + ": " + strings.TrimSpace(value) + "\n") }
	who := string(customer)
	if domain != "" {
		who += " (" + domain + ")"
	}
	line("Customer", who)
	line("Order", string(r.Order))
	if len(r.Lines) > 0 {
		texts := make([]string, len(r.Lines))
		for i, n := range r.Lines {
			texts[i] = strconv.Itoa(n)
		}
		line("Lines", strings.Join(texts, ", "))
	}
	if r.Subscription != "" {
		line("Subscription", string(r.Subscription))
	}
	line("Refund reason", strings.Join(strings.Fields(r.Reason), " "))
	sum := ""
	if r.Amount != (money.Amount{}) {
		sum = r.Amount.String()
	}
	line("Amount", sum)
	return b.String()
}

// Or is s with what it leaves out taken from other.
func (s Said) Or(other Said) Said {
	if s.Order == "" && s.Subscription == "" { // one speaks of both, or the other does
		s.Order, s.Subscription = other.Order, other.Subscription
		if s.Lines == nil {
			s.Lines = other.Lines
		}
	}
	if s.Amount == "" {
		s.Amount, s.Currency = other.Amount, other.Currency
	}
	keep(&s.Customer, other.Customer)
	keep(&s.Reason, other.Reason)
	return s
}

// Whole tells whether nothing of F69 is missing.
func (s Said) Whole() bool {
	return s.Customer != "" && (s.Order != "" || s.Subscription != "") && s.Reason != "" && s.Amount != ""
}

// DescribeMove writes how a fleet stands that moves from volume licensing, for who is asked to help (F51); what help is
// wanted, its raiser fills in.
func DescribeMove(customer id.Customer, domain string, f license.Fleet) string {
	var b strings.Builder
	line := func(label, value string) { b.WriteString(label + ": " + value + "\n") }
	who := string(customer)
	if domain != "" {
		who += " (" + domain + ")"
	}
	line("Customer", who)
	line("Devices", strconv.FormatInt(f.Total, 10))
	for _, s := range license.MoveStates() {
		line("Devices "+string(s), strconv.FormatInt(f.Count[s], 10))
	}
	line("As of", f.At.UTC().Format(time.RFC3339))
	line("Help wanted", "")
	return b.String()
}
