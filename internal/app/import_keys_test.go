package app_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// importKeys imports a file for the world's partner.
func (w *world) importKeys(text string) (app.KeyReport, error) {
	file := app.KeyFile{File: strings.NewReader(text), Size: int64(len(text))}
	return w.ImportKeys(context.Background(), w.who, file, nil)
}

func TestR15ImportKeys(t *testing.T) {
	server := string(sandbox.WindowsServer)
	both(t, func(w *world) {
		before := w.pool("server", "2022")
		const marker = "CANARY-KEY"
		for _, c := range []struct{ name, file, want, at string }{
			{"nothing", "", "import.empty", ""},
			{"a header alone", "Pool,Version,Key\n", "import.empty", ""},
			{"no header", marker + ",x\n", "import.column", ""},
			{"a column twice", "Pool,Version,Key,k e y\np,1," + marker + ",x\n", "import.column", ""},
			{"F50 KMS", "Pool,Version,Key,Kind\np,1," + marker + "1,MAK\np,1," + marker + "2,kms\n", "import.rows", "row 2 (line 3): Kind: key.kms_refused"},
			{"another kind", "Pool,Version,Key,Kind\np,1," + marker + ",OEM\n", "import.rows", "row 1 (line 2): Kind: key.unknown_kind"},
			{"no key", "Pool,Version,Key\n\np,1, \n", "import.rows", "row 1 (line 3): Key: row.missing"},
			{"a key with a line in it", "Pool,Version,Key\np,1,\"" + marker + "\nX\"\np,1,\n", "import.rows", "row 2 (line 4): Key: row.missing"},
			{"no pool", "Pool,Version,Key\n,1," + marker + "\n", "import.rows", "row 1 (line 2): Pool: row.missing"},
			{"a column less", "Pool,Version,Key\np," + marker + "\n", "import.rows", "row 1 (line 2): : row.columns"},
			{"quotes", "Pool,Version,Key\np,1,x\"" + marker + "\"\n", "import.rows", "row 1 (line 2): : row.quotes"},
			{"no end of quotes", "Pool,Version,Key\np,1,\"" + marker + "\n", "import.csv", ""},
			{"a product that is not there", "ProductId,Version,Key\n" + marker + ",1,x\n", "import.rows", "row 1 (line 2): ProductId: row.unknown_product"},
			{"a version that is not there", "ProductId,Version,Key\n" + server + ",1999," + marker + "\n", "import.rows", "row 1 (line 2): ProductId: key.no_such_version"},
			{"another pool than the product's", "ProductId,Pool,Version,Key\n" + server + ",sql,2022," + marker + "\n", "import.rows", "row 1 (line 2): ProductId: row.other_pool"},
		} {
			report, err := w.importKeys(c.file)
			f := fault.Of(err)
			if f == nil || f.Code != c.want || !strings.Contains(report.String(), c.at) {
				t.Errorf("%s: %v\n%s", c.name, err, report)
			}
			if told := fmt.Sprintf("%v %+v %s %v", err, report, report, f); strings.Contains(told, "CANARY") {
				t.Errorf("%s: a key, or a part of one, is told: %s", c.name, told)
			}
		}
		if p := w.pool("p", "1"); p.Free != 0 {
			t.Errorf("a refused file left %+v", p)
		}

		file := "\ufeffProduct ID,VERSION,Key,Remark\r\n" + server + ",2022,AAAA-1,x\r\n" + server + ",2022,AAAA-2,\r\n\r\n" + server + ",2022,AAAA-1,\r\n"
		report, err := w.importKeys(file)
		if err != nil || report.Rows != 3 || report.Added != 2 || report.Twice != 1 || !strings.Contains(report.String(), "row 3 (line 5) stands twice") {
			t.Errorf("%v\n%s", err, report)
		}
		again, err := w.importKeys(file)
		if err != nil || again.Added != 0 || again.Held != 2 || again.Twice != 1 || !strings.Contains(again.String(), "row 2 (line 3) is in its pool already") {
			t.Errorf("%v\n%s", err, again)
		}
		if p := w.pool("server", "2022"); p.Free != before.Free+2 {
			t.Errorf("%+v, before %+v", p, before)
		}
		nobody := w.who
		nobody.Roles = nil
		if _, err := w.ImportKeys(context.Background(), nobody, app.KeyFile{File: strings.NewReader(file), Size: int64(len(file))}, nil); fault.Of(err) == nil {
			t.Error("anybody may import")
		}
	})
}

// TestR15ImportOfManyKeys: twenty thousand keys in one transaction, a few bytes of memory each.
func TestR15ImportOfManyKeys(t *testing.T) {
	const n = 20_000
	var b strings.Builder
	b.WriteString("Pool,Version,Key\n")
	for i := range n {
		fmt.Fprintf(&b, "many,2022,%05d-%05d-ABCDE-FGHIJ-KLMNO\n", i/7, i)
	}
	text := b.String()
	both(t, func(w *world) {
		last := 0
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		report, err := w.ImportKeys(context.Background(), w.who, app.KeyFile{File: strings.NewReader(text), Size: int64(len(text))}, func(done, total int) {
			if done < last || total != 2*len(text) {
				t.Errorf("progress %d of %d after %d", done, total, last)
			}
			last = done
		})
		if err != nil || report.Added != n || last != 2*len(text) {
			t.Fatalf("%v %s; progress ended at %d", err, report, last)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if p := w.pool("many", "2022"); p != (license.Pool{Name: "many", Version: "2022", Free: n}) {
			t.Errorf("%+v", p)
		}
		if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 16<<20 {
			t.Errorf("%d MiB are kept", kept>>20)
		}
	})
}
