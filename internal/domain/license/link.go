package license

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// LinkRule says how long links live that are issued from From on (F46). A row is never edited.
type LinkRule struct {
	ID        string
	From      time.Time     // zero: always
	Life      time.Duration // of days of 24 h
	Downloads int
	Source    string
}

// LinkRules ship with the product.
var LinkRules = []LinkRule{
	{ID: "L01", Life: 14 * 24 * time.Hour, Downloads: 50, Source: "D0"},
}

// LinkRuleAt is the row with the latest From that is not after issued; ok is false when there is none.
func LinkRuleAt(rules []LinkRule, issued time.Time) (rule LinkRule, ok bool) {
	for _, r := range rules {
		if !r.From.After(issued) && (!ok || r.From.After(rule.From)) {
			rule, ok = r, true
		}
	}
	return rule, ok
}

const (
	// OneTimeLife is how long the address of a signed-in user's own download lives (F45).
	OneTimeLife = time.Hour
	// ResumeWithin is how long after a counted download the same client may go on with it (E24).
	ResumeWithin = 6 * time.Hour
)

// Side is who issues a link; each side has its own (F46, F52).
type Side string

// The sides.
const (
	PartnerSide  Side = "partner"
	CustomerSide Side = "customer"
)

// LinkState says why a link no longer works. Spent is a link that was expired or used up when the next one was issued.
type LinkState string

// The states of a link.
const (
	Live        LinkState = "live"
	Replaced    LinkState = "replaced"
	LinkRevoked LinkState = "revoked"
	Spent       LinkState = "spent"
)

// Link is an address from which one file can be fetched without signing in. Among the links of one line, file and
// side that are not one-time at most one is Live.
type Link struct {
	ID       id.Link
	Partner  id.Partner
	Customer id.Customer
	Order    id.Order
	Line     int
	File     FileChoice
	Side     Side

	IssuedAt, ExpiresAt time.Time // works while now < ExpiresAt
	Max, Used           int       // downloads; 0 ≤ Used ≤ Max
	State               LinkState
	OneTime             bool   // F45: counts against no link
	Rule                string // LinkRule in force at IssuedAt; empty when OneTime

	Sealed    []byte // the token, sealed to Binding, so that Copy link can show it again
	TokenHash string // what the token is found by
	Version   int64
}

// Binding is what ties a sealed token to its row.
func (l Link) Binding() string { return "link/" + string(l.Partner) + "/" + string(l.ID) }

// Remaining is how many downloads are left.
func (l Link) Remaining() int { return max(0, l.Max-l.Used) }

// Works tells whether a download that counts would be granted at now.
func (l Link) Works(now time.Time) bool {
	return l.State == Live && now.Before(l.ExpiresAt) && l.Used < l.Max
}

// LinkRequest is what "Copy link" (neither flag), "New link" (Renew) and "Download" (OneTime) ask for.
type LinkRequest struct {
	File           FileChoice
	Side           Side
	Renew, OneTime bool
}

// Issued is the answer to a LinkRequest. New tells whether Link is to be inserted; its token is then still to be made.
// Retired, when set, is the former live link, to be saved in its new state together with it.
type Issued struct {
	Link    Link
	File    File
	New     bool
	Retired *Link
}

// Issue decides which link answers ask (F43, F45, F46): live is the line's live link for the same file and side, nil
// when there is none. A live link that still works is shown again, unless Renew replaces it; one that is expired or
// used up is set aside as Spent. A one-time address leaves live alone. Links are re-issued as often as needed.
// Faults: those of Delivery.File, "software.cancelled", "software.preparing".
func Issue(rule LinkRule, d Delivery, line Line, live *Link, ask LinkRequest, fresh id.Link, now time.Time) (Issued, error) {
	if err := line.entitled(); err != nil {
		return Issued{}, err
	}
	file, err := d.File(ask.File)
	if err != nil {
		return Issued{}, err
	}
	link := Link{
		ID: fresh, Partner: line.Partner, Customer: line.Customer, Order: line.Order, Line: line.Number,
		File: file.Choice(), Side: ask.Side, IssuedAt: now, State: Live,
	}
	if ask.OneTime {
		link.OneTime, link.Max, link.ExpiresAt = true, 1, now.Add(OneTimeLife)
		return Issued{Link: link, File: file, New: true}, nil
	}
	out := Issued{File: file, New: true}
	if live != nil && live.State == Live {
		old := *live
		works := old.Works(now)
		if works && !ask.Renew {
			return Issued{Link: old, File: file}, nil
		}
		old.State = Spent
		if works {
			old.State = Replaced
		}
		out.Retired = &old
	}
	link.Rule, link.Max, link.ExpiresAt = rule.ID, rule.Downloads, now.Add(rule.Life)
	out.Link = link
	return out, nil
}

// Visit is one request at a link's address. Last is the latest counted download of this link by the same client
// (network address and user agent), zero when there is none.
type Visit struct {
	Last         time.Time
	Ranged, Head bool
}

// Admission lets a visit pass. Counts: the link is used once more and the visit remembered, in one conditional write
// (used < max, live, not expired), so that parallel visits never exceed Max.
type Admission struct {
	Counts bool
	Link   Link // with the use counted
}

// Admit decides over one visit at now (E24). HEAD never counts; a ranged request within 6 h of a download that the
// same client was counted for goes on with that one, even on a link that is used up by now.
// Faults: "link.revoked" (F63), "link.replaced", "link.expired" with the instant (on the dot it is expired),
// "link.used_up" with the limit.
func Admit(l Link, v Visit, now time.Time) (Admission, error) {
	switch {
	case l.State == LinkRevoked:
		return Admission{}, fault.Refuse("link.revoked", nil)
	case l.State == Replaced:
		return Admission{}, fault.Refuse("link.replaced", nil)
	case !now.Before(l.ExpiresAt):
		return Admission{}, fault.Refuse("link.expired", fault.Args{"at": l.ExpiresAt})
	}
	resumes := !v.Last.IsZero() && now.Before(v.Last.Add(ResumeWithin))
	switch {
	case resumes && (v.Ranged || v.Head):
		return Admission{Link: l}, nil
	case l.State != Live || l.Used >= l.Max:
		return Admission{}, UsedUp(l)
	case v.Head:
		return Admission{Link: l}, nil
	}
	l.Used++
	return Admission{Counts: true, Link: l}, nil
}

// UsedUp is the answer on a link without downloads left; also for the visit that lost the race for the last one.
func UsedUp(l Link) error { return fault.Refuse("link.used_up", fault.Args{"max": l.Max}) }
