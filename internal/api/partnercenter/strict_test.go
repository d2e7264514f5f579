package partnercenter

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares an answer with a file of testdata, both indented, after the strict reader has seen it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	strict(t, got)
	var b bytes.Buffer
	if err := json.Indent(&b, got, "", "  "); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	b.WriteByte('\n')
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Errorf("%s differs; got\n%s", file, b.Bytes())
	}
}

// whole are members that the .NET SDK reads as int: a decimal point breaks it.
var whole = []string{"totalCount", "quantity", "totalQuantity", "lineItemNumber", "minimumQuantity", "maximumQuantity", "resellerMpnId"}

// strict reads an answer the way the strictest SDK does: no null, no empty or absolute address in a link, headers always
// an array, whole numbers without a point, only the four statuses of a subscription, attributes on what is a resource.
func strict(t testing.TB, body []byte) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	walk(t, "$", v)
}

func walk(t testing.TB, at string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil:
		t.Errorf("%s is null", at)
	case []any:
		for _, e := range v {
			walk(t, at+"[]", e)
		}
	case map[string]any:
		walkObject(t, at, v)
	}
}

func walkObject(t testing.TB, at string, o map[string]any) {
	t.Helper()
	for k, v := range o {
		walk(t, at+"."+k, v)
		if n, ok := v.(json.Number); ok && slices.Contains(whole, k) && strings.ContainsAny(string(n), ".eE") {
			t.Errorf("%s.%s is %s", at, k, n)
		}
	}
	if method, isLink := o["method"].(string); isLink && !strings.HasSuffix(at, ".learnMore") { // the public catalogue's has no address
		uri, _ := o["uri"].(string)
		if _, ok := o["headers"].([]any); !ok || method == "" || !strings.HasPrefix(uri, "/") || strings.HasPrefix(uri, "/v1") {
			t.Errorf("%s is no link: %v", at, o)
		}
	}
	attrs, has := o["attributes"].(map[string]any)
	if _, links := o["links"]; (links || at == "$" && o["items"] != nil) && !has {
		t.Errorf("%s has no attributes", at)
	}
	if has && attrs["objectType"] == "" {
		t.Errorf("%s has no objectType", at)
	}
	if has && attrs["objectType"] == "Subscription" && !slices.Contains([]any{"none", "active", "suspended", "deleted"}, o["status"]) {
		t.Errorf("%s.status is %v", at, o["status"])
	}
}
