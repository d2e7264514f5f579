package model

import (
	"fmt"
	"slices"
	"time"
)

// Open is what is still to be paid, or below zero to be paid out.
func (i Invoice) Open() int64 {
	if i.VoidedBy > 0 || i.Document == "void_note" {
		return 0
	}
	return i.Total() - i.Paid
}

// Text is a document.
func (i Invoice) Text() string {
	return fmt.Sprintf("%s %d edition %d p%d %s %s-%s issued %s due %s lines %d %d+%d carried %d out %d total %d paid %d open %d amends %d void %d again %d",
		i.Document, i.Number, i.Edition, i.Partner, i.Currency, at(i.Start), at(i.End), at(i.Issued), at(i.Due), i.Lines, i.Net, i.Tax,
		i.Carried, i.Carry, i.Total(), i.Paid, i.Open(), i.Amends, i.VoidedBy, i.ReplacedBy)
}

// latest is the document of an account that stands for its last period; nil: none yet.
func (m *Model) latest(k account) (last *Invoice) {
	for _, i := range m.Invoices {
		if i.Partner == k.partner && i.Currency == k.currency && i.Document != "void_note" &&
			(last == nil || i.Start.After(last.Start) || i.Start.Equal(last.Start) && i.Edition > last.Edition) {
			last = i
		}
	}
	return last
}

// document finds one of the caller's; an indirect reseller has none.
func (m *Model) document(c Command) *Invoice {
	who := Actors[c.Actor]
	if c.Invoice < 1 || c.Invoice > len(m.Invoices) || who.Reseller || m.Invoices[c.Invoice-1].Partner != who.Partner {
		refuse("invoice.unknown")
	}
	return m.Invoices[c.Invoice-1]
}

func (m *Model) write(i *Invoice) {
	old := *i
	m.undo = append(m.undo, func() { *i = old })
}

// pay records a payment against a document; of a credit note it is paid out (F80).
func (m *Model) pay(now time.Time, c Command) Answer {
	i := m.document(c)
	on := midnight(c.On)
	if c.On.IsZero() {
		on = midnight(now)
	}
	amount, open := c.Amount, i.Open()
	switch {
	case c.Currency != "" && c.Currency != i.Currency:
		refuse("payment.currency")
	case amount <= 0:
		refuse("payment.not_positive")
	case on.After(now):
		refuse("payment.future")
	case i.VoidedBy > 0:
		refuse("invoice.voided")
	case open < 0:
		amount, open = -amount, -open
	}
	if max(amount, -amount) > open {
		refuse("payment.too_much")
	}
	m.write(i)
	i.Paid += amount
	m.Paid = append(m.Paid, Payment{*i, amount})
	return Answer{Text: fmt.Sprintf("paid %d on %s: %s", amount, at(on), i.Text())}
}

// Payment is money that moved for a document, as it was then.
type Payment struct {
	Invoice
	Amount int64
}

// void takes a document back and issues it again (E10).
func (m *Model) void(now time.Time, c Command) Answer {
	i := m.document(c)
	switch {
	case i.Document == "void_note":
		refuse("invoice.void_note")
	case i.VoidedBy > 0:
		refuse("invoice.voided")
	case i.Paid != 0:
		refuse("invoice.paid")
	}
	note, again := *i, *i
	note.Number, note.Document, note.Issued, note.Due, note.Amends = len(m.Invoices)+1, "void_note", now, now, i.Number
	note.Net, note.Tax, note.Carried, note.Carry = -i.Net, -i.Tax, -i.Carried, -i.Carry
	again.Number, again.Edition, again.Issued, again.Due, again.Amends = note.Number+1, i.Edition+1, now, now.Add(30*day), i.Number
	m.write(i)
	i.VoidedBy, i.ReplacedBy = note.Number, again.Number
	m.Invoices = append(m.Invoices, &note, &again)
	return Answer{Text: i.Text() + "\n" + note.Text()}
}

// Balances tell how a partner stands in each currency: to pay, and of it overdue (F80). What the last period left over
// counts, older ones were carried into it (E07).
func (m *Model) Balances(partner int, now time.Time) (lines []string) {
	seen := []account{}
	for _, i := range m.Invoices {
		k := account{i.Partner, i.Currency}
		if i.Partner != partner || slices.Contains(seen, k) {
			continue
		}
		seen = append(seen, k)
		sum, overdue := m.latest(k).Carry, int64(0)
		for _, i := range m.Invoices {
			if i.Partner == partner && i.Currency == k.currency {
				if sum += i.Open(); i.Open() > 0 && !now.Before(i.Due) {
					overdue += i.Open()
				}
			}
		}
		lines = append(lines, BalanceText(partner, k.currency, sum, overdue))
	}
	return lines
}

// BalanceText is how both sides tell a balance.
func BalanceText(partner int, currency string, sum, overdue int64) string {
	return fmt.Sprintf("balance p%d %s %d overdue %d", partner, currency, sum, overdue)
}
