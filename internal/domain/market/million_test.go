package market

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/money"
)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the million random amounts; a failure tells its own")

// TestE09AMillionAmounts: G20, net + tax = gross for every rate in both modes, against arithmetic of the test's own; the
// tax grows with the amount, so that no part of a line bears a negative one.
func TestE09AMillionAmounts(t *testing.T) {
	const amounts = 1_000_000
	r := rand.New(rand.NewPCG(*seed, 0))
	for i := range amounts {
		row := TaxRow{ID: "x", RatePPM: r.Int64N(MaxRatePPM + 1), Inclusive: r.IntN(2) == 0}
		if edge := r.IntN(8); edge < 2 {
			row.RatePPM = int64(edge) * MaxRatePPM
		}
		minor := r.Int64N(1 << (1 + r.IntN(42))) // × a million twice over stays in 64 bits
		priced := money.Of(minor, "EUR")
		got := row.On(priced)
		base := int64(1_000_000)
		if row.Inclusive {
			base += row.RatePPM
		}
		tax := (2*minor*row.RatePPM + base) / (2 * base)
		net := minor
		if row.Inclusive {
			net -= tax
		}
		if got.Tax.Minor() != tax || got.Net.Minor() != net || got.Gross().Minor() != net+tax {
			t.Fatalf("-seed %d, case %d: %v at %d ppm, inclusive %v: net %v, tax %v, gross %v; want %d and %d",
				*seed, i, priced, row.RatePPM, row.Inclusive, got.Net, got.Tax, got.Gross(), net, tax)
		}
		if more := row.On(money.Of(minor+1, "EUR")); more.Tax.Cmp(got.Tax) < 0 || more.Net.Cmp(got.Net) < 0 {
			t.Fatalf("-seed %d, case %d: a unit more is taxed %v after %v", *seed, i, more, got)
		}
	}
	t.Logf("%d amounts, seed %d: net + tax = gross", amounts, *seed)
}
