package storetest

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver
)

// Beside is a connection to a store's database past the program, as somebody has who writes into it by hand.
func Beside(t testing.TB, url string) *sql.DB {
	t.Helper()
	var db *sql.DB
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		var err error
		if db, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"); err != nil {
			t.Fatal(err)
		}
	} else {
		cfg, err := pgx.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		db = stdlib.OpenDB(*cfg)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Tamper runs statements past the program, without the triggers that keep what is written.

func Tamper(t testing.TB, url string, statements ...string) {
	t.Helper()
	db := Beside(t, url)
	ctx := context.Background()
	var off []string
	if strings.HasPrefix(url, "sqlite:") {
		for _, table := range []string{"activity", "activity_leaf"} {
			off = append(off, "DROP TRIGGER IF EXISTS "+table+"_no_update", "DROP TRIGGER IF EXISTS "+table+"_no_delete")
		}
	} else {
		off = []string{"ALTER TABLE activity DISABLE TRIGGER USER", "ALTER TABLE activity_leaf DISABLE TRIGGER USER"}
	}
	for _, s := range append(off, statements...) {
		if _, err := db.ExecContext(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
