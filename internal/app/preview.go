package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/money"
	"github.com/comptoir-dev/comptoir/internal/domain/subscription"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Preview is what an act that costs or returns money would do (product.md): the same decision, nothing saved.
type Preview struct {
	Act      string
	Target   string
	Versions []int64          // of the rows read
	Rows     []string         // ids of the price, policy and tax rows that decide, beside those of the charges
	Charges  []billing.Charge // and credits
	Invoice  when.Period      // the period they land on; its end is the invoice's date
	Keys     int              // product keys that are revoked
	Links    int              // live links that are revoked
	Ended    []int            // the numbers of the order lines that end
	Window   time.Time        // the end of the window that allowed it; zero: none
	Opened   bool             // the window begins with the act
	Policy   string
	DaysLeft *int64 // of the window, in UTC calendar days (F56); nil: none, or it is over
}

// daysLeft tells how many days of the window are left.
func (p *Preview) daysLeft(now time.Time) {
	w := subscription.Window{Allowed: now.Before(p.Window), Until: p.Window}
	if days, ok := w.DaysLeft(now); ok {
		p.DaysLeft = &days
	}
}

// Asked is how a caller wants an act: only shown, or done as it was shown before.
type Asked struct {
	Preview bool   // ?preview=true
	Match   string // If-Preview-Match: the hash a preview gave; empty: no condition
	// Acknowledged: of a cancellation of software, that both sides stop its use, uninstall it and delete downloads (F65).
	Acknowledged bool
	Attested     bool // of an order without a cart: the partner of record's attestation
}

// Hash is SHA-256 over canonical JSON of what decides the act: act, target, versions of the rows read, price, policy and
// tax row ids, each charge and credit (amount, currency, period by day), lines that end, window end. Now, ids and texts are not in it.
func (p Preview) Hash() string {
	type line struct {
		Kind, Price, Policy, TaxRow, Currency, From, To string
		Net, Tax                                        int64
	}
	lines := make([]line, len(p.Charges))
	for i, c := range p.Charges {
		lines[i] = line{
			string(c.Kind), c.PriceRow, c.PolicyRow, c.TaxRow, string(c.Net.Currency()), day(c.Period.Start), day(c.Period.End),
			c.Net.Minor(), c.Tax.Minor(),
		}
	}
	text, _ := json.Marshal(struct { // strings and whole numbers always marshal
		Act, Target, Policy, Window string
		Versions                    []int64
		Rows                        []string
		Ended                       []int
		Lines                       []line
	}{p.Act, p.Target, p.Policy, windowEnd(p), slices.Sorted(slices.Values(p.Versions)), p.Rows, p.Ended, lines})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// day is a period's edge by its date: a preview and its commit are moments apart.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// windowEnd is the end of the window that decides. Now is in one that begins with the act, so its date must do.
func windowEnd(p Preview) string {
	switch {
	case p.Window.IsZero():
		return ""
	case p.Opened:
		return day(p.Window)
	}
	return p.Window.UTC().Format(time.RFC3339Nano)
}

// Sums add up what the preview charges and credits, one per currency: positive to pay, negative to get back.
func (p Preview) Sums() []money.Amount {
	var sums []money.Amount
	for _, c := range p.Charges {
		i := slices.IndexFunc(sums, func(a money.Amount) bool { return a.Currency() == c.Gross().Currency() })
		if i < 0 {
			sums = append(sums, c.Gross())
			continue
		}
		sums[i] = sums[i].Add(c.Gross())
	}
	return sums
}

// check refuses a commit whose preview said something else: "preview.moved" with the hash given, the present one and the
// present sums. A condition that is no hash at all is "preview.malformed".
func (p Preview) check(asked Asked) error {
	if asked.Match == "" {
		return nil
	}
	now := p.Hash()
	switch {
	case asked.Match == now:
		return nil
	case len(asked.Match) != len(now) || strings.Trim(asked.Match, "0123456789abcdef") != "":
		return fault.Invalid("preview.malformed", nil)
	}
	return fault.Conflict("preview.moved", fault.Args{"was": asked.Match, "now": now, "sum": p.Sums()})
}
