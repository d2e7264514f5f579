package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// Each engine's catalogue in the same words: one line per column, key and index.
var (
	liteCatalogue = []string{
		`SELECT t.name || '.' || c.name || ' ' || c.cid || ' ' || CASE c.type WHEN 'INTEGER' THEN 'integer' WHEN 'TEXT' THEN 'text'
			WHEN 'BLOB' THEN 'bytes' ELSE c.type END || CASE c."notnull" WHEN 1 THEN ' not null' ELSE '' END || COALESCE(' default ' || c.dflt_value, '')
			FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'goose%' AND t.name NOT LIKE 'sqlite%'`,
		`SELECT t.name || ' primary key (' || (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_table_info(t.name) WHERE pk > 0 ORDER BY pk)) || ')'
			FROM sqlite_schema t WHERE t.type = 'table' AND t.name NOT LIKE 'goose%' AND t.name NOT LIKE 'sqlite%'`,
		`SELECT t.name || CASE i."unique" WHEN 1 THEN ' unique' ELSE '' END || ' index (' ||
			(SELECT group_concat(COALESCE(name, 'expression') || CASE "desc" WHEN 1 THEN ' desc' ELSE '' END, ', ')
				FROM (SELECT name, "desc" FROM pragma_index_xinfo(i.name) WHERE key = 1 ORDER BY seqno)) || ')' || CASE i.partial WHEN 1 THEN ' partial' ELSE '' END
			FROM sqlite_schema t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin <> 'pk' AND t.name NOT LIKE 'goose%' AND t.name NOT LIKE 'sqlite%'`,
		`SELECT t || ' (' || group_concat(c, ', ') || ') references ' || r || ' (' || group_concat(rc, ', ') || ')' FROM (
				SELECT t.name AS t, f.id AS id, f."from" AS c, f."table" AS r, f."to" AS rc
				FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' ORDER BY t.name, f.id, f.seq)
			GROUP BY t, id, r`,
	}
	pgCatalogue = []string{
		`SELECT c.relname || '.' || a.attname || ' ' || (ROW_NUMBER() OVER (PARTITION BY c.oid ORDER BY a.attnum) - 1) || ' ' ||
			CASE format_type(a.atttypid, a.atttypmod) WHEN 'bigint' THEN 'integer' WHEN 'bytea' THEN 'bytes' ELSE format_type(a.atttypid, a.atttypmod) END ||
			CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || COALESCE(' default ' || replace(pg_get_expr(d.adbin, d.adrelid), '::text', ''), '')
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
			WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'goose%'`,
		`SELECT c.relname || CASE WHEN i.indisprimary THEN ' primary key' WHEN i.indisunique THEN ' unique index' ELSE ' index' END || ' (' ||
			(SELECT string_agg(CASE WHEN i.indkey[n] = 0 THEN 'expression' ELSE pg_get_indexdef(i.indexrelid, n + 1, false) END ||
				CASE WHEN i.indoption[n] & 1 = 1 THEN ' desc' ELSE '' END, ', ' ORDER BY n) FROM generate_series(0, i.indnkeyatts - 1) n) || ')' ||
			CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END
			FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
			WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'goose%'`,
		`SELECT c.relname || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY o) FROM unnest(k.conkey) WITH ORDINALITY u(n, o)
				JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n) || ') references ' || r.relname || ' (' ||
			(SELECT string_agg(a.attname, ', ' ORDER BY o) FROM unnest(k.confkey) WITH ORDINALITY u(n, o)
				JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n) || ')'
			FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid WHERE k.contype = 'f'`,
	}
)

func catalogue(t *testing.T, s *store.Store, queries []string) []string {
	t.Helper()
	var all []string
	err := s.ViewReader(ctx, func(r *store.Reader) error {
		for _, q := range queries {
			lines, err := r.Texts(q)
			if err != nil {
				return err
			}
			all = append(all, lines...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func TestSchemasAreLevel(t *testing.T) {
	lite := storetest.Open(t, storetest.SQLite(t), store.Options{})
	postgres := storetest.Open(t, storetest.Postgres(t), store.Options{})
	have, want := catalogue(t, lite, liteCatalogue), catalogue(t, postgres, pgCatalogue)
	if len(have) < 30 || !slices.Contains(have, "posting primary key (partner_id, entry_id, n)") ||
		!slices.Contains(have, "customer (partner_id) references partner (id)") {
		t.Fatalf("the catalogue was not read: %v", strings.Join(have, "\n"))
	}
	if diff := cmp.Diff(have, want); diff != "" {
		t.Errorf("SQLite - and PostgreSQL + differ:\n%s", diff)
	}
}

func TestSchemaHabits(t *testing.T) {
	lite := storetest.Open(t, storetest.SQLite(t), store.Options{})
	postgres := storetest.Open(t, storetest.Postgres(t), store.Options{})
	for _, c := range []struct {
		name, query string
		store       *store.Store
	}{
		{"a table that is not STRICT", `SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'`, lite},
		{`text that is not COLLATE "C"`, `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = 'public' AND data_type = 'text' AND COALESCE(collation_name, '') <> 'C' AND table_name NOT LIKE 'goose%'`, postgres},
		{"a type other than text, bigint and bytea", `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = 'public' AND data_type NOT IN ('text', 'bigint', 'bytea') AND table_name NOT LIKE 'goose%'`, postgres},
	} {
		if got := catalogue(t, c.store, []string{c.query}); len(got) > 0 {
			t.Error(fmt.Sprintf("%s: ", c.name), got)
		}
	}
}
