package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// plainServer is the first argument of this program when it serves a folder as Go's own file server does.
const plainServer = "plain-server"

const (
	goalDownloads = 0.8     // of the rate of a plain file server
	goalStream    = 2 << 20 // bytes of private memory

	linkDownloads = 50 // that a link allows
	linkLanguages = 20 // files of the product, so that a line has as many links
	openStreams   = 64
	streamRead    = 1 << 20 // bytes that are read of each before memory is looked at
)

// sizes of the files that are fetched; the goal is for the last.
var downloadSizes = []int{1 << 20, 8 << 20, 64 << 20}

// fetched are downloads of one size on one engine, ours and a plain server's.
type fetched struct {
	engine      string
	size        int
	ours, plain figures
	stream      int64 // bytes of private memory that one open transfer takes; -1: not measured
	private     int64 // of the server with all of them open
	uploadRate  float64
}

func (f fetched) ratio() float64 { return f.ours.rate() / f.plain.rate() }

func (f fetched) rate(of figures) float64 { return of.rate() * float64(f.size) / (1 << 20) }

func (f fetched) say(w io.Writer) {
	fmt.Fprintf(w, "%-9s downloads of %d MB, %d clients, each counted: %.0f MB/s (%.0f/s), a plain file server %.0f MB/s (%.0f/s): %.0f %%; others %.0f %%\n", f.engine, f.size>>20,
		deliverClients, f.rate(f.ours), f.ours.rate(), f.rate(f.plain), f.plain.rate(), 100*f.ratio(), 100*max(f.ours.others(), f.plain.others()))
	if f.stream >= 0 {
		fmt.Fprintf(w, "%-9s %d transfers open: %.2f MB of private memory each, %.1f MB in all; it came in at %.0f MB/s\n", f.engine, openStreams,
			float64(f.stream)/(1<<20), megabytes(f.private), f.uploadRate)
	}
}

func (f fetched) goal(say func(met bool, format string, args ...any)) {
	if f.stream < 0 {
		return
	}
	say(f.ratio() >= goalDownloads, "%s, downloads of %d MB, %d clients: %.0f %% of a plain file server (at least %.0f %%)", f.engine, f.size>>20, deliverClients,
		100*f.ratio(), 100*goalDownloads)
	say(f.stream <= goalStream, "%s, %d transfers open: %.2f MB each (at most %.0f MB)", f.engine, openStreams, float64(f.stream)/(1<<20), megabytes(goalStream))
}

// links hands out download addresses, each as often as it may be used.
type links struct {
	all  []string
	used atomic.Int64
}

func (l *links) next() (string, error) {
	n := int(l.used.Add(1) - 1)
	if n/linkDownloads >= len(l.all) {
		return "", errSoldOut
	}
	return l.all[n/linkDownloads], nil
}

// downloads fetches files by links and, in rounds in turn, from a plain file server over the same folder.
func (b *bench) downloads(ctx context.Context, engine string, sh *shop, dir string) error {
	plain, addr, err := startPlain(ctx, filepath.Join(sh.s.data, "media"))
	if err != nil {
		return err
	}
	defer func() { _ = plain.Process.Kill(); _ = plain.Wait() }() // it ends with us
	for i, size := range downloadSizes {
		f := fetched{engine: engine, size: size, stream: -1}
		sum, l, took, err := sh.links(ctx, size, i)
		if err != nil {
			return err
		}
		f.uploadRate = float64(size) / (1 << 20) / took.Seconds()
		for range rounds {
			got, err := b.fetchAll(size, plain.Process.Pid, nil, addr, func() (string, error) { return "/" + sum, nil })
			if err != nil {
				return fmt.Errorf("the plain server: %w", err)
			}
			f.plain.add(got)
			if got, err = b.fetchAll(size, sh.s.cmd.Process.Pid, sh.cpu(), sh.s.addr, l.next); err != nil {
				return fmt.Errorf("ours: %w\n%s", err, sh.s.said())
			}
			f.ours.add(got)
		}
		if i == len(downloadSizes)-1 {
			if f.stream, f.private, err = sh.streams(l); err != nil {
				return err
			}
		}
		f.say(os.Stdout)
		b.report.fetched = append(b.report.fetched, f)
	}
	return ctx.Err()
}

// links brings a file in, makes it what the product delivers in many languages, and issues links for it.
func (sh *shop) links(ctx context.Context, size, round int) (sum string, l *links, took time.Duration, err error) {
	content := make([]byte, size)
	for i := 0; i < len(content); i += 4096 {
		copy(content[i:], strconv.Itoa(i+round))
	}
	if sum, took, err = sh.upload(ctx, fmt.Sprintf("file-%d.bin", size), content); err != nil {
		return "", nil, 0, err
	}
	type file struct {
		Language string `json:"language"`
		FileName string `json:"fileName"`
		SHA256   string `json:"sha256"`
	}
	var files []file
	for n := range linkLanguages {
		files = append(files, file{fmt.Sprintf("l%d-%d", round, n), "file.bin", sum})
	}
	text, err := json.Marshal(map[string]any{"hasKeys": true, "pool": "server", "keyVersions": []string{"2022"}, "files": files})
	if err != nil {
		return "", nil, 0, err
	}
	path := "/v1/operator/products/" + string(sandbox.ServerPerpetual) + "/skus/0001/delivery"
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+sh.s.addr+path, bytes.NewReader(text))
	if err != nil {
		return "", nil, 0, err
	}
	req.Header.Set("Authorization", "Bearer "+sh.token)
	req.Header.Set("Content-Type", "application/json")
	var none struct{}
	if err := sh.s.do(req, http.StatusOK, &none); err != nil {
		return "", nil, 0, err
	}
	l = &links{}
	for _, line := range sh.lines {
		for _, f := range files {
			if len(l.all)*linkDownloads*size >= 400<<30 || len(l.all) == 600 {
				return sum, l, took, nil
			}
			var out struct{ URI string }
			if err := sh.s.post(ctx, sh.token, line.path("downloads"), map[string]any{"language": f.Language}, http.StatusOK, &out); err != nil {
				return "", nil, 0, err
			}
			_, token, _ := strings.Cut(out.URI, "/downloads/")
			l.all = append(l.all, "/downloads/"+token)
		}
	}
	return sum, l, took, nil
}

// fetchAll lets clients fetch whole files for one round. Each comes as somebody new, so that each fetch counts.
func (b *bench) fetchAll(size, pid int, db meter, addr string, path func() (string, error)) (f figures, err error) {
	fetchers := make([]*fetcher, deliverClients)
	for i := range fetchers {
		if fetchers[i], err = newFetcher(addr); err != nil {
			return f, err
		}
		defer func() { _ = fetchers[i].conn.Close() }()
	}
	meters := []meter{machineCPU, cpuOf(pid), ownCPU}
	if db != nil {
		meters = append(meters, db)
	}
	f, used, err := drive(deliverClients, b.measure/rounds, func(client int) error {
		p, err := path()
		if err != nil {
			return err
		}
		c := fetchers[client]
		if err := c.ask(p); err != nil {
			return err
		}
		return c.drain(int64(size))
	}, meters...)
	if err != nil {
		return f, err
	}
	f.count(used)
	return f, nil
}

// fetcher is a client that reads as fast as it can and keeps nothing.
type fetcher struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
	buf  []byte
}

func newFetcher(addr string) (*fetcher, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &fetcher{addr, conn, bufio.NewReaderSize(conn, 64<<10), make([]byte, 256<<10)}, nil
}

// ask sends a request and reads the answer's head.
func (c *fetcher) ask(path string) error {
	if _, err := fmt.Fprintf(c.conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n\r\n", path, c.addr, id.Random{}.GUID()); err != nil {
		return err
	}
	for n := 0; ; n++ {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return err
		}
		if n == 0 && !strings.HasPrefix(line, "HTTP/1.1 200 ") {
			return fmt.Errorf("answered %q", strings.TrimSpace(line))
		}
		if strings.TrimSpace(line) == "" {
			return nil
		}
	}
}

// drain reads n bytes of the body: what is buffered, then the connection itself.
func (c *fetcher) drain(n int64) error {
	for n > 0 {
		from := io.Reader(c.conn)
		if c.in.Buffered() > 0 {
			from = c.in
		}
		got, err := from.Read(c.buf[:min(int64(len(c.buf)), n, int64(max(c.in.Buffered(), len(c.buf))))])
		if n -= int64(got); err != nil && n > 0 {
			return err
		}
	}
	return nil
}

// streams opens many transfers at once and tells what private memory each takes while they stand still.
func (sh *shop) streams(l *links) (each, all int64, err error) {
	pid := sh.s.cmd.Process.Pid
	before, err := statusOf(pid, "RssAnon:")
	if err != nil {
		return 0, 0, err
	}
	var wg sync.WaitGroup
	errs := make([]error, openStreams)
	for i := range errs {
		path, err := l.next()
		if err != nil {
			return 0, 0, err
		}
		c, err := newFetcher(sh.s.addr)
		if err != nil {
			return 0, 0, err
		}
		defer func() { _ = c.conn.Close() }()
		wg.Go(func() {
			if errs[i] = c.ask(path); errs[i] == nil {
				errs[i] = c.drain(streamRead)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return 0, 0, err
	}
	all, err = statusOf(pid, "RssAnon:")
	return max(0, all-before) / openStreams, all, err
}

// startPlain serves a folder by this program in a process of its own.
func startPlain(ctx context.Context, dir string) (*exec.Cmd, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	cmd := exec.CommandContext(ctx, self, plainServer, dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	addr, err := bufio.NewReader(out).ReadString('\n')
	return cmd, strings.TrimSpace(addr), err
}

// servePlain is Go's own file server over a folder; it prints where it listens.
func servePlain(dir string) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	server := &http.Server{Handler: http.FileServer(http.Dir(dir)), ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(ln)
}
