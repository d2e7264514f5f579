package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

func TestSelfSignedCertificate(t *testing.T) {
	dir, now := filepath.Join(t.TempDir(), "tls"), when.Wall{}.Now()
	pair, err := selfSigned(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", info, err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1", host} {
		if err := pair.Leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}

	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{*pair}}
	server.StartTLS()
	defer server.Close()
	pinned, others := x509.NewCertPool(), x509.NewCertPool()
	text, err := os.ReadFile(filepath.Join(dir, "cert.pem"))
	if err != nil || !pinned.AppendCertsFromPEM(text) {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		roots *x509.CertPool
		fine  bool
	}{"pinned": {pinned, true}, "not trusted": {others, false}} {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.roots}}}
		resp, err := client.Get(server.URL)
		if err == nil {
			_ = resp.Body.Close()
		}
		if (err == nil) != c.fine {
			t.Errorf("%s: %v", name, err)
		}
	}

	same, err := selfSigned(dir, now.Add(certLife-certRenew-time.Hour))
	if err != nil || !same.Leaf.Equal(pair.Leaf) {
		t.Errorf("made anew while it is good: %v", err)
	}
	next, err := selfSigned(dir, now.Add(certLife-certRenew))
	if err != nil || next.Leaf.Equal(pair.Leaf) || string(next.Leaf.RawSubjectPublicKeyInfo) != string(pair.Leaf.RawSubjectPublicKeyInfo) {
		t.Errorf("not made anew in time, or with another key: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := selfSigned(dir, now); err == nil {
		t.Error("a damaged key is replaced in silence")
	}
}
