package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/schollz/progressbar/v3"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

type importCommands struct {
	Offers importOffersCommand `cmd:"" help:"Offers, as the public API returns them (GET /v1/offers)."`
	Prices importPricesCommand `cmd:"" help:"A price sheet, in the form of the new-commerce price list (CSV)."`
	Keys   importKeysCommand   `cmd:"" help:"Product keys into a partner's pools (CSV), encrypted from the first moment."`
	Media  importMediaCommand  `cmd:"" help:"Downloads: a folder of files, and a list of what they are (media.csv)."`
}

type importKeysCommand struct {
	storage
	Partner   string       `help:"Tenant id or domain of the partner whose pools they go to." required:""`
	Publisher id.Publisher `help:"Publisher that brings them: only products of its own are taken, each row names one."`
	File      string       `arg:"" help:"CSV file with columns Pool or ProductId, Version, Key. Delete it afterwards." type:"existingfile"`
}

// Run imports all keys of the file or none, and says what it found. Safe to repeat. No key is printed, nor a part of one.
func (c importKeysCommand) Run(ctx context.Context) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	s, err := c.open(ctx, logger())
	if err != nil {
		return err
	}
	who, err := s.operatorOf(ctx, c.Partner)
	if err != nil {
		return errors.Join(err, s.close())
	}
	if c.Publisher != "" {
		who.Publisher, who.Roles = c.Publisher, party.RolesOf(party.PublisherAdmin)
	}
	step, finish := progress("keys")
	report, err := s.app.ImportKeys(ctx, who, app.KeyFile{File: file, Size: info.Size()}, step)
	finish()
	if err == nil {
		fmt.Println(report)
	}
	return errors.Join(err, s.close())
}

type importMediaCommand struct {
	storage
	Dir string `arg:"" help:"Folder with the files and media.csv: columns ProductId, SkuId, Version, Language, FileType, File, Name, SHA256." type:"existingdir"`
}

// Run imports all files of the list or none, and says what it found. Safe to repeat.
func (c importMediaCommand) Run(ctx context.Context) error {
	folder, err := os.OpenRoot(c.Dir) // nothing outside of it is read, whatever the list says
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }() // only read
	s, err := c.open(ctx, logger())
	if err != nil {
		return err
	}
	step, finish := progress("media")
	report, err := s.app.ImportMedia(ctx, operator, folder.FS(), step)
	finish()
	if err == nil {
		fmt.Println(report)
	}
	return errors.Join(err, s.close())
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
	step, finish := progress("offers")
	report, err := app.ImportOffers(ctx, s.store, operator, data, step)
	finish()
	if err == nil {
		fmt.Println(report)
	}
	return errors.Join(err, s.close())
}

type importPricesCommand struct {
	storage
	File   string   `arg:"" help:"CSV file." type:"existingfile"`
	Vendor []string `help:"Publishers whose products are the vendor's own; others are third parties." default:"Microsoft Corporation,Microsoft"`
}

// Run imports all prices of the sheet or none, and says what it found. Safe to repeat.
func (c importPricesCommand) Run(ctx context.Context) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	s, err := c.open(ctx, logger())
	if err != nil {
		return err
	}
	step, finish := progress("prices")
	sheet := app.PriceSheet{File: file, Size: info.Size(), Vendors: c.Vendor}
	report, err := app.ImportPrices(ctx, s.store, operator, sheet, step)
	finish()
	if err == nil {
		fmt.Println(report)
	}
	return errors.Join(err, s.close())
}

// operator is who runs commands on the installation's own machine.
var operator = party.Actor{Name: "operator", Roles: party.RolesOf(party.OperatorAdmin)}

// operatorOf is the operator at work on the rows of a partner, named by tenant id or domain.
func (s *site) operatorOf(ctx context.Context, name string) (party.Actor, error) {
	partner := id.Partner(strings.ToLower(name))
	if guid, ok := id.ParseGUID(name); ok {
		partner = id.Partner(guid)
	} else {
		var err error
		if partner, err = s.store.Tenant(ctx, string(partner)); err != nil {
			return party.Actor{}, err
		}
	}
	who := operator
	who.Scope = party.NewScope(partner, "")
	return who, nil
}

// progress shows a bar on a terminal; finish takes it away.
func progress(what string) (step func(done, total int), finish func()) {
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionSetVisibility(terminal(os.Stderr)), progressbar.OptionClearOnFinish())
	return func(done, total int) {
		bar.ChangeMax(total)
		_ = bar.Set(done) // the bar is an ornament
	}, func() { _ = bar.Finish() }
}

// terminal tells whether a file is one: elsewhere progress bars are noise.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
