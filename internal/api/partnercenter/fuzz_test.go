package partnercenter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"

	. "github.com/comptoir-dev/comptoir/internal/api/partnercenter"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// heapLimit bounds what the server holds after a call, in bytes: bodies are at most a megabyte, so nothing needs more.
const heapLimit = 256 << 20

// FuzzEveryRoute is G50: a call of the tour, changed at random in path, query, headers and body by a generator that the
// input seeds, or with the input itself in the place of one of them. No panic, no 5xx, and every success is what the
// strictest reader takes. The demo behind it is kept, so that what one call leaves is what the next one finds.
func FuzzEveryRoute(f *testing.F) {
	secrets := vaulttest.Secrets(f)
	d := demoOn(f, begin(f, store.Options{Sealer: secrets.Vault}))
	var calls []made
	d.walk(func(m made) {
		if strings.HasPrefix(m.target, "/sandbox/") {
			calls = append(calls, m)
		}
	}, func(m made) { calls = append(calls, m) })
	for n := range calls {
		f.Add(uint16(n), uint64(n), "")
		f.Add(uint16(n), uint64(n)+1000, `{"a":1e999}`)
	}
	words := wordsOf(calls)
	f.Fuzz(func(t *testing.T, n uint16, seed uint64, text string) {
		d.t = t
		m := calls[int(n)%len(calls)]
		if strings.HasPrefix(m.target, "/sandbox/") && m.method != http.MethodGet {
			return // moves the clock or the whole store away
		}
		z := fuzzer{rand.New(rand.NewPCG(seed, 1)), words, text}
		r := z.request(m)
		w := httptest.NewRecorder()
		back := d.as(m.as)
		d.sandbox = m.sandbox
		d.door.ServeHTTP(w, r)
		back()
		d.sandbox = false
		if w.Code >= 500 || w.Code < 200 || w.Code >= 300 && w.Code < 400 {
			t.Errorf("%s %s: %d %s", r.Method, r.URL, w.Code, w.Body)
		}
		if w.Body.Len() > 0 && strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
			switch {
			case !json.Valid(w.Body.Bytes()):
				t.Errorf("%s %s: %d is no JSON: %s", r.Method, r.URL, w.Code, w.Body)
			case w.Code < 300 && !strings.HasSuffix(strings.ToLower(r.URL.Path), "/activationlinks"): // those are the publishers', so absolute
				Strict(t, w.Body.Bytes())
			}
		}
		if seed%256 == 0 {
			var mem runtime.MemStats
			if runtime.ReadMemStats(&mem); mem.HeapAlloc > heapLimit {
				runtime.GC()
				if runtime.ReadMemStats(&mem); mem.HeapAlloc > heapLimit {
					t.Errorf("%d MB are held", mem.HeapAlloc>>20)
				}
			}
		}
	})
}

// fuzzer changes calls.
type fuzzer struct {
	*rand.Rand
	words []string // ids and values of the demo
	text  string   // of the input
}

// nasty are values that readers stumble over.
var nasty = []string{
	"", "null", "0", "-1", "1e999", "9223372036854775807", "9223372036854775808", "1.5", "true", `"`, "{}", "[]", "none", "unknown", "\ufeff", "\x00", "\xff\xfe",
	"0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999Z", "2026-02-30", "P0D", "P999999999999Y", "PT1H", "../..", "%2e%2e", "%00", "é", "\u202e", "<script>",
	"00000000-0000-0000-0000-000000000000", strings.Repeat("9", 400), strings.Repeat("a", 70000), strings.Repeat("[", 2000), "=HYPERLINK()", "' OR 1=1 --", "a,b;c", "*",
}

// wordsOf are the texts of the calls' answers that other calls may be made with.
func wordsOf(calls []made) (all []string) {
	seen := map[string]bool{}
	for _, c := range calls {
		for _, text := range leavesOf(string(c.answer)) {
			if len(text) > 0 && len(text) < 80 && !seen[text] {
				seen[text] = true
				all = append(all, text)
			}
		}
	}
	return all
}

// value is one to put somewhere.
func (z fuzzer) value() string {
	switch z.IntN(4) {
	case 0:
		return z.text
	case 1, 2:
		return nasty[z.IntN(len(nasty))]
	}
	return z.words[z.IntN(len(z.words))]
}

// request is the call with some of its parts changed.
func (z fuzzer) request(m made) *http.Request {
	path, query, _ := strings.Cut(m.target, "?")
	body, headers := m.body, m.headers()
	headers[1] = "" // a replayed call would be answered from the record
	for range 1 + z.IntN(3) {
		switch z.IntN(6) {
		case 0:
			path = z.path(path)
		case 1:
			query = z.query(query)
		case 2:
			headers = append(headers, fuzzedHeaders[z.IntN(len(fuzzedHeaders))], z.value())
		case 3:
			body = z.cut(body)
		default:
			body = z.json(body)
		}
	}
	r := httptest.NewRequest(m.method, "/", strings.NewReader(body)).WithContext(context.Background())
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.URL = &url.URL{Path: path, RawQuery: query}
	if plain, err := url.PathUnescape(path); err == nil {
		r.URL.Path, r.URL.RawPath = plain, path
	}
	r.Header.Set("Authorization", "Bearer x")
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return r
}

var fuzzedHeaders = []string{"If-Match", "If-Preview-Match", "MS-ContinuationToken", "MS-RequestId", "MS-CorrelationId", "X-Locale", "Content-Type", "Content-Encoding", "Range", "Accept"}

// path changes a segment.
func (z fuzzer) path(path string) string {
	segs := strings.Split(path, "/")
	segs[z.IntN(len(segs))] = url.PathEscape(z.value())
	return strings.Join(segs, "/")
}

var fuzzedParameters = []string{
	"size", "offset", "filter", "seekOperation", "preview", "explain", "country", "targetView", "startDate", "endDate", "currencyCode", "period", "provider",
	"invoiceLineItemType", "entitlementType", "include_price", "agreementType", "role", "status", "at", "kind", "order_id", "billingType", "type", "operationId",
}

// query changes a parameter, or adds one.
func (z fuzzer) query(query string) string {
	pairs := strings.Split(query, "&")
	if i := z.IntN(len(pairs) + 1); i < len(pairs) && pairs[i] != "" {
		name, _, _ := strings.Cut(pairs[i], "=")
		pairs[i] = name + "=" + url.QueryEscape(z.value())
	} else {
		pairs = append(pairs, fuzzedParameters[z.IntN(len(fuzzedParameters))]+"="+url.QueryEscape(z.value()))
	}
	if z.IntN(8) == 0 {
		return strings.Join(pairs, "&") + z.value()
	}
	return strings.Join(pairs, "&")
}

// cut takes bytes out of a body, or puts some in.
func (z fuzzer) cut(body string) string {
	at := z.IntN(len(body) + 1)
	return body[:at] + z.value() + body[min(len(body), at+z.IntN(8)):]
}

// json changes one value in a body.
func (z fuzzer) json(body string) string {
	var v any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return z.value()
	}
	v = z.member(v, 0)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return body
	}
	return b.String()
}

// member changes one value within v, or v itself.
func (z fuzzer) member(v any, depth int) any {
	if z.IntN(4) == 0 && depth > 0 {
		return z.leaf()
	}
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			break
		}
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		name := names[z.IntN(len(names))]
		switch z.IntN(6) {
		case 0:
			delete(v, name)
		case 1:
			v[strings.ToLower(name)] = z.leaf()
		default:
			v[name] = z.member(v[name], depth+1)
		}
		return v
	case []any:
		if len(v) == 0 {
			break
		}
		i := z.IntN(len(v))
		v[i] = z.member(v[i], depth+1)
		if z.IntN(3) == 0 {
			v = append(v, v[i])
		}
		return v
	}
	return z.leaf()
}

// leaf is a value of any kind.
func (z fuzzer) leaf() any {
	switch z.IntN(8) {
	case 0:
		return nil
	case 1:
		return z.IntN(2) == 0
	case 2:
		return json.Number([]string{"0", "-1", "1e400", "2147483648", "9223372036854775807", "-9223372036854775808", "0.005", "1e-400", "100000000000000000000"}[z.IntN(9)])
	case 3:
		return []any{}
	case 4:
		return map[string]any{"a": []any{map[string]any{}}}
	case 5:
		return z.IntN(200) - 20
	}
	return z.value()
}
