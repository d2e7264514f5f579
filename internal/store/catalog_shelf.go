// Shelves keep what was read of the catalogue in memory: every checkout asks for it and it hardly ever changes.
package store

import (
	"slices"
	"sync"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
)

const (
	shelfStates = 4        // states of the catalogue kept: one for each open store is enough
	shelfBytes  = 16 << 20 // of stored bodies behind all that is kept; what is made of them is two to three times as large
)

// dated are the rule rows of one state. Shared: never changed.
type dated struct {
	rules []policy.CancelRule
	links []license.LinkRule
	taxes []market.TaxRow
}

// shelves are keyed by the catalogue's stamp. A transaction that writes the catalogue sets a random one, so a stamp
// means the same rows wherever and whenever it is found: in another store of this process, after a rollback (nobody
// sees it again), after a restored backup (what was read under it then is right again).
type shelves struct {
	mu    sync.Mutex
	kept  []*shelf // the latest used first
	bytes int
}

type shelf struct {
	stamp   string
	entries map[id.Product]shelved
	dated   *dated
}

type shelved struct {
	entry *catalog.Entry
	bytes int
}

// theShelves serve all stores of the process.
var theShelves shelves

// at finds the shelf of a stamp, or makes it when make is set. The lock is held by the caller.
func (s *shelves) at(stamp string, makeIt bool) *shelf {
	i := slices.IndexFunc(s.kept, func(k *shelf) bool { return k.stamp == stamp })
	switch {
	case i == 0:
		return s.kept[0]
	case i > 0:
		k := s.kept[i]
		copy(s.kept[1:i+1], s.kept[:i])
		s.kept[0] = k
		return k
	case !makeIt:
		return nil
	}
	for len(s.kept) >= shelfStates {
		s.dropLast()
	}
	s.kept = slices.Insert(s.kept, 0, &shelf{stamp: stamp, entries: map[id.Product]shelved{}})
	return s.kept[0]
}

func (s *shelves) dropLast() {
	last := s.kept[len(s.kept)-1]
	for _, e := range last.entries {
		s.bytes -= e.bytes
	}
	s.kept[len(s.kept)-1] = nil
	s.kept = s.kept[:len(s.kept)-1]
}

// find puts what is kept of ids into found and returns the others.
func (s *shelves) find(stamp string, ids []id.Product, found map[id.Product]*catalog.Entry) (missing []id.Product) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.at(stamp, false)
	if k == nil {
		return ids
	}
	for _, p := range ids {
		if e, ok := k.entries[p]; ok {
			found[p] = e.entry
		} else {
			missing = append(missing, p)
		}
	}
	return missing
}

// keep takes entries read under a stamp. Beyond the bound other states go first, then entries of this one at random.
func (s *shelves) keep(stamp string, read []shelved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.at(stamp, true)
	for _, e := range read {
		if _, ok := k.entries[e.entry.Product.ID]; !ok {
			k.entries[e.entry.Product.ID] = e
			s.bytes += e.bytes
		}
	}
	for s.bytes > shelfBytes && len(s.kept) > 1 {
		s.dropLast()
	}
	for p, e := range k.entries {
		if s.bytes <= shelfBytes {
			break
		}
		delete(k.entries, p)
		s.bytes -= e.bytes
	}
}

func (s *shelves) dated(stamp string) *dated {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.at(stamp, false); k != nil {
		return k.dated
	}
	return nil
}

func (s *shelves) keepDated(stamp string, d *dated) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at(stamp, true).dated = d
}
