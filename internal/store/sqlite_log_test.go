package store_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

// TestLogStartsAnew: much is written, and the log is moved into the file on the way instead of growing with it.
func TestLogStartsAnew(t *testing.T) {
	url := storetest.SQLite(t)
	s := storetest.Open(t, url, store.Options{})
	scratch(t, s)
	const acts, rows = 60, 32 // of 64 kB each, twice, in the table and in its key: 240 MB
	long := strings.Repeat("x", 64<<10)
	for n := range acts {
		err := do(s, func(t *store.Tx) error {
			for row := range rows {
				if err := insert(t, nil, fmt.Sprintf("%03d %03d %s", n, row, long)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	log, err := os.Stat(strings.TrimPrefix(url, "sqlite:") + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if most := int64(128 << 20); log.Size() > most {
		t.Errorf("the log has %d bytes, at most %d are expected", log.Size(), most)
	}
	if got := len(things(t, s)); got != 1+acts*rows {
		t.Errorf("%d rows, want %d", got, 1+acts*rows)
	}
}
