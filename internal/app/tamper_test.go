package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/activity/activitytest"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/vault/vaulttest"
)

// memoryLog is a log in memory that anybody can write to.
type memoryLog struct {
	leaves []activity.Numbered
	tiles  map[activity.TileKey][]byte
	tree   app.Tree
	loose  []app.Arrival
}

func (m *memoryLog) Tree(context.Context) (app.Tree, error) { return m.tree, nil }

func (m *memoryLog) Tiles(_ context.Context, keys ...activity.TileKey) (out []activity.Tile, _ error) {
	for _, k := range keys {
		if row, ok := m.tiles[k]; ok {
			out = append(out, activity.Tile{TileKey: k, Hashes: row})
		}
	}
	return out, nil
}

func (m *memoryLog) Leaves(_ context.Context, from int64, limit int) (out []activity.Numbered, _ error) {
	for _, l := range m.leaves {
		if l.N >= from && len(out) < limit {
			l.Stored = activity.HashIn(m.tiles[activity.TileKey{N: l.N >> activity.TileHeight}], l.N)
			out = append(out, l)
		}
	}
	return out, nil
}

func (m *memoryLog) Unnumbered(context.Context, int) ([]app.Arrival, error) { return m.loose, nil }

func (m *memoryLog) Aliases(context.Context, id.Alias, int) ([]party.Alias, error) { return nil, nil }

func (m *memoryLog) Arrivals(context.Context, int) (app.Tree, []activity.Tile, []app.Arrival, error) {
	panic("nothing is written here")
}
func (m *memoryLog) Writers(context.Context) ([]string, error)      { panic("nothing is written here") }
func (m *memoryLog) Grow(context.Context, app.Growth) (bool, error) { panic("nothing is written here") }
func (m *memoryLog) Mailed(context.Context, time.Time) error        { panic("nothing is written here") }
func (m *memoryLog) copied() *memoryLog                             { c := *m; c.leaves = slices.Clone(m.leaves); return &c }
func (m *memoryLog) renumber() {
	for i := range m.leaves {
		m.leaves[i].N = int64(i)
	}
}
func (m *memoryLog) audit(k []app.Kept, keys ...note.Verifier) (app.Audited, error) {
	return app.AuditLog(context.Background(), m, k, keys...)
}

// rehash computes all hashes anew, as somebody would who knows how, and has a checkpoint signed by whoever signs.
func (m *memoryLog) rehash(t *testing.T, signer note.Signer) activity.Checkpoint {
	t.Helper()
	tree, err := activity.GrowTree(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range m.leaves {
		tree.Append(l.Entry.Hash())
	}
	m.tiles = map[activity.TileKey][]byte{}
	for _, tile := range tree.Changed() {
		m.tiles[tile.TileKey] = tile.Hashes
	}
	m.tree.Size = tree.Size()
	c := activity.Checkpoint{Origin: "x", Size: tree.Size(), Root: tree.Root(), At: now}
	if signer != nil {
		c.Origin = signer.Name()
		if m.tree.Checkpoint, err = c.Sign(signer); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// demoLog is the log of the demo's story, as the integrator left it.
func demoLog(t *testing.T) *memoryLog {
	t.Helper()
	secrets := vaulttest.Secrets(t)
	url, told := story.SQLite(t)
	s := newWorld(t, url, told, secrets, nil).store
	ctx := context.Background()
	i := app.Integrator{Store: s, Key: secrets.LogKey().Signer, Wall: when.Wall{}}
	if _, err := i.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	m := &memoryLog{tiles: map[activity.TileKey][]byte{}}
	var err error
	if m.tree, err = s.Tree(ctx); err != nil {
		t.Fatal(err)
	}
	if m.leaves, err = s.Leaves(ctx, 0, 10_000); err != nil || int64(len(m.leaves)) != m.tree.Size || m.tree.Size < 50 {
		t.Fatalf("%d records of %d, %v", len(m.leaves), m.tree.Size, err)
	}
	return m
}

// The ways of tampering. Each changes what was recorded up to the checkpoint that is kept elsewhere.
var tamperings = []struct {
	name string
	do   func(m *memoryLog, r *rand.Rand)
}{
	{"edit", func(m *memoryLog, r *rand.Rand) { edit(&m.leaves[r.IntN(len(m.leaves))].Entry, r) }},
	{"delete", func(m *memoryLog, r *rand.Rand) {
		n := r.IntN(len(m.leaves))
		m.leaves = slices.Delete(m.leaves, n, n+1)
	}},
	{"insert", func(m *memoryLog, r *rand.Rand) {
		n := r.IntN(len(m.leaves))
		l := m.leaves[r.IntN(len(m.leaves))]
		l.Entry.ID = id.Record(id.Random{}.GUID())
		m.leaves = slices.Insert(m.leaves, n, l)
	}},
	{"reorder", func(m *memoryLog, r *rand.Rand) {
		a := r.IntN(len(m.leaves))
		b := (a + 1 + r.IntN(len(m.leaves)-1)) % len(m.leaves)
		m.leaves[a].Entry, m.leaves[b].Entry = m.leaves[b].Entry, m.leaves[a].Entry
	}},
	{"rewrite from a record on", func(m *memoryLog, r *rand.Rand) {
		for n := r.IntN(len(m.leaves)); n < len(m.leaves); n++ {
			edit(&m.leaves[n].Entry, r)
		}
	}},
	{"cut off", func(m *memoryLog, r *rand.Rand) { m.leaves = m.leaves[:r.IntN(len(m.leaves))] }},
}

// edit changes one thing of an entry.
func edit(e *activity.Entry, r *rand.Rand) {
	switch r.IntN(8) {
	case 0:
		e.At = e.At.Add(time.Duration(1+r.Int64N(1e9)) * time.Microsecond)
	case 1:
		e.Customer += "0"
	case 2:
		e.CustomerName += " "
	case 3:
		e.Operation += "x"
	case 4:
		e.Security = !e.Security
	case 5:
		e.Partner = "somebody else"
	case 6:
		e.ID = id.Record(id.Random{}.GUID())
	default: // a bit of the body
		body := []byte(e.Body)
		body[r.IntN(len(body))] ^= 1 << r.IntN(8)
		e.Body = string(body)
	}
}

// TestF53TamperingIsFound is G44: 10,000 ways to change the demo's log, by somebody who only writes records, who computes all
// hashes anew, who signs with a key of their own, and who has stolen ours: each is found against a checkpoint kept elsewhere.
func TestF53TamperingIsFound(t *testing.T) {
	m := demoLog(t)
	m.leaves = m.leaves[:48]
	ours, key := activitytest.Key(t, "log-1", 1)
	theirs, _ := activitytest.Key(t, "log-2", 2)
	m.rehash(t, ours)
	elsewhere := []app.Kept{{Note: m.tree.Checkpoint, From: "a copy"}}
	if out, err := m.audit(elsewhere, key); err != nil || len(out.Found) > 0 || out.Checkpoints != 2 {
		t.Fatalf("untouched: %+v %v", out, err)
	}
	r := rand.New(rand.NewPCG(20260131, 0))
	const rounds = 10_000
	missed := map[string]int{}
	for round := range rounds {
		how, skill := tamperings[round%len(tamperings)], round/len(tamperings)%4
		bad := m.copied()
		how.do(bad, r)
		bad.renumber()
		switch skill {
		case 1:
			bad.rehash(t, nil)
		case 2:
			bad.rehash(t, theirs)
		case 3:
			bad.rehash(t, ours)
		}
		out, err := bad.audit(elsewhere, key)
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Found) == 0 {
			missed[fmt.Sprintf("%s, skill %d", how.name, skill)]++
		}
	}
	if len(missed) > 0 {
		t.Errorf("missed: %v", missed)
	}
	t.Logf("%d tamperings of a log of %d records, %d kinds: all found", rounds, len(m.leaves), 4*len(tamperings))
}

// TestF53TheFirstBadRecordIsNamed, by number, partner and id, and nothing of what it holds.
func TestF53TheFirstBadRecordIsNamed(t *testing.T) {
	m := demoLog(t)
	ours, key := activitytest.Key(t, "log-1", 1)
	m.leaves = m.leaves[:40]
	first := m.rehash(t, ours)
	early := app.Kept{Note: m.tree.Checkpoint, From: "an early copy"}
	m = demoLog(t)
	m.rehash(t, ours)
	late := app.Kept{Note: m.tree.Checkpoint, From: "a late copy"}
	if first.Size != 40 {
		t.Fatal(first)
	}
	e := m.leaves[45].Entry
	for _, c := range []struct {
		name string
		do   func(m *memoryLog)
		want string
	}{
		{"a record", func(m *memoryLog) { m.leaves[45].Entry.Body = "{}" }, fmt.Sprintf("record 45 (partner %s, id %s) is not what was recorded", e.Partner, e.ID)},
		{"its number alone", func(m *memoryLog) { m.leaves[45].Found = false; m.leaves[45].Entry = activity.Entry{} }, "record 45 is missing"},
		{"its number too", func(m *memoryLog) { m.leaves = slices.Delete(m.leaves, 45, 46) }, "record 45 is missing"},
		{"everything behind it", func(m *memoryLog) { m.leaves = m.leaves[:45] }, fmt.Sprintf("records 45 to %d are missing", len(m.leaves)-1)},
		{"a hash", func(m *memoryLog) {
			row := slices.Clone(m.tiles[activity.TileKey{}])
			row[45*32] ^= 1
			m.tiles = map[activity.TileKey][]byte{{}: row}
		}, fmt.Sprintf("record 45 (partner %s, id %s) is not what was recorded", e.Partner, e.ID)},
		{"record and hashes, behind the early copy", func(m *memoryLog) { m.leaves[45].Entry.Body = "{}"; m.rehash(t, nil) },
			fmt.Sprintf("records 40 to %d are not those that the checkpoint in the database was signed over, a checkpoint of 2026-11-20T10:00:00Z", len(m.leaves)-1)},
		{"record and hashes, before it", func(m *memoryLog) { m.leaves[3].Entry.Body = "{}"; m.rehash(t, nil) },
			"records 0 to 39 are not those that an early copy was signed over, a checkpoint of 2026-11-20T10:00:00Z"},
		{"twice", func(m *memoryLog) { m.leaves = slices.Insert(m.leaves, 46, m.leaves[45]) }, "record 45 comes twice"},
		{"behind the end", func(m *memoryLog) {
			m.leaves = append(m.leaves, activity.Numbered{N: m.tree.Size, Found: true, Entry: e})
		},
			fmt.Sprintf("record %d is beyond the end of the tree, which has %d", m.tree.Size, m.tree.Size)},
		{"no checkpoint", func(m *memoryLog) { m.tree.Checkpoint = "" }, "the checkpoint in the database is signed by no known key"},
		{"an old checkpoint", func(m *memoryLog) { m.tree.Checkpoint = early.Note }, fmt.Sprintf("the checkpoint in the database is of 40 records, the tree has %d", m.tree.Size)},
		{"a size that was written by hand", func(m *memoryLog) { m.tree.Size = 1 << 60 }, fmt.Sprintf("records %d to %d are missing", len(m.leaves), int64(1<<60-1))},
	} {
		bad := m.copied()
		c.do(bad)
		out, err := bad.audit([]app.Kept{early, late}, key)
		if err != nil || !slices.Contains(out.Found, c.want) {
			t.Errorf("%s: %q %v\nwant %q", c.name, out.Found, err, c.want)
		}
	}
	if out, err := m.audit([]app.Kept{early, late}, key); err != nil || len(out.Found) > 0 || out.Checkpoints != 3 {
		t.Errorf("untouched: %+v %v", out, err)
	}
}

// seeded is a source of bytes that is none: keys of tests.
