package billing_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the million random sales; a failure tells its own")

// TestMillionSales: G20 (E09, E11, E26, F66). What a random sale is charged and credited is worked out again without
// the product's own arithmetic. A failure tells the seed and the case.
func TestMillionSales(t *testing.T) {
	const sales, shards = 1_000_000, 4
	for shard := range uint64(shards) {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for i := shard; i < sales; i += shards {
				if err := anySale(rand.New(rand.NewPCG(*seed, i)).Int64N); err != nil {
					t.Fatalf("-seed %d, case %d: %v", *seed, i, err)
				}
			}
			t.Logf("%d sales, seed %d: parts sum to the whole, credits and what is kept to the charge", sales/shards, *seed)
		})
	}
}

// TestAnySale is the same property where a failure shrinks.
func TestAnySale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := anySale(func(n int64) int64 { return rapid.Int64Range(0, n-1).Draw(t, "pick") }); err != nil {
			t.Fatal(err)
		}
	})
}

// pick gives a number from 0 to n-1.
type pick func(n int64) int64

// sized is a number from 0 to 10^digits - 1 in which every order of magnitude is as likely.
func (p pick) sized(digits int64) int64 {
	n := int64(1)
	for range p(digits) + 1 {
		n *= 10
	}
	return p(n)
}

func one[T any](p pick, of ...T) T { return of[p(int64(len(of)))] }

// deal is a random line: what it costs, how it is billed, and when its term starts.
type deal struct {
	unit     int64 // 10^-8 of the major unit, below 10,000
	quantity int64
	currency money.Currency
	ppm      int64
	inside   bool // the price includes the tax
	term     when.Term
	plan     catalog.Plan
	start    time.Time
}

func anyDeal(p pick) deal {
	d := deal{
		unit: p.sized(12), quantity: 1 + p.sized(3),
		currency: one(p, money.Currency("JPY"), "EUR", "KWD", "CLF"), // 0, 2, 3 and 4 digits
		ppm:      one(p, 0, 1, 55_000, 88_750, 100_000, 170_000, 200_000, 333_333, 999_999, market.MaxRatePPM, p(market.MaxRatePPM+1)),
		inside:   p(2) == 0,
		plan:     one(p, catalog.OneTime, catalog.Monthly, catalog.Annual, catalog.Triennial),
	}
	for {
		d.term = one(p, when.Month, when.Term{Months: 3}, when.Term{Months: 6}, when.Year, when.Term{Years: 1, Months: 6}, when.ThreeYears, when.Term{Years: 5})
		if _, whole := d.plan.Charges(d.term); whole {
			break
		}
		d.plan = catalog.Monthly // divides every term
	}
	// The last days of months with 31, 30, 29 and 28, years that leap and do not, any microsecond.
	d.start = when.Date(2023, time.Month(1+p(36)), int(1+p(31))).Add(time.Duration(p(24*3600*1e6)) * µs)
	return d
}

// whole is price × quantity in minor units, half up: nothing here is negative.
func (d deal) whole() int64 {
	scale := int64(100_000_000)
	for range d.currency.Digits() {
		scale /= 10
	}
	return half(d.unit*d.quantity, scale)
}

// half is a / b rounded half up.
func half(a, b int64) int64 { return (2*a + b) / (2 * b) }

// tax is the tax of a priced figure in minor units.
func (d deal) tax(priced int64) int64 {
	if d.inside {
		return half(priced*d.ppm, 1_000_000+d.ppm)
	}
	return half(priced*d.ppm, 1_000_000)
}

// anySale charges a random deal part by part, then credits seats and the whole of one charge at random instants.
func anySale(p pick) error {
	d := anyDeal(p)
	tar := Tariff{Unit: money.PriceOf(d.unit, d.currency), Tax: market.TaxRow{ID: "tax", RatePPM: d.ppm, Inclusive: d.inside}}
	term := when.Period{Start: d.start, End: when.Next(d.start, d.start.Day(), d.term)}
	charge, err := d.parts(p, tar, term)
	if err != nil {
		return fmt.Errorf("%+v: %w", d, err)
	}
	alone := charge.Parts == 1
	if p(3) == 0 { // seats that join later pay the rest
		days := charge.Days
		joined := Charge{ID: "c", Kind: AddQuantity, Quantity: d.quantity, Period: charge.Period, At: within(p, charge.Period)}
		if charge, err = tar.ChargeRest(joined, charge.Part, charge.Parts); err != nil {
			return fmt.Errorf("%+v: %w", d, err)
		}
		alone = alone || charge.Days != days
	}
	if err := d.credits(p, charge, alone); err != nil {
		return fmt.Errorf("%+v, charge %d of %d: %w", d, charge.Part, charge.Parts, err)
	}
	return nil
}

// parts makes the charges of a term and gives one of them. Price, net and tax sum to the whole's, days to the term's, none
// is negative.
func (d deal) parts(p pick, tar Tariff, term when.Period) (some Charge, err error) {
	periods := Schedule(term, term.Start.Day(), d.term, d.plan)
	chosen := int(p(int64(len(periods))))
	var priced, net, tax, days int64
	at := term.Start
	for i, q := range periods {
		c, err := tar.Charge(Charge{ID: "c", Kind: New, Quantity: d.quantity, Period: q, At: q.Start}, i, len(periods))
		if err != nil {
			return some, err
		}
		if !q.Start.Equal(at) || !q.Start.Before(q.End) {
			return some, fmt.Errorf("part %d is for %v, the one before ended %v", i, q, at)
		}
		if c.Net.Sign() < 0 || c.Tax.Sign() < 0 || c.Gross() != c.Net.Add(c.Tax) {
			return some, fmt.Errorf("part %d: net %v, tax %v, gross %v", i, c.Net, c.Tax, c.Gross())
		}
		priced, net, tax, days, at = priced+c.Priced().Minor(), net+c.Net.Minor(), tax+c.Tax.Minor(), days+c.Days, q.End
		if i == chosen {
			some = c
		}
	}
	whole := d.whole()
	want := whole
	if d.inside {
		want -= d.tax(whole)
	}
	if priced != whole || net != want || tax != d.tax(whole) {
		return some, fmt.Errorf("%d parts sum to %d (net %d, tax %d) of %d (net %d, tax %d)", len(periods), priced, net, tax, whole, want, d.tax(whole))
	}
	if !at.Equal(term.End) || days != term.Days() {
		return some, fmt.Errorf("parts end %v after %d days, the term %v after %d", at, days, term.End, term.Days())
	}
	return some, nil
}

// within is an instant of a period, its ends and the microseconds beside them more often than others.
func within(p pick, q when.Period) time.Time {
	length := int64(q.End.Sub(q.Start) / µs)
	return q.Start.Add(time.Duration(one(p, 0, 1, 24*3600*1e6-1, 24*3600*1e6, length-1, p(length))) * µs)
}

// credits gives seats of a charge back in some steps, then all that is left, at instants from its start to beyond its end.
// alone: the charge is no share of a running total, its tax was rounded on its own.
func (d deal) credits(p pick, c Charge, alone bool) error {
	mode := one(p, policy.Full, policy.Prorated, policy.FullFirstDay, policy.NoCredit)
	ids, books, left := new(id.Counting), append(make([]Charge, 0, 8), c), c.Quantity
	now := c.Period.Start
	charged := c.Priced().Minor()
	var kept, steps int64 // kept in charged × seats × days
	for last := false; !last; steps++ {
		last = steps == 4 || p(3) == 0
		if next := within(p, c.Period); next.After(now) {
			now = next
		}
		if p(8) == 0 {
			now = now.Add(c.Period.End.Sub(c.Period.Start)) // late, often after the end
		}
		seats, before := left, len(books)
		if last {
			books = append(books, Credits(ids, books, mode, c.Period.Start, now)...)
		} else {
			seats = 1 + p(c.Quantity)
			books = append(books, CreditSeats(ids, books, c, seats, mode, c.Period.Start, now))
			seats = min(seats, left)
		}
		left -= seats
		kept += seats * d.used(c, mode, now)
		for _, b := range books[before:] {
			if b.Net.Sign() > 0 || b.Tax.Sign() > 0 || b.Of != c.ID || b.Quantity != seats {
				return fmt.Errorf("step %d, %s at %v: credit %v %v of %d seats, %d asked", steps, mode, now, b.Net, b.Tax, b.Quantity, seats)
			}
		}
		net, tax := sum(books)
		stays := net.Minor()
		if d.inside {
			stays += tax.Minor()
		}
		if net.Sign() < 0 || tax.Sign() < 0 {
			return fmt.Errorf("step %d, %s at %v: net %v and tax %v are left of %v and %v", steps, mode, now, net, tax, c.Net, c.Tax)
		}
		if off := tax.Minor() - d.tax(stays); off < -1 || off > 1 || alone && off != 0 {
			return fmt.Errorf("step %d, %s at %v: %v is left with a tax of %v, want %d", steps, mode, now, net, tax, d.tax(stays))
		}
		if last {
			// Every step rounds once: what is kept is the exact share within a unit a step.
			exact := half(charged*kept, c.Quantity*c.Days)
			if off := stays - exact; off < -steps-1 || off > steps+1 || steps == 0 && off != 0 {
				return fmt.Errorf("%s at %v, %d steps: %d of %d stays, want %d", mode, now, steps+1, stays, charged, exact)
			}
			if mode == policy.Full && (stays != 0 || !tax.IsZero()) {
				return fmt.Errorf("a full credit at %v, %d steps, leaves %v %v", now, steps+1, net, tax)
			}
		}
	}
	return orderless(p, books)
}

// used is how many of a charge's days a cancellation at now keeps (rules.md §3).
func (d deal) used(c Charge, mode policy.CreditMode, now time.Time) int64 {
	elapsed := now.Sub(c.Period.Start)
	switch {
	case mode == policy.Full, mode == policy.FullFirstDay && elapsed < 24*time.Hour:
		return 0
	case mode == policy.NoCredit, !now.Before(c.Period.End):
		return c.Days
	}
	started := int64(elapsed / (24 * time.Hour))
	if elapsed%(24*time.Hour) > 0 || started == 0 {
		started++
	}
	return min(started, c.Days)
}

// orderless: lines come to the same totals in any order, net + tax = gross.
func orderless(p pick, lines []Charge) error {
	var a, b Totals
	for _, c := range lines {
		a = a.Add(c)
	}
	mixed := append([]Charge(nil), lines...)
	for i := len(mixed); i > 0; i-- {
		at := p(int64(i))
		b = b.Add(mixed[at])
		mixed[at] = mixed[i-1]
	}
	if a != b || a.Lines != len(lines) || a.Net.Add(a.Tax) != a.Gross() {
		return fmt.Errorf("totals %+v in one order, %+v in another", a, b)
	}
	return nil
}
