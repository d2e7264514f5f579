// Download media: the files that are whole, and those on their way in parts (rules.md R15). They are nobody's in particular.
package store

import (
	"slices"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

const (
	sqlMediaFiles = `SELECT sha256, name, size, stored_at FROM media_file WHERE sha256 > $1 ORDER BY sha256 LIMIT $2`
	sqlMediaFile  = `SELECT sha256, name, size, stored_at FROM media_file WHERE sha256 = $1`
	sqlMediaKnown = `SELECT sha256 FROM media_file WHERE sha256 >= $1 AND sha256 <= $2`
	// A SKU keeps its files in its body; a digest is nothing else's. Asked for when a file is to be removed or replaced alone.
	sqlMediaUses   = `SELECT product_id, id FROM sku WHERE body LIKE $1 ORDER BY product_id, id LIMIT $2`
	sqlMediaAdd    = `INSERT INTO media_file (sha256, name, size, stored_at) VALUES ($1, $2, $3, $4) ON CONFLICT (sha256) DO NOTHING`
	sqlMediaRemove = `DELETE FROM media_file WHERE sha256 = $1`

	sqlMediaCount = `INSERT INTO media_use (sha256, part, links, downloads, last_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (sha256, part) DO UPDATE SET links = media_use.links + excluded.links, downloads = media_use.downloads + excluded.downloads,
			last_at = CASE WHEN excluded.last_at > COALESCE(media_use.last_at, 0) THEN excluded.last_at ELSE media_use.last_at END`
	// Of the files of a page, which follow each other: a file has at most useParts rows.
	sqlMediaUse = `SELECT sha256, CAST(SUM(links) AS BIGINT), CAST(SUM(downloads) AS BIGINT), MAX(last_at)
		FROM media_use WHERE sha256 >= $1 AND sha256 <= $2 GROUP BY sha256`

	uploadColumns   = `id, name, size, sha256, received, digest, state, made_by, touched_at`
	sqlUpload       = `SELECT ` + uploadColumns + ` FROM media_upload WHERE id = $1`
	sqlUploads      = `SELECT ` + uploadColumns + ` FROM media_upload ORDER BY touched_at, id LIMIT $1`
	sqlUploadInsert = `INSERT INTO media_upload (` + uploadColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	// Of two writers at one byte one is first; the other begins where that one ended.
	sqlUploadUpdate = `UPDATE media_upload SET received = $2, digest = $3, state = $4, touched_at = $5
		WHERE id = $1 AND received = $6 AND state = 'open'`
	sqlUploadRemove = `DELETE FROM media_upload WHERE id = $1`

	sqlSaveSku = `UPDATE sku SET body = $3 WHERE product_id = $1 AND id = $2`
)

func scanMedia(f *app.MediaFile, scan func(...any) error) error {
	return scan(&f.SHA256, &f.Name, &f.Size, &f.StoredAt)
}

func scanUpload(u *app.MediaUpload, scan func(...any) error) error {
	return scan(&u.ID, &u.Name, &u.Size, &u.SHA256, &u.Received, &u.Digest, &u.State, &u.By, &u.TouchedAt)
}

// MediaFiles implements app.Reader.
func (r *Reader) MediaFiles(after string, limit int) ([]app.MediaFile, error) {
	return collect(r, scanMedia, sqlMediaFiles, after, limit)
}

// MediaFile implements app.Reader.
func (r *Reader) MediaFile(sum string) (app.MediaFile, error) {
	return one(r, scanMedia, fault.NotFound("media.unknown", nil), sqlMediaFile, sum)
}

// one is the only row of a query, or f.
func one[T any](r *Reader, scan func(v *T, scan func(dest ...any) error) error, f *fault.Fault, sql string, args ...any) (T, error) {
	all, err := collect(r, scan, sql, args...)
	if err == nil && len(all) == 0 {
		err = f
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// MediaKnown implements app.Reader.
func (r *Reader) MediaKnown(names []string) (map[string]bool, error) {
	known := map[string]bool{}
	if len(names) == 0 {
		return known, nil
	}
	found, err := collect(r, func(s *string, scan func(dest ...any) error) error { return scan(s) },
		sqlMediaKnown, slices.Min(names), slices.Max(names))
	for _, name := range found {
		known[name] = true
	}
	return known, err
}

// MediaUses implements app.Reader.
func (r *Reader) MediaUses(sum string, limit int) ([]catalog.Ref, error) {
	return collect(r, func(ref *catalog.Ref, scan func(dest ...any) error) error { return scan(&ref.Product, &ref.Sku) },
		sqlMediaUses, `%"sha256":"`+sum+`"%`, limit)
}

// useParts is in how many rows the use of one file is counted: downloads of it at once seldom wait for each other.
const useParts = 8

// LinkUse implements app.Reader.
func (r *Reader) LinkUse(sums []string) (map[string]app.LinkUse, error) {
	use := make(map[string]app.LinkUse, len(sums))
	if len(sums) == 0 {
		return use, nil
	}
	return use, r.batch(read{sqlMediaUse, []any{slices.Min(sums), slices.Max(sums)}, func(scan func(...any) error) error {
		var sum string
		var u app.LinkUse
		err := scan(&sum, &u.Links, &u.Downloads, &u.Last)
		use[sum] = u
		return err
	}})
}

// CountUse implements app.Tx.
func (t *Tx) CountUse(sum string, l id.Link, n app.LinkUse) error {
	part := 0
	for _, b := range []byte(l) {
		part += int(b)
	}
	return t.exec(1, nil, sqlMediaCount, sum, part%useParts, n.Links, n.Downloads, n.Last)
}

// MediaUpload implements app.Reader.
func (r *Reader) MediaUpload(upload id.Upload) (app.MediaUpload, error) {
	return one(r, scanUpload, fault.NotFound("upload.unknown", nil), sqlUpload, upload)
}

// MediaUploads implements app.Reader.
func (r *Reader) MediaUploads(limit int) ([]app.MediaUpload, error) {
	return collect(r, scanUpload, sqlUploads, limit)
}

// AddMedia implements app.Tx.
func (t *Tx) AddMedia(f app.MediaFile) error {
	return t.exec(anyRows, nil, sqlMediaAdd, f.SHA256, f.Name, f.Size, f.StoredAt)
}

// RemoveMedia implements app.Tx.
func (t *Tx) RemoveMedia(sum string) error {
	return t.exec(1, fault.NotFound("media.unknown", nil), sqlMediaRemove, sum)
}

// AddUpload implements app.Tx.
func (t *Tx) AddUpload(u app.MediaUpload) error {
	return t.exec(1, nil, sqlUploadInsert, u.ID, u.Name, u.Size, u.SHA256, u.Received, u.Digest, u.State, u.By, u.TouchedAt)
}

// SaveUpload implements app.Tx.
func (t *Tx) SaveUpload(u app.MediaUpload, from int64) error {
	return t.exec(1, fault.Conflict("upload.moved", nil), sqlUploadUpdate, u.ID, u.Received, u.Digest, u.State, u.TouchedAt, from)
}

// RemoveUpload implements app.Tx.
func (t *Tx) RemoveUpload(upload id.Upload) error {
	return t.exec(anyRows, nil, sqlUploadRemove, upload)
}

// HoldCatalogue implements app.Tx.
func (t *Tx) HoldCatalogue() error { return t.touch() }

// SaveSkus implements app.Tx.
func (t *Tx) SaveSkus(e catalog.Entry, skus ...int) error {
	if err := t.touch(); err != nil {
		return err
	}
	if err := t.exec(1, fault.Conflict("catalog.changed", nil), sqlNewVersion, e.Product.ID, e.Version); err != nil {
		return err
	}
	for _, i := range skus {
		if err := t.exec(1, fault.Conflict("catalog.changed", nil), sqlSaveSku, e.Product.ID, e.Skus[i].ID, toBody(bodyOfSku(&e.Skus[i]))); err != nil {
			return err
		}
	}
	return nil
}
