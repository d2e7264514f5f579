package license_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	. "github.com/comptoir-dev/comptoir/internal/domain/license"
)

const (
	days14 = 14 * 24 * time.Hour
	us     = time.Microsecond
)

func TestLinkRuleAt(t *testing.T) {
	later := append([]LinkRule{{ID: "L02", From: now, Life: time.Hour, Downloads: 3}}, LinkRules...)
	for _, c := range []struct {
		name   string
		rules  []LinkRule
		issued time.Time
		id     string
	}{
		{"F46 D0's row for all dates", LinkRules, time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), "L01"},
		{"F46 before a newer row", later, now.Add(-us), "L01"},
		{"F46 from the newer row on", later, now, "L02"},
		{"F46 no row", nil, now, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, ok := LinkRuleAt(c.rules, c.issued)
			if r.ID != c.id || ok != (c.id != "") {
				t.Errorf("got %q, %v; want %q", r.ID, ok, c.id)
			}
		})
	}
	if r := LinkRules[0]; r.Life != days14 || r.Downloads != 50 || r.Source != "D0" {
		t.Errorf("F46: %+v", r)
	}
}

func TestIssue(t *testing.T) {
	choice := FileChoice{"2022", "English", "iso"}
	liveLink := func(change func(*Link)) *Link {
		l := &Link{ID: "old", State: Live, File: choice, Side: PartnerSide, ExpiresAt: now.Add(us), Max: 50, Used: 49}
		if change != nil {
			change(l)
		}
		return l
	}
	for _, c := range []struct {
		name    string
		line    Line
		live    *Link
		ask     LinkRequest
		link    id.Link
		retired LinkState
		code    string
	}{
		{"F46 first", line, nil, LinkRequest{File: choice}, "new", "", ""},
		{"F46 Copy link shows the live one", line, liveLink(nil), LinkRequest{File: choice}, "old", "", ""},
		{"F46 New link replaces it", line, liveLink(nil), LinkRequest{File: choice, Renew: true}, "new", Replaced, ""},
		{"F46 expired: another one", line, liveLink(func(l *Link) { l.ExpiresAt = now }), LinkRequest{File: choice}, "new", Spent, ""},
		{"F46 used up: another one", line, liveLink(func(l *Link) { l.Used = 50 }), LinkRequest{File: choice}, "new", Spent, ""},
		{"F46 a dead one is not touched", line, liveLink(func(l *Link) { l.State = LinkRevoked }), LinkRequest{File: choice}, "new", "", ""},
		{"F45 one-time beside the live one", line, liveLink(nil), LinkRequest{File: choice, OneTime: true}, "new", "", ""},
		{"F63 cancelled", in(Cancelled), liveLink(nil), LinkRequest{File: choice}, "", "", "software.cancelled"},
		{"F42 preparing", in(Preparing), nil, LinkRequest{File: choice}, "", "", "software.preparing"},
		{"F43 choice needed", line, nil, LinkRequest{}, "", "", "download.choice_needed version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Issue(LinkRules[0], server, c.line, c.live, c.ask, "new", now)
			if code(err) != c.code || got.Link.ID != c.link || got.New != (c.link == "new") {
				t.Fatalf("got %q new=%v fault %q; want %q, %q", got.Link.ID, got.New, code(err), c.link, c.code)
			}
			var retired LinkState
			if got.Retired != nil {
				retired = got.Retired.State
			}
			if retired != c.retired {
				t.Errorf("former link %q, want %q", retired, c.retired)
			}
			if got.New && err == nil {
				max, life := 50, days14
				if c.ask.OneTime {
					max, life = 1, OneTimeLife
				}
				l := got.Link
				if l.Max != max || l.ExpiresAt.Sub(l.IssuedAt) != life || l.OneTime != c.ask.OneTime || l.File != choice || l.Line != 2 {
					t.Errorf("%+v", l)
				}
			}
		})
	}
}

func TestF52EachSideHasItsOwnLinkWithTheSameLimits(t *testing.T) {
	ask := LinkRequest{File: FileChoice{Version: "2019"}, Side: PartnerSide}
	p, _ := Issue(LinkRules[0], server, line, nil, ask, "p", now)
	ask.Side = CustomerSide
	c, _ := Issue(LinkRules[0], server, line, nil, ask, "c", now)
	if p.Link.Side == c.Link.Side || p.Link.Max != c.Link.Max || !p.Link.ExpiresAt.Equal(c.Link.ExpiresAt) {
		t.Errorf("partner %+v, customer %+v", p.Link, c.Link)
	}
}

func TestAdmit(t *testing.T) {
	base := Link{State: Live, IssuedAt: now.Add(-days14), ExpiresAt: now.Add(us), Max: 50}
	with := func(change func(*Link)) Link { l := base; change(&l); return l }
	full := func(l *Link) { l.Used = 50 }
	spent := func(l *Link) { l.Used, l.State = 50, Spent }
	recent := now.Add(-ResumeWithin + us)
	for _, c := range []struct {
		name   string
		link   Link
		visit  Visit
		counts bool
		code   string
	}{
		{"E24 last microsecond", base, Visit{}, true, ""},
		{"E24 at 14×24 h exactly expired", with(func(l *Link) { l.ExpiresAt = now }), Visit{}, false, "link.expired"},
		{"E24 expired for a resume too", with(func(l *Link) { l.ExpiresAt = now }), Visit{Last: recent, Ranged: true}, false, "link.expired"},
		{"E24 the 50th", with(func(l *Link) { l.Used = 49 }), Visit{}, true, ""},
		{"E24 the 51st", with(full), Visit{}, false, "link.used_up"},
		{"E24 HEAD counts none", base, Visit{Head: true}, false, ""},
		{"E24 HEAD on a used-up link", with(full), Visit{Head: true}, false, "link.used_up"},
		{"E24 first request ranged: one download", base, Visit{Ranged: true}, true, ""},
		{"E24 resume within 6 h: the same download", base, Visit{Last: recent, Ranged: true}, false, ""},
		{"E24 resume at 6 h: another one", base, Visit{Last: now.Add(-ResumeWithin), Ranged: true}, true, ""},
		{"E24 whole file again: another one", base, Visit{Last: recent}, true, ""},
		{"E24 resume of the 50th", with(full), Visit{Last: recent, Ranged: true}, false, ""},
		{"E24 resume of the 50th after a new link was made", with(spent), Visit{Last: recent, Ranged: true}, false, ""},
		{"E24 spent", with(spent), Visit{}, false, "link.used_up"},
		{"F46 replaced", with(func(l *Link) { l.State = Replaced }), Visit{Last: recent, Ranged: true}, false, "link.replaced"},
		{"F63 revoked", with(func(l *Link) { l.State = LinkRevoked }), Visit{Last: recent, Ranged: true}, false, "link.revoked"},
		{"F45 one-time, first", with(func(l *Link) { l.OneTime, l.Max = true, 1 }), Visit{}, true, ""},
		{"F45 one-time, second", with(func(l *Link) { l.OneTime, l.Max, l.Used = true, 1, 1 }), Visit{}, false, "link.used_up"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := Admit(c.link, c.visit, now)
			if got := code(err); got != c.code || a.Counts != c.counts {
				t.Fatalf("counts %v, fault %q; want %v, %q", a.Counts, got, c.counts, c.code)
			}
			if err == nil && a.Link.Used-c.link.Used != map[bool]int{true: 1}[c.counts] {
				t.Errorf("used %d after %d", a.Link.Used, c.link.Used)
			}
		})
	}
	if f := fault.Of(UsedUp(base)); f.Args["max"] != 50 {
		t.Errorf("F46: the refusal tells the limit: %v", f.Args)
	}
}

// Whatever comes in whatever order, a link grants at most Max counted downloads, none after its end, and every
// resume belongs to a counted download of the same client less than 6 h old.
func TestE24CountersHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := LinkRule{ID: "L", Life: days14, Downloads: rapid.IntRange(1, 5).Draw(t, "max")}
		issued, err := Issue(rule, oneFile, line, nil, LinkRequest{OneTime: rapid.Bool().Draw(t, "once")}, "l", now)
		if err != nil {
			t.Fatal(err)
		}
		l, at, counted := issued.Link, now, 0
		last := map[int]time.Time{}
		for range rapid.IntRange(1, 40).Draw(t, "visits") {
			at = at.Add(time.Duration(rapid.Int64Range(0, int64(8*time.Hour)).Draw(t, "wait")))
			client := rapid.IntRange(0, 2).Draw(t, "client")
			v := Visit{Last: last[client], Ranged: rapid.Bool().Draw(t, "ranged"), Head: rapid.Bool().Draw(t, "head")}
			a, err := Admit(l, v, at)
			if err != nil {
				continue
			}
			if !at.Before(l.ExpiresAt) {
				t.Fatal("admitted after the end")
			}
			if a.Counts {
				if v.Head {
					t.Fatal("HEAD counted")
				}
				counted++
				last[client] = at
			} else if !v.Head && (v.Last.IsZero() || at.Sub(v.Last) >= ResumeWithin || !v.Ranged) {
				t.Fatal("a free download")
			}
			l = a.Link
			if l.Used != counted || l.Used > l.Max || l.Remaining() != l.Max-counted {
				t.Fatalf("used %d of %d, counted %d", l.Used, l.Max, counted)
			}
		}
	})
}
