//go:build e2e

package browser

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// buyFlows are those of customers, catalogue and cart (F01–F24).
var buyFlows = []flow{
	{id: "F03", name: "several lines from the customer to the order", drive: func(h *trip) {
		c := h.customer("US")
		h.visit(c.at)
		h.goes(`.head .acts a[href="`+c.at+`/products"]`, "")
		h.goes(h.row("Mail Suite Business")+"form button", "")
		h.says(".said", "buy.added", "name", "Mail Suite Business")
		h.goes(`.tabs a[href*="tab=software"]`, "")
		h.goes(h.row("Server Standard, 16 cores")+"form button", "")
		h.goes(`.head .acts a[href*="/carts/"]`, "")
		h.goes("button[value=buy]", "")
		if !strings.HasSuffix(h.at(), "/bought") {
			h.t.Fatalf("after Buy the page is %s", h.at())
		}
		h.says("h1 + p", "bought.done")
		subs := h.subs(c)
		if len(subs) != 1 || subs[0].Status != "active" || subs[0].OfferID != sandbox.Item(sandbox.MailSuite, "0001", "US").String() {
			h.t.Errorf("bought: %+v", subs)
		}
		h.goes(`main .acts a[href$="/software"]`, "")
		h.row("Server Standard, 16 cores")
	}},
}
