package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// What acts at once count for a file is all there, however they meet; the last instant is the latest, in whatever order they come.
func TestR15UseOfAFile(t *testing.T) {
	a, b, c := strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64)
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		var wg sync.WaitGroup
		for n := range 200 {
			wg.Go(func() {
				link := id.Link(fmt.Sprintf("link %d", n%20))
				err := do(s, func(t *store.Tx) error {
					if err := t.CountUse(b, link, app.LinkUse{Links: 1}); err != nil {
						return err
					}
					return t.CountUse(b, link, app.LinkUse{Downloads: 2, Last: bought.Add(-time.Duration(n*7%200) * time.Microsecond)})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := do(s, func(t *store.Tx) error { return t.CountUse(c, "link", app.LinkUse{Links: 1}) }); err != nil {
			t.Error(err)
		}
		want := map[string]app.LinkUse{b: {Links: 200, Downloads: 400, Last: bought}}
		got, err := view(s, func(r *store.Reader) (map[string]app.LinkUse, error) { return r.LinkUse([]string{b, a}) })
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
		want[c] = app.LinkUse{Links: 1}
		if got, err = view(s, func(r *store.Reader) (map[string]app.LinkUse, error) { return r.LinkUse([]string{a, b, c}) }); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%v %v", err, got)
		}
		if got, err = view(s, func(r *store.Reader) (map[string]app.LinkUse, error) { return r.LinkUse(nil) }); err != nil || len(got) > 0 {
			t.Errorf("%v %v", err, got)
		}
	})
}

// TestUseBeforeItWasCounted: links and downloads of schema 29 count for the files that they lead to.
func TestUseBeforeItWasCounted(t *testing.T) {
	iso, zip := strings.Repeat("1", 64), strings.Repeat("2", 64)
	before(t, 29, func(t *testing.T, url string, _ bool, db *sql.DB) {
		links := 0
		link := func(n int, version string, once, used int) string {
			links++
			return fmt.Sprintf(`INSERT INTO download_link (partner_id, id, customer_id, order_id, line, file_version, file_language, file_type, side, one_time,
				state, issued_at, expires_at, used, max_downloads, rule, token_hash, version) VALUES ('p', 'l%[1]d', 'c', 'o', %[2]d, '%[3]s', '', 'iso', 'partner', %[4]d,
				'replaced', 1, 2, %[5]d, 50, '', 't%[1]d', 1)`, links, n, version, once, used)
		}
		fetched := func(link, client string, at int) string {
			return fmt.Sprintf(`INSERT INTO download (partner_id, link_id, client, at) VALUES ('p', '%s', '%s', %d)`, link, client, at)
		}
		for _, sql := range []string{
			`INSERT INTO product (id, kind, imported, version, body) VALUES ('prod', 'software', 0, 1, '{}')`,
			fmt.Sprintf(`INSERT INTO sku (product_id, id, n, body) VALUES ('prod', '1', 0, '{"delivery":{"downloads":true,"files":[
				{"version":"2022","type":"iso","name":"a","blob":"a","size":1,"sha256":"%s"},{"version":"2019","type":"iso","name":"b","blob":"b","size":1,"sha256":"%s"}]}}')`, iso, zip),
			`INSERT INTO sku (product_id, id, n, body) VALUES ('prod', '2', 1, '{}')`,
			`INSERT INTO order_line (partner_id, order_id, n, state, body) VALUES ('p', 'o', 0, 'active', '{"item":["prod","1","av"]}')`,
			`INSERT INTO order_line (partner_id, order_id, n, state, body) VALUES ('p', 'o', 1, 'active', '{"item":["prod","2","av"]}')`,
			link(0, "2022", 0, 4), link(0, "2022", 0, 0), link(0, "2022", 1, 1), link(0, "2019", 0, 0),
			link(0, "2016", 0, 9), link(1, "2022", 0, 9), // to nothing that is delivered now
			fetched("l1", "a", 3_000_000), fetched("l1", "b", 7_000_000), fetched("l3", "a", 5_000_000),
		} {
			if _, err := db.ExecContext(ctx, sql); err != nil {
				t.Fatalf("%v in %s", err, sql)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		s := storetest.Open(t, url, store.Options{})
		if err := do(s, func(t *store.Tx) error {
			return t.CountUse(iso, "l1", app.LinkUse{Downloads: 1, Last: time.Unix(6, 0)})
		}); err != nil {
			t.Error(err)
		}
		want := map[string]app.LinkUse{iso: {Links: 2, Downloads: 6, Last: time.Unix(7, 0).UTC()}, zip: {Links: 1}}
		got, err := view(s, func(r *store.Reader) (map[string]app.LinkUse, error) { return r.LinkUse([]string{iso, zip}) })
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
	})
}
