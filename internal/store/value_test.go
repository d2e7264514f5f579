package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

func TestValues(t *testing.T) {
	type state string
	type count uint8
	at := time.Date(2026, 2, 28, 23, 59, 59, 999999000, time.UTC)
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		err := do(s, func(t *store.Tx) error {
			return t.Exec(store.AnyRows, nil, `CREATE TABLE val (id TEXT PRIMARY KEY, s TEXT, n BIGINT, b `+bytesType(t)+`)`)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = do(s, func(t *store.Tx) error {
			var (
				text  state
				cust  id.Customer
				n     int64
				small count
				when  time.Time
				yes   bool
				blob  []byte
			)
			for i, c := range []struct {
				text, number, blob any
				dest               []any
				check              func() bool
			}{
				{state("é€😀"), int64(-1 << 63), []byte{0, 1, 255}, []any{&text, &n, &blob},
					func() bool { return text == "é€😀" && n == -1<<63 && bytes.Equal(blob, []byte{0, 1, 255}) }},
				{id.Customer("c"), at, []byte{}, []any{&cust, &when, &blob},
					func() bool { return cust == "c" && when == at && blob != nil && len(blob) == 0 }},
				{"", true, nil, []any{&cust, &yes, &blob}, func() bool { return cust == "" && yes && blob == nil }},
				{nil, time.Time{}, []byte(nil), []any{&text, &when, &blob},
					func() bool { return text == "" && when.IsZero() && blob == nil }},
				{"x", count(200), nil, []any{&text, &small, &blob}, func() bool { return small == 200 }},
				{"x", 0, nil, []any{&text, &yes, &blob}, func() bool { return !yes }},
			} {
				key := fmt.Sprint(i)
				if err := t.Exec(1, nil, `INSERT INTO val (b, id, s, n) VALUES ($4, $1, $2, $3)`, key, c.text, c.number, c.blob); err != nil {
					return err
				}
				if err := t.Row(`SELECT s, n, b FROM val WHERE id = $1 AND $1 = $1`, []any{key}, c.dest...); err != nil {
					return err
				}
				if !c.check() {
					return fmt.Errorf("row %d came back otherwise: %q %q %d %v %v %v", i, text, cust, n, when, yes, blob)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, fn := range map[string]func(t *store.Tx) error{
			"float":              func(t *store.Tx) error { return t.Row(`SELECT s FROM val WHERE n = $1`, []any{1.5}, new(string)) },
			"text into a number": func(t *store.Tx) error { return t.Row(`SELECT id FROM val`, nil, new(int64)) },
			"too few":            func(t *store.Tx) error { return t.Row(`SELECT id, s FROM val`, nil, new(string)) },
			"too large":          func(t *store.Tx) error { return t.Row(`SELECT n FROM val WHERE id = '1'`, nil, new(count)) },
		} {
			if err := do(s, fn); err == nil {
				t.Errorf("%s: taken", name)
			}
		}
	})
}

// bytesType is the engine's name for bytes.
func bytesType(t *store.Tx) string {
	if store.OnSQLite(t) {
		return "BLOB"
	}
	return "BYTEA"
}
