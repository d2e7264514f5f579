package billing

import (
	"fmt"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// CustomerBill is one month of one customer in one currency as its partner bills it (F78): an invoice or a credit note with
// a number of the partner's own series. Its lines are the customer's charges whose instant lies in the period, sold at what
// the partner sells by. No payments are kept of it.
type CustomerBill struct {
	Invoice
	Customer id.Customer
	// Names as they were when it was issued.
	Issuer  string
	Name    string
	Domain  string
	Culture string // of the customer
	Country string
}

// IssueBill makes the bill of a period from the totals of its lines as sold. What a sum below zero becomes is as with
// invoices: carried to the next bill (E07), or a credit note in a period that charged nothing (E06).
func IssueBill(number int64, from party.Partner, to party.Customer, currency money.Currency, p when.Period, t Totals, carried money.Amount) CustomerBill {
	b := CustomerBill{
		Invoice: Issue(number, currency, p, t, carried), Customer: to.ID, Issuer: from.Name, Name: to.CompanyName, Domain: to.Domain,
		Culture: to.Culture, Country: string(to.Country()),
	}
	b.ID = id.Invoice(fmt.Sprintf("B%09d", number))
	return b
}
