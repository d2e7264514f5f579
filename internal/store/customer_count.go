package store

import "github.com/comptoir-dev/comptoir/internal/domain/id"

// CustomerCounts implements app.Reader.
func (r *Reader) CustomerCounts() (map[id.Partner]int64, error) {
	counts := map[id.Partner]int64{}
	rows := r.query(sqlCustomerCounts)
	defer rows.close()
	for rows.next() {
		var partner, reseller id.Partner
		var n int64
		if err := rows.scan(&partner, &reseller, &n); err != nil {
			return nil, err
		}
		counts[partner] += n
		if reseller != "" {
			counts[reseller] += n
		}
	}
	return counts, rows.err()
}
