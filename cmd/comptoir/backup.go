package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/comptoir-dev/comptoir/internal/store"
)

type backupCommand struct {
	storage
	File string `arg:"" help:"File to make."`
}

// Run copies the database; secrets, media and attachments are files and are copied as such, secrets apart from the rest.
func (c backupCommand) Run(ctx context.Context) error {
	if err := store.Backup(ctx, c.url(), c.File); err != nil {
		return err
	}
	fmt.Printf("The database is in %s. Keep a copy of %s/secrets apart from it, and of %s/media and %s/attachments.\n", c.File, c.Data, c.Data, c.Data)
	return nil
}

type restoreCommand struct {
	storage
	File string `arg:"" help:"Copy made by backup." type:"existingfile"`
}

// Run puts the copy in the database's place. Checkpoints of the log that was are put aside like the database that was: they
// tell of records that the copy may not have.
func (c restoreCommand) Run(ctx context.Context) error {
	kept := checkpointFile{}.path(c.Data)
	before := kept + ".before"
	if _, err := os.Lstat(before); err == nil {
		return fmt.Errorf("%s is there already: move it away first", before)
	}
	if err := store.RestoreBackup(ctx, c.url(), c.File); err != nil {
		return err
	}
	if err := os.Rename(kept, before); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the database is restored, but the checkpoints of the log before it still stand in its place: %w", err)
	}
	fmt.Println("Restored. What stood there before is beside it, named .before; check with: comptoir verify")
	return nil
}
