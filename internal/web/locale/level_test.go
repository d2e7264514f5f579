package locale

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var hole = regexp.MustCompile(`\{[a-z]+\}`)

func holesOf(s string) []string {
	all := hole.FindAllString(s, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// The catalogues are level: what one language says the others say too, with the same values, in a form for every number.
func TestCataloguesAreLevel(t *testing.T) {
	paths, err := fs.Glob(files, "words/*.json")
	if err != nil || len(paths) < 3 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		text, _ := files.ReadFile(path)
		var all map[string]map[string]json.RawMessage
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(path, err)
		}
		for key, m := range all {
			for _, tag := range Languages {
				if _, ok := m[tag]; !ok {
					t.Errorf("%s: %q is not said in %s", path, key, tag)
				}
			}
			for _, tag := range Languages[1:] {
				if (m[tag][0] == '"') != (m["en"][0] == '"') {
					t.Errorf("%s: %q counts in one language and not in %s", path, key, tag)
				}
				if en, other := holesOf(string(m["en"])), holesOf(string(m[tag])); !slices.Equal(en, other) {
					t.Errorf("%s: %q has %v in English and %v in %s", path, key, en, other, tag)
				}
			}
			for _, tag := range Languages {
				l := Of(tag)
				if m[tag][0] == '"' {
					if s := l.Text(key); strings.TrimSpace(s) == "" {
						t.Errorf("%s: %q is empty in %s", path, key, tag)
					}
					continue
				}
				for n := range 131 {
					if s := l.Text(key, "n", n); s == "" || strings.Contains(s, "⟦") || !strings.Contains(string(m[tag]), "{n}") {
						t.Errorf("%s: %q in %s has no form for %d: %q", path, key, tag, n, s)
						break
					}
				}
			}
		}
	}
}

// The words that people of this trade know (pages.md §1).
func TestOfficialWording(t *testing.T) {
	for key, want := range map[string][3]string{
		"nav.customers":         {"Customers", "Clients", "Клиенты"},
		"customer.add_products": {"Add products", "Ajouter des produits", "Добавить продукты"},
		"customer.software":     {"Software", "Logiciels", "Программное обеспечение"},
		"customer.orders":       {"Order history", "Historique des commandes", "Журнал заказов"},
		"nav.activity":          {"Activity log", "Journal d'activité", "Журнал действий"},
	} {
		for i, tag := range Languages {
			if got := Of(tag).Text(key); got != want[i] {
				t.Errorf("%s %s: %q, want %q", tag, key, got, want[i])
			}
		}
	}
}
