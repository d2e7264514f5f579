package partnercenter_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// everything is what the API tells of the demo partner, as text.
func (d *demo) everything() string {
	d.t.Helper()
	var b strings.Builder
	show := func(target string) { fmt.Fprintln(&b, target, d.call("GET", target, "").Body) }
	show("/sandbox/clock")
	show("/v1/invoices")
	show("/v1/auditrecords?size=1000&startDate=2020-01-01")
	for _, currency := range []string{"usd", "eur", "aud"} {
		show("/v1/invoices/unbilled/lineitems?provider=all&invoiceLineItemType=billinglineitems&period=current&size=2000&currencyCode=" + currency)
	}
	for _, country := range []string{"US", "FR", "AU"} {
		for _, what := range []string{"/subscriptions", "/orders", "/software"} {
			show(d.of(country) + what)
		}
	}
	return b.String()
}

// TestR21Snapshots: everything goes back to a snapshot, the clock with it, while others work.
func TestR21Snapshots(t *testing.T) {
	url, of := story.SQLite(t)
	s := &begun{storetest.Open(t, url, store.Options{}), of}
	d := demoOn(t, s)
	north := d.of("US")
	was := d.everything()
	made := d.do(201, "POST", "/sandbox/snapshots", "")
	restore := "/sandbox/snapshots/" + made.text("id") + "/restore"
	cart := `{"lineItems":[{"id":0,"catalogItemId":"` + item(sandbox.OrbitCRM, "0001", "US") + `","quantity":2,"billingCycle":"monthly","termDuration":"P1M"}]}`
	buy := func() {
		id := d.do(201, "POST", north+"/carts", cart).text("id")
		d.do(201, "POST", north+"/carts/"+id+"/checkout", "")
	}
	buy()
	request := "11111111-1111-4111-8111-111111111111"
	d.do(201, "POST", north+"/carts", cart, "MS-RequestId", request)
	d.do(200, "POST", "/sandbox/clock", `{"advance":"P40D"}`)
	if d.everything() == was {
		t.Fatal("nothing changed")
	}
	if again := d.do(200, "POST", restore, ""); again.text("now") != made.text("now") || d.do(200, "GET", "/sandbox/clock", "").text("now") != made.text("now") {
		t.Errorf("the clock: %v, %v", made, again)
	}
	if is := d.everything(); is != was {
		t.Errorf("was\n%s\nis\n%s", was, is)
	}
	d.do(201, "POST", north+"/carts", cart, "MS-RequestId", request) // what was undone is done anew, not answered from a record
	d.verify(s.Store)

	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				w := d.call("POST", north+"/carts", cart)
				if _, id, ok := strings.Cut(w.Body.String(), `"id":"`); w.Code == 201 && ok {
					w = d.call("POST", north+"/carts/"+id[:36]+"/checkout", "")
				}
				look := d.call("GET", north+"/orders", "")
				for _, code := range []int{w.Code, look.Code} {
					if code >= 500 && code != 503 {
						t.Errorf("%d: %s", code, w.Body)
					}
				}
			}
		})
	}
	for range 5 {
		d.do(200, "POST", restore, "")
		d.do(200, "POST", "/sandbox/clock", `{"advance":"P1D"}`)
		another := d.do(201, "POST", "/sandbox/snapshots", "")
		d.do(204, "DELETE", "/sandbox/snapshots/"+another.text("id"), "")
	}
	close(done)
	wg.Wait()
	d.verify(s.Store)
	d.do(200, "POST", restore, "")
	if is := d.everything(); is != was {
		t.Errorf("after the load: was\n%s\nis\n%s", was, is)
	}

	if err := s.Close(); err != nil { // a restart
		t.Fatal(err)
	}
	s.Store = storetest.Open(t, url, store.Options{})
	d.verify(s.Store)
	if offset, high, err := s.ClockState(); err != nil || !high.Equal(d.clock.Now()) || offset != d.clock.Offset() {
		t.Errorf("the clock after a restart: %v %v %v", offset, high, err)
	}
}

func (d *demo) verify(s *store.Store) {
	d.t.Helper()
	if differences, err := s.Verify(d.t.Context()); err != nil || len(differences) > 0 {
		d.t.Errorf("the books: %v %v", differences, err)
	}
}

func TestR21SnapshotsList(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		nobody := "00000000-0000-4000-8000-00000000dead"
		if len(d.do(200, "GET", "/sandbox/snapshots", "").items()) != 0 {
			t.Error("there is one")
		}
		d.refused(404, "1000", "POST", "/sandbox/snapshots/"+nobody+"/restore", "")
		d.refused(404, "1000", "POST", "/sandbox/snapshots/..%2f..%2fetc/restore", "")
		d.refused(404, "1000", "DELETE", "/sandbox/snapshots/"+nobody, "")
		if strings.HasSuffix(t.Name(), "postgres") {
			d.refused(400, "900127", "POST", "/sandbox/snapshots", "")
			return
		}
		first, second := d.do(201, "POST", "/sandbox/snapshots", ""), d.do(201, "POST", "/sandbox/snapshots", "{}")
		if kept := d.do(200, "GET", "/sandbox/snapshots", "").items(); len(kept) != 2 {
			t.Errorf("%v", kept)
		}
		d.do(204, "DELETE", "/sandbox/snapshots/"+first.text("id"), "")
		if kept := d.do(200, "GET", "/sandbox/snapshots", "").items(); len(kept) != 1 || kept[0].text("id") != second.text("id") {
			t.Errorf("%v", kept)
		}
		for range 49 {
			d.do(201, "POST", "/sandbox/snapshots", "")
		}
		d.refused(400, "990018", "POST", "/sandbox/snapshots", "")
		d.roles = party.RolesOf(party.AdminAgent, party.GlobalAdmin)
		d.refused(403, "900150", "POST", "/sandbox/snapshots", "")
		d.refused(403, "900150", "POST", "/sandbox/snapshots/"+second.text("id")+"/restore", "")
	})
}
