package vault

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// Secrets are all secrets of one installation. They belong together and are backed up together, apart from the data.
type Secrets struct {
	Vault   *Vault
	signing []*rsa.PrivateKey
	root    []byte
	log     LogKey
}

// secret is one of the parts: its file in the secrets folder, the environment variable with the same text that wins
// over it, and how it is made.
type secret struct {
	file, env string
	make      func() ([]byte, error)
	later     bool // installations from before it have none: it is made for them
}

var parts = [...]secret{
	{"vault.keyset", "COMPTOIR_VAULT_KEYSET", func() ([]byte, error) { return makeKeyset(aead.XChaCha20Poly1305KeyTemplate()) }, false},
	{"fingerprint.keyset", "COMPTOIR_FINGERPRINT_KEYSET", func() ([]byte, error) { return makeKeyset(mac.HMACSHA256Tag256KeyTemplate()) }, false},
	{"token.pem", "COMPTOIR_TOKEN_KEY", makeSigningKey, false},
	{"root.secret", "COMPTOIR_ROOT_SECRET", makeRoot, false},
	{"log.key", "COMPTOIR_LOG_KEY", makeLogKey, true},
}

// Options say where the secrets are.
type Options struct {
	Dir string // folder of the secret files; its parent must exist
	// Env looks up an environment variable; nil: files only.
	Env func(string) string
	// Create makes what is missing when Dir is absent or empty. It is for a new installation: beside a database that
	// exists, new secrets would open nothing.
	Create bool
}

// Open reads the secrets, or makes them all at once. It refuses a file that others may read, a symbolic link, a
// folder that others may write to or own, and a folder in which some secrets are there and others are not.
func Open(o Options) (*Secrets, error) {
	var texts [len(parts)][]byte
	missing := 0
	for i, p := range parts {
		if o.Env != nil {
			texts[i] = []byte(o.Env(p.env))
		}
		if len(texts[i]) == 0 {
			missing++
		}
	}
	if missing > 0 {
		if err := fill(o, &texts); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(o.Dir, parts[0].file)
	if o.Env != nil && o.Env(parts[0].env) != "" {
		path = ""
	}
	v, err := newVault(path, texts[0], texts[1])
	if err != nil {
		return nil, err
	}
	s := &Secrets{Vault: v}
	if s.signing, err = parseSigningKeys(texts[2]); err != nil {
		return nil, err
	}
	if s.root, err = parseRoot(texts[3]); err != nil {
		return nil, err
	}
	if s.log, err = parseLogKey(texts[4]); err != nil {
		return nil, err
	}
	return s, nil
}

// fill reads the texts that the environment did not give from o.Dir, after making them if it is new.
func fill(o Options, texts *[len(parts)][]byte) error {
	entries, err := os.ReadDir(o.Dir)
	switch {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("vault: reading the secrets folder: %w", err)
	case len(entries) == 0 && !o.Create:
		return fmt.Errorf("vault: no secrets in %s: restore them from their backup", o.Dir)
	case len(entries) == 0:
		if err := create(o.Dir, texts); err != nil {
			return err
		}
	}
	if err := checkFolder(o.Dir); err != nil {
		return err
	}
	for i, p := range parts {
		if len(texts[i]) > 0 {
			continue
		}
		path := filepath.Join(o.Dir, p.file)
		texts[i], err = readSecret(path)
		if p.later && errors.Is(err, os.ErrNotExist) {
			texts[i], err = addSecret(path, p.make)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// create makes the parts that have no text yet in a folder beside dir, then puts it in place at once, so that an
// interrupted first start leaves nothing half made. Of two first starts one wins and both read its secrets.
func create(dir string, texts *[len(parts)][]byte) error {
	parent := filepath.Dir(dir)
	fresh, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+"-") // 0700
	if err != nil {
		return fmt.Errorf("vault: making the secrets folder: %w", err)
	}
	defer os.RemoveAll(fresh)
	for i, p := range parts {
		if len(texts[i]) > 0 {
			continue
		}
		text, err := p.make()
		if err != nil {
			return err
		}
		if err := writeSecret(filepath.Join(fresh, p.file), text); err != nil {
			return err
		}
	}
	if err := syncFolder(fresh); err != nil {
		return err
	}
	if err := os.Rename(fresh, dir); err != nil {
		if entries, _ := os.ReadDir(dir); len(entries) == 0 {
			return fmt.Errorf("vault: putting the secrets in place: %w", err)
		}
	}
	return syncFolder(parent)
}

// SigningKeys are the keys of access tokens, 2048-bit RSA: the first signs, the others still verify.
func (s *Secrets) SigningKeys() []*rsa.PrivateKey { return s.signing }

// Derive is a key of n bytes (at most 255×32) for one purpose, such as "paging"; the same for as long as the
// installation lives.
func (s *Secrets) Derive(purpose string, n int) []byte {
	key, err := hkdf.Key(sha256.New, s.root, nil, "comptoir/"+purpose, n)
	if err != nil {
		panic("vault: derive: " + err.Error()) // only for a length no caller asks for
	}
	return key
}

func makeKeyset(template *tinkpb.KeyTemplate) ([]byte, error) {
	h, err := keyset.NewHandle(template)
	if err != nil {
		return nil, errors.New("vault: making a keyset failed")
	}
	return formatKeyset(h)
}

func makeRoot() ([]byte, error) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand stops the process instead
	return []byte(hex.EncodeToString(b)), nil
}

func parseRoot(text []byte) ([]byte, error) {
	root, err := hex.DecodeString(string(trim(text)))
	if err != nil || len(root) != 32 {
		return nil, errors.New("vault: the root secret is not 64 hex digits")
	}
	return root, nil
}

func makeSigningKey() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, errors.New("vault: making the token key failed")
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, errors.New("vault: the token key cannot be written")
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// parseSigningKeys reads one to four PEM blocks.
func parseSigningKeys(text []byte) ([]*rsa.PrivateKey, error) {
	damaged := errors.New("vault: the token key is damaged or not a 2048-bit RSA key")
	var keys []*rsa.PrivateKey
	for range 4 {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, damaged
		}
		pair, ok := key.(*rsa.PrivateKey)
		if !ok || pair.N.BitLen() < 2048 {
			return nil, damaged
		}
		keys = append(keys, pair)
	}
	if len(keys) == 0 || len(trim(text)) > 0 {
		return nil, damaged
	}
	return keys, nil
}
