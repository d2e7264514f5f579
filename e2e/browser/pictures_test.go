//go:build e2e

package browser

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
)

var pictures = flag.String("screenshots", "", "folder that pictures of the main pages are kept in")

// TestScreenshots takes pictures of the main pages: make screenshots keeps them in docs/screenshots.
func TestScreenshots(t *testing.T) {
	w := open(t)
	us := "/customers/" + w.Of(t, "US").ID
	tabs := map[string]*chrome.Page{}
	sum := 0
	for _, shot := range []struct {
		name, role, path string
		phone, dark      bool
		lang             string
	}{
		{name: "customers", role: "AA", path: "/customers"},
		{name: "customer", role: "AA", path: us},
		{name: "customer-dark", role: "AA", path: us, dark: true},
		{name: "customer-phone-ru", role: "AA", path: us, phone: true, lang: "ru"},
		{name: "software-fr", role: "AA", path: us + "/software", lang: "fr"},
		{name: "software", role: "AA", path: us + "/software"},
		{name: "software-phone", role: "AA", path: us + "/software", phone: true},
		{name: "products", role: "AA", path: us + "/products"},
		{name: "search", role: "GA", path: "/search?q=star"},
		{name: "billing", role: "BA", path: "/billing"},
		{name: "billing-ru-dark", role: "BA", path: "/billing", lang: "ru", dark: true},
		{name: "activity", role: "GA", path: "/activity"},
		{name: "portal", role: "CGA", path: "/portal"},
		{name: "policies", role: "OA", path: "/operator/policies?class=software_subscription&at=2022-03-15"},
		{name: "operator-dark", role: "OA", path: "/operator", dark: true},
		{name: "ledger-ru", role: "OA", path: "/operator/ledger?sums=1", lang: "ru"},
		{name: "portal-phone-fr", role: "CGA", path: "/portal/products", phone: true, lang: "fr"},
	} {
		p := tabs[shot.role]
		if p == nil {
			p = w.page(t, w.SignIn(t, w.As(t, shot.role)))
			tabs[shot.role] = p
		}
		look := chrome.Look{Width: 1280, Height: 860, Dark: shot.dark, Still: true}
		if shot.phone {
			look.Width, look.Height = 390, 844
		}
		must(t, p.Show(look))
		must(t, p.Language(cmp.Or(shot.lang, "en")))
		visit(t, p, shot.path)
		raw, err := p.Picture(false)
		must(t, err)
		small, err := palette(raw)
		must(t, err)
		if len(small) < 8_000 || len(small) > 300_000 {
			t.Errorf("%s: %d bytes", shot.name, len(small))
		}
		sum += len(small)
		if *pictures != "" {
			must(t, os.WriteFile(filepath.Join(*pictures, shot.name+".png"), small, 0o644))
		}
	}
	if sum > 2_500_000 {
		t.Errorf("%d bytes of pictures", sum)
	}
}

// palette writes a picture with its 256 most frequent colours: pages have few.
func palette(raw []byte) ([]byte, error) {
	from, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	b := from.Bounds()
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(from.At(x, y)).(color.RGBA) }
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var few color.Palette
	for _, c := range all[:min(256, len(all))] {
		few = append(few, c)
	}
	nearest := map[color.RGBA]uint8{}
	for c := range count {
		nearest[c] = uint8(few.Index(c))
	}
	out := image.NewPaletted(b, few)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.SetColorIndex(x, y, nearest[at(x, y)])
		}
	}
	var text bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&text, out)
	return text.Bytes(), err
}
