package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/schollz/progressbar/v3"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

type importCommands struct {
	Offers importOffersCommand `cmd:"" help:"Offers, as the public API returns them (GET /v1/offers)."`
}

type importOffersCommand struct {
	storage
	File string `arg:"" help:"JSON file." type:"existingfile"`
}

// Run imports all offers of the file or none, and says what it found. Safe to repeat.
func (c importOffersCommand) Run(ctx context.Context) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	s, err := c.open(ctx, logger())
	if err != nil {
		return err
	}
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("offers"),
		progressbar.OptionSetVisibility(terminal(os.Stderr)), progressbar.OptionClearOnFinish())
	operator := party.Actor{Name: "operator", Roles: party.RolesOf(party.OperatorAdmin)}
	report, err := app.ImportOffers(ctx, s.store, operator, data, func(done, total int) {
		bar.ChangeMax(total)
		_ = bar.Set(done) // the bar is an ornament
	})
	_ = bar.Finish()
	if err == nil {
		fmt.Println(report)
	}
	return errors.Join(err, s.close())
}

// terminal tells whether a file is one: elsewhere progress bars are noise.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
