package policy

import (
	"slices"
	"time"
)

// Span is a time in which one row decides; a zero bound is none.
type Span struct {
	From, Until time.Time
	Rule        CancelRule
}

// Spans are the times in which rows of one class decide (For), in their order. A row that stays open decides again where one
// that began later has ended.
func Spans(rows []CancelRule) []Span {
	bounds := []time.Time{{}}
	for _, r := range rows {
		bounds = append(bounds, r.From, r.Until)
	}
	slices.SortFunc(bounds, time.Time.Compare)
	bounds = slices.CompactFunc(bounds, time.Time.Equal)
	var spans []Span
	for i, from := range bounds {
		var until time.Time
		if i+1 < len(bounds) {
			until = bounds[i+1]
		}
		var r CancelRule
		ok := false
		if len(rows) > 0 {
			r, ok = For(rows, rows[0].Class, from)
		}
		switch last := len(spans) - 1; {
		case !ok:
		case last >= 0 && spans[last].Rule.ID == r.ID && spans[last].Until.Equal(from):
			spans[last].Until = until
		default:
			spans = append(spans, Span{from, until, r})
		}
	}
	return spans
}
