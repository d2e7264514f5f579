package web_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

var help = regexp.MustCompile(`/requests/new\?topic=[^"]*`)

func TestF51DevicesArePlanned(t *testing.T) {
	c := open(t)
	at := "/customers/" + string(c.seeded.Customers[0].ID) + "/move"
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	b.has(b.get(at), 200, "No devices yet", `enctype="multipart/form-data"`)
	day := func(ago int) string { return now.AddDate(0, 0, -ago).Format(time.DateOnly) }
	bad := "Device,LastActivation\nSRV-1," + day(10) + "\n<script>,2026-13-40\n"
	a := b.upload(at+"/import", "fleet.csv", bad, "once", "0b8f0d61-0000-4000-8000-000000000001")
	b.has(a, 422, "1 row is wrong", "Rows that kept the file out", "is no date", `href="#f-file"`)
	if strings.Contains(b.get(at).body, "SRV-1") {
		t.Error("F51 half a file was taken")
	}
	good := "Device;LastActivation;Product\nSRV-1;" + day(10) + ";Server\nSRV-2;" + day(175) + ";Server\nSRV-3;" + day(200) + ";Server\n"
	b.has(b.upload(at+"/import", "fleet.csv", good, "once", "0b8f0d61-0000-4000-8000-000000000002"), 200, "3 rows taken: 3 added", "3 devices", "2 at risk", `role="img"`)
	b.has(b.get(at+"?state=lapsed"), 200, "SRV-3")
	if page := b.get(at + "?state=urgent"); !strings.Contains(page.body, "SRV-2") || strings.Contains(page.body, "SRV-1") {
		t.Error("F51 the filter shows others")
	}
	page := b.get(at)
	picks := regexp.MustCompile(`name="pick" value="([^"]*)"`).FindStringSubmatch(page.body) // the nearest deadline first
	b.has(b.post(at+"/mark", "once", page.once(), "act", "done", "pick", picks[1]), 200, "1 device is marked as done")
	b.has(b.get(at+"?state=done"), 200, "SRV-3")
	b.has(b.get(strings.ReplaceAll(help.FindString(b.get(at).body), "&amp;", "&")), 200, "Devices lapsed: ", "devices at risk")
	b.has(b.post(at+"/mark", "act", "done"), 200, "No device was chosen")
	script := b.get(at + "/script?form=fleet")
	if !strings.Contains(script.body, "SRV-2") || strings.Contains(script.body, "SRV-3") || !strings.Contains(script.header.Get("Content-Disposition"), "activate-fleet.cmd") {
		t.Error("F51 the script is not of the devices that are left")
	}
	csv := b.get(at + "?format=csv")
	b.has(csv, 200, "Device,Product,LastActivation")
	b.has(b.upload(at+"/import", "again.csv", csv.body), 200, "3 rows taken: 0 added, 0 changed, 3 as before")
	for _, role := range []party.Role{party.SalesAgent, party.GlobalAdmin} { // R04
		other := c.as(c.seeded.Partner, "", role)
		other.has(other.get(at), 403)
		other.has(other.get(at+"/script?form=device"), 403)
		if strings.Contains(other.get("/customers/"+string(c.seeded.Customers[0].ID)).body, at) {
			t.Errorf("the planner is offered to %s", role)
		}
	}
}
