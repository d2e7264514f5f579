package store_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestPageThatCannotBeRead: the file, which readers have mapped, is cut off as a failing disk would. Who reads is told so, and when the
// file is whole again it is read as before.
func TestPageThatCannotBeRead(t *testing.T) {
	url := storetest.SQLite(t)
	path := strings.TrimPrefix(url, "sqlite:")
	s, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scratch(t, s)
	const rows = 500 // of 4 kB: their pages are the last of the file
	for n := range rows {
		if err := do(s, func(t *store.Tx) error { return insert(t, nil, fmt.Sprintf("%03d%s", n, strings.Repeat("x", 4<<10))) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil { // the log is moved into the file
		t.Fatal(err)
	}
	s = storetest.Open(t, url, store.Options{})
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const one = `SELECT id FROM thing WHERE id >= $1 ORDER BY id LIMIT 1`
	cut := func(row string) error {
		return s.ViewReader(ctx, func(r *store.Reader) error {
			var got string
			if err := r.Row(one, []any{"a"}, &got); err != nil { // a transaction has begun: the file is looked at
				return err
			}
			if err := os.Truncate(path, int64(len(whole)/4)); err != nil {
				return err
			}
			return r.Row(one, []any{row}, &got)
		})
	}
	for _, row := range []string{"250", "400", "499"} { // each takes a connection with it
		if err := cut(row); fault.Of(err) == nil || fault.Of(err).Kind != fault.KindUnavailable {
			t.Errorf("row %s, of which nothing is left: %v", row, err)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for n := range rows {
		err := s.OneReader(ctx, func(r *store.Reader) error {
			var got string
			err := r.Row(one, []any{fmt.Sprintf("%03d", n)}, &got)
			if err == nil && !strings.HasPrefix(got, fmt.Sprintf("%03d", n)) {
				err = fmt.Errorf("row %d is answered with %.10q", n, got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
