package sim

import (
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// TestTheModelStandsAlone: it imports nothing of the product, or it would share the product's mistakes.
func TestTheModelStandsAlone(t *testing.T) {
	files, err := os.ReadDir("model")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		src, err := parser.ParseFile(token.NewFileSet(), "model/"+f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range src.Imports {
			if strings.Contains(i.Path.Value, ".") {
				t.Errorf("model/%s imports %s", f.Name(), i.Path.Value)
			}
		}
	}
}

// TestASeedIsARun: the same seed gives the same bytes in every answer.
func TestASeedIsARun(t *testing.T) {
	template := stocked(t, 1)
	var sums []string
	for range 2 {
		r, err := onSQLite(7, 150, template, t.TempDir())
		if err != nil {
			t.Fatalf("divergence: %v", err)
		}
		sums = append(sums, string(r.w.digest.Sum(nil)))
	}
	if sums[0] != sums[1] {
		t.Error("one seed, two runs")
	}
}
