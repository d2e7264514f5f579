package partnercenter

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// limits counts the requests of each partner in this process. A bucket holds one minute's worth and refills evenly.
// Partners come from verified tokens, so the map is bounded by their number.
type limits struct {
	perMinute func(id.Partner) int // nil: no limits
	mu        sync.Mutex
	buckets   map[id.Partner]*rate.Limiter
}

// take takes one request from the partner's bucket, or says in whole seconds when to come back ("rate.limited").
func (l *limits) take(p id.Partner, now time.Time) error {
	if l.perMinute == nil {
		return nil
	}
	n := l.perMinute(p)
	if n <= 0 {
		return nil
	}
	wait := l.bucket(p, n, now).ReserveN(now, 1)
	delay := wait.DelayFrom(now)
	if delay == 0 {
		return nil
	}
	wait.CancelAt(now) // a refused request does not count
	return fault.Unavailable("rate.limited", fault.Args{"seconds": int(math.Ceil(delay.Seconds()))})
}

// bucket is the partner's bucket; a changed setting takes effect at once.
func (l *limits) bucket(p id.Partner, n int, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[p]
	if b == nil {
		if l.buckets == nil {
			l.buckets = map[id.Partner]*rate.Limiter{}
		}
		b = rate.NewLimiter(rate.Limit(n)/60, n)
		l.buckets[p] = b
	} else if b.Burst() != n {
		b.SetLimitAt(now, rate.Limit(n)/60)
		b.SetBurstAt(now, n)
	}
	return b
}
