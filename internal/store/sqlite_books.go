package store

import "maps"

const (
	// Postings are only added, by one writer, so SQLite numbers them upwards: what is numbered up to n never changes.
	sqlPostingTop = `SELECT COALESCE(MAX(rowid), 0) FROM posting`
	// The pluses keep SQLite in the key that is short, as in sqlTotalsTo and sqlTotalsSince.
	sqlLedgerTo    = `SELECT currency, account, CAST(SUM(amount) AS BIGINT) FROM posting WHERE partner_id = $1 AND +rowid <= $2 GROUP BY currency, account`
	sqlLedgerSince = `SELECT currency, account, CAST(SUM(amount) AS BIGINT) FROM posting
		WHERE rowid > $3 AND rowid <= $2 AND +partner_id = $1 GROUP BY currency, account`
)

// posted are a partner's postings up to a number, added up.
type posted struct {
	top  int64
	sums bookSums
}

// books is what a partner's postings come to in the reader's snapshot: those known, and those added since.
func (k *liteTotals) books(r *Reader, partner string) (bookSums, error) {
	k.mu.Lock()
	known, ok := k.posted[partner]
	k.mu.Unlock()
	now := posted{sums: bookSums{}}
	if err := r.queryRow(sqlPostingTop).scan(&now.top); err != nil {
		return nil, err
	}
	sql, args := sqlLedgerTo, []any{partner, now.top}
	if ok && known.top <= now.top { // a reader that began earlier than another sees less than is known
		sql, args = sqlLedgerSince, append(args, known.top)
		now.sums = copied(known.sums)
	}
	if err := r.addUp(now.sums, sql, args...); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.posted == nil || len(k.posted) >= keptPeriods {
		k.posted = map[string]posted{}
	}
	if k.posted[partner].top <= now.top {
		k.posted[partner] = now
	}
	return copied(now.sums), nil
}

func copied(sums bookSums) bookSums {
	out := make(bookSums, len(sums))
	for c, accounts := range sums {
		out[c] = maps.Clone(accounts)
	}
	return out
}
