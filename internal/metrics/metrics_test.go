package metrics_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/metrics"
)

func TestWatchTellsRoutesAndNothingSent(t *testing.T) {
	m := metrics.New(`v1 "quoted"`)
	m.Gauge("sweep_lag_seconds", func() float64 { return 2.5 })
	mux := http.NewServeMux()
	mux.HandleFunc("GET /customers/{customer}", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := w.(io.ReaderFrom); !ok {
			t.Error("the writer can no longer take a file")
		}
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			t.Errorf("what the connection can do is hidden: %v", err)
		}
		if r.PathValue("customer") == "gone" {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusGone)
		}
	})
	served := httptest.NewServer(m.Watch("pages", mux))
	defer served.Close()
	const secret = "SECRET7Q"
	for _, sent := range [][2]string{
		{"GET", "/customers/" + secret}, {"GET", "/customers/" + secret + "?q=" + secret}, {"GET", "/customers/gone"},
		{"POST", "/customers/" + secret}, {secret, "/" + secret}, {"GET", "/" + secret},
	} {
		r, err := http.NewRequest(sent[0], served.URL+sent[1], nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		ans, err := served.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = ans.Body.Close()
	}
	scrape := httptest.NewServer(m.Server().Handler)
	defer scrape.Close()
	read := func(path string) (int, string) {
		ans, err := scrape.Client().Get(scrape.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ans.Body.Close() }()
		text, err := io.ReadAll(ans.Body)
		if err != nil {
			t.Fatal(err)
		}
		return ans.StatusCode, string(text)
	}
	status, text := read("/metrics")
	for _, line := range []string{
		`comptoir_build_info{version="v1 \"quoted\""} 1`,
		`comptoir_sweep_lag_seconds 2.5`,
		`comptoir_requests_begun_total{door="pages"} 6`,
		`comptoir_requests_total{door="pages",route="GET /customers/{customer}",method="GET",status="2xx"} 2`,
		`comptoir_requests_total{door="pages",route="GET /customers/{customer}",method="GET",status="4xx"} 1`,
		`comptoir_requests_total{door="pages",route="",method="POST",status="4xx"} 1`,
		`comptoir_requests_total{door="pages",route="",method="other",status="4xx"} 1`,
		`comptoir_requests_total{door="pages",route="",method="GET",status="4xx"} 1`,
		`comptoir_request_duration_seconds_bucket{door="pages",le="+Inf"} 6`,
		`comptoir_request_duration_seconds_count{door="pages"} 6`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("not told: %s", line)
		}
	}
	if status != http.StatusOK || strings.Contains(text, secret) || !strings.Contains(text, "process_resident_memory_bytes") {
		t.Errorf("%d\n%s", status, text)
	}
	paces := m.Paces()
	if len(paces) != 1 || paces[0].Door != "pages" || paces[0].Answers != 6 || paces[0].P50 <= 0 || paces[0].P50 > paces[0].P99 || paces[0].Over {
		t.Errorf("%+v", paces)
	}
	if status, _ := read("/"); status != http.StatusNotFound {
		t.Errorf("the second listener answers more than scrapes: %d", status)
	}
}
