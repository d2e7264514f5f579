package support_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	. "github.com/comptoir-dev/comptoir/internal/domain/support"
)

func TestG58Files(t *testing.T) {
	pdf := "%PDF-1.7"
	for _, c := range []struct{ what, name, head, want, code string }{
		{"G58 a plain one", "invoice.pdf", pdf, "invoice.pdf", ""},
		{"G58 traversal", "../../etc/passwd.pdf", pdf, "passwd.pdf", ""},
		{"G58 traversal, the other way", `..\..\windows\win.pdf`, pdf, "win.pdf", ""},
		{"G58 an absolute path", "/etc/x.pdf", pdf, "x.pdf", ""},
		{"G58 header injection", "a\r\nSet-Cookie: x.pdf", pdf, "aSet-Cookie_ x.pdf", ""},
		{"G58 NUL and controls", "a\x00b\x1b.pdf", pdf, "ab.pdf", ""},
		{"G58 quotes", `a"b;c.pdf`, pdf, "a_b_c.pdf", ""},
		{"G58 right to left", "a\u202efdp.exe.pdf", pdf, "afdp.exe.pdf", ""},
		{"G58 not UTF-8", "a\xff.pdf", pdf, "a.pdf", ""},
		{"G58 a device", "con.pdf", pdf, "_con.pdf", ""},
		{"G58 no stem", ".pdf", pdf, "", "file.type"},
		{"G58 letters of all kinds", "счёт №5.PDF", pdf, "счёт №5.PDF", ""},
		{"G58 too long", strings.Repeat("é", 400) + ".pdf", pdf, strings.Repeat("é", 116) + ".pdf", ""},
		{"G58 html", "a.html", "x", "", "file.type"},
		{"G58 svg", "a.svg", "x", "", "file.type"},
		{"G58 script", "a.js", "x", "", "file.type"},
		{"G58 program", "a.exe", "x", "", "file.type"},
		{"G58 no extension", "readme", "x", "", "file.type"},
		{"G58 an extension after a dot", "a.pdf.", pdf, "a.pdf", ""},
		{"G58 html by another name", "a.txt", "\n <!DOCTYPE html><script>", "", "file.type"},
		{"G58 svg by another name", "a.png", "<svg onload=x>", "", "file.type"},
		{"G58 xml by another name", "a.csv", "\xef\xbb\xbf<?xml version='1.0'?>", "", "file.type"},
		{"G58 a program by another name", "a.pdf", "MZ\x90\x00", "", "file.type"},
		{"G58 a script by another name", "a.log", "#!/bin/sh", "", "file.type"},
		{"G58 empty", "a.pdf", "", "", "file.empty"},
		{"G58 text that begins with a bracket", "a.log", "<13>Nov 20 server: up", "a.log", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			got, err := CleanFile(c.name, []byte(c.head))
			if code(err) != c.code || got != c.want {
				t.Errorf("%q, %v; want %q, %q", got, err, c.want, c.code)
			}
		})
	}
}

// TestG58NamesAreSafe: whatever a name was, what is left of it is one part of a path, prints, and is short.
func TestG58NamesAreSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, err := CleanFile(rapid.String().Draw(t, "name")+".txt", []byte("x"))
		if err != nil {
			return
		}
		if strings.ContainsAny(name, "/\\\"<>:|?*;%\r\n\x00") || !utf8.ValidString(name) || name[0] == '.' || utf8.RuneCountInString(name) > 120 || !strings.HasSuffix(name, ".txt") {
			t.Fatalf("%q", name)
		}
	})
}
