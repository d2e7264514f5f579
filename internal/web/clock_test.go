package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// The banner's slider moves the clock by days, its field to a day; both are a plain form (R21).
func TestR21TheBannerMovesTheClock(t *testing.T) {
	c := open(t)
	b := c.ops(party.OperatorAdmin)
	page := b.get("/operator")
	b.has(page, 200, `type="range" name="days" min="0" max="60"`, `type="date" name="to" min="2026-11-21" max="2027-12-24"`)
	b.post("/clock", "advance", "to", "days", "3", "to", "", "next", "/operator")
	if at := c.clock.Now(); !at.Equal(now.Add(72 * time.Hour)) {
		t.Errorf("three days on it is %s", at)
	}
	b.post("/clock", "advance", "to", "days", "60", "to", "2026-12-01", "next", "/operator")
	if at := c.clock.Now(); !at.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the day that was chosen begins at %s", at)
	}
	for _, x := range []struct{ days, to, says string }{
		{"0", "", "drag the slider"}, {"61", "", "drag the slider"}, {"-1", "", "drag the slider"}, {"x", "", "drag the slider"},
		{"5", "tomorrow", "drag the slider"}, {"5", "2026-12-01", "only goes forward"}, {"5", "2026-11-02", "only goes forward"}, {"0", "2029-01-01", "400 days at most"},
	} {
		if a := b.post("/clock", "advance", "to", "days", x.days, "to", x.to, "next", "/operator"); a.status != 422 || !strings.Contains(a.body, x.says) {
			t.Errorf("%s days, to %q: %d, not %q", x.days, x.to, a.status, x.says)
		}
	}
	if at := c.clock.Now(); !at.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("what was refused moved it to %s", at)
	}
	reader := c.as(c.seeded.Partner, "", party.SalesAgent)
	if strings.Contains(reader.get("/customers").body, `name="days"`) {
		t.Error("the slider is offered to who may not move the clock")
	}
}
