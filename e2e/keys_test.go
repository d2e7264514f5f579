package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

func keyFile(t *testing.T, prefix string, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("Pool,Version,Key\n")
	for i := range n {
		fmt.Fprintf(&b, "server,2022,%s-%05d\n", prefix, i)
	}
	file := filepath.Join(t.TempDir(), "keys.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestCanaryKeys (G42): keys with a mark are imported, refused, brought by hand and by a supplier, revealed, cancelled, rotated,
// exported, copied; the mark is found nowhere but in the answers of reveals.
func TestCanaryKeys(t *testing.T) {
	const canary = "CANARY7Q"
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		scrape := freeAddress(t)
		site.Env = []string{"COMPTOIR_LOG_LEVEL=debug", "COMPTOIR_METRICS=" + scrape}
		depot := filepath.Join(site.Dir, "suppliers", "depot")
		if err := os.MkdirAll(depot, 0o700); err != nil {
			t.Fatal(err)
		}
		var told bytes.Buffer // what anybody but the one who reveals gets to read
		run := func(works bool, command string, more ...string) {
			t.Helper()
			words := strings.Fields(command)
			cmd := site.Command(words[len(words)-1], more...)
			cmd.Args = append(append([]string{cmd.Args[0]}, words[:len(words)-1]...), cmd.Args[1:]...)
			out, err := cmd.CombinedOutput()
			if told.Write(out); (err == nil) != works {
				t.Fatalf("%s: %v\n%s", command, err, out)
			}
		}
		run(true, "import keys", "--partner", site.Tenant, keyFile(t, canary, 60))
		run(false, "import keys", "--partner", site.Tenant, keyFile(t, canary+"\"", 2)) // quotes
		run(false, "import keys", "--partner", site.Tenant, "--publisher", "first-party", keyFile(t, canary, 2))
		server := site.Start(t)
		client, french := site.Client(t), "/v1/customers/"+site.Of(t, "FR").ID
		call := func(method, path string, body any) harness.Answer {
			ans := client.Call(t, method, path, body)
			told.Write(ans.Body)
			return ans
		}
		call("POST", "/v1/partner/keypools/server/keys", map[string]any{"version": "2022", "keys": []string{canary + "-X", canary + "-X", canary + "-00001"}})
		call("POST", "/v1/partner/keypools/server/keys", map[string]any{"version": "2022", "kind": "KMS", "keys": []string{canary}})
		call("POST", "/v1/partner/keypools/server/keys", map[string]any{"version": "2022", "keys": []string{canary + "\u0000"}})
		call("POST", "/v1/partner/keypools/server/keys", map[string]any{"version": "2022", "keys": canary})
		call("POST", "/v1/partner/keypools/"+canary+"/keys", map[string]any{"keys": []string{strings.Repeat(canary, 60)}})
		call("POST", "/v1/partner/keypools/server/keys", []byte(`{"keys":["`+canary))
		call("POST", "/v1/publisher/products/CMPSQLPRP001/keys", map[string]any{"version": "2022", "keys": []string{canary}})
		item := offerOf(t, call, french)
		buy := func(item string) string {
			return harness.Read[struct{ ID string }](t, call("POST", french+"/orders", map[string]any{
				"lineItems": []map[string]any{{"lineItemNumber": 0, "offerId": item, "quantity": 1}},
			}), 201).ID
		}
		// reveal asks for a key; the answer is its reader's alone.
		reveal := func(order, version string) bool {
			ans := client.Call(t, "POST", french+"/software/"+order+"/0/keys", map[string]any{"version": version}, "MS-RequestId", guid(7))
			return bytes.Contains(ans.Body, []byte(canary))
		}
		revealed := 0
		for range 45 {
			o := buy(item)
			if reveal(o, "2022") {
				revealed++
			}
			keys := french + "/software/" + o + "/0/keys"
			call("POST", keys, map[string]any{"kind": "KMS"})
			call("POST", keys, map[string]any{"version": canary})
			if revealed == 3 {
				call("PATCH", french+"/orders/"+o, map[string]any{"status": "cancelled"})
				call("POST", keys, map[string]any{"version": "2022"})
				break
			}
		}
		// One key by hand, one by file.
		cal := sandbox.Item(sandbox.UserCAL, "0001", "FR").String()
		call("PUT", "/v1/operator/products/"+string(sandbox.UserCAL)+"/skus/0001/delivery", map[string]any{
			"hasKeys": true, "keyVersions": []string{"hand", "file"}, "suppliers": map[string]string{"hand": "manual", "file": "depot"}, "supplier": "manual",
		})
		byHand, byFile := buy(cal), buy(cal)
		if reveal(byHand, "hand") || reveal(byFile, "file") {
			t.Fatal("a key that nobody gave")
		}
		wait := harness.Read[struct {
			Items []struct{ ID, Version string }
		}](t, call("GET", "/v1/partner/keyrequests", nil), 200)
		for _, w := range wait.Items {
			if w.Version == "hand" {
				call("POST", "/v1/partner/keyrequests/"+w.ID, map[string]any{"productKey": canary + "-HAND"})
				call("POST", "/v1/partner/keyrequests/"+w.ID, map[string]any{"productKey": canary + "-AGAIN"})
			}
		}
		harness.Until(t, "the request of the depot", func() bool {
			asked, _ := filepath.Glob(filepath.Join(depot, "requests", "*.json"))
			if len(asked) != 1 {
				return false
			}
			name := strings.TrimSuffix(filepath.Base(asked[0]), ".json")
			return os.WriteFile(filepath.Join(depot, "keys", name+".key"), []byte(canary+"-FILE\n"), 0o600) == nil
		})
		harness.Until(t, "the key of the depot", func() bool { return reveal(byFile, "file") })
		if !reveal(byHand, "hand") || revealed != 3 {
			t.Fatalf("%d canaries of the pool were revealed: the test sees nothing", revealed)
		}
		// A replayed reveal is one more, and no stored answer.
		for _, path := range []string{
			"/v1/auditrecords?size=500", "/v1/partner/keypools", "/v1/partner/keyrequests", french + "/software", french + "/orders", french + "/subscriptions",
			french + "/entitlements", "/v1/invoices", "/v1/prices?country=FR", "/v1/policies", french + "/software/" + byHand + "/0/options",
			"/v1/operator/products/" + string(sandbox.UserCAL) + "/skus/0001/delivery", "/openapi.json", "/nowhere/" + "x",
		} {
			ans, err := client.Try("GET", path, nil)
			if told.Write(ans.Body); err != nil || ans.Status >= 500 {
				t.Errorf("%s: %d %v", path, ans.Status, err)
			}
		}
		for _, doc := range []string{"reconciliation", "documents/statement"} {
			ans, err := client.Try("GET", "/v1/invoices/G000000001/"+doc, nil)
			if told.Write(ans.Body); err != nil || ans.Status != 200 {
				t.Errorf("%s: %d %v", doc, ans.Status, err)
			}
		}
		metrics := metricsOf(t, scrape)
		if told.WriteString(metrics); !strings.Contains(metrics, `route="/v1/customers/{customer}/software/{order}/{line}/keys",method="POST"`) {
			t.Errorf("the metrics do not tell of reveals: the test sees nothing\n%s", metrics)
		}
		run(true, "keys rotate")
		copied := filepath.Join(site.Dir, "copy.db")
		if site.Engine == harness.SQLite {
			run(true, "backup", copied)
		}
		files(t, site.Dir, canary) // while it runs: with the write-ahead log
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
		keyset, old := filepath.Join(site.Dir, "secrets", "vault.keyset"), time.Now().Add(-2*time.Minute)
		if err := os.Chtimes(keyset, old, old); err != nil { // as if it had been rotated some minutes ago
			t.Fatal(err)
		}
		run(true, "keys retire")
		run(true, "keys pools", "--partner", site.Tenant)
		run(true, "verify")
		files(t, site.Dir, canary)
		if dir := site.Cluster(t); dir != "" {
			files(t, dir, canary)
			files(t, dir, fmt.Sprintf("%x", canary))
		}
		if strings.Contains(server.Log(), canary) || strings.Contains(told.String(), canary) {
			t.Error("a key is in the log, or in an answer that is not a reveal's")
		}
		if !strings.Contains(server.Log(), `"level":"DEBUG"`) || !strings.Contains(server.Log(), "/software/{order}/{line}/keys") {
			t.Error("the log does not tell of calls: the test sees nothing")
		}
		site.Start(t)
		if client = site.Client(t); !reveal(byHand, "hand") || !reveal(byFile, "file") {
			t.Error("a key is gone with the older keys of the vault")
		}
	})
}

// freeAddress is an address of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// metricsOf is what a scrape of the second listener reads.
func metricsOf(t *testing.T, address string) string {
	t.Helper()
	ans, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ans.Body.Close() }()
	text, err := io.ReadAll(ans.Body)
	if err != nil || ans.StatusCode != http.StatusOK {
		t.Fatal(ans.Status, err)
	}
	return string(text)
}

// offerOf is what the customer once bought and can buy again: software with keys.
func offerOf(t *testing.T, call func(method, path string, body any) harness.Answer, customer string) string {
	t.Helper()
	software := harness.Read[struct {
		Items []struct {
			OrderID, Title string
			LineItemNumber int
			HasKeys        bool
		}
	}](t, call("GET", customer+"/software", nil), 200)
	for _, i := range software.Items {
		if i.HasKeys && strings.HasPrefix(i.Title, "Server Standard") {
			order := harness.Read[struct{ LineItems []struct{ OfferID string } }](t, call("GET", customer+"/orders/"+i.OrderID, nil), 200)
			return order.LineItems[i.LineItemNumber].OfferID
		}
	}
	t.Fatal("the demo has no server with keys")
	return ""
}

// files fails the test for every file below a folder that holds a text.
func files(t *testing.T, dir, text string) {
	t.Helper()
	read := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // a server's own, which come and go
			return nil
		}
		if bytes.Contains(data, []byte(text)) {
			t.Errorf("%s holds a key", path)
		}
		read++
		return err
	})
	if err != nil || read < 4 {
		t.Errorf("%d files, %v", read, err)
	}
}
