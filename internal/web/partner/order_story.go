package partner

import (
	"cmp"
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// orderStory is what can be done with an order's lines, and what happened to them and comes.
type orderStory struct {
	Verdicts *ui.Verdicts
	Timeline ui.Timeline
}

const maxVerdicts = 30 // of one page: an order may have many lines

// toldOfLines are the acts on a line that its order's page tells of.
var toldOfLines = []string{app.ActCancel, app.ActRevealKey, app.ActDownload, app.ActChangeQuantity, app.ActSuspend, app.ActReactivate, app.ActAutoRenew}

func storyOf(v *ui.Visit, c party.Customer, o app.OrderView) (orderStory, error) {
	now := v.App.Clock.Now()
	s := orderStory{Timeline: ui.Timeline{ID: "happened", Title: v.T("timeline.title"), Empty: v.T("timeline.empty")}}
	can := ui.Verdicts{ID: "verdicts", Title: v.T("orders.can"), Hint: v.T("subs.can_hint")}
	for _, l := range o.Order.Lines {
		if l.State != order.LineActive {
			continue
		}
		if len(can.Rows) >= maxVerdicts {
			break
		}
		all, err := lineVerdicts(v, c, o.Order.ID, l)
		if err != nil {
			return s, err
		}
		for _, act := range toldOfLines {
			i := slices.IndexFunc(all, func(one app.Verdict) bool { return one.Act == act })
			if i < 0 || all[i].Reason != nil && all[i].Reason.Code == "role.missing" {
				continue // what a role may not do is not offered
			}
			if act == app.ActReactivate && !all[i].Allowed || act == app.ActSuspend && !all[i].Allowed {
				continue // of the two, the one that can be done
			}
			can.Rows = append(can.Rows, lineVerdict(v, c, o.Order, l, all[i], now))
			if until := all[i].Until; act == app.ActCancel && until.After(now) && until.Year() < 9000 {
				s.Timeline.Moments = append(s.Timeline.Moments, ui.Moment{At: until, Kind: "hot", Text: v.T("timeline.window", "name", cmp.Or(l.FriendlyName, l.Title))})
			}
		}
	}
	if len(can.Rows) > 0 {
		s.Verdicts = &can
	}
	ids := []string{string(o.Order.ID)}
	for _, l := range o.Order.Lines {
		if l.Subscription != "" {
			ids = append(ids, string(l.Subscription))
		}
	}
	h := history{c.ID, o.Order.At, now, func(r activity.Record) bool { return concerns(r, ids...) }, o.Charges}
	return s, h.into(v, &s.Timeline)
}

// lineVerdict is one act on a line: until when, by which rule, or why not, and the way to do it.
func lineVerdict(v *ui.Visit, c party.Customer, o order.Order, l order.Line, verdict app.Verdict, now time.Time) ui.Verdict {
	row := ui.Verdict{Allowed: verdict.Allowed, Title: v.T("orders.act", "act", v.T("verdict."+verdict.Act), "name", cmp.Or(l.FriendlyName, l.Title))}
	text := ""
	switch {
	case !verdict.Allowed && verdict.Reason != nil:
		text = v.L.Fault(verdict.Reason)
	case !verdict.EndsAt.IsZero():
		text = v.T("subs.ends_at_term", "at", verdict.EndsAt)
	case !verdict.Until.IsZero() && verdict.Until.Year() < 9000:
		text = v.T("subs.until", "at", verdict.Until, "span", v.L.Span(verdict.Until.Sub(now)))
	}
	if _, said := policyOf(verdict); verdict.Policy != "" && !said {
		text += " " + v.T("subs.rule", "row", verdict.Policy)
	}
	row.Text = text
	if href := wayTo(c, o, l, verdict.Act); verdict.Allowed && href != "" {
		row.Act = &ui.Button{Text: v.T("orders.go"), More: row.Title, Href: href, Kind: "small"}
	}
	return row
}

// wayTo is the page where an act on a line is done.
func wayTo(c party.Customer, o order.Order, l order.Line, act string) string {
	at, sub := "/customers/"+string(c.ID), ""
	if l.Subscription != "" {
		sub = subPath(c, l.Subscription)
	}
	switch {
	case act == app.ActCancel && l.Class.Software():
		return at + "/software/cancel?order=" + orderLine(o.ID, l.Number)
	case act == app.ActRevealKey, act == app.ActDownload:
		return at + "/software?order=" + orderLine(o.ID, l.Number)
	case sub == "":
		return ""
	case act == app.ActCancel:
		return sub + "/cancel"
	case act == app.ActChangeQuantity:
		return sub + "/quantity"
	case act == app.ActReactivate:
		return sub + "/reactivate"
	}
	return sub + "#status"
}
