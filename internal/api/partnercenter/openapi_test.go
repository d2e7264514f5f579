package partnercenter

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// sandboxTable is the whole table, which a sandbox has.
func sandboxTable() []operation {
	return (&api{Options: Options{Sandbox: struct{ Clockwork }{}}}).operations()
}

// TestOpenAPI compares the document with testdata/openapi.json, and sees that everything it points at is there.
func TestOpenAPI(t *testing.T) {
	doc := describeTable(sandboxTable())
	text, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	const file = "testdata/openapi.json"
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || !bytes.Equal(want, text) {
		t.Errorf("%s differs from the table (go test -run TestOpenAPI -update writes it): %v", file, err)
	}
	for _, m := range regexp.MustCompile(`"\$ref": "#/components/(\w+)/(\w+)"`).FindAllStringSubmatch(string(text), -1) {
		found := false
		switch name := m[2]; m[1] {
		case "schemas":
			_, found = doc.Components.Schemas[name]
		case "responses":
			_, found = doc.Components.Responses[name]
		case "parameters":
			_, found = doc.Components.Parameters[name]
		}
		if !found {
			t.Errorf("%s leads nowhere", m[0])
		}
	}
	ids, served := map[string]string{}, map[string]bool{}
	for _, op := range sandboxTable() {
		route := op.method + " " + op.path
		served[route] = true
		d := doc.Paths[op.path][strings.ToLower(op.method)]
		if other := ids[d.OperationID]; other != "" || len(d.Roles) == 0 && len(op.acts) > 0 {
			t.Errorf("%s: id %s is also that of %q; roles %v", route, d.OperationID, other, d.Roles)
		}
		ids[d.OperationID] = route
		sh := shapes[route]
		reads := op.body == bodyByMethod && (op.method == http.MethodPost || op.method == http.MethodPut || op.method == http.MethodPatch)
		answers := op.method != http.MethodHead && op.status != http.StatusNoContent && op.status != http.StatusAccepted &&
			route != "GET /v1/productpromotions/{promotion}" // there is none
		if reads && sh.in == nil || answers && sh.out == nil && sh.kind == "" {
			t.Errorf("%s has no shape in openapi_shapes.go: what it reads or answers is not described", route)
		}
	}
	for route := range shapes {
		if !served[route] {
			t.Errorf("the shape of %s is of no route", route)
		}
	}
}

// TestShapesAreTrue reads every golden answer with the struct that the document names for it: no member is unknown to it.
func TestShapesAreTrue(t *testing.T) {
	read := 0
	for _, l := range RouteLines(t) {
		sh, ok := shapes[l.Method+" "+l.Path]
		if !ok || sh.out == nil || l.Golden != RouteGolden(l.Method, l.Path) {
			continue
		}
		text, err := os.ReadFile(filepath.Join("testdata", l.Golden+".json"))
		if err != nil {
			t.Error(err)
			continue
		}
		var g struct{ Answer json.RawMessage }
		if err := json.Unmarshal(text, &g); err != nil || g.Answer == nil {
			t.Errorf("%s %s: no answer, %v", l.Method, l.Path, err)
			continue
		}
		read++
		d := json.NewDecoder(bytes.NewReader(g.Answer))
		d.DisallowUnknownFields()
		if err := d.Decode(reflect.New(reflect.TypeOf(sh.out)).Interface()); err != nil {
			t.Errorf("%s %s is not %T: %v", l.Method, l.Path, sh.out, err)
		}
	}
	if read < 80 {
		t.Errorf("only %d answers were read", read)
	}
}

// TestManual: everybody reads the document and its page, which needs no script and may load nothing.
func TestManual(t *testing.T) {
	door := newDoor(&api{Options: Options{Sandbox: struct{ Clockwork }{}}}, sandboxTable())
	get := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		door.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w
	}
	if w := get("GET", "/openapi.json"); w.Code != 200 || w.Header().Get("Content-Type") != contentJSON || !json.Valid(w.Body.Bytes()) {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	page := get("GET", "/openapi/")
	text := page.Body.String()
	if page.Code != 200 || !strings.HasPrefix(page.Header().Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
		t.Errorf("%d %v", page.Code, page.Header())
	}
	if !strings.Contains(text, "<style>"+manualStyle+"</style>") {
		t.Error("the style is not the one whose hash the policy has")
	}
	if bad := regexp.MustCompile(`(?i)<script|\son\w+=|style=|src=|https?://`).FindString(text); bad != "" {
		t.Errorf("the page has %q", bad)
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(text, `id="`+m[1]+`"`) {
			t.Errorf("#%s leads nowhere", m[1])
		}
	}
	for _, op := range sandboxTable() {
		if !strings.Contains(text, "<code>"+op.path+"</code>") {
			t.Errorf("the page leaves out %s", op.path)
		}
	}
	if w := get("HEAD", "/openapi.json"); w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := get("POST", "/openapi"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("POST: %d", w.Code)
	}
}
