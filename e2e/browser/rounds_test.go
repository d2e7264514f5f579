//go:build e2e

package browser

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

// flow is what people do on pages for one row of the rulebook. It finds its way by addresses, names and marks, never by words
// of one language; what it leads to is looked up on the page, in the page's language, and over the API.
type flow struct {
	id    string // "F33"
	name  string // what is done: tells the flows of one row apart
	as    string // the role of who does it; empty: AA
	moves bool   // it moves the clock: driven when the others of its round are done
	drive func(h *trip)
}

// flows are all of them, by chapter. Every row of the rulebook has one, or a reason not to: TestEveryRowHasItsFlow.
var flows = slices.Concat(
	customerFlows,
	catalogueFlows,
	buyFlows,
	trialFlows,
	addOnFlows,
	subscriptionFlows,
	softwareFlows,
	logFlows,
	cancelFlows,
	supportFlows,
	billingFlows,
	moneyFlows,
)

// round is one of six: a language, with scripts or without, in a world of its own.
type round struct {
	*world
	whole   *testing.T
	tag     string
	scripts bool
	l       *locale.L
	api     *harness.Client
	tabs    map[string]*chrome.Page // by the name that somebody signs in with
	made    int                     // customers
}

// trip is one flow in one round, with the mouse of who drives it.
type trip struct {
	*mouse
	*round
}

// TestFlows drives every flow in every language, with scripts and without. One row alone: -run 'TestFlows/ru/F33'; one of the
// six rounds alone: -run 'TestFlows/ru,_scripts_false'.
func TestFlows(t *testing.T) {
	w := &world{}
	w.browse(t)
	for _, tag := range languages {
		for _, scripts := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, scripts %t", tag, scripts), func(t *testing.T) {
				t.Parallel()
				r := &round{whole: t, world: &world{Site: harness.Demo(t, harness.SQLite), chrome: w.chrome}, tag: tag, scripts: scripts, l: locale.Of(tag), tabs: map[string]*chrome.Page{}}
				r.Start(t)
				r.api = r.Client(t)
				for _, moves := range []bool{false, true} {
					for _, f := range flows {
						if f.moves == moves {
							t.Run(f.id+" "+f.name, func(t *testing.T) { r.drive(t, f) })
						}
					}
				}
			})
		}
	}
}

func (r *round) drive(t *testing.T, f flow) {
	h := &trip{&mouse{t: t}, r}
	h.as(cmp.Or(f.as, "AA"))
	h.p.Wrong() // of a flow before that ended in the middle
	f.drive(h)
	if got := value[string](t, h.p, `document.documentElement.lang`); got != r.tag {
		t.Errorf("the page is in %q", got)
	}
	silent(t, h.p, "the end")
}

// as lays the mouse into the hand of somebody with a role. Each has one tab in a round.
func (h *trip) as(role string) {
	h.t.Helper()
	h.of(h.As(h.t, role))
}

// of lays it into the hand of one of the demo's users.
func (h *trip) of(u harness.User) {
	h.t.Helper()
	p := h.tabs[u.UserPrincipalName]
	if p == nil {
		who := h.SignIn(h.whole, u)
		// A link that saves a file is asked for without the headers that a test sets.
		if got := who.Post(h.whole, "/language", "language", h.tag, "next", "/").Status; got != 303 {
			h.t.Fatalf("choosing a language answers %d", got)
		}
		p = h.page(h.whole, who)
		must(h.t, p.Language(h.tag))
		must(h.t, p.Scripts(h.scripts))
		h.tabs[u.UserPrincipalName] = p
	}
	h.p = p
}

// provider lays it into the hand of an admin agent of the demo's indirect provider.
func (h *trip) provider() {
	h.t.Helper()
	for _, u := range h.Users {
		if u.Role == "AA" && u != h.As(h.t, "AA") {
			h.of(u)
			return
		}
	}
	h.t.Fatal("the demo has nobody of an indirect provider")
}

// visit opens a page that must be there.
func (h *trip) visit(path string) {
	h.t.Helper()
	visit(h.t, h.p, path)
}

// here clicks what stays on the page: a box, a summary.
func (h *trip) here(css string) {
	h.t.Helper()
	h.find(css, "")
	h.clicks++
	must(h.t, h.p.Do(chromedp.Click("[data-e2e]")))
}

// row is the row of a table, or the entry of a list, that is headed by a text or holds it: a selector that others go on from.
// The text must be of no language: a title of the catalogue, a number.
func (h *trip) row(text string) string {
	h.t.Helper()
	if !value[bool](h.t, h.p, fmt.Sprintf(`(() => {
		for (const e of document.querySelectorAll("[data-row]")) e.removeAttribute("data-row");
		const text = %q, rows = [...document.querySelectorAll("main tbody tr, main li")];
		const row = rows.find(e => e.querySelector("th")?.firstChild?.textContent.trim() === text) ?? rows.find(e => e.textContent.includes(text));
		row?.setAttribute("data-row", "1");
		return !!row;
	})()`, text)) {
		h.t.Fatalf("no row holds %q: %s", text, h.text("main"))
	}
	return "[data-row] "
}

// there tells whether anything fits.
func (h *trip) there(css string) bool {
	h.t.Helper()
	return value[bool](h.t, h.p, fmt.Sprintf(`!!document.querySelector(%q)`, css))
}

// none fails where something fits.
func (h *trip) none(css string) {
	h.t.Helper()
	if h.there(css) {
		h.t.Errorf("there is %s on %s", css, value[string](h.t, h.p, `location.href`))
	}
}

// text is what all that fits says, its spaces made plain.
func (h *trip) text(css string) string {
	h.t.Helper()
	return plain(value[string](h.t, h.p, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.textContent).join("\n")`, css)))
}

func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

// at is the address of the page, with its query.
func (h *trip) at() string {
	h.t.Helper()
	return value[string](h.t, h.p, `location.pathname + location.search`)
}

// says fails unless what fits says a message of the catalogue, in the language of the round. Holes that no pair fills hold
// anything.
func (h *trip) says(css, key string, pairs ...any) {
	h.t.Helper()
	if !h.l.Has(key) {
		h.t.Fatalf("there is no message %s", key)
	}
	got := h.text(css)
	if !slices.ContainsFunc(h.shapes(key, pairs), func(shape *regexp.Regexp) bool { return shape.MatchString(got) }) {
		h.t.Errorf("%s does not say %s (%q) but %q", css, key, h.l.Text(key, pairs...), got)
	}
}

var hole = regexp.MustCompile(`\\\{\w+\\\}`)

// shapes are what a message looks like, one for each of its plural forms.
func (h *trip) shapes(key string, pairs []any) (out []*regexp.Regexp) {
	shape := func(text string) {
		out = append(out, regexp.MustCompile(hole.ReplaceAllString(regexp.QuoteMeta(plain(text)), `.*`)))
	}
	if text := h.l.Text(key, pairs...); !strings.Contains(text, "⟦") {
		shape(text)
		return out
	}
	for _, n := range []int{1, 2, 5, 1_000_000} { // a form each
		shape(strings.ReplaceAll(h.l.Text(key, append(slices.Clone(pairs), "n", n)...), h.l.Int(int64(n)), "{n}"))
	}
	return out
}

// buyer is a customer that a flow made for itself.
type buyer struct{ id, at, domain string }

// customer makes one, of the commercial segment.
func (h *trip) customer(country market.Country) buyer {
	h.t.Helper()
	h.made++
	domain := fmt.Sprintf("flow-%d.example", h.made)
	made := harness.Read[struct{ ID string }](h.t, h.api.Call(h.t, "POST", "/v1/customers", map[string]any{
		"companyProfile": map[string]any{"domain": domain},
		"billingProfile": map[string]any{
			"email": "office@" + domain, "culture": "en-US", "language": "en", "companyName": "Flow " + domain, "firstName": "A", "lastName": "B",
			"defaultAddress": map[string]any{"country": country, "city": "x", "state": "WA", "addressLine1": "1", "postalCode": "98052", "firstName": "A", "lastName": "B"},
		},
	}), 201)
	return buyer{made.ID, "/customers/" + made.ID, domain}
}

// want is a line of a cart: a product of the demo, with its plan. No term: one time, or a trial.
func want(p id.Product, sku id.Sku, m market.Country, n int, cycle, term string) map[string]any {
	line := map[string]any{"catalogItemId": sandbox.Item(p, sku, m).String(), "quantity": n, "billingCycle": cycle}
	if term != "" {
		line["termDuration"] = term
	}
	return line
}

// ordered is one line that was bought over the API, in a state to begin a flow from.
type ordered struct{ order, sub string }

// buy buys lines over the API; one comes for each, in their order.
func (h *trip) buy(c buyer, lines ...map[string]any) []ordered {
	h.t.Helper()
	for i := range lines {
		lines[i]["id"] = i
	}
	cart := harness.Read[struct{ ID string }](h.t, h.api.Call(h.t, "POST", "/v1"+c.at+"/carts", map[string]any{"lineItems": lines}), 201)
	type line struct{ OfferID, SubscriptionID string }
	all := harness.Read[struct {
		Orders []struct {
			ID        string
			LineItems []line
		}
	}](h.t, h.api.Call(h.t, "POST", "/v1"+c.at+"/carts/"+cart.ID+"/checkout", nil), 201)
	out := make([]ordered, len(lines))
	for i, l := range lines {
		for _, o := range all.Orders {
			for _, got := range o.LineItems {
				if got.OfferID == l["catalogItemId"] {
					out[i] = ordered{o.ID, got.SubscriptionID}
				}
			}
		}
		if out[i].order == "" {
			h.t.Fatalf("%v was not bought: %+v", l, all)
		}
	}
	return out
}

// subscribed is a subscription as the API tells of it.
type subscribed struct {
	ID, Status, FriendlyName, OfferID, ParentSubscriptionID string
	Quantity                                                int
	AutoRenewEnabled, IsTrial                               bool
	EffectiveStartDate, CommitmentEndDate                   time.Time
	CancellationAllowedUntilDate                            time.Time
	SuspensionReasons                                       []string
}

// sub asks the API for one.
func (h *trip) sub(c buyer, sub string) subscribed {
	h.t.Helper()
	return harness.Read[subscribed](h.t, h.api.Call(h.t, "GET", "/v1"+c.at+"/subscriptions/"+sub, nil), 200)
}

// subs asks the API for all of a customer.
func (h *trip) subs(c buyer) []subscribed {
	h.t.Helper()
	return harness.Read[struct{ Items []subscribed }](h.t, h.api.Call(h.t, "GET", "/v1"+c.at+"/subscriptions", nil), 200).Items
}

// activate plays the publisher.
func (h *trip) activate(c buyer, sub string) {
	h.t.Helper()
	harness.Read[any](h.t, h.api.Call(h.t, "POST", "/v1"+c.at+"/subscriptions/"+sub+"/activate", nil), 200)
}

// clock is the sandbox's.
type clock struct{ Now time.Time }

func (h *trip) now() time.Time {
	h.t.Helper()
	return harness.Read[clock](h.t, h.api.Call(h.t, "GET", "/sandbox/clock", nil), 200).Now
}

// pass moves the clock on, for flows that say so: everything that falls due happens on the way.
func (h *trip) pass(d time.Duration) {
	h.t.Helper()
	to := h.now().Add(d)
	harness.Until(h.t, "the clock", func() bool {
		ans := h.api.Call(h.t, "POST", "/sandbox/clock", map[string]any{"to": to})
		return ans.Status == 200 && !harness.Read[clock](h.t, ans, 200).Now.Before(to)
	})
}

// sends sends a form that has no button, as Enter does.
func (h *trip) sends(css string) {
	h.t.Helper()
	h.find(css+" input:not([type=hidden])", "")
	if status, err := h.p.Led(chromedp.SendKeys("[data-e2e]", "\r")); err != nil || status != 200 {
		h.t.Fatalf("%s leads to %d %v", css, status, err)
	}
	silent(h.t, h.p, css)
}

// refused clicks on what is refused: the page comes again and says why.
func (h *trip) refused(css string) {
	h.t.Helper()
	h.find(css, "")
	h.clicks++
	if status, err := h.p.Led(chromedp.Click("[data-e2e]")); err != nil || status != 409 && status != 422 {
		h.t.Fatalf("%s leads to %d %v, not to a refusal: %s", css, status, err, h.text("main"))
	}
	for _, wrong := range h.p.Wrong() {
		if !strings.Contains(wrong, "Failed to load resource") { // so the browser notes a refusal
			h.t.Errorf("%s: %s", css, wrong)
		}
	}
}
