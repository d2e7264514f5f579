//go:build e2e

package browser

import (
	"encoding/csv"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/comptoir-dev/comptoir/e2e/chrome"
	"github.com/comptoir-dev/comptoir/e2e/harness"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/sandbox"
)

// Titles of the demo's software, as pages show them.
const (
	serverTitle = "Server Standard, 16 cores (perpetual)"
	sqlTitle    = "SQL Server Standard, 2 cores (perpetual)"
	winTitle    = "Windows Server Standard, 8 cores, 1 year"
	calTitle    = "Server User CAL (access right)"
	esuTitle    = "Extended Security Updates, year 1"
	linuxTitle  = "Enterprise Linux, 1 year"
)

// The lines that these flows buy in the United States, where the demo's tax is 0.
func server(n int) map[string]any {
	return want(sandbox.ServerPerpetual, "0001", "US", n, "one_time", "")
}
func database() map[string]any {
	return want(sandbox.SQLPerpetual, "0001", "US", 1, "one_time", "")
}
func windows() map[string]any {
	return want(sandbox.WindowsServer, "0001", "US", 1, "annual", "P1Y")
}
func access() map[string]any { return want(sandbox.UserCAL, "0001", "US", 20, "one_time", "") }
func updates() map[string]any {
	return want(sandbox.ExtendedUpdates, "0001", "US", 1, "one_time", "")
}
func linux() map[string]any { return want(sandbox.RedHat, "0001", "US", 1, "annual", "P1Y") }

// item is what stands before the ids of a product's fields on the Software page.
func item(p id.Product) string { return "f-" + string(p) + "-0001-" }

// saves clicks what makes the browser save a file, and gives it.
func (h *trip) saves(css string) chrome.File {
	h.t.Helper()
	h.find(css, "")
	h.clicks++
	f, err := h.p.Saves(chromedp.Click("[data-e2e]"))
	if err != nil {
		h.t.Fatalf("%s: %v", css, err)
	}
	return f
}

// sheet clicks what saves a table, and gives its rows; the first are the heads.
func (h *trip) sheet(css string) [][]string {
	h.t.Helper()
	f := h.saves(css)
	if !strings.HasSuffix(f.Name, ".csv") {
		h.t.Errorf("%s saves %s", css, f.Name)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(f.Content), "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 2 {
		h.t.Fatalf("%s: %v: %.300s", css, err, f.Content)
	}
	return rows
}

// headed fails unless the heads of a table are messages of the catalogue, in this order, as far as they are given.
func (h *trip) headed(rows [][]string, keys ...string) {
	h.t.Helper()
	for i, key := range keys {
		if i >= len(rows[0]) || rows[0][i] != h.l.Text(key) {
			h.t.Errorf("head %d of %v is not %q", i, rows[0], h.l.Text(key))
		}
	}
}

// column is what a table holds under a head.
func (h *trip) column(rows [][]string, key string) (out []string) {
	h.t.Helper()
	for i, head := range rows[0] {
		if head == h.l.Text(key) {
			for _, row := range rows[1:] {
				out = append(out, row[i])
			}
			return out
		}
	}
	h.t.Fatalf("no column %q: %v", h.l.Text(key), rows[0])
	return nil
}

// stranger asks for an address as somebody who is not signed in, with a browser of its own.
func (h *trip) stranger(agent, uri string) (status int, size int64) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, uri, nil)
	must(h.t, err)
	r.Header.Set("User-Agent", agent)
	resp, err := h.api.HTTP.Do(r)
	must(h.t, err)
	defer func() { _ = resp.Body.Close() }()
	size, err = io.Copy(io.Discard, resp.Body)
	must(h.t, err)
	return resp.StatusCode, size
}

// stock is a line of software as the API tells of it.
type stock struct {
	OrderID, State string
	LineItemNumber int
	HasKeys        bool
	Cancellation   struct {
		Allowed bool
		Until   time.Time
		Policy  string
	}
}

// software asks the API for the line of an order.
func (h *trip) software(c buyer, order string) stock {
	h.t.Helper()
	for _, s := range harness.Read[struct{ Items []stock }](h.t, h.api.Call(h.t, "GET", "/v1"+c.at+"/software", nil), 200).Items {
		if s.OrderID == order {
			return s
		}
	}
	h.t.Fatalf("the API has no software of order %s", order)
	return stock{}
}

// key reveals one over the API.
func (h *trip) key(c buyer, order, version string) string {
	h.t.Helper()
	return harness.Read[struct{ Keys []struct{ ProductKey string } }](h.t,
		h.api.Call(h.t, "POST", "/v1"+c.at+"/software/"+order+"/0/keys", map[string]any{"version": version}), 200).Keys[0].ProductKey
}

// theirs is the customer that the demo's portal is of.
func (h *trip) theirs() buyer {
	h.t.Helper()
	c := h.Customers[0]
	return buyer{c.ID, "/customers/" + c.ID, ""}
}

// short is what an order is called on pages.
func short(order string) string { return id.AlternateID(id.Order(order)) }
