package partner

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/billing"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// maxMoments is how many records a page of a time line holds; of charges it is twice as many.
const maxMoments = 30

// history is what happened to one thing of a customer: what the business log tells of it (R06, R07), and its charges and credits.
type history struct {
	customer id.Customer
	from     time.Time // when it began
	now      time.Time
	concerns func(activity.Record) bool
	charges  []billing.Charge
}

// into adds a page of it to a time line, the latest first: what the address asks for by "older", and where it goes on.
func (h history) into(v *ui.Visit, t *ui.Timeline) error {
	q := app.RecordQuery{Customer: h.customer, From: h.from.Add(-time.Second), Until: h.now.Add(time.Second), Limit: maxMoments}
	paged := v.Query("older") != ""
	ui.ReadCursor(v.Query("older"), &q.After)
	if paged {
		t.Moments = nil // what comes stands on the first page
		t.Newer = &ui.Link{Text: v.T("timeline.newest"), Href: v.With("older", "") + "#" + t.ID}
	}
	var next app.RecordCursor
	if v.May(party.ReadBusinessLog) {
		var found []activity.Record
		var err error
		if found, next, err = v.App.RecordsOf(v.R.Context(), v.Actor, q, func(r activity.Record) bool { return !r.Security() && h.concerns(r) }); err != nil {
			return err
		}
		for _, one := range found {
			t.Moments = append(t.Moments, happened(v, one))
		}
	}
	shown := 0
	for _, ch := range slices.Backward(h.charges) { // those of the same stretch of time
		if paged && !ch.At.Before(q.After.At) || next != (app.RecordCursor{}) && ch.At.Before(next.At) || shown == 2*maxMoments {
			continue
		}
		t.Moments, shown = append(t.Moments, chargeMoment(v, ch)), shown+1
	}
	if len(t.Moments) == 0 && (paged || next != (app.RecordCursor{})) {
		t.Empty = v.T("timeline.stretch")
	}
	slices.SortStableFunc(t.Moments, func(a, b ui.Moment) int { return b.At.Compare(a.At) })
	if next != (app.RecordCursor{}) {
		t.Older = &ui.Link{Text: v.T("timeline.older"), Href: v.With("older", ui.Cursor(next)) + "#" + t.ID}
	}
	return nil
}

// chargeMoment is a charge, or a credit, as the ledger has it.
func chargeMoment(v *ui.Visit, ch billing.Charge) ui.Moment {
	key := "timeline.charge"
	if ch.Of != "" {
		key = "timeline.credit"
	}
	m := ui.Moment{At: ch.At, Kind: "done", Text: v.L.HTML(key, "what", v.T("charge."+string(ch.Kind)), "sum", ch.Gross())}
	if !ch.Period.End.IsZero() {
		m.Hint = v.PeriodOf(ch.Period)
	}
	return m
}
