package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// What the story buys, for the customer in France, whose prices are 95 % of the list in US dollars, and 20 % tax on top:
//
//	SQL Server subscription, 1 year, paid at once: 1,418.00 × 0.95 = 1,347.10; three make 4,041.30 + 808.26 tax
//	Server Standard, perpetual:                    1,069.00 × 0.95 = 1,015.55; two make   2,031.10 + 406.22 tax
//	Orbit CRM, monthly, 30 free days:                 25.00 × 0.95 =    23.75; twelve make  285.00 +  57.00 tax
var (
	subscriptionItem = sandbox.Item(sandbox.SQLServer, "0001", "FR").String()
	perpetualItem    = sandbox.Item(sandbox.ServerPerpetual, "0001", "FR").String()
	planItem         = sandbox.Item(sandbox.OrbitCRM, "0001", "FR").String()
)

const (
	subscriptionCharge = "New 4041.30 + 808.26 EUR"
	perpetualCharge    = "New 2031.10 + 406.22 EUR"
	perpetualCredit    = "Cancel -2031.10 + -406.22 EUR"
	// On its third day the subscription has used 3 of 365 days (P05): 4,041.30 × 3 / 365 = 33.2162… stay, 33.22 rounded
	// once; 4,041.30 − 33.22 = 4,008.08 come back. Tax on what stays is 33.22 × 0.2 = 6.644, 6.64 rounded;
	// 808.26 − 6.64 = 801.62 come back.
	subscriptionCredit = "Cancel -4008.08 + -801.62 EUR"
	planCharge         = "convert 285.00 + 57.00 EUR" // from its free days to its first month
)

// story is one purchase of three lines and what becomes of it.
type story struct {
	site                          *harness.Site
	client                        *harness.Client
	books                         harness.Books
	base                          string // "/v1/customers/{id}"
	subscription, perpetual, plan order
	link                          link
	calls                         int
}

// TestStory plays the life of a purchase, step by step, over HTTP. After each step the ledger sums to zero.
func TestStory(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		server := site.Start(t)
		s := &story{site: site, client: site.Client(t), books: site.Books(t), base: "/v1/customers/" + site.Of(t, "FR").ID}
		for _, step := range []struct {
			name string
			play func(*testing.T)
		}{
			{"F03 F81 buy three lines in one cart: three orders", s.buy},
			{"F44 reveal a key", s.reveal},
			{"F46 make a link and download by it", s.download},
			{"F54 F66 P02 cancel the perpetual line: all comes back", s.cancelPerpetual},
			{"F63 key and link are gone", s.afterwards},
			{"F62 F64 every list shows it at once; the item stays, without its key", s.listed},
			{"F59 F66 P05 cancel the subscription on day 3", s.cancelSubscription},
			{"F74 activate, suspend and reactivate the plan", s.playPlan},
			{"F60 outside the window nothing is cancelled", s.tooLate},
			{"F71 the invoice holds charges and credits", s.invoiced},
			{"F53 all of it is in the log", s.logged},
		} {
			if !t.Run(step.name, func(t *testing.T) { step.play(t); s.books.Balanced(t) }) {
				t.Fatalf("the story ends here\n%s", server.Log())
			}
		}
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
		site.Verify(t)
	})
}

// do sends a call with a request id of its own.
func (s *story) do(t *testing.T, method, path string, body any, header ...string) harness.Answer {
	t.Helper()
	s.calls++
	if !strings.HasPrefix(path, "/v1") && !strings.HasPrefix(path, "/sandbox") {
		path = s.base + path
	}
	return s.client.Call(t, method, path, body, append(header, "MS-RequestId", guid(s.calls))...)
}

// advance moves the clock to an instant.
func (s *story) advance(t *testing.T, to time.Time) {
	t.Helper()
	if now := harness.Read[clock](t, s.do(t, "POST", "/sandbox/clock", map[string]any{"to": to}), 200).Now; now.Before(to) {
		t.Fatalf("the clock stands at %s, not at %s", now, to)
	}
}

// cartOf are the three lines as a .NET client spells them, with what it sends of unset members.
func cartOf(lines ...map[string]any) map[string]any {
	for i, l := range lines {
		l["Id"], l["FriendlyName"], l["Error"], l["ProvisioningContext"] = i, nil, nil, nil
	}
	return map[string]any{
		"Id": nil, "ExpirationTimestamp": "0001-01-01T00:00:00", "Status": nil, "LineItems": lines,
		"Attributes": map[string]any{"ObjectType": "Cart"},
	}
}

func wish(item string, quantity int, cycle, term string) map[string]any {
	l := map[string]any{"CatalogItemId": item, "Quantity": quantity, "BillingCycle": cycle}
	if term != "" {
		l["TermDuration"] = term
	}
	return l
}

func (s *story) buy(t *testing.T) {
	made := harness.Read[cart](t, s.do(t, "POST", "/carts", cartOf(
		wish(subscriptionItem, 3, "annual", "P1Y"), wish(perpetualItem, 2, "one_time", ""), wish(planItem, 12, "monthly", "P1M"),
	)), 201)
	if len(made.LineItems) != 3 || made.Status != "Active" {
		t.Fatalf("the cart is %+v", made)
	}
	for _, l := range made.LineItems {
		if l.Error != nil {
			t.Fatalf("line %d: %+v", l.ID, *l.Error)
		}
	}
	before := estimated(t, s.client)
	path := "/carts/" + made.ID + "/checkout"
	shown := harness.Read[checkout](t, s.do(t, "POST", path+"?preview=true", nil), 200)
	want := []string{perpetualCharge, subscriptionCharge} // the plan costs nothing before its publisher activates it
	if got := shown.Preview.amounts(t); !slices.Equal(got, want) {
		t.Errorf("the preview shows %q, want %q", got, want)
	}
	if now := estimated(t, s.client); now != before {
		t.Errorf("a preview moved the estimate from %d to %d", before, now)
	}
	bought := harness.Read[checkout](t, s.do(t, "POST", path, []byte(`"success"`), "If-Preview-Match", shown.Preview.Hash), 201)
	if len(bought.Orders) != 3 || len(bought.OrderErrors) != 0 {
		t.Fatalf("not three orders: %+v", bought)
	}
	ids := map[string]bool{}
	for _, o := range bought.Orders {
		if ids[o.ID] = true; len(o.LineItems) != 1 || o.CurrencyCode != "EUR" {
			t.Fatalf("an order of another shape: %+v", o)
		}
		switch o.LineItems[0].OfferID {
		case subscriptionItem:
			s.subscription = o
		case perpetualItem:
			s.perpetual = o
		case planItem:
			s.plan = o
		}
	}
	if len(ids) != 3 || s.subscription.ID == "" || s.perpetual.ID == "" || s.plan.ID == "" {
		t.Fatalf("not the three orders: %+v", bought.Orders)
	}
	if s.perpetual.LineItems[0].SubscriptionID != "" || s.subscription.LineItems[0].SubscriptionID == "" {
		t.Error("a perpetual product is no subscription, the other line is one")
	}
	if got := amountsOfLines(t, unbilled(t, s.client, s.perpetual.ID, s.subscription.ID, s.plan.ID)); !slices.Equal(got, want) {
		t.Errorf("charged %q, previewed %q", got, want)
	}
	if got, want := estimated(t, s.client)-before, int64(484956+243732); got != want {
		t.Errorf("the estimate grew by %d cents, want %d", got, want)
	}
}

func (s *story) software(t *testing.T, o order) software {
	t.Helper()
	for _, i := range harness.Read[collection[software]](t, s.do(t, "GET", "/software", nil), 200).Items {
		if i.OrderID == o.ID {
			return i
		}
	}
	t.Fatalf("order %s is not on the software page", o.ID)
	return software{}
}

func (s *story) reveal(t *testing.T) {
	path := "/software/" + s.perpetual.ID + "/0/keys"
	ans := s.do(t, "POST", path, map[string]any{"version": "2022"})
	shown := harness.Read[keys](t, ans, 200)
	if len(shown.Keys) != 1 {
		t.Fatalf("%d keys", len(shown.Keys))
	}
	k := shown.Keys[0]
	if len(k.ProductKey) != 32 || strings.Trim(k.ProductKey, "0123456789") != "" || k.Kind != "MAK" || k.Version != "2022" || k.State != "active" {
		t.Errorf("not a key of 32 digits: %d long, %s, %s, %s", len(k.ProductKey), k.Kind, k.Version, k.State)
	}
	if ans.Header.Get("Cache-Control") != "no-store" {
		t.Error("the answer with a key may be cached")
	}
	again := harness.Read[keys](t, s.do(t, "POST", path, map[string]any{"Version": "2022"}), 200)
	if len(again.Keys) != 1 || again.Keys[0] != k {
		t.Error("the same line has another key the second time")
	}
	harness.Refused(t, s.do(t, "POST", path, map[string]any{"version": "2022", "kind": "KMS"}), 400, "990010") // F50
}

var chosenFile = map[string]any{"version": "2022", "language": "fr-FR", "fileType": "zip"}

func (s *story) download(t *testing.T) {
	path := "/software/" + s.perpetual.ID + "/0/downloads"
	s.link = harness.Read[link](t, s.do(t, "POST", path, chosenFile), 200)
	l := s.link
	if l.RemainingDownloads != 50 || l.FileName != "server-2022-fr-FR.zip" || !strings.HasPrefix(l.URI, s.site.URL+"/downloads/") {
		t.Errorf("the link is for %s, %d times", l.FileName, l.RemainingDownloads)
	}
	if life := l.ExpiresAt.Sub(s.perpetual.CreationDate); life < 14*24*time.Hour || life > 14*24*time.Hour+10*time.Minute {
		t.Errorf("the link lives %s, want 14 days", life)
	}
	whole := s.fetch(t, "GET", 200)
	sum := sha256.Sum256(whole.Body)
	if int64(len(whole.Body)) != l.Size || hex.EncodeToString(sum[:]) != l.SHA256 {
		t.Errorf("downloaded %d bytes with SHA-256 %x, promised were %d with %s", len(whole.Body), sum, l.Size, l.SHA256)
	}
	if got := whole.Header.Get("Content-Disposition"); got != "attachment; filename=server-2022-fr-FR.zip" {
		t.Errorf("Content-Disposition %q", got)
	}
	head := s.fetch(t, "HEAD", 200)
	if len(head.Body) != 0 || head.Header.Get("Content-Length") != whole.Header.Get("Content-Length") {
		t.Errorf("HEAD has %d bytes and Content-Length %s", len(head.Body), head.Header.Get("Content-Length"))
	}
	part := s.fetch(t, "GET", 206, "Range", "bytes=10-19")
	if string(part.Body) != string(whole.Body[10:20]) {
		t.Errorf("bytes 10 to 19 are %x, want %x", part.Body, whole.Body[10:20])
	}
	// E24: whole and part by the same caller are one download, HEAD is none.
	if again := harness.Read[link](t, s.do(t, "POST", path, chosenFile), 200); again.URI != l.URI || again.RemainingDownloads != 49 {
		t.Errorf("%d downloads remain, on the same link: %t", again.RemainingDownloads, again.URI == l.URI)
	}
}

// fetch uses the link as whoever holds it would: without a token.
func (s *story) fetch(t *testing.T, method string, status int, header ...string) harness.Answer {
	t.Helper()
	stranger := &harness.Client{HTTP: s.client.HTTP}
	ans, err := stranger.Try(method, s.link.URI, nil, header...)
	if err != nil {
		t.Fatal(err)
	}
	if ans.Status != status {
		t.Fatalf("%s answered %d, want %d: %s", method, ans.Status, status, ans.Body)
	}
	return ans
}

// cancelled is the body of an order's cancellation.
func cancelled(o order) map[string]any {
	return map[string]any{
		"id": o.ID, "status": "cancelled", "lineItems": []any{map[string]any{"lineItemNumber": 0, "offerId": o.LineItems[0].OfferID}},
	}
}

func (s *story) cancelPerpetual(t *testing.T) {
	path, before := "/orders/"+s.perpetual.ID, estimated(t, s.client)
	shown := harness.Read[order](t, s.do(t, "PATCH", path+"?preview=true", cancelled(s.perpetual)), 200).Preview
	if got := shown.amounts(t); !slices.Equal(got, []string{perpetualCredit}) || shown.KeysRevoked != 1 || shown.LinksRevoked != 1 || shown.Policy != "P02" {
		t.Errorf("the preview shows %q, %d keys, %d links, %s", got, shown.KeysRevoked, shown.LinksRevoked, shown.Policy)
	}
	day30 := s.perpetual.CreationDate.UTC().Truncate(24*time.Hour).AddDate(0, 0, 30).Add(23*time.Hour + 59*time.Minute)
	if !shown.Window.Equal(day30) {
		t.Errorf("the window ends at %s, want %s", shown.Window, day30)
	}
	if o := harness.Read[order](t, s.do(t, "GET", path, nil), 200); o.Status != "completed" || o.LineItems[0].Quantity != 2 {
		t.Errorf("after the preview the order is %s with %d", o.Status, o.LineItems[0].Quantity)
	}
	moved := s.do(t, "PATCH", path, cancelled(s.perpetual), "If-Preview-Match", strings.Repeat("0", 64))
	harness.Refused(t, moved, 409, "990001")
	done := harness.Read[order](t, s.do(t, "PATCH", path, cancelled(s.perpetual), "If-Preview-Match", shown.Hash), 200)
	if done.Status != "cancelled" || len(done.LineItems) != 1 || done.LineItems[0].Quantity != 0 {
		t.Errorf("the order is %+v", done)
	}
	lines := unbilled(t, s.client, s.perpetual.ID)
	if got := amountsOfLines(t, lines); !slices.Equal(got, []string{perpetualCredit, perpetualCharge}) {
		t.Errorf("the next invoice holds %q", got)
	}
	if now := estimated(t, s.client); now-before != -243732 {
		t.Errorf("the estimate moved by %d cents", now-before)
	}
	harness.Refused(t, s.do(t, "PATCH", path, cancelled(s.perpetual)), 409, "800061") // E03
}

func (s *story) afterwards(t *testing.T) {
	harness.Refused(t, s.do(t, "POST", "/software/"+s.perpetual.ID+"/0/keys", map[string]any{"version": "2022"}), 400, "990011")
	harness.Refused(t, s.do(t, "POST", "/software/"+s.perpetual.ID+"/0/downloads", chosenFile), 400, "990011")
	s.fetch(t, "GET", 410)
	s.fetch(t, "HEAD", 410)
}

func (s *story) listed(t *testing.T) {
	orders := harness.Read[collection[order]](t, s.do(t, "GET", "/orders", nil), 200).Items
	at := slices.IndexFunc(orders, func(o order) bool { return o.ID == s.perpetual.ID })
	if at < 0 || orders[at].Status != "cancelled" || orders[at].LineItems[0].Quantity != 0 {
		t.Errorf("the list of orders does not show the cancellation: %+v", orders)
	}
	if i := s.software(t, s.perpetual); i.State != "cancelled" || i.HasKeys || i.HasDownloads || i.Cancellation.Allowed {
		t.Errorf("the item is %+v", i)
	}
}

func (s *story) subscriptionOf(t *testing.T, o order) subscription {
	t.Helper()
	return harness.Read[subscription](t, s.do(t, "GET", "/subscriptions/"+o.LineItems[0].SubscriptionID, nil), 200)
}

func (s *story) cancelSubscription(t *testing.T) {
	sub := s.subscriptionOf(t, s.subscription)
	if want := sub.EffectiveStartDate.Add(7 * 24 * time.Hour); !sub.CancellationAllowedUntilDate.Equal(want) {
		t.Errorf("the window ends at %s, want %s", sub.CancellationAllowedUntilDate, want)
	}
	s.advance(t, sub.EffectiveStartDate.Add(2*24*time.Hour+6*time.Hour))
	path, before := "/subscriptions/"+sub.ID, estimated(t, s.client)
	end := map[string]any{"id": sub.ID, "status": "deleted"}
	shown := harness.Read[subscription](t, s.do(t, "PATCH", path+"?preview=true", end), 200).Preview
	if got := shown.amounts(t); !slices.Equal(got, []string{subscriptionCredit}) || shown.Policy != "P05" {
		t.Fatalf("the preview shows %q, %s", got, shown.Policy)
	}
	if c := shown.Credits[0]; c.Days != 365 || c.DaysKept != 3 {
		t.Errorf("the preview keeps %d of %d days", c.DaysKept, c.Days)
	}
	done := harness.Read[subscription](t, s.do(t, "PATCH", path, end, "If-Preview-Match", shown.Hash), 200)
	if done.Status != "deleted" {
		t.Errorf("the subscription is %s", done.Status)
	}
	lines := unbilled(t, s.client, s.subscription.ID)
	if got := amountsOfLines(t, lines); !slices.Equal(got, []string{subscriptionCredit, subscriptionCharge}) {
		t.Errorf("the next invoice holds %q", got)
	}
	for _, l := range lines {
		if l.ChargeType == "Cancel" && l.PriceAdjustmentDescription != "Policy P05: 3 of 365 days kept" {
			t.Errorf("the credit explains itself by %q", l.PriceAdjustmentDescription)
		}
	}
	if now := estimated(t, s.client); now-before != -(400808 + 80162) {
		t.Errorf("the estimate moved by %d cents", now-before)
	}
	harness.Refused(t, s.do(t, "PATCH", path, end), 409, "2011") // E03
	if o := harness.Read[order](t, s.do(t, "GET", "/orders/"+s.subscription.ID, nil), 200); o.Status != "cancelled" {
		t.Errorf("the order of the subscription is %s", o.Status)
	}
}

func (s *story) playPlan(t *testing.T) {
	path := "/subscriptions/" + s.plan.LineItems[0].SubscriptionID
	if sub := s.subscriptionOf(t, s.plan); sub.Status != "none" { // pending, for clients of the older contract
		t.Errorf("before its activation the plan is %s", sub.Status)
	}
	harness.Refused(t, s.do(t, "PATCH", path, map[string]any{"status": "suspended"}), 400, "800081")
	s.do(t, "POST", path+"/activate", nil)
	if sub := s.subscriptionOf(t, s.plan); sub.Status != "active" || !sub.IsTrial {
		t.Errorf("after its activation the plan is %s, in its trial: %t", sub.Status, sub.IsTrial)
	}
	for _, status := range []string{"suspended", "active"} {
		if sub := harness.Read[subscription](t, s.do(t, "PATCH", path, map[string]any{"Status": status}), 200); sub.Status != status {
			t.Errorf("the plan is %s, want %s", sub.Status, status)
		}
	}
	if lines := unbilled(t, s.client, s.plan.ID); len(lines) != 0 {
		t.Errorf("a free trial is charged: %+v", lines)
	}
}

func (s *story) tooLate(t *testing.T) {
	made := harness.Read[cart](t, s.do(t, "POST", "/carts", cartOf(
		wish(subscriptionItem, 1, "annual", "P1Y"), wish(perpetualItem, 1, "one_time", ""),
	)), 201)
	bought := harness.Read[checkout](t, s.do(t, "POST", "/carts/"+made.ID+"/checkout", nil), 201)
	if len(bought.Orders) != 2 {
		t.Fatalf("not two orders: %+v", bought)
	}
	s.advance(t, bought.Orders[0].CreationDate.Add(31*24*time.Hour))
	before := estimated(t, s.client)
	for _, o := range bought.Orders {
		days, policy := "30-day", "P02"
		if sub := o.LineItems[0].SubscriptionID; sub != "" {
			days, policy = "7-day", "P05"
			f := harness.Refused(t, s.do(t, "PATCH", "/subscriptions/"+sub, map[string]any{"status": "deleted"}), 400, "900117")
			if !strings.Contains(f.Description, days) || !strings.Contains(f.Description, policy) {
				t.Errorf("the refusal names neither days nor policy: %s", f.Description)
			}
		}
		for _, preview := range []string{"", "?preview=true"} {
			f := harness.Refused(t, s.do(t, "PATCH", "/orders/"+o.ID+preview, cancelled(o)), 400, "900117")
			if !strings.Contains(f.Description, days) || !strings.Contains(f.Description, policy) {
				t.Errorf("the refusal names neither days nor policy: %s", f.Description)
			}
		}
		if got := harness.Read[order](t, s.do(t, "GET", "/orders/"+o.ID, nil), 200); got.Status != "completed" || got.LineItems[0].Quantity != 1 {
			t.Errorf("after the refusal the order is %+v", got)
		}
	}
	if now := estimated(t, s.client); now != before {
		t.Errorf("a refusal moved the estimate by %d cents", now-before)
	}
}

// invoiced: the month of the story has ended on the way. F23: the plan's trial has too, and it is charged since.
func (s *story) invoiced(t *testing.T) {
	if got := amountsOfLines(t, unbilled(t, s.client, s.plan.ID)); !slices.Equal(got, []string{planCharge}) {
		t.Errorf("after its trial the plan is charged %q", got)
	}
	type invoice struct {
		ID, CurrencyCode       string
		BillingPeriodStartDate time.Time
	}
	filter := url.QueryEscape(`{"Field":"InvoiceDate","Value":"` + s.plan.CreationDate.UTC().Format(time.DateOnly) + `","Operator":"greater_than"}`)
	var lines []invoiceLine
	for _, i := range harness.Read[collection[invoice]](t, s.do(t, "GET", "/v1/invoices?filter="+filter, nil), 200).Items {
		if i.CurrencyCode == "EUR" {
			all := harness.Read[collection[invoiceLine]](t, s.do(t, "GET", "/v1/invoices/"+i.ID+"/lineitems?provider=all&invoicelineitemtype=billinglineitems&size=2000", nil), 200)
			lines = append(lines, all.Items...)
		}
	}
	lines = slices.DeleteFunc(lines, func(l invoiceLine) bool { return l.OrderID != s.perpetual.ID && l.OrderID != s.subscription.ID })
	want := []string{perpetualCharge, subscriptionCharge, perpetualCredit, subscriptionCredit}
	slices.Sort(want)
	if got := amountsOfLines(t, lines); !slices.Equal(got, want) {
		t.Errorf("the invoice holds %q, want %q", got, want)
	}
}

func (s *story) logged(t *testing.T) {
	filter := url.QueryEscape(`{"Field":"CustomerId","Value":"` + s.site.Of(t, "FR").ID + `","Operator":"equals"}`)
	since := s.perpetual.CreationDate.UTC().Format(time.DateOnly)
	records := harness.Read[collection[auditRecord]](t, s.do(t, "GET", "/v1/auditrecords?startDate="+since+"&size=1000&filter="+filter, nil), 200)
	count := map[string]int{}
	for _, r := range records.Items {
		count[r.OperationType+" "+r.OperationStatus]++
	}
	for what, want := range map[string]int{
		"create_order succeeded":               5, // three, and two more
		"update_order succeeded":               1, // the perpetual one's cancellation
		"update_subscription succeeded":        4, // cancelled; activated, suspended, reactivated
		"get_software_key succeeded":           2,
		"get_software_key failed":              2, // a KMS key asked for; one of a cancelled line
		"get_software_download_link succeeded": 3, // two made or shown, one download
		"get_software_download_link failed":    1, // of a cancelled line
	} {
		if count[what] < want {
			t.Errorf("%s: %d times in the log, want %d or more", what, count[what], want)
		}
	}
}
