package partnercenter

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/catalog"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

func noMore(app.ChargeCursor) ([]app.StatementLine, error) { return nil, nil }

// TestF73ReconciliationGolden: a charge and its credit as CSV; texts that a spreadsheet would run are harmless.
func TestF73ReconciliationGolden(t *testing.T) {
	formula := line(func(l *app.StatementLine) {
		credit(l)
		l.Entry = nil
		l.Customer.CompanyName, l.Line.Title = `=HYPERLINK("https://x.example","Café, Nord")`, "+1 @home"
	})
	var got bytes.Buffer
	if err := writeReconciliation(&got, partnerOne, "G000000042", []app.StatementLine{line(nil), formula}, noMore); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "reconciliation.csv")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%v: %s differs; got\n%s", err, file, got.Bytes())
	}
}

// TestF73ColumnsAreTheMembers: each column has the name and the value of a member of the one_time line in JSON.
func TestF73ColumnsAreTheMembers(t *testing.T) {
	l := line(func(l *app.StatementLine) { credit(l); l.Quantity, l.Line.Kind = 3, catalog.Reservation })
	text, err := encode(lineItemOf(partnerOne, "G000000042", l))
	if err != nil {
		t.Fatal(err)
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	delete(members, "attributes")
	var got bytes.Buffer
	if err := writeReconciliation(&got, partnerOne, "G000000042", []app.StatementLine{l}, noMore); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&got).ReadAll()
	if err != nil || len(rows) != 2 || len(rows[0]) != len(members) {
		t.Fatalf("%v, %d columns for %d members", err, len(rows[0]), len(members))
	}
	for i, name := range rows[0] {
		if want := strings.Trim(string(members[name]), `"`); rows[1][i] != want {
			t.Errorf("%s is %q, in JSON %q", name, rows[1][i], want)
		}
	}
	if each := rows[1][slices.Index(rows[0], "effectiveUnitPrice")]; each != "-106.66666667" {
		t.Errorf("E28 a number is as it is, with all its digits: %s", each)
	}
}

// TestG59F73Harmless: no cell of an export is a formula.
func TestG59F73Harmless(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "Nord": "Nord", "1-2": "1-2", "'": "'", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\r=1": "'\r=1", "é=": "é=",
	} {
		if got := cell(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	if got := cell(json.Number("-320.00")); got != "-320.00" {
		t.Errorf("a number became %q", got)
	}
}

// TestF73MemoryIsBounded: a hundred thousand lines go out with one page of them in memory, each once, in their order.
func TestF73MemoryIsBounded(t *testing.T) {
	const pages = 100
	page := func(n int) []app.StatementLine {
		lines := make([]app.StatementLine, reconciliationPage)
		for i := range lines {
			lines[i] = line(func(l *app.StatementLine) {
				l.ID, l.At = id.Charge(fmt.Sprintf("c%07d", n*reconciliationPage+i)), l.At.Add(time.Duration(n)*time.Hour)
			})
		}
		return lines
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	n, first, most := 1, heap(), uint64(0)
	sink := &counted{}
	err := writeReconciliation(sink, partnerOne, "G1", page(0), func(after app.ChargeCursor) ([]app.StatementLine, error) {
		if want := fmt.Sprintf("c%07d", n*reconciliationPage-1); string(after.ID) != want {
			return nil, fmt.Errorf("after %s, not %s", after.ID, want)
		}
		if n%20 == 0 {
			most = max(most, heap())
		}
		if n++; n > pages {
			return nil, nil
		}
		return page(n - 1), nil
	})
	if err != nil || sink.lines != pages*reconciliationPage+1 {
		t.Errorf("%v, %d lines", err, sink.lines)
	}
	if most > first+8<<20 {
		t.Errorf("%d MiB at most, %d at the start", most>>20, first>>20)
	}
}

type counted struct{ lines int }

func (c *counted) Write(p []byte) (int, error) {
	c.lines += bytes.Count(p, []byte("\r\n"))
	return len(p), nil
}

// TestStreamThatBreaks: an answer cut in the middle is not taken for a whole one, and HEAD starts none.
func TestStreamThatBreaks(t *testing.T) {
	starts := 0
	handle := func(fails error) func(ctx context.Context, r *request) (answer, error) {
		return func(_ context.Context, r *request) (answer, error) {
			r.stream = func(w io.Writer) error {
				starts++
				_, _ = io.WriteString(w, "a,b\r\n")
				return fails
			}
			return answer{Header: map[string]string{"Content-Type": "text/csv; charset=utf-8"}}, nil
		}
	}
	d := doorWith(t, options(),
		operation{method: "GET", path: "/v1/good", scope: scopePartner, handle: handle(nil)},
		operation{method: "GET", path: "/v1/bad", scope: scopePartner, handle: handle(errors.New("database gone"))})
	if w := call(t, d, "GET", "/v1/good", ""); w.Code != 200 || w.Body.String() != "a,b\r\n" || w.Header().Get("Content-Length") != "" {
		t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
	}
	if w := call(t, d, "HEAD", "/v1/good", ""); w.Code != 200 || w.Body.Len() != 0 || starts != 1 {
		t.Errorf("HEAD %d %q, %d starts", w.Code, w.Body, starts)
	}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("the connection goes on: %v", p)
		}
	}()
	call(t, d, "GET", "/v1/bad", "")
}

// TestF73PageEndsWithTheInvoice: an invoice of exactly one page asks once more and ends; an error on the way is told.
func TestF73PageEndsWithTheInvoice(t *testing.T) {
	whole := slices.Repeat([]app.StatementLine{line(nil)}, reconciliationPage)
	asked := 0
	if err := writeReconciliation(io.Discard, partnerOne, "G1", whole, func(app.ChargeCursor) ([]app.StatementLine, error) { asked++; return nil, nil }); err != nil || asked != 1 {
		t.Errorf("%v, asked %d times", err, asked)
	}
	gone := errors.New("database gone")
	if err := writeReconciliation(io.Discard, partnerOne, "G1", whole, func(app.ChargeCursor) ([]app.StatementLine, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Error(err)
	}
}
