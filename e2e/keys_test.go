package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
)

// importKeys is the command over a file, not started.
func importKeys(site *harness.Site, file string) *exec.Cmd {
	cmd := site.Command("keys", "--partner", site.Tenant, file)
	cmd.Args = append([]string{cmd.Args[0], "import"}, cmd.Args[1:]...)
	return cmd
}

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

// TestKillDuringImportOfKeys ends the importing process at random: all keys are there or none, and the next run is whole.
func TestKillDuringImportOfKeys(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		const n = 3000
		count := func() int64 { return site.Books(t).Count(t, `SELECT COUNT(*) FROM license_key`) }
		before := count()
		var states [2]int
		for round := range 6 {
			cmd := importKeys(site, keyFile(t, fmt.Sprintf("ROUND%d", round), n))
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rand.Int63n(int64(600 * time.Millisecond)))) // when it dies is left to chance
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
			after := count()
			if after != before && after != before+n {
				t.Fatalf("round %d: %d keys of %d", round, after-before, n)
			}
			states[(after-before)/n]++
			before = after
		}
		out, err := importKeys(site, keyFile(t, "LAST", n)).CombinedOutput()
		if err != nil || count() != before+n {
			t.Errorf("%v\n%s", err, out)
		}
		site.Verify(t)
		t.Logf("%d killed before, %d after the commit", states[0], states[1])
	})
}

// TestCanaryKeys (G42): keys with a mark are imported, refused, revealed, cancelled, rotated, copied; the mark is found nowhere
// but in the answers of reveals.
func TestCanaryKeys(t *testing.T) {
	const canary = "CANARY7Q"
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		var told bytes.Buffer // what anybody but the one who reveals gets to read
		out, err := importKeys(site, keyFile(t, canary, 60)).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		told.Write(out)
		out, _ = importKeys(site, keyFile(t, canary+"\"", 2)).CombinedOutput() // refused: quotes
		told.Write(out)
		server := site.Start(t)
		client, french := site.Client(t), "/v1/customers/"+site.Of(t, "FR").ID
		call := func(method, path string, body any) harness.Answer {
			ans := client.Call(t, method, path, body)
			told.Write(ans.Body)
			return ans
		}
		call("POST", "/v1/partner/keypools/server/keys", map[string]any{"version": "2022", "keys": []string{canary + "-X", canary + "-X", canary + "-00001"}})
		call("POST", "/v1/partner/keypools/server/keys", map[string]any{"version": "2022", "kind": "KMS", "keys": []string{canary}})
		call("POST", "/v1/partner/keypools/server/keys", map[string]any{"version": "2022", "keys": canary})
		call("POST", "/v1/partner/keypools/server/keys", []byte(`{"keys":["`+canary))
		item := offerOf(t, call, french)
		revealed := 0
		for range 45 {
			o := harness.Read[struct{ ID string }](t, call("POST", french+"/orders", map[string]any{
				"lineItems": []map[string]any{{"lineItemNumber": 0, "offerId": item, "quantity": 1}},
			}), 201)
			keys := french + "/software/" + o.ID + "/0/keys"
			if bytes.Contains(client.Call(t, "POST", keys, map[string]any{"version": "2022"}).Body, []byte(canary)) {
				revealed++
			}
			call("POST", keys, map[string]any{"kind": "KMS"})
			call("POST", keys, map[string]any{"version": canary})
			if revealed == 3 {
				call("PATCH", french+"/orders/"+o.ID, map[string]any{"status": "cancelled"})
				call("POST", keys, map[string]any{"version": "2022"})
				break
			}
		}
		if revealed != 3 {
			t.Fatalf("%d canaries were revealed: the test sees nothing", revealed)
		}
		call("GET", "/v1/auditrecords?size=500", nil)
		call("GET", "/v1/partner/keypools", nil)
		rotate := site.Command("rotate")
		rotate.Args = append([]string{rotate.Args[0], "keys"}, rotate.Args[1:]...)
		if out, err = rotate.CombinedOutput(); err != nil {
			t.Errorf("rotate: %v\n%s", err, out)
		}
		copied := filepath.Join(site.Dir, "copy.db")
		if site.Engine == harness.SQLite {
			if out, err := site.Command("backup", copied).CombinedOutput(); err != nil {
				t.Errorf("backup: %v\n%s", err, out)
			}
		}
		files(t, site.Dir, canary) // while it runs: with the write-ahead log
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
		files(t, site.Dir, canary)
		if site.Engine == harness.Postgres {
			books := site.Books(t)
			for _, table := range books.Texts(t, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`) {
				hex := fmt.Sprintf("%x", canary)
				if n := books.Count(t, `SELECT COUNT(*) FROM `+table+` x WHERE x::text LIKE '%`+canary+`%' OR x::text LIKE '%`+hex+`%'`); n > 0 {
					t.Errorf("%d rows of %s hold a key", n, table)
				}
			}
		}
		if strings.Contains(server.Log(), canary) || strings.Contains(told.String(), canary) {
			t.Error("a key is in the log, or in an answer that is not a reveal's")
		}
	})
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
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
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
