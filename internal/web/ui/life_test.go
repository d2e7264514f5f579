package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/web/locale"
)

func nov(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

// Now stands between two stations by its share of the time between them, whatever that is.
func TestNowStandsOnTheStrip(t *testing.T) {
	all := []Milestone{{At: nov(1)}, {At: nov(3)}, {At: nov(23)}}
	for at, want := range map[time.Time]float64{nov(1).AddDate(0, -1, 0): 0, nov(1): 0, nov(2): .5, nov(3): 1, nov(8): 1.25, nov(23): 2, nov(29): 2} {
		if got := passed(at, all); got != want {
			t.Errorf("on %s it stands at %v, want %v", at.Format(time.DateOnly), got, want)
		}
	}
	if got := passed(nov(5), []Milestone{{At: nov(5)}, {At: nov(5)}}); got != 1 {
		t.Errorf("two at one instant: %v", got)
	}
}

// The strip is in the order of time, leaves out what has no instant, and its table says the same as the drawing.
func TestLifecycleSaysWhatItDraws(t *testing.T) {
	c := Lifecycle(locale.Of("en"), "life", "t", "", "s", nov(4), []Milestone{{Name: "renews", At: nov(20)}, {Name: "ordered", At: nov(1)}, {Name: "none"}, {Name: "window", At: nov(8), Hint: "P05", Hot: true}})
	var names []string
	for _, r := range c.Twin.Rows {
		names = append(names, r.Cells[0].Value.(string)+"/"+r.Cells[2].Value.(string))
	}
	if got := strings.Join(names, " "); got != "ordered/past window/to come renews/to come" {
		t.Error(got)
	}
	for _, svg := range []string{string(c.Wide), string(c.Narrow)} {
		if strings.Count(svg, "<circle") != 2 || strings.Count(svg, "<rect") != 1 || strings.Count(svg, `class="f-ink"`) != 1 || strings.Contains(svg, "none<") || strings.Contains(svg, "NaN") {
			t.Error(svg)
		}
	}
}

// Each person has a line with a mark for each act, the busiest first; beyond eight the last line is the others'.
func TestRibbonTellsWhoAndWhen(t *testing.T) {
	var deeds []Deed
	for i, who := range strings.Split("a b b b c c d e f g h i j", " ") {
		deeds = append(deeds, Deed{Who: who, At: nov(1 + i), Secret: who == "b"})
	}
	c := Ribbon(locale.Of("en"), Chart{ID: "r", Title: "t"}, "s", time.UTC, deeds)
	if len(c.Twin.Rows) != 10 || c.Twin.Rows[0].Cells[0].Value != "b" || c.Twin.Rows[0].Cells[1].Value != 3 || c.Twin.Rows[0].Cells[2].Value != 3 ||
		c.Twin.Rows[0].Cells[3].Value != nov(2) || c.Twin.Rows[0].Cells[4].Value != nov(4) {
		t.Errorf("%+v", c.Twin.Rows)
	}
	for _, svg := range []string{string(c.Wide), string(c.Narrow)} {
		if strings.Count(svg, `class="l-st w3"`) != 3 || strings.Count(svg, `class="l-pen w2"`) != 10 || !strings.Contains(svg, "3 others") || strings.Contains(svg, "NaN") {
			t.Error(svg)
		}
	}
	if empty := Ribbon(locale.Of("en"), Chart{ID: "r"}, "s", time.UTC, nil); empty.Wide != "" || len(empty.Twin.Rows) != 0 {
		t.Error("nothing is drawn of nobody")
	}
}
