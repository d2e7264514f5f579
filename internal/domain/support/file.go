package support

import (
	"bytes"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// File is an attachment of a request. ID is random, and the name of its bytes where they are kept.
type File struct {
	ID      id.File
	At      time.Time
	By      string
	Side    Side
	Name    string // cleaned: no path, no control character
	Comment string
	Size    int64 // bytes
	SHA256  string
}

// MaxFile bounds one attachment, in bytes.
const MaxFile = 10 << 20

// extensions are the kinds of file that are taken: what people attach, and nothing that a browser or a shell runs.
const extensions = " pdf png jpg jpeg gif webp bmp tif tiff txt csv log json zip 7z gz doc docx xls xlsx ppt pptx odt ods odp rtf eml msg "

// CleanFile makes a file's name safe and looks at its first bytes (G58). What is left of a name is its last part, without
// control and formatting characters, at most 120 characters with its extension kept.
// Faults: "file.type" for an extension that is not taken, or bytes that are markup or a program; "file.empty".
func CleanFile(name string, head []byte) (string, error) {
	name = cleanName(name)
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || !strings.Contains(extensions, " "+strings.ToLower(name[dot+1:])+" ") || name[dot+1:] == "" {
		return "", fault.Invalid("file.type", fault.Args{"known": strings.Fields(extensions)})
	}
	switch {
	case len(head) == 0:
		return "", fault.Invalid("file.empty", nil)
	case runs(head):
		return "", fault.Invalid("file.type", fault.Args{"known": strings.Fields(extensions)})
	}
	return name, nil
}

const maxName = 120 // characters

func cleanName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(c rune) rune {
		switch {
		case c == utf8.RuneError, unicode.IsControl(c), unicode.Is(unicode.Cf, c), unicode.Is(unicode.Zl, c), unicode.Is(unicode.Zp, c):
			return -1
		case strings.ContainsRune(`"<>:|?*;%`, c):
			return '_'
		case unicode.IsSpace(c):
			return ' '
		}
		return c
	}, name)
	name = strings.Trim(name, " .")
	stem, ext := name, ""
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		stem, ext = strings.TrimRight(name[:dot], " ."), name[dot:]
	}
	if stem == "" || reserved(stem) {
		stem = "_" + stem
	}
	if most := maxName - utf8.RuneCountInString(ext); utf8.RuneCountInString(stem) > most {
		stem = string([]rune(stem)[:max(1, most)])
	}
	return stem + ext
}

// reserved are names that mean a device on one system.
func reserved(stem string) bool {
	stem, _, _ = strings.Cut(strings.ToUpper(stem), ".")
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (stem[:3] == "COM" || stem[:3] == "LPT") && stem[3] >= '0' && stem[3] <= '9'
}

// beginnings are how markup and programs begin, in lower case.
var beginnings = [][]byte{
	[]byte("<!doctype"), []byte("<html"), []byte("<head"), []byte("<body"), []byte("<script"), []byte("<svg"), []byte("<?xml"), []byte("<iframe"),
	[]byte("<img"), []byte("<style"), []byte("<title"), []byte("<!--"), []byte("<a "), []byte("<math"), []byte("<object"), []byte("<embed"),
	[]byte("#!"), []byte("\x7felf"), []byte("<?php"), []byte("<%"),
}

// runs tells whether bytes begin like something that a browser or a shell would run, whatever the name says.
func runs(head []byte) bool {
	if bytes.HasPrefix(head, []byte("MZ")) {
		return true
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	head = bytes.ToLower(bytes.TrimLeft(head[:min(len(head), 512)], " \t\r\n\f\v\x00"))
	for _, b := range beginnings {
		if bytes.HasPrefix(head, b) {
			return true
		}
	}
	return false
}

// Attach adds a file to a request at now. Faults: "request.closed", "request.files" with the most it may have.
func (r Request) Attach(f File, by Person, side Side, now time.Time) (Request, error) {
	switch {
	case r.State == Closed:
		return r, fault.Conflict("request.closed", nil)
	case len(r.Files) >= MaxFiles:
		return r, fault.Refuse("request.files", fault.Args{"max": MaxFiles})
	}
	f.At, f.By, f.Side = now, by.Name, side
	r.Files = append(r.Files[:len(r.Files):len(r.Files)], f)
	return r.touched(by, now), nil
}
