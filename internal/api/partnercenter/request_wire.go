package partnercenter

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

var (
	severities    = numbered("unknown", string(support.Critical), string(support.Moderate), string(support.Minimal))
	requestStates = numbered("none", string(support.Open), string(support.Closed), string(support.Attention))
)

// serviceRequest is a support request (contract.md §14). What follows countryCode is ours.
type serviceRequest struct {
	ID               string              `json:"id,omitempty"`
	Title            string              `json:"title"`
	Description      string              `json:"description"`
	Severity         string              `json:"severity"`
	SupportTopicID   string              `json:"supportTopicId"`
	SupportTopicName string              `json:"supportTopicName"`
	Status           string              `json:"status"`
	Organization     requestOrganization `json:"organization"`
	PrimaryContact   requestContact      `json:"primaryContact"`
	LastUpdatedBy    *requestContact     `json:"lastUpdatedBy,omitempty"`
	ProductName      string              `json:"productName,omitempty"`
	ProductID        string              `json:"productId,omitempty"`
	CreatedDate      wireTime            `json:"createdDate"` // of a draft, and never closed: the year 1
	LastModifiedDate wireTime            `json:"lastModifiedDate"`
	LastClosedDate   wireTime            `json:"lastClosedDate"`
	Notes            []wireNote          `json:"notes,omitempty"`
	FileLinks        []fileLink          `json:"fileLinks,omitempty"`
	CountryCode      string              `json:"countryCode,omitempty"`
	CustomerID       string              `json:"customerId,omitempty"`
	PartnerID        string              `json:"partnerId,omitempty"` // in the operator's queue
	Refund           *wireRefund         `json:"refund,omitempty"`
	Proposal         *wireRefundAnswer   `json:"proposal,omitempty"` // in the operator's queue
	Decision         *wireRefundAnswer   `json:"decision,omitempty"`
	Preview          *wirePreview        `json:"preview,omitempty"`
	Links            *selfLinks          `json:"links,omitempty"`
	Attributes       *attributes         `json:"attributes"`
}

type requestOrganization struct {
	ID          string      `json:"id,omitempty"`
	Name        string      `json:"name,omitempty"`
	PhoneNumber string      `json:"phoneNumber,omitempty"`
	Attributes  *attributes `json:"attributes"`
}

type requestContact struct {
	Organization *requestOrganization `json:"organization,omitempty"`
	FirstName    string               `json:"firstName,omitempty"`
	LastName     string               `json:"lastName,omitempty"`
	Email        string               `json:"email,omitempty"`
	PhoneNumber  string               `json:"phoneNumber,omitempty"`
	Attributes   *attributes          `json:"attributes"`
}

type wireNote struct {
	CreatedByName string      `json:"createdByName"`
	CreatedDate   wireTime    `json:"createdDate"`
	Text          string      `json:"text"`
	Attributes    *attributes `json:"attributes"`
}

// fileLink is an attachment; uri, size and sha256 are for whoever fetches it.
type fileLink struct {
	ID                       string `json:"id"`
	FileNameWithoutExtension string `json:"fileNameWithoutExtension"`
	FileExtension            string `json:"fileExtension"` // with its dot
	FileSize                 int64  `json:"fileSize"`      // bytes
	Comment                  string `json:"comment,omitempty"`
	SHA256                   string `json:"sha256"`
	Content                  link   `json:"content"`
}

// wireRefund is what is asked for. Amount is the raiser's own figure.
type wireRefund struct {
	OrderID         string      `json:"orderId"`
	LineItemNumbers []int       `json:"lineItemNumbers,omitempty"`
	SubscriptionID  string      `json:"subscriptionId,omitempty"`
	Reason          string      `json:"reason"`
	Amount          json.Number `json:"amount,omitempty"`
	Currency        string      `json:"currency,omitempty"`
}

// wireRefundAnswer is what was proposed or decided. Credit is what goes back, with tax; customers are not shown it (R09).
type wireRefundAnswer struct {
	Approved      *bool         `json:"approved,omitempty"`
	Date          wireTime      `json:"date"`
	By            string        `json:"by"`
	Reason        string        `json:"reason,omitempty"`
	RequiredByLaw *requiredBy   `json:"requiredByLaw,omitempty"`
	LineItems     []grantedLine `json:"lineItems,omitempty"`
	Credit        json.Number   `json:"credit,omitempty"`
	Currency      string        `json:"currency,omitempty"`
}

type requiredBy struct {
	Country string `json:"country"`
}

type grantedLine struct {
	LineItemNumber int         `json:"lineItemNumber"`
	Amount         json.Number `json:"amount,omitempty"`
}

type supportTopic struct {
	Name        string      `json:"name"`
	Description string      `json:"description"`
	ID          int         `json:"id"`
	Attributes  *attributes `json:"attributes"`
}

// serviceRequest is v as the caller may see it, in the list or queue that this call is about.
func (r *request) serviceRequest(v app.RequestView) serviceRequest {
	topic, _ := support.TopicOf(v.Topic)
	uri := "/servicerequests/" + string(v.ID)
	operator := r.op.scope == scopeOperator
	switch {
	case operator:
		uri = "/operator/requests/" + string(v.ID)
	case r.customer != "":
		uri = "/customers/" + string(r.customer) + uri
	}
	w := serviceRequest{
		ID: string(v.ID), Title: v.Title, Description: v.Description, Severity: string(v.Severity), SupportTopicID: strconv.Itoa(v.Topic),
		SupportTopicName: topic.Name, Status: string(v.State), Organization: requesterOf(v.Organization),
		PrimaryContact: requestContact{
			FirstName: v.Contact.FirstName, LastName: v.Contact.LastName, Email: v.Contact.Email, PhoneNumber: v.Contact.Phone, Attributes: of("ServiceRequestContact"),
		},
		ProductName: v.ProductName, ProductID: v.ProductID, CreatedDate: at(v.FiledAt), LastModifiedDate: at(v.ChangedAt), LastClosedDate: at(v.ClosedAt),
		CountryCode: string(v.Country), CustomerID: string(v.Customer), Preview: previewOf(v.Preview), Attributes: of("ServiceRequest"),
	}
	if v.ChangedBy != "" {
		w.LastUpdatedBy = &requestContact{LastName: v.ChangedBy, Attributes: of("ServiceRequestContact")}
	}
	for _, n := range v.Notes {
		w.Notes = append(w.Notes, wireNote{n.By, at(n.At), n.Text, of("ServiceRequestNote")})
	}
	files := "/servicerequests/" + string(v.ID) + "/attachments/"
	if operator {
		files = uri + "/attachments/"
	}
	for _, f := range v.Files {
		w.FileLinks = append(w.FileLinks, fileLinkOf(f, files))
	}
	if v.Refund != nil {
		w.Refund = refundOf(*v.Refund)
	}
	if v.Decision != nil {
		w.Decision = answerOf(*v.Decision, r.actor.Customer == "")
		w.Decision.Approved = &v.Decision.Approved
	}
	if operator {
		w.PartnerID = string(v.Partner)
		if p := v.Proposal; p != nil {
			w.Proposal = answerOf(support.Decision{By: p.By, At: p.At, Terms: p.Terms, Credit: p.Credit}, true)
		}
	}
	if v.ID == "" { // a draft: nothing to link to yet
		w.Status = "none"
		return w
	}
	w.Links = self(uri)
	return w
}

func requesterOf(o support.Organization) requestOrganization {
	return requestOrganization{o.ID, o.Name, o.Phone, of("ServiceRequestOrganization")}
}

func fileLinkOf(f support.File, folder string) fileLink {
	dot := strings.LastIndexByte(f.Name, '.')
	return fileLink{
		ID: string(f.ID), FileNameWithoutExtension: f.Name[:dot], FileExtension: f.Name[dot:], FileSize: f.Size, Comment: f.Comment, SHA256: f.SHA256,
		Content: linkTo(folder + string(f.ID)),
	}
}

func refundOf(w support.Refund) *wireRefund {
	out := &wireRefund{OrderID: string(w.Order), LineItemNumbers: w.Lines, SubscriptionID: string(w.Subscription), Reason: w.Reason}
	if w.Amount != (money.Amount{}) {
		out.Amount, out.Currency = amount(w.Amount), string(w.Amount.Currency())
	}
	return out
}

// answerOf is a decision for the wire, its figures only where sums says so.
func answerOf(d support.Decision, sums bool) *wireRefundAnswer {
	w := &wireRefundAnswer{Date: at(d.At), By: d.By.Name, Reason: d.Terms.Reason}
	if d.Terms.Law != "" {
		w.RequiredByLaw = &requiredBy{string(d.Terms.Law)}
	}
	for _, l := range d.Terms.Lines {
		line := grantedLine{LineItemNumber: l.Line}
		if sums && l.Amount != (money.Amount{}) {
			line.Amount = amount(l.Amount)
		}
		w.LineItems = append(w.LineItems, line)
	}
	if sums && d.Credit != (money.Amount{}) {
		w.Credit, w.Currency = amount(d.Credit), string(d.Credit.Currency())
	}
	return w
}

// raisedBody is a request as SDKs send it, with refund and customerId of ours.
type raisedBody struct {
	Title          string   `json:"title"`
	Description    string   `json:"description"`
	Severity       enumText `json:"severity"`
	SupportTopicID enumText `json:"supportTopicId"` // a text or a number
	Status         enumText `json:"status"`
	Organization   struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		PhoneNumber string `json:"phoneNumber"`
	} `json:"organization"`
	PrimaryContact struct {
		FirstName   string `json:"firstName"`
		LastName    string `json:"lastName"`
		Email       string `json:"email"`
		PhoneNumber string `json:"phoneNumber"`
	} `json:"primaryContact"`
	ProductName string `json:"productName"`
	ProductID   string `json:"productId"`
	CountryCode string `json:"countryCode"`
	NewNote     *struct {
		Text string `json:"text"`
	} `json:"newNote"`
	CustomerID string      `json:"customerId"`
	Refund     *refundBody `json:"refund"`
}

type refundBody struct {
	CustomerID      string      `json:"customerId"`
	OrderID         string      `json:"orderId"`
	LineItemNumbers []int       `json:"lineItemNumbers"`
	SubscriptionID  string      `json:"subscriptionId"`
	Reason          string      `json:"reason"`
	Amount          json.Number `json:"amount"`
	Currency        string      `json:"currency"`
}

const (
	maxWord   = 250 // characters of a name, an address, a number
	maxReason = 2_000
	maxLineNo = 100
)

// request is the body as somebody's question.
func (b *raisedBody) request() (in app.NewRequest, err error) {
	for _, t := range []struct {
		member string
		value  *string
		most   int
	}{
		{"title", &b.Title, support.MaxTitle},
		{"description", &b.Description, support.MaxDescription},
		{"organization.id", &b.Organization.ID, maxWord},
		{"organization.name", &b.Organization.Name, maxWord},
		{"organization.phoneNumber", &b.Organization.PhoneNumber, maxWord},
		{"primaryContact.firstName", &b.PrimaryContact.FirstName, maxWord},
		{"primaryContact.lastName", &b.PrimaryContact.LastName, maxWord},
		{"primaryContact.email", &b.PrimaryContact.Email, maxWord},
		{"primaryContact.phoneNumber", &b.PrimaryContact.PhoneNumber, maxWord},
		{"productName", &b.ProductName, maxWord},
		{"productId", &b.ProductID, maxWord},
	} {
		if *t.value = strings.TrimSpace(*t.value); t.member != "description" {
			*t.value = strings.Join(strings.Fields(*t.value), " ") // one line
		}
		if err := bounded(t.member, *t.value, t.most); err != nil {
			return in, err
		}
	}
	severity, _, err := severities.read("severity", b.Severity)
	if err != nil {
		return in, err
	}
	if b.PrimaryContact.Email != "" && !address(b.PrimaryContact.Email) {
		return in, fault.Invalid("body.member", fault.Args{"member": "primaryContact.email", "want": "an e-mail address"})
	}
	if p := b.PrimaryContact.PhoneNumber; p != "" && strings.Count(strings.Map(digit, p), "0") < 3 {
		return in, fault.Invalid("body.member", fault.Args{"member": "primaryContact.phoneNumber", "want": "a telephone number"})
	}
	m, known := market.Lookup(strings.ToUpper(b.CountryCode))
	if b.CountryCode != "" && !known {
		return in, fault.Invalid("country.unknown", nil)
	}
	if b.SupportTopicID == "" {
		return in, fault.Invalid("member.missing", fault.Args{"member": "supportTopicId"})
	}
	topic, _ := strconv.Atoi(string(b.SupportTopicID)) // 0 is no topic
	in.Request = support.Request{
		Title: b.Title, Description: b.Description, Severity: support.Severity(severity), Topic: topic, Country: m.Country,
		Organization: support.Organization{ID: b.Organization.ID, Name: b.Organization.Name, Phone: b.Organization.PhoneNumber},
		Contact: support.Contact{
			FirstName: b.PrimaryContact.FirstName, LastName: b.PrimaryContact.LastName, Email: b.PrimaryContact.Email, Phone: b.PrimaryContact.PhoneNumber,
		},
		ProductID: b.ProductID, ProductName: b.ProductName,
	}
	in.Said.Customer = strings.TrimSpace(b.CustomerID)
	if b.Refund != nil {
		in.Said, err = b.Refund.said(in.Said.Customer)
	}
	return in, err
}

// digit maps every digit to 0.
func digit(c rune) rune {
	if c >= '0' && c <= '9' {
		return '0'
	}
	return c
}

func (b *refundBody) said(customer string) (support.Said, error) {
	if len(b.LineItemNumbers) > maxLineNo {
		return support.Said{}, fault.Invalid("member.too_many", fault.Args{"member": "refund.lineItemNumbers", "max": maxLineNo})
	}
	reason := strings.Join(strings.Fields(b.Reason), " ")
	if err := bounded("refund.reason", reason, maxReason); err != nil {
		return support.Said{}, err
	}
	if b.CustomerID != "" {
		customer = strings.TrimSpace(b.CustomerID)
	}
	if !opaque(b.OrderID) {
		return support.Said{}, fault.NotFound("order.unknown", nil)
	}
	return support.Said{
		Customer: customer, Order: b.OrderID, Lines: b.LineItemNumbers, Subscription: b.SubscriptionID, Reason: reason,
		Amount: b.Amount.String(), Currency: b.Currency,
	}, nil
}

// sameAs refuses a PATCH that says of what was filed something else than what was filed.
func (b *raisedBody) sameAs(have support.Request) error {
	topic := string(b.SupportTopicID)
	for _, m := range []struct{ member, sent, have string }{
		{"title", b.Title, have.Title},
		{"description", b.Description, have.Description},
		{"supportTopicId", topic, strconv.Itoa(have.Topic)},
		{"primaryContact.firstName", b.PrimaryContact.FirstName, have.Contact.FirstName},
		{"primaryContact.lastName", b.PrimaryContact.LastName, have.Contact.LastName},
		{"primaryContact.email", b.PrimaryContact.Email, have.Contact.Email},
		{"primaryContact.phoneNumber", b.PrimaryContact.PhoneNumber, have.Contact.Phone},
	} {
		if m.sent != "" && m.sent != m.have && !(m.member == "supportTopicId" && m.sent == "0") {
			return fault.Refuse("request.fixed", fault.Args{"member": m.member})
		}
	}
	return nil
}
