//go:build e2e

package browser

import (
	"cmp"
	"slices"
	"sync"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
	"github.com/comptoir-dev/comptoir/e2e/harness"
)

// mostBytes is what a page may transfer, assets that are cached aside (issue 6).
const mostBytes = 100_000

// transferred is what the page took from the server, in bytes.
const transferred = `[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].reduce((n, e) => n + e.transferSize, 0)`

// painted is when the page's largest part was painted, in milliseconds after the visit began; 0 where the browser does not tell.
const painted = `new Promise(done => {
	new PerformanceObserver(list => done(list.getEntries().at(-1).startTime)).observe({type: "largest-contentful-paint", buffered: true});
	setTimeout(() => done(0), 1000);
})`

// figure is what one page took, the most of all languages.
type figure struct {
	path         string
	bytes, paint float64
}

// figures are those of all pages.
type figures struct {
	mu  sync.Mutex
	all []figure
}

func (f *figures) add(one figure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, one)
}

// tell logs them. Times are told and not judged here: other work on the machine makes them longer.
func (f *figures) tell(t *testing.T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.all) == 0 {
		return
	}
	middle, last := len(f.all)/2, len(f.all)-1
	slices.SortFunc(f.all, func(a, b figure) int { return cmp.Compare(a.bytes, b.bytes) })
	t.Logf("transferred: %.1f kB in the middle, at most %.1f kB (%s)", f.all[middle].bytes/1000, f.all[last].bytes/1000, f.all[last].path)
	slices.SortFunc(f.all, func(a, b figure) int { return cmp.Compare(a.paint, b.paint) })
	if f.all[last].paint == 0 { // it was not asked for
		return
	}
	within := 0
	for _, one := range f.all {
		if one.paint > 0 && one.paint <= 500 {
			within++
		}
	}
	t.Logf("largest contentful paint: %.0f ms in the middle, at most %.0f ms (%s), within 500 ms on %d of %d pages",
		f.all[middle].paint, f.all[last].paint, f.all[last].path, within, len(f.all))
}

// TestPaint opens one page of each kind with nothing else going on in the browser, and tells what each took: the middle one of
// three visits after the first, when style sheet and script are there already. One visit alone tells more of what the machine
// did meanwhile than of the page.
func TestPaint(t *testing.T) {
	w := open(t)
	s := newSite()
	ways := w.filled(t)
	for _, u := range w.Users {
		s.crawl(t, w.SignIn(t, u), ways[u]...)
	}
	tabs := map[harness.User]*chrome.Page{}
	var f figures
	for _, at := range s.all() {
		if !at.first {
			continue
		}
		p := tabs[at.who]
		if p == nil {
			p = w.page(t, w.SignIn(t, at.who))
			tabs[at.who] = p
		}
		visit(t, p, at.path)
		var bytes, paints [3]float64
		for i := range paints {
			visit(t, p, at.path)
			bytes[i], paints[i] = value[float64](t, p, transferred), value[float64](t, p, painted)
		}
		slices.Sort(paints[:])
		f.add(figure{at.path, slices.Max(bytes[:]), paints[1]})
	}
	f.tell(t)
}
