package partnercenter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// barred puts what may not be bought in a cart: it is on the shelf all the same, and the line says why and whom to ask.
func barred(t *testing.T, d *demo) {
	coral := d.of("AU")
	for _, c := range []struct {
		name    string
		product id.Product
		says    string
	}{
		{"F15 not for the customer's country", sandbox.LedgerDesk, "not sold in this market (AU)"},
		{"F16 its publisher opted out", sandbox.OptedOut, "Contact: https://solo.example/contact"},
		{"F17 for other partners", sandbox.NorthExclusive, "Contact: https://northwind.example/contact"},
		{"F18 not bought here", sandbox.ContainersAway, "Contact: https://harbour.example/contact"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.t = t
			shelf := d.do(200, "GET", fmt.Sprintf("%s/products/%s/skus/0001/availabilities", coral, c.product), "").items()
			if len(shelf) != 1 || shelf[0]["isPurchasable"] != false || !strings.Contains(shelf[0].object("notPurchasable").text("description"), c.says) {
				t.Errorf("on the shelf: %v", shelf)
			}
			cart := d.cartOf(coral, lineOf(c.product, "0001", "AU", 1, "monthly", "P1M"), lineOf(sandbox.UserCAL, "0001", "AU", 1, "one_time", ""))
			lines := cart.list("lineItems")
			if e := lines[0].object("error"); !strings.Contains(e.text("errorDescription"), c.says) || lines[1]["error"] != nil {
				t.Errorf("in the cart: %v", lines)
			}
			done := d.do(201, "POST", coral+"/carts/"+cart.text("id")+"/checkout", "")
			if len(done.list("orders")) != 1 || len(done.list("orderErrors")) != 1 {
				t.Errorf("at checkout: %v", done)
			}
		})
	}
	d.t = t
}

// limited buys an offer of one place at a time, and one of two places for ever.
func limited(t *testing.T, d *demo) {
	rio := d.of("BR")
	one, two := lineOf(sandbox.StarterKit, "0001", "BR", 1, "annual", "P1Y"), lineOf(sandbox.StarterKit, "0002", "BR", 1, "annual", "P1Y")
	full := func(rule, line string) object {
		t.Helper()
		e := d.cartOf(rio, line).list("lineItems")[0].object("error")
		if e.text("errorCode") != "quota_not_available" {
			t.Errorf("%s: %v", rule, e)
		}
		return e
	}
	kit := d.buy(rio, one)
	full("F13 the second while one is active", one)
	d.do(200, "PATCH", kit.sub, `{"status":"suspended"}`)
	if e := full("F14 E23 the second while one is suspended", one); !strings.Contains(e.text("errorDescription"), "reactivate "+kit.sub[strings.LastIndex(kit.sub, "/")+1:]) {
		t.Errorf("F14 E23 nothing about reactivating: %v", e)
	}
	d.do(200, "PATCH", kit.sub, `{"status":"active"}`)
	d.do(200, "PATCH", kit.sub, deleted)
	kit = d.buy(rio, one) // F13 Concurrent: the place of a cancelled one is free again

	first, second := d.buy(rio, two), d.buy(rio, two)
	full("F13 the third of two", two)
	d.do(200, "PATCH", first.sub, deleted)
	d.do(200, "PATCH", second.sub, deleted)
	full("F13 Lifetime: cancelled ones count for ever", two)

	trial := lineOf(sandbox.MailSuite, "0002", "BR", 25, "none", "")
	d.do(200, "PATCH", d.buy(rio, trial).sub, deleted)
	full("E18 a trial beyond its Lifetime limit", trial)
}

// cancellers tries to cancel software in each role of the partner: an admin agent's matter alone.
func cancellers(t *testing.T, d *demo) {
	own := d.roles
	defer func() { d.roles = own }()
	french := d.of("FR")
	box := d.buy(french, lineOf(sandbox.UserCAL, "0001", "FR", 1, "one_time", ""))
	sub := d.buy(french, lineOf(sandbox.WindowsServer, "0001", "FR", 1, "annual", "P1Y"))
	for _, role := range party.AllRoles() {
		if role.Side() != party.PartnerSide || role == party.AdminAgent {
			continue
		}
		d.roles = party.RolesOf(role)
		for _, preview := range []string{"", "?preview=true"} {
			d.refused(403, "900150", "PATCH", box.order+preview, cancelled)
			d.refused(403, "900150", "PATCH", sub.sub+preview, deleted)
		}
	}
	d.roles = party.RolesOf(party.AdminAgent)
	d.do(200, "PATCH", box.order, cancelled)
	d.do(200, "PATCH", sub.sub, deleted)
}
