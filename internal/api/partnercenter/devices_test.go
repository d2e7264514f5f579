package partnercenter_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
)

// TestF51PlannerOverTheWire: a file goes in, is refused with its rows, goes in again, is paged, exported, taken in again, and
// becomes a script without a key.
func TestF51PlannerOverTheWire(t *testing.T) {
	both(t, store.Options{}, func(t *testing.T, s *begun) {
		d := demoOn(t, s)
		all := d.of("FR") + "/activations"
		bad := d.do(400, "POST", all, "Device,LastActivation\nPC-1,2026-06-01\npc-1,soon\n,2026-06-01\n", "Content-Type", "text/csv")
		want := []any{"line 3: Device is of the same device as line 2", "line 3: LastActivation is no date such as 2026-11-20 or 11/20/2026", "line 4: Device is missing"}
		if got, _ := bad["data"].([]any); bad.text("code") != "990092" || !slices.Equal(got, want) || !strings.Contains(bad.text("description"), "2 rows") {
			t.Errorf("F51 refused with %v", bad)
		}
		if got := d.do(200, "GET", all, "")["totalCount"]; got != 0.0 {
			t.Errorf("F51 a refused file left %v devices", got)
		}

		var file strings.Builder
		file.WriteString("Device,LastActivation,Product,Done\n")
		for i := range 25 {
			last := ""
			if i > 2 {
				last = fmt.Sprintf("2026-%02d-%02d", 4+i%7, 1+i)
			}
			fmt.Fprintf(&file, "PC-%02d,%s,%s,%s\n", i, last, []string{"=SUM(A1)", "Server"}[i%2], []string{"", "", "yes"}[i%3])
		}
		const once = "7c000000-0000-4000-8000-000000000001"
		first := d.call("POST", all, file.String(), "MS-RequestId", once, "Content-Type", "text/csv")
		again := d.call("POST", all, file.String(), "MS-RequestId", once, "Content-Type", "text/csv")
		if first.Code != 200 || first.Body.String() != again.Body.String() || !strings.Contains(again.Body.String(), `"added":25`) {
			t.Errorf("F51 repeated with its id: %s, %s", first.Body, again.Body)
		}
		d.refused(409, "800060", "POST", all, "Device,LastActivation\nPC-X,\n", "MS-RequestId", once, "Content-Type", "text/csv")
		if got := d.do(200, "POST", all, file.String()); got["unchanged"] != 25.0 {
			t.Errorf("F51 repeated: %v", got)
		}

		var walked []string
		target, headers := all+"?size=4", []string(nil)
		for target != "" {
			page := d.do(200, "GET", target, "", headers...)
			for _, one := range page.items() {
				walked = append(walked, one.text("device"))
			}
			target, headers = "", nil
			if token := page.text("continuationToken"); token != "" {
				target, headers = all+"?seekOperation=Next", []string{"MS-ContinuationToken", token}
			}
		}
		var whole []string
		for _, one := range d.do(200, "GET", all+"?size=0", "").items() {
			whole = append(whole, one.text("device"))
		}
		if len(whole) != 25 || !slices.Equal(walked, whole) {
			t.Errorf("F51 pages:\n%v\n%v", walked, whole)
		}
		d.refused(400, "900126", "GET", all+"?state=lost", "")
		d.refused(404, "1000", "GET", all+"/PC-99", "")
		d.refused(400, "3000", "PATCH", all, `{"devices":["PC-01"]}`)
		d.refused(400, "3000", "PATCH", all, `{"done":true}`)
		if got := d.do(200, "PATCH", all+"/PC-01", `{"product":"other"}`); got["done"] != false || got.text("product") != "Server" {
			t.Errorf("F51 a PATCH without done changes nothing: %v", got)
		}

		table := d.call("GET", all+"/csv?separator=semicolon&bom=true", "").Body.String()
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(table, "\ufeff")))
		r.Comma = ';'
		rows, err := r.ReadAll()
		if err != nil || len(rows) != 26 || !strings.HasPrefix(table, "\ufeffDevice;Product;LastActivation;") {
			t.Fatalf("F51 table: %v\n%s", err, table)
		}
		for _, row := range rows {
			for _, cell := range row {
				if strings.HasPrefix(cell, "=") {
					t.Errorf("F51 a spreadsheet takes %q for a formula", cell)
				}
			}
		}
		if got := d.do(200, "POST", all, table); got["unchanged"] != 25.0 {
			t.Errorf("F51 an export taken in again changes something: %v", got)
		}
		d.refused(400, "3000", "GET", all+"/csv?separator=pipe", "")

		here, there := d.call("GET", all+"/script", ""), d.call("GET", all+"/script?form=fleet&product=server&size=3", "")
		if here.Code != 200 || here.Header().Get("Content-Disposition") != "attachment; filename=activate.cmd" || !strings.Contains(here.Body.String(), `/ipk "%~1"`) {
			t.Errorf("F51 script %d %v %s", here.Code, here.Header(), here.Body)
		}
		var want3 []string
		for _, one := range d.do(200, "GET", all+"?state=open&product=SERVER&size=3", "").items() {
			want3 = append(want3, "::@ "+one.text("device"))
		}
		if _, list, _ := strings.Cut(there.Body.String(), "exit /b 0\r\n"); len(want3) != 3 || list != strings.Join(want3, "\r\n")+"\r\n" {
			t.Errorf("F51 the fleet's script has %q, want %q", list, want3)
		}

		// The help that a plan links to is raised as it is, once a person has said the rest.
		draft := d.do(200, "GET", all+"/servicerequest", "")
		if draft.text("supportTopicName") != "Moving from volume licensing" || !strings.Contains(draft.text("title"), "of 25 devices at risk") {
			t.Errorf("F51 F68 the draft of a request: %v", draft)
		}
		raised := d.do(201, "POST", "/v1/servicerequests/fr-FR", fmt.Sprintf(`{"title":%q,"description":%q,"severity":"critical","supportTopicId":"32444675",`+contactOf+`}`,
			draft.text("title"), draft.text("description")+"by Friday"))
		if raised.text("status") != "open" {
			t.Errorf("F51 %v", raised)
		}

		d.acting("", d.of("FR"), []party.Role{party.CustomerGlobal}, func() {
			d.do(200, "GET", all+"/plan", "")
			d.refused(403, "20002", "GET", d.of("AU")+"/activations/plan", "")
		})
		d.acting("program", d.of("FR"), []party.Role{party.CustomerGlobal}, func() { d.refused(403, "900150", "GET", all+"/plan", "") })
	})
}
