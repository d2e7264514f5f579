// Package static holds the style sheet, the scripts and the pictures that pages refer to, built into the binary. An
// address names its content: what is behind it never changes, so browsers keep it for a year and never ask again.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed files
var files embed.FS

// Prefix starts the path of everything that is served here.
const Prefix = "/static/"

type asset struct {
	content []byte
	address string
}

var (
	byName    = map[string]asset{}
	byAddress = map[string]asset{}
)

// sheets are the style sheets that are sent as one, in this order.
var sheets = []string{"tokens.css", "comptoir.css"}

func init() {
	var sheet []byte
	for _, name := range sheets {
		sheet = append(sheet, read(name)...)
	}
	add("comptoir.css", sheet)
	entries, err := fs.ReadDir(files, "files")
	if err != nil {
		panic(err) // embedded
	}
	for _, e := range entries {
		if path.Ext(e.Name()) != ".css" {
			add(e.Name(), read(e.Name()))
		}
	}
}

func read(name string) []byte {
	b, err := files.ReadFile("files/" + name)
	if err != nil {
		panic(err) // embedded
	}
	return b
}

func add(name string, content []byte) {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	a := asset{content, Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext}
	byName[name], byAddress[a.address] = a, a
}

// Path is the address of a file, such as "/static/comptoir.1f0c….css". It panics for a file that is not there.
func Path(name string) string {
	a, ok := byName[name]
	if !ok {
		panic("static: no file " + name)
	}
	return a.address
}

// Handler serves GET and HEAD of the addresses that Path gives, and answers 404 to any other.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byAddress[r.URL.Path]
		if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.ServeContent(w, r, a.address, time.Time{}, bytes.NewReader(a.content))
	})
}
