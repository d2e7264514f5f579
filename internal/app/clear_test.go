package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
)

// TestG42ClearTextsSayNothing: whatever a key is in, and however that is written down, the key is not in what is written.
func TestG42ClearTextsSayNothing(t *testing.T) {
	const canary = "CANARY-7Q"
	for name, v := range map[string]any{
		"itself": app.Clear(canary), "a reveal": app.RevealedKey{Plain: canary}, "a pointer": &app.RevealedKey{Plain: canary},
		"a link": app.IssuedLink{Token: canary}, "a batch": app.KeyBatch{Keys: []app.Clear{canary}}, "a visit": app.Fetch{Token: canary},
		"in an error": fmt.Errorf("revealing: %w", errors.New(fmt.Sprint(app.RevealedKey{Plain: canary}))),
		"in any":      map[string]any{"x": []any{app.Clear(canary)}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, canary) || strings.Contains(strings.ToLower(got), fmt.Sprintf("%x", canary)) {
				t.Errorf("%s with %s: %s", name, verb, got)
			}
		}
		text, err := json.Marshal(v)
		if err != nil || bytes.Contains(text, []byte(canary)) {
			t.Errorf("%s as JSON: %s %v", name, text, err)
		}
		var log bytes.Buffer
		for _, h := range []slog.Handler{
			slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}), slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}),
		} {
			slog.New(h).Debug("said", "what", v, slog.Any("again", v))
		}
		if strings.Contains(log.String(), canary) {
			t.Errorf("%s in a log: %s", name, log.String())
		}
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); strings.Contains(said, canary) {
					t.Errorf("%s in a panic: %s", name, said)
				}
			}()
			panic(v)
		}()
	}
}
