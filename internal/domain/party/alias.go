package party

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Alias stands for a person's name in records that are kept for ever (F53). Its id is a hash of salt and name: while both are
// kept, nobody can put another name in its place; once they are erased, nobody can find out whose it was.
type Alias struct {
	ID       id.Alias
	Salt     string // empty: from before the log was a tree, its id is a random one
	Name     string // user principal name; empty: erased
	ErasedAt time.Time
}

// NewAlias makes one; salt is at least 128 bits from a random source.
func NewAlias(salt, name string) Alias {
	return Alias{ID: aliasOf(salt, name), Salt: salt, Name: name}
}

func aliasOf(salt, name string) id.Alias {
	sum := sha256.Sum256([]byte("comptoir alias\n" + strconv.Itoa(len(salt)) + ":" + salt + name))
	return id.Alias(hex.EncodeToString(sum[:16]))
}

// Sound tells whether the name is the one the alias was made for, as far as that can be told.
func (a Alias) Sound() bool {
	return a.Salt == "" || a.ID == aliasOf(a.Salt, a.Name)
}
