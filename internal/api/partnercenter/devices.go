package partnercenter

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// deviceOperations are our extension: the planner of a move from volume licensing (F51, R04). No answer has a key in it.
func (a *api) deviceOperations() []operation {
	const all = "/v1/customers/{customer}/activations"
	ops := []operation{
		{method: http.MethodGet, path: all, handle: a.listDevices},
		{method: http.MethodPost, path: all, body: bodyStreamed, handle: a.importDevices},
		{method: http.MethodPatch, path: all, handle: a.markDevices},
		{method: http.MethodGet, path: all + "/plan", handle: a.showFleet},
		{method: http.MethodGet, path: all + "/csv", handle: a.deviceTable},
		{method: http.MethodGet, path: all + "/script", handle: a.deviceScript},
		{method: http.MethodGet, path: all + "/servicerequest", handle: a.draftDeploymentHelp},
		{method: http.MethodGet, path: all + "/{device}", handle: a.showDevice},
		{method: http.MethodPatch, path: all + "/{device}", handle: a.markDevice},
		{method: http.MethodDelete, path: all + "/{device}", status: http.StatusNoContent, handle: a.removeDevice},
	}
	for i := range ops {
		ops[i].acts, ops[i].scope = []party.Act{party.RevealKey}, scopeCustomer
		if ops[i].status == 0 {
			ops[i].status = http.StatusOK
		}
	}
	return ops
}

const (
	devicePage    = 500
	maxDevicePage = 2000 // more, or all, is as many
	maxScript     = 10_000
)

// openDevices is the word for all states but done.
const openDevices = "open"

var deviceStates = func() *enum {
	words := []string{openDevices}
	for _, s := range license.MoveStates() {
		words = append(words, string(s))
	}
	return named(words...)
}()

// deviceQuery reads what a list of devices is narrowed to.
func (r *request) deviceQuery() (q app.DeviceQuery, err error) {
	word, given, err := r.query.word(deviceStates, "state")
	if err != nil {
		return q, err
	}
	if q.Open = word == openDevices; given && !q.Open {
		q.State = license.MoveState(word)
	}
	q.Name, q.Product = r.query.get("name"), r.query.get("product")
	return q, nil
}

func (a *api) listDevices(ctx context.Context, r *request) (answer, error) {
	p, err := r.page(devicePage, maxDevicePage)
	if err != nil {
		return answer{}, err
	}
	if p.size == 0 {
		p.size = maxDevicePage
	}
	q, err := r.deviceQuery()
	if err != nil {
		return answer{}, err
	}
	if p.after != nil {
		at, key, ok := seekPoint(p.after[min(1, len(p.after)):])
		if !ok {
			return answer{}, fault.Invalid("cursor.invalid", nil)
		}
		if q.After = (app.DeviceCursor{Done: p.after[0] == "done", LastActivation: at, Key: key}); at.Unix() == 0 {
			q.After.LastActivation = license.Device{}.LastActivation
		}
	}
	q.Limit = p.size + 1
	v, err := a.app.Devices(ctx, r.actor, r.customer, q)
	if err != nil {
		return answer{}, err
	}
	var last []string
	if len(v.Devices) > p.size {
		v.Devices = v.Devices[:p.size]
		last = seekDevice(v.Devices[p.size-1])
	}
	return reply(seek(r, p, r.devices(v), last))
}

// deviceAfter is the place of a device in the plan.
func deviceAfter(d license.Device) app.DeviceCursor {
	return app.DeviceCursor{Done: !d.MovedAt.IsZero(), LastActivation: d.LastActivation, Key: license.DeviceKey(d.Name)}
}

// importDevices takes a CSV file as the body.
func (a *api) importDevices(ctx context.Context, r *request) (answer, error) {
	if r.http.ContentLength > app.MaxDeviceFile {
		if err := r.mayAny(); err != nil {
			return answer{}, err
		}
		return answer{}, fault.Invalid("import.too_large", fault.Args{"max": app.MaxDeviceFile})
	}
	return a.app.ImportDevices(ctx, r.actor, r.replay(true, func(out any) (app.Reply, error) {
		return reply(deviceImportOf(out.(app.DeviceReport)))
	}), r.customer, sent{r.http.Body})
}

// markDevices marks several devices at once, or takes the marks away.
func (a *api) markDevices(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[devicesBody](r)
	if err != nil {
		return answer{}, err
	}
	if len(in.value.Devices) == 0 {
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "devices"})
	}
	if !in.has("done") {
		return answer{}, fault.Invalid("member.missing", fault.Args{"member": "done"})
	}
	return a.app.MarkDevices(ctx, r.actor, r.replay(false, func(out any) (app.Reply, error) {
		return reply(collect(r.devices(out.(app.DevicesView))))
	}), r.customer, in.value.Devices, in.value.Done)
}

// markDevice marks one. A PATCH that does not speak of done changes nothing.
func (a *api) markDevice(ctx context.Context, r *request) (answer, error) {
	if err := r.mayAny(); err != nil {
		return answer{}, err
	}
	in, err := read[deviceBody](r)
	if err != nil {
		return answer{}, err
	}
	if !in.has("done") {
		return a.showDevice(ctx, r)
	}
	return a.app.MarkDevices(ctx, r.actor, r.replay(false, r.deviceAnswer), r.customer, []string{r.path("device")}, in.value.Done)
}

func (r *request) deviceAnswer(out any) (app.Reply, error) {
	return reply(r.devices(out.(app.DevicesView))[0])
}

func (a *api) showDevice(ctx context.Context, r *request) (answer, error) {
	v, err := a.app.Device(ctx, r.actor, r.customer, r.path("device"))
	if err != nil {
		return answer{}, err
	}
	return r.deviceAnswer(v)
}

func (a *api) removeDevice(ctx context.Context, r *request) (answer, error) {
	return a.app.RemoveDevice(ctx, r.actor, r.replay(false, func(any) (app.Reply, error) { return app.Reply{}, nil }), r.customer, r.path("device"))
}

var deviceSpans = named(string(license.Weekly), string(license.Daily))

// showFleet answers the picture of the fleet, by weeks or by days.
func (a *api) showFleet(ctx context.Context, r *request) (answer, error) {
	span, given, err := r.query.word(deviceSpans, "granularity")
	if err != nil {
		return answer{}, err
	}
	if !given {
		span = string(license.Weekly)
	}
	f, err := a.app.Fleet(ctx, r.actor, r.customer, license.Span(span))
	if err != nil {
		return answer{}, err
	}
	return reply(r.fleet(f))
}

// draftDeploymentHelp answers the body that a request for help with the deployment is raised with.
func (a *api) draftDeploymentHelp(ctx context.Context, r *request) (answer, error) {
	v, err := a.app.DraftDeploymentHelp(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	return reply(r.serviceRequest(v))
}

var scriptForms = named("device", "fleet")

// deviceScript answers a command file over slmgr.vbs: for the device it runs on, or for devices over the network, those with
// the nearest deadline first. The product key is its argument.
func (a *api) deviceScript(ctx context.Context, r *request) (answer, error) {
	form, _, err := r.query.word(scriptForms, "form")
	if err != nil {
		return answer{}, err
	}
	q, err := r.deviceQuery()
	if err != nil {
		return answer{}, err
	}
	if q.Limit, err = r.query.number("size", devicePage); err != nil {
		return answer{}, err
	}
	if q.Limit = min(q.Limit, maxScript); q.Limit <= 0 {
		q.Limit = maxScript
	}
	if q.State == "" {
		q.Open = true // what is done needs no script
	}
	script, name := license.DeviceScript(), "activate.cmd"
	if form != "fleet" {
		q.Limit = 1 // only whether the caller may
	}
	v, err := a.app.Devices(ctx, r.actor, r.customer, q)
	if err != nil {
		return answer{}, err
	}
	if form == "fleet" {
		script, name = license.FleetScript(v.Devices), "activate-fleet.cmd"
	}
	return answer{
		Header: map[string]string{"Content-Type": typeFile, "Content-Disposition": disposition(name), "Cache-Control": "private, no-store"},
		Body:   []byte(script),
	}, nil
}

var separators = map[string]rune{"": ',', "comma": ',', "semicolon": ';', "tab": '\t'}

// deviceTable answers the devices as CSV, in the order of the plan, written while they are read: for deployment tools, and to
// be imported again.
func (a *api) deviceTable(ctx context.Context, r *request) (answer, error) {
	q, err := r.deviceQuery()
	if err != nil {
		return answer{}, err
	}
	comma, ok := separators[strings.ToLower(r.query.get("separator"))]
	if !ok {
		return answer{}, badValue("separator", "comma, semicolon or tab")
	}
	mark, err := r.query.flag("bom")
	if err != nil {
		return answer{}, err
	}
	q.Limit = maxDevicePage
	v, err := a.app.Devices(ctx, r.actor, r.customer, q)
	if err != nil {
		return answer{}, err
	}
	r.stream = func(w io.Writer) error {
		if mark {
			if _, err := w.Write(bom); err != nil {
				return err
			}
		}
		out := csv.NewWriter(w)
		out.Comma, out.UseCRLF = comma, true
		return writeDevices(out, v, func(after app.DeviceCursor) (app.DevicesView, error) {
			q.After = after
			return a.app.Devices(ctx, r.actor, r.customer, q)
		})
	}
	return answer{Header: map[string]string{"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": disposition("activations.csv")}}, nil
}

var deviceColumns = []string{"Device", "Product", "LastActivation", "Deadline", "DaysLeft", "State", "Done", "DoneAt"}

// writeDevices writes devices, and those that next has after each whole page.
func writeDevices(out *csv.Writer, v app.DevicesView, next func(app.DeviceCursor) (app.DevicesView, error)) error {
	if err := out.Write(deviceColumns); err != nil {
		return err
	}
	for {
		for _, d := range v.Devices {
			w := deviceOf("", d, v.Now)
			days := ""
			if w.DaysLeft != nil {
				days = strconv.FormatInt(*w.DaysLeft, 10)
			}
			done := "no"
			if w.Done {
				done = "yes"
			}
			row := []string{w.Device, w.Product, w.LastActivation.text(), w.Deadline.text(), days, w.State, done, w.DoneDate.text()}
			for i := range row {
				row[i] = harmless(row[i])
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		out.Flush()
		if err := out.Error(); err != nil || len(v.Devices) < maxDevicePage {
			return err
		}
		var err error
		if v, err = next(deviceAfter(v.Devices[len(v.Devices)-1])); err != nil {
			return err
		}
	}
}

// rowErrors are what is wrong with the rows of a file, in words.
func rowErrors(args fault.Args) []string {
	errs, _ := args["errors"].([]app.DeviceError)
	told := make([]string, len(errs))
	for i, e := range errs {
		told[i] = fmt.Sprintf("line %d: ", e.Line)
		if e.Member != "" {
			told[i] += e.Member + " "
		}
		text, known := rowTexts[e.Code]
		if !known {
			text = e.Code
		}
		told[i] += strings.ReplaceAll(text, "{first}", strconv.Itoa(e.First))
	}
	return slices.Clip(told)
}

// rowTexts say what is wrong with a member of a row.
var rowTexts = map[string]string{
	"row.missing":  "is missing",
	"row.device":   "is no name of a computer: letters, digits, and . - _ after the first",
	"row.twice":    "is of the same device as line {first}",
	"row.date":     "is no date such as 2026-11-20 or 11/20/2026",
	"row.range":    "lies before 2000",
	"row.future":   "lies in the future",
	"row.text":     "holds what is no text in UTF-8",
	"row.too_long": "is too long",
	"row.unknown":  "is neither yes nor no",
	"row.columns":  "it has another number of columns than the first line",
	"row.quotes":   "its quotes are not those of CSV",
}
