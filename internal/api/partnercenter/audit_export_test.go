package partnercenter_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// sheet is an export by columns.
type sheet struct {
	t    testing.TB
	rows [][]string // with the header
}

func (d *demo) export(query string) sheet {
	d.t.Helper()
	w := d.call("GET", "/v1/auditrecords/export"+query, "")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" {
		d.t.Fatalf("%d %s %.300s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) == 0 {
		d.t.Fatal(len(rows), err)
	}
	return sheet{d.t, rows}
}

func (s sheet) column(name string) (values []string) {
	n := slices.Index(s.rows[0], name)
	if n < 0 {
		s.t.Fatalf("no column %s in %v", name, s.rows[0])
	}
	for _, row := range s.rows[1:] {
		values = append(values, row[n])
	}
	return values
}

// write records as the demo partner, at instants.
func (d *demo) write(s *store.Store, rs ...activity.Record) {
	d.t.Helper()
	who := party.Actor{Scope: party.NewScope(d.seeded.Partner.ID, "")}
	if _, err := s.Update(d.t.Context(), app.Act{Actor: who}, func(tx app.Tx) (any, error) { return nil, tx.AddRecord(rs...) }); err != nil {
		d.t.Fatal(err)
	}
}

func isSecurity(op string) bool {
	return op == "get_software_key" || op == "get_software_download_link" || op == "import_software_keys" || op == "update_software_key_pool"
}

// TestF53ExportOfTheLog: every record of the range once, newest first, in pieces, harmless in a spreadsheet, and of the kinds
// that its reader may read (R06, R07).
func TestF53ExportOfTheLog(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		line := ""
		for _, item := range d.do(200, "GET", french+"/software", "").items() {
			if strings.Contains(item.text("title"), "Server Standard") {
				line = french + "/software/" + item.text("orderId") + "/0"
			}
		}
		d.do(200, "POST", line+"/keys", `{"version":"2022"}`)
		now := d.clock.Now()
		var many []activity.Record
		for i := range 2500 { // more than two pieces; several of one instant
			many = append(many, activity.Record{
				ID: id.Record(id.Random{}.GUID()), At: now.Add(-time.Duration(i/7) * time.Minute), Customer: id.Customer(idOf(french)),
				CustomerName: []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"}[i%6], Actor: "=cmd|'/c calc'!A1", Operation: activity.UpdateOrder,
				Resource: activity.Order, Status: activity.Succeeded, Correlation: "-2", Details: []activity.Detail{{Key: "=Key", Value: "x\n=1"}},
			})
		}
		d.write(s.Store, many...)
		all := d.export("?startDate=2000-01-01")
		ids := all.column("id")
		want := len(d.do(200, "GET", "/v1/auditrecords?startDate=2000-01-01&size=1000", "").items())
		if slices.Sort(ids); len(ids) < 2501 || want != 1000 || len(slices.Compact(ids)) != len(all.rows)-1 {
			t.Errorf("%d records, some twice", len(ids))
		}
		dates := all.column("operationDate")
		if !slices.IsSortedFunc(dates, func(a, b string) int { return instantOf(t, b).Compare(instantOf(t, a)) }) {
			t.Error("not newest first")
		}
		for _, row := range all.rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Fatalf("G59 a formula: %q", cell)
				}
			}
		}
		if got := all.column("userPrincipalName"); !slices.Contains(got, "'=cmd|'/c calc'!A1") {
			t.Error("a text that looked like a formula is gone")
		}

		own := d.roles
		for _, c := range []struct {
			name               string
			roles              party.Roles
			customer           string
			security, business bool
		}{
			{"R06 R07 GA", party.RolesOf(party.GlobalAdmin), "", true, true},
			{"R06 AcA", party.RolesOf(party.AccountAdmin), "", true, false},
			{"R06 RA", party.RolesOf(party.ReferralAdmin), "", true, false},
			{"R06 MCA", party.RolesOf(party.MarketingAdmin), "", true, false},
			{"R07 AA, who reveals keys and does not read of it", party.RolesOf(party.AdminAgent), "", false, true},
			{"R07 SA", party.RolesOf(party.SalesAgent), "", false, true},
			{"R06 R07 CGA, own tenant", party.RolesOf(party.CustomerGlobal), idOf(french), true, true},
		} {
			d.roles, d.customer.ID = c.roles, id.Customer(c.customer)
			got := d.export("?startDate=2000-01-01")
			ops := got.column("operationType")
			if slices.ContainsFunc(ops, isSecurity) != c.security || slices.ContainsFunc(ops, func(op string) bool { return !isSecurity(op) }) != c.business {
				t.Errorf("%s: %d records of other kinds than it may read", c.name, len(ops))
			}
			if c.customer != "" {
				for _, owner := range got.column("customerId") {
					if owner != c.customer {
						t.Errorf("%s: a record of %q", c.name, owner)
					}
				}
				for _, details := range got.column("customizedData") {
					if strings.Contains(details, "Amount") {
						t.Errorf("R09 %s is shown %s", c.name, details)
					}
				}
			}
		}
		d.roles, d.customer.ID = party.RolesOf(party.CustomerBilling), id.Customer(idOf(french))
		d.refused(403, "900150", "GET", "/v1/auditrecords/export", "")
		d.roles, d.customer.ID = own, ""
	})
}

func instantOf(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestF53DaysInTheReadersZone: a date is a day as clocks show it where the reader is, also when they are changed.
func TestF53DaysInTheReadersZone(t *testing.T) {
	s := begin(t, store.Options{})
	d := demoOn(t, s)
	d.clock.AdvanceTo(time.Date(2031, 4, 15, 12, 0, 0, 0, time.UTC))
	for _, at := range []string{
		"2031-03-28T22:59:59.999999Z", "2031-03-28T23:00:00Z", "2031-03-29T22:59:59.999999Z", "2031-03-29T23:00:00Z", // Paris, winter
		"2031-03-30T21:59:59.999999Z", "2031-03-30T22:00:00Z", "2031-03-31T00:00:00Z", // from 01:00Z of the 30th on summer
		"2031-03-15T03:59:59.999999Z", "2031-03-15T04:00:00Z", // New York
	} {
		d.write(s.Store, activity.Record{ID: id.Record(id.Random{}.GUID()), At: instantOf(t, at), Actor: at, Operation: activity.UpdateOrder, Resource: activity.Order})
	}
	for _, c := range []struct{ name, query, newest, oldest string }{
		{"a day of 24 h", "?startDate=2031-03-29&endDate=2031-03-29&zone=Europe/Paris", "2031-03-29T22:59:59.999999Z", "2031-03-28T23:00:00Z"},
		{"a day of 23 h", "?startDate=2031-03-30&endDate=2031-03-30&zone=Europe/Paris", "2031-03-30T21:59:59.999999Z", "2031-03-29T23:00:00Z"},
		{"the day after", "?startDate=2031-03-31&endDate=2031-03-31&zone=Europe/Paris", "2031-03-31T00:00:00Z", "2031-03-30T22:00:00Z"},
		{"in UTC", "?startDate=2031-03-30&endDate=2031-03-30", "2031-03-30T22:00:00Z", "2031-03-30T21:59:59.999999Z"},
		{"the .NET form", "?startDate=03/30/2031%2000:00:00&endDate=03/30/2031%2000:00:00&zone=Europe/Paris", "2031-03-30T21:59:59.999999Z", "2031-03-29T23:00:00Z"},
		{"a time of the zone", "?startDate=2031-03-30T00:00:01&zone=Europe/Paris&endDate=2031-03-30", "2031-03-30T21:59:59.999999Z", "2031-03-30T21:59:59.999999Z"},
		{"an instant", "?startDate=2031-03-30T00:00:00Z&zone=Europe/Paris&endDate=2031-03-30T22:00:00Z", "2031-03-30T22:00:00Z", "2031-03-30T21:59:59.999999Z"},
		{"by default the last month, of the zone", "?zone=America/New_York", "2031-03-31T00:00:00Z", "2031-03-15T04:00:00Z"},
	} {
		got := d.export(c.query).column("userPrincipalName")
		if len(got) == 0 || got[0] != c.newest || got[len(got)-1] != c.oldest {
			t.Errorf("%s: %v", c.name, got)
		}
		if strings.Contains(c.query, "startDate") { // lists know the same days
			items := d.do(200, "GET", "/v1/auditrecords"+c.query, "").items()
			if len(items) != len(got) || items[0].text("userPrincipalName") != c.newest {
				t.Errorf("%s: the list has %d of %d", c.name, len(items), len(got))
			}
		}
	}
	if got := d.export("?startDate=2031-03-30&endDate=2031-03-30&zone=Europe/Paris").column("operationDate")[0]; got != "2031-03-30T23:59:59.999999+02:00" {
		t.Errorf("shown as %s", got)
	}
	for _, zone := range []string{"Mars/Olympus", "Local", "../x", "UTC+1"} {
		d.refused(400, "3000", "GET", "/v1/auditrecords?zone="+zone, "")
		d.refused(400, "3000", "GET", "/v1/auditrecords/export?zone="+zone, "")
	}
	// A page's token keeps the zone.
	token := d.do(200, "GET", "/v1/auditrecords?size=1&startDate=2031-03-30&endDate=2031-03-30&zone=Europe/Paris", "").text("continuationToken")
	rest := d.do(200, "GET", "/v1/auditrecords?seekOperation=Next", "", "MS-ContinuationToken", token).items()
	if len(rest) != 1 || rest[0].text("userPrincipalName") != "2031-03-29T23:00:00Z" {
		t.Errorf("the next page: %v", rest)
	}
}

// TestF53ProofsAreCheckedElsewhere: who may read a record gets a proof that needs nobody's word but the public key; what its
// reader is not shown of it, the proof does not tell either.
func TestF53ProofsAreCheckedElsewhere(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		french := d.of("FR")
		verifier, err := note.NewVerifier(testLogPublic)
		if err != nil {
			t.Fatal(err)
		}
		line := french + "/software/" + find(t, d.do(200, "GET", french+"/software", "").items(), "title", "Server Standard").text("orderId") + "/0"
		d.do(200, "POST", line+"/keys", `{"version":"2022"}`)
		d.write(s.Store, activity.Record{
			ID: id.Record(id.Random{}.GUID()), At: d.clock.Now(), Customer: id.Customer(idOf(french)), Actor: "x", Operation: activity.UpdateOrder,
			Resource: activity.Order, Status: activity.Succeeded, Details: []activity.Detail{{Key: "Amount", Value: "1.00 EUR"}},
		})
		var key, bought string
		for _, r := range d.do(200, "GET", "/v1/auditrecords?startDate=2000-01-01&size=1000", "").items() {
			if r.text("customerId") != idOf(french) {
				continue
			}
			switch {
			case r.text("operationType") == "get_software_key" && key == "":
				key = r.text("id")
			case slices.Contains(details(r), "1.00 EUR") && bought == "":
				bought = r.text("id")
			}
		}
		if key == "" || bought == "" {
			t.Fatal("no records to prove")
		}
		own := d.roles
		for _, c := range []struct {
			name, record  string
			roles         party.Roles
			customer      string
			status        int
			told, nothing string
		}{
			{"R06 a key, to GA", key, party.RolesOf(party.GlobalAdmin), "", 200, "get_software_key", ""},
			{"R06 a key, to the customer's own", key, party.RolesOf(party.CustomerGlobal), idOf(french), 200, "get_software_key", ""},
			{"R06 a key, to AA", key, party.RolesOf(party.AdminAgent), "", 404, "", "get_software_key"},
			{"R06 a key, to another customer", key, party.RolesOf(party.CustomerGlobal), idOf(d.of("US")), 404, "", "get_software_key"},
			{"R07 an order, to AA", bought, party.RolesOf(party.AdminAgent), "", 200, "Amount", ""},
			{"R07 an order, to AcA", bought, party.RolesOf(party.AccountAdmin), "", 404, "", "Amount"},
			{"R09 an order, to the customer: its hash alone", bought, party.RolesOf(party.CustomerGlobal), idOf(french), 200, "", "Amount"},
		} {
			d.roles, d.customer.ID = c.roles, id.Customer(c.customer)
			w := d.call("GET", "/v1/auditrecords/"+c.record+"/proof", "")
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.told) || c.nothing != "" && strings.Contains(w.Body.String(), c.nothing) {
				t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
			}
			if w.Code != 200 {
				continue
			}
			p, err := app.ReadProof(w.Body.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			checkpoint, err := p.Check(verifier)
			if err != nil || p.N >= checkpoint.Size {
				t.Errorf("%s: %+v %v", c.name, checkpoint, err)
			}
			p.Hash[0] ^= 1
			if _, err := p.Check(verifier); err == nil {
				t.Errorf("%s: another record is proved", c.name)
			}
		}
		d.roles, d.customer.ID = own, ""
		d.refused(404, "1000", "GET", "/v1/auditrecords/5e550000-0000-4000-8000-000000000001/proof", "")
		d.refused(404, "1000", "GET", "/v1/auditrecords/x/proof", "")
	})
}
