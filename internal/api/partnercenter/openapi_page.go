package partnercenter

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

var (
	//go:embed openapi.html
	manualText string
	//go:embed openapi.css
	manualStyle string

	manualPage = template.Must(template.New("openapi").Parse(manualText))
	// manualPolicy lets the page have its own style and nothing else: no script, no frame, no other address.
	manualPolicy = "default-src 'none'; style-src 'sha256-" + hashOf(manualStyle) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// What the page shows of the document.
type (
	manualView struct {
		Info    documentInfo
		Style   template.CSS
		Tags    []manualTag
		Schemas []manualSchema
		Acts    []party.Act
	}
	manualTag struct {
		Name       string
		Operations []manualOperation
	}
	manualOperation struct {
		Method, Path string
		described
		In, Out manualType
		Status  string
	}
	manualSchema struct {
		Name    string
		Members []manualMember
	}
	manualMember struct {
		Name string
		Type manualType
	}
	// manualType is a type in a word, and the schema it leads to.
	manualType struct{ Text, Schema string }
)

// renderManual is the document as a page for people.
func renderManual(doc document, acts []party.Act) ([]byte, error) {
	v := manualView{Info: doc.Info, Style: template.CSS(manualStyle), Acts: acts} //nolint:gosec // our own file
	byTag := map[string][]manualOperation{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			d := doc.Paths[path][method]
			op := manualOperation{Method: strings.ToUpper(method), Path: path, described: d}
			if d.RequestBody != nil {
				op.In = typeText(d.RequestBody.Content[typeJSON].Schema)
			}
			for status, r := range d.Responses {
				if r.Ref == "" {
					op.Status = status
					op.Out = bodyText(r.Content)
				}
			}
			byTag[d.Tags[0]] = append(byTag[d.Tags[0]], op)
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(byTag)) {
		v.Tags = append(v.Tags, manualTag{tag, byTag[tag]})
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		s := manualSchema{Name: name}
		members := doc.Components.Schemas[name].Properties
		for _, member := range slices.Sorted(maps.Keys(members)) {
			s.Members = append(s.Members, manualMember{member, typeText(members[member])})
		}
		v.Schemas = append(v.Schemas, s)
	}
	var b bytes.Buffer
	err := manualPage.Execute(&b, v)
	return b.Bytes(), err
}

func bodyText(content map[string]media) manualType {
	for kind, m := range content {
		if kind != typeJSON {
			return manualType{Text: kind}
		}
		return typeText(m.Schema)
	}
	return manualType{}
}

// typeText is a schema in a word: "array of Order".
func typeText(s schema) manualType {
	switch {
	case s.Ref != "":
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		return manualType{name, name}
	case s.Items != nil:
		of := typeText(*s.Items)
		return manualType{"array of " + of.Text, of.Schema}
	case s.Values != nil:
		of := typeText(*s.Values)
		return manualType{"map of " + of.Text, of.Schema}
	case s.Format != "":
		return manualType{Text: s.Format}
	}
	switch t := s.Type.(type) {
	case string:
		return manualType{Text: t}
	case []string:
		return manualType{Text: strings.Join(t, " or ")}
	}
	return manualType{Text: "any"}
}
