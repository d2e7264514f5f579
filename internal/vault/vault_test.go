package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const canary = "WXYZ1-CANARY-KEY22"

func open(t *testing.T, dir string) *Secrets {
	t.Helper()
	s, err := Open(Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newDir(t *testing.T) string { return filepath.Join(t.TempDir(), "secrets") }

func TestSealOpensOnlyInItsRow(t *testing.T) {
	v := open(t, newDir(t)).Vault
	sealed, err := v.Seal("key/p1/k1", []byte(canary))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("CANARY")) {
		t.Fatal("G42: the key can be read in what was sealed")
	}
	if plain, err := v.OpenSealed("key/p1/k1", sealed); err != nil || string(plain) != canary {
		t.Fatalf("got %q, %v", plain, err)
	}
	flipped := bytes.Clone(sealed)
	flipped[len(flipped)-1] ^= 1
	for _, c := range []struct {
		name, ad string
		sealed   []byte
	}{
		{"another row", "key/p1/k2", sealed},
		{"another tenant", "key/p2/k1", sealed},
		{"no row", "", sealed},
		{"one bit flipped", "key/p1/k1", flipped},
		{"cut short", "key/p1/k1", sealed[:len(sealed)-1]},
		{"a key nobody has", "key/p1/k1", append([]byte{1, 0, 0, 0, 0}, sealed[5:]...)},
		{"empty", "key/p1/k1", nil},
		{"in clear", "key/p1/k1", []byte(canary)},
	} {
		t.Run(c.name, func(t *testing.T) {
			plain, err := v.OpenSealed(c.ad, c.sealed)
			if !errors.Is(err, ErrNotOpened) || plain != nil {
				t.Fatalf("opened: %v", err)
			}
			if strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "key/p1") {
				t.Errorf("G42: the error tells too much: %v", err)
			}
		})
	}
}

func TestSealRoundTrip(t *testing.T) {
	v := open(t, newDir(t)).Vault
	rapid.Check(t, func(t *rapid.T) {
		ad, other := rapid.String().Draw(t, "ad"), rapid.String().Draw(t, "other")
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := v.Seal(ad, plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.OpenSealed(ad, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("got %x, %v", got, err)
		}
		if _, err := v.OpenSealed(other, sealed); (err == nil) != (ad == other) {
			t.Fatalf("under another name: %v", err)
		}
	})
}

func TestFingerprint(t *testing.T) {
	dir := newDir(t)
	v := open(t, dir).Vault
	was := v.Fingerprint("p1/pool", canary)
	if err := v.Rotate(); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir).Vault
	for _, c := range []struct {
		name string
		got  string
		same bool
	}{
		{"after rotation and restart", again.Fingerprint("p1/pool", canary), true},
		{"another pool", again.Fingerprint("p1/other", canary), false},
		{"another key", again.Fingerprint("p1/pool", canary+"3"), false},
		{"scope and value do not run together", again.Fingerprint("p1/poolW", canary[1:]), false},
		{"another installation", open(t, newDir(t)).Vault.Fingerprint("p1/pool", canary), false},
	} {
		if (c.got == was) != c.same || len(c.got) != 74 {
			t.Errorf("%s: %s, was %s", c.name, c.got, was)
		}
	}
}

func TestRotate(t *testing.T) {
	dir := newDir(t)
	v, elsewhere := open(t, dir).Vault, open(t, dir).Vault
	old, _ := v.Seal("row", []byte(canary))
	if v.Stale(old) {
		t.Fatal("stale at once")
	}
	if err := v.Rotate(); err != nil {
		t.Fatal(err)
	}
	if !v.Stale(old) {
		t.Error("what was sealed before is not stale")
	}
	fresh, err := v.Reseal("row", old)
	if err != nil || v.Stale(fresh) {
		t.Fatalf("resealing: %v", err)
	}
	for name, w := range map[string]*Vault{"same process": v, "a process that started before": elsewhere, "after a restart": open(t, dir).Vault} {
		for _, sealed := range [][]byte{old, fresh} {
			if plain, err := w.OpenSealed("row", sealed); err != nil || string(plain) != canary {
				t.Errorf("%s: %q, %v", name, plain, err)
			}
		}
	}
	if _, err := v.Reseal("other", old); !errors.Is(err, ErrNotOpened) {
		t.Errorf("resealing moved a value to another row: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "vault.keyset.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := v.Rotate(); err == nil {
		t.Error("two rotations at once")
	}
}

// TestRetire: keys that nothing needs leave the keyset, and what was sealed with them opens no more.
func TestRetire(t *testing.T) {
	dir := newDir(t)
	v := open(t, dir).Vault
	later := time.Now().Add(2 * time.Minute)
	if n, err := v.Retire(later); n != 0 || err != nil {
		t.Errorf("the only key: %d %v", n, err)
	}
	old, _ := v.Seal("row", []byte(canary))
	if err := errors.Join(v.Rotate(), v.Rotate()); err != nil {
		t.Fatal(err)
	}
	fresh, _ := v.Seal("row", []byte(canary))
	if n, err := v.Retire(time.Now()); n != 0 || err == nil || len(v.now.Load().known) != 3 {
		t.Errorf("at once, while others may still seal with the key before: %d %v", n, err)
	}
	elsewhere := open(t, dir).Vault
	if n, err := v.Retire(later); n != 2 || err != nil {
		t.Fatalf("%d %v", n, err)
	}
	for name, w := range map[string]*Vault{"same process": v, "after a restart": open(t, dir).Vault} {
		if plain, err := w.OpenSealed("row", fresh); err != nil || string(plain) != canary {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
		if _, err := w.OpenSealed("row", old); !errors.Is(err, ErrNotOpened) {
			t.Errorf("%s: opened with a key that is retired: %v", name, err)
		}
	}
	if plain, err := elsewhere.OpenSealed("row", fresh); err != nil || string(plain) != canary {
		t.Errorf("a process that started before: %v", err)
	}
	if n, err := (&Vault{}).Retire(later); n != 0 || !errors.Is(err, ErrNotAFile) {
		t.Errorf("from the environment: %v", err)
	}
}

func TestRotateWhileSealing(t *testing.T) {
	v := open(t, newDir(t)).Vault
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				sealed, err := v.Seal("row", []byte(canary))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := v.OpenSealed("row", sealed); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 3 {
		if err := v.Rotate(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}

func TestFilesAreOursAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("no permission bits here")
		return
	}
	file := func(change func(path string) error) func(dir string) error {
		return func(dir string) error { return change(filepath.Join(dir, "vault.keyset")) }
	}
	for _, c := range []struct {
		name   string
		change func(dir string) error
		ok     bool
	}{
		{"as made", func(string) error { return nil }, true},
		{"readable by the group", file(func(p string) error { return os.Chmod(p, 0o640) }), false},
		{"readable by all", file(func(p string) error { return os.Chmod(p, 0o604) }), false},
		{"folder writable by the group", func(dir string) error { return os.Chmod(dir, 0o770) }, false},
		{"a secret is gone", file(os.Remove), false},
		{"a symbolic link", file(func(p string) error {
			if err := os.Rename(p, p+".real"); err != nil {
				return err
			}
			return os.Symlink(p+".real", p)
		}), false},
		{"damaged", file(func(p string) error { return os.WriteFile(p, []byte(`{"key":"`+canary), 0o600) }), false},
		{"too large", file(func(p string) error { return os.WriteFile(p, make([]byte, maxSecret+1), 0o600) }), false},
		{"the other keyset in its place", func(dir string) error {
			return os.Rename(filepath.Join(dir, "fingerprint.keyset"), filepath.Join(dir, "vault.keyset"))
		}, false},
		{"token key cut short", func(dir string) error { return os.Truncate(filepath.Join(dir, "token.pem"), 300) }, false},
		{"root secret too short", func(dir string) error { return os.Truncate(filepath.Join(dir, "root.secret"), 40) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := newDir(t)
			open(t, dir)
			if err := c.change(dir); err != nil {
				t.Fatal(err)
			}
			_, err := Open(Options{Dir: dir, Create: true})
			if (err == nil) != c.ok {
				t.Fatalf("opened: %v", err)
			}
			if err != nil && strings.Contains(err.Error(), canary) {
				t.Errorf("G42: the error quotes the file: %v", err)
			}
		})
	}
}

func TestCreate(t *testing.T) {
	dir := newDir(t)
	if _, err := Open(Options{Dir: dir}); err == nil {
		t.Fatal("secrets appeared beside an old installation")
	}
	opened := make([]*Secrets, 4)
	var wg sync.WaitGroup
	for i := range opened {
		wg.Go(func() { opened[i], _ = Open(Options{Dir: dir, Create: true}) })
	}
	wg.Wait()
	for i, s := range opened {
		if s == nil || !bytes.Equal(s.Derive("paging", 32), opened[0].Derive("paging", 32)) || !s.SigningKeys()[0].Equal(opened[0].SigningKeys()[0]) {
			t.Fatalf("start %d has other secrets", i)
		}
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	for _, p := range parts {
		info, err := os.Stat(filepath.Join(dir, p.file))
		if err != nil || shared(info.Mode(), 0o077) {
			t.Errorf("%s: %v", p.file, err)
		}
	}
	s := opened[0]
	if bytes.Equal(s.Derive("paging", 32), s.Derive("links", 32)) || len(s.Derive("paging", 64)) != 64 {
		t.Error("one key for two purposes")
	}
}

func TestEnvironment(t *testing.T) {
	dir := newDir(t)
	open(t, dir)
	env := map[string]string{}
	for _, p := range parts {
		text, err := os.ReadFile(filepath.Join(dir, p.file))
		if err != nil {
			t.Fatal(err)
		}
		env[p.env] = string(text)
	}
	look := func(name string) string { return env[name] }
	fromEnv, err := Open(Options{Dir: "nowhere", Env: look})
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := fromEnv.Vault.Seal("row", []byte(canary))
	if plain, err := open(t, dir).Vault.OpenSealed("row", sealed); err != nil || string(plain) != canary {
		t.Errorf("the same keyset in a file: %q, %v", plain, err)
	}
	if err := fromEnv.Vault.Rotate(); !errors.Is(err, ErrNotAFile) {
		t.Errorf("rotated the environment: %v", err)
	}
	only := func(name string) string {
		if name == parts[0].env {
			return env[name]
		}
		return ""
	}
	mixed := newDir(t)
	if _, err := Open(Options{Dir: mixed, Env: only, Create: true}); err != nil {
		t.Errorf("keyset from the environment, the rest made: %v", err)
	}
	if _, err := os.Stat(filepath.Join(mixed, parts[0].file)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the environment's keyset was written down: %v", err)
	}
}

// Two who rotate from the same key make one rotation, and what was sealed before still opens (R15).
func TestRotateFrom(t *testing.T) {
	secrets, err := Open(Options{Dir: t.TempDir() + "/secrets", Create: true})
	if err != nil {
		t.Fatal(err)
	}
	v := secrets.Vault
	sealed, err := v.Seal("a", []byte("plain"))
	if err != nil {
		t.Fatal(err)
	}
	before, err := v.KeysetState()
	if err != nil || before.Keys != 1 || before.ChangedAt.IsZero() {
		t.Fatalf("%+v, %v", before, err)
	}
	for i, want := range []bool{true, false} {
		if done, err := v.RotateFrom(before.Primary); done != want || err != nil {
			t.Errorf("time %d: %v, %v", i, done, err)
		}
	}
	after, err := v.KeysetState()
	if err != nil || after.Keys != 2 || after.Primary == before.Primary || !v.Stale(sealed) {
		t.Errorf("%+v, %v", after, err)
	}
	if plain, err := v.OpenSealed("a", sealed); err != nil || string(plain) != "plain" {
		t.Errorf("%q, %v", plain, err)
	}
}
