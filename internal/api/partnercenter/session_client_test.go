package partnercenter_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// sdk is a client at work: it writes and reads in its idiom, and repeats what came to nothing with the same request id.
type sdk struct {
	idiom
	*wired
	t      *testing.T
	token  string
	client *http.Client
	tries  int // how often a call is sent at most
}

func (w *wired) enter(t *testing.T, i idiom) *sdk {
	t.Helper()
	w.t = t
	return &sdk{idiom: i, wired: w, t: t, token: i.signIn(w), client: &http.Client{Transport: w.transport}, tries: 4}
}

// call sends a body, which is a JSON text, an object of a model, or nothing, and reads the answer as a model; "" is any.
func (c *sdk) call(status int, model, method, target string, body any, headers ...string) object {
	c.t.Helper()
	var text []byte
	switch b := body.(type) {
	case nil:
	case string:
		text = []byte(b)
	default:
		var err error
		if text, err = json.Marshal(b); err != nil {
			c.t.Fatal(err)
		}
	}
	path, query, _ := strings.Cut(target, "?")
	address := c.url + c.path(path)
	if query != "" {
		address += "?" + query
	}
	requestID := id.Random{}.GUID()
	var resp *http.Response
	var got []byte
	var err error
	for range c.tries {
		if resp, got, err = c.send(method, address, text, requestID, headers...); err == nil && resp.StatusCode < 500 {
			break
		}
	}
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, target, err)
	}
	if resp.StatusCode != status {
		c.t.Fatalf("%s %s: %d, want %d: %s\nsent %s", method, target, resp.StatusCode, status, got, text)
	}
	if echoed := resp.Header.Get("Ms-Requestid"); echoed != requestID || resp.Header.Get("Ms-Correlationid") == "" {
		c.t.Errorf("%s %s: the request id %s comes back as %q", method, target, requestID, echoed)
	}
	if model == "" {
		return nil
	}
	if kind := resp.Header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
		c.t.Errorf("%s %s: Content-Type %q", method, target, kind)
	}
	o, err := c.reader.read(got, model)
	if err != nil {
		c.t.Fatalf("%s %s: %v\n%s", method, target, err, got)
	}
	return o
}

func (c *sdk) send(method, address string, text []byte, requestID string, headers ...string) (*http.Response, []byte, error) {
	r, err := http.NewRequestWithContext(c.t.Context(), method, address, bytes.NewReader(text))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("MS-RequestId", requestID)
	if text != nil || c.always {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, list := range [][]string{c.headers, headers} {
		for i := 0; i+1 < len(list); i += 2 {
			r.Header.Set(list[i], list[i+1])
		}
	}
	resp, err := c.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	return resp, got, err
}

func (c *sdk) get(model, target string) object {
	c.t.Helper()
	return c.call(200, model, "GET", target, nil)
}

// change reads an object, changes it and sends it back; a client of deltas sends what it set alone.
func (c *sdk) change(model, target string, set func(o object)) object {
	c.t.Helper()
	o := object{}
	if c.whole {
		o = c.get(model, target)
	}
	set(o)
	return c.call(200, model, "PATCH", target, c.write(model, o))
}

// pages walks a seek list: its first page by target, the others by the token.
func (c *sdk) pages(model, target string) (all []object) {
	c.t.Helper()
	page := c.get("*"+model, target)
	path, _, _ := strings.Cut(target, "?")
	for n := 0; ; n++ {
		all = append(all, page.items()...)
		token, next := page.text("continuationToken"), page.object("links").object("next")
		if (token == "") != (next == nil) {
			c.t.Fatalf("%s: the token is %q, the link %v", target, token, next)
		}
		switch {
		case token == "":
			return all
		case n > 1000:
			c.t.Fatalf("%s does not end", target)
		case c.follows:
			var headers []string
			for _, h := range next.list("headers") {
				headers = append(headers, h.text("key"), h.text("value"))
			}
			page = c.call(200, "*"+model, "GET", "/v1"+next.text("uri"), nil, headers...)
		default:
			page = c.call(200, "*"+model, "GET", path+"?"+c.seekKey+"=Next", nil, "MS-ContinuationToken", token)
		}
	}
}

// offsets walks a list by row numbers.
func (c *sdk) offsets(model, target string, size int) (all []object) {
	c.t.Helper()
	for from := 0; ; from += size {
		page := c.get("*"+model, fmt.Sprintf("%ssize=%d&offset=%d", target, size, from))
		all = append(all, page.items()...)
		if len(page.items()) < size {
			return all
		}
	}
}

// rough is a network that loses answers. Of every call the first answer becomes a 502 and the second is cut off with its
// connection, after the server did what was asked. Of a call that changes something all answers must be one.
type rough struct {
	t    *testing.T
	next http.Handler
	mu   sync.Mutex
	told map[string][]string // answers by request id
}

func (n *rough) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := httptest.NewRecorder()
	n.next.ServeHTTP(rec, r)
	requestID := r.Header.Get("Ms-Requestid")
	n.mu.Lock()
	defer n.mu.Unlock()
	told := append(n.told[requestID], fmt.Sprintf("%d %s", rec.Code, rec.Body))
	n.told[requestID] = told
	if r.Method != http.MethodGet && told[0] != told[len(told)-1] {
		n.t.Errorf("%s %s answered\n%s\nand then\n%s", r.Method, r.URL.Path, told[0], told[len(told)-1])
	}
	switch len(told) {
	case 1:
		http.Error(w, "<h1>Bad gateway</h1>", http.StatusBadGateway)
	case 2:
		panic(http.ErrAbortHandler)
	default:
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	}
}
