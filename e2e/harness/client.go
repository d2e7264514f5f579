package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// Client calls the API with the demo client's token. Safe for use by several goroutines.
type Client struct {
	URL   string
	Token string
	HTTP  *http.Client
}

// Enter signs in.
func (s *Site) Enter() (*Client, error) {
	c := &Client{URL: s.URL, HTTP: &http.Client{
		Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256},
	}}
	resp, err := c.HTTP.PostForm(s.URL+"/"+s.Tenant+"/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {s.ClientID}, "client_secret": {s.ClientSecret},
		"resource": {"https://api.partnercenter.microsoft.com"},
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(text, &token); err != nil || token.AccessToken == "" {
		return nil, fmt.Errorf("no token: %d %s", resp.StatusCode, text)
	}
	c.Token = token.AccessToken
	return c, nil
}

// Client signs in, or ends the test.
func (s *Site) Client(t testing.TB) *Client {
	t.Helper()
	c, err := s.Enter()
	if err != nil {
		t.Fatal(err)
	}
	// A connection that was opened and never used makes a server that stops wait for 5 s.
	t.Cleanup(c.HTTP.CloseIdleConnections)
	return c
}

// Answer is a whole answer.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Try sends a call: body is nothing, bytes as they are, or a value that becomes JSON; header is names and values in
// turn. The error is the network's; an answer of any status is none.
func (c *Client) Try(method, path string, body any, header ...string) (Answer, error) {
	return c.TryFor(context.Background(), method, path, body, header...)
}

// TryFor is Try for as long as ctx lasts: at its end the connection is closed.
func (c *Client) TryFor(ctx context.Context, method, path string, body any, header ...string) (Answer, error) {
	var text []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		text = b
	default:
		var err error
		if text, err = json.Marshal(b); err != nil {
			return Answer{}, err
		}
	}
	if !strings.Contains(path, "://") {
		path = c.URL + path
	}
	r, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(text))
	if err != nil {
		return Answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+c.Token)
	r.Header.Set("Accept", "application/json")
	if text != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := c.HTTP.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	ans := Answer{Status: resp.StatusCode, Header: resp.Header}
	ans.Body, err = io.ReadAll(resp.Body)
	return ans, err
}

// Call is Try in a test: the answer must be of a shape that the oldest client reads (strict), and the ids must come back.
func (c *Client) Call(t testing.TB, method, path string, body any, header ...string) Answer {
	t.Helper()
	ans, err := c.Try(method, path, body, header...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if err := strict(ans); err != nil {
		t.Errorf("%s %s: %v\n%s", method, path, err, ans.Body)
	}
	return ans
}

// Read is the body of an answer that must have the status.
func Read[T any](t testing.TB, ans Answer, status int) (v T) {
	t.Helper()
	if ans.Status != status {
		t.Fatalf("answered %d, want %d: %s", ans.Status, status, ans.Body)
	}
	d := json.NewDecoder(bytes.NewReader(ans.Body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, ans.Body)
	}
	return v
}

// Fault is the body of a refusal.
type Fault struct {
	Code        string
	Description string
	Data        []any
	Source      string
}

// Refused checks that an answer is a fault with a status and code, and gives it.
func Refused(t testing.TB, ans Answer, status int, code string) Fault {
	t.Helper()
	var f Fault
	if err := json.Unmarshal(ans.Body, &f); err != nil {
		t.Fatalf("answered %d, not a fault: %v: %s", ans.Status, err, ans.Body)
	}
	if ans.Status != status || f.Code != code || f.Description == "" || f.Data == nil || f.Source == "" {
		t.Errorf("answered %d %s, want %d/%s", ans.Status, ans.Body, status, code)
	}
	return f
}

// strict tells what an old client would stumble over: a member that is null or given twice, an empty or absolute link,
// text that is not UTF-8, a missing content type or request id.
func strict(ans Answer) error {
	if ans.Header.Get("MS-RequestId") == "" || ans.Header.Get("MS-CorrelationId") == "" {
		return errors.New("the ids of the call do not come back")
	}
	if len(ans.Body) == 0 {
		return nil
	}
	if got := ans.Header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		return fmt.Errorf("Content-Type %q", got)
	}
	if !utf8.Valid(ans.Body) {
		return errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(ans.Body))
	d.UseNumber()
	if err := walk(d, ""); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the value")
	}
	return nil
}

func walk(d *json.Decoder, at string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case nil:
		return fmt.Errorf("%s is null", at)
	case json.Delim('['):
		for d.More() {
			if err := walk(d, at+"[]"); err != nil {
				return err
			}
		}
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return err
			}
			key, _ := name.(string)
			if folded := strings.ToLower(key); seen[folded] {
				return fmt.Errorf("%s.%s is given twice", at, key)
			} else {
				seen[folded] = true
			}
			if err := walk(d, at+"."+key); err != nil {
				return err
			}
		}
	default:
		text, ok := token.(string)
		if ok && strings.Contains(at, ".links.") && strings.HasSuffix(at, ".uri") && !strings.HasPrefix(text, "/") {
			return fmt.Errorf("%s is %q, not a path", at, text)
		}
		return nil
	}
	_, err = d.Token() // the closing one
	return err
}

// Until calls try until it says that it is done, for as long as patience lasts.
func Until(t testing.TB, what string, try func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !try(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: waited in vain", what)
		}
	}
}
