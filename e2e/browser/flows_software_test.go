//go:build e2e

package browser

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// stocked is a customer with software, and its Software page is open.
func (h *trip) stocked(lines ...map[string]any) (buyer, []ordered) {
	h.t.Helper()
	c := h.customer("US")
	all := h.buy(c, lines...)
	h.visit(c.at + "/software")
	return c, all
}

// unfold opens the row of a product, where it is shut.
func (h *trip) unfold(title string) string {
	h.t.Helper()
	row := h.row(title)
	if !h.there(row + "details[open]") {
		h.here(row + "summary")
	}
	return row
}

// taken is the link that the dialog shows.
func (h *trip) taken() string {
	h.t.Helper()
	h.says("#taken .warn", "software.link_warning")
	return h.text("#taken-link")
}

// choose opens the row of a product with a version and a language of it (F43).
func (h *trip) choose(title, version, language string) {
	h.t.Helper()
	row, fields := h.unfold(title), item(sandbox.ServerPerpetual)
	h.put(fields+"version", version, fields+"language", language)
	h.goes(row+`.sel button[formmethod="get"]`, "")
}

// softwareFlows are those of keys and downloads (F42–F52).
var softwareFlows = []flow{
	{id: "F42", name: "everything bought, row by row", drive: func(h *trip) {
		c := h.customer("US")
		all := h.buy(c, server(2), windows(), access(), linux())
		h.visit(c.at)
		h.goes(`.rail a[href$="/software"]`, "")
		h.says(".head .sub", "software.count", "n", 4)
		for i, title := range []string{serverTitle, winTitle, calTitle, linuxTitle} {
			row := h.unfold(title)
			if at := h.text(row + "tbody th a"); !strings.Contains(at, short(all[i].order)) {
				h.t.Errorf("%s: the order is %q", title, at)
			}
		}
		h.says(h.row(serverTitle)+".name", "software.class.perpetual")
		h.goes(h.row(winTitle)+`tbody th a[href$="/orders/`+all[1].order+`"]`, "")
		h.visit(c.at + "/software")
		h.put("f-q", "CAL")
		h.goes(".filters button", "")
		if n := value[int](h.t, h.p, `document.querySelectorAll(".itemrow").length`); n != 1 {
			h.t.Errorf("%d rows are found", n)
		}
		h.visit(c.at + "/software")
		rows := h.sheet(`.head .acts a[href*="format=csv"]`)
		h.headed(rows, "software.product", "software.order", "software.line", "software.bought", "software.quantity", "software.state")
		if got := h.column(rows, "software.order"); len(got) != 4 || !slices.Contains(got, all[2].order) {
			h.t.Errorf("the file has %v", got)
		}
	}},
	{id: "F43", name: "version, language and file type in one step", drive: func(h *trip) {
		h.stocked(server(1), database())
		h.choose(serverTitle, "2019", "fr-FR")
		row := h.row(serverTitle)
		if got := h.text(row + ".take"); !strings.Contains(got, "server-2019-fr-FR.zip") {
			h.t.Errorf("chosen was 2019 in French: %s", got)
		}
		if got := value[string](h.t, h.p, `document.getElementById("`+item(sandbox.ServerPerpetual)+`version").value`); got != "2019" {
			h.t.Errorf("the version is %q", got)
		}
		h.none(row + "select[name=type]") // there is one alone
		h.none(h.row(sqlTitle) + ".sel select")
	}},
	{id: "F44", name: "the key in a dialog", drive: func(h *trip) {
		c, all := h.stocked(server(1))
		h.choose(serverTitle, "2022", "ru-RU")
		h.goes(h.row(serverTitle)+".take button.main", "")
		shown := h.text("#taken-key")
		if len(shown) != 32 || strings.Trim(shown, "0123456789") != "" {
			h.t.Errorf("the key has %d characters, or others than digits", len(shown))
		}
		h.says("#taken .dlg-foot .hint", "software.key_recorded", "who", h.As(h.t, "AA").UserPrincipalName)
		if !h.there(`#taken [data-copy="taken-key"]`) {
			h.t.Error("the key cannot be copied")
		}
		if shown != h.key(c, all[0].order, "2022") {
			h.t.Error("the API gives another key")
		}
		if value[string](h.t, h.p, `document.querySelector("#taken").dataset.hide`) != "60" {
			h.t.Error("the key does not hide after 60 s")
		}
		h.goes(`#taken a[data-close]`, "")
		h.none("#taken-key")
		h.says(h.row(serverTitle)+".take", "software.key_held")
	}},
	{id: "F45", name: "a download by who is signed in", drive: func(h *trip) {
		h.stocked(server(1))
		row := h.unfold(serverTitle)
		f := h.saves(row + `[formaction$="/download"]`)
		sum := sha256.Sum256(f.Content)
		if f.Name != "server-2022-en-US.zip" || !bytes.HasPrefix(f.Content, []byte("PK\x03\x04")) {
			h.t.Errorf("%s begins with %.4q", f.Name, f.Content)
		}
		if !strings.Contains(h.text(row+".take"), hex.EncodeToString(sum[:])) {
			h.t.Error("the page tells another hash")
		}
		if status, _ := h.stranger("again", f.URL); status != 410 {
			h.t.Errorf("the address of one download answers %d to a second", status)
		}
		h.visit(h.at())
		h.none(h.row(serverTitle) + ".gauge") // it counts against no link
	}},
	{id: "F46", name: "a link, its count, and a new one in its place", drive: func(h *trip) {
		h.stocked(server(1))
		h.goes(h.unfold(serverTitle)+`[formaction$="/link"]`, "")
		first := h.taken()
		if status, size := h.stranger("one", first); status != 200 || size == 0 {
			h.t.Fatalf("%s answers %d with %d bytes", first, status, size)
		}
		h.says("#taken", "software.link_until", "max", 50)
		h.goes(`#taken a[data-close]`, "")
		h.goes(h.unfold(serverTitle)+`[formaction$="/link"]`, "")
		if again := h.taken(); again != first {
			h.t.Error("Copy link shows another link than the live one")
		}
		if got := h.text("#taken table tbody tr:nth-child(2)"); !strings.HasSuffix(got, "14950") {
			h.t.Errorf("the count says %q", got)
		}
		h.goes(`#taken form[action$="/link"] button`, "")
		second := h.taken()
		if status, _ := h.stranger("two", first); second == first || status != 410 {
			h.t.Errorf("the link that was replaced answers %d", status)
		}
		for n := range 51 {
			want := 200
			if n == 50 {
				want = 410
			}
			if status, _ := h.stranger(fmt.Sprintf("visitor %d", n), second); status != want {
				h.t.Fatalf("download %d: %d", n+1, status)
			}
		}
		h.goes(`#taken a[data-close]`, "")
		h.says(h.unfold(serverTitle)+".take", "software.link_used_up", "max", 50)
	}},
	{id: "F46", name: "a link that lives for 14 days", moves: true, drive: func(h *trip) {
		h.stocked(server(1))
		h.goes(h.unfold(serverTitle)+`[formaction$="/link"]`, "")
		link := h.taken()
		h.pass(14*24*time.Hour - time.Minute)
		if status, _ := h.stranger("in time", link); status != 200 {
			h.t.Errorf("a minute before its end it answers %d", status)
		}
		h.pass(time.Minute)
		if status, _ := h.stranger("late", link); status != 410 {
			h.t.Errorf("at its end it answers %d", status)
		}
		h.goes(`#taken a[data-close]`, "")
		h.says(h.unfold(serverTitle)+".take", "software.link_spent")
	}},
	{id: "F47", name: "a warning before and beside a key and a link", drive: func(h *trip) {
		h.stocked(server(1))
		h.says(h.unfold(serverTitle)+".reason", "software.warning")
		h.goes(h.row(serverTitle)+".take button.main", "")
		h.says("#taken .warn", "software.key_warning")
		h.goes(`#taken a[data-close]`, "")
		h.goes(h.unfold(serverTitle)+`[formaction$="/link"]`, "")
		h.says("#taken .warn", "software.link_warning")
	}},
	{id: "F48", name: "an access right only", drive: func(h *trip) {
		c, all := h.stocked(access())
		row := h.unfold(calTitle)
		h.says(row+".soft", "software.right_only")
		h.none(row + ".take")
		if got := h.software(c, all[0].order); got.HasKeys {
			h.t.Error("the API says that it has keys")
		}
	}},
	{id: "F49", name: "instructions instead of a key", drive: func(h *trip) {
		h.stocked(updates())
		row := h.unfold(esuTitle)
		h.says(row+`a[href="https://docs.comptoir.example/extended-updates"]`, "software.instructions")
		h.none(row + ".take")
	}},
	{id: "F50", name: "no KMS key, even on request", drive: func(h *trip) {
		c, all := h.stocked(server(1))
		h.says(h.unfold(serverTitle)+".take", "software.kms")
		h.none("main [name=kind]")
		harness.Refused(h.t, h.api.Call(h.t, "POST", "/v1"+c.at+"/software/"+all[0].order+"/0/keys", map[string]any{"kind": "KMS"}), 400, "990010")
		// Somebody asks for one all the same.
		value[bool](h.t, h.p, `(() => { const i = document.createElement("input"); i.type = "hidden"; i.name = "kind"; i.value = "KMS"; document.querySelector(".take").append(i); return true; })()`)
		h.refuses(h.row(serverTitle)+".take button.main", 409)
		h.says("main", "fault.key.kms_refused")
		h.none("#taken-key")
	}},
	{id: "F51", name: "the move from volume licensing", drive: func(h *trip) {
		c, _ := h.stocked(server(1))
		h.goes(`.rail a[href$="/move"]`, "")
		day := func(n int) string { return h.now().AddDate(0, 0, -n).Format(time.DateOnly) }
		file := filepath.Join(h.t.TempDir(), "devices.csv")
		must(h.t, os.WriteFile(file, []byte("Device,Product,LastActivation\nWEB-01,Server,"+day(178)+"\nWEB-02,Server,"+day(10)+"\nWEB-03,Server,"+day(200)+"\n"), 0o600))
		h.upload("#f-file", file)
		h.goes(`form[action$="/move/import"] .btn.main`, "")
		h.says(".said", "move.imported", "added", 3, "changed", 0, "same", 0)
		for name, state := range map[string]license.MoveState{"WEB-01": license.MoveUrgent, "WEB-02": license.MoveSafe, "WEB-03": license.MoveLapsed} {
			h.says(h.row(name), "move.state."+string(state))
		}
		if f := h.saves(`.head .acts a[href$="form=fleet"]`); !bytes.Contains(f.Content, []byte("slmgr")) || !bytes.Contains(f.Content, []byte("WEB-02")) {
			h.t.Errorf("the script is %.200s", f.Content)
		}
		h.here(h.row("WEB-01") + "input[name=pick]")
		h.goes(`main button[name=act][value=done]`, "")
		h.says(".said", "move.marked", "n", 1)
		h.says(h.row("WEB-01"), "move.state.done")
		plan := h.api.Call(h.t, "GET", "/v1"+c.at+"/activations/plan", nil)
		if plan.Status != 200 {
			h.t.Errorf("the API answers %d", plan.Status)
		}
		h.goes(`.head .acts a[href*="topic=32444675"]`, "")
		if got := value[string](h.t, h.p, `document.getElementById("f-description").value`); !strings.Contains(got, "1") {
			h.t.Errorf("the request is not filled in: %q", got)
		}
		h.put("f-phone", "1")
		h.goes("main form .btn.main", "")
		h.says(".said", "request.raised")
	}},
	{id: "F52", name: "the customer's own keys and downloads", as: "CGA", drive: func(h *trip) {
		c := h.theirs()
		order := h.buy(c, server(1))[0].order
		h.visit("/portal")
		h.goes(`.nav a[href="/portal/products"]`, "")
		h.goes(`.tabs a[href$="tab=software"]`, "")
		h.goes(`main td a[href="/portal/software/`+order+`/0"]`, "")
		h.says(".reason", "software.warning")
		h.put("f-version", "2019", "f-language", "fr-FR")
		h.goes(`.take button.main`, "")
		h.says("#taken .warn", "software.key_warning")
		if h.text("#taken-key") != h.key(c, order, "2019") {
			h.t.Error("the partner is given another key")
		}
		h.goes(`#taken a[data-close]`, "")
		h.goes(`.take [formaction$="/link"]`, "")
		link := h.taken()
		if status, _ := h.stranger("theirs", link); status != 200 {
			h.t.Errorf("the link answers %d", status)
		}
		h.goes(`#taken a[data-close]`, "")
		h.says(".take", "gauge.downloads_left", "left", 49, "of", 50)
		if f := h.saves(`.take [formaction$="/download"]`); f.Name != "server-2019-fr-FR.zip" || !bytes.HasPrefix(f.Content, []byte("PK")) {
			h.t.Errorf("%s begins with %.2q", f.Name, f.Content)
		}
		h.visit("/portal/access")
		h.says("main", "op.get_software_key")
		h.as("GA") // the same log
		h.visit("/activity?q=" + h.Customers[0].CompanyName)
		h.says("main", "op.get_software_key")
		if got := h.text("main tbody"); !strings.Contains(got, h.As(h.t, "CGA").UserPrincipalName) {
			h.t.Errorf("the partner does not see who took it: %.300s", got)
		}
	}},
}

// upload chooses a file.
func (h *trip) upload(css, file string) {
	h.t.Helper()
	must(h.t, h.p.Do(chromedp.SetUploadFiles(css, []string{file})))
}

// refuses clicks what leads to a page that says no, with a status.
func (h *trip) refuses(css string, status int) {
	h.t.Helper()
	h.find(css, "")
	h.clicks++
	if got, err := h.p.Led(chromedp.Click("[data-e2e]")); err != nil || got != status {
		h.t.Fatalf("%s leads to %d %v, want %d: %s", css, got, err, status, h.text("main"))
	}
	h.p.Wrong() // the browser notes the status
}
