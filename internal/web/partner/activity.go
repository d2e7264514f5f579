package partner

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/domain/when"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// activityPage is the activity log: who did what for which customer, and who saw keys (F53).
type activityPage struct {
	Ribbon  *ui.Chart
	Zone    string
	Filters ui.Filters
	Records []recordRow
	Empty   ui.Empty
	Pager   ui.Pager
	Reads   string // which kinds of records the reader's roles read
}

// recordRow is one record; what it says in detail opens.
type recordRow struct {
	At       string // in the reader's zone
	Iso      string
	Customer ui.To
	Action   string
	Icon     string // of records about keys and links
	Failed   bool
	About    any // link to the object
	Who      string
	ID       string
	Details  ui.Table
}

// logRange is From and To as days of the reader's zone.
type logRange struct {
	from, to string // 2026-11-23
	zone     *time.Location
	query    app.RecordQuery
}

// maxLogDays is how far apart From and To may be.
const maxLogDays = 400

// readRange reads the days asked for; without any it is the month up to today. Faults: "log.date", "log.zone", "log.range".
func readRange(v *ui.Visit, now time.Time) (r logRange, err error) {
	r.zone = v.Zone()
	if name := v.Query("zone"); name != "" {
		zone, ok := when.Zone(name)
		if !ok {
			return r, fault.Invalid("log.zone", nil)
		}
		r.zone = zone
	}
	y, m, d := when.DayOf(now, r.zone)
	toY, toM, toD, err := askedDay(v.Query("to"), y, m, d)
	if err != nil {
		return r, err
	}
	y, m, d = when.MonthBefore(toY, toM, toD)
	fromY, fromM, fromD, err := askedDay(v.Query("from"), y, m, d)
	if err != nil {
		return r, err
	}
	r.query.From, r.query.Until = when.DayStart(fromY, fromM, fromD, r.zone), when.DayStart(toY, toM, toD+1, r.zone)
	r.from, r.to = when.Date(fromY, fromM, fromD).Format(time.DateOnly), when.Date(toY, toM, toD).Format(time.DateOnly)
	if !r.query.From.Before(r.query.Until) || r.query.Until.Sub(r.query.From) > maxLogDays*24*time.Hour {
		return r, fault.Invalid("log.range", fault.Args{"max": maxLogDays})
	}
	return r, nil
}

func askedDay(text string, y int, m time.Month, d int) (int, time.Month, int, error) {
	if text == "" {
		return y, m, d, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, 0, 0, fault.Invalid("log.date", nil)
	}
	y, m, d = t.Date()
	return y, m, d, nil
}

// mayReadLog tells whether the reader's roles read any of the log (R06, R07).
func mayReadLog(v *ui.Visit) bool {
	return v.May(party.ReadSecurityLog) || v.May(party.ReadBusinessLog)
}

// activityLog is the log of the whole partner.
func activityLog(v *ui.Visit) error {
	return showLog(v, party.Customer{}, ui.Page{Title: v.T("nav.activity"), Area: "activity"}, "/activity")
}

// customerActivity is the part of it that is about one customer.
func customerActivity(v *ui.Visit) error {
	c, err := customerOf(v)
	if err != nil {
		return err
	}
	return showLog(v, c, customerPage(v, c, "activity", v.T("nav.activity")), "/customers/"+string(c.ID)+"/activity")
}

func showLog(v *ui.Visit, c party.Customer, p ui.Page, at string) error {
	now := v.App.Clock.Now()
	r, err := readRange(v, now)
	f := fault.Of(err)
	if err != nil && f == nil {
		return err
	}
	if f != nil { // what was typed stays, and the month up to today is shown
		p.Errors = &ui.Errors{Title: v.T("form.errors", "n", 1), Items: []ui.Link{{Text: v.L.Fault(f), Href: "#f-from"}}}
		y, m, d := when.DayOf(now, time.UTC)
		fy, fm, fd := when.MonthBefore(y, m, d)
		r = logRange{from: v.Query("from"), to: v.Query("to"), zone: time.UTC, query: app.RecordQuery{From: when.Date(fy, fm, fd), Until: when.Date(y, m, d+1)}}
	}
	q := r.query
	q.Customer, q.CustomerName, q.Limit = c.ID, "", ui.Limit+1
	if c.ID == "" {
		q.CustomerName = v.Query("q")
	}
	ui.ReadCursor(v.Query("after"), &q.After)
	if v.IsCSV() {
		q.After, q.Limit = app.RecordCursor{}, ui.Export
	}
	found, err := v.App.Records(v.R.Context(), v.Actor, q)
	if err != nil {
		return err
	}
	if v.IsCSV() {
		return v.CSV("activity", logExport(v, found, r.zone))
	}
	page := activityPage{Zone: r.zone.String(), Reads: v.T("log.reads_" + reads(v)), Empty: ui.Empty{Title: v.T("log.none"), Text: v.T("log.none_text")}}
	if y, m, d := when.DayOf(now, r.zone); r.from != when.Date(y-1, m, d).Format(time.DateOnly) { // a year back, where that is wider
		page.Empty.Act = &ui.Button{Text: v.T("log.widen"), Href: v.With("from", when.Date(y-1, m, d).Format(time.DateOnly), "to", when.Date(y, m, d).Format(time.DateOnly), "after", ""), Kind: "main"}
	}
	page.Filters = ui.Filters{Label: v.T("log.filter"), Action: at, Fields: []ui.Field{
		{Name: "from", Label: v.T("log.from"), Kind: "date", Value: r.from}, {Name: "to", Label: v.T("log.to"), Kind: "date", Value: r.to},
		{Name: "zone", Label: v.T("log.zone"), Value: cmp.Or(v.Query("zone"), r.zone.String()), Placeholder: "Europe/Paris", MaxLength: 64, Autocomplete: "off"},
	}}
	if c.ID == "" {
		page.Filters.Fields = append(page.Filters.Fields, ui.Field{Name: "q", Label: v.T("customers.name"), Kind: "search", Value: v.Query("q"), Grow: true, MaxLength: 200})
	}
	v.Keeps(&page.Filters)
	if len(found) > ui.Limit {
		found = found[:ui.Limit]
		last := found[ui.Limit-1]
		page.Pager.Next = v.With("after", ui.Cursor(app.RecordCursor{At: last.At, ID: last.ID}))
	}
	if v.Query("after") != "" {
		page.Pager.First = v.With("after", "")
	}
	page.Pager.Shown = v.T("part.shown", "n", len(found))
	for _, rec := range found {
		page.Records = append(page.Records, recordOf(v, rec, r.zone))
	}
	if len(found) > 0 {
		page.Ribbon = ribbon(v, found, r.zone)
	}
	p.Head.Acts = append(p.Head.Acts, ui.Button{Text: v.T("log.export"), Href: v.With("format", "csv", "after", ""), Icon: "down"})
	status := 200
	if f != nil {
		status = 422
	}
	return v.ShowAs(status, "activity", p, page)
}

func reads(v *ui.Visit) string {
	switch {
	case !v.May(party.ReadSecurityLog):
		return "business"
	case !v.May(party.ReadBusinessLog):
		return "security"
	}
	return "both"
}

// recordOf is a record as a row.
func recordOf(v *ui.Visit, rec activity.Record, zone *time.Location) recordRow {
	row := recordRow{
		At: inZone(v, rec.At, zone), Iso: rec.At.UTC().Format(time.RFC3339), Action: operation(v, rec.Operation), Failed: rec.Status == activity.Failed, Who: v.ByWhom(rec.Actor), ID: string(rec.ID),
		About: about(v, rec),
	}
	if rec.Customer != "" {
		row.Customer = ui.To{Href: "/customers/" + string(rec.Customer), Text: rec.CustomerName}
	}
	if !v.May(party.ReadCommerce) { // the log alone is theirs
		row.Customer.Href, row.About = "", nil
	}
	switch rec.Operation {
	case activity.GetSoftwareKey:
		row.Icon = "key"
	case activity.GetDownloadLink:
		row.Icon = "down"
	}
	row.Details = ui.Table{Caption: v.T("log.details"), Small: true, Columns: []ui.Column{{Head: v.T("log.field")}, {Head: v.T("log.value")}}}
	add := func(name string, value, hint any) {
		row.Details.Rows = append(row.Details.Rows, ui.Row{Cells: []ui.Cell{{Value: name}, {Value: value, Hint: hint}}})
	}
	for _, d := range rec.Details {
		add(v.DetailName(d.Key), v.DetailValue(d), nil)
	}
	add(v.T("log.resource"), v.ResourceName(rec.Resource), ui.Mono(rec.ResourceID))
	add(v.T("log.correlation"), ui.Mono(rec.Correlation), nil)
	if rec.Client != "" {
		add(v.T("log.client"), ui.Mono(string(rec.Client)), nil)
	}
	add(v.T("log.record"), ui.Mono(string(rec.ID)), nil)
	return row
}

func operation(v *ui.Visit, o activity.Operation) string {
	if key := "op." + string(o); v.L.Has(key) {
		return v.T(key)
	}
	return string(o)
}

// inZone writes an instant as clocks in a zone show it, with the seconds.
func inZone(v *ui.Visit, t time.Time, zone *time.Location) string {
	local := t.In(zone)
	y, m, d := local.Date()
	return v.L.Date(when.Date(y, m, d)) + ", " + local.Format("15:04:05")
}

// about leads to what a record is of.
func about(v *ui.Visit, rec activity.Record) any {
	if rec.Customer == "" {
		return nil
	}
	at := "/customers/" + string(rec.Customer)
	order := detail(rec, "OrderId")
	switch rec.Resource {
	case activity.SoftwareKey, activity.SoftwareDownloadLink, activity.SoftwarePage:
		text := v.T("customer.software")
		if order != "" {
			text = v.T("log.order", "order", id.AlternateID(id.Order(order)))
		}
		return ui.To{Href: at + "/software?q=" + url.QueryEscape(order), Text: text}
	case activity.Order:
		return ui.To{Href: at + "/orders/" + rec.ResourceID, Text: v.T("log.order", "order", id.AlternateID(id.Order(rec.ResourceID)))}
	case activity.Subscription:
		return ui.To{Href: at + "/subscriptions/" + rec.ResourceID, Text: v.T("log.subscription")}
	case activity.Activation:
		return ui.To{Href: at + "/move", Text: v.T("customer.move")}
	case activity.ServiceRequest:
		return ui.To{Href: "/requests/" + rec.ResourceID, Text: v.T("log.request", "number", rec.ResourceID)}
	}
	return nil
}

func detail(rec activity.Record, key string) string {
	i := slices.IndexFunc(rec.Details, func(d activity.Detail) bool { return d.Key == key })
	if i < 0 {
		return ""
	}
	return rec.Details[i].Value
}

// logExport is the file: the columns that people of this trade know, and all else a record holds.
func logExport(v *ui.Visit, found []activity.Record, zone *time.Location) ui.Table {
	t := ui.Table{Columns: []ui.Column{
		{Head: v.T("log.at")}, {Head: v.T("log.local", "zone", zone.String())}, {Head: v.T("log.customer")}, {Head: v.T("customers.id")}, {Head: v.T("log.action")}, {Head: v.T("log.who")},
		{Head: v.T("log.status")}, {Head: v.T("log.resource")}, {Head: v.T("log.resource_id")}, {Head: v.T("log.details")}, {Head: v.T("log.correlation")}, {Head: v.T("log.record")},
	}}
	for _, rec := range found {
		details := make([]string, len(rec.Details))
		for i, d := range rec.Details {
			details[i] = d.Key + "=" + d.Value
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Value: rec.At}, {Value: rec.At.In(zone).Format("2006-01-02 15:04:05")}, {Value: rec.CustomerName}, {Value: string(rec.Customer)}, {Value: operation(v, rec.Operation)}, {Value: rec.Actor},
			{Value: v.T("log.status." + string(rec.Status))}, {Value: string(rec.Resource)}, {Value: rec.ResourceID}, {Value: strings.Join(details, "; ")}, {Value: rec.Correlation}, {Value: string(rec.ID)},
		}})
	}
	return t
}

// ribbon shows who acted when, of the records on the page.
func ribbon(v *ui.Visit, found []activity.Record, zone *time.Location) *ui.Chart {
	deeds := make([]ui.Deed, len(found))
	for i, rec := range found {
		deeds[i] = ui.Deed{Who: v.ByWhom(rec.Actor), At: rec.At, Secret: rec.Security()}
	}
	c := ui.Ribbon(v.L, ui.Chart{ID: "ribbon", Title: v.T("log.ribbon"), Hint: v.T("log.ribbon_hint")}, v.T("log.ribbon_title"), zone, deeds)
	return &c
}
