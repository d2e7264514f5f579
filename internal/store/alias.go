// Names of people, apart from the records of what they did (F53).
package store

import (
	"context"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

const (
	sqlAliases      = `SELECT id, name FROM alias WHERE id >= $1 AND id <= $2`
	sqlAliasInsert  = `INSERT INTO alias (id, salt, name) VALUES ($1, $2, $3)`
	sqlAliasesErase = `UPDATE alias SET salt = NULL, name = NULL, erased_at = $2 WHERE name = $1 RETURNING id`
	sqlAliasPage    = `SELECT id, salt, name FROM alias WHERE id > $1 ORDER BY id LIMIT $2`
)

// names of those aliases that have one; an erased one is empty.
func (r *Reader) names(ids []id.Alias) (map[id.Alias]string, error) {
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // no names
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	f := where(sqlAliases, ids[0], ids[len(ids)-1])
	in(f, "id", ids)
	found, err := rowsOf(r, f, scanAlias)
	names := make(map[id.Alias]string, len(found))
	for _, a := range found {
		names[a.ID] = a.Name
	}
	return names, err
}

func scanAlias(a *party.Alias, scan func(...any) error) error { return scan(&a.ID, &a.Name) }

// AddAlias implements app.Tx.
func (t *Tx) AddAlias(a party.Alias) error {
	return t.exec(1, nil, sqlAliasInsert, a.ID, a.Salt, a.Name)
}

// EraseAliases implements app.Tx.
func (t *Tx) EraseAliases(name string, now time.Time) (int, error) {
	gone, err := collect(&t.Reader, func(a *id.Alias, scan func(...any) error) error { return scan(a) }, sqlAliasesErase, name, now)
	return len(gone), err
}

// Aliases implements app.TreeStore.
func (s *Store) Aliases(ctx context.Context, after id.Alias, limit int) (all []party.Alias, err error) {
	err = s.engine.view(ctx, func(r *Reader) error {
		all, err = collect(r, func(a *party.Alias, scan func(...any) error) error { return scan(&a.ID, &a.Salt, &a.Name) }, sqlAliasPage, after, limit)
		return err
	})
	return all, err
}
