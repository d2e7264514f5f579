package ui

import (
	"fmt"
	"html/template"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Square is a square code (QR) that a telephone reads.
type Square struct{ Picture template.HTML }

// SquareCode draws a text as a square code, named by title: dark on light whatever the page's colours are, with the quiet
// border that readers need.
func SquareCode(title, text string) (Square, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return Square{}, fmt.Errorf("ui: a square code: %w", err)
	}
	const quiet = 4
	n := code.Bounds().Dx()
	var path strings.Builder
	for y := range n {
		for x := range n {
			if code.At(x, y) == color.Black {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	size := n + 2*quiet
	return Square{template.HTML(fmt.Sprintf(`<svg class="square" viewBox="0 0 %d %d" role="img" aria-labelledby="square-t" shape-rendering="crispEdges"><title id="square-t">%s</title>`+ //nolint:gosec // our own
		`<rect width="%d" height="%d" fill="#fff"/><path d="%s" fill="#000"/></svg>`, size, size, template.HTMLEscapeString(title), size, size, path.String()))}, nil
}
