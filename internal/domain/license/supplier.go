package license

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// The suppliers of keys that are always there: the pool of the partner, and the operator, who hands the key of each order line
// over by hand. Others have names of their own.
const (
	FromPool = ""
	ByHand   = "manual"
)

// SupplierName tells whether a text can name a supplier of one's own: a word that is none of those above.
func SupplierName(s string) bool {
	return len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && s != FromPool && s != ByHand && s != "pool"
}

// SupplierOf is where the keys of a version come from.
func (d Delivery) SupplierOf(version string) string {
	if s, ok := d.Suppliers[version]; ok {
		return s
	}
	return d.Supplier
}

// PoolOf is where a line's key of a version is counted: the product's pool, or one named after its supplier.
func (d Delivery) PoolOf(version string) string {
	if s := d.SupplierOf(version); s != FromPool && d.Pool == "" {
		return "supplier-" + s
	}
	return d.Pool
}

// The bounds of a delivery.
const (
	MaxVersions = 50
	MaxFiles    = 500
	maxWord     = 100 // bytes of a pool, a version, a language, a file type
	maxFileName = 200 // bytes
	maxAddress  = 2048
)

// Check refuses a delivery that cannot be: known tells which suppliers there are beside the two above.
// Fault: "delivery.malformed" with the member.
func (d Delivery) Check(known func(supplier string) bool) error {
	bad := func(member string) error { return fault.Invalid("delivery.malformed", fault.Args{"member": member}) }
	for i, v := range d.KeyVersions {
		if !Word(v) || slices.ContainsFunc(d.KeyVersions[:i], func(o string) bool { return strings.EqualFold(o, v) }) {
			return bad("keyVersions")
		}
	}
	there := func(s string) bool { return s == FromPool || s == ByHand || known(s) }
	pooled := d.HasKeys && d.SupplierOf("") == FromPool && len(d.KeyVersions) == 0
	for v, s := range d.Suppliers {
		if !slices.Contains(d.KeyVersions, v) || !there(s) {
			return bad("suppliers")
		}
	}
	for _, v := range d.KeyVersions {
		pooled = pooled || d.HasKeys && d.SupplierOf(v) == FromPool
	}
	switch {
	case len(d.KeyVersions) > MaxVersions, !d.HasKeys && len(d.KeyVersions) > 0:
		return bad("keyVersions")
	case !there(d.Supplier):
		return bad("supplier")
	case d.Pool != "" && !Word(d.Pool), pooled && d.Pool == "":
		return bad("pool")
	case d.InstructionsURI != "" && !address(d.InstructionsURI):
		return bad("instructionsUri")
	case len(d.Files) > MaxFiles:
		return bad("files")
	}
	for i, f := range d.Files {
		switch {
		case f.Version != "" && !Word(f.Version):
			return bad("files.version")
		case f.Language != "" && !Word(f.Language):
			return bad("files.language")
		case f.FileType != "" && !Word(f.FileType):
			return bad("files.fileType")
		case !FileName(f.Name):
			return bad("files.fileName")
		case slices.ContainsFunc(d.Files[:i], func(o File) bool { return o.Choice().Is(f.Choice()) }):
			return bad("files")
		}
	}
	return nil
}

// Is tells whether two choices name the same file: letter case does not matter.
func (c FileChoice) Is(o FileChoice) bool {
	return strings.EqualFold(c.Version, o.Version) && strings.EqualFold(c.Language, o.Language) && strings.EqualFold(c.FileType, o.FileType)
}

// With is d with files in the places of those of the same choice, and behind the others.
func (d Delivery) With(files ...File) Delivery {
	d.Files = slices.Clone(d.Files)
	for _, f := range files {
		i := slices.IndexFunc(d.Files, func(o File) bool { return o.Choice().Is(f.Choice()) })
		if i < 0 {
			d.Files = append(d.Files, f)
		} else {
			d.Files[i] = f
		}
	}
	d.HasDownloads = d.HasDownloads || len(d.Files) > 0
	return d
}

// Word tells whether a text can name a pool, a version, a language or a type of file.
func Word(s string) bool { return s != "" && len(s) <= maxWord && Plain(s) }

// FileName tells whether a text can be the name that a download is saved under: one name, not a path.
func FileName(s string) bool {
	return s != "" && len(s) <= maxFileName && Plain(s) && s[0] != '.' && !strings.ContainsAny(s, `/\`)
}

// Plain tells whether a text is valid, without space around it and without what cannot be seen.
func Plain(s string) bool {
	return utf8.ValidString(s) && s == strings.TrimSpace(s) && !strings.ContainsFunc(s, func(c rune) bool {
		return unicode.IsControl(c) || unicode.Is(unicode.Cf, c)
	})
}

func address(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= maxAddress && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && Plain(s)
}

// AskAgain is how long a supplier that has no key for a line yet is left alone about it. One that does not answer at all is left
// alone for a time that doubles up to longestRest.
const (
	AskAgain    = 5 * time.Second
	longestRest = time.Hour
)

// Rest is how long a supplier is left alone that failed so many times in a row.
func Rest(fails int) time.Duration { return min(AskAgain<<min(max(fails-1, 0), 10), longestRest) }
