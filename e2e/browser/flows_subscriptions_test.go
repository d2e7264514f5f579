//go:build e2e

package browser

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// mail is what these flows buy where it does not matter what.
func mail(n int) map[string]any {
	return want(sandbox.MailSuite, "0001", "US", n, "annual", "P1Y")
}

// subscriptionFlows are those of a subscription's life (F30–F41).
var subscriptionFlows = []flow{
	{id: "F30", name: "suspend for each reason", drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, mail(2))[0].sub
		for _, reason := range []string{"customer_cancellation", "non_payment", "fraud"} {
			h.visit(c.at + "/subscriptions/" + sub)
			h.put("f-s-reason", reason)
			h.goes(`form[action$="/suspend"] button`, "")
			h.says("#status ~ p", "state.suspended")
			h.says(".facts", "suspend."+reason)
			if got := h.sub(c, sub); got.Status != "suspended" {
				h.t.Errorf("%s: the API says %s", reason, got.Status)
			}
			h.goes(`main a[href$="/reactivate"]`, "")
			h.goes("dialog button[value=commit]", "")
		}
	}},
	{id: "F32", name: "too late to reactivate", moves: true, drive: func(h *trip) {
		c := h.customer("US")
		sub := h.buy(c, mail(2))[0].sub
		h.visit(c.at + "/subscriptions/" + sub)
		h.goes(`form[action$="/suspend"] button`, "")
		h.pass(90*24*time.Hour + time.Second)
		h.visit(c.at + "/subscriptions/" + sub)
		h.none(`main a[href$="/reactivate"]`)
		h.says("#status ~ p", "state.cancelled")
		if got := h.sub(c, sub); got.Status != "deleted" {
			h.t.Errorf("the API says %s", got.Status)
		}
	}},
}
