package house

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestWordsAreSaidOnce: a message that two files of words hold keeps every page from starting.
func TestWordsAreSaidOnce(t *testing.T) {
	files, err := filepath.Glob("../web/locale/words/*.json")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	said := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]json.RawMessage
		if err := json.Unmarshal(text, &messages); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for key := range messages {
			if other := said[key]; other != "" {
				t.Errorf("%q is said in %s and in %s", key, filepath.Base(other), filepath.Base(file))
			}
			said[key] = file
		}
	}
}
