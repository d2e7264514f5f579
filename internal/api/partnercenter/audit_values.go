package partnercenter

import (
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// values are what the resource of a record was and is, as JSON in a text with members in Pascal case (contract.md §13); empty
// where the record keeps neither. What was made is as its record tells it, and so is what was deleted.
func (d dialect) values(rec activity.Record) (was, is string) {
	switch rec.Operation {
	case activity.AddCustomer, activity.CreateOrder, activity.CreateAgreement, activity.CreateServiceTicket:
		return "", d.made(rec).text()
	case activity.DeleteCustomer:
		return d.made(rec).text(), ""
	}
	if len(rec.Changes) == 0 {
		return "", ""
	}
	before, after := auditValue{"Id": rec.ResourceID}, auditValue{"Id": rec.ResourceID}
	for _, c := range rec.Changes {
		d.set(before, rec.Resource, c.Member, c.Old)
		d.set(after, rec.Resource, c.Member, c.New)
	}
	return before.text(), after.text()
}

// made is a resource as the details of its record tell it.
func (d dialect) made(rec activity.Record) auditValue {
	v := auditValue{"Id": rec.ResourceID}
	for _, detail := range rec.Details {
		if detail.Value != rec.ResourceID && detail.Who == "" && detail.Key != "Amount" && !strings.HasPrefix(detail.Key, "Amount-") {
			d.set(v, rec.Resource, detail.Key, detail.Value)
		}
	}
	if rec.Resource == activity.Customer {
		v = auditValue{"Id": rec.ResourceID, "CompanyProfile": auditValue{"CompanyName": rec.CustomerName, "Domain": v["Domain"]}}
	}
	return v
}

// auditValue is a resource in a record, or a part of one.
type auditValue map[string]any

func (v auditValue) text() string {
	b, err := encode(v) // of texts, numbers and truths alone
	if err != nil {
		return ""
	}
	return string(b)
}

// lineMembers are members of order lines that details name otherwise.
var lineMembers = map[string]string{"SubscriptionName": "FriendlyName", "PartnerOnRecord": "PartnerIdOnRecord"}

// set puts a member where the resource has it: "Quantity-1" is of the line item 1. An empty one is left out.
func (d dialect) set(v auditValue, res activity.Resource, member, value string) {
	if value == "" {
		return
	}
	if name, number, ok := strings.Cut(member, "-"); ok {
		if n, err := strconv.Atoi(number); err == nil {
			lines, _ := v["LineItems"].([]auditValue)
			i := slices.IndexFunc(lines, func(l auditValue) bool { return l["LineItemNumber"] == n })
			if i < 0 {
				i, lines = len(lines), append(lines, auditValue{"LineItemNumber": n})
			}
			if known := lineMembers[name]; known != "" {
				name = known
			}
			d.set(lines[i], res, name, value)
			v["LineItems"] = lines
			return
		}
	}
	v[member] = d.typed(res, member, value)
}

// typed is a value as the resource's own object has it.
func (d dialect) typed(res activity.Resource, member, value string) any {
	switch {
	case member == "Quantity":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return n
		}
	case member == "AutoRenewEnabled":
		return value == "true"
	case member == "BillingCycle":
		return d.cycle(catalog.Plan(value))
	case member == "Status" && res == activity.Subscription:
		return d.status(subscription.Subscription{State: subscription.State(value)})
	}
	return value
}
