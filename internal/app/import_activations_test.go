package app

import (
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
)

// FuzzDeviceFile reads any bytes as a file of devices (F51): what is taken is devices with names that may stand in a script, no
// two the same, and all else is refused with a fault.
func FuzzDeviceFile(f *testing.F) {
	for _, seed := range []string{
		"Device,LastActivation\nPC-1,2026-01-01\n", "\ufeffhost;activated;moved\r\npc;1/2/2026 3:04 PM;x\r\n", "Device\tLastActivation\tProduct\n\"a\tb\"\t\t\"x\ny\"\n",
		"Device,LastActivation\n\"", "=,;\t\n", "Device,LastActivation\npc,0001-01-01\nPC,\n",
	} {
		f.Add([]byte(seed))
	}
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, file []byte) {
		sheet := deviceSheet{now: now, seen: map[string]int{}}
		err := sheet.read(strings.NewReader(string(file)))
		if err != nil {
			if fault.Of(err) == nil || len(sheet.bad) > maxBad {
				t.Fatalf("%v, %d told", err, len(sheet.bad))
			}
			return
		}
		seen := map[string]bool{}
		for _, r := range sheet.rows {
			key := license.DeviceKey(r.Name)
			if seen[key] || !license.DeviceNamed(r.Name) || !license.Plain(r.Product) || r.LastActivation.After(now.Add(24*time.Hour)) ||
				!r.LastActivation.IsZero() && r.LastActivation.Before(earliest) || r.LastActivation.Nanosecond()%1000 != 0 {
				t.Fatalf("%+v", r)
			}
			seen[key] = true
		}
		if len(sheet.rows) == 0 || len(sheet.rows) != sheet.item {
			t.Fatalf("%d of %d rows", len(sheet.rows), sheet.item)
		}
	})
}
