package store

import (
	"fmt"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

func read1(p int, bytes int) []shelved {
	return []shelved{{&catalog.Entry{Product: catalog.Product{ID: id.Product(fmt.Sprint(p))}}, bytes}}
}

func (s *shelves) sum() (bytes, entries int) {
	for _, k := range s.kept {
		for _, e := range k.entries {
			bytes += e.bytes
			entries++
		}
	}
	return bytes, entries
}

func TestShelvesAreBounded(t *testing.T) {
	var s shelves
	for i := range 100 { // many states of little: the latest stay
		s.keep(fmt.Sprint("state ", i), read1(i, 10))
	}
	if bytes, n := s.sum(); len(s.kept) != shelfStates || n != shelfStates || bytes != s.bytes {
		t.Fatalf("%d states, %d entries, %d bytes counted as %d", len(s.kept), n, bytes, s.bytes)
	}
	found := map[id.Product]*catalog.Entry{}
	if missing := s.find("state 97", []id.Product{"97", "98"}, found); len(missing) != 1 || missing[0] != "98" || found["97"] == nil {
		t.Errorf("found %v, missing %v", found, missing)
	}
	if s.kept[0].stamp != "state 97" || s.kept[1].stamp != "state 99" {
		t.Errorf("the one just used is not the last to go: %s, %s", s.kept[0].stamp, s.kept[1].stamp)
	}
	for i := range 100 { // one state of much: others go, then parts of it
		s.keep("large", read1(i, shelfBytes/10))
		s.keep("large", read1(i, shelfBytes/10)) // again: counted once
	}
	if bytes, n := s.sum(); len(s.kept) != 1 || n != 10 || bytes != s.bytes || bytes > shelfBytes {
		t.Fatalf("%d states, %d entries, %d bytes counted as %d", len(s.kept), n, bytes, s.bytes)
	}
	if s.dated("nowhere") != nil {
		t.Error("rows of a state that was never read")
	}
}
