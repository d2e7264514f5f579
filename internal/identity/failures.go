package identity

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Failed is wrong passwords and codes of one person within the last quarter of an hour, as this process counted them (G47).
type Failed struct {
	UPN     string // empty: names that nobody has
	Partner party.Partner
	N       int
	Last    time.Time // wall time
	Barred  bool      // nothing from a place that is not known is evaluated until one is forgotten
}

// shownFailures bounds how many people are told of.
const shownFailures = 50

// Failures are who failed to sign in to the pages, the latest first, for the operator (R15).
func (p *People) Failures(ctx context.Context, who party.Actor) ([]Failed, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	var out []Failed
	strangers := Failed{}
	for _, f := range p.attempts.list(p.Wall.Now(), shownFailures) {
		user, known := strings.CutPrefix(f.account, personAccount)
		if !known {
			strangers.N += f.n
			if f.last.After(strangers.Last) {
				strangers.Last = f.last
			}
			continue
		}
		u, of, err := p.Store.Person(ctx, id.User(user))
		if missing(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Failed{u.UPN, of, f.n, f.last, f.barred})
	}
	if strangers.N > 0 {
		out = append(out, strangers)
	}
	slices.SortStableFunc(out, func(x, y Failed) int { return y.Last.Compare(x.Last) })
	return out, nil
}

type failures struct {
	account string
	n       int
	last    time.Time
	barred  bool
}

// nobodys is the account that list has for all names that nobody has.
const nobodys = "nobody"

// list are the people, and what stands for all names that nobody has, with failures that count, the latest first, as many as the limit: of a person those
// from all places together.
func (a *attempts) list(now time.Time, limit int) (all []failures) {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := map[string]failures{}
	for counter, times := range a.failed {
		recent := fresh(times, now)
		if len(recent) == 0 || strings.HasPrefix(counter, "address/") {
			continue
		}
		account := nobodys // invented names, however many, are one row
		if user, ok := strings.CutPrefix(counter, personAccount); ok {
			user, _, _ = strings.Cut(user, "/")
			account = personAccount + user
		}
		f := of[account]
		f.account, f.n, f.barred = account, f.n+len(recent), f.barred || account == counter && len(recent) >= maxFailures
		if last := slices.MaxFunc(recent, time.Time.Compare); last.After(f.last) {
			f.last = last
		}
		of[account] = f
	}
	all = slices.SortedFunc(maps.Values(of), func(x, y failures) int { return cmp.Or(y.last.Compare(x.last), cmp.Compare(x.account, y.account)) })
	return all[:min(len(all), limit)]
}
