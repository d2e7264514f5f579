// Package vault keeps product keys, link tokens and sealed answers unreadable at rest, and holds the secrets of one
// installation: they lie in files of their own or come from the environment, never in the database.
package vault

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/comptoir-dev/comptoir/internal/app"
)

// ErrNotOpened says that a sealed value does not open: it was changed, belongs to another row, or its key is gone.
// It tells nothing of the value.
var ErrNotOpened = errors.New("vault: sealed value does not open")

// ErrNotAFile says that the keyset came from the environment, so that rotating it is for whoever set it there.
var ErrNotAFile = errors.New("vault: the keyset came from the environment and cannot be rotated here")

// Vault seals and opens small values. Safe for concurrent use.
type Vault struct {
	path  string // of the keyset file; empty when it came from the environment
	now   atomic.Pointer[sealer]
	marks tink.MAC
	mu    sync.Mutex // one reload or rotation at a time
}

// sealer is one version of the keyset.
type sealer struct {
	handle  *keyset.Handle
	aead    tink.AEAD
	primary uint32
	known   map[uint32]bool
}

func newSealer(h *keyset.Handle) (*sealer, error) {
	a, err := aead.New(h)
	if err != nil {
		return nil, errors.New("vault: the keyset is not one for sealing")
	}
	info := h.KeysetInfo()
	s := &sealer{handle: h, aead: a, primary: info.GetPrimaryKeyId(), known: map[uint32]bool{}}
	for _, k := range info.GetKeyInfo() {
		s.known[k.GetKeyId()] = true
	}
	return s, nil
}

// Seal encrypts plain so that it opens only with the same ad, which names the tenant and the row.
func (v *Vault) Seal(ad string, plain []byte) ([]byte, error) {
	sealed, err := v.now.Load().aead.Encrypt(plain, []byte(ad))
	if err != nil {
		return nil, errors.New("vault: sealing failed")
	}
	return sealed, nil
}

// OpenSealed gives back what Seal was given under the same ad, else ErrNotOpened. A value sealed with a key that
// another process added since is opened after reading the keyset file again.
func (v *Vault) OpenSealed(ad string, sealed []byte) ([]byte, error) {
	s := v.now.Load()
	if id, ok := keyID(sealed); ok && !s.known[id] && v.path != "" {
		if fresh, err := v.reload(); err == nil {
			s = fresh
		}
	}
	plain, err := s.aead.Decrypt(sealed, []byte(ad))
	if err != nil {
		return nil, ErrNotOpened
	}
	return plain, nil
}

// Stale tells whether sealed was made with a key that is no longer the primary one, and should be sealed again.
func (v *Vault) Stale(sealed []byte) bool {
	id, ok := keyID(sealed)
	return !ok || id != v.now.Load().primary
}

// Reseal opens sealed and seals it under the primary key.
func (v *Vault) Reseal(ad string, sealed []byte) ([]byte, error) {
	plain, err := v.OpenSealed(ad, sealed)
	if err != nil {
		return nil, err
	}
	return v.Seal(ad, plain)
}

// Fingerprint is a keyed hash of plain within scope: 74 hex digits, equal for equal values and saying nothing else.
// Its key does not rotate, so that duplicates are found across rotations.
func (v *Vault) Fingerprint(scope, plain string) string {
	in := binary.BigEndian.AppendUint64(nil, uint64(len(scope)))
	in = append(append(in, scope...), plain...)
	sum, err := v.marks.ComputeMAC(in)
	if err != nil {
		panic("vault: fingerprint: " + err.Error()) // tink fails only without a usable key, which Open has proved
	}
	return hex.EncodeToString(sum)
}

// Rotate adds a key to the keyset and makes it the primary one: on disk first, then in use. Values sealed before
// still open; other processes learn of the key when they meet it.
func (v *Vault) Rotate() error {
	if v.path == "" {
		return ErrNotAFile
	}
	return v.change(func(m *keyset.Manager, _ *sealer) error { return another(m) })
}

// errMoved ends a change of a keyset that somebody else changed first.
var errMoved = errors.New("vault: another key seals already")

// RotateFrom is Rotate where that key is still the primary one; else nothing is done and done is false. Two who ask at once
// make one rotation.
func (v *Vault) RotateFrom(primary uint32) (done bool, err error) {
	if v.path == "" {
		return false, ErrNotAFile
	}
	err = v.change(func(m *keyset.Manager, before *sealer) error {
		if before.primary != primary {
			return errMoved
		}
		return another(m)
	})
	if errors.Is(err, errMoved) {
		return false, nil
	}
	return err == nil, err
}

// another adds a key and makes it the primary one.
func another(m *keyset.Manager) error {
	id, err := m.Add(aead.XChaCha20Poly1305KeyTemplate())
	if err != nil {
		return errors.New("vault: making a key failed")
	}
	if err := m.SetPrimary(id); err != nil {
		return errors.New("vault: choosing the new key failed")
	}
	return nil
}

// KeysetState tells how the keyset stands: which key seals, how many there are, and since when its file is as it is. The instant
// is zero where the keyset came from the environment.
func (v *Vault) KeysetState() (app.KeysetState, error) {
	s := v.now.Load()
	out := app.KeysetState{Primary: s.primary, Keys: len(s.known)}
	if v.path == "" {
		return out, nil
	}
	info, err := os.Stat(v.path)
	if err != nil {
		return out, fmt.Errorf("vault: looking at the keyset: %w", err)
	}
	out.ChangedAt = info.ModTime().UTC()
	return out, nil
}

// change replaces the keyset by what fn makes of it.
func (v *Vault) change(fn func(m *keyset.Manager, before *sealer) error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	// Two processes changing it at once would lose the key of one of them, and all it had sealed.
	lock := v.path + ".lock"
	f, err := os.OpenFile(lock, os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("vault: another rotation holds %s, or one was interrupted: %w", lock, err)
	}
	f.Close()
	defer os.Remove(lock)

	text, err := readSecret(v.path)
	if err != nil {
		return err
	}
	h, err := parseKeyset(text)
	if err != nil {
		return err
	}
	before, err := newSealer(h)
	if err != nil {
		return err
	}
	m := keyset.NewManagerFromHandle(h)
	if err := fn(m, before); err != nil {
		return err
	}
	if h, err = m.Handle(); err != nil {
		return errors.New("vault: the changed keyset is not usable")
	}
	s, err := newSealer(h)
	if err != nil {
		return err
	}
	if text, err = formatKeyset(h); err != nil {
		return err
	}
	if err := replaceSecret(v.path, text); err != nil {
		return err
	}
	v.now.Store(s)
	return nil
}

// Retire takes all keys but the primary one out of the keyset, on disk first, and says how many they were. What is sealed with
// one of them never opens again: the caller has looked that nothing is. A process that seals with a key it does not know to be
// old would lose what it seals, so the keyset must have stood for settled: other processes look at it every few seconds.
func (v *Vault) Retire(now time.Time) (retired int, err error) {
	if v.path == "" {
		return 0, ErrNotAFile
	}
	info, err := os.Stat(v.path)
	if err != nil {
		return 0, fmt.Errorf("vault: looking at the keyset: %w", err)
	}
	if age := now.Sub(info.ModTime()); age < settled {
		return 0, fmt.Errorf("vault: the keyset changed %s ago: try again in a minute", age.Round(time.Second))
	}
	err = v.change(func(m *keyset.Manager, before *sealer) error {
		for id := range before.known {
			if id == before.primary {
				continue
			}
			if err := m.Delete(id); err != nil {
				return errors.New("vault: taking a key out failed")
			}
			retired++
		}
		return nil
	})
	return retired, err
}

// settled is how long a keyset must have stood before keys are taken out of it.
const settled = time.Minute

// reload reads the keyset file again.
func (v *Vault) reload() (*sealer, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	text, err := readSecret(v.path)
	if err != nil {
		return nil, err
	}
	h, err := parseKeyset(text)
	if err != nil {
		return nil, err
	}
	s, err := newSealer(h)
	if err != nil {
		return nil, err
	}
	v.now.Store(s)
	return s, nil
}

// newVault makes a vault of two keysets in their file form; path is where the first one came from, or empty.
func newVault(path string, sealing, marking []byte) (*Vault, error) {
	h, err := parseKeyset(sealing)
	if err != nil {
		return nil, err
	}
	s, err := newSealer(h)
	if err != nil {
		return nil, err
	}
	if h, err = parseKeyset(marking); err != nil {
		return nil, err
	}
	marks, err := mac.New(h)
	if err != nil {
		return nil, errors.New("vault: the fingerprint keyset is not one for fingerprints")
	}
	if _, err := marks.ComputeMAC(nil); err != nil {
		return nil, errors.New("vault: the fingerprint keyset is not usable")
	}
	v := &Vault{marks: marks}
	if path != "" {
		v.path = filepath.Clean(path)
	}
	v.now.Store(s)
	return v, nil
}

// keyID is the number of the key that sealed a value: tink puts 0x01 and four bytes in front.
func keyID(sealed []byte) (uint32, bool) {
	if len(sealed) < 5 || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:5]), true
}

// parseKeyset reads tink's JSON form. The cause of a failure is left out: it could quote the key.
func parseKeyset(text []byte) (*keyset.Handle, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		return nil, errors.New("vault: a keyset is damaged or not a keyset")
	}
	return h, nil
}

func formatKeyset(h *keyset.Handle) ([]byte, error) {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b)); err != nil {
		return nil, errors.New("vault: a keyset cannot be written")
	}
	return b.Bytes(), nil
}

// Refresh reads the keyset file again, so that a rotation by another process is followed. A keyset from the environment stays.
func (v *Vault) Refresh() error {
	if v.path == "" {
		return nil
	}
	_, err := v.reload()
	return err
}

// Primary names the key that seals now, and tells whether there are older ones that some values may still need.
func (v *Vault) Primary() (key uint32, rotated bool) {
	s := v.now.Load()
	return s.primary, len(s.known) > 1
}
