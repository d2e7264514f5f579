package party

import (
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
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
