// The books: postings, append-only.
package store

import (
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlPostingInsert = `INSERT INTO posting (partner_id, entry_id, n, at, ref, account, currency, amount)`
	sqlLedgerSums    = `SELECT currency, account, CAST(SUM(amount) AS BIGINT) FROM posting WHERE partner_id = $1
		GROUP BY currency, account`
)

var postingInsert = newBulk(sqlPostingInsert)

// AddEntries implements app.Tx.
func (t *Tx) AddEntries(es ...ledger.Entry) error {
	args := make([]any, 0, 3*len(es)*postingInsert.columns)
	for _, e := range es {
		for i, p := range e.Postings() {
			args = append(args, t.scope.Partner(), e.ID(), i, e.At(), e.Ref(), p.Account, p.Amount.Currency(), p.Amount.Minor())
		}
	}
	return t.add(postingInsert, args)
}

// LedgerSums implements app.Reader, in minor units. The books are those of who is billed: an indirect reseller has none.
func (r *Reader) LedgerSums(s party.Scope) (map[money.Currency]map[ledger.Account]int64, error) {
	sums := map[money.Currency]map[ledger.Account]int64{}
	if s.Reseller() != "" {
		return sums, nil
	}
	rs := r.query(sqlLedgerSums, s.Partner())
	defer rs.close()
	for rs.next() {
		var c money.Currency
		var a ledger.Account
		var sum int64
		if err := rs.scan(&c, &a, &sum); err != nil {
			return nil, err
		}
		if sums[c] == nil {
			sums[c] = map[ledger.Account]int64{}
		}
		sums[c][a] = sum
	}
	return sums, rs.err()
}
