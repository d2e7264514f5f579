package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
)

const (
	certLife  = 2 * 365 * 24 * time.Hour
	certRenew = 30 * 24 * time.Hour // before its end it is made anew, with the same key
)

// certificate is what the server shows: the operator's own files, or one made for this machine in dir; nil without TLS.
func (l listening) certificate(dir string) (*tls.Certificate, error) {
	switch {
	case l.TLSCert != "":
		pair, err := tls.LoadX509KeyPair(l.TLSCert, l.TLSKey)
		return &pair, err
	case l.TLS == "":
		return nil, nil //nolint:nilnil // without TLS there is none
	}
	return selfSigned(filepath.Join(dir, "tls"), when.Wall{}.Now())
}

// selfSigned is the certificate kept in dir, made when there is none and again before it ends. Its key stays, so that who
// pinned it goes on trusting it.
func selfSigned(dir string, now time.Time) (*tls.Certificate, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	key, err := certKey(keyFile)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if pair, err := tls.LoadX509KeyPair(certFile, keyFile); err == nil && pair.Leaf != nil && now.After(pair.Leaf.NotBefore) && now.Add(certRenew).Before(pair.Leaf.NotAfter) {
		return &pair, nil
	} // none, or not for long any more
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	names := []string{"localhost"}
	if host, err := os.Hostname(); err == nil && host != "localhost" && host != "" {
		names = append(names, host)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Comptoir on " + names[len(names)-1]},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certLife),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true, // so that it can be trusted as it is
		DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if err := writeWhole(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	return &pair, err
}

// certKey is the key kept in file, made when there is none.
func certKey(file string) (*ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		return key, writeWhole(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s holds a key of another kind", file)
	}
	return key, nil
}

// writeWhole replaces a file at once: it is never seen half written.
func writeWhole(file string, text []byte, mode fs.FileMode) error {
	if err := os.WriteFile(file+".new", text, mode); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
