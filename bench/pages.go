package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest/pg"
)

// goalPage is what a page of the log takes at most, at the 99th percentile (docs/performance.md).
const goalPage = 5 * time.Millisecond

const (
	pageSize   = 50
	pageReads  = 1500 // of each kind
	pageWarmUp = 200
	pageStep   = time.Second // between two records
	pageEach   = 5000        // records of a customer
	partnerID  = "b0000000-0000-4000-8000-000000000001"
)

var pageStart = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// paged is what pages of one kind took.
type paged struct {
	engine, kind string
	times        []time.Duration
}

// pages reads random pages of a log of millions of records through the use case. The records are laid in by the database
// itself, the fastest road there is; indexes are made afterwards.
func (b *bench) pages(ctx context.Context, engine string) (err error) {
	if b.laid != "" {
		if strings.HasPrefix(b.laid, "sqlite:") != (engine == engineSQLite) {
			return nil
		}
		return b.pagesOf(ctx, engine, b.laid)
	}
	dir := filepath.Join(b.dir, "pages-"+engine)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	url := "sqlite:" + filepath.Join(dir, "log.db")
	if engine == enginePostgres {
		server, err := pg.Shared(ctx)
		if err != nil {
			return err
		}
		if url, err = server.Create(ctx, "pages", ""); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, server.Drop(ctx, "pages")) }()
	}
	return b.pagesOf(ctx, engine, url)
}

func (b *bench) pagesOf(ctx context.Context, engine, url string) (err error) {
	st, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	there, err := st.Leaves(ctx, 0, 1)
	if err == nil {
		var some []app.Arrival
		if _, _, some, err = st.Arrivals(ctx, 1); len(some)+len(there) == 0 && err == nil {
			if err := st.Close(); err != nil {
				return err
			}
			began := time.Now()
			if err := layRecords(ctx, engine, url, b.records); err != nil {
				return fmt.Errorf("laying in records: %w", err)
			}
			fmt.Printf("\n%s: %d records laid in, in %.0f s\n", engine, b.records, time.Since(began).Seconds())
			st, err = store.Open(ctx, url, store.Options{})
		}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	a := &app.App{Store: st, Clock: when.Wall{}, Wall: when.Wall{}}
	span := time.Duration(b.records) * pageStep
	random := func() time.Time { return when.Instant(pageStart.Add(rand.N(span))) }
	who := party.Actor{Scope: party.NewScope(partnerID, ""), Kind: party.DirectBill}
	as := func(roles ...party.Role) party.Actor {
		w := who
		w.Roles = party.RolesOf(roles...)
		return w
	}
	seek := func(q app.RecordQuery) app.RecordQuery {
		q.After = app.RecordCursor{At: random(), ID: id.Record(id.Random{}.GUID())}
		return q
	}
	for _, k := range []struct {
		kind string
		page func() (party.Actor, app.RecordQuery)
	}{
		{"all kinds", func() (party.Actor, app.RecordQuery) { return as(party.GlobalAdmin), seek(app.RecordQuery{}) }},
		{"security (R06)", func() (party.Actor, app.RecordQuery) { return as(party.AccountAdmin), seek(app.RecordQuery{}) }},
		{"business (R07)", func() (party.Actor, app.RecordQuery) { return as(party.SalesAgent), seek(app.RecordQuery{}) }},
		{"a month, first page", func() (party.Actor, app.RecordQuery) {
			from := random()
			return as(party.GlobalAdmin), app.RecordQuery{From: from, Until: from.AddDate(0, 1, 0)}
		}},
		{"of a customer", func() (party.Actor, app.RecordQuery) {
			return as(party.GlobalAdmin), seek(app.RecordQuery{Customer: id.Customer(ownerOf(rand.IntN(b.records / pageEach)))})
		}},
		{"to a customer", func() (party.Actor, app.RecordQuery) {
			c := as(party.CustomerGlobal)
			c.Customer = id.Customer(ownerOf(rand.IntN(b.records / pageEach)))
			return c, seek(app.RecordQuery{})
		}},
	} {
		p := paged{engine: engine, kind: k.kind}
		read := 0
		for n := range pageWarmUp + pageReads {
			w, q := k.page()
			q.Limit = pageSize + 1
			began := time.Now()
			found, err := a.Records(ctx, w, q)
			if took := time.Since(began); n >= pageWarmUp {
				p.times = append(p.times, took)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", k.kind, err)
			}
			read += len(found)
		}
		if most := (pageWarmUp + pageReads) * (pageSize + 1); read < most*8/10 { // near the ends there are fewer
			return fmt.Errorf("%s: only %d records of %d pages", k.kind, read, pageWarmUp+pageReads)
		}
		p.say(os.Stdout)
		b.report.paged = append(b.report.paged, p)
	}
	return nil
}

func ownerOf(n int) string { return fmt.Sprintf("c%07d-0000-4000-8000-000000000000", n) }

// layRecords has the database make n records: 5,000 of a customer, every tenth about keys, in the order of their ids.
func layRecords(ctx context.Context, engine, url string, n int) (err error) {
	db, err := rawOf(engine, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	const body = `{"customer":"Billed","client":"b0000000-0000-4000-8000-00000000c11e","resource_id":"b0000000-0000-4000-8000-00000000c11e","status":"succeeded","details":[["OrderId","Ab3dE6gH9"]]}`
	columns := func(recordID, owner string) string {
		return strings.NewReplacer("{partner}", partnerID, "{id}", recordID, "{start}", fmt.Sprint(pageStart.UnixMicro()), "{step}", fmt.Sprint(pageStep.Microseconds()),
			"{owner}", owner, "{body}", body).Replace(`'{partner}', {id}, {start} + i * {step}, {owner}, 'billed',
			CASE WHEN i % 10 = 0 THEN 'get_software_key' ELSE 'update_order' END, CASE WHEN i % 10 = 0 THEN 'software_key' ELSE 'order' END,
			CASE WHEN i % 10 = 0 THEN 1 ELSE 0 END, '{body}'`)
	}
	owned := fmt.Sprintf("((i / 3) %% %d)", n/pageEach)
	const insert = `INSERT INTO activity (partner_id, id, at, customer_id, customer_name, operation, resource, security, body) `
	steps := []string{
		insert + `WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < ` + fmt.Sprint(n) + `) SELECT ` +
			columns(`printf('%08x-0000-4000-8000-%012x', i, (i * 2654435761) & 281474976710655)`, `printf('c%07d-0000-4000-8000-000000000000', `+owned+`)`) + ` FROM c`,
	}
	if engine == enginePostgres {
		steps = []string{
			`SET synchronous_commit = off`, `SET maintenance_work_mem = '512MB'`,
			insert + `SELECT ` + columns(`lpad(to_hex(i), 8, '0') || '-0000-4000-8000-' || lpad(to_hex((i * 2654435761) & 281474976710655), 12, '0')`,
				`'c' || lpad(`+owned+`::text, 7, '0') || '-0000-4000-8000-000000000000'`) + fmt.Sprintf(` FROM generate_series(0::bigint, %d) i`, n-1),
		}
	}
	if err := withoutIndexes(ctx, db, engine, steps...); err != nil || engine == engineSQLite {
		return err
	}
	return each(ctx, db, `VACUUM ANALYZE activity`, `CHECKPOINT`)
}

// rawOf is the database itself, on one connection; SQLite's without what a power cut would need.
func rawOf(engine, url string) (*sql.DB, error) {
	driver, source := "pgx", url
	if engine == engineSQLite {
		driver = "sqlite"
		source = "file:" + strings.TrimPrefix(url, "sqlite:") + "?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-400000)&_pragma=temp_store(FILE)"
	}
	db, err := sql.Open(driver, source)
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// withoutIndexes runs statements that add records while the log's indexes are away, and makes those again.
func withoutIndexes(ctx context.Context, db *sql.DB, engine string, steps ...string) error {
	list := `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'activity' AND sql IS NOT NULL`
	if engine == enginePostgres {
		list = `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'activity' AND indexdef NOT LIKE 'CREATE UNIQUE%'`
	}
	rows, err := db.QueryContext(ctx, list)
	if err != nil {
		return err
	}
	var drop, create []string
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return errors.Join(err, rows.Close())
		}
		drop, create = append(drop, `DROP INDEX `+name), append(create, text)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	return each(ctx, db, slices.Concat(drop, steps, create)...)
}

func each(ctx context.Context, db *sql.DB, steps ...string) error {
	for _, step := range steps {
		if _, err := db.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("%w in: %.80s", err, step)
		}
	}
	return nil
}

func (p paged) at(share float64) time.Duration {
	slices.Sort(p.times)
	return p.times[int(float64(len(p.times)-1)*share)]
}

func (p paged) say(w io.Writer) {
	fmt.Fprintf(w, "%-9s a page of %d, %-20s p50 %.2f ms, p99 %.2f ms, at most %.2f ms\n", p.engine, pageSize, p.kind+":",
		milliseconds(p.at(0.5)), milliseconds(p.at(0.99)), milliseconds(p.at(1)))
}

// goals says what was reached.
func (p paged) goals(say func(met bool, format string, args ...any)) {
	say(p.at(0.99) <= goalPage, "%s, a page of %d of the log, %s: p99 %.2f ms (at most %.0f ms)", p.engine, pageSize, p.kind, milliseconds(p.at(0.99)), milliseconds(goalPage))
}
