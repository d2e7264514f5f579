package partner

import (
	"slices"
	"strconv"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/support"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// movePage is the planner of a move from volume licensing (F51): which devices lose their KMS activation when.
type movePage struct {
	Strip  *ui.Strip
	Fleet  *ui.Chart
	List   ui.Table
	Import ui.Form
	Bad    *ui.Table // the rows that kept the file out
	Hints  ui.Facts
	Call   ui.Call
}

const maxScript = 2_000 // devices of a script

// deviceQuery is the list's filter, as the address has it.
func deviceQuery(v *ui.Visit) app.DeviceQuery {
	q := app.DeviceQuery{Name: v.Query("q"), Limit: ui.Limit + 1}
	if s := license.MoveState(v.Query("state")); slices.Contains(license.MoveStates(), s) {
		q.State = s
	} else if v.Query("state") == "open" {
		q.Open = true
	}
	ui.ReadCursor(v.Query("after"), &q.After)
	return q
}

// move shows the planner (R04).
func move(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	if v.IsCSV() {
		return moveCSV(v, c)
	}
	return showMove(v, c, 200, moveImport(v, c), nil, nil)
}

func moveAt(c party.Customer) string { return "/customers/" + string(c.ID) + "/move" }

func showMove(v *ui.Visit, c party.Customer, status int, form ui.Form, errors *ui.Errors, bad *ui.Table) error {
	fleet, err := v.App.Fleet(v.R.Context(), v.Actor, c.ID, license.Weekly)
	if err != nil {
		return err
	}
	q := deviceQuery(v)
	found, err := v.App.Devices(v.R.Context(), v.Actor, c.ID, q)
	if err != nil {
		return err
	}
	p := customerPage(v, c, "move", v.T("customer.move"))
	p.Errors = errors
	page := movePage{List: moveList(v, c, found, q, fleet.Total), Import: form, Bad: bad, Hints: moveHints(v), Call: ui.Call{
		ID: "call", Method: "GET", Path: "/v1/customers/" + string(c.ID) + "/activations/plan", URL: v.URL,
	}}
	if fleet.Total > 0 {
		p.Head.Sub = []any{v.T("move.devices", "n", fleet.Total), v.T("move.at_risk", "n", fleet.AtRisk())}
		p.Head.Acts = []ui.Button{
			{Text: v.T("part.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"},
			{Text: v.T("move.script_fleet"), Href: moveAt(c) + "/script?form=fleet", Icon: "down"},
			{Text: v.T("move.script_device"), Href: moveAt(c) + "/script?form=device", Icon: "down"},
		}
		page.Strip, page.Fleet = moveStrip(v, fleet), moveChart(v, fleet)
	}
	if v.May(party.RaiseSupport) {
		p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("move.help"), Href: "/requests/new?topic=" + strconv.Itoa(support.MigrationTopic) + "&customer=" + string(c.ID)})
	}
	return v.ShowAs(status, "move", p, page)
}

func moveStrip(v *ui.Visit, f license.Fleet) *ui.Strip {
	s := ui.Strip{Label: v.T("move.states")}
	for _, state := range license.MoveStates() {
		s.Figures = append(s.Figures, ui.Figure{Name: v.T("move.state." + string(state)), Value: f.Count[state], Hint: v.T("move.hint." + string(state))})
	}
	return &s
}

// moveWeeks is how many weeks to come have a bar of their own.
const moveWeeks = 8

// moveChart is the countdown of the fleet: what has lapsed, what lapses in which of the next weeks, and later.
func moveChart(v *ui.Visit, f license.Fleet) *ui.Chart {
	lapsed, later := ui.Bar{Name: v.T("move.state.lapsed")}, ui.Bar{Name: v.T("move.later")}
	var weeks []ui.Bar
	var over, rest int64
	twin := ui.Table{Caption: v.T("move.chart"), Small: true, Columns: []ui.Column{
		{Head: v.T("move.week")}, {Head: v.T("move.lapsing"), Num: true}, {Head: v.T("move.lapsed_by"), Num: true}, {Head: v.T("move.done"), Num: true}, {Head: v.T("move.done_by"), Num: true},
	}}
	soon := f.At.AddDate(0, 0, 30)
	passed := f.Count[license.MoveLapsed] // those of the running week among them
	for _, b := range f.Bars {
		twin.Rows = append(twin.Rows, ui.Row{Past: !b.Until.After(f.At), Cells: []ui.Cell{{Value: ui.Day(b.From)}, {Value: b.Lapsing}, {Value: b.LapsedBy}, {Value: b.Done}, {Value: b.DoneBy}}})
		switch {
		case b.Lapsing == 0:
		case !b.Until.After(f.At):
			over += b.Lapsing
		case b.From.After(f.At.AddDate(0, 0, 7*moveWeeks)):
			rest += b.Lapsing
		default:
			class := "f-ink"
			if b.From.Before(soon) {
				class = "f-st"
			}
			if !b.From.After(f.At) {
				b.Lapsing -= passed - over
			}
			weeks = append(weeks, ui.Bar{Name: v.L.DayMonth(b.From), Label: v.L.Int(b.Lapsing), Parts: []ui.BarPart{{Size: b.Lapsing, Class: class}}})
		}
	}
	lapsed.Label, lapsed.Parts = v.L.Int(passed), []ui.BarPart{{Size: passed, Class: "f-3"}}
	later.Label, later.Parts = v.L.Int(rest), []ui.BarPart{{Size: rest, Class: "f-ink"}}
	c := ui.Bars(ui.Chart{ID: "fleet", Title: v.T("move.chart"), Hint: v.T("move.chart_hint"), Twin: twin},
		v.T("move.chart_title", "over", passed, "total", f.Total), append(append([]ui.Bar{lapsed}, weeks...), later))
	return &c
}

func moveMark(v *ui.Visit, s license.MoveState) ui.Mark {
	kind := map[license.MoveState]string{
		license.MoveUnknown: "prep", license.MoveLapsed: "dead", license.MoveUrgent: "soon", license.MoveSoon: "wait", license.MoveSafe: "good", license.MoveDone: "good",
	}[s]
	return ui.Mark{Kind: kind, Text: v.T("move.state." + string(s))}
}

func moveList(v *ui.Visit, c party.Customer, found app.DevicesView, q app.DeviceQuery, total int64) ui.Table {
	t := ui.Table{
		ID: "devices", Title: v.T("move.list"), Caption: v.T("move.list"),
		Columns: []ui.Column{{Head: v.T("move.device")}, {Head: v.T("move.product")}, {Head: v.T("move.last")}, {Head: v.T("move.until")}, {Head: v.T("move.left"), Num: true}, {Head: v.T("move.state")}},
		Empty:   ui.Empty{Title: v.T("move.none"), Text: v.T("move.none_text"), Act: &ui.Button{Text: v.T("move.import_title"), Href: "#import-h", Kind: "main"}},
	}
	if total > 0 {
		t.Empty = ui.Empty{Title: v.T("move.not_found"), Act: &ui.Button{Text: v.T("move.all"), Href: moveAt(c)}}
		state := ui.Field{Name: "state", Label: v.T("move.state"), Kind: "select", Value: v.Query("state"), Options: []ui.Option{{Text: v.T("part.any")}, {Value: "open", Text: v.T("move.open")}}}
		for _, s := range license.MoveStates() {
			state.Options = append(state.Options, ui.Option{Value: string(s), Text: v.T("move.state." + string(s))})
		}
		t.Filters = v.Keeps(&ui.Filters{Label: v.T("move.filter"), Action: moveAt(c), Fields: []ui.Field{{Name: "q", Label: v.T("move.find"), Kind: "search", Value: q.Name, Grow: true, MaxLength: 200}, state}})
	}
	if len(found.Devices) > ui.Limit {
		found.Devices = found.Devices[:ui.Limit]
		last := found.Devices[ui.Limit-1]
		t.Pager.Next = v.With("after", ui.Cursor(app.DeviceCursor{Done: !last.MovedAt.IsZero(), LastActivation: last.LastActivation, Key: license.DeviceKey(last.Name)}))
	}
	if v.Query("after") != "" {
		t.Pager.First = v.With("after", "")
	}
	t.Pager.Shown = v.T("part.shown", "n", len(found.Devices))
	t.Bulk = &ui.Bulk{Post: moveAt(c) + "/mark", Once: v.Once(), Name: v.T("move.choose"), Acts: []ui.Button{{Text: v.T("move.mark"), Post: "done"}, {Text: v.T("move.unmark"), Post: "undo", Kind: "quiet"}}}
	for _, d := range found.Devices {
		state := d.State(found.Now)
		row := ui.Row{Pick: string(d.ID), Past: state == license.MoveDone, Cells: []ui.Cell{
			{Value: d.Name}, {Value: d.Product}, {Value: d.LastActivation}, {Value: d.Until()}, {Value: daysOf(d, found.Now)}, {Value: moveMark(v, state)},
		}}
		if state == license.MoveDone {
			row.Cells[5].Hint = ui.Day(d.MovedAt)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func daysOf(d license.Device, now time.Time) any {
	if d.LastActivation.IsZero() || !d.MovedAt.IsZero() {
		return "–"
	}
	return d.DaysLeft(now)
}

func moveHints(v *ui.Visit) ui.Facts {
	return ui.Facts{ID: "hints", Title: v.T("move.how"), Rows: []ui.Fact{
		{Name: v.T("move.deadline"), Value: v.T("move.deadline_text")}, {Name: v.T("move.after"), Value: v.T("move.after_text")},
		{Name: v.T("move.scripts"), Value: v.T("move.scripts_text")}, {Name: v.T("move.by_hand"), Value: ui.ID("cscript //nologo slmgr.vbs /ipk"), Hint: v.T("move.by_hand_key")}, {Name: v.T("move.by_hand_then"), Value: ui.ID("cscript //nologo slmgr.vbs /ato")},
	}}
}

// moveCSV is the file of devices: it can be imported again.
func moveCSV(v *ui.Visit, c party.Customer) error {
	q := deviceQuery(v)
	q.After, q.Limit = app.DeviceCursor{}, ui.Export
	found, err := v.App.Devices(v.R.Context(), v.Actor, c.ID, q)
	if err != nil {
		return err
	}
	// These heads are those that an import knows.
	t := ui.Table{}
	for _, head := range []string{"Device", "Product", "LastActivation", "Deadline", "DaysLeft", "State", "Done", "DoneAt"} {
		t.Columns = append(t.Columns, ui.Column{Head: head})
	}
	for _, d := range found.Devices {
		done := "no"
		if !d.MovedAt.IsZero() {
			done = "yes"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: d.Name}, {Value: d.Product}, {Value: d.LastActivation}, {Value: d.Until()}, {Value: daysOf(d, found.Now)}, {Value: string(d.State(found.Now))}, {Value: done}, {Value: d.MovedAt},
		}})
	}
	return v.CSV("devices", t)
}

// moveScript gives a command file over slmgr.vbs: for one device, or for those over the network with the nearest deadlines.
func moveScript(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	q := app.DeviceQuery{Open: true, Limit: 1}
	fleet := v.Query("form") == "fleet"
	if fleet {
		q.Limit = maxScript
	}
	found, err := v.App.Devices(v.R.Context(), v.Actor, c.ID, q) // who may not see them gets no script either
	if err != nil {
		return err
	}
	if fleet {
		return v.File("application/octet-stream", "activate-fleet.cmd", []byte(license.FleetScript(found.Devices)))
	}
	return v.File("application/octet-stream", "activate.cmd", []byte(license.DeviceScript()))
}

func moveImport(v *ui.Visit, c party.Customer) ui.Form {
	return ui.Form{
		Action: moveAt(c) + "/import", Once: v.Once(), Files: true, Submit: ui.Button{Text: v.T("move.import"), Kind: "main"},
		Fields: []ui.Field{{Name: "file", Label: v.T("move.file"), Kind: "file", Hint: v.T("move.file_hint"), Required: true}},
	}
}

// importDevices takes a CSV file; when a row is wrong nothing is taken, and the page says which rows and why.
func importDevices(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	up, err := v.Upload(app.MaxDeviceFile)
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) {
			return v.App.ImportDevices(v.R.Context(), v.Actor, req, c.ID, up.Whole())
		}, func(out any) ui.Then {
			r := out.(app.DeviceReport)
			return ui.Then{To: moveAt(c), Said: v.T("move.imported", "n", r.Rows, "added", r.Added, "changed", r.Changed, "same", r.Same)}
		})
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.KindDenied || f.Kind == fault.KindNotFound {
		return err
	}
	form := moveImport(v, c)
	return showMove(v, c, ui.Again(f), form, form.Blame(v.L, f, "file"), badDevices(v, f))
}

// badDevices are the rows that kept a file out.
func badDevices(v *ui.Visit, f *fault.Fault) *ui.Table {
	rows, ok := f.Args["errors"].([]app.DeviceError)
	if !ok {
		return nil
	}
	return v.BadRows(len(rows), func(i int) (int, string, string) {
		return rows[i].Line, rows[i].Member, v.RowText(rows[i].Code, rows[i].First)
	})
}

// markDevices marks the chosen devices as done, or takes the marks away.
func markDevices(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	picks, done := sent["pick"], sent.Get("act") == "done"
	if len(picks) == 0 {
		return v.Redirect(moveAt(c), v.T("move.none_chosen"))
	}
	return v.Act(func(req app.Request) (app.Reply, error) {
		return v.App.MarkDevices(v.R.Context(), v.Actor, req, c.ID, picks, done)
	}, func(any) ui.Then {
		if done {
			return ui.Then{To: moveAt(c), Said: v.T("move.marked", "n", len(picks))}
		}
		return ui.Then{To: moveAt(c), Said: v.T("move.unmarked", "n", len(picks))}
	})
}
