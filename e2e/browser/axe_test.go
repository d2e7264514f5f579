//go:build e2e

package browser

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"io"
	"sync"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
)

//go:embed testdata/axe.min.js.gz
var axePacked []byte

// axeSum is that of the script (testdata/VENDORED.md).
const axeSum = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"

var axe = sync.OnceValues(func() (string, error) {
	z, err := gzip.NewReader(bytes.NewReader(axePacked))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(z)
	return string(text), err
})

func TestAxeIsTheOneThatWasTaken(t *testing.T) {
	text, err := axe()
	must(t, err)
	if sum := sha256.Sum256([]byte(text)); hex.EncodeToString(sum[:]) != axeSum {
		t.Errorf("axe.min.js is %x", sum)
	}
}

// asked is which of axe's rules are looked at. Those of contrast take as long as all others together, 0.1 to 0.2 s a page.
type asked string

const (
	everything asked = ""                                                      // WCAG 2.2 A and AA, and its best practices
	colours    asked = `, runOnly: {type: "rule", values: ["color-contrast"]}` // in other colours the rest is as it was
	shapes     asked = `, rules: {"color-contrast": {enabled: false}}`         // on a narrow screen colours are as they were
)

// accessible runs axe on the page as it is shown.
func accessible(t *testing.T, p *chrome.Page, where string, rules asked) {
	t.Helper()
	for _, wrong := range violations(t, p, rules) {
		t.Errorf("%s: %s", where, wrong)
	}
}

func violations(t *testing.T, p *chrome.Page, rules asked) []string {
	t.Helper()
	if !value[bool](t, p, `typeof axe === "object"`) {
		text, err := axe()
		must(t, err)
		value[bool](t, p, text+";typeof axe === 'object'")
	}
	return value[[]string](t, p, `axe.run(document, {resultTypes: ["violations"]`+string(rules)+`}).then(r => r.violations.flatMap(v => v.nodes.map(n =>
		v.id + " (" + v.impact + "): " + n.target.join(" ") + ": " + n.html.slice(0, 160) + " " + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ""))))`)
}
