package operator

import (
	"net/url"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

const (
	modePath = "/operator/mode"
	lateAge  = time.Minute      // from which what is due counts as late
	deafAge  = 30 * time.Second // after which a sweep that has not looked is trouble
	manyLate = 1000             // records without a number from which the log is behind
)

// health is what works by itself: due work, the log's tree, the pace of answers; and for each trouble its cause and what still
// works.
func (p *statusPage) health(v *ui.Visit, frame *ui.Page) error {
	ctx := v.R.Context()
	mode, err := v.App.Mode(ctx)
	if err != nil {
		return err
	}
	frame.Head.Acts = []ui.Button{{Text: v.T("mode.close"), Href: modePath, Kind: "ask"}}
	if mode.ReadOnly {
		frame.Head.Acts = []ui.Button{{Text: v.T("mode.open"), Post: modePath, Once: v.Once(), Kind: "main"}}
		frame.Notes = append(frame.Notes, ui.Note{Kind: "warn", Title: v.T("mode.is"), Text: v.T("mode.works"), Rows: []ui.Fact{{Name: v.T("mode.since"), Value: mode.Since}}})
	}
	now := v.App.Clock.Now()
	late, err := v.App.DueList(ctx, v.Actor, now, 1)
	if err != nil {
		return err
	}
	due := ui.Fact{Name: v.T("jobs.late"), Value: v.T("status.nothing_late")}
	if len(late) > 0 {
		due.Value = ui.To{Href: jobsPath, Text: v.T("status.late_by", "span", v.L.Span(max(now.Sub(late[0].At), time.Second)))}
	}
	p.Facts.Rows = append(p.Facts.Rows, due)
	if v.Sweep != nil {
		ran, err := v.Sweep()
		if !ran.IsZero() {
			p.Facts.Rows = append(p.Facts.Rows, ui.Fact{Name: v.T("status.swept"), Value: ran})
		}
		if err != nil {
			n := trouble(v, err)
			n.Acts = []ui.Button{{Text: v.T("jobs.title"), Href: jobsPath}}
			frame.Notes = append(frame.Notes, *n)
		} else if len(late) > 0 && now.Sub(late[0].At) >= lateAge && v.Wall.Now().Sub(ran) >= deafAge && !mode.ReadOnly {
			frame.Notes = append(frame.Notes, ui.Note{Kind: "stop", Title: v.T("status.sweep_stands"), Text: v.T("status.sweep_stands_text")})
		}
	}
	if err := p.log(v, frame); err != nil {
		return err
	}
	if v.Paces != nil {
		p.Paces = paceTable(v, v.Paces())
	}
	return nil
}

// log tells how far the numbering of the activity log is behind.
func (p *statusPage) log(v *ui.Visit, frame *ui.Page) error {
	if v.LogWaiting == nil {
		return nil
	}
	n, err := v.LogWaiting(v.R.Context())
	if err != nil {
		return err
	}
	p.Facts.Rows = append(p.Facts.Rows, ui.Fact{Name: v.T("status.log"), Value: v.T("status.log_waiting", "n", n)})
	if n >= manyLate {
		frame.Notes = append(frame.Notes, ui.Note{Kind: "stop", Title: v.T("status.log_behind"), Text: v.T("status.log_behind_text")})
	}
	return nil
}

func paceTable(v *ui.Visit, all []ui.Pace) *ui.Table {
	t := &ui.Table{
		ID: "paces", Title: v.T("status.pace"), Caption: v.T("status.pace"), Hint: v.T("status.pace_hint"), Empty: ui.Empty{Title: v.T("status.no_pace")},
		Columns: []ui.Column{{Head: v.T("status.door")}, {Head: v.T("status.answers"), Num: true}, {Head: v.T("status.half"), Num: true}, {Head: v.T("status.most"), Num: true}},
	}
	for _, p := range all {
		if p.Answers == 0 {
			continue
		}
		most := v.T("status.within", "ms", v.L.Value(milliseconds(p.P99)))
		if p.Over {
			most = v.T("status.over", "ms", v.L.Value(milliseconds(p.P99)))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Value: v.T("status.door." + p.Door)}, {Value: p.Answers}, {Value: v.T("status.within", "ms", v.L.Value(milliseconds(p.P50)))}, {Value: most}}})
	}
	return t
}

// milliseconds are whole ones, rounded up: times are counted in classes.
func milliseconds(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }

func askMode(v *ui.Visit) error { return showMode(v, 200, url.Values{}, "", nil) }

// showMode asks before the server takes no acts any more; its name is typed (pages.md §2).
func showMode(v *ui.Visit, code int, sent url.Values, field string, refused *fault.Fault) error {
	if err := v.Actor.May(party.OperateSystem); err != nil {
		return err
	}
	if err := v.Prove(); err != nil {
		return err
	}
	f := ui.Form{
		Action: modePath, Once: v.Once(), Before: v.T("mode.before"), Hidden: []ui.Pair{{Name: "on", Value: "1"}},
		Fields: []ui.Field{{Name: "reason", Label: v.T("mode.reason"), Hint: v.T("mode.reason_hint"), MaxLength: 500}, typed(v, serverName(v))},
		Submit: ui.Button{Text: v.T("mode.close"), Kind: "final"}, Back: &ui.Button{Text: v.T("part.back"), Href: Home},
	}
	f.Fill(sent)
	var wrong *ui.Errors
	if refused != nil {
		wrong = f.Blame(v.L, refused, field)
	}
	return showStatus(v, code, &ui.Dialog{Name: "sure", Data: ui.Sure{Title: v.T("mode.ask"), Form: f}}, wrong)
}

// serverName is what this server is reached by.
func serverName(v *ui.Visit) string {
	u, err := url.Parse(v.URL)
	if err != nil || u.Host == "" {
		return "comptoir"
	}
	return u.Host
}

func setMode(v *ui.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	on, said := sent.Has("on"), "mode.opened"
	if on {
		said = "mode.closed"
		err = confirmed(sent, serverName(v))
	}
	if err == nil {
		err = v.Act(func(req app.Request) (app.Reply, error) {
			return v.App.SetReadOnly(v.R.Context(), v.Actor, req, on, sent.Get("reason"))
		}, func(any) ui.Then { return ui.Then{To: Home, Said: v.T(said)} })
	}
	field := map[string]string{"confirm.differs": "typed", "mode.reason": "reason"}
	if f := fault.Of(err); on && f != nil && field[f.Code] != "" {
		return showMode(v, ui.Again(f), sent, field[f.Code], f)
	}
	return err
}
