package partnercenter

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// dialect is what a client can read: a word that its closed lists lack is folded into one that they hold.
type dialect struct {
	rich bool // shows every state of a subscription: a flag of the client
	java bool // the Java SDK, which throws on a word it does not know
}

// dialect of the calling client. Only the Java SDK names itself so; it is told by that header alone.
func (r *request) dialect() dialect {
	java := strings.Contains(strings.ToLower(first(r.http.Header, "Ms-Partnercenter-Client")), "java")
	return dialect{rich: r.actor.RichStates && !java, java: java}
}

// status is a subscription's state. Clients know none, active, suspended and deleted; with the flag pending, expired, and
// disabled for what is suspended after its term ended (E22).
func (d dialect) status(s subscription.Subscription) string {
	switch {
	case s.State == subscription.Suspended && s.Lapsed() && d.rich:
		return "disabled"
	case s.State == subscription.Active, s.State == subscription.Suspended:
		return string(s.State)
	case s.State == subscription.Pending && d.rich, s.State == subscription.Expired && d.rich:
		return string(s.State)
	case s.State == subscription.Pending:
		return "none"
	}
	return "deleted"
}

// cycle is a billing plan.
func (d dialect) cycle(p catalog.Plan) string {
	if d.java && (p == catalog.Biennial || p == catalog.Triennial) {
		return string(catalog.OneTime)
	}
	return string(p)
}

// planned is the billing plan that a client means for a next term: the Java SDK was told one_time for the longer ones, and
// sends it back with the whole object. No next term is charged once by itself: reservations plan none.
func (d dialect) planned(p catalog.Plan, term when.Term) catalog.Plan {
	for _, long := range []catalog.Plan{catalog.Biennial, catalog.Triennial} {
		if d.java && p == catalog.OneTime && term == long.Step() {
			return long
		}
	}
	return p
}

// document is what kind of document an invoice is; the Java SDK knows no credit note, to it that is an invoice below zero.
func (d dialect) document(kind billing.Document) string {
	if d.java && kind == billing.CreditNote {
		return string(billing.Bill)
	}
	return string(kind)
}

// javaOperations are those that the Java SDK's closed list has: it throws on any other.
var javaOperations = named("update_customer_qualification", "update_subscription", "upgrade_subscription", "convert_trial_subscription",
	"add_customer", "update_customer_billing_profile", "update_customer_partner_contract_company_name", "update_customer_spending_budget",
	"delete_customer", "remove_partner_customer_relationship", "create_order", "update_order", "create_customer_user",
	"delete_customer_user", "update_customer_user", "update_customer_user_licenses", "reset_customer_user_password",
	"update_customer_user_principal_name", "restore_customer_user", "create_mpn_association", "update_mpn_association",
	"update_sfb_customer_user_licenses", "update_transfer", "create_partner_relationship", "register_application",
	"unregister_application", "add_application_credential", "remove_application_credential", "create_partner_user",
	"update_partner_user", "create_self_serve_policy", "update_self_serve_policy", "delete_self_serve_policy",
	"remove_partner_relationship", "delete_tip_customer", "create_related_referral", "update_related_referral", "create_referral",
	"update_referral")

// operation is what an audit record tells of; for the Java SDK the nearest of its words.
func (d dialect) operation(o activity.Operation) string {
	if !d.java {
		return string(o)
	}
	if _, known := javaOperations.match(string(o)); known {
		return string(o)
	}
	switch o {
	case activity.CreateCredit, activity.GetSoftwareKey, activity.GetDownloadLink, activity.ApproveRefund,
		activity.ImportKeys, activity.UpdateKeyPool:
		return string(activity.UpdateOrder)
	}
	return string(activity.UpdateBilling) // invoices, payments, agreements, requests
}

// javaResources are those of the Java SDK's list.
var javaResources = named("customer", "customer_user", "order", "subscription", "license", "third_party_add_on", "mpn_association",
	"transfer", "application", "application_credential", "partner_user", "partner_relationship")

// resource is what an audit record is about; for the Java SDK the nearest of its words.
func (d dialect) resource(res activity.Resource) string {
	if !d.java {
		return string(res)
	}
	if _, known := javaResources.match(string(res)); known {
		return string(res)
	}
	switch res {
	case activity.SoftwareKey, activity.SoftwareDownloadLink, activity.SoftwarePage, activity.KeyPool, activity.Credit:
		return string(activity.Order)
	}
	return string(activity.Customer)
}
