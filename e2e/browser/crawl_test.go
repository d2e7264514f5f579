//go:build e2e

package browser

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/web"
)

// perPattern is how many pages of one kind a reader's walk opens: one customer is like another, two or three are not.
const perPattern = 3

// place is one page of somebody.
type place struct {
	pattern, path string
	who           harness.User
	first         bool // of its pattern: the one that is looked at in every way
}

// site is the map of all pages: what the rooms' routes say, filled by following links.
type site struct {
	mux    *http.ServeMux
	places map[string][]place // by pattern
	files  map[string]bool    // patterns that answered with a file
	sent   map[string]bool    // patterns that forms are sent to
}

func newSite() *site {
	s := &site{http.NewServeMux(), map[string][]place{}, map[string]bool{}, map[string]bool{}}
	for _, pattern := range web.Patterns() {
		if pattern != "/" {
			s.mux.Handle(pattern, http.NotFoundHandler())
		}
	}
	return s
}

// pattern is the route that answers a GET of path; empty: none.
func (s *site) pattern(path string) string { return s.route(http.MethodGet, path) }

func (s *site) route(method, path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return ""
	}
	_, pattern := s.mux.Handler(&http.Request{Method: method, URL: u})
	return pattern
}

// crawl follows the links of a reader's pages from the front page. What a page offers must be there: a link that leads to
// anything but a page, a file or the way to one is a fault. Nothing is sent, so nothing changes.
func (s *site) crawl(t *testing.T, r *harness.Reader, more ...string) {
	t.Helper()
	type step struct{ path, from string }
	queue, seen, opened, sorted := []step{{"/", ""}}, map[string]bool{"/": true}, map[string]int{}, map[string]bool{}
	for _, path := range more { // where a form leads, not a link
		queue = append(queue, step{path, "a form"})
		seen[path] = true
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		pattern := s.pattern(at.path)
		if opened[pattern] >= perPattern && pattern != "" {
			continue
		}
		opened[pattern]++
		page := r.Get(t, at.path)
		switch {
		case page.Status == http.StatusSeeOther:
			if to := page.Header.Get("Location"); strings.HasPrefix(to, "/") && !seen[to] {
				seen[to] = true
				queue = append(queue, step{to, at.path})
			}
			continue
		case page.Status != http.StatusOK:
			t.Errorf("%s (%s): %s leads to %s, which answers %d", r.UserPrincipalName, r.Role, at.from, at.path, page.Status)
			continue
		}
		if pattern == "" {
			continue
		}
		if !page.HTML() {
			s.files[pattern] = true
			continue
		}
		s.places[pattern] = append(s.places[pattern], place{pattern, at.path, r.User, false})
		for _, to := range page.Forms() {
			s.sent[s.route(http.MethodPost, to)] = true
		}
		for _, to := range page.Links() {
			if strings.Contains(to, "sort=") { // the same rows in another order: one such page of each kind is enough
				if sorted[pattern] {
					continue
				}
				sorted[pattern] = true
			}
			if !seen[to] {
				seen[to] = true
				queue = append(queue, step{to, at.path})
			}
		}
	}
}

// unseen are the GET routes that nobody found a way to.
func (s *site) unseen() (out []string) {
	for _, pattern := range web.Patterns() {
		if strings.HasPrefix(pattern, "GET ") && len(s.places[pattern]) == 0 && !s.files[pattern] {
			out = append(out, pattern)
		}
	}
	return out
}

// unsent are the POST routes that no form was found for.
func (s *site) unsent() (out []string) {
	for _, pattern := range web.Patterns() {
		if strings.HasPrefix(pattern, "POST ") && !s.sent[pattern] {
			out = append(out, pattern)
		}
	}
	return out
}

// all are the places of a pattern's first reader, pattern by pattern.
func (s *site) all() (out []place) {
	for _, pattern := range slices.Sorted(maps.Keys(s.places)) {
		who := s.places[pattern][0].who
		for i, p := range s.places[pattern] {
			if p.who == who {
				p.first = i == 0
				out = append(out, p)
			}
		}
	}
	return out
}
