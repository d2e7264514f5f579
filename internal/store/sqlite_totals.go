// What an open billing period has come to so far, kept between two questions: a page asks for it at every visit, and a
// period may hold a million charges.
package store

import (
	"maps"
	"sync"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

const (
	// Charges are only added, by one writer, so SQLite numbers them upwards: what is numbered up to n never changes.
	sqlChargeTop = `SELECT COALESCE(MAX(rowid), 0) FROM charge`
	// The pluses keep SQLite in the key that is short: of all charges the first time, then of the newest.
	sqlTotalsTo    = sqlTotals + ` AND +rowid <= $4 GROUP BY currency`
	sqlTotalsSince = `SELECT currency, CAST(SUM(net) AS BIGINT), CAST(SUM(tax) AS BIGINT), COUNT(*),
		COUNT(*) FILTER (WHERE net + tax > 0) FROM charge
		WHERE rowid > $5 AND rowid <= $4 AND +partner_id = $1 AND +at >= $2 AND +at < $3 GROUP BY currency`
	// keptPeriods bounds the memory.
	keptPeriods = 1000
)

// liteTotals are sums that readers of one file share; a file put in its place begins with none.
type liteTotals struct {
	mu     sync.Mutex
	kept   map[spanOfPartner]summed
	posted map[string]posted // by partner
}

type spanOfPartner struct {
	partner   string
	low, high int64
}

type summed struct {
	top  int64 // of the charges that are in it
	sums map[money.Currency]billing.Totals
}

// of is what the charges of a span come to in the reader's snapshot: those known, and those added since.
func (k *liteTotals) of(r *Reader, span spanOfPartner) (map[money.Currency]billing.Totals, error) {
	k.mu.Lock()
	known, ok := k.kept[span]
	k.mu.Unlock()
	now := summed{sums: map[money.Currency]billing.Totals{}}
	if err := r.queryRow(sqlChargeTop).scan(&now.top); err != nil {
		return nil, err
	}
	sql, args := sqlTotalsTo, []any{span.partner, span.low, span.high, now.top}
	if ok && known.top <= now.top { // a reader that began earlier than another sees less than is known
		sql, args = sqlTotalsSince, append(args, known.top)
		maps.Copy(now.sums, known.sums)
	}
	if err := r.totals(now.sums, sql, args...); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= keptPeriods {
		k.kept = map[spanOfPartner]summed{}
	}
	if k.kept[span].top <= now.top {
		k.kept[span] = now
	}
	return maps.Clone(now.sums), nil
}

// kept is where the sums of the reader's file are kept; nil in an Update, which sees what may be taken back, and on PostgreSQL,
// where charges of several writers have no such numbers.
func (r *Reader) kept() *liteTotals {
	s := r.s
	if c, ok := s.(*catalogued); ok {
		s = c.session
	}
	if w, ok := s.(watched); ok {
		s = w.session
	}
	if c, ok := s.(*liteConn); ok {
		return c.totals
	}
	return nil
}
