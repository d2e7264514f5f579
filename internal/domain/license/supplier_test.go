package license

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

func TestSupplierOfAVersion(t *testing.T) {
	d := Delivery{HasKeys: true, Pool: "server", KeyVersions: []string{"2022", "2019"}, Suppliers: map[string]string{"2019": "depot"}}
	for version, want := range map[string][2]string{"2022": {FromPool, "server"}, "2019": {"depot", "server"}} {
		if s, p := d.SupplierOf(version), d.PoolOf(version); s != want[0] || p != want[1] {
			t.Errorf("%s: %q %q, want %q", version, s, p, want)
		}
	}
	d = Delivery{HasKeys: true, Supplier: ByHand}
	if s, p := d.SupplierOf(""), d.PoolOf(""); s != ByHand || p != "supplier-manual" {
		t.Errorf("%q %q", s, p)
	}
	line := Line{Partner: "p", Customer: "c", Order: "o", Number: 1, State: Active}
	reveal, err := RevealKey(d, line, nil, KeyRequest{})
	if err != nil || !reveal.Take || reveal.Supplier != ByHand {
		t.Errorf("%+v %v", reveal, err)
	}
	if w := reveal.Wait(line, bought, bought); w.Supplier != ByHand || w.Pool != "supplier-manual" {
		t.Errorf("%+v", w)
	}
}

var bought = time.Date(2024, 3, 1, 10, 0, 0, 0, time.UTC)

func TestDeliveryCheck(t *testing.T) {
	file := File{Version: "1", Language: "en", FileType: "zip", Name: "a.zip", SHA256: strings.Repeat("a", 64)}
	files := func(change func(*File)) Delivery {
		f := file
		change(&f)
		return Delivery{HasDownloads: true, Files: []File{f}}
	}
	for _, c := range []struct {
		name   string
		d      Delivery
		member string // empty: it can be
	}{
		{"F48 an access right only", Delivery{}, ""},
		{"F49 instructions", Delivery{InstructionsURI: "https://docs.example/esu"}, ""},
		{"F49 no address", Delivery{InstructionsURI: "javascript:alert(1)"}, "instructionsUri"},
		{"F49 a name and a password", Delivery{InstructionsURI: "https://a:b@docs.example/"}, "instructionsUri"},
		{"a pool", Delivery{HasKeys: true, Pool: "p", KeyVersions: []string{"1", "2"}}, ""},
		{"keys from a pool without one", Delivery{HasKeys: true}, "pool"},
		{"one version from a pool without one", Delivery{HasKeys: true, KeyVersions: []string{"1", "2"}, Supplier: ByHand, Suppliers: map[string]string{"2": FromPool}}, "pool"},
		{"by hand", Delivery{HasKeys: true, Supplier: ByHand}, ""},
		{"another supplier", Delivery{HasKeys: true, KeyVersions: []string{"1"}, Suppliers: map[string]string{"1": "depot"}}, ""},
		{"an unknown supplier", Delivery{HasKeys: true, Supplier: "nobody"}, "supplier"},
		{"an unknown supplier of a version", Delivery{HasKeys: true, Pool: "p", KeyVersions: []string{"1"}, Suppliers: map[string]string{"1": "nobody"}}, "suppliers"},
		{"a supplier of no version", Delivery{HasKeys: true, Pool: "p", KeyVersions: []string{"1"}, Suppliers: map[string]string{"2": ByHand}}, "suppliers"},
		{"a version twice", Delivery{HasKeys: true, Pool: "p", KeyVersions: []string{"a", "A"}}, "keyVersions"},
		{"versions without keys", Delivery{KeyVersions: []string{"a"}}, "keyVersions"},
		{"too many versions", Delivery{HasKeys: true, Pool: "p", KeyVersions: many(MaxVersions + 1)}, "keyVersions"},
		{"a pool that cannot be seen", Delivery{HasKeys: true, Pool: "p\u202e"}, "pool"},
		{"a file", files(func(*File) {}), ""},
		{"a file twice", Delivery{HasDownloads: true, Files: []File{file, file}}, "files"},
		{"a path", files(func(f *File) { f.Name = "../a.zip" }), "files.fileName"},
		{"a Windows path", files(func(f *File) { f.Name = `c:\a.zip` }), "files.fileName"},
		{"a hidden file", files(func(f *File) { f.Name = ".htaccess" }), "files.fileName"},
		{"a line's end", files(func(f *File) { f.Name = "a\r\nb" }), "files.fileName"},
		{"a version too long", files(func(f *File) { f.Version = strings.Repeat("x", 101) }), "files.version"},
		{"a language with a NUL", files(func(f *File) { f.Language = "e\x00n" }), "files.language"},
		{"a type that is not UTF-8", files(func(f *File) { f.FileType = "\xff" }), "files.fileType"},
	} {
		err := c.d.Check(func(s string) bool { return s == "depot" })
		f := fault.Of(err)
		if (err == nil) != (c.member == "") || f != nil && f.Args["member"] != c.member {
			t.Errorf("%s: %v, want %q", c.name, err, c.member)
		}
	}
}

func many(n int) (out []string) {
	for i := range n {
		out = append(out, strings.Repeat("v", i+1))
	}
	return out
}

func TestDeliveryWith(t *testing.T) {
	a, b := File{Version: "1", Name: "a"}, File{Version: "2", Name: "b"}
	d := Delivery{Files: []File{a}}
	got := d.With(File{Version: "1", Name: "newer"}, b)
	if !got.HasDownloads || !slices.Equal(got.Files, []File{{Version: "1", Name: "newer"}, b}) || d.Files[0] != a {
		t.Errorf("%+v, before %+v", got, d)
	}
}

func TestRest(t *testing.T) {
	for fails, want := range map[int]time.Duration{0: 5 * time.Second, 1: 5 * time.Second, 2: 10 * time.Second, 10: 2560 * time.Second, 11: time.Hour, 99: time.Hour} {
		if got := Rest(fails); got != want {
			t.Errorf("after %d: %s, want %s", fails, got, want)
		}
	}
}
