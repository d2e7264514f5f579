package partnercenter

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// wireCart is a cart in an answer (contract.md §8).
type wireCart struct {
	ID           string         `json:"id"`
	CreatedAt    wireTime       `json:"creationTimestamp"`
	ChangedAt    wireTime       `json:"lastModifiedTimestamp"`
	ExpiresAt    wireTime       `json:"expirationTimestamp"`
	LastModified string         `json:"lastModifiedUser,omitempty"`
	Status       string         `json:"status"` // Active, Ordered
	Attested     bool           `json:"partnerOnRecordAttestationAccepted,omitempty"`
	LineItems    []wireCartLine `json:"lineItems"`
	Links        *selfLinks     `json:"links"`
	Attributes   *attributes    `json:"attributes"`
}

type wireCartLine struct {
	ID            int               `json:"id"`
	CatalogItemID string            `json:"catalogItemId"`
	FriendlyName  string            `json:"friendlyName,omitempty"`
	Quantity      int64             `json:"quantity"`
	CurrencyCode  string            `json:"currencyCode,omitempty"`
	BillingCycle  string            `json:"billingCycle,omitempty"`
	TermDuration  string            `json:"termDuration,omitempty"`
	Participants  []participant     `json:"participants,omitempty"`
	Context       map[string]string `json:"provisioningContext,omitempty"`
	OrderGroup    string            `json:"orderGroup,omitempty"`
	AddonItems    []wireCartLine    `json:"addonItems,omitempty"`
	RenewsTo      *renewsTo         `json:"renewsTo,omitempty"`
	CustomEnd     wireTime          `json:"customTermEndDate,omitzero"`
	Attested      bool              `json:"attestationAccepted,omitempty"`
	Error         *cartError        `json:"error,omitempty"`
}

type participant struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// renewsTo is the term that a trial renews to. It is read as an object, and as the array that a table of the contract has.
type renewsTo struct {
	TermDuration string `json:"termDuration"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *renewsTo) UnmarshalJSON(b []byte) error {
	type plain renewsTo
	if b = bytes.TrimSpace(b); b[0] != '[' {
		return json.Unmarshal(b, (*plain)(t))
	}
	var list []plain
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	if len(list) > 0 {
		*t = renewsTo(list[0])
	}
	return nil
}

// cartError is why a line cannot be bought. The cart is there all the same (F20).
type cartError struct {
	Code        string            `json:"errorCode"`
	Description string            `json:"errorDescription"`
	More        map[string]string `json:"additionalInformation,omitempty"`
}

func cartURI(c id.Customer, cart id.Cart) string {
	return customerURI(c) + "/carts/" + string(cart)
}

func (d dialect) cart(c order.Cart) wireCart {
	status := "Active"
	if c.Ordered {
		status = "Ordered"
	}
	return wireCart{
		ID: string(c.ID), CreatedAt: at(c.CreatedAt), ChangedAt: at(c.ChangedAt), ExpiresAt: at(c.ExpiresAt), LastModified: c.ChangedBy,
		Status: status, Attested: c.Attested, LineItems: d.cartLines(c.Lines), Links: self(cartURI(c.Customer, c.ID)), Attributes: of("Cart"),
	}
}

func (d dialect) cartLines(lines []order.CartLine) []wireCartLine {
	out := make([]wireCartLine, len(lines))
	for i, l := range lines {
		w := wireCartLine{
			ID: l.ID, CatalogItemID: l.Raw, FriendlyName: l.FriendlyName, Quantity: l.Quantity, CurrencyCode: string(l.Currency),
			BillingCycle: d.cycle(l.Plan), TermDuration: l.Term.String(), Context: l.Context, OrderGroup: l.Group, Attested: l.Attested,
			CustomEnd: at(l.TermEnd), Error: cartErrorOf(l.Fault),
		}
		if l.Item.Product != "" {
			w.CatalogItemID = l.Item.String()
		}
		for _, p := range l.Participants {
			w.Participants = append(w.Participants, participant(p))
		}
		if !l.RenewsTo.IsZero() {
			w.RenewsTo = &renewsTo{l.RenewsTo.String()}
		}
		if len(l.AddOns) > 0 {
			w.AddonItems = d.cartLines(l.AddOns)
		}
		out[i] = w
	}
	return out
}

// cartErrors are the contract's words for what is wrong with a line: of a code, or of all codes that begin alike.
var cartErrors = []struct{ code, word string }{
	{"item.unknown", "catalog_item_id_is_not_valid"},
	{"offer.limit", "quota_not_available"},
	{"sandbox.", "sandbox_limit_exceeded"},
	{"plan.", "billing_plan_not_supported"},
	{"currency.", "currency_is_not_supported"},
	{"reseller.", "participants_is_not_supported_for_partner"},
	{"member.too_many", "invalid_input"},
	{"term_end.product", "invalid_custom_term_end_date_product"},
	{"term_end.", "invalid_custom_term_end_date"},
	{"attestation.", "attestation_not_accepted"},
	{"quantity.", "invalid_input"},
	{"money.", "invalid_input"},
	{"price.", "invalid_input"},
	{"", "unable_to_process_cart_line_item"}, // offer.…, reservation.…, addon.…
}

func cartErrorOf(f *fault.Fault) *cartError {
	if f == nil {
		return nil
	}
	wf := wireFaultOf(f, nil)
	e := &cartError{Description: describe(wf.text, f.Args), More: map[string]string{"code": wf.code}}
	for _, row := range cartErrors {
		if strings.HasPrefix(f.Code, row.code) {
			e.Code = row.word
			break
		}
	}
	if sub, ok := f.Args["subscription"].(string); ok {
		e.More["subscriptionId"] = sub
	}
	return e
}

// cartBody is a cart as callers send it; what only answers have is ignored.
type cartBody struct {
	LineItems []cartLineBody `json:"lineItems"`
	Attested  bool           `json:"partnerOnRecordAttestationAccepted"`
}

type cartLineBody struct {
	ID            *lineNumber        `json:"id"`
	CatalogItemID string             `json:"catalogItemId"`
	FriendlyName  string             `json:"friendlyName"`
	Quantity      int64              `json:"quantity"`
	CurrencyCode  string             `json:"currencyCode"`
	BillingCycle  enumText           `json:"billingCycle"`
	TermDuration  string             `json:"termDuration"`
	PromotionID   string             `json:"promotionId"`
	Participants  []participantBody  `json:"participants"`
	Context       map[string]*string `json:"provisioningContext"`
	AddonItems    []cartLineBody     `json:"addonItems"`
	RenewsTo      renewsTo           `json:"renewsTo"`
	CustomEnd     wireTime           `json:"customTermEndDate"`
	Attested      bool               `json:"attestationAccepted"`
}

type participantBody struct {
	Key   enumText `json:"key"`
	Value string   `json:"value"`
}

// lineNumber is a line's number, sent as a number or as a text of digits.
type lineNumber int

const maxLineNumber = 1_000_000

// UnmarshalJSON implements json.Unmarshaler.
func (n *lineNumber) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseUint(string(bytes.Trim(b, `"`)), 10, 32)
	if err != nil || v > maxLineNumber {
		return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[int]()}
	}
	*n = lineNumber(v)
	return nil
}

var participantWords = named("unknown", "transaction_reseller", "consumption_reseller", "additional_transaction_reseller")

// The bounds of a line.
const (
	maxItemText     = 128 // characters, as the others
	maxParticipants = 8
	maxContext      = 32
	maxContextKey   = 64
	maxContextValue = 512
)

// cartLines are the lines sent, with numbers of their own. A line without a number, and the SDK's number 0 where it is
// taken, get the next that is free. Fault "line.twice" for another number that is given twice.
func cartLines(sent []cartLineBody) ([]order.CartLine, error) {
	lines := make([]order.CartLine, len(sent))
	all := make([]*order.CartLine, 0, len(sent))
	numbers := make([]*lineNumber, 0, len(sent))
	for i, s := range sent {
		var err error
		if lines[i], err = s.line(); err != nil {
			return nil, err
		}
		all, numbers = append(all, &lines[i]), append(numbers, s.ID)
		lines[i].AddOns = make([]order.CartLine, len(s.AddonItems))
		for j, addOn := range s.AddonItems {
			if len(addOn.AddonItems) > 0 {
				return nil, fault.Invalid("body.member", fault.Args{"member": "lineItems.addonItems.addonItems", "want": "no add-ons of an add-on"})
			}
			if lines[i].AddOns[j], err = addOn.line(); err != nil {
				return nil, err
			}
			all, numbers = append(all, &lines[i].AddOns[j]), append(numbers, addOn.ID)
		}
	}
	used := map[int]bool{}
	var open []*order.CartLine
	for i, n := range numbers {
		switch {
		case n == nil, *n == 0 && used[0]:
			open = append(open, all[i])
			continue
		case used[int(*n)]:
			return nil, fault.Invalid("line.twice", nil)
		}
		all[i].ID = int(*n)
		used[all[i].ID] = true
	}
	next := 0
	for _, l := range open {
		for used[next] {
			next++
		}
		l.ID, used[next] = next, true
	}
	return lines, nil
}

// line is one line in the domain's words. An item that cannot be read is kept as it came: its line is marked.
func (b cartLineBody) line() (order.CartLine, error) {
	l := order.CartLine{Raw: strings.TrimSpace(b.CatalogItemID), FriendlyName: strings.TrimSpace(b.FriendlyName), Quantity: b.Quantity, Attested: b.Attested}
	if err := bounded("lineItems.catalogItemId", l.Raw, maxItemText); err != nil {
		return l, err
	}
	if err := bounded("lineItems.friendlyName", l.FriendlyName, maxFriendlyName); err != nil {
		return l, err
	}
	l.Currency = money.Currency(strings.ToUpper(strings.TrimSpace(b.CurrencyCode)))
	if err := bounded("lineItems.currencyCode", string(l.Currency), maxContextKey); err != nil {
		return l, err
	}
	if strings.TrimSpace(b.PromotionID) != "" {
		return l, fault.Refuse("promotion.unknown", nil)
	}
	l.TermEnd = b.CustomEnd.Time
	l.Item, _ = id.ParseItem(l.Raw)
	plan, _, err := subscriptionCycles.read("lineItems.billingCycle", b.BillingCycle)
	if err != nil {
		return l, err
	}
	l.Plan = catalog.Plan(plan)
	if l.Term, err = termOf("lineItems.termDuration", b.TermDuration); err != nil {
		return l, err
	}
	if l.RenewsTo, err = termOf("lineItems.renewsTo.termDuration", b.RenewsTo.TermDuration); err != nil {
		return l, err
	}
	if l.Participants, err = participantsOf(b.Participants); err != nil {
		return l, err
	}
	l.Context, l.Parent, err = contextOf(b.Context)
	return l, err
}

func termOf(member, sent string) (when.Term, error) {
	t, err := when.ParseTerm(strings.TrimSpace(sent))
	if err != nil {
		return t, fault.Invalid("body.member", fault.Args{"member": member, "want": "a length such as P1M, P1Y or P3Y"})
	}
	return t, nil
}

func participantsOf(sent []participantBody) ([]order.Participant, error) {
	if len(sent) > maxParticipants {
		return nil, fault.Invalid("member.too_many", fault.Args{"member": "lineItems.participants", "max": maxParticipants})
	}
	var out []order.Participant
	for _, p := range sent {
		key, given, err := participantWords.read("lineItems.participants.key", p.Key)
		if err != nil {
			return nil, err
		}
		if err := bounded("lineItems.participants.value", p.Value, maxContextKey); err != nil {
			return nil, err
		}
		if value := strings.TrimSpace(p.Value); given && value != "" {
			out = append(out, order.Participant{Key: key, Value: value})
		}
	}
	return out, nil
}

// contextKeys are the variables that the contract knows, in its casing.
var contextKeys = []string{"parentSubscriptionId", "subscriptionId", "scope", "duration"}

// contextOf reads the provisioning context: its keys come in any case and go out in the contract's. A parentSubscriptionId
// says which subscription an add-on is bought for.
func contextOf(sent map[string]*string) (out map[string]string, parent id.Subscription, err error) {
	if len(sent) > maxContext {
		return nil, "", fault.Invalid("member.too_many", fault.Args{"member": "lineItems.provisioningContext", "max": maxContext})
	}
	for _, key := range slices.Sorted(maps.Keys(sent)) {
		value := sent[key]
		if value == nil || *value == "" || key == "" {
			continue
		}
		if err := bounded("lineItems.provisioningContext", key, maxContextKey); err != nil {
			return nil, "", err
		}
		if err := bounded("lineItems.provisioningContext", *value, maxContextValue); err != nil {
			return nil, "", err
		}
		name := key
		if hasUpper(key[:1]) {
			name = strings.ToLower(key[:1]) + key[1:]
		}
		for _, known := range contextKeys {
			if strings.EqualFold(known, key) {
				name = known
			}
		}
		if name == "parentSubscriptionId" {
			if parent, err = parentOf("lineItems.provisioningContext.parentSubscriptionId", *value); err != nil {
				return nil, "", err
			}
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = *value
	}
	return out, parent, nil
}

// parentOf reads the id of the base that an add-on is bought for; empty when none was sent.
func parentOf(member, sent string) (id.Subscription, error) {
	sent = strings.TrimSpace(sent)
	if sent == "" {
		return "", nil
	}
	guid, ok := id.ParseGUID(sent)
	if !ok {
		return "", fault.Invalid("body.member", fault.Args{"member": member, "want": "the id of a subscription"})
	}
	return id.Subscription(guid), nil
}
