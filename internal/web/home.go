// Package web serves the pages. So far it is one: what runs here and how to go on.
package web

import (
	_ "embed"
	"html/template"
	"net/http"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

// Home is what the first page tells.
type Home struct {
	Version  string
	Sandbox  bool
	Database string // "SQLite" or "PostgreSQL"
	Clock    when.Clock
}

//go:embed home.html
var homeText string

var home = template.Must(template.New("home").Parse(homeText))

// policy lets the page show its own style sheet and nothing else.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"

//go:embed home.css
var homeStyle []byte

// Handler serves GET / and its style sheet; any other path is 404.
func Handler(h Home) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Type", "text/html; charset=utf-8")
		head.Set("Content-Security-Policy", policy)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		_ = home.Execute(w, struct { // a caller who hung up is no error of ours
			Home
			Now  string
			Host string
		}{h, h.Clock.Now().Format(time.RFC3339), r.Host})
	})
	mux.HandleFunc("GET /static/home.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=3600")
		_, _ = w.Write(homeStyle)
	})
	return mux
}
