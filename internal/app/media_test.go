package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/blobs"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// mediaFolder gives the world a folder of media.
func (w *world) mediaFolder() string {
	w.t.Helper()
	dir := w.t.TempDir()
	f, err := blobs.Open(dir, app.MaxMedia)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = f.Close() })
	w.Media = f
	return dir
}

func listed(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (w *world) upload(name string, content []byte) (app.MediaUpload, error) {
	return do[app.MediaUpload](w, func(req app.Request) (app.Reply, error) {
		return w.BeginUpload(context.Background(), w.who, req, name, int64(len(content)), sumOf(content))
	})
}

func (w *world) more(u app.MediaUpload, at int64, r io.Reader) (app.MediaUpload, error) {
	return w.ContinueUpload(context.Background(), w.who, u.ID, at, -1, r)
}

func filler(n int, seed uint64) []byte {
	b := make([]byte, n)
	chance := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	_, _ = chance.Read(b)
	return b
}

// TestR15UploadsGoOn: a file comes in parts that break off anywhere, is a medium when it is whole and what was announced, and no
// moment before.
func TestR15UploadsGoOn(t *testing.T) {
	both(t, func(w *world) {
		dir := w.mediaFolder()
		content := filler(40<<20, 7) // more than two blocks
		sum := sumOf(content)
		u, err := w.upload("server.iso", content)
		if err != nil || u.Received != 0 || u.State != app.UploadOpen {
			t.Fatalf("%+v %v", u, err)
		}
		broken := errors.New("the line broke")
		chance := rand.New(rand.NewPCG(1, 2))
		parts := 0
		for u.State == app.UploadOpen && parts < 1000 {
			if size, ok, _ := w.Media.Size(sum); ok {
				t.Fatalf("it is there before it is whole: %d bytes", size)
			}
			n := min(1+chance.Int64N(9<<20), u.Size-u.Received)
			part := io.MultiReader(bytes.NewReader(content[u.Received:u.Received+n]), &brokenOff{broken})
			if n == u.Size-u.Received || parts%2 == 0 {
				part = bytes.NewReader(content[u.Received : u.Received+n])
			}
			at := u.Received
			got, err := w.more(u, at, part)
			if err != nil && !errors.Is(err, broken) || got.Received != at+n {
				t.Fatalf("from %d, %d bytes: %d received, %v", at, n, got.Received, err)
			}
			if u, err = w.MediaUpload(context.Background(), w.who, u.ID); err != nil || u.Received != at+n {
				t.Fatalf("noted: %d of %d, %v", u.Received, at+n, err)
			}
			parts++
		}
		if got := listed(t, dir); !slices.Equal(got, []string{sum}) {
			t.Errorf("the folder holds %v", got)
		}
		if kept, err := os.ReadFile(dir + "/" + sum); err != nil || !bytes.Equal(kept, content) {
			t.Errorf("%d bytes, %v", len(kept), err)
		}
		files, err := w.MediaFiles(context.Background(), w.who, "", 10)
		if err != nil || len(files) != 1 || files[0].Name != "server.iso" || files[0].Size != u.Size {
			t.Errorf("%+v %v", files, err)
		}
		t.Logf("%d parts", parts)
		// Who missed the last answer is told; the same bytes need not come again.
		if got, err := w.more(u, 0, strings.NewReader("x")); err != nil || got.State != app.UploadStored {
			t.Errorf("%+v %v", got, err)
		}
		if again, err := w.upload("other.iso", content); err != nil || again.State != app.UploadStored || again.Received != u.Size {
			t.Errorf("%+v %v", again, err)
		}
	})
}

type brokenOff struct{ err error }

func (b *brokenOff) Read([]byte) (int, error) { return 0, b.err }

func TestR15UploadsThatAreRefused(t *testing.T) {
	both(t, func(w *world) {
		ctx, dir := context.Background(), w.mediaFolder()
		begin := func(name string, size int64, sum string) string {
			_, err := w.BeginUpload(ctx, w.who, app.Request{}, name, size, sum)
			return codeOf(err)
		}
		good := sumOf([]byte("good"))
		for _, c := range []struct {
			name, file string
			size       int64
			sum, code  string
		}{
			{"G58 a path", "../a.zip", 4, good, "media.name"},
			{"G58 a Windows path", `..\a.zip`, 4, good, "media.name"},
			{"G58 hidden", ".a", 4, good, "media.name"},
			{"no name", "", 4, good, "media.name"},
			{"a line's end in it", "a\nb", 4, good, "media.name"},
			{"G58 empty", "a.zip", 0, good, "media.size"},
			{"less than empty", "a.zip", -1, good, "media.size"},
			{"G58 oversized", "a.zip", app.MaxMedia + 1, good, "media.size"},
			{"the largest", "a.zip", app.MaxMedia, good, ""},
			{"no digest", "a.zip", 4, "", "media.sha256"},
			{"a digest too short", "a.zip", 4, good[:62], "media.sha256"},
			{"G58 a digest that leads elsewhere", "a.zip", 4, "../" + good[:61], "media.sha256"},
			{"a digest in capitals", "a.zip", 4, strings.ToUpper(good), "media.sha256"},
		} {
			if got := begin(c.file, c.size, c.sum); got != c.code {
				t.Errorf("%s: %q, want %q", c.name, got, c.code)
			}
		}
		staff := w.who
		staff.Roles = party.RolesOf(party.GlobalAdmin, party.AdminAgent, party.PublisherAdmin)
		if _, err := w.BeginUpload(ctx, staff, app.Request{}, "a.zip", 4, good); codeOf(err) != "role.missing" {
			t.Error(err)
		}
		u, err := w.upload("a.zip", []byte("good"))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, code string
			at, length int64
			body       string
		}{
			{"from the middle", "upload.offset", 1, 1, "o"},
			{"from before", "upload.offset", -1, 1, "o"},
			{"too much, and says so", "upload.too_long", 0, 5, "goods"},
			{"a part", "", 0, 2, "go"},
			{"the same part again", "upload.offset", 0, 2, "go"},
			{"nothing", "", 2, 0, ""},
			{"too much", "upload.too_long", 2, -1, "ods"},
			{"the end alone", "", 4, 0, ""},
		} {
			if _, err := w.ContinueUpload(ctx, w.who, u.ID, c.at, c.length, strings.NewReader(c.body)); codeOf(err) != c.code {
				t.Errorf("%s: %v, want %q", c.name, err, c.code)
			}
		}
		if got, err := w.MediaUpload(ctx, w.who, u.ID); err != nil || got.State != app.UploadStored {
			t.Errorf("%+v %v", got, err)
		}
		bad, err := w.upload("b.zip", []byte("evil"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.more(bad, 0, strings.NewReader("even")); codeOf(err) != "upload.sha256" {
			t.Errorf("other bytes than were announced: %v", err)
		}
		if _, err := w.MediaUpload(ctx, w.who, bad.ID); codeOf(err) != "upload.unknown" {
			t.Errorf("it is not forgotten: %v", err)
		}
		if got := listed(t, dir); !slices.Equal(got, []string{good}) {
			t.Errorf("the folder holds %v", got)
		}
		for i := range 200 { // one more than may be
			if code := codeOf(second(w.upload("c.zip", filler(8, uint64(i))))); code != "" {
				if open, err := w.MediaUploads(ctx); code != "upload.too_many" || len(open) != 100 || err != nil {
					t.Errorf("after %d: %s, %d are known", i, code, len(open))
				}
				return
			}
		}
		t.Error("as many uploads as anybody wants")
	})
}

func second[T any](_ T, err error) error { return err }

// MediaUploads are all that are known.
func (w *world) MediaUploads(ctx context.Context) (all []app.MediaUpload, err error) {
	err = w.store.View(ctx, func(r app.Reader) (err error) {
		all, err = r.MediaUploads(1000)
		return err
	})
	return all, err
}

// TestR15OneWritesAnUpload: of two that send the same upload at once one is refused, and the other's bytes are those that stay.
func TestR15OneWritesAnUpload(t *testing.T) {
	both(t, func(w *world) {
		w.mediaFolder()
		content := filler(1<<20, 3)
		u, err := w.upload("a.iso", content)
		if err != nil {
			t.Fatal(err)
		}
		in, out := io.Pipe()
		ended := make(chan error)
		go func() {
			_, err := w.more(u, 0, in)
			ended <- err
		}()
		if _, err := out.Write(content[:1000]); err != nil { // it is being read
			t.Fatal(err)
		}
		if _, err := w.more(u, 0, bytes.NewReader(filler(1<<20, 4))); codeOf(err) != "upload.busy" {
			t.Errorf("a second writer: %v", err)
		}
		if _, err := out.Write(content[1000:]); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(out.Close(), <-ended); err != nil {
			t.Error(err)
		}
		if got, err := w.MediaUpload(context.Background(), w.who, u.ID); err != nil || got.State != app.UploadStored {
			t.Errorf("%+v %v", got, err)
		}
	})
}

// TestR15TheFolderAndTheRowsDisagree: an upload whose file is gone begins again, one that was put in place and not noted is noted.
func TestR15TheFolderAndTheRowsDisagree(t *testing.T) {
	both(t, func(w *world) {
		dir := w.mediaFolder()
		u, err := w.upload("a.zip", []byte("content"))
		if err != nil {
			t.Fatal(err)
		}
		if u, err = w.more(u, 0, strings.NewReader("con")); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(dir + "/.upload-" + string(u.ID)); err != nil {
			t.Fatal(err)
		}
		if got, err := w.more(u, 3, strings.NewReader("tent")); codeOf(err) != "upload.offset" || got.Received != 0 {
			t.Errorf("%+v %v", got, err)
		}
		if u, err = w.more(u, 0, strings.NewReader("cont")); err != nil || u.Received != 4 {
			t.Fatal(u.Received, err)
		}
		// As a crash leaves it between the two: in place, the row not written.
		if err := os.Rename(dir+"/.upload-"+string(u.ID), dir+"/"+u.SHA256); err != nil {
			t.Fatal(err)
		}
		write(t, dir+"/"+u.SHA256, "content")
		if got, err := w.more(u, 4, strings.NewReader("ent")); err != nil || got.State != app.UploadStored {
			t.Errorf("%+v %v", got, err)
		}
		if files, err := w.MediaFiles(context.Background(), w.who, "", 10); err != nil || len(files) != 1 {
			t.Errorf("%v %v", files, err)
		}
	})
}

// TestR15SweepOfMedia: what nobody went on with for a day goes, row and bytes, and what nobody knows; the rest stays.
func TestR15SweepOfMedia(t *testing.T) {
	both(t, func(w *world) {
		ctx, dir := context.Background(), w.mediaFolder()
		wall := when.NewFixed(time.Now())
		w.Wall = wall
		old, err := w.upload("old.zip", []byte("old one"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.more(old, 0, strings.NewReader("old")); err != nil {
			t.Fatal(err)
		}
		whole, err := w.upload("whole.zip", []byte("whole"))
		if err == nil {
			_, err = w.more(whole, 0, strings.NewReader("whole"))
		}
		if err != nil {
			t.Fatal(err)
		}
		wall.Set(wall.Now().Add(23 * time.Hour))
		young, err := w.upload("young.zip", []byte("young one"))
		if err == nil {
			_, err = w.more(young, 0, strings.NewReader("young"))
		}
		if err != nil {
			t.Fatal(err)
		}
		orphan, forgotten := sumOf([]byte("left by an import")), ".upload-5e550000-0000-4000-8000-00000000dead"
		write(t, dir+"/"+orphan, "left by an import")
		write(t, dir+"/"+forgotten, "half")
		write(t, dir+"/.new-half", "half")
		write(t, dir+"/put-by-hand.zip", "by hand")
		sweep := func(before time.Time) int {
			t.Helper()
			n, err := w.SweepMedia(ctx, before)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := sweep(time.Now().Add(-time.Hour)); n != 0 {
			t.Errorf("%d removed that are young", n)
		}
		wall.Set(wall.Now().Add(time.Hour)) // the first two are a day old
		if n := sweep(time.Now().Add(time.Hour)); n != 5 {
			t.Errorf("%d removed", n)
		}
		want := []string{".upload-" + string(young.ID), "put-by-hand.zip", whole.SHA256}
		got := listed(t, dir)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("left: %v, want %v", got, want)
		}
		if _, err := w.MediaUpload(ctx, w.who, old.ID); codeOf(err) != "upload.unknown" {
			t.Error(err)
		}
		if u, err := w.more(young, 5, strings.NewReader(" one")); err != nil || u.State != app.UploadStored {
			t.Errorf("%+v %v", u, err)
		}
	})
}

// TestR15Delivery: an operator says what a SKU delivers; buyers see it at once, files are media that are here, and stay while
// they are delivered.
func TestR15Delivery(t *testing.T) {
	both(t, func(w *world) {
		ctx := context.Background()
		w.mediaFolder()
		u, err := w.upload("guide.pdf", []byte("guide"))
		if err == nil {
			_, err = w.more(u, 0, strings.NewReader("guide"))
		}
		if err != nil {
			t.Fatal(err)
		}
		set := func(product id.Product, sku id.Sku, d license.Delivery) error {
			_, err := w.SetDelivery(ctx, w.who, app.Request{}, product, sku, d, "")
			return err
		}
		guide := license.File{FileType: "pdf", Name: "Guide.pdf", SHA256: u.SHA256}
		for _, c := range []struct {
			name    string
			product id.Product
			sku     id.Sku
			d       license.Delivery
			code    string
		}{
			{"no product", "NONE", "0001", license.Delivery{}, "product.unknown"},
			{"no SKU", sandbox.UserCAL, "0009", license.Delivery{}, "sku.unknown"},
			{"no software", sandbox.MailSuite, "0001", license.Delivery{}, "delivery.not_software"},
			{"no such medium", sandbox.UserCAL, "0001", license.Delivery{Files: []license.File{{Name: "a", SHA256: sumOf(nil)}}}, "media.unknown"},
			{"no such supplier", sandbox.UserCAL, "0001", license.Delivery{HasKeys: true, Supplier: "nobody"}, "delivery.malformed"},
			{"F43 files", sandbox.UserCAL, "0001", license.Delivery{Files: []license.File{guide}}, ""},
		} {
			if err := set(c.product, c.sku, c.d); codeOf(err) != c.code {
				t.Errorf("%s: %v, want %q", c.name, err, c.code)
			}
		}
		d, err := w.Delivery(ctx, w.who, sandbox.UserCAL, "0001")
		if err != nil || !d.HasDownloads || d.Files[0].Size != 5 || d.Files[0].Blob != u.SHA256 {
			t.Errorf("%+v %v", d, err)
		}
		if _, err := w.RemoveMedia(ctx, w.who, app.Request{}, u.SHA256); codeOf(err) != "media.in_use" {
			t.Errorf("a file that is delivered is removed: %v", err)
		}
		if err := set(sandbox.UserCAL, "0001", license.Delivery{}); err != nil { // F48 again
			t.Error(err)
		}
		if d, err := w.Delivery(ctx, w.who, sandbox.UserCAL, "0001"); err != nil || d.HasDownloads || len(d.Files) > 0 {
			t.Errorf("%+v %v", d, err)
		}
		for i, want := range []string{"", "media.unknown"} {
			if _, err := w.RemoveMedia(ctx, w.who, app.Request{}, u.SHA256); codeOf(err) != want {
				t.Errorf("removal %d: %v", i, err)
			}
		}
		if err := set(sandbox.UserCAL, "0001", license.Delivery{Files: []license.File{guide}}); codeOf(err) != "media.unknown" {
			t.Error(err)
		}
	})
}

func (w *world) importMedia(folder fstest.MapFS) (app.MediaReport, error) {
	return w.ImportMedia(context.Background(), w.who, folder, nil)
}

// TestR15ImportMedia: a folder with a list becomes downloads, all or nothing; again, nothing changes.
func TestR15ImportMedia(t *testing.T) {
	product := string(sandbox.UserCAL)
	const header = "ProductId,SkuId,Version,Language,FileType,File,Name,SHA256\n"
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text), Mode: 0o644} }
	both(t, func(w *world) {
		dir := w.mediaFolder()
		for _, c := range []struct{ name, list, want, says string }{
			{"no rows", header, "import.empty", ""},
			{"no file's column", "ProductId,Version\n", "import.column", ""},
			{"no product", header + ",1,2022,,zip,a.zip,,\n", "import.rows", "row 1 (line 2): ProductId: row.missing"},
			{"an unknown product", header + "NONE,1,2022,,zip,a.zip,,\n", "import.rows", "ProductId: row.unknown_product"},
			{"no software", header + string(sandbox.MailSuite) + ",1,2022,,zip,a.zip,,\n", "import.rows", "ProductId: row.unknown_product"},
			{"an unknown SKU", header + product + ",9,2022,,zip,a.zip,,\n", "import.rows", "SkuId: row.unknown_sku"},
			{"no such file", header + product + ",1,2022,,zip,gone.zip,,\n", "import.rows", "File: media.file"},
			{"G58 a path outside", header + product + ",1,2022,,zip,../a.zip,,\n", "import.rows", "File: media.file"},
			{"G58 a path of the machine", header + product + ",1,2022,,zip,/etc/passwd,,\n", "import.rows", "File: media.file"},
			{"G58 a link", header + product + ",1,2022,,zip,link.zip,,\n", "import.rows", "File: media.file"},
			{"G58 a folder", header + product + ",1,2022,,zip,sub,,\n", "import.rows", "File: media.file"},
			{"G58 empty", header + product + ",1,2022,,zip,empty.zip,,\n", "import.rows", "File: media.empty"},
			{"G58 a name that is a path", header + product + ",1,2022,,zip,a.zip,../b.zip,\n", "import.rows", "Name: media.name"},
			{"another digest", header + product + ",1,2022,,zip,a.zip,," + sumOf([]byte("other")) + "\n", "import.rows", "SHA256: media.sha256"},
			{"no digest", header + product + ",1,2022,,zip,a.zip,,xyz\n", "import.rows", "SHA256: media.sha256"},
			{"twice", header + product + ",1,2022,en,zip,a.zip,,\n" + product + ",,2022,EN,ZIP,sub/b.zip,,\n", "import.rows", "row 2 (line 3): File: row.twice"},
			{"one good, one bad", header + product + ",1,2022,en,zip,a.zip,,\n\n" + product + ",1,2022,fr,zip,gone.zip,,\n", "import.rows", "row 2 (line 4): File: media.file"},
		} {
			folder := fstest.MapFS{
				app.MediaList: file(c.list), "a.zip": file("aaa"), "sub/b.zip": file("bbbb"), "empty.zip": file(""),
				"link.zip": {Data: []byte("a.zip"), Mode: 0o777 | os.ModeSymlink},
			}
			report, err := w.importMedia(folder)
			if codeOf(err) != c.want || !strings.Contains(report.String(), c.says) {
				t.Errorf("%s: %v\n%s", c.name, err, report)
			}
		}
		if d, err := w.Delivery(context.Background(), w.who, sandbox.UserCAL, "0001"); err != nil || len(d.Files) > 0 {
			t.Errorf("a refused import left %+v %v", d, err)
		}
		if files, err := w.MediaFiles(context.Background(), w.who, "", 10); err != nil || len(files) > 0 {
			t.Errorf("a refused import left %+v %v", files, err)
		}
		folder := fstest.MapFS{
			app.MediaList: file("\ufeffproduct id,Sku Id,Version,Language,File Type,File,Name,SHA256\r\n" +
				product + ",1,2022,en-US,zip,a.zip,Server.zip," + strings.ToUpper(sumOf([]byte("aaa"))) + "\r\n" +
				product + ",,2022,fr-FR,zip,sub/b.zip,,\r\n" + product + ",1,2022,de-DE,zip,a.zip,,\r\n"),
			"a.zip": file("aaa"), "sub/b.zip": file("bbbb"),
		}
		last, total := 0, 0
		report, err := w.ImportMedia(context.Background(), w.who, folder, func(done, of int) { last, total = done, of })
		if err != nil || report.Rows != 3 || report.Files != 2 || report.Bytes != 7 || report.Fresh != 2 || report.Changed != 2 || last != 7 || total != 7 {
			t.Fatalf("%v %+v, progress %d of %d", err, report, last, total)
		}
		d, err := w.Delivery(context.Background(), w.who, sandbox.UserCAL, "0001")
		if err != nil || len(d.Files) != 3 || d.Files[0].Name != "Server.zip" || !d.HasDownloads {
			t.Errorf("%+v %v", d, err)
		}
		if again, err := w.importMedia(folder); err != nil || again.Fresh != 0 || again.Changed != 0 {
			t.Errorf("%v %+v", err, again)
		}
		// Another file of the same choice takes its place, the others stay.
		folder["a.zip"] = file("newer")
		folder[app.MediaList] = file(header + product + ",1,2022,EN-us,ZIP,a.zip,Server.zip,\n")
		if newer, err := w.importMedia(folder); err != nil || newer.Fresh != 1 || newer.Changed != 1 {
			t.Errorf("%v %+v", err, newer)
		}
		d, err = w.Delivery(context.Background(), w.who, sandbox.UserCAL, "0001")
		if err != nil || len(d.Files) != 3 || d.Files[0].SHA256 != sumOf([]byte("newer")) {
			t.Errorf("%+v %v", d, err)
		}
		for _, f := range d.Files {
			if text, err := os.ReadFile(dir + "/" + f.Blob); err != nil || sumOf(text) != f.SHA256 || int64(len(text)) != f.Size {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
		nobody := w.who
		nobody.Roles = party.RolesOf(party.GlobalAdmin)
		if _, err := w.ImportMedia(context.Background(), nobody, folder, nil); fault.Of(err) == nil {
			t.Error("anybody may import")
		}
	})
}

// TestR15TakeMedia: a file taken whole is known under its digest, once; what is refused leaves nothing that anybody knows.
func TestR15TakeMedia(t *testing.T) {
	both(t, func(w *world) {
		t := w.t
		w.mediaFolder()
		take := func(name, want string, r io.Reader) (app.MediaFile, error) {
			return do[app.MediaFile](w, func(req app.Request) (app.Reply, error) {
				return w.TakeMedia(context.Background(), w.who, req, name, want, r)
			})
		}
		good := sumOf([]byte("good"))
		for _, c := range []struct {
			name, file, want, code string
			r                      io.Reader
		}{
			{"G58 a path", "../a.zip", "", "media.name", strings.NewReader("good")},
			{"no name", "", "", "media.name", strings.NewReader("good")},
			{"G58 empty", "a.zip", "", "media.size", strings.NewReader("")},
			{"no digest", "a.zip", "../" + good[:61], "media.sha256", strings.NewReader("good")},
			{"other bytes", "a.zip", good, "upload.sha256", strings.NewReader("evil")},
			{"broken off", "a.zip", "", "body.cut", io.MultiReader(strings.NewReader("go"), iotest.ErrReader(io.ErrUnexpectedEOF))},
		} {
			if _, err := take(c.file, c.want, c.r); codeOf(err) != c.code {
				t.Errorf("%s: %v, want %q", c.name, err, c.code)
			}
		}
		staff := w.who
		staff.Roles = party.RolesOf(party.GlobalAdmin, party.AdminAgent, party.PublisherAdmin)
		if _, err := w.TakeMedia(context.Background(), staff, app.Request{}, "a.zip", "", strings.NewReader("good")); codeOf(err) != "role.missing" {
			t.Error(err)
		}
		known := func() []app.MediaFile {
			files, err := w.MediaFiles(context.Background(), w.who, "", 10)
			if err != nil {
				t.Fatal(err)
			}
			return files
		}
		if files := known(); len(files) > 0 {
			t.Fatalf("%+v", files)
		}
		first, err := take("a.zip", good, strings.NewReader("good"))
		if err != nil || first.SHA256 != good || first.Size != 4 || first.Name != "a.zip" {
			t.Fatalf("%+v %v", first, err)
		}
		again, err := take("b.zip", "", strings.NewReader("good"))
		if files := known(); err != nil || again.Name != "a.zip" || len(files) != 1 || files[0].SHA256 != good {
			t.Errorf("%+v %v, known %+v", again, err, files)
		}
	})
}
