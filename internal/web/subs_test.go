package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
)

// sub finds a customer's subscription by its title.
func (c *town) sub(customer int, title string) app.SubscriptionView {
	c.t.Helper()
	all, err := c.app.Subscriptions(c.t.Context(), operator(c), c.seeded.Customers[customer].ID, app.SubscriptionQuery{})
	for _, s := range all {
		if s.Title == title {
			return s
		}
	}
	c.t.Fatalf("no %s: %v", title, err)
	return app.SubscriptionView{}
}

func (c *town) at(customer int) string {
	return "/customers/" + string(c.seeded.Customers[customer].ID)
}

// F30 F31 F32 F29: from the customer's page suspended in three clicks; the instant of the data stands there; back again.
func TestF30SuspendAndReactivate(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	s := c.sub(1, "Mail Suite Business")
	at := c.at(1) + "/subscriptions/" + string(s.ID)
	b.has(b.get(c.at(1)), 200, c.at(1)+"/subscriptions")            // 1: Subscriptions
	b.has(b.get(c.at(1)+"/subscriptions"), 200, at, "Mail Archive") // 2: the subscription
	a := b.get(at)
	b.has(a, 200, "its data is kept until", "What you can do", "Show as table", "API call", "Add-ons", "auto-renew off")
	done := b.press(a, `name="reason"`, "reason", "non_payment") // 3: Suspend
	b.has(done, 200, "Suspended. Its data is kept until", "For non-payment", "Reactivate")
	b.has(b.get(at), 200, "suspended with its base")
	if now := c.sub(1, "Mail Suite Business"); now.State != subscription.Suspended || now.SuspensionReason != subscription.ReasonNonPayment || !strings.Contains(done.body, "2027") {
		t.Errorf("%s %s until %s", now.State, now.SuspensionReason, now.DataUntil)
	}
	stale := b.press(a, `name="reason"`, "once", "another") // E01: a page that is old says what is there now
	b.has(stale, 422, "It was changed meanwhile", "When you opened it", "Active", "Suspended")
	b.has(b.press(b.get(at+"/reactivate"), `value="commit"`, "do", "commit"), 200, "Reactivated.")
	if now := c.sub(1, "Mail Archive"); now.State != subscription.Active { // F29
		t.Errorf("the add-on is %s", now.State)
	}
	sales := c.as(c.seeded.Partner, "", party.UserAdmin)
	sales.has(sales.get(at), 403)
}

// F35 F33 F34 F36 F59 F41: cancelling says the credit before, an ended window leads to the end of the term, use is de-provisioned.
func TestF35CancelSubscription(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	rds := c.at(1) + "/subscriptions/" + string(c.sub(1, "RDS CAL, per user, 1 year").ID)
	b.has(b.get(rds), 200, "cancellable for", "Still to be charged for the term")
	a := b.get(rds + "/cancel") // F59
	b.has(a, 200, "Yes, cancel, credit €", "the invoice of", "We and the customer stop using the software")
	b.has(b.press(a, `value="commit"`, "do", "commit"), 422, `href="#f-ack"`)
	b.has(b.press(a, `value="commit"`, "do", "commit", "ack", "1"), 200, "Cancelled.")
	b.has(b.press(a, `value="commit"`, "do", "commit", "ack", "1", "once", "other"), 409, "cancelled already") // E03
	orbit := c.at(1) + "/subscriptions/" + string(c.sub(1, "Orbit CRM Team").ID)
	b.has(b.get(orbit), 200, "End at renewal…", "The window is over")
	b.has(b.press(b.get(orbit+"/cancel"), `value="commit"`, "do", "commit"), 200, "and is not renewed") // F33
	meter := c.at(0) + "/subscriptions/" + string(c.sub(0, "Pulse Metrics, pay as you go").ID)
	b.has(b.get(meter), 200, "De-provision…") // F36
	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	sales.has(sales.get(c.at(1)+"/subscriptions/"+string(c.sub(1, "SQL Server Standard, 2 cores, 1 year").ID)), 200, "What you can do")
}

// F25–F28, E17: the quantity and add-ons are previewed to the cent, then done.
func TestF27AddOnsAndQuantity(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	s := c.sub(1, "Mail Suite Business")
	at := c.at(1) + "/subscriptions/" + string(s.ID)
	a := b.get(at + "/quantity")
	a = b.press(a, `name="quantity"`, "quantity", "x", "do", "preview")
	b.has(a, 422, "Type a whole number", `value="x"`)
	a = b.press(a, `name="quantity"`, "quantity", "20", "do", "preview")
	b.has(a, 200, "5 more", "days of", "Change, €", "15 → 20")
	b.has(b.press(a, `name="quantity"`, "do", "commit"), 200, "The quantity is changed", "5 added")
	add := c.sub(1, "Mail Archive")
	a = b.press(b.get(at), "s-"+string(add.ID), "s-"+string(add.ID), "18", "do", "preview")
	b.has(a, 200, "3 more", "Submit, €")
	b.has(b.press(a, `value="commit"`, "do", "commit"), 200, "The add-ons are changed")
	if now := c.sub(1, "Mail Archive"); now.Quantity != 18 {
		t.Errorf("%d of the add-on", now.Quantity)
	}
	a = b.press(b.get(at), "s-"+string(add.ID), "do", "preview")
	b.has(a, 422, "nothing differs")
	fewer := b.press(b.get(at+"/quantity"), `name="quantity"`, "quantity", "2", "do", "preview")
	if fewer.status != 200 && !strings.Contains(fewer.body, "can still be given back") {
		t.Errorf("%d: fewer seats say nothing", fewer.status)
	}
	halted := c.at(3) + "/subscriptions/" + string(c.sub(3, "Mail Suite Business").ID) // suspended
	b.has(b.get(halted), 200, "It is suspended. Reactivate it first", "Its data is kept until")
}

// F38 F39 F21 F76 F22 R21: auto-renew, names, plans, and the publisher played in the sandbox.
func TestF38RenewPlanActivate(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent, party.GlobalAdmin)
	win := c.sub(0, "Windows Server Standard, 8 cores, 1 year")
	at := c.at(0) + "/subscriptions/" + string(win.ID)
	a := b.get(at)
	b.has(a, 200, "Hybrid benefit", "renews on") // F07
	b.has(b.press(a, `name="on"`), 200, "Auto-renew is switched", "ends on", "Switch auto-renew on")
	b.has(b.press(b.get(at), `name="on"`), 200, "renews on")
	b.has(b.press(b.get(at+"/rename"), `name="name"`, "name", "Front <office>", "do", "commit"), 200, "Front &lt;office&gt;") // F21
	a = b.press(b.get(at+"/next"), `name="to"`, "quantity", "6", "to", win.Item.String()+"|P1Y/annual", "do", "preview")
	b.has(a, 200, "Planned at renewal", "6 ×")
	b.has(b.press(a, `value="commit"`, "do", "commit", "to", win.Item.String()+"|P1Y/annual"), 200, "Planned for the renewal", "6 ×")
	if now := c.sub(0, "Windows Server Standard, 8 cores, 1 year"); now.Scheduled.Quantity != 6 {
		t.Errorf("planned: %+v", now.Scheduled)
	}
	list := b.get(c.at(0) + "/subscriptions?state=active&renew=on")
	b.has(list, 200, "Switch auto-renew off")
	picks := regexp.MustCompile(`name="pick" value="([^"]*)"`).FindAllStringSubmatch(list.body, -1)
	pairs := []string{"once", list.once(), "act", "renew_off"}
	for _, p := range picks {
		pairs = append(pairs, "pick", p[1])
	}
	b.has(b.post(c.at(0)+"/subscriptions", pairs...), 200, "Auto-renew is off for")
	ended := c.sub(1, "RDS CAL, per user, 1 year") // F38: what cannot be switched is called by its name
	b.has(b.press(b.get(c.at(1)+"/subscriptions/"+string(ended.ID)+"/cancel"), `value="commit"`, "do", "commit", "ack", "1"), 200, "Cancelled.")
	off := b.post(c.at(1)+"/subscriptions", "once", "off", "act", "renew_off", "pick", string(ended.ID))
	b.has(off, 409, "1 was not switched", "<dt>"+ended.Title+"</dt>")
	b.has(b.get(c.at(0)+"/subscriptions?format=csv"), 200, "Subscription id,Name,Status,", string(win.ID))
	pending := c.sub(5, "Ledger Desk Pro")
	at = c.at(5) + "/subscriptions/" + string(pending.ID)
	a = b.get(at)
	b.has(a, 200, "has not activated it yet", "https://ledgerdesk.example/") // F22
	if strings.Contains(a.body, "/activate") {
		t.Error("the publisher is played by somebody who may not")
	}
	op := c.as(c.seeded.Partner, "", party.OperatorAdmin, party.AdminAgent)
	b = op
	b.has(op.press(op.get(at), "/activate"), 200, "Activated as the publisher", "Active")
	for _, lang := range []string{"fr", "ru"} {
		b.lang = lang
		b.has(b.get(at), 200)
		b.has(b.get(at+"/cancel"), 200)
		b.has(b.get(c.at(1)+"/subscriptions"), 200)
	}
}

// A partner names who helps the customer with a subscription (R02, R03): itself, or another; whoever was named meanwhile is shown.
func TestR02WhoHelpsIsNamed(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	win := c.sub(0, "Windows Server Standard, 8 cores, 1 year")
	page := c.at(0) + "/subscriptions/" + string(win.ID)
	at := page + "/support"
	b.has(b.get(page), 200, `href="`+at+`"`, c.seeded.Partner.Name)
	for _, lang := range []string{"fr", "ru", "en"} {
		b.lang = lang
		b.has(b.get(at), 200, `id="f-tenant"`, c.seeded.Partner.Name)
	}
	form := b.get(at)
	seen := regexp.MustCompile(`name="seen" value="([^"]+)"`).FindStringSubmatch(form.body)[1]
	send := func(once string, pairs ...string) answer {
		return b.post(at, append([]string{"once", once, "seen", seen}, pairs...)...)
	}
	const other = "0f0f0f0f-1111-4222-8333-444455556666"
	b.has(send("h1", "who", "another", "tenant", "no id", "name", "Néve <Ltd>"), 422, `href="#f-tenant"`, "Néve &lt;Ltd&gt;")
	b.has(send("h2", "who", "another", "tenant", other, "name", strings.Repeat("é", 257)), 422, `href="#f-name"`)
	b.has(send("h3", "who", "nobody"), 422)
	for range 2 { // sent twice, done once
		b.has(send("h4", "who", "another", "tenant", strings.ToUpper(other), "name", "Néve <Ltd>", "mpn", "1234567"), 200, "Néve &lt;Ltd&gt; helps", "MPN 1234567")
	}
	b.has(b.get(at), 200, `value="`+other+`"`, `value="1234567"`)
	b.has(send("h5", "who", string(c.seeded.Partner.ID)), 409, "you saw “"+c.seeded.Partner.Name, "Néve &lt;Ltd&gt;") // somebody was faster
	b.has(b.press(b.get(at), `id="f-tenant"`, "who", string(c.seeded.Partner.ID)), 200, c.seeded.Partner.Name+" helps")
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Roles: party.RolesOf(party.AdminAgent)}
	if got, err := c.app.SupportContact(t.Context(), who, c.seeded.Customers[0].ID, win.ID); err != nil || got.Tenant != c.seeded.Partner.ID {
		t.Errorf("%+v %v", got, err)
	}
	sales := c.as(c.seeded.Partner, "", party.SalesAgent) // R03: software is not the sales agent's
	a := sales.get(page)
	sales.has(a, 200, c.seeded.Partner.Name)
	if strings.Contains(a.body, at) {
		t.Error("who may not is offered it")
	}
	sales.has(sales.get(at), 403)
	sales.has(sales.post(at, "once", "h6", "who", string(c.seeded.Partner.ID), "tenant", ""), 403)
	ended := c.sub(1, "RDS CAL, per user, 1 year")
	gone := c.at(1) + "/subscriptions/" + string(ended.ID)
	b.has(b.press(b.get(gone+"/cancel"), `value="commit"`, "do", "commit", "ack", "1"), 200, "Cancelled.")
	if strings.Contains(b.get(gone).body, gone+"/support") {
		t.Error("of a subscription that has ended somebody can be named")
	}
	b.has(b.post(gone+"/support", "once", "h7", "who", string(c.seeded.Partner.ID)), 409, "has ended")
}
