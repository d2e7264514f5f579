package license

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// Medium is a file as it lies among the media, without a place in a product.
type Medium struct {
	SHA256, Name string
	Size         int64 // bytes
}

// Replacing is d with one medium in the place of another, wherever that is delivered, and the files it now delivers so. What a
// file is chosen by stays, so that links that were handed out lead to the new one (F46). One that is saved under the old medium's
// own name takes the new one's; a name that was given by hand stays.
func (d Delivery) Replacing(old, by Medium) (Delivery, []File) {
	var placed []File
	d.Files = slices.Clone(d.Files)
	for i := range d.Files {
		f := &d.Files[i]
		if f.SHA256 != old.SHA256 {
			continue
		}
		if f.Name == old.Name {
			f.Name = by.Name
		}
		f.SHA256, f.Blob, f.Size = by.SHA256, by.SHA256, by.Size
		placed = append(placed, *f)
	}
	return d, placed
}

// Fingerprint is SHA-256, in hex, over all that d says: who saw one knows whether it is another by now.
func (d Delivery) Fingerprint() string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%t %t %q %q %q %q %q", d.HasKeys, d.HasDownloads, d.Pool, d.KeyVersions, d.Supplier, d.Suppliers, d.InstructionsURI) // a hash takes all
	for _, f := range d.Files {
		_, _ = fmt.Fprintf(h, "%q %d", []string{f.Version, f.Language, f.FileType, f.Name, f.Blob, f.SHA256}, f.Size)
	}
	return hex.EncodeToString(h.Sum(nil))
}
