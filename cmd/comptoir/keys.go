package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/vault"
)

type keysCommands struct {
	Pools  poolsCommand  `cmd:"" help:"How a partner's pools of product keys stand."`
	Retire retireCommand `cmd:"" help:"Take older keys out of the keyset, once nothing is sealed with them any more."`
	Rotate rotateCommand `cmd:"" help:"Seal with a new key from now on, also while the server runs; what is sealed already is sealed again in the background."`
}

type poolsCommand struct {
	storage
	Partner string `help:"Tenant id or domain of the partner." required:""`
}

// Run prints a table of the pools; a server that runs tells the same at GET /v1/partner/keypools.
func (c poolsCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *site) error {
		who, err := s.operatorOf(ctx, c.Partner)
		if err != nil {
			return err
		}
		pools, err := s.app.KeyPools(ctx, who)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(out, "POOL\tVERSION\tFREE\tASSIGNED\tREVOKED\tWAITING\tMARK\t")
		for _, p := range pools {
			low := ""
			if p.Low() {
				low = "LOW"
			}
			_, _ = fmt.Fprintf(out, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\n", p.Name, p.Version, p.Free, p.Assigned, p.Revoked, p.Waiting, p.LowWater, low)
		}
		return out.Flush()
	})
}

type rotateCommand struct{ storage }

// Run adds a key to the keyset file and makes it the one that seals. The database is not opened: a server that runs follows
// within seconds. Backups of the secrets made before do not hold the new key.
func (c rotateCommand) Run() error {
	secrets, err := vault.Open(vault.Options{Dir: filepath.Join(c.Data, "secrets"), Env: os.Getenv})
	if err != nil {
		return err
	}
	if err := secrets.Vault.Rotate(); err != nil {
		return err
	}
	fmt.Printf("Rotated. Back %s/secrets up again now. Older values are sealed again while the server runs.\n", c.Data)
	return nil
}

type retireCommand struct{ storage }

// Run seals again what is left, looks that nothing needs an older key any more, and takes them out. On SQLite it needs the server
// stopped. Backups of the database made before keep needing the backup of the secrets that goes with them.
func (c retireCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *site) error {
		_, broken, err := s.store.Rewrap(ctx, s.secrets.Vault)
		if err != nil {
			return err
		}
		stale, err := s.store.Stale(ctx, s.secrets.Vault)
		if err != nil {
			return err
		}
		switch {
		case broken > 0:
			return fmt.Errorf("%d rows do not open with any key: nothing is retired", broken)
		case stale.Rows > 0:
			return fmt.Errorf("%d rows were sealed with an older key meanwhile: try again", stale.Rows)
		case stale.Answers > 0:
			return fmt.Errorf("%d answers kept for replay are sealed with an older key, the last until %s: try again then", stale.Answers, stale.Until.Format(time.RFC3339))
		}
		n, err := s.secrets.Vault.Retire(when.Wall{}.Now())
		if err != nil {
			return err
		}
		if n == 0 {
			fmt.Println("There are no older keys.")
			return nil
		}
		fmt.Printf("Retired %d. Back %s/secrets up again; keep the backup before it as long as backups of the database from before.\n", n, c.Data)
		return nil
	})
}
