package app

import (
	"context"
	"slices"
	"strconv"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Delivery is what a SKU gives its buyer: keys and where they come from, files, instructions (R15).
// Faults: "product.unknown", "sku.unknown".
func (a *App) Delivery(ctx context.Context, who party.Actor, product id.Product, sku id.Sku) (license.Delivery, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return license.Delivery{}, err
	}
	return read(ctx, a.Store, func(r Reader) (license.Delivery, error) {
		e, i, err := softwareSku(r, product, sku)
		if err != nil {
			return license.Delivery{}, err
		}
		return e.Skus[i].Delivery, nil
	})
}

func softwareSku(r Reader, product id.Product, sku id.Sku) (*catalog.Entry, int, error) {
	entries, err := r.Entries([]id.Product{product})
	if err != nil {
		return nil, 0, err
	}
	e := entries[product]
	if e == nil {
		return nil, 0, fault.NotFound("product.unknown", nil)
	}
	i := slices.IndexFunc(e.Skus, func(s catalog.Sku) bool { return s.ID == sku })
	if i < 0 {
		return nil, 0, fault.NotFound("sku.unknown", nil)
	}
	return e, i, nil
}

// SetDelivery says what a SKU of software gives its buyer from now on, also those who bought it before (R15). Files are named by
// their SHA-256: media that are here, or files that the SKU delivers already. seen is the fingerprint of the delivery that the caller
// looked at, or empty: where somebody was faster and wants something else, nothing is done. The outcome is the license.Delivery.
// Faults: those of license.Delivery.Check, "delivery.not_software", "media.unknown", "product.unknown", "sku.unknown",
// "catalog.changed".
func (a *App) SetDelivery(ctx context.Context, who party.Actor, req Request, product id.Product, sku id.Sku, d license.Delivery, seen string) (Reply, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return Reply{}, err
	}
	d.HasDownloads = len(d.Files) > 0
	if err := d.Check(func(name string) bool { return a.Suppliers[name] != nil }); err != nil {
		return Reply{}, err
	}
	act := Act{Actor: who, Request: req}
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		if err := tx.HoldCatalogue(); err != nil { // no file is removed meanwhile
			return nil, err
		}
		e, i, err := softwareSku(tx, product, sku)
		if err != nil {
			return nil, err
		}
		if e.Product.Kind != catalog.Software {
			return nil, fault.Refuse("delivery.not_software", nil)
		}
		d := d
		if d.Files, err = stored(tx, d.Files, e.Skus[i].Delivery.Files); err != nil {
			return nil, err
		}
		if now := e.Skus[i].Delivery.Fingerprint(); seen != "" && seen != now && d.Fingerprint() != now { // sent twice is no change
			return nil, fault.Conflict("catalog.changed", nil)
		}
		s := saver{a, tx, &act, party.Customer{}, a.Clock.Now()}
		return d, s.delivery(e, i, d)
	})
}

// stored finds the files behind their digests.
func stored(r Reader, files, had []license.File) ([]license.File, error) {
	files = slices.Clone(files)
	for i := range files {
		f := &files[i]
		if at := slices.IndexFunc(had, func(o license.File) bool { return o.SHA256 == f.SHA256 }); at >= 0 {
			f.Blob, f.Size = had[at].Blob, had[at].Size
			continue
		}
		m, err := r.MediaFile(f.SHA256)
		if err != nil {
			return nil, err
		}
		f.Blob, f.Size = m.SHA256, m.Size
	}
	return files, nil
}

// delivery writes what a SKU gives.
func (s saver) delivery(e *catalog.Entry, i int, d license.Delivery) error {
	changed := *e // entries are shared
	changed.Skus = slices.Clone(e.Skus)
	changed.Skus[i].Delivery = d
	if err := s.tx.SaveSkus(changed, i); err != nil {
		return err
	}
	return s.record(activity.UpdateDelivery, activity.Software, string(e.Product.ID)+":"+string(e.Skus[i].ID),
		activity.Detail{Key: "Supplier", Value: d.Supplier}, activity.Detail{Key: "Pool", Value: d.Pool},
		activity.Detail{Key: "Versions", Value: strconv.Itoa(len(d.KeyVersions))}, activity.Detail{Key: "Files", Value: strconv.Itoa(len(d.Files))})
}
