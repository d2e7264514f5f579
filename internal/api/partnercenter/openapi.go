package partnercenter

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// The document at /openapi.json is made from the table that routes and authorises, and from the structs that are read and
// written: it cannot say anything else than the server does. What the table does not know stands in shapes.

type (
	document struct {
		OpenAPI    string                          `json:"openapi"`
		Info       documentInfo                    `json:"info"`
		Security   []map[string][]string           `json:"security"`
		Paths      map[string]map[string]described `json:"paths"`
		Components components                      `json:"components"`
	}
	documentInfo struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
	}
	components struct {
		Schemas         map[string]schema    `json:"schemas"`
		Responses       map[string]response  `json:"responses"`
		Parameters      map[string]parameter `json:"parameters"`
		SecuritySchemes map[string]any       `json:"securitySchemes"`
	}
	// described is one operation. What begins with x- is ours: who may, and whose rows it touches.
	described struct {
		OperationID string              `json:"operationId"`
		Tags        []string            `json:"tags"`
		Description string              `json:"description"`
		Parameters  []parameter         `json:"parameters,omitempty"`
		RequestBody *requestBody        `json:"requestBody,omitempty"`
		Responses   map[string]response `json:"responses"`
		Acts        []string            `json:"x-acts"`
		Roles       []string            `json:"x-roles"`
		Scope       string              `json:"x-scope"`
	}
	parameter struct {
		Ref      string  `json:"$ref,omitempty"`
		Name     string  `json:"name,omitempty"`
		In       string  `json:"in,omitempty"`
		Required bool    `json:"required,omitempty"`
		Text     string  `json:"description,omitempty"`
		Schema   *schema `json:"schema,omitempty"`
	}
	requestBody struct {
		Required bool             `json:"required,omitempty"`
		Content  map[string]media `json:"content"`
	}
	response struct {
		Ref     string           `json:"$ref,omitempty"`
		Text    string           `json:"description,omitempty"`
		Content map[string]media `json:"content,omitempty"`
	}
	media struct {
		Schema schema `json:"schema"`
	}
)

const (
	typeJSON = "application/json"
	typePDF  = "application/pdf"
	typeCSV  = "text/csv"
	typeFile = "application/octet-stream"
)

// shape is what the table does not know of an operation.
type shape struct {
	query string // parameters, separated by spaces
	in    any    // zero value of what is read
	out   any    // and of what is answered
	kind  string // of an answer that is not JSON
	takes string // of a body that is not JSON
}

// parameterSchemas are the query parameters that are not just texts.
var parameterSchemas = map[string]schema{
	"size": {Type: "integer"}, "offset": {Type: "integer"}, "preview": {Type: "boolean"}, "explain": {Type: "boolean"}, "bom": {Type: "boolean"},
	"include_price": {Type: "boolean"}, "showExpiry": {Type: "boolean"}, "startDate": {Type: "string", Format: "date-time"},
	"download": {Type: "boolean"}, "endDate": {Type: "string", Format: "date-time"}, "at": {Type: "string", Format: "date-time"},
}

// describeTable makes the document of a table.
func describeTable(table []operation) document {
	schemas := schemaSet{map[string]schema{}, map[string]reflect.Type{}}
	doc := document{
		OpenAPI: "3.1.0",
		Info: documentInfo{
			Title: "Comptoir: Partner Center REST, version 1", Version: "v1",
			Description: "Paths and query keys in any letter case. Members that are null are left out of answers; bodies are read in camelCase and PascalCase.",
		},
		Security: []map[string][]string{{"bearer": {}}},
		Paths:    map[string]map[string]described{},
		Components: components{
			Schemas: schemas.byName,
			Responses: map[string]response{
				"Error":     {Text: "a refusal: the rule, the date, and what can be done instead", Content: jsonOf(schemas.of(errorBody{}))},
				"Throttled": {Text: "too many requests; Retry-After in seconds", Content: jsonOf(schemas.of(throttledBody{}))},
			},
			Parameters: map[string]parameter{
				"RequestId":     header("MS-RequestId", "names the request: a repeated one is answered from the record, not done again"),
				"CorrelationId": header("MS-CorrelationId", "for tracing; echoed"),
				"Locale":        header("X-Locale", "language of names; en-US by default"),
				"IfMatch":       header("If-Match", "the etag that the caller read; a stale one is refused"),
				"IfPreview":     header("If-Preview-Match", "the hash of a preview: refused when anything moved since"),
				"Continuation":  header("MS-ContinuationToken", "the token of the page before"),
			},
			SecuritySchemes: map[string]any{"bearer": map[string]string{"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
		},
	}
	for _, op := range table {
		if doc.Paths[op.path] == nil {
			doc.Paths[op.path] = map[string]described{}
		}
		doc.Paths[op.path][strings.ToLower(op.method)] = op.described(schemas)
	}
	return doc
}

func header(name, text string) parameter {
	p := parameter{Name: name, In: "header", Text: text, Schema: &schema{Type: "string"}}
	if strings.HasSuffix(name, "Id") {
		p.Schema.Format = "uuid"
	}
	return p
}

func jsonOf(s schema) map[string]media { return map[string]media{typeJSON: {s}} }

func (op *operation) described(schemas schemaSet) described {
	sh := shapes[op.method+" "+op.path]
	d := described{
		OperationID: operationID(op.method, op.path), Tags: []string{tagOf(op.path)}, Roles: strings.Fields(op.roles()), Scope: op.scope.String(),
		Acts: []string{}, Responses: map[string]response{
			"default": {Ref: "#/components/responses/Error"}, "429": {Ref: "#/components/responses/Throttled"},
		},
	}
	var docs []string
	for _, act := range op.acts {
		d.Acts = append(d.Acts, act.ID+" "+act.Name)
		docs = append(docs, act.ID+": "+act.Doc)
	}
	d.Description = strings.Join(docs, "; ")
	ref := func(name string) {
		d.Parameters = append(d.Parameters, parameter{Ref: "#/components/parameters/" + name})
	}
	for _, name := range wildcardsOf(op.path) {
		p := parameter{Name: name, In: "path", Required: true, Schema: &schema{Type: "string"}}
		if slices.Contains([]string{"customer", "subscription", "cart"}, name) {
			p.Schema.Format = "uuid"
		}
		d.Parameters = append(d.Parameters, p)
	}
	for _, name := range strings.Fields(sh.query) {
		s, known := parameterSchemas[name]
		if !known {
			s = schema{Type: "string"}
		}
		d.Parameters = append(d.Parameters, parameter{Name: name, In: "query", Schema: &s})
		switch name {
		case "preview":
			ref("IfPreview")
		case "seekOperation":
			ref("Continuation")
		}
	}
	for _, name := range []string{"RequestId", "CorrelationId", "Locale"} {
		ref(name)
	}
	if op.method == http.MethodPut || op.method == http.MethodPatch {
		ref("IfMatch")
	}
	if sh.takes != "" {
		d.RequestBody = &requestBody{Required: true, Content: map[string]media{sh.takes: {schema{Type: "string"}}}}
	}
	if sh.in != nil {
		d.RequestBody = &requestBody{Required: op.body == bodyByMethod, Content: jsonOf(schemas.of(sh.in))}
	}
	done := response{Text: http.StatusText(op.status)}
	switch {
	case sh.kind != "":
		done.Content = map[string]media{sh.kind: {schema{Type: "string", Format: "binary"}}}
	case sh.out != nil:
		done.Content = jsonOf(schemas.of(sh.out))
	}
	d.Responses[strconv.Itoa(op.status)] = done
	return d
}

// operationID is the method with the words of the path: getCustomersCustomerOrders.
func operationID(method, path string) string {
	id := strings.ToLower(method)
	for word := range strings.FieldsFuncSeq(strings.TrimPrefix(path, "/v1"), func(r rune) bool { return strings.ContainsRune("/{}", r) }) {
		id += strings.ToUpper(word[:1]) + word[1:]
	}
	return id
}

// tagOf is the resource that a path is about: what hangs on a customer is a resource of its own.
func tagOf(path string) string {
	words := strings.Split(strings.Trim(strings.TrimPrefix(path, "/v1"), "/"), "/")
	if words[0] == "customers" && len(words) > 2 {
		return strings.ToLower(words[2])
	}
	return strings.ToLower(words[0])
}

// manual answers for the two addresses of the document; everybody may read it.
type manual struct {
	api  *api
	once sync.Once
	text []byte
	page []byte
}

func (m *manual) make() {
	doc := describeTable(m.api.operations())
	text, err := json.MarshalIndent(doc, "", " ")
	if err == nil {
		m.text = append(text, '\n')
		m.page, err = renderManual(doc, party.Acts())
	}
	if err != nil {
		panic(err) // our own structs and template
	}
}

func (m *manual) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.once.Do(m.make)
	h := w.Header()
	h["X-Content-Type-Options"] = nosniffHeader
	h.Set("Cache-Control", "no-cache")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "GET and HEAD only", http.StatusMethodNotAllowed)
		return
	}
	body := m.text
	h["Content-Type"] = jsonHeader
	if strings.EqualFold(strings.Trim(r.URL.Path, "/"), "openapi") {
		body = m.page
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", manualPolicy)
		h.Set("Referrer-Policy", "no-referrer")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a reader who hung up is no error of ours
	}
}
