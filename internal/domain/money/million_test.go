package money

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"
)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the million random sums; a failure tells its own")

// TestE11AMillionSums: G20. A price of 8 digits times a quantity is rounded once to the digits of its currency; its
// parts by any weights sum to it, none is further than a unit from its share, and they add up in any order.
func TestE11AMillionSums(t *testing.T) {
	const sums = 1_000_000
	r := rand.New(rand.NewPCG(*seed, 0))
	scales := map[Currency]int64{"JPY": 1e8, "EUR": 1e6, "KWD": 1e5, "CLF": 1e4} // 10^-8 in a minor unit
	currencies := []Currency{"JPY", "EUR", "KWD", "CLF"}
	weights := make([]int64, 0, 60)
	for i := range sums {
		c := currencies[r.IntN(len(currencies))]
		units, quantity := r.Int64N(1<<(1+r.IntN(40))), r.Int64N(10_000)
		line, err := PriceOf(units, c).Times(quantity)
		scale := scales[c]
		if want := (2*units*quantity + scale) / (2 * scale); err != nil || line != Of(want, c) {
			t.Fatalf("-seed %d, case %d: %d × %d × 10^-8 %s = %v, %v; want %d minor units", *seed, i, units, quantity, c, line, err, want)
		}
		if r.IntN(2) == 0 {
			line = line.Neg()
		}
		weights = weights[:1+r.IntN(cap(weights))]
		var total int64
		for j := range weights {
			weights[j] = r.Int64N(367)
			total += weights[j]
		}
		if total == 0 {
			weights[0], total = 1, 1
		}
		parts := line.Split(weights...)
		sum := Of(0, c)
		for j, part := range parts {
			share := line.Ratio(weights[j], total)
			if off := part.Sub(share).Minor(); off < -1 || off > 1 {
				t.Fatalf("-seed %d, case %d: part %d of %v is %v, its share %v", *seed, i, j, line, part, share)
			}
			sum = sum.Add(part)
		}
		back := Of(0, c)
		for _, j := range r.Perm(len(parts)) {
			back = back.Add(parts[j])
		}
		if sum != line || back != line {
			t.Fatalf("-seed %d, case %d: %d parts of %v sum to %v, in another order to %v", *seed, i, len(parts), line, sum, back)
		}
	}
	t.Logf("%d sums, seed %d: parts sum to the whole", sums, *seed)
}
