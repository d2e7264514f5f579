package party

import (
	"slices"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func TestSendsTo(t *testing.T) {
	c := Client{Redirects: []string{"https://a.example/cb", "http://localhost", "http://localhost/path", "http://127.0.0.1:80/x", "com.example.app:/back"}}
	for asked, want := range map[string]bool{
		"https://a.example/cb": true, "http://localhost": true, "http://localhost:5000": true, "http://localhost:5000/path": true, "com.example.app:/back": true,
		"http://127.0.0.1:80/x": true,
		"":                      false, "https://a.example/cb/": false, "https://a.example/cb?x": false, "https://A.example/cb": false, "https://a.example:443/cb": false,
		"http://localhost:5000/": false, "http://localhost:5000/other": false, "http://127.0.0.1:5000/x": false, "http://127.0.0.1/x": false,
		"http://localhost:5000@evil.example": false, "http://evil.example:5000": false, "https://localhost:5000": false, "http://localhost:5000#x": false,
		"http://localhost:": false, "com.example.app:/back2": false, "http://localhost.evil.example:5000": false,
	} {
		if got := c.SendsTo(asked); got != want {
			t.Errorf("G57 %q: %v", asked, got)
		}
	}
}

func TestR13TwoLiveSecrets(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	c := Client{Secrets: []Secret{{Fingerprint: "old", Until: now}, {Fingerprint: "a", Until: now.Add(time.Microsecond)}}}
	c, err := c.AddSecret(Secret{Fingerprint: "b"}, now)
	if err != nil || len(c.Secrets) != 2 || c.Secrets[0].Fingerprint != "a" {
		t.Fatalf("one that ended on the dot counts: %v %+v", err, c.Secrets)
	}
	if _, err := c.AddSecret(Secret{Fingerprint: "c"}, now); fault.Of(err) == nil || fault.Of(err).Code != "client.secrets_full" {
		t.Errorf("a third: %v", err)
	}
	if c, err := c.AddSecret(Secret{Fingerprint: "c"}, now.Add(time.Microsecond)); err != nil || len(c.Secrets) != 2 {
		t.Errorf("after one ended: %v", err)
	}
	if _, err := (Client{Public: true}).AddSecret(Secret{}, now); fault.Of(err) == nil || fault.Of(err).Code != "client.public" {
		t.Errorf("a public client: %v", err)
	}
}

// TestR13RotatedSecretsGoOnForAWhile: the new secret works at once, the old one until the instant that was said, never longer
// than it would have; a third one waits until one is gone.
func TestR13RotatedSecretsGoOnForAWhile(t *testing.T) {
	now := when.Date(2026, 11, 20)
	old, soon := Secret{Fingerprint: "old"}, Secret{Fingerprint: "soon", Until: now.AddDate(0, 0, 1)}
	next := Secret{Fingerprint: "next"}
	for _, c := range []struct {
		name  string
		have  []Secret
		until time.Time
		want  []string
		code  string
	}{
		{"the old one goes on", []Secret{old}, now.AddDate(0, 0, 7), []string{"old 2026-11-27", "next"}, ""},
		{"the old one ends at once", []Secret{old}, now, []string{"next"}, ""},
		{"one that ends sooner still does", []Secret{soon}, now.AddDate(0, 0, 7), []string{"soon 2026-11-21", "next"}, ""},
		{"two that would go on", []Secret{old, soon}, now.AddDate(0, 0, 7), nil, "client.secrets_full"},
		{"two that end at once", []Secret{old, soon}, now, []string{"next"}, ""},
		{"one that is over", []Secret{{Fingerprint: "over", Until: now}, old}, now.AddDate(0, 0, 7), []string{"old 2026-11-27", "next"}, ""},
	} {
		got, err := Client{Secrets: c.have}.Rotate(next, c.until, now)
		if f := fault.Of(err); (f == nil) != (c.code == "") || f != nil && f.Code != c.code {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var names []string
		for _, s := range got.Secrets {
			name := s.Fingerprint
			if !s.Until.IsZero() {
				name += " " + s.Until.Format(time.DateOnly)
			}
			names = append(names, name)
		}
		if err == nil && !slices.Equal(names, c.want) {
			t.Errorf("%s: %v, want %v", c.name, names, c.want)
		}
	}
	if _, err := (Client{Public: true}).Rotate(next, now, now); fault.Of(err) == nil {
		t.Error("a public client got a secret")
	}
}
