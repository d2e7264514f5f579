package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// upload brings a file in by the operator's API, in parts, and gives its SHA-256.
func upload(t *testing.T, client *harness.Client, name string, content []byte, part int) string {
	t.Helper()
	raw := sha256.Sum256(content)
	sum := hex.EncodeToString(raw[:])
	u := harness.Read[struct{ ID, State string }](t, client.Call(t, "POST", "/v1/operator/media/uploads",
		map[string]any{"fileName": name, "size": len(content), "sha256": sum}), 201)
	for at := 0; u.State != "stored"; at += part {
		u = harness.Read[struct{ ID, State string }](t, client.Call(t, "PATCH", "/v1/operator/media/uploads/"+u.ID,
			content[at:min(at+part, len(content))], "Upload-Offset", fmt.Sprint(at), "Content-Type", "application/offset+octet-stream"), 200)
	}
	return sum
}

// deliver makes a file the download of a perpetual server.
func deliver(t *testing.T, client *harness.Client, sum string) {
	t.Helper()
	ans := client.Call(t, "PUT", "/v1/operator/products/"+string(sandbox.ServerPerpetual)+"/skus/0001/delivery", map[string]any{
		"hasKeys": true, "pool": "server", "keyVersions": []string{"2022", "2019"}, "files": []map[string]any{{"fileName": "server.bin", "sha256": sum}},
	})
	if ans.Status != 200 {
		t.Fatalf("%d %s", ans.Status, ans.Body)
	}
}

// boughtServer is an order of one perpetual server.
func boughtServer(t *testing.T, client *harness.Client, customer string) string {
	t.Helper()
	return harness.Read[struct{ ID string }](t, client.Call(t, "POST", customer+"/orders", map[string]any{
		"lineItems": []map[string]any{{"lineItemNumber": 0, "offerId": perpetualItem, "quantity": 1}},
	}), 201).ID
}

// visitor is one client at a link: whatever it does, it is one download or none.
type visitor struct {
	http  *http.Client
	uri   string
	agent string
	file  []byte
}

// fetch makes one request and reads at most some of the answer: what is left is hung up on.
func (v visitor) fetch(method string, from, most int64) (status int, got []byte, err error) {
	r, err := http.NewRequestWithContext(context.Background(), method, v.uri, nil)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("User-Agent", v.agent)
	if from >= 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	resp, err := v.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	got, err = io.ReadAll(io.LimitReader(resp.Body, most))
	return resp.StatusCode, got, errors.Join(err, resp.Body.Close())
}

// visit does what callers do: the whole file, with a break and a resumption or two, by ranges from the first request on, with
// HEAD before or alone. It tells whether it was let in, and whether it asked for anything that counts.
func (v visitor) visit(chance *rand.Rand) (granted, counts bool, err error) {
	size := int64(len(v.file))
	head := chance.IntN(4) == 0
	if head {
		if status, _, err := v.fetch("HEAD", -1, 0); err != nil || status != 200 && status != 410 {
			return false, false, fmt.Errorf("HEAD: %d %w", status, err)
		}
		if chance.IntN(3) == 0 {
			return false, false, nil // it only looked
		}
	}
	var have []byte
	from := int64(-1)
	if chance.IntN(4) == 0 {
		from = 0 // a download manager asks for a range at once
	}
	for step := 0; ; step++ {
		most := size + 1
		if step < 3 && chance.IntN(3) == 0 {
			most = chance.Int64N(size) // and hangs up
		}
		status, got, err := v.fetch("GET", from, most)
		if err != nil {
			return granted, true, err
		}
		switch {
		case step == 0 && status == 410:
			return false, true, nil
		case from < 0 && status != 200, from >= 0 && status != 206:
			return granted, true, fmt.Errorf("%s, step %d from %d: %d", v.agent, step, from, status)
		}
		granted = true
		if have = append(have, got...); int64(len(have)) == size {
			break
		}
		from = int64(len(have))
	}
	if !bytes.Equal(have, v.file) {
		return granted, true, fmt.Errorf("%s has other bytes", v.agent)
	}
	return granted, true, nil
}

// TestE24DownloadStorm: round after round 200 callers use a link of 50 downloads at once, with HEAD, ranges, broken and resumed
// transfers mixed in: exactly 50 are let in, each of them to the end (G30).
func TestE24DownloadStorm(t *testing.T) {
	const callers = 200
	file := make([]byte, 96<<10)
	for i := range file {
		file[i] = byte(i * 7 / 3)
	}
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		site.Start(t)
		client, books := site.Client(t), site.Books(t)
		deliver(t, client, upload(t, client, "server.bin", file, 40<<10))
		customer := "/v1/customers/" + site.Of(t, "FR").ID
		order := boughtServer(t, client, customer)
		began := time.Now()
		var broken, wrong int
		for round := range downloadRounds {
			l := harness.Read[link](t, client.Call(t, "POST", customer+"/software/"+order+"/0/downloads", map[string]any{"renew": true}), 200)
			var granted, asked atomic.Int64
			var all sync.WaitGroup
			begin, errs := make(chan struct{}), make(chan error, callers)
			for i := range callers {
				all.Go(func() {
					<-begin
					v := visitor{client.HTTP, l.URI, fmt.Sprintf("caller/%d.%d", round, i), file}
					ok, counts, err := v.visit(rand.New(rand.NewPCG(uint64(round), uint64(i))))
					if err != nil {
						errs <- err
					}
					if counts {
						asked.Add(1)
					}
					if ok {
						granted.Add(1)
					}
				})
			}
			close(begin)
			all.Wait()
			close(errs)
			for err := range errs {
				if broken++; broken < 5 {
					t.Error(err)
				}
			}
			used := books.Count(t, `SELECT used FROM download_link WHERE order_id = $1 AND state = 'live'`, order)
			if granted.Load() != 50 || used != 50 || asked.Load() <= 50 {
				if wrong++; wrong < 5 {
					t.Errorf("round %d: %d of %d let in, the link counts %d", round, granted.Load(), asked.Load(), used)
				}
			}
			late := visitor{client.HTTP, l.URI, "late", file}
			for _, method := range []string{"HEAD", "GET"} {
				if status, _, err := late.fetch(method, -1, 1); status != 410 || err != nil {
					t.Errorf("round %d: %s after the last download: %d %v", round, method, status, err)
				}
			}
		}
		t.Logf("%s: %d rounds of %d callers in %.1f s: %d with another count than 50, %d visits that broke", site.Engine, downloadRounds, callers,
			time.Since(began).Seconds(), wrong, broken)
	})
}

// TestG45ForgedLinks: every bit of a token flipped by itself, and every other way to be nearly right, leads nowhere.
func TestG45ForgedLinks(t *testing.T) {
	harness.Both(t, func(t *testing.T, site *harness.Site) {
		site.Start(t)
		client := site.Client(t)
		customer := "/v1/customers/" + site.Of(t, "FR").ID
		order := boughtServer(t, client, customer)
		l := harness.Read[link](t, client.Call(t, "POST", customer+"/software/"+order+"/0/downloads", chosenFile), 200)
		before, token, _ := strings.Cut(l.URI, "/downloads/")
		if len(token) != 43 {
			t.Fatalf("a token of %d characters", len(token))
		}
		forged := []string{"", token[1:], token[:42], token + "A", token + "/", token + "%00", "../downloads/" + token, "x/../" + token, strings.ToUpper(token), strings.ToLower(token), strings.Repeat(token, 100)}
		for at := range len(token) {
			for bit := range 8 {
				raw := []byte(token)
				raw[at] ^= 1 << bit
				var escaped strings.Builder
				for _, c := range raw {
					fmt.Fprintf(&escaped, "%%%02X", c)
				}
				forged = append(forged, escaped.String())
			}
		}
		accepted := 0
		for _, f := range forged {
			if f == token {
				continue // a token of capitals or of small letters alone
			}
			for _, method := range []string{"GET", "HEAD"} {
				ans, err := (&harness.Client{HTTP: noRedirect(client.HTTP)}).Try(method, before+"/downloads/"+f, nil)
				if err != nil {
					t.Fatal(err)
				}
				if ans.Status < 300 || ans.Status >= 500 {
					accepted++
					t.Errorf("%s %s: %d", method, f, ans.Status)
				}
			}
		}
		if ans, err := (&harness.Client{HTTP: client.HTTP}).Try("GET", l.URI, nil); err != nil || ans.Status != 200 {
			t.Errorf("the true one: %d %v", ans.Status, err)
		}
		t.Logf("%d forged links, %d accepted", len(forged), accepted)
	})
}

func noRedirect(c *http.Client) *http.Client {
	one := *c
	one.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &one
}
