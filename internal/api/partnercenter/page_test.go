package partnercenter

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

func TestQuery(t *testing.T) {
	q, err := parseQuery(`Size=40&size=7&seekOperation=Next&flag=True&x=a+b%20c%2Bd&bad=100%&&=v&empty&Y=%zz`)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{"size": "40", "seekoperation": "Next", "x": "a b c+d", "bad": "100%", "empty": "", "y": "%zz"} {
		if got := q.get(k); got != want {
			t.Errorf("%s = %q, want %q", k, got, want)
		}
	}
	if on, err := q.flag("flag"); !on || err != nil {
		t.Error("True is true")
	}
	if _, err := q.flag("x"); fault.Of(err) == nil {
		t.Error("a text is no flag")
	}
	if _, err := q.number("x", 0); fault.Of(err) == nil {
		t.Error("a text is no number")
	}
	for _, raw := range []string{"a=%00", "a=%ff", "%ff=a", "a=" + strings.Repeat("x", maxQuery)} {
		if _, err := parseQuery(raw); fault.Of(err) == nil {
			t.Errorf("%.20q accepted", raw)
		}
	}
}

func TestQueryDates(t *testing.T) {
	day := time.Date(2017, 6, 1, 0, 0, 0, 0, time.UTC)
	for raw, want := range map[string]time.Time{
		"2017-06-01":                       day,
		"2017-06-01T00:00:00Z":             day,
		"2017-06-01T02:00:00%2B02:00":      day,
		"2017-06-01T02:00:00+02:00":        day,
		"2017-06-01T00:00:00.0000000":      day,
		"2017-06-01%2000:00:00":            day,
		"06/01/2017%2000:00:00":            day,
		"06/01/2017+13:14:15":              day.Add(13*time.Hour + 14*time.Minute + 15*time.Second),
		"6/1/2017%2012:00:00%20AM":         day,
		"6/1/2017%201:02:03%20pm":          day.Add(13*time.Hour + 2*time.Minute + 3*time.Second),
		"6/1/2017":                         day,
		"01/31/2026%2000:00:00":            time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC),
		"31/01/2026":                       {},
		"yesterday":                        {},
		"2017-06-01T02:00:00.123+02:00%20": day.Add(123 * time.Millisecond),
	} {
		q, _ := parseQuery("startDate=" + raw)
		got, given, err := q.date("startdate")
		if !got.Equal(want) || given != !want.IsZero() || (err != nil) != want.IsZero() {
			t.Errorf("%s: %v %v %v", raw, got, given, err)
		}
	}
	q, _ := parseQuery("startDate=01/01/0001%2000:00:00")
	if _, given, err := q.date("startdate"); given || err != nil {
		t.Error("the .NET zero date is no date")
	}
}

func TestFilter(t *testing.T) {
	fields := []string{"CompanyName", "Domain"}
	const simple = `{"Field":"CompanyName","Value":"bri","Operator":"starts_with"}`
	nest := func(n int) string {
		s := simple
		for range n {
			s = `{"LeftFilter":` + s + `,"RightFilter":` + simple + `,"Operator":"and"}`
		}
		return s
	}
	for _, c := range []struct{ name, raw, code, field, value, op string }{
		{"escaped", `filter=%7B%22Field%22%3A%22CompanyName%22%2C%22Value%22%3A%22bri%22%2C%22Operator%22%3A%22starts_with%22%7D`, "", "CompanyName", "bri", "starts_with"},
		{"bare", `FILTER=` + simple, "", "CompanyName", "bri", "starts_with"},
		{"Java's operator", `filter={"Field":"companyname","Value":"bri","Operator":"StartsWith"}`, "", "CompanyName", "bri", "starts_with"},
		{"number 9", `filter={"Field":"CompanyName","Value":"bri","Operator":9}`, "", "CompanyName", "bri", "starts_with"},
		{"number 0", `filter={"Field":"CompanyName","Value":"bri","Operator":0}`, "", "CompanyName", "bri", "equals"},
		{"number 7", `filter={"LeftFilter":` + simple + `,"RightFilter":` + simple + `,"Operator":7}`, "", "", "", "and"},
		{"number 11", `filter={"Field":"CompanyName","Value":"bri","Operator":11}`, "filter.operator", "", "", ""},
		{"plus for space", `filter={"Field":"domain","Value":"a+b","Operator":"Equals"}`, "", "Domain", "a b", "equals"},
		{"bare & and % and =", `filter={"Field":"CompanyName","Value":"A&B=100%","Operator":"substring"}&size=5`, "", "CompanyName", "A&B=100%", "substring"},
		{"number", `filter={"field":"domain","value":42,"operator":"less_than_or_equals"}`, "", "Domain", "42", "less_than_or_equals"},
		{"false", `filter={"field":"domain","value":false,"operator":"not_equals"}`, "", "Domain", "false", "not_equals"},
		{"depth 8", `filter=` + nest(7), "", "", "", "and"},
		{"depth 9", `filter=` + nest(8), "filter.syntax", "", "", ""},
		{"other field", `filter={"Field":"Secret","Value":"x","Operator":"equals"}`, "filter.field", "", "", ""},
		{"other operator", `filter={"Field":"Domain","Value":"x","Operator":"like"}`, "filter.operator", "", "", ""},
		{"no operator", `filter={"Field":"Domain","Value":"x"}`, "filter.operator", "", "", ""},
		{"no value", `filter={"Field":"Domain","Operator":"equals"}`, "filter.value", "", "", ""},
		{"object value", `filter={"Field":"Domain","Value":{},"Operator":"equals"}`, "filter.value", "", "", ""},
		{"long value", `filter={"Field":"Domain","Value":"` + strings.Repeat("é", 257) + `","Operator":"equals"}`, "filter.value", "", "", ""},
		{"half an and", `filter={"LeftFilter":` + simple + `,"Operator":"and"}`, "filter.syntax", "", "", ""},
		{"not JSON", `filter=CompanyName`, "filter.syntax", "", "", ""},
		{"cut JSON", `filter={"Field":"Domain`, "filter.syntax", "", "", ""},
		{"null", `filter=null`, "filter.syntax", "", "", ""},
		{"duplicate", `filter={"Field":"Domain","field":"Domain","Value":"x","Operator":"equals"}`, "filter.syntax", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := parseQuery(c.raw)
			if err != nil {
				t.Fatal(err)
			}
			f, err := q.filter(fields...)
			if c.code != "" {
				if got := fault.Of(err); got == nil || got.Code != c.code || faultOf[c.code].status != 400 {
					t.Errorf("error %v, want %s", err, c.code)
				}
				return
			}
			if err != nil || f.Field != c.field || f.Value != c.value || string(f.Op) != c.op {
				t.Errorf("%+v, %v", f, err)
			}
		})
	}
	q, _ := parseQuery(`filter={"Field":"Domain","Value":"A&B","Operator":"equals"}&size=5`)
	if q.get("size") != "5" {
		t.Error("what follows a bare filter was lost")
	}
	if f, err := query(nil).filter(); f != nil || err != nil {
		t.Error("no filter is no filter")
	}
}

// pagedDoor serves the numbers 0…9, filtered by nothing, as a seek list.
func pagedDoor(t testing.TB) *door {
	list := func(_ context.Context, r *request) (answer, error) {
		p, err := r.page(100, 500)
		if err != nil {
			return answer{}, err
		}
		f, err := r.query.filter("Name")
		if err != nil {
			return answer{}, err
		}
		from := 0
		if p.after != nil {
			from, _ = strconv.Atoi(p.after[0])
			from++
		}
		var items []string
		for i := from; i < 10 && (p.size == 0 || len(items) < p.size); i++ {
			name := strconv.Itoa(i)
			if f != nil {
				name += f.Value
			}
			items = append(items, name)
		}
		var last []string
		if from+len(items) < 10 {
			last = []string{strconv.Itoa(from + len(items) - 1)}
		}
		return reply(seek(r, p, items, last))
	}
	offsets := func(_ context.Context, r *request) (answer, error) {
		p, err := r.offset(100, 2000)
		if err != nil {
			return answer{}, err
		}
		return reply(offsetPage(r, p, []int{p.size, p.offset}, p.offset < 6))
	}
	return doorWith(t, options(),
		operation{method: "GET", path: "/v1/customers", scope: scopePartner, handle: list},
		operation{method: "GET", path: "/v1/others", scope: scopePartner, handle: list},
		operation{method: "GET", path: "/v1/invoices", scope: scopePartner, handle: offsets})
}

func pageOf(t testing.TB, d *door, target string, headers ...string) collection[string] {
	t.Helper()
	w := call(t, d, "GET", target, "", headers...)
	var c collection[string]
	if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil || w.Code != 200 {
		t.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	return c
}

func TestSeek(t *testing.T) {
	d := pagedDoor(t)
	const named = `&filter={"Field":"Name","Value":"!","Operator":"equals"}`
	one := pageOf(t, d, "/v1/customers?size=4"+named)
	if !slices.Equal(one.Items, []string{"0!", "1!", "2!", "3!"}) || one.TotalCount != 4 || one.ContinuationToken == "" {
		t.Fatalf("first page %+v", one)
	}
	next := one.Links.Next
	if len(next.Headers) != 1 || next.Headers[0].Key != "MS-ContinuationToken" || next.Headers[0].Value != one.ContinuationToken ||
		!strings.HasPrefix(next.URI, "/customers?size=4&filter=") || !strings.HasSuffix(next.URI, "&seekOperation=Next") {
		t.Errorf("next %+v", next)
	}
	// The token alone brings size and filter back.
	two := pageOf(t, d, "/v1/Customers/?seekOperation=Next", "MS-ContinuationToken", one.ContinuationToken)
	if !slices.Equal(two.Items, []string{"4!", "5!", "6!", "7!"}) {
		t.Errorf("second page %v", two.Items)
	}
	// The link with its header leads to the same page.
	if again := pageOf(t, d, "/v1"+next.URI, "MS-ContinuationToken", one.ContinuationToken); !slices.Equal(again.Items, two.Items) {
		t.Errorf("by link %v", again.Items)
	}
	three := pageOf(t, d, "/v1/customers?seek_operation=next", "MS-ContinuationToken", two.ContinuationToken)
	if !slices.Equal(three.Items, []string{"8!", "9!"}) || three.ContinuationToken != "" || three.Links.Next.URI != "" {
		t.Errorf("last page %+v", three)
	}
	for target, want := range map[string]int{
		"/v1/customers": 10, "/v1/customers?size=0": 10, "/v1/customers?size=-3": 10, "/v1/customers?SIZE=3": 3,
		"/v1/customers?size=2&seekOperation=First": 2,
	} {
		if got := pageOf(t, d, target); len(got.Items) != want {
			t.Errorf("%s: %d items, want %d", target, len(got.Items), want)
		}
	}
}

func TestSeekGolden(t *testing.T) {
	w := call(t, pagedDoor(t), "GET", "/v1/customers?size=1", "")
	token := pageOf(t, pagedDoor(t), "/v1/customers?size=1").ContinuationToken
	want := `{"totalCount":1,"items":["0"],"continuationToken":"djE6MQ==","links":{"self":{"uri":"/customers?size=1","method":"GET","headers":[]},` +
		`"next":{"uri":"/customers?size=1&seekOperation=Next","method":"GET","headers":[{"key":"MS-ContinuationToken","value":"djE6MQ=="}]}},` +
		`"attributes":{"objectType":"Collection"}}`
	if got := strings.ReplaceAll(w.Body.String(), token, "djE6MQ=="); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// G41, G45 for cursors: a token opens nothing but the list it was made for, for the partner it was made for.
func TestForeignCursors(t *testing.T) {
	d := pagedDoor(t)
	token := pageOf(t, d, "/v1/customers?size=4").ContinuationToken
	raw, _ := base64.RawURLEncoding.DecodeString(token)
	flipped := slices.Clone(raw)
	flipped[len(flipped)-3] ^= 1
	for name, c := range map[string][]string{
		"other partner":  {"/v1/customers?seekOperation=Next", token, "Bearer two"},
		"other list":     {"/v1/others?seekOperation=Next", token, "Bearer one"},
		"flipped":        {"/v1/customers?seekOperation=Next", base64.RawURLEncoding.EncodeToString(flipped), "Bearer one"},
		"not base64":     {"/v1/customers?seekOperation=Next", "!", "Bearer one"},
		"short":          {"/v1/customers?seekOperation=Next", "AAAA", "Bearer one"},
		"only the seal":  {"/v1/customers?seekOperation=Next", base64.RawURLEncoding.EncodeToString(raw[:16]), "Bearer one"},
		"without Next":   {"/v1/customers", "djE6MQ", "Bearer one"},
		"other secret":   {"/v1/customers?seekOperation=Next", base64.RawURLEncoding.EncodeToString(append(make([]byte, 16), raw[16:]...)), "Bearer one"},
		"no token":       {"/v1/customers?seekOperation=Next", "", "Bearer one"},
		"not a number":   {"/v1/customers?size=x", "", "Bearer one"},
		"unknown seek":   {"/v1/customers?seekOperation=Sideways", "", "Bearer one"},
		"previous pages": {"/v1/customers?seekOperation=Previous", token, "Bearer one"},
	} {
		w := call(t, d, "GET", c[0], "", "MS-ContinuationToken", c[1], "Authorization", c[2])
		want := "3000"
		if name == "previous pages" {
			want = "900141"
		}
		if w.Code != 400 || codeOf(t, w) != want {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestOffset(t *testing.T) {
	for target, want := range map[string]string{
		"/v1/invoices?size=2&Offset=4":         `{"self":{"uri":"/invoices?size=2&offset=4","method":"GET","headers":[]},"next":{"uri":"/invoices?size=2&offset=6","method":"GET","headers":[]},"previous":{"uri":"/invoices?size=2&offset=2","method":"GET","headers":[]}}`,
		"/v1/invoices?size=3&offset=1":         `{"self":{"uri":"/invoices?size=3&offset=1","method":"GET","headers":[]},"next":{"uri":"/invoices?size=3&offset=4","method":"GET","headers":[]},"previous":{"uri":"/invoices?size=3&offset=0","method":"GET","headers":[]}}`,
		"/v1/invoices?size=9999&offset=-1":     `{"self":{"uri":"/invoices?size=2000&offset=0","method":"GET","headers":[]},"next":{"uri":"/invoices?size=2000&offset=2000","method":"GET","headers":[]}}`,
		"/v1/invoices?size=0":                  `{"self":{"uri":"/invoices?size=0&offset=0","method":"GET","headers":[]}}`,
		"/v1/invoices?x=a%20b&size=2&offset=8": `{"self":{"uri":"/invoices?x=a+b&size=2&offset=8","method":"GET","headers":[]},"previous":{"uri":"/invoices?x=a+b&size=2&offset=6","method":"GET","headers":[]}}`,
	} {
		w := call(t, pagedDoor(t), "GET", target, "")
		var c struct{ Links json.RawMessage }
		if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil || string(c.Links) != want {
			t.Errorf("%s:\ngot  %s\nwant %s", target, c.Links, want)
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{`filter={"a":"&`, "Size=1&size=2", "a=%zz%00", "=&=&", `filter={"Field":"Name","Value":"A&B","Operator":"equals"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseQuery(raw)
		if err != nil {
			if fault.Of(err) == nil {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		for _, check := range []func() error{
			func() error { _, err := q.filter("Name"); return err },
			func() error { _, err := q.number("size", 1); return err },
			func() error { _, _, err := q.date("startdate"); return err },
			func() error { _, err := q.flag("preview"); return err },
		} {
			if err := check(); err != nil && fault.Of(err) == nil {
				t.Errorf("not a fault: %v", err)
			}
		}
		var b strings.Builder
		q.write(&b)
		again, err := parseQuery(strings.TrimPrefix(b.String(), "?"))
		if err == nil && !slices.Equal(q, again) {
			t.Errorf("%q: %v written as %q read as %v", raw, q, b.String(), again)
		}
	})
}

func FuzzFilter(f *testing.F) {
	f.Add(`{"Field":"Name","Value":"bri","Operator":"starts_with"}`)
	f.Add(`{"LeftFilter":{},"RightFilter":{},"Operator":"and"}`)
	f.Fuzz(func(t *testing.T, text string) {
		tree, err := parseFilter(text, []string{"Name"})
		if err != nil && fault.Of(err) == nil {
			t.Fatalf("not a fault: %v", err)
		}
		if err == nil && tree.Field != "Name" && tree.Left == nil {
			t.Errorf("%q: %+v", text, tree)
		}
	})
}

func FuzzCursor(f *testing.F) {
	d := pagedDoor(f)
	f.Add(pageOf(f, d, "/v1/customers?size=4").ContinuationToken)
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, token string) {
		if w := call(t, d, "GET", "/v1/customers?seekOperation=Next", "", "MS-ContinuationToken", token); w.Code >= 500 {
			t.Errorf("%q: %d", token, w.Code)
		}
	})
}

func TestQueryWord(t *testing.T) {
	cycles := named("unknown", "one_time", "monthly")
	for raw, want := range map[string]string{
		"billingType=OneTime": "one_time", "billingtype=onetime": "one_time", "billing_type=MONTHLY": "monthly", "": "", "billingType=none": "",
	} {
		q, _ := parseQuery(raw)
		if word, given, err := q.word(cycles, "billingtype", "billing_type"); word != want || given != (want != "") || err != nil {
			t.Errorf("%s: %q %v %v", raw, word, given, err)
		}
	}
	q, _ := parseQuery("billingType=weekly")
	if _, _, err := q.word(cycles, "billingtype"); fault.Of(err) == nil || fault.Of(err).Args["member"] != "billingtype" {
		t.Errorf("unknown word: %v", err)
	}
}
