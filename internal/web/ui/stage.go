package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// Stage keeps files between a first look and the act: what was looked over is what is taken. It is this server's own, and
// forgets: who comes too late, or to another server, sends the file again.
type Stage struct {
	mu    sync.Mutex
	files []stagedFile // the latest last
}

type stagedFile struct {
	name  string
	owner string
	until time.Time
	file  *os.File // has no name any more: it is gone with the process
	size  int64
}

const (
	stageFor  = 30 * time.Minute
	stageMost = 8 // files; the oldest makes room
)

// StagedFile is a file that was kept. It may be read by several at once.
type StagedFile struct {
	Name string // its SHA-256
	File io.ReaderAt
	Size int64
}

// Reader reads the file from its start.
func (f StagedFile) Reader() io.Reader { return io.NewSectionReader(f.File, 0, f.Size) }

// Keep reads a file of at most max bytes to its end and keeps it for whoever sent it. Fault "import.too_large".
func (s *Stage) Keep(owner string, in io.Reader, max int64, now time.Time) (StagedFile, error) {
	f, err := os.CreateTemp("", "comptoir-stage-")
	if err != nil {
		return StagedFile{}, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return StagedFile{}, errors.Join(err, f.Close())
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(in, max+1))
	if err == nil && size > max {
		err = fault.Invalid("import.too_large", fault.Args{"max": max})
	}
	if err != nil {
		return StagedFile{}, errors.Join(err, f.Close())
	}
	kept := stagedFile{hex.EncodeToString(sum.Sum(nil)), owner, now.Add(stageFor), f, size}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files = append(s.files, kept)
	for len(s.files) > stageMost || len(s.files) > 0 && !now.Before(s.files[0].until) {
		// Readers hold the file itself; it is closed when the last of them lets go.
		s.files = s.files[1:]
	}
	return StagedFile{kept.name, f, size}, nil
}

// Find gives back what its owner kept. Fault "form.stage_over".
func (s *Stage) Find(owner, name string, now time.Time) (StagedFile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if f.name == name && f.owner == owner && now.Before(f.until) {
			return StagedFile{f.name, f.file, f.size}, nil
		}
	}
	return StagedFile{}, fault.Refuse("form.stage_over", nil)
}
