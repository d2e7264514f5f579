package partnercenter

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

type testCart struct {
	ID                  string            `json:"id"`
	Status              enumText          `json:"status"`
	ExpirationTimestamp wireTime          `json:"expirationTimestamp"`
	Quantity            int               `json:"quantity"`
	LineItems           []testLine        `json:"lineItems"`
	ProvisioningContext map[string]string `json:"provisioningContext"`
	Attributes          *attributes       `json:"attributes"`
}

type testLine struct {
	ID           int      `json:"id"`
	Quantity     int      `json:"quantity"`
	BillingCycle enumText `json:"billingCycle"`
}

func readText[T any](text string, mode bodyMode) (*body[T], error) {
	return read[T](&request{raw: []byte(text), op: &operation{body: mode}})
}

// sdkCart is contract.md §22: what the .NET SDK posts.
const sdkCart = `{"Id":null,"CreationTimestamp":null,"LastModifiedTimestamp":null,"ExpirationTimestamp":"0001-01-01T00:00:00","LastModifiedUser":null,"Status":null,
 "LineItems":[{"Id":0,"CatalogItemId":"CMP000000002:0003:CMPAVL000009","FriendlyName":null,"Quantity":4,"CurrencyCode":null,"BillingCycle":"triennial",
  "TermDuration":"P3Y","Participants":null,"ProvisioningContext":null,"AddonItems":null,"RenewsTo":null,"Error":null}],
 "Attributes":{"ObjectType":"Cart"}}`

func TestReadGolden(t *testing.T) {
	for _, text := range []string{sdkCart, "\ufeff" + sdkCart, " \r\n\t" + sdkCart + "\n"} {
		b, err := readText[testCart](text, bodyByMethod)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.value.LineItems) != 1 || b.value.LineItems[0].Quantity != 4 || b.value.LineItems[0].BillingCycle != "triennial" {
			t.Errorf("read %+v", b.value)
		}
		for name, want := range map[string]bool{
			"id": false, "status": false, "expirationtimestamp": false, "lineitems": true, "attributes.objecttype": true,
			"attributes": true, "attributes.etag": false, "lineitems.quantity": false, "quantity": false,
		} {
			if b.has(name) != want {
				t.Errorf("has(%q) = %v", name, !want)
			}
		}
	}
}

func TestRead(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	many := func(n int, s string) string { return "[" + strings.TrimSuffix(strings.Repeat(s+",", n), ",") + "]" }
	var wide strings.Builder
	for i := range maxMembers + 1 {
		wide.WriteString(`,"m` + strings.Repeat("x", i) + `":1`)
	}
	for _, c := range []struct {
		name, text, code string
		args             fault.Args
	}{
		{"empty object", `{}`, "", nil},
		{"unknown members", `{"x":{"y":[1,2.5,-0,1E5,true,null]}}`, "", nil},
		{"integer enum", `{"status":3}`, "", nil},
		{"depth 32", `{"x":` + deep(31) + `}`, "", nil},
		{"escapes", `{"id":"\u00e9\ud83d\ude00\n\/"}`, "", nil},
		{"same name in two objects", `{"lineItems":[{"id":1},{"id":2}],"id":"a"}`, "", nil},
		{"empty", ``, "body.empty", nil},
		{"only BOM and spaces", "\ufeff \n", "body.empty", nil},
		{"null", `null`, "body.empty", nil},
		{"text", `"success"`, "body.shape", fault.Args{"want": "an object"}},
		{"array", `[]`, "body.shape", nil},
		{"depth 33", `{"x":` + deep(32) + `}`, "body.depth", fault.Args{"at": 36}},
		{"depth bomb", deep(500_000), "body.depth", nil},
		{"unclosed bomb", strings.Repeat("[", 1_000_000), "body.depth", nil},
		{"duplicate", `{"id":"a","id":"b"}`, "body.duplicate", fault.Args{"at": 10}},
		{"duplicate in another case", `{"status":"a","Status":"b"}`, "body.duplicate", nil},
		{"duplicate by escape", `{"id":"a","\u0049d":"b"}`, "body.duplicate", nil},
		{"duplicate by Kelvin sign", `{"k":1,"` + "\u212a" + `":2}`, "body.duplicate", nil},
		{"duplicate by long s", `{"status":1,"\u017ftatus":2}`, "body.duplicate", nil},
		{"duplicate deep inside", `{"lineItems":[{"id":1,"ID":2}]}`, "body.duplicate", nil},
		{"position counts the BOM", "\ufeff" + `{"id":"a","id":"b"}`, "body.duplicate", fault.Args{"at": 13}},
		{"trailing value", `{} {}`, "body.trailing", fault.Args{"at": 3}},
		{"trailing comma", `{"id":"a",}`, "body.syntax", nil},
		{"trailing comma in array", `{"x":[1,]}`, "body.syntax", nil},
		{"cut", `{"id":"a"`, "body.syntax", nil},
		{"cut in text", `{"id":"a`, "body.syntax", nil},
		{"cut in escape", `{"id":"\u00`, "body.syntax", nil},
		{"cut in backslash", `{"id":"\`, "body.syntax", nil},
		{"single quotes", `{'id':1}`, "body.syntax", nil},
		{"NaN", `{"quantity":NaN}`, "body.syntax", nil},
		{"Infinity", `{"quantity":-Infinity}`, "body.syntax", nil},
		{"leading zero", `{"quantity":01}`, "body.syntax", nil},
		{"bare minus", `{"quantity":-}`, "body.syntax", nil},
		{"bare point", `{"quantity":1.}`, "body.syntax", nil},
		{"bare exponent", `{"quantity":1e}`, "body.syntax", nil},
		{"1e999", `{"x":1e999}`, "body.number", fault.Args{"at": 5}},
		{"1e99999999999999999999", `{"x":1e99999999999999999999}`, "body.number", nil},
		{"long number", `{"x":` + strings.Repeat("9", 41) + `}`, "body.number", nil},
		{"tab in text", "{\"id\":\"a\tb\"}", "body.syntax", nil},
		{"NUL", `{"id":"a\u0000"}`, "body.text", fault.Args{"at": 8}},
		{"half a pair", `{"id":"\ud83d"}`, "body.text", nil},
		{"half a pair and a letter", `{"id":"\ud83d\u0041"}`, "body.text", nil},
		{"second half first", `{"id":"\ude00\ud83d"}`, "body.text", nil},
		{"replacement character is a character", `{"id":"\ufffd"}`, "", nil},
		{"not UTF-8", "{\"id\":\"\xe9\"}", "body.utf8", fault.Args{"at": 7}},
		{"UTF-16", "\xff\xfe{\x00}\x00", "body.utf8", fault.Args{"at": 0}},
		{"too many members", "{" + wide.String()[1:] + "}", "body.size", nil},
		{"too many elements", `{"lineItems":` + many(maxElements+1, "{}") + `}`, "body.size", nil},
		{"elements of all arrays count", `{"a":` + many(maxElements/2+1, "{}") + `,"b":` + many(maxElements/2+1, "0") + `}`, "body.size", nil},
		{"wrong type", `{"quantity":"4711"}`, "body.member", fault.Args{"member": "quantity", "want": "a whole number"}},
		{"fraction for an int", `{"LineItems":[{"Quantity":2.5}]}`, "body.member", fault.Args{"member": "lineItems.quantity"}},
		{"too large for an int", `{"quantity":99999999999999999999}`, "body.member", nil},
		{"wrong date", `{"expirationTimestamp":"tomorrow"}`, "body.member", fault.Args{"member": "expirationTimestamp", "want": "a date-time"}},
		{"wrong enum type", `{"status":{}}`, "body.member", fault.Args{"member": "status"}},
		{"map of texts", `{"provisioningContext":{"secret-name":7}}`, "body.member", fault.Args{"member": "provisioningContext"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readText[testCart](c.text, bodyByMethod)
			f := fault.Of(err)
			if c.code == "" && err == nil {
				return
			}
			if f == nil || f.Code != c.code {
				t.Fatalf("error %v, want %q", err, c.code)
			}
			for k, want := range c.args {
				if f.Args[k] != want {
					t.Errorf("%s = %v, want %v", k, f.Args[k], want)
				}
			}
			if _, ok := faultOf[f.Code]; !ok {
				t.Errorf("%s has no row", f.Code)
			}
		})
	}
	if b, err := readText[testCart](" null ", bodyOptional); err != nil || b.has("id") {
		t.Errorf("optional null: %v", err)
	}
	if _, err := readText[testCart]("", bodyOptional); err != nil {
		t.Errorf("optional nothing: %v", err)
	}
}

// G51: what was sent never comes back in a refusal.
func TestRefusalsDoNotQuote(t *testing.T) {
	d := doorWith(t, options(), operation{method: "POST", path: "/v1/carts", handle: func(_ context.Context, r *request) (answer, error) {
		in, err := read[testCart](r)
		if err != nil {
			return answer{}, err
		}
		_, _, err = named("active").read("status", in.value.Status)
		return answer{}, err
	}})
	for _, text := range []string{
		`{"quantity":"canary"}`, `{"canary":1,"CANARY":2}`, `{"id":canary}`, `{"quantity":{"canary":1}}`, `{"status":"canary"}`,
		`{"provisioningContext":{"canary":1}}`, `{"expirationTimestamp":"canary"}`, `"canary"`, `canary`,
	} {
		w := call(t, d, "POST", "/v1/carts", text)
		if w.Code != 400 || strings.Contains(strings.ToLower(w.Body.String()), "canary") {
			t.Errorf("%s: %d %s", text, w.Code, w.Body)
		}
	}
}

// G51, G52: size and compression.
func TestReadBody(t *testing.T) {
	d := doorWith(t, options(), operation{method: "POST", path: "/v1/carts", handle: func(_ context.Context, r *request) (answer, error) {
		if _, err := read[map[string]any](r); err != nil {
			return answer{}, err
		}
		return reply(len(r.raw))
	}})
	filled := func(n int) string { return `{"x":"` + strings.Repeat("a", n-8) + `"}` }
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 1<<20))
	_ = z.Close()
	for _, c := range []struct {
		name, body string
		status     int
		headers    []string
	}{
		{"exactly 1 MiB", filled(maxBody), 200, nil},
		{"a byte more", filled(maxBody + 1), 400, nil},
		{"gzip", bomb.String(), 400, []string{"Content-Encoding", "gzip"}},
		{"deflate", "x", 400, []string{"Content-Encoding", "deflate"}},
		{"identity", "{}", 200, []string{"Content-Encoding", "identity"}},
		{"any content type", "{}", 200, []string{"Content-Type", "text/plain"}},
		{"none", "", 400, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := call(t, d, "POST", "/v1/carts", c.body, c.headers...)
			if w.Code != c.status {
				t.Fatalf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
			if c.status == 400 && codeOf(t, w) != "800002" {
				t.Errorf("body %s", w.Body)
			}
		})
	}
	t.Run("no length given", func(t *testing.T) {
		for body, want := range map[string]int{filled(maxBody): 200, filled(maxBody + 1): 400} {
			req, _ := http.NewRequest("POST", "/v1/carts", strings.NewReader(body))
			req.ContentLength = -1
			req.Header.Set("Authorization", "Bearer one")
			w := newRecorder(d, req)
			if w.Code != want {
				t.Errorf("%d bytes: %d, want %d", len(body), w.Code, want)
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{sdkCart, `{"a":{"b":{"c":{"d":null}}}}`, "\ufeff{}", `{"id":"\ud83d\ude00"}`, `[1e5]`, `{"K":1,"` + "\u212a" + `":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var m members
		err := m.scan(bytes.TrimPrefix(in, bom), 0)
		if err != nil && fault.Of(err) == nil {
			t.Fatalf("%q: not a fault: %v", in, err)
		}
		if err == nil && !json.Valid(bytes.TrimPrefix(in, bom)) {
			t.Errorf("%q: accepted, encoding/json does not", in)
		}
		if _, err := readText[testCart](string(in), bodyByMethod); err != nil && fault.Of(err) == nil {
			t.Errorf("%q: not a fault: %v", in, err)
		}
		// No member twice: what encoding/json sees for a struct member is the only one there.
		if err == nil {
			var top map[string]json.RawMessage
			if json.Unmarshal(bytes.TrimPrefix(in, bom), &top) == nil {
				seen := map[string]bool{}
				for k := range top {
					var s scanner
					key := s.fold([]byte(strings.ReplaceAll(k, `\`, `\\`)))
					name := string(s.folded[key.from:key.to])
					if seen[name] {
						t.Errorf("%q: %q twice", in, name)
					}
					seen[name] = true
				}
			}
		}
	})
}
