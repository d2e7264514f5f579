package harness

import (
	"bytes"
	"errors"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Reader is somebody who is signed in on the pages, without a browser.
type Reader struct {
	User
	URL  string
	HTTP *http.Client
}

// SignIn signs a user in.
func (s *Site) SignIn(t testing.TB, u User) *Reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &Reader{User: u, URL: s.URL, HTTP: &http.Client{Timeout: patience, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	t.Cleanup(r.HTTP.CloseIdleConnections)
	p := r.Post(t, "/sign-in", "name", u.UserPrincipalName, "password", u.Password, "next", "/")
	if p.Status != http.StatusSeeOther || len(r.Cookies()) == 0 {
		t.Fatalf("%s is not signed in: %d %s", u.UserPrincipalName, p.Status, p.Body)
	}
	return r
}

// Cookies are what the server gave the reader.
func (r *Reader) Cookies() []*http.Cookie {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil
	}
	return r.HTTP.Jar.Cookies(u)
}

// Sheet is one page as the server sent it. A way on to another page (303) is not followed.
type Sheet struct {
	Status int
	Header http.Header
	Body   string
}

// HTML tells whether it is a page and no file.
func (s Sheet) HTML() bool { return strings.HasPrefix(s.Header.Get("Content-Type"), "text/html") }

// Get reads a page; header is names and values in turn.
func (r *Reader) Get(t testing.TB, path string, header ...string) Sheet {
	t.Helper()
	return r.send(t, http.MethodGet, path, nil, header)
}

// Post sends a form of the site's own; values come in turns, name and value.
func (r *Reader) Post(t testing.TB, path string, pairs ...string) Sheet {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return r.send(t, http.MethodPost, path, form, []string{"Origin", r.URL, "Sec-Fetch-Site", "same-origin"})
}

// PostAs sends a form with headers instead of the site's own.
func (r *Reader) PostAs(t testing.TB, path string, form url.Values, header ...string) Sheet {
	t.Helper()
	return r.send(t, http.MethodPost, path, form, header)
}

// Attach sends a form with a file of text.
func (r *Reader) Attach(t testing.TB, path, name, text string) Sheet {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(part, text)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return r.answer(t, req, []string{"Origin", r.URL, "Sec-Fetch-Site", "same-origin"})
}

func (r *Reader) send(t testing.TB, method, path string, form url.Values, header []string) Sheet {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r.answer(t, req, header)
}

func (r *Reader) answer(t testing.TB, req *http.Request, header []string) Sheet {
	t.Helper()
	req.Header.Set("Accept-Language", "en")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := r.HTTP.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Sheet{resp.StatusCode, resp.Header, string(body)}
}

var (
	anchors = regexp.MustCompile(`<a\s[^>]*?href="([^"]*)"`)
	posts   = regexp.MustCompile(`<form\s[^>]*?method="post"[^>]*?action="([^"]*)"`)
	others  = regexp.MustCompile(`\s(?:formaction|data-ask)="([^"]*)"`) // another button of a form, and what its script asks
	onces   = regexp.MustCompile(`name="once" value="([^"]*)"`)
)

// Links are the addresses of this site that the page leads to.
func (s Sheet) Links() []string { return addresses(anchors, s.Body) }

// Forms are the addresses that forms of the page are sent to.
func (s Sheet) Forms() []string {
	return append(addresses(posts, s.Body), addresses(others, s.Body)...)
}

// Once is the name of the page's first form that is done once.
func (s Sheet) Once() string {
	if m := onces.FindStringSubmatch(s.Body); m != nil {
		return m[1]
	}
	return ""
}

func addresses(in *regexp.Regexp, body string) (out []string) {
	for _, m := range in.FindAllStringSubmatch(body, -1) {
		to, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
		if strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") {
			out = append(out, to)
		}
	}
	return out
}
