package partnercenter

import (
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
)

// device is a machine in the planner. Without a last activation it has no deadline and no days left.
type device struct {
	ID             string      `json:"id"`
	Device         string      `json:"device"`
	Product        string      `json:"product,omitempty"`
	LastActivation wireTime    `json:"lastActivation,omitzero"`
	Deadline       wireTime    `json:"deadline,omitzero"` // it runs without downtime until then
	DaysLeft       *int64      `json:"daysLeft,omitempty"`
	State          string      `json:"state"`
	Done           bool        `json:"done"`
	DoneDate       wireTime    `json:"doneDate,omitzero"`
	Links          *selfLinks  `json:"links"`
	Attributes     *attributes `json:"attributes"`
}

func deviceOf(all string, d license.Device, now time.Time) device {
	w := device{
		ID: string(d.ID), Device: d.Name, Product: d.Product, LastActivation: at(d.LastActivation), Deadline: at(d.Until()),
		State: string(d.State(now)), Done: !d.MovedAt.IsZero(), DoneDate: at(d.MovedAt),
		Links: self(all + "/" + string(d.ID)), Attributes: &attributes{Etag: etag(string(d.ID), d.Version), ObjectType: "Activation"},
	}
	if !d.LastActivation.IsZero() {
		days := d.DaysLeft(now)
		w.DaysLeft = &days
	}
	return w
}

// activations is where the customer's devices are.
func (r *request) activations() string { return "/customers/" + string(r.customer) + "/activations" }

func (r *request) devices(v app.DevicesView) []device {
	items := make([]device, len(v.Devices))
	for i, d := range v.Devices {
		items[i] = deviceOf(r.activations(), d, v.Now)
	}
	return items
}

// seekDevice is a device's sort key in a cursor: what is not known is the instant 0.
func seekDevice(d license.Device) []string {
	word, at := "", d.LastActivation
	if !d.MovedAt.IsZero() {
		word = "done"
	}
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	return append([]string{word}, seekKey(at, license.DeviceKey(d.Name))...)
}

type deviceBody struct {
	Done bool `json:"done"`
}

type devicesBody struct {
	Devices []string `json:"devices"` // ids or names
	Done    bool     `json:"done"`
}

type deviceImport struct {
	Rows       int         `json:"rows"`
	Added      int         `json:"added"`
	Changed    int         `json:"changed"`
	Unchanged  int         `json:"unchanged"`
	Done       int         `json:"done"`   // marks that were set
	Undone     int         `json:"undone"` // and taken away
	Attributes *attributes `json:"attributes"`
}

func deviceImportOf(r app.DeviceReport) deviceImport {
	return deviceImport{r.Rows, r.Added, r.Changed, r.Same, r.Marked, r.Undone, of("ActivationImport")}
}

// fleet is the picture of a customer's devices. The counts sum up to total; so do the last bar's lapsedInAll and doneInAll
// with counts.unknown.
type fleet struct {
	AsOf       wireTime    `json:"asOf"`
	Total      int64       `json:"total"`
	AtRisk     int64       `json:"atRisk"` // unknown, lapsed, urgent or soon
	Counts     fleetCounts `json:"counts"`
	Timeline   []fleetBar  `json:"timeline"`
	Links      *fleetLinks `json:"links"`
	Attributes *attributes `json:"attributes"`
}

type fleetCounts struct {
	Unknown int64 `json:"unknown"`
	Lapsed  int64 `json:"lapsed"`
	Urgent  int64 `json:"urgent"` // within 7 days
	Soon    int64 `json:"soon"`   // within 30 days
	Safe    int64 `json:"safe"`
	Done    int64 `json:"done"`
}

// fleetBar is what happens from ≤ t < until.
type fleetBar struct {
	From        wireTime `json:"from"`
	Until       wireTime `json:"until"`
	Lapsing     int64    `json:"lapsing"`
	Done        int64    `json:"done"`
	LapsedInAll int64    `json:"lapsedInAll"`
	DoneInAll   int64    `json:"doneInAll"`
}

type fleetLinks struct {
	Plan           link `json:"plan"`
	CSV            link `json:"csv"`
	Script         link `json:"script"`
	FleetScript    link `json:"fleetScript"`
	DeploymentHelp link `json:"deploymentHelp"`
	Self           link `json:"self"`
}

func (r *request) fleet(f license.Fleet) fleet {
	w := fleet{
		AsOf: at(f.At), Total: f.Total, AtRisk: f.AtRisk(), Timeline: make([]fleetBar, len(f.Bars)), Attributes: of("ActivationPlan"),
		Counts: fleetCounts{
			f.Count[license.MoveUnknown], f.Count[license.MoveLapsed], f.Count[license.MoveUrgent], f.Count[license.MoveSoon],
			f.Count[license.MoveSafe], f.Count[license.MoveDone],
		},
	}
	for i, b := range f.Bars {
		w.Timeline[i] = fleetBar{at(b.From), at(b.Until), b.Lapsing, b.Done, b.LapsedBy, b.DoneBy}
	}
	all := r.activations()
	w.Links = &fleetLinks{
		Plan: linkTo(all + "?state=open"), CSV: linkTo(all + "/csv?state=open"), Script: linkTo(all + "/script"),
		FleetScript: linkTo(all + "/script?form=fleet"), DeploymentHelp: linkTo(all + "/servicerequest"), Self: linkTo(r.uri(r.query)),
	}
	return w
}

// text is an instant as CSV has it; the zero one is nothing.
func (t wireTime) text() string {
	if t.IsZero() {
		return ""
	}
	text, _ := t.MarshalJSON() // never fails
	return strings.Trim(string(text), `"`)
}
