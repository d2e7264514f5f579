package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const partner = id.Partner("11111111-1111-4111-8111-111111111111")

var ctx = context.Background()

// actor is a caller of the partner.
func actor() party.Actor {
	return party.Actor{Scope: party.NewScope(partner, ""), Client: "client", User: "user"}
}

// do runs fn as an act without a request id.
func do(s *store.Store, fn func(t *store.Tx) error) error {
	_, err := s.UpdateTx(ctx, app.Act{Actor: actor()}, nil, func(t *store.Tx) (any, error) { return nil, fn(t) })
	return err
}

// scratch makes the tables that the engine's tests write to: the aggregates' own change with the trade.
func scratch(t *testing.T, s *store.Store) {
	t.Helper()
	err := do(s, func(t *store.Tx) error {
		return t.Exec(store.AnyRows, nil, `CREATE TABLE thing (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, version BIGINT NOT NULL)`)
	})
	if err == nil { // on its own: a batch is prepared before it is sent
		err = do(s, func(t *store.Tx) error { return insert(t, nil, "a") })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// reset takes the scratch table back to its one row.
func reset(t *testing.T, s *store.Store) {
	t.Helper()
	err := do(s, func(t *store.Tx) error {
		return errors.Join(
			t.Exec(store.AnyRows, nil, `DELETE FROM replay`), t.Exec(store.AnyRows, nil, `DELETE FROM thing`), insert(t, nil, "a"))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func things(t *testing.T, s *store.Store) []string {
	t.Helper()
	var all []string
	err := s.ViewReader(ctx, func(r *store.Reader) (err error) {
		all, err = r.Texts(`SELECT id FROM thing ORDER BY id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// insert and bump are the two usual writes: a new row, and a row nobody else wrote meanwhile.
func insert(t *store.Tx, f *fault.Fault, id string) error {
	return t.Exec(1, f, `INSERT INTO thing (id, n, version) VALUES ($1, 0, 1)`, id)
}

func bump(t *store.Tx, f *fault.Fault, id string, version int) error {
	return t.Exec(1, f, `UPDATE thing SET n = n + 1, version = version + 1 WHERE id = $1 AND version = $2`, id, version)
}

func TestWritesAnswerWithTheirFault(t *testing.T) {
	first, second, own := fault.Conflict("test.first", nil), fault.Conflict("test.second", nil), fault.Refuse("test.own", nil)
	cases := []struct {
		name string
		fn   func(t *store.Tx) error
		want string // code; "internal"; empty: committed
	}{
		{"E03 version moved", func(t *store.Tx) error { return bump(t, first, "a", 7) }, "test.first"},
		{"version moved, then writes that succeed", func(t *store.Tx) error {
			return errors.Join(bump(t, first, "a", 7), insert(t, second, "b"))
		}, "test.first"},
		{"version moved, then a duplicate", func(t *store.Tx) error {
			return errors.Join(bump(t, first, "a", 7), insert(t, second, "a"))
		}, "test.first"},
		{"version moved, then a broken promise of the schema", func(t *store.Tx) error {
			return errors.Join(bump(t, first, "a", 7), t.Exec(1, second, `INSERT INTO thing (id, n, version) VALUES ('z', $1, 1)`, nil))
		}, "test.first"},
		{"duplicate", func(t *store.Tx) error { return insert(t, first, "a") }, "test.first"},
		{"duplicate, then version moved", func(t *store.Tx) error {
			return errors.Join(insert(t, first, "a"), bump(t, second, "a", 7))
		}, "test.first"},
		{"good write, then duplicate", func(t *store.Tx) error {
			return errors.Join(insert(t, first, "b"), insert(t, second, "b"))
		}, "test.second"},
		{"failed write, then a refusal of the act", func(t *store.Tx) error {
			_ = bump(t, first, "a", 7)
			return own
		}, "test.first"},
		{"good write, then a refusal of the act", func(t *store.Tx) error {
			_ = insert(t, first, "b")
			return own
		}, "test.own"},
		{"failed write that the act overlooks", func(t *store.Tx) error {
			_ = bump(t, first, "a", 7)
			return nil
		}, "test.first"},
		{"failed write, then a read", func(t *store.Tx) error {
			_ = bump(t, first, "a", 7)
			if _, err := t.Ints(`SELECT n FROM thing`); err == nil {
				return errors.New("a read after a failed write must fail")
			} else {
				return err
			}
		}, "test.first"},
		{"failed statement that the act overlooks", func(t *store.Tx) error {
			_, _ = t.Ints(`SELECT nothing FROM thing`)
			return insert(t, first, "b")
		}, "internal"},
		{"count without a fault", func(t *store.Tx) error { return bump(t, nil, "a", 7) }, "internal"},
		{"duplicate without a fault", func(t *store.Tx) error { return insert(t, nil, "a") }, "internal"},
		{"NOT NULL has no fault", func(t *store.Tx) error {
			return t.Exec(1, first, `INSERT INTO thing (id, n, version) VALUES ('z', $1, 1)`, nil)
		}, "internal"},
		{"text that one engine would refuse", func(t *store.Tx) error { return insert(t, first, "nul\x00") }, "store.text_invalid"},
		{"bad UTF-8", func(t *store.Tx) error { return insert(t, first, "\xff") }, "store.text_invalid"},
		{"any count", func(t *store.Tx) error {
			return t.Exec(store.AnyRows, first, `UPDATE thing SET n = 1 WHERE id = 'nobody'`)
		}, ""},
		{"all good", func(t *store.Tx) error { return errors.Join(insert(t, first, "b"), bump(t, second, "b", 1)) }, ""},
	}
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				reset(t, s)
				err := do(s, c.fn)
				got := ""
				if f := fault.Of(err); f != nil {
					got = f.Code
				} else if err != nil {
					got = "internal"
				}
				if got != c.want {
					t.Fatalf("answer %q (%v), want %q", got, err, c.want)
				}
				if got != "" && fmt.Sprint(things(t, s)) != "[a]" {
					t.Errorf("a refused act left %v", things(t, s))
				}
			})
		}
	})
}

func TestManyWritesInOneAct(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		err := do(s, func(t *store.Tx) error {
			for i := range 2500 {
				if err := insert(t, nil, fmt.Sprintf("n%04d", i)); err != nil {
					return err
				}
			}
			n, err := t.Ints(`SELECT COUNT(*) FROM thing`) // reads what it wrote
			if err == nil && n[0] != 2501 {
				err = fmt.Errorf("%d rows", n[0])
			}
			return err
		})
		if err != nil || len(things(t, s)) != 2501 {
			t.Fatal(err, len(things(t, s)))
		}
	})
}

func TestRowsAreReadOneResultAtATime(t *testing.T) {
	for name, fn := range map[string]func(t *store.Tx) error{
		"read among open rows": func(t *store.Tx) error {
			return t.Each(func() bool { _, _ = t.Ints(`SELECT 1`); return false }, `SELECT id FROM thing`)
		},
		"write among open rows": func(t *store.Tx) error {
			return t.Each(func() bool { _ = insert(t, nil, "b"); return false }, `SELECT id FROM thing`)
		},
		"rows left open": func(t *store.Tx) error { return t.Each(func() bool { return true }, `SELECT id FROM thing`) },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, s *store.Store) {
				scratch(t, s)
				if err := do(s, fn); err == nil || fault.Of(err) != nil {
					t.Fatalf("want an internal error, got %v", err)
				}
				err := s.ViewReader(ctx, func(r *store.Reader) error {
					return r.Each(func() bool { return true }, `SELECT id FROM thing`)
				})
				if err == nil {
					t.Fatal("a View left rows open unnoticed")
				}
				if err := do(s, func(t *store.Tx) error { return insert(t, nil, "c") }); err != nil {
					t.Fatalf("the store is not usable afterwards: %v", err)
				}
			})
		})
	}
}

func TestUsedAfterItsEnd(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		var kept *store.Tx
		var seen *store.Reader
		if err := do(s, func(t *store.Tx) error { kept = t; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := s.ViewReader(ctx, func(r *store.Reader) error { seen = r; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := insert(kept, nil, "late"); err == nil {
			t.Error("a Tx wrote after its end")
		}
		if _, err := seen.Ints(`SELECT 1`); err == nil {
			t.Error("a Reader read after its end")
		}
	})
}

func TestViewSeesOneInstant(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		err := s.ViewReader(ctx, func(r *store.Reader) error {
			for range 3 {
				got, err := r.Texts(`SELECT id FROM thing ORDER BY id`)
				if err != nil {
					return err
				}
				if fmt.Sprint(got) != "[a]" {
					return fmt.Errorf("saw %v", got)
				}
				if err := do(s, func(t *store.Tx) error { return insert(t, nil, fmt.Sprintf("b%d", len(things2(s)))) }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(things(t, s)) != 4 {
			t.Fatal(err, things(t, s))
		}
	})
}

func things2(s *store.Store) (all []string) {
	_ = s.ViewReader(ctx, func(r *store.Reader) (err error) {
		all, err = r.Texts(`SELECT id FROM thing`)
		return err
	})
	return all
}

func TestViewCannotWriteAndStopsWithItsContext(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		err := s.ViewReader(ctx, func(r *store.Reader) error {
			_, err := r.Ints(`INSERT INTO thing (id, n, version) VALUES ('v', 0, 1) RETURNING n`)
			return err
		})
		if err == nil || len(things(t, s)) != 1 {
			t.Fatalf("a View wrote: %v", things(t, s))
		}
		gone, cancel := context.WithCancel(ctx)
		err = s.ViewReader(gone, func(r *store.Reader) error {
			if _, err := r.Ints(`SELECT 1`); err != nil {
				return err
			}
			cancel()
			_, err := r.Ints(`SELECT 1`)
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestBatch(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		reads := func(r *store.Reader) error {
			var ids []string
			var n int64
			err := r.Batch(
				store.NewRead(func(scan func(...any) error) error {
					var id string
					err := scan(&id)
					ids = append(ids, id)
					return err
				}, `SELECT id FROM thing WHERE id >= $1 ORDER BY id`, "a"),
				store.NewRead(func(scan func(...any) error) error { return scan(&n) }, `SELECT COUNT(*) FROM thing`),
			)
			if err == nil && (len(ids) != int(n) || ids[0] != "a") {
				err = fmt.Errorf("read %v and %d", ids, n)
			}
			return err
		}
		if err := s.ViewReader(ctx, reads); err != nil {
			t.Fatal(err)
		}
		if err := do(s, func(t *store.Tx) error { return errors.Join(insert(t, nil, "b"), reads(&t.Reader)) }); err != nil {
			t.Fatal(err)
		}
		stop := fault.Refuse("test.stop", nil)
		err := do(s, func(t *store.Tx) error {
			_ = insert(t, nil, "c")
			return t.Batch(store.NewRead(func(func(...any) error) error { return stop }, `SELECT id FROM thing`),
				store.NewRead(func(func(...any) error) error { return nil }, `SELECT 1`))
		})
		if !errors.Is(err, stop) || len(things(t, s)) != 2 {
			t.Fatal(err, things(t, s))
		}
		taken := fault.Conflict("test.taken", nil)
		err = do(s, func(t *store.Tx) error {
			_ = insert(t, taken, "a")
			return t.Batch(store.NewRead(func(func(...any) error) error { return nil }, `SELECT 1`))
		})
		if !errors.Is(err, taken) {
			t.Fatal(err)
		}
	})
}

func TestNoRow(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		scratch(t, s)
		unknown := fault.NotFound("thing.unknown", nil)
		err := s.ViewReader(ctx, func(r *store.Reader) error {
			var n int64
			if err := r.Row(`SELECT n FROM thing WHERE id = $1`, []any{"x"}, &n); !errors.Is(err, store.ErrNoRow) {
				return fmt.Errorf("got %w", err)
			}
			if err := r.RowOr(unknown, `SELECT n FROM thing WHERE id = $1`, []any{"x"}, &n); !errors.Is(err, unknown) {
				return fmt.Errorf("got %w", err)
			}
			return r.RowOr(unknown, `SELECT n FROM thing WHERE id = $1`, []any{"a"}, &n)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAppendOnly(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		err := do(s, func(t *store.Tx) error {
			return errors.Join(
				t.Exec(1, nil, `INSERT INTO posting (partner_id, entry_id, n, at, account, currency, amount) VALUES ($1, 'e', 1, 0, 'x', 'EUR', 1)`, partner),
			)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, sql := range []string{`UPDATE posting SET amount = 2`, `DELETE FROM posting`} {
			if err := do(s, func(t *store.Tx) error { return t.Exec(store.AnyRows, nil, sql) }); err == nil {
				t.Errorf("%s went through", sql)
			}
		}
	})
}

func TestHealthAndClose(t *testing.T) {
	storetest.Both(t, func(t *testing.T, s *store.Store) {
		if err := s.Health(ctx); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if f := fault.Of(s.Health(ctx)); f == nil || f.Code != "store.unavailable" {
			t.Fatal(f)
		}
	})
}
