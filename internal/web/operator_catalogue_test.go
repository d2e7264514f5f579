package web_test

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// The console has the key pools of all partners, low ones marked, each with the way to its keys, and the whole catalogue, page by
// page, with what is withdrawn (R15).
func TestR15PoolsAndCatalogueAreSeen(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	const at = "/operator/catalogue"
	one := "/operator/tenants/" + string(c.seeded.Partner.ID)
	other := "/operator/tenants/" + string(c.seeded.Provider.ID)
	o.has(o.post(other+"/keys", "once", "k1", "pool", "a <pool>", "version", "7", "keys", "AAAA-BBBB-CCCC\nAAAA-BBBB-DDDD"), 200)
	o.has(o.post(other+"/mark", "once", "k2", "pool", "a <pool>", "version", "7", "mark", "3"), 200)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get(at), 200, "a &lt;pool&gt;", c.seeded.Partner.Name, c.seeded.Provider.Name, string(sandbox.WindowsServer))
	}
	o.has(o.get("/operator"), 200, `href="`+at+`"`)
	page := o.get(at)
	o.has(page, 200, "Low", `class="bar"`, `href="`+one+`/withdraw?pool=sql&amp;version=2022"`, `href="`+other+`?pool=a&#43;%3Cpool%3E&amp;version=7#keys-import"`)
	if strings.Contains(page.body, "AAAA") {
		t.Error("a key is shown")
	}
	csv := o.get(at + "?format=csv")
	if !regexp.MustCompile(`(?m)^a <pool>,7,[^,]+,2,0,0,0,3\r?$`).MatchString(csv.body) || !strings.Contains(csv.body, "\nsql,2022,") {
		t.Errorf("the file: %s", csv.body)
	}

	who := party.Actor{Roles: party.RolesOf(party.OperatorAdmin)}
	var walked []string // one by one is what comes at once
	for after := (app.PoolKey{}); ; {
		some, err := c.app.AllKeyPools(t.Context(), who, after, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(some) == 0 {
			break
		}
		after = app.PoolKey{Partner: some[0].Partner, Pool: some[0].Name, Version: some[0].Version}
		walked = append(walked, fmt.Sprint(some[0]))
	}
	all, err := c.app.AllKeyPools(t.Context(), who, app.PoolKey{}, 1000)
	var whole []string
	for _, p := range all {
		whole = append(whole, fmt.Sprint(p))
	}
	if err != nil || len(all) < 4 || strings.Join(walked, "\n") != strings.Join(whole, "\n") {
		t.Errorf("one by one: %v\nat once: %v %v", walked, whole, err)
	}

	_, err = c.app.Store.Update(t.Context(), app.Act{Actor: who}, func(tx app.Tx) (any, error) {
		for i := range 60 {
			err := tx.PutEntry(catalog.Entry{Product: catalog.Product{ID: id.Product(fmt.Sprintf("ZZ-%03d", i)), Title: fmt.Sprintf("Abacus <%d>", i), PublisherName: "Épicéa", Kind: catalog.SaaS, Imported: true}})
			if err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	first := o.get(at + "?q=" + url.QueryEscape("épicéa"))
	o.has(first, 200, "Abacus &lt;0&gt;", "Abacus &lt;49&gt;", "Withdrawn", "imported offer", "after=ZZ-049")
	if strings.Contains(first.body, "Abacus &lt;50&gt;") || strings.Contains(first.body, string(sandbox.WindowsServer)) {
		t.Error("a page shows more than it is asked for")
	}
	last := o.get(at + "?after=ZZ-049&q=abacus")
	o.has(last, 200, "Abacus &lt;50&gt;", "Abacus &lt;59&gt;")
	if strings.Contains(last.body, "Abacus &lt;49&gt;") || strings.Contains(last.body, "after=ZZ-05") {
		t.Error("the last page goes on, or begins too early")
	}
	found := o.get(at + "?q=" + strings.ToLower(string(sandbox.WindowsServer)))
	o.has(found, 200, string(sandbox.WindowsServer))
	if strings.Contains(found.body, "Withdrawn") {
		t.Error("what is on sale is withdrawn")
	}
	o.has(o.get(at+"?q=nothing-of-that-name"), 200, "Nothing in the catalogue is called that")
	s := c.ops(party.SupportAgent)
	s.has(s.get(at), 403)
	s.has(s.get(at+"?format=csv"), 403)
}

// The list of partners tells how many customers each has, a reseller's among its provider's, and how often it may call (R15).
func TestR15PartnersAreCounted(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	who := party.Actor{Roles: party.RolesOf(party.OperatorAdmin)}
	counts, err := c.app.CustomerCounts(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []party.Partner{c.seeded.Partner, c.seeded.Provider} {
		staff := party.Actor{Scope: party.NewScope(p.ID, ""), Roles: party.RolesOf(party.GlobalAdmin)}
		have, err := c.app.Customers(t.Context(), staff, app.CustomerQuery{})
		if err != nil || len(have) == 0 || counts[p.ID] != int64(len(have)) {
			t.Errorf("%s has %d customers, %d are counted: %v", p.Name, len(have), counts[p.ID], err)
		}
		of := map[id.Partner]int64{}
		for _, one := range have {
			if one.Reseller != "" {
				of[one.Reseller]++
			}
		}
		for reseller, n := range of {
			if counts[reseller] != n {
				t.Errorf("reseller %s has %d customers, %d are counted", reseller, n, counts[reseller])
			}
		}
	}
	before := o.get("/operator/tenants?format=csv").body
	rate := 1234
	_, operator, err := c.app.Tenant(t.Context(), who, c.seeded.Partner.ID)
	if err == nil {
		_, err = c.app.SetPartner(t.Context(), operator, app.Request{}, app.PartnerSettings{RatePerMinute: &rate})
	}
	if err != nil {
		t.Fatal(err)
	}
	csv := o.get("/operator/tenants?format=csv").body
	line := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(c.seeded.Partner.Name) + `,.*$`).FindString(csv)
	if !strings.Contains(line, fmt.Sprintf(",%d,", counts[c.seeded.Partner.ID])) || !strings.Contains(line, "requests a minute") || csv == before {
		t.Errorf("the line of the partner is %q", line)
	}
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get("/operator/tenants"), 200, "/operator/tenants/"+string(c.seeded.Partner.ID))
	}
}

// What a SKU of software delivers is seen and set on the console: keys, their versions and suppliers, files that are here (R15).
func TestR15DeliveryIsSet(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	const at = "/operator/catalogue/" + string(sandbox.WindowsServer)
	who := party.Actor{Roles: party.RolesOf(party.OperatorAdmin)}
	o.has(o.get("/operator/catalogue?q="+string(sandbox.WindowsServer)), 200, `href="`+at+`"`)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get(at+"?sku=0001"), 200, string(sandbox.WindowsServer), `id="f-pool"`)
	}
	sum := strings.Repeat("1", 64)
	_, err := c.app.Store.Update(t.Context(), app.Act{Actor: who}, func(tx app.Tx) (any, error) {
		return nil, tx.AddMedia(app.MediaFile{SHA256: sum, Name: "idle.zip", Size: 7, StoredAt: now})
	})
	if err != nil {
		t.Fatal(err)
	}
	state := func() string {
		d, err := c.app.Delivery(t.Context(), who, sandbox.WindowsServer, "0001")
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%+v", d)
	}
	before := state()
	form := o.get(at + "?sku=0001").body
	kept := func(name string) string {
		return regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(form)[1]
	}
	seen, version := kept("seen"), kept("version")
	send := func(once string, pairs ...string) answer {
		return o.post(at, append([]string{"once", once, "sku", "0001", "seen", seen, "version", version}, pairs...)...)
	}
	o.has(send("d1", "keys", "1", "pool", "", "versions", "2022"), 422, `href="#f-pool"`)
	o.has(send("d2", "keys", "1", "pool", "server", "versions", "2022 = nobody"), 422, `href="#f-versions"`, "2022 = nobody")
	o.has(send("d3", "files", "1234"), 422, `href="#f-files"`)
	o.has(send("d4", "files", strings.Repeat("2", 64)+" | none.zip"), 422, `href="#f-files"`, "none.zip")
	if after := state(); after != before {
		t.Errorf("what was refused changed something: %s", after)
	}
	mine := []string{"keys", "1", "pool", "server", "versions", "2025 = manual\n2022\n", "files", sum + " | idle.zip | 2025 | en-US", "instructions", "https://docs.example/"}
	for range 2 {
		o.has(send("d5", mine...), 200, "0001 delivers this from now on.", "2025 = manual", sum+" | idle.zip | 2025 | en-US")
	}
	d, err := c.app.Delivery(t.Context(), who, sandbox.WindowsServer, "0001")
	if err != nil || !d.HasKeys || d.Pool != "server" || fmt.Sprint(d.KeyVersions) != "[2025 2022]" || d.Suppliers["2025"] != "manual" || len(d.Files) != 1 ||
		d.Files[0].Size != 7 || d.Files[0].Version != "2025" || d.Files[0].FileType != "" || d.InstructionsURI != "https://docs.example/" {
		t.Errorf("%+v %v", d, err)
	}
	o.has(send("d6", "keys", "1", "pool", "sql"), 409, `value="sql"`, "Nothing of yours was saved", "https://docs.example/") // made from what stood before
	o.has(o.get("/operator/catalogue/NONE"), 404)
	o.has(o.get("/operator/catalogue/"+string(sandbox.OrbitCRM)), 404)
	s := c.ops(party.SupportAgent)
	s.has(s.get(at), 403)
	s.has(s.post(at, "once", "d7", "sku", "0001", "keys", "1", "pool", "sql"), 403)
}

// A file is replaced wherever it is delivered, once what changes was seen and its name was typed (R15).
func TestR15FileIsReplacedOnTheConsole(t *testing.T) {
	c := open(t)
	o := c.ops(party.OperatorAdmin)
	who := party.Actor{Roles: party.RolesOf(party.OperatorAdmin)}
	d, err := c.app.Delivery(t.Context(), who, sandbox.ServerPerpetual, "0001")
	if err != nil || !d.HasDownloads {
		t.Fatalf("%v %v", d, err)
	}
	old := app.MediaFile{SHA256: d.Files[0].SHA256, Name: d.Files[0].Name, Size: d.Files[0].Size, StoredAt: now}
	by := app.MediaFile{SHA256: strings.Repeat("1", 64), Name: "newer <1>.zip", Size: 7, StoredAt: now}
	_, err = c.app.Store.Update(t.Context(), app.Act{Actor: who}, func(tx app.Tx) (any, error) {
		return nil, errors.Join(tx.AddMedia(old), tx.AddMedia(by))
	})
	if err != nil {
		t.Fatal(err)
	}
	at := "/operator/downloads/" + old.SHA256 + "/replace"
	o.has(o.get("/operator/downloads?file="+old.SHA256), 200, `href="`+at+`"`)
	for _, lang := range []string{"fr", "ru", "en"} {
		o.lang = lang
		o.has(o.get(at), 200, `value="`+by.SHA256+`"`, "newer &lt;1&gt;.zip")
		o.has(o.get(at+"?with="+by.SHA256), 200, "newer &lt;1&gt;.zip", string(sandbox.ServerPerpetual), `id="f-typed"`)
	}
	o.has(o.get(at+"?with="+strings.Repeat("2", 64)), 422, `href="#f-with"`)
	o.has(o.get(at+"?with="+old.SHA256), 422, `href="#f-with"`)
	o.has(o.get("/operator/downloads/"+by.SHA256+"/replace?with="+old.SHA256), 409, `href="#f-with"`) // nothing delivers it
	o.has(o.get("/operator/downloads/none/replace"), 404)
	page := o.get(at + "?with=" + by.SHA256)
	seen := regexp.MustCompile(`name="seen" value="([^"]+)"`).FindStringSubmatch(page.body)[1]
	o.has(page, 200, "→ 7", "sql-2022.zip")
	o.has(o.post(at, "once", "r1", "with", by.SHA256, "seen", seen, "typed", "another"), 422, `href="#f-typed"`, `value="`+seen+`"`)
	o.has(o.post(at, "once", "r2", "with", by.SHA256, "seen", strings.Repeat("0", 64), "typed", old.Name), 409, "meanwhile", `value="`+seen+`"`)
	for range 2 { // sent twice, done once
		o.has(o.post(at, "once", "r3", "with", by.SHA256, "seen", seen, "typed", old.Name), 200, "from now on.", "newer &lt;1&gt;.zip", string(sandbox.ServerPerpetual))
	}
	if uses, err := c.app.MediaUse(t.Context(), who, old.SHA256); err != nil || len(uses) != 0 {
		t.Errorf("it is still delivered by %v: %v", uses, err)
	}
	o.has(o.get("/operator/downloads?file="+old.SHA256), 200, "/remove")
	s := c.ops(party.SupportAgent)
	s.has(s.get(at), 403)
	s.has(s.post(at, "once", "r4", "with", by.SHA256, "seen", seen, "typed", old.Name), 403)
}
