package partner

import (
	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// recomputed computes every line of the page anew (F75), and says on the document which come to another amount; none where all
// are the same. A page holds some fifty lines; each page of a long document tells of its own.
func recomputed(v *ui.Visit, lines []app.StatementLine) ([]ui.Note, error) {
	found, err := v.App.Explain(v.R.Context(), v.Actor, lines)
	if err != nil {
		return nil, err
	}
	note := ui.Note{Kind: "stop", Text: v.T("invoice.differs_text")}
	for i, e := range found {
		if l := lines[i]; !ui.Recomputed(l.Charge, e) {
			note.Rows = append(note.Rows, ui.Fact{Name: l.Line.Title, Value: ui.To{Href: v.With("why", string(l.Charge.ID)) + "#explain", Text: v.T("bill.why")}, Hint: l.Charge.Gross()})
		}
	}
	if len(note.Rows) == 0 {
		return nil, nil
	}
	note.Title = v.T("invoice.differs", "n", len(note.Rows))
	return []ui.Note{note}, nil
}
