package app_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

func (w *world) importDevices(c id.Customer, text string) (app.DeviceReport, error) {
	return do[app.DeviceReport](w, func(req app.Request) (app.Reply, error) {
		return w.ImportDevices(context.Background(), w.who, req, c, strings.NewReader(text))
	})
}

func (w *world) mark(c id.Customer, done bool, named ...string) (app.DevicesView, error) {
	return do[app.DevicesView](w, func(req app.Request) (app.Reply, error) {
		return w.MarkDevices(context.Background(), w.who, req, c, named, done)
	})
}

// devices are a customer's, as they are listed.
func (w *world) devices(c id.Customer, q app.DeviceQuery) []license.Device {
	w.t.Helper()
	v, err := w.Devices(context.Background(), w.who, c, q)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.Devices
}

func (w *world) fleet(c id.Customer, span license.Span) license.Fleet {
	w.t.Helper()
	f, err := w.Fleet(context.Background(), w.who, c, span)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

// TestF51ImportOfDevices: what a file may look like, what is refused and how it is told. Refused, it leaves nothing behind.
func TestF51ImportOfDevices(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0].ID
		for _, x := range []struct {
			name, file, code string
			rows             []string // what is told of the rows
		}{
			{"nothing", "", "import.empty", nil},
			{"a BOM alone", "\ufeff", "import.column", nil},
			{"a header alone", "Device,LastActivation\n", "import.empty", nil},
			{"no header", "PC-1,2026-01-01\n", "import.column", nil},
			{"no date column", "Device,Product\nPC-1,x\n", "import.column", nil},
			{"a column twice", "Device,Computer Name,LastActivation\nPC-1,PC-1,\n", "import.column", nil},
			{"no end of quotes", "Device,LastActivation\n\"PC-1,2026-01-01\n", "import.csv", nil},
			{"as many columns as nobody has", strings.Repeat("x,", 300) + "\nPC-1\n", "import.csv", nil},
			{"every kind of mistake", "Device,Last Activation,Product,Done\n" +
				"PC-1,2026-01-01,ok,\n" +
				",2026-01-01,,\n" +
				"two words,2026-01-01,,\n" +
				"PC-4,01.02.2026,,\n" +
				"PC-5,2026-13-01,,\n" +
				"PC-6,1999-12-31,,\n" +
				"PC-7," + now.Add(25*time.Hour).Format(time.RFC3339) + ",,\n" +
				"pc-1,2026-01-01,,\n" +
				"PC-9,2026-01-01,,maybe\n" +
				"PC-10,2026-01-01,\"a\nb\",\n" +
				"PC-11,2026-01-01\n" +
				"PC-12,2026-01-01,x\"y\",\n" +
				"PC-13,2026-01-01,\xff,\n" +
				"PC-14,2026-01-01," + strings.Repeat("é", 201) + ",\n" +
				"=cmd|calc,yesterday,,\n", "import.rows", []string{
				"line 3: Device: row.missing", "line 4: Device: row.device", "line 5: LastActivation: row.date", "line 6: LastActivation: row.date",
				"line 7: LastActivation: row.range", "line 8: LastActivation: row.future", "line 9: Device: row.twice (line 2)", "line 10: Done: row.unknown",
				"line 11: Product: row.text", "line 13: : row.columns", "line 14: : row.quotes", "line 15: Product: row.text", "line 16: Product: row.too_long",
				"line 17: Device: row.device", "line 17: LastActivation: row.date",
			}},
			{"a hundred mistakes are told, the others counted", "Device,LastActivation\n" + strings.Repeat("?,\n", 150), "import.rows", nil},
			{"a row too many", "Device,LastActivation\n" + strings.Repeat("PC,\n", 100_001), "import.too_large", nil},
			{"an empty row too many", "Device,LastActivation\nPC,\n" + strings.Repeat(",\n", 100_001), "import.too_large", nil},
			{"a byte too many", "Device,LastActivation,\n" + strings.Repeat("PC,,"+strings.Repeat("x", 100<<10)+"\n", app.MaxDeviceFile/(100<<10)+1), "import.too_large", nil},
		} {
			_, err := w.importDevices(c, x.file)
			f := fault.Of(err)
			if f == nil || f.Code != x.code {
				t.Errorf("F51 %s: %v", x.name, err)
				continue
			}
			errs, _ := f.Args["errors"].([]app.DeviceError)
			var told []string
			for _, e := range errs {
				told = append(told, e.String())
			}
			if x.rows != nil && !slices.Equal(told, x.rows) || len(told) > 100 {
				t.Errorf("F51 %s: %d rows, %q", x.name, f.Args["rows"], told)
			}
		}
		if ds := w.devices(c, app.DeviceQuery{}); len(ds) != 0 {
			t.Fatalf("F51 refused files left %d devices", len(ds))
		}

		for _, x := range []struct{ name, file string }{
			{"commas", "Device,LastActivation,Product,Done\nPC-1,2026-06-01,\"Server, 2019\",yes\nPC-2,06/02/2026 3:04:05 PM,,\n"},
			{"semicolons, a BOM, other names, other order", "\ufeffDONE?;Product_Name;Last KMS Activation (UTC);Computer Name;Remark, free\r\n" +
				"X;Server, 2019;6/1/2026;pc-1;\"a;b\"\r\n\r\n;;2026-06-02T15:04:05Z;pc-2;\r\n"},
			{"tabs, a zone", "host\tactivated\tedition\tmoved\nPC-1\t2026-06-01T02:00:00+02:00\tServer, 2019\ttrue\nPC-2\t2026-06-02 15:04:05\t\t\n"},
		} {
			cust := w.seeded.Customers[1].ID
			report, err := w.importDevices(cust, x.file)
			if err != nil || report != (app.DeviceReport{Rows: 2, Added: 2, Marked: 1}) {
				t.Fatalf("F51 %s: %+v, %v", x.name, report, err)
			}
			want := []license.Device{
				{Name: "pc-2", LastActivation: time.Date(2026, 6, 2, 15, 4, 5, 0, time.UTC), Version: 1},
				{Name: "pc-1", Product: "Server, 2019", LastActivation: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), MovedAt: now, Version: 1},
			}
			got := w.devices(cust, app.DeviceQuery{})
			for i := range got {
				got[i].Name = strings.ToLower(got[i].Name)
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(license.Device{}, "ID")); diff != "" {
				t.Errorf("F51 %s: %s", x.name, diff)
			}
			again, err := w.importDevices(cust, x.file)
			if err != nil || again != (app.DeviceReport{Rows: 2, Same: 2}) {
				t.Errorf("F51 %s, repeated: %+v, %v", x.name, again, err)
			}
			if diff := cmp.Diff(w.devices(cust, app.DeviceQuery{})[0].ID, got[0].ID); diff != "" {
				t.Errorf("F51 %s, repeated it is another device", x.name)
			}
			for _, d := range got {
				_, err := do[app.DevicesView](w, func(req app.Request) (app.Reply, error) {
					return w.RemoveDevice(context.Background(), w.who, req, cust, string(d.ID))
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// TestF51MarkedAndRemoved: marks are set, kept, taken away, all or none; each act is in the log, and so is an import.
func TestF51MarkedAndRemoved(t *testing.T) {
	both(t, func(w *world) {
		c, other := w.seeded.Customers[0].ID, w.seeded.Customers[1].ID
		if _, err := w.importDevices(c, "Device,LastActivation\nPC-1,2026-06-01\nPC-2,2026-06-02\nPC-3,\n"); err != nil {
			t.Fatal(err)
		}
		first := w.devices(c, app.DeviceQuery{Name: "pc-1"})[0]
		v, err := w.mark(c, true, "pc-1", string(first.ID), "PC-2")
		if err != nil || len(v.Devices) != 2 || v.Devices[0].MovedAt != now || v.Devices[0].Version != 2 {
			t.Fatalf("F51 %+v, %v", v, err)
		}
		w.clock.Advance(time.Hour)
		if v, err = w.mark(c, true, "PC-1", "PC-3"); err != nil || v.Devices[0].MovedAt != now || v.Devices[0].Version != 2 || v.Devices[1].MovedAt != now.Add(time.Hour) {
			t.Errorf("F51 marked again: %+v, %v", v, err)
		}
		if _, err := w.mark(c, false, "PC-1", "PC-9"); fault.Of(err) == nil || fault.Of(err).Code != "activation.unknown" {
			t.Errorf("F51 one is unknown: %v", err)
		}
		if d := w.devices(c, app.DeviceQuery{Name: "pc-1"})[0]; d.MovedAt.IsZero() {
			t.Error("F51 all or none: one lost its mark")
		}
		if v, err = w.mark(c, false, "PC-1"); err != nil || !v.Devices[0].MovedAt.IsZero() {
			t.Errorf("F51 undone: %+v, %v", v, err)
		}
		if _, err := w.mark(c, true, make([]string, app.MaxMarks+1)...); fault.Of(err) == nil || fault.Of(err).Code != "member.too_many" {
			t.Errorf("F51 too many: %v", err)
		}
		if _, err := w.mark(other, true, string(first.ID)); fault.Of(err) == nil || fault.Of(err).Code != "activation.unknown" {
			t.Errorf("F51 another customer's device: %v", err)
		}
		_, err = do[app.DevicesView](w, func(req app.Request) (app.Reply, error) {
			return w.RemoveDevice(context.Background(), w.who, req, c, "pc-3")
		})
		if left := w.devices(c, app.DeviceQuery{}); err != nil || len(left) != 2 {
			t.Errorf("F51 removed: %v, %+v", err, left)
		}
		w.logged(c, "remove_activation PC-3", "update_activation false PC-1", "update_activation true PC-3", "update_activation true PC-1 PC-2",
			"import_activations 3 3 0 0 0")
	})
}

// logged compares the values of a customer's latest records.
func (w *world) logged(c id.Customer, want ...string) {
	w.t.Helper()
	var got []string
	err := w.store.View(context.Background(), func(r app.Reader) error {
		records, err := r.Records(w.who.Scope, app.RecordQuery{Customer: c, Business: true, Limit: len(want)})
		for _, rec := range records {
			line := string(rec.Operation)
			for _, d := range rec.Details {
				line += " " + d.Value
			}
			if rec.Resource != activity.Activation || rec.Status != activity.Succeeded || rec.Actor != w.who.Name {
				w.t.Errorf("%+v", rec)
			}
			got = append(got, line)
		}
		return err
	})
	if err != nil || !slices.Equal(got, want) {
		w.t.Errorf("logged %q, %v", got, err)
	}
}

// TestF51StoreCountsAsDecided: on both engines every page, state and picture is what deciding device by device gives, at
// instants on the edges of the countdown.
func TestF51StoreCountsAsDecided(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0].ID
		var b strings.Builder
		b.WriteString("Device,LastActivation,Product,Done\n")
		edges := []time.Duration{0, 7 * day, 30 * day, 100 * day, 180 * day}
		for i := range 120 {
			last := ""
			if i%11 != 0 {
				at := now.Add(edges[i%len(edges)] - license.KMSActivation + time.Duration(i%3-1)*time.Microsecond)
				if i%7 == 0 {
					at = now.Add(-time.Duration(i) * 50 * time.Hour)
				}
				last = at.Format("2006-01-02T15:04:05.000000Z")
			}
			done := ""
			if i%4 == 0 {
				done = "yes"
			}
			fmt.Fprintf(&b, "PC-%03d,%s,%s,%s\n", 119-i, last, []string{"", "Server", "sql SERVER"}[i%3], done)
		}
		if _, err := w.importDevices(c, b.String()); err != nil {
			t.Fatal(err)
		}
		for _, later := range []time.Duration{0, time.Microsecond, 7*day - time.Microsecond, 200 * day} {
			w.clock.Set(now.Add(later))
			at := w.clock.Now()
			all := w.devices(c, app.DeviceQuery{})
			if len(all) != 120 || !slices.IsSortedFunc(all, license.ByDeadline) {
				t.Fatalf("F51 %d devices, by deadline: %t", len(all), slices.IsSortedFunc(all, license.ByDeadline))
			}
			counts := map[license.MoveState]int64{}
			for _, d := range all {
				counts[d.State(at)]++
			}
			for _, span := range []license.Span{license.Daily, license.Weekly} {
				f := w.fleet(c, span)
				sum, lapsing, done := int64(0), int64(0), int64(0)
				for _, s := range license.MoveStates() {
					if sum += f.Count[s]; f.Count[s] != counts[s] {
						t.Errorf("F51 %s after %s: %d, want %d", s, later, f.Count[s], counts[s])
					}
				}
				for _, bar := range f.Bars {
					lapsing, done = lapsing+bar.Lapsing, done+bar.Done
					var wantLapsing, wantDone int64
					for _, d := range all {
						in := func(at time.Time) bool { return !at.Before(bar.From) && at.Before(bar.Until) }
						switch s := d.State(at); {
						case s == license.MoveDone && in(d.MovedAt):
							wantDone++
						case s != license.MoveDone && s != license.MoveUnknown && in(d.Until()):
							wantLapsing++
						}
					}
					if bar.Lapsing != wantLapsing || bar.Done != wantDone {
						t.Errorf("F51 %+v, want %d lapsing, %d done", bar, wantLapsing, wantDone)
					}
				}
				if f.Total != 120 || sum != 120 || lapsing+done+f.Count[license.MoveUnknown] != 120 {
					t.Errorf("F51 after %s: total %d, states %d, bars %d + %d", later, f.Total, sum, lapsing, done)
				}
			}
			queries := map[string]app.DeviceQuery{"all": {}, "open": {Open: true}, "by name": {Name: "pc-0"}, "by product": {Product: "SQL server"}}
			for _, s := range license.MoveStates() {
				queries[string(s)] = app.DeviceQuery{State: s}
				queries[string(s)+" of a product"] = app.DeviceQuery{State: s, Product: "server"}
			}
			for name, q := range queries {
				var want, got []string
				for _, d := range all {
					if (q.State == "" || d.State(at) == q.State) && (!q.Open || d.MovedAt.IsZero()) && strings.HasPrefix(strings.ToLower(d.Name), q.Name) &&
						(q.Product == "" || strings.EqualFold(d.Product, q.Product)) {
						want = append(want, d.Name)
					}
				}
				for q.Limit = 7; ; {
					page := w.devices(c, q)
					for _, d := range page {
						got = append(got, d.Name)
						q.After = app.DeviceCursor{Done: !d.MovedAt.IsZero(), LastActivation: d.LastActivation, Key: license.DeviceKey(d.Name)}
					}
					if len(page) < q.Limit {
						break
					}
				}
				if !slices.Equal(want, got) {
					t.Errorf("F51 %s after %s:\n got %v\nwant %v", name, later, got, want)
				}
			}
		}
	})
}

// TestF51ImportOfManyDevices: twenty thousand devices in one transaction, then changed and marked by another file.
func TestF51ImportOfManyDevices(t *testing.T) {
	const n = 20_000
	file := func(date string, done string) string {
		var b bytes.Buffer
		b.WriteString("Device;LastActivation;Product;Done\n")
		for i := range n {
			fmt.Fprintf(&b, "PC-%05d.branch.example;%s %02d:00:00;Server 2019 Standard;%s\n", i, date, i%24, done)
		}
		return b.String()
	}
	both(t, func(w *world) {
		c := w.seeded.Customers[0].ID
		for _, x := range []struct {
			date, done string
			want       app.DeviceReport
		}{
			{"2026-06-01", "", app.DeviceReport{Rows: n, Added: n}},
			{"2026-06-01", "", app.DeviceReport{Rows: n, Same: n}},
			{"2026-07-01", "yes", app.DeviceReport{Rows: n, Changed: n, Marked: n}},
		} {
			if got, err := w.importDevices(c, file(x.date, x.done)); err != nil || got != x.want {
				t.Fatalf("F51 %+v, %v", got, err)
			}
		}
		if f := w.fleet(c, license.Weekly); f.Total != n || f.Count[license.MoveDone] != n {
			t.Errorf("F51 %+v", f)
		}
	})
}

// TestF51ImportsAtOnce: two files of the same devices at the same moment leave each device once.
func TestF51ImportsAtOnce(t *testing.T) {
	both(t, func(w *world) {
		c := w.seeded.Customers[0].ID
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := w.importDevices(c, "Device,LastActivation\nPC-1,2026-06-01\nPC-2,2026-06-02\n"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if ds := w.devices(c, app.DeviceQuery{}); len(ds) != 2 {
			t.Errorf("F51 %d devices", len(ds))
		}
	})
}

// TestR04WhoRunsThePlanner: admin agents for their customers, the customer's global administrator as a person for the own
// tenant; nobody else, through no client, and nobody for a customer of somebody else.
func TestR04WhoRunsThePlanner(t *testing.T) {
	both(t, func(w *world) {
		own, other := w.seeded.Customers[0].ID, w.seeded.Customers[1].ID
		staff := func(roles ...party.Role) party.Actor {
			return party.Actor{Scope: w.who.Scope, Client: "client", Name: "x", Roles: party.RolesOf(roles...)}
		}
		admin := staff(party.CustomerGlobal)
		admin.Customer, admin.User, admin.Client = own, "u", ""
		byClient := admin
		byClient.Client = "client"
		stranger := staff(party.AdminAgent)
		stranger.Scope = party.NewScope("00000000-0000-4000-8000-00000000ffff", "")
		var partnerOthers []party.Role
		for _, r := range party.AllRoles() {
			if r != party.AdminAgent {
				partnerOthers = append(partnerOthers, r)
			}
		}
		for _, x := range []struct {
			name string
			who  party.Actor
			c    id.Customer
			code string
		}{
			{"R04 an admin agent", staff(party.AdminAgent), own, ""},
			{"R04 everybody else of the partner", staff(partnerOthers...), own, "role.missing"},
			{"R04 the customer's global administrator", admin, own, ""},
			{"R04 … through a client", byClient, own, "role.missing"},
			{"R04 … for another customer", admin, other, "tenant.foreign"},
			{"R04 an admin agent of another partner", stranger, own, "tenant.foreign"},
		} {
			calls := map[string]error{}
			_, calls["list"] = w.Devices(context.Background(), x.who, x.c, app.DeviceQuery{})
			_, calls["plan"] = w.Fleet(context.Background(), x.who, x.c, license.Daily)
			_, calls["help"] = w.DraftDeploymentHelp(context.Background(), x.who, x.c)
			_, calls["import"] = w.ImportDevices(context.Background(), x.who, app.Request{}, x.c, strings.NewReader("Device,LastActivation\nPC-1,\n"))
			_, calls["mark"] = w.MarkDevices(context.Background(), x.who, app.Request{}, x.c, []string{"PC-1"}, true)
			_, calls["remove"] = w.RemoveDevice(context.Background(), x.who, app.Request{}, x.c, "PC-1")
			for call, err := range calls {
				switch f := fault.Of(err); {
				case x.code == "" && err == nil:
				case f == nil || f.Code != x.code:
					t.Errorf("%s, %s: %v, want %q", x.name, call, err, x.code)
				}
			}
		}
		// Partner staff without the act are told nothing of devices in a request for help either.
		if _, err := w.DraftDeploymentHelp(context.Background(), staff(party.HelpdeskAgent), own); fault.Of(err) == nil {
			t.Error("R04 a helpdesk agent reads the plan through the request")
		}
	})
}
