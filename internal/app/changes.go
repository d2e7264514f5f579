package app

import (
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
)

// What the records of acts keep of resources: what differs between what was and what is (contract.md §13). Members are named
// as in the contract's objects.

func subscriptionChanges(was, is subscription.Subscription) []activity.Change {
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	return activity.Changed(
		activity.Change{Member: "Status", Old: string(was.State), New: string(is.State)},
		activity.Change{Member: "Quantity", Old: count(was.Quantity), New: count(is.Quantity)},
		activity.Change{Member: "AutoRenewEnabled", Old: yes(was.AutoRenew), New: yes(is.AutoRenew)},
		activity.Change{Member: "FriendlyName", Old: was.FriendlyName, New: is.FriendlyName},
		activity.Change{Member: "OfferId", Old: was.Item.String(), New: is.Item.String()},
		activity.Change{Member: "OrderId", Old: string(was.Order), New: string(is.Order)},
		activity.Change{Member: "TermDuration", Old: was.Term.String(), New: is.Term.String()},
		activity.Change{Member: "BillingCycle", Old: string(was.Plan), New: string(is.Plan)},
		activity.Change{Member: "NextTerm", Old: strings.TrimSpace(nextTermWords(was.Scheduled)), New: strings.TrimSpace(nextTermWords(is.Scheduled))},
	)
}

// orderChanges has the lines that were cancelled with the quantity 0, as orders show them.
func orderChanges(was, is order.Order) []activity.Change {
	changes := activity.Changed(activity.Change{Member: "Status", Old: string(was.Status), New: string(is.Status)})
	for i, l := range was.Lines { // no act adds lines to an order that is there, or takes one away
		if is.Lines[i].State == order.LineCancelled && l.State != order.LineCancelled {
			changes = append(changes, activity.Change{
				Member: "Quantity-" + strconv.Itoa(l.Number), Old: strconv.FormatInt(l.Quantity, 10), New: "0",
			})
		}
	}
	return changes
}

// billingChanges is of a billing profile what is nobody's: contact, e-mail and address are a person's.
func billingChanges(was, is party.Customer) []activity.Change {
	return activity.Changed(
		activity.Change{Member: "CompanyName", Old: was.BillingCompany, New: is.BillingCompany},
		activity.Change{Member: "Culture", Old: was.Culture, New: is.Culture},
		activity.Change{Member: "Language", Old: was.Language, New: is.Language},
	)
}

// qualificationChanges has kinds alone: a validation code is the customer's own.
func qualificationChanges(was, is party.Customer) []activity.Change {
	kinds := func(c party.Customer) string {
		all := make([]string, len(c.Qualifications))
		for i, q := range c.Qualifications {
			all[i] = string(q.Kind)
		}
		return strings.Join(all, ", ")
	}
	return activity.Changed(activity.Change{Member: "Qualification", Old: kinds(was), New: kinds(is)})
}

func budgetChanges(was, is money.Amount) []activity.Change {
	words := func(a money.Amount) string {
		if a.IsZero() { // none
			return ""
		}
		return a.String()
	}
	return activity.Changed(activity.Change{Member: "Budget", Old: words(was), New: words(is)})
}

// relationshipChanges names what the partner is to the customer, in the contract's words.
func relationshipChanges(ended bool) []activity.Change {
	was, is := "none", "reseller"
	if ended {
		was, is = is, was
	}
	return []activity.Change{{Member: "RelationshipToPartner", Old: was, New: is}}
}

func requestChanges(was, is support.Request) []activity.Change {
	return activity.Changed(
		activity.Change{Member: "Status", Old: string(was.State), New: string(is.State)},
		activity.Change{Member: "Severity", Old: string(was.Severity), New: string(is.Severity)},
	)
}
