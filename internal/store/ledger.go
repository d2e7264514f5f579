// The books: postings, append-only.
package store

import (
	"cmp"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/ledger"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlPostingInsert = `INSERT INTO posting (partner_id, entry_id, n, at, ref, account, currency, amount)`
	sqlLedgerSums    = `SELECT currency, account, CAST(SUM(amount) AS BIGINT) FROM posting WHERE partner_id = $1
		GROUP BY currency, account`
	// Names of entries begin with their instant: the newest first.
	sqlBookEntries = `SELECT entry_id, at, ref, account, currency, amount FROM posting WHERE partner_id = $1 AND entry_id < $2
		ORDER BY entry_id DESC, n DESC LIMIT $3`
	// The entries of one instant: those of a charge are named by its own.
	sqlPostingsAt = `SELECT ref, account, currency, amount FROM posting WHERE partner_id = $1 AND entry_id > $2 AND entry_id < $3`
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

// Postings implements app.Reader: one read for each instant, all of them in one trip.
func (r *Reader) Postings(s party.Scope, charges []billing.Charge) (map[id.Charge][]ledger.Posting, error) {
	posted := map[id.Charge][]ledger.Posting{}
	if s.Reseller() != "" {
		return posted, nil
	}
	at := map[time.Time][]id.Charge{}
	var reads []read
	for _, c := range charges {
		at[c.At] = append(at[c.At], c.ID)
	}
	each := func(scan func(dest ...any) error) error {
		var of id.Charge
		var p ledger.Posting
		var c money.Currency
		var minor int64
		if err := scan(&of, &p.Account, &c, &minor); err != nil {
			return err
		}
		p.Amount = money.Of(minor, c)
		posted[of] = append(posted[of], p)
		return nil
	}
	for t, ids := range at {
		f := where(sqlPostingsAt, s.Partner(), ledger.Mark(t), ledger.Mark(t.Add(time.Microsecond)))
		in(f, "ref", ids)
		f.and(" ORDER BY entry_id, n")
		reads = append(reads, read{f.sql.String(), f.args, each})
	}
	return posted, r.batch(reads...)
}

// LedgerSums implements app.Reader, in minor units. The books are those of who is billed: an indirect reseller has none.
func (r *Reader) LedgerSums(s party.Scope) (map[money.Currency]map[ledger.Account]int64, error) {
	if s.Reseller() != "" {
		return map[money.Currency]map[ledger.Account]int64{}, nil
	}
	if kept := r.kept(); kept != nil {
		return kept.books(r, string(s.Partner()))
	}
	sums := bookSums{}
	return sums, r.addUp(sums, sqlLedgerSums, s.Partner())
}

// bookSums are postings added up, in minor units.
type bookSums = map[money.Currency]map[ledger.Account]int64

// addUp adds what sql finds to sums.
func (r *Reader) addUp(sums bookSums, sql string, args ...any) error {
	rs := r.query(sql, args...)
	defer rs.close()
	for rs.next() {
		var c money.Currency
		var a ledger.Account
		var sum int64
		if err := rs.scan(&c, &a, &sum); err != nil {
			return err
		}
		if sums[c] == nil {
			sums[c] = map[ledger.Account]int64{}
		}
		sums[c][a] += sum
	}
	return rs.err()
}

// mostPostings is how many an entry has: three of a sale. A damaged one may have more.
const mostPostings = 4

// lastMark sorts behind the names of all entries.
const lastMark = "~"

// BookEntries implements app.Reader. The books are those of who is billed.
func (r *Reader) BookEntries(s party.Scope, before id.Entry, limit int) ([]app.BookEntry, error) {
	if s.Reseller() != "" || limit < 1 {
		return nil, nil
	}
	rs := r.query(sqlBookEntries, s.Partner(), cmp.Or(before, lastMark), limit*mostPostings)
	defer rs.close()
	var all []app.BookEntry
	rows := 0
	for ; rs.next(); rows++ {
		var e app.BookEntry
		var p ledger.Posting
		var c money.Currency
		var minor int64
		if err := rs.scan(&e.ID, &e.At, &e.Ref, &p.Account, &c, &minor); err != nil {
			return nil, err
		}
		if p.Amount = money.Of(minor, c); len(all) == 0 || all[len(all)-1].ID != e.ID {
			all = append(all, e)
		}
		last := &all[len(all)-1]
		last.Postings = append(last.Postings, p)
	}
	if rows == limit*mostPostings && len(all) > 1 { // the last one may go on behind
		all = all[:len(all)-1]
	}
	all = all[:min(limit, len(all))]
	for _, e := range all {
		slices.Reverse(e.Postings)
	}
	return all, rs.err()
}
