//go:build e2e

package browser

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// cable stands between the browser and the server, and is pulled once so many bytes went up.
type cable struct {
	url, to string
	mu      sync.Mutex
	left    int64 // bytes until it is pulled
	pulled  bool
	conns   map[net.Conn]bool
}

func plug(t *testing.T, site string) *cable {
	t.Helper()
	u, err := url.Parse(site)
	must(t, err)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	c := &cable{to: u.Host, left: 1 << 60, conns: map[net.Conn]bool{}}
	u.Host = l.Addr().String()
	c.url = u.String()
	t.Cleanup(func() { _ = l.Close(); c.pull() })
	go func() {
		for {
			down, err := l.Accept()
			if err != nil {
				return
			}
			go c.join(down)
		}
	}()
	return c
}

// after lets the cable be pulled once n more bytes went up; zero plugs it in for good.
func (c *cable) after(n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left, c.pulled = n, false; n == 0 {
		c.left = 1 << 60
	}
}

func (c *cable) pull() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pulled = true
	for conn := range c.conns {
		_ = conn.Close()
	}
	clear(c.conns)
}

func (c *cable) join(down net.Conn) {
	up, err := net.Dial("tcp", c.to)
	c.mu.Lock()
	if err != nil || c.pulled {
		c.mu.Unlock()
		_ = down.Close()
		if up != nil {
			_ = up.Close()
		}
		return
	}
	c.conns[down], c.conns[up] = true, true
	c.mu.Unlock()
	go func() {
		_, _ = io.Copy(down, up)
		_ = down.Close()
	}()
	_, _ = io.Copy(counted{up, c}, down)
	_ = up.Close()
}

type counted struct {
	net.Conn
	c *cable
}

func (w counted) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	w.c.mu.Lock()
	w.c.left -= int64(n)
	over := w.c.left <= 0 && !w.c.pulled
	w.c.mu.Unlock()
	if over {
		w.c.pull()
	}
	return n, err
}

// TestAnUploadGoesOn pulls the cable in the middle of a file: the upload goes on by itself once it is plugged in, and after the page
// was left once the same file is chosen again; another file is not taken for it. Each ends with the SHA-256 of what was sent.
func TestAnUploadGoesOn(t *testing.T) {
	w := open(t)
	c := plug(t, w.URL)
	p, err := w.chrome.Open(c.url, w.SignIn(t, w.As(t, "OA")).Cookies()...)
	must(t, err)
	t.Cleanup(p.Close)
	const size = 5_000_000
	dir := t.TempDir()
	made := func(n byte) (file, sum string) {
		body := make([]byte, size+int(n)) // no multiple of a block
		_, _ = rand.NewChaCha8([32]byte{n}).Read(body)
		digest := sha256.Sum256(body)
		file = filepath.Join(dir, fmt.Sprintf("setup-%d.iso", n))
		must(t, os.WriteFile(file, body, 0o600))
		return file, hex.EncodeToString(digest[:])
	}
	said := func() string { return value[string](t, p, `document.querySelector("[data-say]").textContent`) }
	begin := func(file string) {
		t.Helper()
		must(t, p.Do(chromedp.SetUploadFiles("#f-file", []string{file})))
		value[bool](t, p, `(document.querySelector("[data-parts] form .btn.main").click(), true)`)
	}
	whole := func(file, sum string) {
		t.Helper()
		if err := p.Until(fmt.Sprintf(`location.search === "?file=%s" && !!document.querySelector(".said")`, sum)); err != nil {
			t.Fatalf("%v: %s", err, value[string](t, p, `location.href + " " + document.querySelector("main").innerText.slice(0, 600)`))
		}
		if text := value[string](t, p, `document.querySelector(".said").textContent`); !strings.Contains(text, filepath.Base(file)) {
			t.Errorf("it is said: %s", text)
		}
		sent, err := os.ReadFile(file)
		must(t, err)
		kept, err := os.ReadFile(filepath.Join(w.Dir, "media", sum))
		must(t, err)
		if !bytes.Equal(sent, kept) {
			t.Error("what is kept is not what was sent")
		}
	}

	file, sum := made(1)
	visit(t, p, "/operator/downloads")
	c.after(5 << 19) // half of it
	begin(file)
	must(t, p.Until(`document.querySelector("[data-say]").textContent.includes("connection is lost")`))
	if live := value[string](t, p, `document.getElementById("live").textContent`); !strings.Contains(live, "connection is lost") {
		t.Errorf("read out: %q", live)
	}
	c.after(0)
	whole(file, sum)
	p.Wrong() // the browser noted what did not answer

	file, sum = made(2)
	visit(t, p, "/operator/downloads")
	c.after(5 << 19)
	begin(file)
	must(t, p.Until(`document.querySelector("[data-say]").textContent.includes("connection is lost")`))
	must(t, p.Do(chromedp.Navigate("about:blank")))
	c.after(0)
	p.Wrong()
	visit(t, p, "/operator/downloads")
	if status, err := p.Led(chromedp.Click(`main a[href*="?upload="]`)); err != nil || status != 200 {
		t.Fatalf("going on leads to %d %v", status, err)
	}
	accessible(t, p, "an upload that goes on", everything)
	other, _ := made(3)
	begin(other)
	must(t, p.Until(`document.querySelector("[data-say]").textContent.includes("another file than setup-2.iso")`))
	before := w.Books(t).Count(t, "SELECT received FROM media_upload WHERE state = 'open'")
	if before < 1<<20 || before >= size {
		t.Errorf("%d bytes were kept of what was sent", before)
	}
	c.after(size + 2 - before + 1<<16) // what is missing, and what stands around it: not the whole file
	begin(file)
	whole(file, sum)
	silent(t, p, "gone on")

	// Without scripts the same form takes the file whole.
	must(t, p.Scripts(false))
	c.after(0)
	visit(t, p, "/operator/downloads")
	file, sum = made(4)
	must(t, p.Do(chromedp.SetUploadFiles("#f-file", []string{file})))
	if status, err := p.Led(chromedp.Click(`[data-parts] form .btn.main`)); err != nil || status != 200 {
		t.Fatalf("without scripts: %d %v: %s", status, err, said())
	}
	whole(file, sum)
}
