// Package license decides over what follows a purchase of software: product keys, files, download links with their
// counters, and the move from KMS to MAK (rules.md §2.4, E24). It never sees a key or a link's token in clear.
package license

import (
	"slices"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Delivery is what a product gives its buyer besides the right to use it. The zero Delivery is an access right only (F48).
type Delivery struct {
	HasKeys      bool
	HasDownloads bool
	// Pool is the key pool that keys are taken from; KeyVersions the product versions that there are keys for.
	Pool        string
	KeyVersions []string
	// Supplier is where the keys come from, FromPool as a rule; Suppliers names another one for some of the versions.
	Supplier  string
	Suppliers map[string]string
	// InstructionsURI leads to installation instructions (F49: ESU); empty when there are none.
	InstructionsURI string
	Files           []File
}

// File is one download of a product. Blob is its name in the media folder, Name the one the buyer saves it under.
type File struct {
	Version, Language, FileType string
	Name, Blob                  string
	Size                        int64  // bytes
	SHA256                      string // 64 lower-case hex digits
}

// FileChoice names a file of a product by its three dimensions. In a request a dimension may be left empty
// where there is nothing to choose; in a Link all three are those of the file.
type FileChoice struct{ Version, Language, FileType string }

// Choice is the full name of f within its product.
func (f File) Choice() FileChoice { return FileChoice{f.Version, f.Language, f.FileType} }

// Options are the words a buyer may choose from, in catalogue order. A dimension with fewer than two is nil: its
// selector is hidden (F43).
type Options struct{ Versions, Languages, FileTypes []string }

// Options gathers the choices that d leaves to its buyer.
func (d Delivery) Options() Options {
	var o Options
	if d.HasKeys {
		o.Versions = append(o.Versions, d.KeyVersions...)
	}
	if d.HasDownloads {
		for _, f := range d.Files {
			o.Versions = append(o.Versions, f.Version)
			o.Languages = append(o.Languages, f.Language)
			o.FileTypes = append(o.FileTypes, f.FileType)
		}
	}
	return Options{choices(o.Versions), choices(o.Languages), choices(o.FileTypes)}
}

// choices drops empty and repeated words; fewer than two leave nothing to choose.
func choices(words []string) []string {
	var out []string
	for _, w := range words {
		if w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// File finds the one file that c names; letter case does not matter. Faults: "download.none" for a product without
// downloads (F48, F49: with its instructions), "download.no_such_file", and "download.choice_needed" with the first
// dimension that is still open (F43).
func (d Delivery) File(c FileChoice) (File, error) {
	if !d.HasDownloads || len(d.Files) == 0 {
		return File{}, fault.Refuse("download.none", d.instructions())
	}
	var found []File
	for _, f := range d.Files {
		if fits(c.Version, f.Version) && fits(c.Language, f.Language) && fits(c.FileType, f.FileType) {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 0:
		return File{}, fault.Invalid("download.no_such_file", nil)
	case 1:
		return found[0], nil
	}
	left := Delivery{HasDownloads: true, Files: found}.Options()
	dimension := "fileType"
	switch {
	case left.Versions != nil:
		dimension = "version"
	case left.Languages != nil:
		dimension = "language"
	}
	return File{}, fault.Invalid("download.choice_needed", fault.Args{"dimension": dimension})
}

func fits(asked, has string) bool { return asked == "" || strings.EqualFold(asked, has) }

// instructions are the arguments of a refusal that sends the buyer to the installation instructions (F49).
func (d Delivery) instructions() fault.Args {
	if d.InstructionsURI == "" {
		return nil
	}
	return fault.Args{"instructions": d.InstructionsURI}
}

// LineState is what the Software page says of an order line (F42, F64).
type LineState string

// The states of an order line. A preparing line has no rights yet, a cancelled one no more.
const (
	Active    LineState = "active"
	Cancelled LineState = "cancelled"
	Preparing LineState = "preparing"
)

// Line is the order line that keys and links belong to.
type Line struct {
	Partner  id.Partner
	Customer id.Customer
	Order    id.Order
	Number   int
	State    LineState
}

// entitled refuses a line that gives no keys and no links: "software.cancelled" (F63, F64), "software.preparing".
func (l Line) entitled() error {
	switch l.State {
	case Active:
		return nil
	case Preparing:
		return fault.Refuse("software.preparing", nil)
	}
	return fault.Refuse("software.cancelled", nil)
}
