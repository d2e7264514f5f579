package app

import (
	"testing"
	"testing/fstest"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
)

// FuzzMediaList reads any bytes as a list of media (R15): what is taken is files of the folder under names that are no paths, all
// else is refused with a fault, and of what is wrong at most a hundred are told.
func FuzzMediaList(f *testing.F) {
	for _, seed := range []string{
		"ProductId,SkuId,Version,Language,FileType,File,Name,SHA256\nP,1,2022,en,zip,a.zip,b.zip,\n", "\ufeffproduct id,file\r\nP,sub/a.zip\r\n",
		"ProductId,File\nP,../a\nP,/a\nP,a/../b\nP,a//b\nP,.\n", "ProductId,File\nP,\"", "File,File\n", "ProductId,File,Name\nP,a,..\nP,a,\"x\ny\"\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, list []byte) {
		m := mediaImport{folder: fstest.MapFS{MediaList: {Data: list}}}
		if err := m.readList(); err != nil {
			if fault.Of(err) == nil {
				t.Fatal(err)
			}
			return
		}
		for _, r := range m.rows {
			if r.product == "" || r.path == "" || r.path[0] == '/' || !license.FileName(r.file.Name) || r.sum != "" && !digest(r.sum) {
				t.Fatalf("%+v", r)
			}
		}
		if len(m.report.Bad) > maxBad || len(m.rows)+m.report.BadRows != m.report.Rows {
			t.Fatalf("%+v, %d rows", m.report, len(m.rows))
		}
	})
}
