package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Backup copies the SQLite database at url into file, which must not exist, also while another process serves it: the copy
// is one instant of it, and durable when Backup returns.
func Backup(_ context.Context, url, file string) error {
	path, err := litePath(url)
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	if err := absent(file); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	c, err := openLite(path, "busy_timeout(10000)")
	if err == nil {
		err = errors.Join(c.copyInto(file), c.close())
	}
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	return nil
}

// RestoreBackup puts a copy made by Backup in the place of the SQLite database at url, which no process may have open. The
// copy is looked through first. What stood there before is kept with ".before" at its name, which must be free.
func RestoreBackup(ctx context.Context, url, file string) error {
	path, err := litePath(url)
	if err == nil {
		err = restoreBackup(ctx, path, file)
	}
	if err != nil {
		return fmt.Errorf("store: restore: %w", err)
	}
	return nil
}

func restoreBackup(ctx context.Context, path, file string) error {
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	const before = ".before"
	if err := absent(path + before); err != nil {
		return err
	}
	fresh := path + ".restore"
	if _, err := prepareCopy(ctx, file, fresh); err != nil {
		return errors.Join(err, removeLite(fresh))
	}
	// Its log first folded in, if it can still be read; else the log is kept beside it. The database itself moves last.
	if _, err := os.Stat(path); err == nil {
		if c, err := openLite(path, litePragmas...); err == nil {
			_, _ = c.do("PRAGMA wal_checkpoint(TRUNCATE)", nil)
			_ = c.close()
		}
	}
	for _, tail := range []string{"-wal", "-shm", "-journal", ""} {
		if err := os.Rename(path+tail, path+before+tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	return moveInto(fresh, path)
}

func litePath(url string) (string, error) {
	path, ok := strings.CutPrefix(url, "sqlite:")
	if !ok || path == "" {
		return "", errors.New("only a SQLite database is copied here; use pg_dump and pg_restore for PostgreSQL")
	}
	return filepath.Abs(path)
}

func absent(file string) error {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s is there already", file), err)
	}
	return nil
}
