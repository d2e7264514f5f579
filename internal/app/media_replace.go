package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// MaxReplaced is in how many SKUs one act replaces a file at most.
const MaxReplaced = 500

// Replacement is one medium in the place of another, in all that delivers it.
type Replacement struct {
	Old, New MediaFile
	Places   []ReplacedSku // by product and SKU
	changes  []changedEntry
}

// ReplacedSku is a SKU that delivers the new medium in place of the old one.
type ReplacedSku struct {
	Ref      catalog.Ref
	Product  string // titles
	Sku      string
	Files    []license.File // as they are then
	NewNames bool           // some are saved under another name than before
}

type changedEntry struct {
	entry catalog.Entry
	skus  []int
}

// Hash is SHA-256, in hex, over all that is replaced: who looked at it knows whether it is still that.
func (r Replacement) Hash() string {
	text, _ := json.Marshal(struct { // words and numbers always marshal
		Old, New string
		Places   []ReplacedSku
	}{r.Old.SHA256, r.New.SHA256, r.Places})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Medium is a file among the media (R15). Fault: "media.unknown".
func (a *App) Medium(ctx context.Context, who party.Actor, sum string) (MediaFile, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return MediaFile{}, err
	}
	return read(ctx, a.Store, func(r Reader) (MediaFile, error) { return r.MediaFile(sum) })
}

// PreviewReplace tells what ReplaceMedia would do; its faults are the same.
func (a *App) PreviewReplace(ctx context.Context, who party.Actor, old, by string) (Replacement, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Replacement{}, err
	}
	return read(ctx, a.Store, func(r Reader) (Replacement, error) { return replacement(r, old, by) })
}

// ReplaceMedia puts one medium in the place of another in all SKUs that deliver that one, at once for those who bought them before
// too (R15). Links live on and lead to the new file: a link is of a file as a product names it, by version, language and type (F46).
// The old medium stays among the media, delivered by nobody. seen is the hash of what the caller looked at; who does it has
// proved who they are. The outcome is the Replacement.
// Faults: "proof.needed", "media.unknown", "replace.same", "replace.unused" where nothing delivers the old one,
// "replace.too_many" with the limit, "replace.moved" where it is no longer what was seen.
func (a *App) ReplaceMedia(ctx context.Context, who party.Actor, req Request, old, by, seen string) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	if err := who.Prove(); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if err := tx.HoldCatalogue(); err != nil { // nobody delivers or removes either file meanwhile
			return nil, err
		}
		r, err := replacement(tx, old, by)
		if err != nil {
			return nil, err
		}
		if r.Hash() != seen {
			return nil, fault.Conflict("replace.moved", nil)
		}
		details := []activity.Detail{{Key: "File", Value: r.New.Name}, {Key: "Replaced", Value: r.Old.SHA256}, {Key: "Skus", Value: strconv.Itoa(len(r.Places))}}
		for i, p := range r.Places {
			details = append(details, activity.Detail{Key: "Sku-" + strconv.Itoa(i+1), Value: string(p.Ref.Product) + ":" + string(p.Ref.Sku)})
		}
		for _, c := range r.changes {
			if err := tx.SaveSkus(c.entry, c.skus...); err != nil {
				return nil, err
			}
		}
		s := saver{a, tx, &act, party.Customer{}, a.Clock.Now()}
		return r, s.record(activity.ReplaceMedia, activity.SoftwareMedia, r.New.SHA256, details...)
	})
}

// replacement finds all that delivers a medium, and what it would be with another in its place.
func replacement(r Reader, old, by string) (out Replacement, err error) {
	if old == by {
		return out, fault.Invalid("replace.same", nil)
	}
	if out.Old, err = r.MediaFile(old); err != nil {
		return out, err
	}
	if out.New, err = r.MediaFile(by); err != nil {
		return out, err
	}
	uses, err := r.MediaUses(old, MaxReplaced+1)
	switch {
	case err != nil:
		return out, err
	case len(uses) == 0:
		return out, fault.Refuse("replace.unused", nil)
	case len(uses) > MaxReplaced:
		return out, fault.Refuse("replace.too_many", fault.Args{"max": MaxReplaced})
	}
	var products []id.Product
	for _, u := range uses {
		if !slices.Contains(products, u.Product) {
			products = append(products, u.Product)
		}
	}
	entries, err := r.Entries(products)
	if err != nil {
		return out, err
	}
	was, is := medium(out.Old), medium(out.New)
	for _, product := range products {
		e := entries[product]
		if e == nil {
			continue // gone since
		}
		c := changedEntry{entry: *e} // entries are shared
		c.entry.Skus = slices.Clone(e.Skus)
		for i := range c.entry.Skus {
			s := &c.entry.Skus[i]
			d, placed := s.Delivery.Replacing(was, is)
			if len(placed) == 0 {
				continue
			}
			named := was.Name != is.Name && slices.ContainsFunc(s.Delivery.Files, func(f license.File) bool { return f.SHA256 == old && f.Name == was.Name })
			s.Delivery = d
			c.skus = append(c.skus, i)
			out.Places = append(out.Places, ReplacedSku{catalog.Ref{Product: product, Sku: s.ID}, e.Product.Title, s.Title, placed, named})
		}
		out.changes = append(out.changes, c)
	}
	return out, nil
}

func medium(f MediaFile) license.Medium {
	return license.Medium{SHA256: f.SHA256, Name: f.Name, Size: f.Size}
}
