package activity

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/comptoir-dev/comptoir/internal/domain/activity/activitytest"
)

func TestCheckpoints(t *testing.T) {
	ours, key := activitytest.Key(t, "ours", 1)
	theirs, other := activitytest.Key(t, "theirs", 2)
	c := Checkpoint{Origin: "ours", Size: 42, Root: leafOf(1), At: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	signed, err := c.Sign(ours)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenCheckpoint(signed, other, key); err != nil || got != c {
		t.Errorf("%+v %v", got, err)
	}
	foreign, err := note.Sign(&note.Note{Text: strings.Split(signed, "\n\n")[0] + "\n"}, theirs)
	if err != nil {
		t.Fatal(err)
	}
	short, err := note.Sign(&note.Note{Text: "ours\n42\n"}, ours)
	if err != nil {
		t.Fatal(err)
	}
	none, err := Checkpoint{Size: 0}.Sign(ours)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		keys []note.Verifier
	}{
		"another size":                {strings.Replace(signed, "42", "43", 1), []note.Verifier{key}},
		"no key":                      {signed, nil},
		"another key":                 {signed, []note.Verifier{other}},
		"signed by another, as ours":  {string(foreign), []note.Verifier{other, key}},
		"not a checkpoint":            {string(short), []note.Verifier{key}},
		"of nothing":                  {none, []note.Verifier{key}},
		"nothing":                     {"", []note.Verifier{key}},
		"without the empty line":      {strings.Replace(signed, "\n\n", "\n", 1), []note.Verifier{key}},
		"a signature that is cut off": {signed[:len(signed)-9] + "\n", []note.Verifier{key}},
	} {
		if got, err := OpenCheckpoint(c.text, c.keys...); !errors.Is(err, ErrUnsigned) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	crlf := strings.ReplaceAll(signed, "\n", "\r\n")
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"none", "", nil},
		{"two", signed + "\n" + signed + "\n", []string{signed, signed}},
		{"no line between", signed + signed, []string{signed, signed}},
		{"no line at the end", signed + "\n" + signed, []string{signed, signed}},
		{"saved messages", "Subject: x\r\n\r\nKeep this message.\r\n\r\n" + crlf + "\r\nFrom: y\r\n\r\nKeep this.\r\n\r\n" + crlf, []string{signed, signed}},
		{"cut off by a power cut, and closed off", signed + "\n" + signed[:30] + "\n\n" + signed + "\n", []string{signed, signed}},
		{"cut off in the signature", signed + "\n" + signed[:len(signed)-5], []string{signed}},
		{"a text", "hello\n\nworld\n", nil},
		{"two signatures", signed + "— theirs AAAA\n\n", []string{signed + "— theirs AAAA\n"}},
	} {
		if got := Notes([]byte(c.file)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestProofs(t *testing.T) {
	sign, key := activitytest.Key(t, "ours", 1)
	tiles, tree := kept{}, &Tree{changed: map[TileKey][]byte{}}
	entries := make([]Entry, 600)
	for i := range entries {
		entries[i] = Entry{ID: "r", Body: strings.Repeat("x", i)}
		tree.Append(entries[i].Hash())
	}
	tiles.put(tree.Changed())
	c := Checkpoint{Size: tree.Size(), Root: tree.Root()}
	signed, err := c.Sign(sign)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int64{0, 1, 255, 256, 511, 512, 599} {
		p, err := Prove(signed, c, n, entries[n], tiles.tile)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Check(key); err != nil {
			t.Errorf("record %d: %v", n, err)
		}
		bare := p
		bare.Leaf = nil
		if _, err := bare.Check(key); err != nil {
			t.Errorf("record %d by its hash: %v", n, err)
		}
		for name, spoil := range map[string]func(*Proof){
			"another number": func(p *Proof) { p.N++ },
			"another record": func(p *Proof) { p.Leaf = entries[(n+1)%600].Leaf() },
			"another hash":   func(p *Proof) { p.Hash[3] ^= 1 },
			"both":           func(p *Proof) { p.Leaf = entries[(n+1)%600].Leaf(); p.Hash = tlog.RecordHash(p.Leaf) },
			"another path":   func(p *Proof) { p.Path = slices.Clone(p.Path); p.Path[1][0] ^= 1 },
			"a shorter path": func(p *Proof) { p.Path = p.Path[1:] },
			"another tree":   func(p *Proof) { p.Checkpoint = strings.Replace(p.Checkpoint, "600", "601", 1) },
		} {
			bad := p
			spoil(&bad)
			if _, err := bad.Check(key); err == nil {
				t.Errorf("record %d with %s is proved", n, name)
			}
		}
	}
	tiles[TileKey{0, 1}][40] ^= 1
	if _, err := Prove(signed, c, 300, entries[300], tiles.tile); err == nil {
		t.Error("a proof is made from hashes that are not the tree's")
	}
}
