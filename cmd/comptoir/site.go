package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/blobs"
	"github.com/comptoir-dev/comptoir/internal/depot"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/market"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/policy"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/identity"
	"github.com/comptoir-dev/comptoir/internal/metrics"
	"github.com/comptoir-dev/comptoir/internal/store"
	"github.com/comptoir-dev/comptoir/internal/vault"
)

// storage says where an installation keeps its things.
type storage struct {
	Data     string `help:"Folder of the installation: database, secrets, media." default:"comptoir-data" type:"path"`
	Database string `help:"sqlite:PATH or postgres://…; the default is a SQLite file in the data folder."`
}

// site is an installation that is open: one store, its secrets, its media, its clocks.
type site struct {
	store   *store.Store
	secrets *vault.Secrets
	media   *blobs.Folder
	files   *blobs.Folder // attachments of support requests
	depots  []*depot.Folder
	clock   *when.Movable
	app     *app.App
	paces   func() []metrics.Pace
	tree    *app.Integrator // of the activity log
	fresh   bool            // nothing was there before
	log     *slog.Logger
}

// open opens the installation, making what a new one needs. Secrets are made only together with a new database folder.
func (s storage) open(ctx context.Context, log *slog.Logger) (*site, error) {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	secretsDir := filepath.Join(s.Data, "secrets")
	_, err := os.Stat(secretsDir)
	out := &site{log: log, fresh: errors.Is(err, fs.ErrNotExist)}
	if out.secrets, err = vault.Open(vault.Options{Dir: secretsDir, Env: os.Getenv, Create: out.fresh}); err != nil {
		return nil, err
	}
	if out.media, err = blobs.Open(filepath.Join(s.Data, "media"), app.MaxMedia); err != nil {
		return nil, err
	}
	if out.files, err = blobs.Open(filepath.Join(s.Data, "attachments"), support.MaxFile); err != nil {
		return nil, err
	}
	if out.store, err = store.Open(ctx, s.url(), store.Options{Wall: when.Wall{}, Sealer: out.secrets.Vault}); err != nil {
		return nil, err
	}
	offset, high, err := out.store.ClockState()
	if err != nil {
		return nil, errors.Join(err, out.close())
	}
	out.clock = when.NewMovable(when.Wall{}, offset, high)
	out.app = &app.App{
		Store: &app.Gate{Store: out.store, Wall: when.Wall{}}, Due: out.store, Clock: out.clock, Wall: when.Wall{}, IDs: id.Random{}, Vault: out.secrets.Vault, Keyset: out.secrets.Vault,
		Credentials: identity.Credentials{},
		Files:       out.files,
		Media:       out.media,
	}
	if err := out.suppliers(filepath.Join(s.Data, "suppliers")); err != nil {
		return nil, errors.Join(err, out.close())
	}
	key := out.secrets.LogKey()
	out.app.LogKey, out.app.LogKeys = key.Public, key.Known
	out.tree = &app.Integrator{Store: out.store, Key: key.Signer, Wall: when.Wall{}}
	if err := out.ship(ctx); err != nil {
		return nil, errors.Join(err, out.close())
	}
	return out, nil
}

// suppliers opens the suppliers of keys: each folder in dir is one, of the folder's name. The folder dir need not be there.
func (s *site) suppliers(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("suppliers of keys: %w", err)
	}
	s.app.Suppliers = map[string]app.KeySupplier{}
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() {
			continue
		}
		if !license.SupplierName(name) {
			return fmt.Errorf("suppliers of keys: a supplier is not named %q", name)
		}
		d, err := depot.Open(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		s.depots = append(s.depots, d)
		s.app.Suppliers[name] = d
	}
	return nil
}

// ship puts the rows that come with the product into a store that has none: the cancellation rules, the life of links,
// and tax rows marked as examples. What an operator added later is left alone.
func (s *site) ship(ctx context.Context) error {
	var have []policy.CancelRule
	if err := s.store.View(ctx, func(r app.Reader) (err error) {
		have, err = r.Rules()
		return err
	}); err != nil || len(have) > 0 {
		return err
	}
	operator := party.Actor{Name: "comptoir", Roles: party.RolesOf(party.OperatorAdmin)}
	_, err := s.store.Update(ctx, app.Act{Actor: operator}, func(tx app.Tx) (any, error) {
		return nil, tx.PutRules(policy.Shipped, license.LinkRules, market.ExampleTaxRows())
	})
	return err
}

func (s storage) url() string {
	if s.Database != "" {
		return s.Database
	}
	return "sqlite:" + filepath.Join(s.Data, "comptoir.db")
}

// sweepFiles removes what uploads left whose process died. A SQLite file has one process; beside a PostgreSQL database there
// may be others with an upload on its way, which takes a minute at most.
func (s *site) sweepFiles(ctx context.Context, engine string) error {
	before := when.Wall{}.Now()
	if engine != "SQLite" {
		before = before.Add(-time.Hour)
	}
	removed, err := s.app.SweepFiles(ctx, before)
	if err == nil {
		if engine != "SQLite" { // media take longer than attachments
			before = before.Add(-app.UploadLife)
		}
		var media int
		media, err = s.app.SweepMedia(ctx, before)
		removed += media
	}
	if removed > 0 {
		s.log.Info("unfinished uploads removed", "files", removed)
	}
	return err
}

func (s storage) engine() string {
	if strings.HasPrefix(s.url(), "sqlite:") {
		return "SQLite"
	}
	return "PostgreSQL"
}

// numbering bounds how long a command waits at its end until what it recorded is numbered; a server goes on with the rest.
const numbering = 5 * time.Second

// close numbers the records of what was done, and lets go of everything.
func (s *site) close() error {
	if s.tree != nil {
		ctx, cancel := context.WithTimeout(context.Background(), numbering)
		defer cancel()
		if _, err := s.tree.CatchUp(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("numbering the activity log", "error", err)
		}
	}
	err := errors.Join(s.store.Close(), s.media.Close(), s.files.Close())
	for _, d := range s.depots {
		err = errors.Join(err, d.Close())
	}
	return err
}

// logger writes JSON lines to standard error, from COMPTOIR_LOG_LEVEL on (debug, info, warn, error; info).
func logger() *slog.Logger {
	var level slog.Level
	word := os.Getenv("COMPTOIR_LOG_LEVEL")
	err := level.UnmarshalText([]byte(word))
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	if word != "" && err != nil {
		log.Warn("COMPTOIR_LOG_LEVEL is none of debug, info, warn, error")
	}
	return log
}

type migrateCommand struct {
	storage
	Wait time.Duration `help:"How long to wait for the database." default:"30s"`
}

// Run opens the store, which migrates it, and stops.
func (c migrateCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	s, err := c.open(ctx, logger())
	if err != nil {
		return err
	}
	return s.close()
}
