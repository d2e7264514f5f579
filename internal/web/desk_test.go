package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/blobs"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// TestF69FilesOnTheForm: a request is filed with its file in one go, once however often it is sent; one that is not taken is told of
// where it can be added again, and a form without one is a form all the same.
func TestF69FilesOnTheForm(t *testing.T) {
	c := open(t)
	files, err := blobs.Open(t.TempDir(), 10<<20)
	if err != nil {
		t.Fatal(err)
	}
	c.app.Files = files
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	form := b.get("/requests/new?topic=32444673")
	b.has(form, 200, `enctype="multipart/form-data"`, `name="file"`)
	sent := []string{"once", form.once(), "topic", "32444673", "severity", "moderate", "title", "Which days?", "description", "of this line", "first", "Ada", "last", "Agent", "email", "ada@quai.example", "phone", "1"}
	one := b.upload("/requests/new", "proof.txt", "paid twice", sent...)
	b.has(one, 200, "is filed. The file is added.", "proof.txt")
	if again := b.upload("/requests/new", "proof.txt", "paid twice", sent...); again.path != one.path || strings.Count(again.body, `/files/`) != strings.Count(one.body, `/files/`) {
		t.Errorf("sent twice: %s and %s", one.path, again.path)
	}
	sent[1] = "bad-file"
	b.has(b.upload("/requests/new", "run.html", "<html>", sent...), 200, "is filed. The file was not added:")
	sent[1] = "no-file"
	b.has(b.upload("/requests/new", "", "", sent...), 200, "is filed.")
	missing := append([]string{}, sent...)
	missing[7] = ""
	b.has(b.upload("/requests/new", "proof.txt", "x", missing...), 422, `href="#f-title"`, "of this line")
	b.has(b.get("/requests"), 200, `data-h="Age"`)
	for lang, text := range map[string]string{"fr": "Âge", "ru": "Возраст"} {
		b.lang = lang
		b.has(b.get("/requests"), 200, text)
	}
}

// TestOffersByUse: a tab of their own, and filters where they apply.
func TestOffersByUse(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent)
	at := c.at(0) + "/products"
	page := b.get(at + "?tab=usage")
	b.has(page, 200, "By use", "Pulse Metrics, pay as you go", `name="publisher"`, `name="category"`)
	if strings.Contains(page.body, "Mail Suite Business") || strings.Contains(page.body, `name="billing"`) {
		t.Error("what is licensed stands there, or a filter that tells nothing apart")
	}
	for _, tab := range []string{"software", "reservations"} {
		b.has(b.get(at+"?tab="+tab+"&publisher=first"), 200, `name="publisher"`)
	}
	if own := b.get(at + "?tab=software&publisher=partner"); strings.Contains(own.body, "Windows Server") {
		t.Error("the filter of publishers lets the first party's software through")
	}
	sales := c.as(c.seeded.Partner, "", party.SalesAgent)
	sales.has(sales.get(at+"?tab=usage"), 200, "By use")
}

// TestPagesSayMore: the rule of a window, calls of the API, commands to copy, and a way out of each empty page.
func TestPagesSayMore(t *testing.T) {
	c := open(t)
	b := c.as(c.seeded.Partner, "", party.AdminAgent, party.GlobalAdmin)
	software := b.get(c.at(0) + "/software")
	b.has(software, 200, "/v1/customers/"+string(c.seeded.Customers[0].ID)+"/software", "Cancellable until")
	if !regexp.MustCompile(`<dt>Rule</dt><dd><span class="id">P0\d`).MatchString(software.body) {
		t.Error("no rule of a window")
	}
	b.has(b.get(c.at(1)+"/move"), 200, `href="#import-h"`, "slmgr.vbs /ato", "Copy cscript //nologo slmgr.vbs /ato")
	b.has(b.get("/activity?from=2026-11-19&to=2026-11-19&q=nobody"), 200, "Show the last year", "from=2025-11-20")
	b.has(b.get("/prices?country=AQ"), 200, `href="/prices">All prices`)
	lone := c.as(c.seeded.Reseller, "", party.AdminAgent)
	lone.has(lone.get("/home"), 200)
}
