package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
	"github.com/comptoir-dev/comptoir/internal/vault"
	"github.com/comptoir-dev/comptoir/internal/web"
)

const (
	measureWeb = "web"

	webCustomers = 10_000
	webTimes     = 40 // each page is read so often
	webKinds     = 2  // pages of one kind are measured, at most, for one reader
	goalWeb      = 50 * time.Millisecond
	goalWebBytes = 100_000
)

// webReaders are the roles that pages are read in.
var webReaders = []string{"AA", "GA", "CGA", "OA"}

// webRead is one kind of page as it was answered.
type webRead struct {
	engine        string
	pattern, path string
	times         []time.Duration
	bytes         int64
}

func (p webRead) at(part float64) time.Duration {
	return p.times[min(len(p.times)-1, int(part*float64(len(p.times))))]
}

func (p webRead) goal(say func(met bool, format string, args ...any)) {
	say(p.at(0.99) <= goalWeb && p.bytes <= goalWebBytes, "%s, page %s: p50 %.1f ms, p99 %.1f ms (at most %.0f ms), %.1f kB (at most %.0f kB)", p.engine, p.pattern,
		milliseconds(p.at(0.5)), milliseconds(p.at(0.99)), milliseconds(goalWeb), float64(p.bytes)/1000, float64(goalWebBytes)/1000)
}

// web measures every page that links lead to, on a store with many customers, subscriptions and records. With -laid
// sqlite:FOLDER/served.db that store stays there, and is measured again when it is there.
func (b *bench) web(ctx context.Context, engine string) error {
	dir := filepath.Join(b.dir, measureWeb, engine)
	path, stays := strings.CutPrefix(b.laid, "sqlite:")
	if stays {
		dir = filepath.Dir(path)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	e := served{address: "sqlite:" + filepath.Join(dir, "served.db")}
	if engine == enginePostgres {
		if stays {
			return errors.New("-laid keeps pages of SQLite alone: name -engine sqlite")
		}
		server, err := pg.Shared(ctx)
		if err != nil {
			return err
		}
		if e.address, err = server.Create(ctx, "web", ""); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "laid")); err != nil {
		if err := b.layWeb(ctx, engine, e, dir); err != nil {
			return fmt.Errorf("laying in: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, "laid"), nil, 0o600); err != nil {
			return err
		}
	}
	if err := number(ctx, filepath.Join(dir, "data"), e.url()); err != nil {
		return fmt.Errorf("numbering records: %w", err)
	}
	s, err := b.serve(ctx, e, dir, "serve", "--sandbox")
	if err != nil {
		return err
	}
	defer s.kill()
	readers, err := webUsers(s.data)
	if err != nil {
		return err
	}
	best := map[string]webRead{}
	for _, u := range readers {
		r, err := s.signIn(u)
		if err != nil {
			return err
		}
		if err := r.measure(ctx, best); err != nil {
			return fmt.Errorf("%s: %w", u.Role, err)
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(best)) {
		p := best[pattern]
		p.engine = engine
		fmt.Printf("  %-64s p50 %6.1f ms  p99 %6.1f ms  %6.1f kB  %s\n", p.pattern, milliseconds(p.at(0.5)), milliseconds(p.at(0.99)), float64(p.bytes)/1000, p.path)
		b.report.web = append(b.report.web, p)
	}
	return s.stop()
}

func (b *bench) layWeb(ctx context.Context, engine string, e served, dir string) error {
	s, err := b.serve(ctx, e, dir, "demo")
	if err != nil {
		return err
	}
	if err := s.stop(); err != nil {
		return err
	}
	begin := time.Now()
	if err := stockWeb(ctx, engine, s.data, e.url(), b.subscriptions, b.webRecords); err != nil {
		return err
	}
	fmt.Printf("\n%s, pages: %d customers, %d subscriptions, %d records laid in within %s\n", engine, webCustomers, b.subscriptions, b.webRecords, time.Since(begin).Round(time.Second))
	return nil
}

// number gives every record its place in the log's tree, as all but the last second's have where a server runs: millions that were laid
// in at once would keep it busy while pages are measured.
func number(ctx context.Context, dir, url string) (err error) {
	secrets, err := vault.Open(vault.Options{Dir: filepath.Join(dir, "secrets")})
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, url, store.Options{Sealer: secrets.Vault})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	begin := time.Now()
	n, err := (&app.Integrator{Store: st, Key: secrets.LogKey().Signer, Wall: when.Wall{}}).CatchUp(ctx)
	if n > 0 {
		fmt.Printf("%d records numbered within %s\n", n, time.Since(begin).Round(time.Second))
	}
	return err
}

type webUser struct {
	Role     string `json:"role"`
	Name     string `json:"userPrincipalName"`
	Password string `json:"password"`
}

func webUsers(data string) (out []webUser, err error) {
	text, err := os.ReadFile(filepath.Join(data, "demo.json"))
	if err != nil {
		return nil, err
	}
	var d struct {
		Users []webUser `json:"users"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	for _, role := range webReaders {
		if i := slices.IndexFunc(d.Users, func(u webUser) bool { return u.Role == role }); i >= 0 {
			out = append(out, d.Users[i])
		}
	}
	return out, nil
}

// stockWeb lays in customers of the demo's partner, each with orders of ten subscriptions, and records of what they did.
func stockWeb(ctx context.Context, engine, dir, url string, subscriptions, records int) (err error) {
	now := when.Instant(time.Now())
	a, st, err := openApp(ctx, dir, url, when.NewFixed(now), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }() // twice does no harm
	var d demo
	text, err := os.ReadFile(filepath.Join(dir, "demo.json"))
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		return err
	}
	who := everybody(party.Partner{ID: id.Partner(d.Tenant), Kind: party.DirectBill})
	like, err := a.Customer(ctx, who, id.Customer(d.Customers[0].ID))
	if err != nil {
		return err
	}
	lines := make([]order.CartLine, perCustomer)
	for i := range lines {
		lines[i] = order.CartLine{Item: sandbox.Item(sandbox.MailSuite, "0001", like.Country()), Quantity: int64(1 + i), Plan: catalog.Monthly, Term: when.Year}
	}
	t, err := learnTemplate(ctx, a, who, like.ID, lines)
	if err != nil {
		return err
	}
	t.orders = max(1, subscriptions/webCustomers/perCustomer)
	for from := 0; from < webCustomers; from += layTogether / t.orders {
		to := min(from+max(1, layTogether/t.orders), webCustomers)
		if _, err := a.Store.Update(ctx, app.Act{Actor: who, Lock: app.Lock{Partner: true}}, func(tx app.Tx) (any, error) {
			return nil, t.lay(tx, from, to, webCustomers)
		}); err != nil {
			return err
		}
	}
	among, err := a.Customers(ctx, who, app.CustomerQuery{Limit: 1000})
	if err != nil {
		return err
	}
	if err := st.Close(); err != nil {
		return err
	}
	return stockRecords(ctx, engine, url, d.Tenant, now, like, among, records)
}

// stockRecords lays in records of the seconds before now. One of a hundred is of like, the others of a thousand; every fifth is
// about keys.
func stockRecords(ctx context.Context, engine, url, tenant string, now time.Time, like party.Customer, among []party.Customer, n int) (err error) {
	db, err := rawOf(engine, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := each(ctx, db, `CREATE TEMP TABLE whose (n INTEGER PRIMARY KEY, id TEXT, name TEXT)`); err != nil {
		return err
	}
	for i, c := range append(slices.Clone(among), like) {
		if _, err := db.ExecContext(ctx, `INSERT INTO whose VALUES ($1, $2, $3)`, i, c.ID, c.CompanyName); err != nil {
			return err
		}
	}
	numbers, recordID, body := `WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < {records})`,
		`printf('%08x-0000-4000-8000-%012x', (i * 2654435761) & 4294967295, i)`, `json_object`
	if engine == enginePostgres {
		numbers, recordID, body = `WITH c AS (SELECT i FROM generate_series(0::bigint, {records} - 1) i)`,
			`lpad(to_hex((i * 2654435761) & 4294967295), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(i), 12, '0')`, `json_build_object`
	}
	fill := strings.NewReplacer("{partner}", tenant, "{records}", strconv.Itoa(n), "{among}", strconv.Itoa(len(among)),
		"{now}", strconv.FormatInt(now.UnixMicro(), 10)).Replace(`INSERT INTO activity (partner_id, id, at, customer_id, customer_name, operation, resource, security, body)
		` + numbers + ` SELECT '{partner}', ` + recordID + `, {now} - i * 1000000, w.id, lower(w.name),
			CASE WHEN i % 5 = 0 THEN 'get_software_key' ELSE 'update_subscription' END, CASE WHEN i % 5 = 0 THEN 'software_key' ELSE 'subscription' END,
			CASE WHEN i % 5 = 0 THEN 1 ELSE 0 END, ` + body + `('customer', w.name, 'actor', 'bench', 'resource_id', 'bench', 'status', 'succeeded')
		FROM c JOIN whose w ON w.n = CASE WHEN i % 100 = 0 THEN {among} ELSE i % {among} END`)
	if engine == enginePostgres {
		err = withoutIndexes(ctx, db, engine, `SET synchronous_commit = off`, `SET maintenance_work_mem = '512MB'`, fill)
		return errors.Join(err, each(ctx, db, `VACUUM ANALYZE`, `CHECKPOINT`))
	}
	return withoutIndexes(ctx, db, engine, fill)
}

// webReader is somebody who is signed in.
type webReader struct {
	url  string
	http *http.Client
}

func (s *server) signIn(u webUser) (*webReader, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	r := &webReader{"http://" + s.addr, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	resp, err := r.http.PostForm(r.url+"/sign-in", url.Values{"name": {u.Name}, "password": {u.Password}, "next": {"/"}})
	if err != nil {
		return nil, err
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusSeeOther {
		return nil, errors.Join(err, fmt.Errorf("%s is not signed in: %s", u.Name, resp.Status))
	}
	return r, nil
}

// get reads a page as browsers do, compressed; size is what came over the wire.
func (r *webReader) get(ctx context.Context, path string) (status int, to, body string, size int64, took time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+path, nil)
	if err != nil {
		return 0, "", "", 0, 0, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	begin := time.Now()
	resp, err := r.http.Do(req)
	if err != nil {
		return 0, "", "", 0, 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	took = time.Since(begin)
	if err != nil {
		return 0, "", "", 0, 0, err
	}
	text := raw
	if resp.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(strings.NewReader(string(raw)))
		if err == nil {
			text, err = io.ReadAll(z)
		}
		if err != nil {
			return 0, "", "", 0, 0, err
		}
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		text = nil
	}
	return resp.StatusCode, resp.Header.Get("Location"), string(text), int64(len(raw)), took, nil
}

var webLinks = regexp.MustCompile(`<a\s[^>]*?href="(/[^"#]*)`)

// measure follows links from the front page and times some pages of each kind; the slowest of a kind is kept.
func (r *webReader) measure(ctx context.Context, worst map[string]webRead) error {
	mux := http.NewServeMux()
	for _, p := range web.Patterns() {
		if p != "/" {
			mux.Handle(p, http.NotFoundHandler())
		}
	}
	queue := []string{"/", "/search?q=suite", "/search?q=zzzz", "/customers?q=illed+99"}
	seen, kinds := map[string]bool{}, map[string]int{}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		u, err := url.Parse(path)
		if err != nil || seen[path] {
			continue
		}
		seen[path] = true
		_, pattern := mux.Handler(&http.Request{Method: http.MethodGet, URL: u})
		kind := pattern
		if u.RawQuery != "" {
			kind += "?" + strings.Join(slices.Sorted(maps.Keys(u.Query())), "&")
		}
		if pattern == "" || kinds[kind] >= webKinds || u.Query().Has("format") { // a file is as long as its rows
			continue
		}
		status, to, body, _, _, err := r.get(ctx, path)
		switch {
		case err != nil:
			return err
		case status == http.StatusSeeOther && strings.HasPrefix(to, "/"):
			queue = append(queue, to)
			continue
		case status != http.StatusOK:
			continue
		}
		kinds[kind]++
		for _, m := range webLinks.FindAllStringSubmatch(body, -1) {
			queue = append(queue, html.UnescapeString(m[1]))
		}
		one := webRead{pattern: kind, path: path}
		for range webTimes {
			_, _, _, size, took, err := r.get(ctx, path)
			if err != nil {
				return err
			}
			one.times, one.bytes = append(one.times, took), max(one.bytes, size)
		}
		slices.Sort(one.times)
		if was, ok := worst[kind]; !ok || one.at(0.5) > was.at(0.5) {
			worst[kind] = one
		}
	}
	return ctx.Err()
}
