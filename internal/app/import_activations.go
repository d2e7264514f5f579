package app

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// The bounds of a file of devices. One transaction takes all of it.
const (
	MaxDeviceFile  = 32 << 20 // bytes
	maxDeviceRows  = 100_000
	maxProductName = 200 // characters
)

// DeviceReport is what an import of devices did.
type DeviceReport struct {
	Rows           int
	Added, Changed int
	Same           int // rows that said nothing new
	Marked, Undone int // done marks set and taken away
}

// DeviceError says where a row of a file of devices is wrong. First is the line of the row that is of the same device
// ("row.twice").
type DeviceError struct {
	RowError
	First int
}

// ImportDevices takes a CSV file of devices into a customer's planner (F51, R04): all or nothing, safe to repeat, the same
// device is updated. Columns are matched loosely, see deviceColumns; the separator is a comma, a semicolon or a tab, as the
// header has it; a BOM may stand before it. Dates are in ISO or US form, UTC unless they say otherwise; one without a time is
// its first instant, so that no deadline is thought later than it is. The outcome is a DeviceReport.
// Faults: "import.csv" with the line, "import.column" with the name, "import.too_large", "import.empty", "import.rows" with
// how many rows are wrong and the first hundred DeviceErrors, "activations.full".
func (a *App) ImportDevices(ctx context.Context, who party.Actor, req Request, c id.Customer, file io.Reader) (Reply, error) {
	if err := who.MayFor(party.RevealKey, c); err != nil {
		return Reply{}, err
	}
	// Nobody's time is spent on reading for a customer that is not there.
	if _, err := read(ctx, a.Store, func(r Reader) (party.Customer, error) { return r.Customer(who.Scope, c) }); err != nil {
		return Reply{}, err
	}
	now := a.Clock.Now()
	hash := sha256.New()
	sheet := deviceSheet{now: now, seen: map[string]int{}}
	if err := sheet.read(io.TeeReader(file, hash)); err != nil {
		return Reply{}, err
	}
	req.BodyHash = [32]byte(hash.Sum(nil))
	act := Act{Actor: who, Lock: Lock{Customers: []string{string(c)}}, Request: req} // it writes much: see store.update.large
	return a.Store.Update(ctx, act, func(tx Tx) (any, error) {
		customer, err := tx.Customer(who.Scope, c)
		if err != nil {
			return nil, err
		}
		known, err := tx.Devices(who.Scope, c, DeviceQuery{})
		if err != nil {
			return nil, err
		}
		in, err := license.TakeDevices(a.IDs, known, sheet.rows, now)
		if err != nil {
			return nil, err
		}
		if err := tx.AddDevices(c, in.Added); err != nil {
			return nil, err
		}
		if err := tx.SaveDevices(c, in.Changed); err != nil {
			return nil, err
		}
		report := DeviceReport{len(sheet.rows), len(in.Added), len(in.Changed), in.Same, in.Marked, in.Undone}
		s := saver{a, tx, &act, customer, now}
		return report, s.record(activity.ImportActivations, activity.Activation, string(c),
			counted("Rows", report.Rows), counted("Added", report.Added), counted("Changed", report.Changed),
			counted("Done", report.Marked), counted("Undone", report.Undone))
	})
}

func counted(key string, n int) activity.Detail {
	return activity.Detail{Key: key, Value: strconv.Itoa(n)}
}

// The columns of a file of devices.
const (
	deviceName = iota
	deviceLast
	deviceProduct
	deviceDone
	deviceColumnCount
)

var deviceColumns = [deviceColumnCount]columnName{
	{"Device", " devicename computer computername host hostname machine machinename name fqdn dnshostname netbiosname fullyqualifieddomainname "},
	{"LastActivation", " lastkmsactivation lastactivationdate lastkmsactivationdate lastactivationtime lastactivationutc lastkmsactivationutc " +
		"lastactivated lastactivatedat kmsactivation kmsactivationdate activationdate activated activatedat activatedon "},
	{"Product", " productname edition software "},
	{"Done", " moved migrated deployed completed makdeployed "},
}

// deviceSheet is a file that was read: what it says, or what is wrong with it.
type deviceSheet struct {
	now time.Time

	rows []license.DeviceRow
	seen map[string]int // the line of each device

	item, badRows int
	bad           []DeviceError
}

// read takes the whole file.
func (f *deviceSheet) read(file io.Reader) error {
	err := rowsIn{deviceColumns[:], []int{deviceName, deviceLast}, MaxDeviceFile, maxDeviceRows}.read(file, f.take)
	if err == nil && f.badRows > 0 {
		return fault.Invalid("import.rows", fault.Args{"rows": f.badRows, "errors": f.bad})
	}
	return err
}

// earliest is the first day on which anything was activated by KMS, with years to spare: a date before it is a mistake.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// take reads one row.
func (f *deviceSheet) take(p placed, at []int, width int) {
	f.item++
	var wrongs []DeviceError
	bad := func(c int, code string, first int) {
		wrongs = append(wrongs, DeviceError{RowError{f.item, p.line, deviceColumns[c].name, code}, first})
	}
	if !p.ok || len(p.fields) != width {
		code := "row.columns"
		if !p.ok {
			code = "row.quotes"
		}
		f.refuse(DeviceError{RowError: RowError{f.item, p.line, "", code}})
		return
	}
	field := func(c int) string {
		if at[c] < 0 {
			return ""
		}
		return strings.TrimSpace(p.fields[at[c]])
	}
	r := license.DeviceRow{Name: field(deviceName), Product: unharmed(field(deviceProduct))}
	switch {
	case r.Name == "":
		bad(deviceName, "row.missing", 0)
	case !license.DeviceNamed(r.Name):
		bad(deviceName, "row.device", 0)
	default:
		if first := f.seen[license.DeviceKey(r.Name)]; first > 0 {
			bad(deviceName, "row.twice", first)
		} else {
			f.seen[license.DeviceKey(r.Name)] = p.line
		}
	}
	last, _, ok := parseDate(field(deviceLast))
	switch {
	case !ok:
		bad(deviceLast, "row.date", 0)
	case !last.IsZero() && last.Before(earliest):
		bad(deviceLast, "row.range", 0)
	case last.After(f.now.Add(24 * time.Hour)): // a local time may be ahead of UTC
		bad(deviceLast, "row.future", 0)
	}
	r.LastActivation = last
	switch {
	case !license.Plain(r.Product):
		bad(deviceProduct, "row.text", 0)
	case utf8.RuneCountInString(r.Product) > maxProductName:
		bad(deviceProduct, "row.too_long", 0)
	}
	if r.Done, ok = yesOrNo(field(deviceDone)); !ok {
		bad(deviceDone, "row.unknown", 0)
	}
	if len(wrongs) > 0 {
		f.refuse(wrongs...)
		return
	}
	r.Name, r.Product = strings.Clone(r.Name), strings.Clone(r.Product) // a part of the row would keep all of it
	f.rows = append(f.rows, r)
}

// refuse notes what is wrong with a row: the first hundred things are told.
func (f *deviceSheet) refuse(wrongs ...DeviceError) {
	f.badRows++
	f.bad = append(f.bad, wrongs[:min(len(wrongs), maxBad-len(f.bad))]...)
}

// yesOrNo reads a mark; empty says nothing.
func yesOrNo(s string) (*bool, bool) {
	yes := true
	switch strings.ToLower(s) {
	case "":
		return nil, true
	case "yes", "y", "true", "1", "done", "x":
	case "no", "n", "false", "0":
		yes = false
	default:
		return nil, false
	}
	return &yes, true
}

// unharmed takes away the apostrophe that an export put before what a spreadsheet would take for a formula.
func unharmed(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(s[1])) {
		return s[1:]
	}
	return s
}

// String is an error as it is logged and shown on a terminal.
func (e DeviceError) String() string {
	text := fmt.Sprintf("line %d: %s: %s", e.Line, e.Member, e.Code)
	if e.First > 0 {
		text += fmt.Sprintf(" (line %d)", e.First)
	}
	return text
}
