package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// bringing is an import by the command line: what it brings in a round, and how much of that there is.
type bringing struct {
	name    string
	command func(t *testing.T, site *harness.Site, round int) *exec.Cmd
	count   string // how many there are in all
	n       int64  // that a round adds
}

var bringings = []bringing{
	{"keys", func(t *testing.T, site *harness.Site, round int) *exec.Cmd {
		return importing(site, "keys", "--partner", site.Tenant, keyFile(t, fmt.Sprintf("ROUND%d", round), 2000))
	}, `SELECT COUNT(*) FROM license_key`, 2000},
	{"offers", func(t *testing.T, site *harness.Site, round int) *exec.Cmd {
		return importing(site, "offers", offerFile(t, round, 300))
	}, `SELECT COUNT(*) FROM product`, 300},
	{"prices", func(t *testing.T, site *harness.Site, round int) *exec.Cmd {
		return importing(site, "prices", priceFile(t, round, 1500))
	}, `SELECT COUNT(*) FROM price`, 1500},
	{"media", func(t *testing.T, site *harness.Site, round int) *exec.Cmd {
		return importing(site, "media", mediaDir(t, round, 6))
	}, `SELECT COUNT(*) FROM media_file`, 6},
}

func importing(site *harness.Site, what string, more ...string) *exec.Cmd {
	cmd := site.Command(what, more...)
	cmd.Args = append([]string{cmd.Args[0], "import"}, cmd.Args[1:]...)
	return cmd
}

// offerFile has n offers that no other round has.
func offerFile(t *testing.T, round, n int) string {
	t.Helper()
	items := make([]map[string]any, n)
	for i := range items {
		items[i] = map[string]any{
			"id": fmt.Sprintf("0FFE%04X-%04X-4AAA-8AAA-000000000001", round, i), "name": fmt.Sprintf("Offer %d of round %d", i, round),
			"description": "An offer.", "minimumQuantity": 1, "maximumQuantity": 100, "rank": i, "locale": "en-US", "country": "US",
			"category":           map[string]any{"id": "Enterprise_Key", "name": "Enterprise", "rank": 10, "locale": "en-US", "country": "US"},
			"limitUnitOfMeasure": "None", "limit": 0, "termUnitOfMeasure": "Year", "term": 1, "prerequisiteOffers": []string{}, "isAddOn": false,
			"isAvailableForPurchase": true, "billing": "license", "supportedBillingCycles": []string{"annual"}, "isAutoRenewable": true,
			"isMicrosoftProduct": true, "isTrial": false, "unitType": "Licenses",
			"product": map[string]any{"id": fmt.Sprintf("0FFE%04X-%04X-4AAA-8AAA-000000000002", round, i), "name": "Offer", "unit": "Licenses"},
		}
	}
	text, err := json.Marshal(map[string]any{"totalCount": n, "items": items})
	if err != nil {
		t.Fatal(err)
	}
	return fileOf(t, "offers.json", text)
}

// priceFile has n price rows that no other round has, of ten products.
func priceFile(t *testing.T, round, n int) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("ProductTitle,ProductId,SkuId,SkuTitle,Publisher,TermDuration,BillingPlan,Market,Currency,UnitPrice,EffectiveStartDate,EffectiveEndDate,Segment\r\n")
	for i := range n {
		day := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, round*n+i)
		fmt.Fprintf(&b, "Disk %d,NCEDISK%05d,1,Disk,,P1Y,Annual,US,USD,%d,%s,%s,Commercial\r\n", i%10, i%10, 100+i, day.Format("1/2/2006"), day.AddDate(0, 0, 1).Format("1/2/2006"))
	}
	return fileOf(t, "prices.csv", b.Bytes())
}

// mediaDir is a folder of n files that no other round has.
func mediaDir(t *testing.T, round, n int) string {
	t.Helper()
	dir := t.TempDir()
	list := "ProductId,SkuId,Version,Language,FileType,File\n"
	for i := range n {
		name := fmt.Sprintf("file-%d-%d.bin", round, i)
		if err := os.WriteFile(filepath.Join(dir, name), filling(1<<20, uint64(round*n+i)), 0o600); err != nil {
			t.Fatal(err)
		}
		list += fmt.Sprintf("%s,1,r%d,l%d,bin,%s\n", sandbox.UserCAL, round, i, name)
	}
	if err := os.WriteFile(filepath.Join(dir, "media.csv"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func fileOf(t *testing.T, name string, text []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func filling(n int, seed uint64) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), 1}).Read(b) // never fails
	return b
}

// TestKillDuringImports ends importing processes at random: what a file brings is all there or not at all, the next run is whole,
// and nothing of the others is left over.
func TestKillDuringImports(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		chance := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1)) // when it dies is left to chance
		for _, b := range bringings {
			t.Run(b.name, func(t *testing.T) {
				books := site.Books(t)
				count := func() int64 {
					books.Settle(t)
					return books.Count(t, b.count)
				}
				began := time.Now()
				if out, err := b.command(t, site, 0).CombinedOutput(); err != nil { // how long one takes
					t.Fatalf("%v\n%s", err, out)
				}
				whole := time.Since(began)
				before := count()
				var states [2]int
				for round := range killRounds {
					cmd := b.command(t, site, round+1)
					if err := cmd.Start(); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Duration(chance.Int64N(int64(whole * 5 / 4))))
					_ = cmd.Process.Kill()
					_ = cmd.Wait() // it was killed
					after := count()
					if after != before && after != before+b.n {
						t.Fatalf("round %d: %d of %d", round, after-before, b.n)
					}
					states[(after-before)/b.n]++
					before = after
				}
				if out, err := b.command(t, site, killRounds+1).CombinedOutput(); err != nil || count() != before+b.n {
					t.Errorf("%v, %d more\n%s", err, count()-before, out)
				}
				t.Logf("%s, %s: %d killed before, %d after the commit, 0 in between", site.Engine, b.name, states[0], states[1])
			})
		}
		server := site.Start(t) // which tidies on SQLite, where nobody else can be at work
		wholeMedia(t, site)
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
		site.Verify(t)
	})
}

// wholeMedia holds the folder of media against its rows: each file is there and what it is named, and on SQLite, where a start
// tidies, nothing else.
func wholeMedia(t *testing.T, site *harness.Site) {
	t.Helper()
	dir := filepath.Join(site.Dir, "media")
	rows := site.Books(t).Texts(t, `SELECT sha256 FROM media_file`)
	for _, sum := range rows {
		text, err := os.ReadFile(filepath.Join(dir, sum))
		if got := sha256.Sum256(text); err != nil || hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s is not whole: %v", sum, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if site.Engine == harness.SQLite && !slices.Contains(rows, e.Name()) {
			t.Errorf("%s is left over", e.Name())
		}
	}
}

// killing kills the server at random instants and starts it again until the function it gives is called, which tells how often.
func killing(t *testing.T, site *harness.Site, server *harness.Server, within time.Duration) (stop func() int) {
	t.Helper()
	ended, done := make(chan struct{}), make(chan int)
	go func() {
		kills := 0
		defer func() { done <- kills }()
		for {
			select {
			case <-ended:
				return
			case <-time.After(time.Duration(rand.Int64N(int64(within)))):
			}
			server.Kill()
			var err error
			if server, err = site.Launch(); err == nil {
				err = server.Await()
			}
			if kills++; err != nil {
				t.Errorf("after kill %d: %v", kills, err)
				return
			}
		}
	}()
	return func() int {
		close(ended)
		kills := <-done
		t.Cleanup(func() { _ = server.Stop() })
		return kills
	}
}

// TestKillDuringUploads kills the server while files come in by parts: each goes on where the server says, ends whole, and is no
// medium a moment before.
func TestKillDuringUploads(t *testing.T) {
	const uploads, part = 3, 192 << 10
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		server := site.Start(t)
		client := site.Client(t)
		stop := killing(t, site, server, 120*time.Millisecond)
		var all sync.WaitGroup
		var parts, again atomic.Int64
		sums := make([]string, uploads)
		for i := range uploads {
			all.Go(func() {
				content := filling((2+killRounds/4)<<20, uint64(i))
				raw := sha256.Sum256(content)
				sums[i] = hex.EncodeToString(raw[:])
				var u struct {
					ID, State string
					Offset    int
				}
				// insist repeats a call until it is answered, whoever is killed meanwhile.
				insist := func(method, path string, body any, header ...string) harness.Answer {
					for {
						ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
						ans, err := client.TryFor(ctx, method, path, body, header...)
						cancel()
						if err == nil && ans.Status != http.StatusServiceUnavailable {
							return ans
						}
						again.Add(1)
						time.Sleep(5 * time.Millisecond) // nobody listens: do not spin
					}
				}
				ans := insist("POST", "/v1/operator/media/uploads", map[string]any{"fileName": "a.bin", "size": len(content), "sha256": sums[i]}, "MS-RequestId", guid(i))
				for u.State != "stored" {
					if err := json.Unmarshal(ans.Body, &u); err != nil || u.ID == "" {
						t.Errorf("%d %s", ans.Status, ans.Body)
						return
					}
					path := "/v1/operator/media/uploads/" + u.ID
					ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
					_, err := client.TryFor(ctx, "PATCH", path, content[u.Offset:min(u.Offset+part, len(content))], "Upload-Offset", fmt.Sprint(u.Offset))
					cancel()
					if parts.Add(1); err != nil {
						again.Add(1)
					}
					ans = insist("GET", path, nil) // how far it is, whatever became of the part
				}
			})
		}
		all.Wait()
		kills := stop()
		for _, sum := range sums {
			text, err := os.ReadFile(filepath.Join(site.Dir, "media", sum))
			if got := sha256.Sum256(text); err != nil || hex.EncodeToString(got[:]) != sum {
				t.Errorf("%s is not whole: %v", sum, err)
			}
		}
		if n := site.Books(t).Count(t, `SELECT COUNT(*) FROM media_file`); n != uploads+1 { // and the demo's own
			t.Errorf("%d media", n)
		}
		t.Logf("%s: %d uploads in %d parts, %d calls without an answer, %d kills: all whole", site.Engine, uploads, parts.Load(), again.Load(), kills)
	})
}

// TestKillDuringReveals kills the server while keys are revealed: whoever was shown a key is shown the same one ever after, no key
// is shown for two lines, and what was shown is in the log.
func TestKillDuringReveals(t *testing.T) {
	const clients = 6
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		out, err := importing(site, "keys", "--partner", site.Tenant, keyFile(t, "KILL", 400)).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		server := site.Start(t)
		client, french := site.Client(t), "/v1/customers/"+site.Of(t, "FR").ID
		lines := make([]string, clients*(4+killRounds))
		for i := range lines {
			lines[i] = boughtServer(t, client, french)
		}
		books := site.Books(t)
		recorded := func() int64 {
			return books.Count(t, `SELECT COUNT(*) FROM activity WHERE operation = 'get_software_key' AND body NOT LIKE '%"failed"%'`)
		}
		before := recorded()
		stop := killing(t, site, server, 150*time.Millisecond)
		reveal := func(order string) (string, error) {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			ans, err := client.TryFor(ctx, "POST", french+"/software/"+order+"/0/keys", map[string]any{"version": "2022"})
			if err != nil || ans.Status == http.StatusServiceUnavailable {
				return "", nil //nolint:nilerr // nobody was told anything
			}
			var k struct{ Keys []struct{ ProductKey string } }
			if err := json.Unmarshal(ans.Body, &k); err != nil || ans.Status != 200 || len(k.Keys) != 1 {
				return "", fmt.Errorf("%d %s", ans.Status, strings.ReplaceAll(string(ans.Body), "KILL", ""))
			}
			return k.Keys[0].ProductKey, nil
		}
		var mu sync.Mutex
		shown, answers, unheard := map[string]string{}, int64(0), 0
		var all sync.WaitGroup
		for c := range clients {
			all.Go(func() {
				for i := c; i < len(lines); i += clients {
					for heard := 0; heard < 2; { // each is shown twice
						key, err := reveal(lines[i])
						mu.Lock()
						switch had := shown[lines[i]]; {
						case err != nil:
							t.Error(err)
						case key == "":
							unheard++
						case had != "" && had != key:
							t.Error("a line was shown another key than before")
						default:
							shown[lines[i]] = key
							answers++
						}
						mu.Unlock()
						if err != nil {
							return
						}
						if key != "" {
							heard++
						} else {
							time.Sleep(5 * time.Millisecond) // nobody listens: do not spin
						}
					}
				}
			})
		}
		all.Wait()
		kills := stop()
		owners := map[string]bool{}
		for order, key := range shown {
			if owners[key] {
				t.Error("a key was shown for two lines")
			}
			owners[key] = true
			if again, err := reveal(order); err != nil || again != key {
				t.Errorf("another key than before: %v", err)
			}
			if n := books.Count(t, `SELECT COUNT(*) FROM license_key WHERE order_id = $1`, order); n != 1 {
				t.Errorf("a line has %d keys", n)
			}
		}
		if logged := recorded() - before; logged < answers+int64(len(shown)) {
			t.Errorf("%d reveals are in the log, %d were answered", logged, answers+int64(len(shown)))
		}
		t.Logf("%s: %d lines, %d reveals answered, %d calls without an answer, %d kills: each line its key, each reveal in the log", site.Engine, len(shown), answers, unheard, kills)
	})
}
