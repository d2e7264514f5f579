package partnercenter

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// reconciliationPage is how many lines are in memory at a time, however many the invoice has.
const reconciliationPage = 1000

// reconcile answers with all lines of a document as CSV (F73, E28): the members of one_time lines as columns, written
// while they are read. What an issued document holds never changes, so its pages fit together.
func (a *api) reconcile(ctx context.Context, r *request) (answer, error) {
	number := r.invoiceNumber()
	document, first, err := a.app.InvoiceLines(ctx, r.actor, number, app.ChargeQuery{Limit: reconciliationPage})
	if err != nil {
		return answer{}, err
	}
	partner := r.actor.Scope.Partner()
	r.stream = func(w io.Writer) error {
		return writeReconciliation(w, partner, document.ID, first, func(after app.ChargeCursor) ([]app.StatementLine, error) {
			_, lines, err := a.app.InvoiceLines(ctx, r.actor, number, app.ChargeQuery{After: after, Limit: reconciliationPage})
			return lines, err
		})
	}
	return answer{Header: map[string]string{
		"Content-Type":        "text/csv; charset=utf-8",
		"Content-Disposition": "attachment; filename=Reconciliation_" + string(document.ID) + ".csv",
	}}, nil
}

// writeReconciliation writes lines, and those that next has after each whole page.
func writeReconciliation(w io.Writer, partner id.Partner, number id.Invoice, lines []app.StatementLine, next func(app.ChargeCursor) ([]app.StatementLine, error)) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(lineColumns); err != nil {
		return err
	}
	row := make([]string, len(lineColumns))
	for {
		for _, l := range lines {
			item := reflect.ValueOf(lineItemOf(partner, number, l))
			for i := range row {
				row[i] = cell(item.Field(i).Interface())
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		out.Flush()
		if err := out.Error(); err != nil || len(lines) < reconciliationPage {
			return err
		}
		last := lines[len(lines)-1].Charge
		var err error
		if lines, err = next(app.ChargeCursor{At: last.At, ID: last.ID}); err != nil {
			return err
		}
	}
}

// lineColumns are the members of a line that are one value each: all before the explanation.
var lineColumns = func() (names []string) {
	for f := range reflect.TypeFor[lineItem]().Fields() {
		if f.Type.Kind() == reflect.Pointer {
			break
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}()

// cell is a member of a line as JSON has it, without the quotes.
func cell(v any) string {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case wireTime:
		if v.IsZero() {
			return ""
		}
		text, _ := v.MarshalJSON() // never fails
		return strings.Trim(string(text), `"`)
	}
	return harmless(v.(string))
}

// harmless keeps a spreadsheet from taking a text for a formula: an apostrophe goes before what would begin one.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
