package store

import (
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// requestShape is what of a support request is neither asked for nor constrained.
type requestShape struct {
	Title        string             `json:"title"`
	Description  string             `json:"description"`
	Severity     support.Severity   `json:"severity"`
	Topic        int                `json:"topic"`
	Organization [3]string          `json:"organization,omitzero"` // id, name, phone
	Contact      [4]string          `json:"contact,omitzero"`      // first name, last name, e-mail, phone
	Country      market.Country     `json:"country,omitempty"`
	Locale       string             `json:"locale,omitempty"`
	Product      [2]string          `json:"product,omitzero"` // id, name
	Refund       *refundShape       `json:"refund,omitempty"`
	RaisedBy     [2]string          `json:"raised_by"` // key, name
	AskedAt      *int64             `json:"asked_at"`
	ChangedAt    *int64             `json:"changed_at"`
	ChangedBy    string             `json:"changed_by,omitempty"`
	ClosedAt     *int64             `json:"closed_at,omitempty"`
	Proposal     *refundAnswerShape `json:"proposal,omitempty"`
	Decision     *refundAnswerShape `json:"decision,omitempty"`
}

type refundShape struct {
	Order        id.Order        `json:"order"`
	Lines        []int           `json:"lines,omitempty"`
	Subscription id.Subscription `json:"subscription,omitempty"`
	Reason       string          `json:"reason"`
	Amount       amountShape     `json:"amount"`
}

// refundAnswerShape is a proposal or a decision.
type refundAnswerShape struct {
	Approved bool           `json:"approved,omitempty"`
	By       [2]string      `json:"by"` // key, name
	At       *int64         `json:"at"`
	Lines    []grantedShape `json:"lines,omitempty"`
	Law      market.Country `json:"law,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	Credit   amountShape    `json:"credit,omitzero"`
}

type grantedShape struct {
	Line   int         `json:"line"`
	Amount amountShape `json:"amount,omitzero"`
}

// amountShape is an amount in minor units.
type amountShape struct {
	Minor    int64          `json:"minor,omitempty"`
	Currency money.Currency `json:"currency,omitempty"`
}

func fromAmount(a money.Amount) amountShape { return amountShape{a.Minor(), a.Currency()} }

func (s amountShape) amount() money.Amount { return money.Of(s.Minor, s.Currency) }

func fromRequest(r support.Request) requestShape {
	b := requestShape{
		Title: r.Title, Description: r.Description, Severity: r.Severity, Topic: r.Topic,
		Organization: [3]string{r.Organization.ID, r.Organization.Name, r.Organization.Phone},
		Contact:      [4]string{r.Contact.FirstName, r.Contact.LastName, r.Contact.Email, r.Contact.Phone},
		Country:      r.Country, Locale: r.Locale, Product: [2]string{r.ProductID, r.ProductName},
		RaisedBy: [2]string{r.RaisedBy.Key, r.RaisedBy.Name}, AskedAt: micros(r.AskedAt), ChangedAt: micros(r.ChangedAt),
		ChangedBy: r.ChangedBy, ClosedAt: micros(r.ClosedAt),
	}
	if w := r.Refund; w != nil {
		b.Refund = &refundShape{w.Order, w.Lines, w.Subscription, w.Reason, fromAmount(w.Amount)}
	}
	if p := r.Proposal; p != nil {
		b.Proposal = fromAnswer(support.Decision{By: p.By, At: p.At, Terms: p.Terms, Credit: p.Credit})
	}
	if r.Decision != nil {
		b.Decision = fromAnswer(*r.Decision)
	}
	return b
}

func fromAnswer(d support.Decision) *refundAnswerShape {
	a := &refundAnswerShape{
		Approved: d.Approved, By: [2]string{d.By.Key, d.By.Name}, At: micros(d.At), Law: d.Terms.Law, Reason: d.Terms.Reason, Credit: fromAmount(d.Credit),
	}
	for _, l := range d.Terms.Lines {
		a.Lines = append(a.Lines, grantedShape{l.Line, fromAmount(l.Amount)})
	}
	return a
}

func (a *refundAnswerShape) answer() support.Decision {
	d := support.Decision{
		Approved: a.Approved, By: support.Person{Key: a.By[0], Name: a.By[1]}, At: instant(a.At),
		Terms: support.Terms{Law: a.Law, Reason: a.Reason}, Credit: a.Credit.amount(),
	}
	for _, l := range a.Lines {
		d.Terms.Lines = append(d.Terms.Lines, order.Granted{Line: l.Line, Amount: l.Amount.amount()})
	}
	return d
}

// into fills what the columns do not hold.
func (b requestShape) into(r *support.Request) {
	r.Title, r.Description, r.Severity, r.Topic = b.Title, b.Description, b.Severity, b.Topic
	r.Organization = support.Organization{ID: b.Organization[0], Name: b.Organization[1], Phone: b.Organization[2]}
	r.Contact = support.Contact{FirstName: b.Contact[0], LastName: b.Contact[1], Email: b.Contact[2], Phone: b.Contact[3]}
	r.Country, r.Locale, r.ProductID, r.ProductName = b.Country, b.Locale, b.Product[0], b.Product[1]
	r.RaisedBy = support.Person{Key: b.RaisedBy[0], Name: b.RaisedBy[1]}
	r.AskedAt, r.ChangedAt, r.ChangedBy, r.ClosedAt = instant(b.AskedAt), instant(b.ChangedAt), b.ChangedBy, instant(b.ClosedAt)
	if w := b.Refund; w != nil {
		r.Refund = &support.Refund{Order: w.Order, Lines: w.Lines, Subscription: w.Subscription, Reason: w.Reason, Amount: w.Amount.amount()}
	}
	if b.Proposal != nil {
		d := b.Proposal.answer()
		r.Proposal = &support.Proposal{By: d.By, At: d.At, Terms: d.Terms, Credit: d.Credit}
	}
	if b.Decision != nil {
		d := b.Decision.answer()
		r.Decision = &d
	}
}
