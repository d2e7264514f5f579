package web_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

var (
	cancelAt = regexp.MustCompile(`href="(/customers/[^"]*/software/cancel\?order=[^"]*)"`)
	inForm   = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	chosen   = regexp.MustCompile(`(?s)<select id="[^"]*" name="([^"]*)"[^>]*>.*?<option value="([^"]*)" selected>`)
	output   = regexp.MustCompile(`<output[^>]*>([^<]*)</output>`)
)

// values are what a form sends that begins with a tag's text.
func (a answer) values(form string) (pairs []string) {
	_, rest, _ := strings.Cut(a.body, form)
	rest, _, _ = strings.Cut(rest, "</form>")
	for _, m := range append(inForm.FindAllStringSubmatch(rest, -1), chosen.FindAllStringSubmatch(rest, -1)...) {
		pairs = append(pairs, m[1], m[2])
	}
	return pairs
}

func TestF44KeyIsShownOnceAndLogged(t *testing.T) {
	c := open(t)
	customer := c.seeded.Customers[0]
	at := "/customers/" + string(customer.ID) + "/software"
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	page := b.get(at)
	b.has(page, 200, "Get key", "every look is recorded", "KMS keys are not given")
	form := page.values(`action="` + at + `/key"`)
	a := b.post(at+"/key", form...)
	b.has(a, 200, "Copy key", `data-hide="60"`, "Recorded: ")
	key := output.FindStringSubmatch(a.body)
	if key == nil || a.header.Get("Cache-Control") != "no-store" || a.header.Get("Content-Encoding") != "" || !strings.HasPrefix(a.header.Get("Refresh"), "61; url="+at) {
		t.Fatalf("key %v, headers %v", key != nil, a.header)
	}
	if again := b.get(at); strings.Contains(again.body, key[1]) {
		t.Error("F44 the key is on the page")
	}
	b.has(b.get(at), 200, "Assigned to this order on")
	if again := b.post(at+"/key", form...); !strings.Contains(again.body, key[1]) {
		t.Error("F44 asked again it is another key")
	}
	who := party.Actor{Scope: party.NewScope(c.seeded.Partner.ID, ""), Kind: c.seeded.Partner.Kind, Roles: party.RolesOf(party.GlobalAdmin)}
	log, err := c.app.Records(context.Background(), who, app.RecordQuery{Customer: customer.ID, From: now.Add(-time.Hour), Security: true, Limit: 10})
	n := 0
	for _, r := range log {
		if r.Operation == "get_software_key" && strings.HasPrefix(r.Actor, "p") {
			n++
		}
	}
	if err != nil || n != 2 {
		t.Errorf("F44 %d looks are recorded, want 2 (%v)", n, err)
	}
	b.has(b.post(at+"/key", append(form, "kind", "KMS")...), 409, "KMS")

	c.wall.Set(now.Add(6 * time.Minute)) // the proof is over
	a = b.post(at+"/key", form...)
	if !strings.HasPrefix(a.path, "/step-up?next=") || !strings.Contains(a.path, "item%3D") {
		t.Fatalf("without a fresh proof it leads to %s", a.path)
	}
	a = b.post("/step-up", "next", at, "name", "", "password", password)
	if a.path != at {
		t.Fatalf("proved, it leads to %s", a.path)
	}
	b.has(b.post(at+"/key", form...), 200, "Copy key")

	for _, role := range []party.Role{party.SalesAgent, party.GlobalAdmin} { // R04: AA alone
		other := c.as(c.seeded.Partner, "", role)
		if page := other.get(at); strings.Contains(page.body, "Get key") || strings.Contains(page.body, "/software/cancel") {
			t.Errorf("%s is offered keys or cancellation", role)
		}
		other.has(other.post(at+"/key", form...), 403)
		other.has(other.post(at+"/link", form...), 403)
	}
}

func TestF46LinkIsCopiedAndReplaced(t *testing.T) {
	c := open(t)
	at := "/customers/" + string(c.seeded.Customers[0].ID) + "/software"
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	form := b.get(at).values(`action="` + at + `/key"`)
	first := b.post(at+"/link", form...)
	b.has(first, 200, "http://pc.example/downloads/", "50 of 50", "New link")
	link := output.FindStringSubmatch(first.body)[1]
	if again := b.post(at+"/link", form...); !strings.Contains(again.body, link) {
		t.Error("F46 the live link is not shown again")
	}
	renewed := b.post(at+"/link", append(form, "renew", "1")...)
	b.has(renewed, 200, "Days left: 14 of 14", "Downloads left: 50 of 50")
	if got := output.FindStringSubmatch(renewed.body)[1]; got == link || renewed.header.Get("Cache-Control") != "no-store" {
		t.Error("F46 a new link does not replace it")
	}
	if a := b.post(at+"/download", form...); !strings.HasPrefix(a.path, "/downloads/") || strings.Contains(renewed.body, a.path) {
		t.Errorf("F45 a download leads to %s", a.path)
	}
	c.wall.Advance(14 * 24 * time.Hour)
	late := c.as(c.seeded.Partner, "", party.AdminAgent)
	if page := late.get(at); !strings.Contains(page.body, "The link expired on") || strings.Contains(page.body, "Days left") {
		t.Error("E24 an expired link looks alive")
	}
}

func TestF54CancelSoftware(t *testing.T) {
	c := open(t)
	customer := c.seeded.Customers[0]
	at := "/customers/" + string(customer.ID) + "/software"
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	b.has(b.get("/customers/"+string(customer.ID)), 200, `href="`+at+`"`) // click 1
	page := b.get(at)
	b.has(b.post(at+"/key", page.values(`action="`+at+`/key"`)...), 200)
	way := cancelAt.FindStringSubmatch(page.body) // click 2: what closes first
	if way == nil {
		t.Fatal("F54 nothing can be cancelled")
	}
	dialog := b.get(way[1])
	b.has(dialog, 200, `<dialog id="cancel"`, "days left", "the invoice of", "1 product key is revoked", "Cancel order, credit $")
	sent := dialog.values(`action="` + at + `/cancel"`)
	b.has(b.post(at+"/cancel", sent...), 422, `href="#f-ack"`, "Cancel order, credit $") // 3 the tick, 4 the button
	moved := append([]string{}, sent...)
	for i, s := range moved {
		if s == "match" {
			moved[i+1] = strings.Repeat("0", 64)
		}
	}
	b.has(b.post(at+"/cancel", append(moved, "ack", "1")...), 409, "The figures have changed", "Cancel order, credit $")
	done := b.post(at+"/cancel", append(sent, "ack", "1")...)
	b.has(done, 200, "cancelled (order ", "Keys revoked: 1")
	if !strings.HasPrefix(done.path, at+"?item=") {
		t.Errorf("it leads to %s", done.path)
	}
	b.has(b.post(at+"/cancel", append(sent, "ack", "1")...), 200, "cancelled (order ") // the same form twice is one act
	again := b.get(way[1])
	b.has(again, 200, "cannot be cancelled")
	if strings.Contains(again.body, "btn final") {
		t.Error("E03 it can be cancelled twice")
	}
	b.has(b.get(at+"?state=cancelled"), 200, "is-past", ", credit $") // F64
}

// F57: the rule, the date and the way out, in each language.
func TestF57RefusedWithRuleAndDate(t *testing.T) {
	c := open(t)
	c.clock.AdvanceTo(when.Date(2027, 3, 1)) // every window is over
	at := "/customers/" + string(c.seeded.Customers[0].ID) + "/software"
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	way := cancelAt.FindStringSubmatch(b.get(at).body)
	for lang, want := range map[string][]string{
		"en": {"cannot be cancelled", "The window has closed", "23:59 UTC", "Report a problem", "/requests/new?topic="},
		"fr": {"ne peut pas être annulé", "Le délai d’annulation est clos", "Signaler un problème"},
		"ru": {"Отменить нельзя", "Окно отмены закрыто", "Сообщить о проблеме"},
	} {
		b.lang = lang
		b.has(b.get(way[1]), 200, want...)
	}
}

func TestF55SeveralOrders(t *testing.T) {
	c := open(t)
	at := "/customers/" + string(c.seeded.Customers[0].ID) + "/software"
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	list := b.get(at + "/cancel-several")
	b.has(list, 200, "Cancellable until")
	picks := regexp.MustCompile(`name="pick" value="([^"]*)"`).FindAllStringSubmatch(list.body, -1)
	if len(picks) == 0 {
		t.Fatal("F55 there is nothing to choose")
	}
	q := "?pick=" + picks[0][1]
	for _, p := range picks[1:] {
		q += "&pick=" + p[1]
	}
	review := b.get(at + "/cancel-several" + q)
	sent := review.values(`action="` + at + `/cancel-several"`)
	b.has(review, 200, "Keep the orders")
	b.has(b.post(at+"/cancel-several", sent...), 422, `href="#f-ack"`)
	b.has(b.post(at+"/cancel-several", append(sent, "ack", "1")...), 200, "cancelled, credit $")
	b.has(b.post(at+"/cancel-several", append(sent, "ack", "1")...), 409, "not cancelled")
	b.has(b.get(at+"/cancel-several"), 200, "Nothing can be cancelled now")
}
