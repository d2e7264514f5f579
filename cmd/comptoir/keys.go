package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/comptoir-dev/comptoir/internal/vault"
)

type keysCommands struct {
	Pools  poolsCommand  `cmd:"" help:"How a partner's pools of product keys stand."`
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
