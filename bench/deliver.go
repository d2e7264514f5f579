package main

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
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

const (
	measureReveal    = "reveal"
	measureDownloads = "downloads"

	deliverBuyers  = 32 // customers; one act at a time on each
	deliverLines   = 8  // of each
	deliverClients = 8

	goalReveal = 20 * time.Millisecond
)

// revealed are reveals of product keys on one engine.
type revealed struct {
	engine  string
	figures figures
	fresh   int // of them the first of a line, which takes a key from the pool
}

func (r revealed) say(w io.Writer) {
	fmt.Fprintf(w, "%-9s %d reveals, of them %d that take a key, %d clients: %.0f/s, p50 %.2f ms, p99 %.2f ms; others %.0f %%\n", r.engine,
		r.figures.total, r.fresh, deliverClients, r.figures.rate(), milliseconds(r.figures.at(0.5)), milliseconds(r.figures.at(0.99)), 100*r.figures.others())
}

func (r revealed) goal(say func(met bool, format string, args ...any)) {
	p99 := r.figures.at(0.99)
	say(p99 <= goalReveal, "%s, key reveal, %d clients: p99 %.2f ms (at most %.0f ms)", r.engine, deliverClients, milliseconds(p99), milliseconds(goalReveal))
}

// shop is a demo that is served as in production, with buyers who hold lines of software.
type shop struct {
	database
	s     *server
	token string
	lines []soldLine
}

type soldLine struct{ customer, order string }

func (l soldLine) path(what string) string {
	return "/v1/customers/" + l.customer + "/software/" + l.order + "/0/" + what
}

// served is a database that a server is told of, and no more.
type served struct {
	database
	address string
	meter   meter
}

func (d served) url() string { return d.address }
func (d served) cpu() meter  { return d.meter }

// deliver measures reveals and downloads on one engine, each where it was asked for.
func (b *bench) deliver(ctx context.Context, engine string) (err error) {
	dir := filepath.Join(b.dir, "deliver-"+engine)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	d := served{address: "sqlite:" + filepath.Join(dir, "served.db")}
	if engine == enginePostgres {
		server, err := pg.Shared(ctx)
		if err != nil {
			return err
		}
		if d.address, err = server.Create(ctx, "deliver", ""); err != nil {
			return err
		}
		pid, err := postmaster(d.address)
		if err != nil {
			return err
		}
		d.meter = cpuOfChildren(pid)
	}
	sh, err := b.openShop(ctx, d, dir)
	if err != nil {
		return fmt.Errorf("laying in: %w", err)
	}
	defer sh.s.kill()
	fmt.Println()
	if slices.Contains(b.measures, measureReveal) {
		r, err := b.reveals(engine, sh)
		if err != nil {
			return fmt.Errorf("reveals: %w", err)
		}
		r.say(os.Stdout)
		b.report.revealed = append(b.report.revealed, r)
	}
	if slices.Contains(b.measures, measureDownloads) {
		if err := b.downloads(ctx, engine, sh, dir); err != nil {
			return fmt.Errorf("downloads: %w", err)
		}
	}
	return sh.s.stop()
}

// openShop makes the demo, serves it as in production, and buys.
func (b *bench) openShop(ctx context.Context, d served, dir string) (*shop, error) {
	first, err := b.serve(ctx, d, dir, "demo")
	if err != nil {
		return nil, err
	}
	demo, err := first.demo()
	if err = errors.Join(err, first.stop()); err != nil {
		return nil, err
	}
	s, err := b.serve(ctx, d, dir, "serve")
	if err != nil {
		return nil, err
	}
	sh := &shop{database: d, s: s}
	if err := sh.stock(ctx, demo); err != nil {
		s.kill()
		return nil, err
	}
	return sh, nil
}

func (sh *shop) stock(ctx context.Context, d demo) (err error) {
	if sh.token, err = sh.s.token(ctx, d); err != nil {
		return err
	}
	keys := make([]string, deliverBuyers*deliverLines)
	for i := range keys {
		keys[i] = fmt.Sprintf("%s-%06d", id.Random{}.Opaque(20), i)
	}
	var none struct{}
	if err := sh.s.post(ctx, sh.token, "/v1/partner/keypools/server/keys", map[string]any{"version": "2022", "keys": keys}, http.StatusOK, &none); err != nil {
		return err
	}
	item := sandbox.Item(sandbox.ServerPerpetual, "0001", market.Country("FR")).String()
	for n := range deliverBuyers {
		var c, o struct{ ID string }
		err := sh.s.post(ctx, sh.token, "/v1/customers", map[string]any{
			"companyProfile": map[string]any{"domain": fmt.Sprintf("deliver%d.example", n)},
			"billingProfile": map[string]any{
				"culture": "fr-FR", "language": "fr", "email": "office@deliver.example", "companyName": fmt.Sprintf("Deliver %d", n),
				"defaultAddress": map[string]any{"country": "FR", "city": "Lille", "addressLine1": "1 rue du Port", "postalCode": "59000", "firstName": "Ana", "lastName": "Roux"},
			},
		}, http.StatusCreated, &c)
		if err != nil {
			return err
		}
		for range deliverLines {
			err := sh.s.post(ctx, sh.token, "/v1/customers/"+c.ID+"/orders", map[string]any{
				"lineItems": []map[string]any{{"lineItemNumber": 0, "offerId": item, "quantity": 1}},
			}, http.StatusCreated, &o)
			if err != nil {
				return err
			}
			sh.lines = append(sh.lines, soldLine{c.ID, o.ID})
		}
	}
	rand.Shuffle(len(sh.lines), func(i, j int) { sh.lines[i], sh.lines[j] = sh.lines[j], sh.lines[i] })
	return nil
}

// reveals asks for keys, each durable with its record before it is answered. Every line is asked for in turn: the first time it
// takes a key from the pool.
func (b *bench) reveals(engine string, sh *shop) (r revealed, err error) {
	callers := make([]*caller, deliverClients)
	for i := range callers {
		if callers[i], err = newCaller(sh.s.addr, sh.token); err != nil {
			return r, err
		}
		defer func() { _ = callers[i].conn.Close() }()
		callers[i].carry(`{"version":"2022"}`)
	}
	var next atomic.Int64
	f, used, err := drive(deliverClients, b.measure, func(client int) error {
		l := sh.lines[int(next.Add(1)-1)%len(sh.lines)]
		c := callers[client]
		status, err := c.call(http.MethodPost, l.path("keys"), l.customer)
		if err == nil && (status != http.StatusOK || !bytes.Contains(c.body, []byte(`"productKey":"`))) {
			err = fmt.Errorf("a reveal was answered otherwise than with 200 and a key: %d %.300s", status, c.body)
		}
		return err
	}, sh.meters()...)
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, sh.s.said())
	}
	f.count(used)
	return revealed{engine, f, min(len(sh.lines), int(next.Load()))}, nil
}

// meters are those of a server with its database, and of this process.
func (sh *shop) meters() []meter {
	all := []meter{machineCPU, cpuOf(sh.s.cmd.Process.Pid), ownCPU}
	if m := sh.cpu(); m != nil {
		all = append(all, m)
	}
	return all
}

// count takes what those meters told.
func (f *figures) count(used []time.Duration) {
	f.busy, f.cpu, f.load = used[0], used[1], used[2]
	if len(used) > 3 {
		f.db = used[3]
	}
}

// carry makes every call bring a body.
func (c *caller) carry(body string) {
	c.head = strings.Replace(c.head, "Content-Length: 0", fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d", len(body)), 1)
	c.tail = []byte(body)
}

// upload brings a file in by parts and gives its digest.
func (sh *shop) upload(ctx context.Context, name string, content []byte) (sum string, took time.Duration, err error) {
	const part = 16 << 20
	raw := sha256.Sum256(content)
	sum = hex.EncodeToString(raw[:])
	var u struct {
		ID    string
		State string
	}
	begin := time.Now()
	if err := sh.s.post(ctx, sh.token, "/v1/operator/media/uploads", map[string]any{"fileName": name, "size": len(content), "sha256": sum}, http.StatusCreated, &u); err != nil {
		return "", 0, err
	}
	for at := 0; at < len(content); at += part {
		req, err := http.NewRequestWithContext(ctx, http.MethodPatch, "http://"+sh.s.addr+"/v1/operator/media/uploads/"+u.ID, bytes.NewReader(content[at:min(at+part, len(content))]))
		if err != nil {
			return "", 0, err
		}
		req.Header.Set("Authorization", "Bearer "+sh.token)
		req.Header.Set("Upload-Offset", fmt.Sprint(at))
		if err := sh.s.do(req, http.StatusOK, &u); err != nil {
			return "", 0, err
		}
	}
	if u.State != "stored" {
		return "", 0, fmt.Errorf("the upload is %s", u.State)
	}
	return sum, time.Since(begin), nil
}
