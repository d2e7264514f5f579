package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/comptoir-dev/comptoir/internal/vault"
)

type keysCommands struct {
	Rotate rotateCommand `cmd:"" help:"Seal with a new key from now on, also while the server runs; what is sealed already is sealed again in the background."`
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
