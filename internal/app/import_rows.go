package app

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// rowsIn is the form of a CSV file that people send: its columns, those that must be there, and its bounds in bytes and rows.
type rowsIn struct {
	known []columnName
	must  []int
	bytes int
	rows  int
}

// read hands each row that is not blank to take, with where the columns stand (-1: absent) and how many there are. Faults:
// those of headerOf, "import.too_large", "import.empty", "import.csv".
func (s rowsIn) read(file io.Reader, take func(p placed, at []int, width int)) error {
	over := &bounded{in: file, left: s.bytes}
	in := &records{in: bufio.NewReaderSize(over, 64<<10), line: 1, comma: ','}
	at, width, err := headerOf(in, s.known, s.must...)
	rows, blank := 0, 0 // spreadsheets leave some behind
	for err == nil {
		var p placed
		if p, err = in.next(); err != nil {
			break
		}
		empty := p.blank()
		if empty {
			blank++
		} else {
			rows++
		}
		if max(rows, blank) > s.rows {
			return fault.Invalid("import.too_large", fault.Args{"rows": s.rows})
		}
		if !empty {
			take(p, at, width)
		}
	}
	switch {
	case over.left < 0:
		return fault.Invalid("import.too_large", fault.Args{"max": s.bytes})
	case !errors.Is(err, io.EOF):
		return err
	case rows == 0:
		return fault.Invalid("import.empty", nil)
	}
	return nil
}

// bounded reads at most as many bytes as are left; one more makes it negative.
type bounded struct {
	in   io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

// columnName is a column as errors and exports name it, and what else it is called, in letters and digits alone.
type columnName struct{ name, also string }

// headerOf finds the separator and where each known column stands, -1 where it does not; must ones cannot be absent. Faults:
// "import.empty", "import.csv", "import.column" with the name of one that is absent or stands twice.
func headerOf(in *records, known []columnName, must ...int) (at []int, width int, err error) {
	p, err := in.next()
	if errors.Is(err, io.EOF) {
		return nil, 0, fault.Invalid("import.empty", nil)
	}
	if err != nil {
		return nil, 0, err
	}
	for _, comma := range []byte{';', '\t'} {
		if n := strings.Count(string(in.record), string(comma)); n > 0 && n > strings.Count(string(in.record), string(in.comma)) {
			in.comma = comma
		}
	}
	if p.fields, p.ok = in.split([]byte(strings.TrimPrefix(strings.TrimRight(string(in.record), "\r\n"), "\ufeff"))); !p.ok || len(p.fields) > maxColumns {
		return nil, 0, fault.Invalid("import.csv", fault.Args{"line": p.line})
	}
	at = make([]int, len(known))
	for c := range at {
		at[c] = -1
	}
	for i, field := range p.fields {
		word := plainWord(field)
		c := slices.IndexFunc(known, func(k columnName) bool {
			return word == strings.ToLower(k.name) || word != "" && strings.Contains(k.also, " "+word+" ")
		})
		if c < 0 {
			continue
		}
		if at[c] >= 0 {
			return nil, 0, fault.Invalid("import.column", fault.Args{"column": known[c].name, "times": 2})
		}
		at[c] = i
	}
	for _, c := range must {
		if at[c] < 0 {
			return nil, 0, fault.Invalid("import.column", fault.Args{"column": known[c].name, "times": 0})
		}
	}
	return at, len(p.fields), nil
}

// plainWord is a header in lower case without anything but letters and digits: "Last activation (UTC)" and
// "last_activation_utc" are one.
func plainWord(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, s)
}
