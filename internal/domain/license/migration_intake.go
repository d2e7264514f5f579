package license

import (
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// MaxFleet is how many devices a customer has in the planner at most.
const MaxFleet = 200_000

// DeviceRow is what a file says of a device. What it does not say of one that is known already stays as it is.
type DeviceRow struct {
	Name           string
	Product        string
	LastActivation time.Time // zero: not told
	Done           *bool     // nil: not told
}

// Intake is what becomes of a fleet by an import. Same are the devices of which the file said nothing new.
type Intake struct {
	Added, Changed []Device
	Same           int
	Marked, Undone int // marks set and taken away, of added and changed ones
}

// TakeDevices lays a file over the devices that are known, at now: the same device is updated, never doubled (F51). No two
// rows are of one device. Fault "activations.full".
func TakeDevices(ids id.Source, known []Device, rows []DeviceRow, now time.Time) (Intake, error) {
	at := make(map[string]int, len(known))
	for i, d := range known {
		at[DeviceKey(d.Name)] = i
	}
	var in Intake
	ids = ids.Series()
	for _, r := range rows {
		i, there := at[DeviceKey(r.Name)]
		before := Device{Name: r.Name}
		if there {
			before = known[i]
		}
		d := before
		if r.Product != "" {
			d.Product = r.Product
		}
		if !r.LastActivation.IsZero() {
			d.LastActivation = r.LastActivation
		}
		if r.Done != nil {
			marked := false
			if d, marked = d.Mark(*r.Done, now); marked && *r.Done {
				in.Marked++
			} else if marked {
				in.Undone++
			}
		}
		switch {
		case !there:
			d.ID, d.Version = id.Device(ids.GUID()), 1
			in.Added = append(in.Added, d)
		case d == before:
			in.Same++
		default:
			in.Changed = append(in.Changed, d)
		}
	}
	if len(known)+len(in.Added) > MaxFleet {
		return Intake{}, fault.Refuse("activations.full", fault.Args{"max": MaxFleet})
	}
	return in, nil
}
