package partnercenter

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// dialect is what a client can read: a word that its closed lists lack is folded into one that they hold.
type dialect struct {
	rich bool // shows every state of a subscription; a client has to ask for it
	java bool // the Java SDK, which throws on a word it does not know
}

// dialect of the calling client. Only the Java SDK names itself so; it is told by that header alone.
func (r *request) dialect() dialect {
	return dialect{java: strings.Contains(strings.ToLower(first(r.http.Header, "Ms-Partnercenter-Client")), "java")}
}

// status is a subscription's state. Clients know none, active, suspended and deleted; the rich words are for those that
// asked for them.
func (d dialect) status(s subscription.State) string {
	switch {
	case s == subscription.Active, s == subscription.Suspended:
		return string(s)
	case s == subscription.Pending && d.rich, s == subscription.Expired && d.rich:
		return string(s)
	case s == subscription.Pending:
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

// operation is what an audit record tells of.
func (d dialect) operation(o activity.Operation) string {
	if d.java {
		switch o {
		case activity.CreateCredit:
			return string(activity.UpdateOrder)
		case activity.RecordPayment:
			return string(activity.ReadyInvoice)
		case activity.CreateServiceTicket:
			return "undefined"
		}
	}
	return string(o)
}
