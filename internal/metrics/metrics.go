// Package metrics tells a monitoring system how the server fares, in Prometheus' text format. Labels are words of our
// tables alone (doors, patterns of routes, methods, classes of status): nothing that a caller sent, no tenant, no key.
package metrics

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	vm "github.com/VictoriaMetrics/metrics"
	"github.com/felixge/httpsnoop"
)

// Meter collects what one server counts. It is safe for concurrent use.
type Meter struct{ set *vm.Set }

// seconds are the upper bounds of the buckets that times are counted in.
var seconds = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}

// methods that are told apart; a caller's own is "other".
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// New makes a meter for a server of that version.
func New(version string) *Meter {
	m := &Meter{vm.NewSet()}
	m.set.GetOrCreateGauge(fmt.Sprintf("comptoir_build_info{version=%q}", version), func() float64 { return 1 })
	return m
}

// Gauge tells a value that is asked for at each scrape, and must then be cheap; name ends in its unit.
func (m *Meter) Gauge(name string, value func() float64) {
	m.set.GetOrCreateGauge("comptoir_"+name, value)
}

// Watch counts and times what a door answers, by the route that took the request: http.Request.Pattern, which a door of its
// own sets like http.ServeMux.
func (m *Meter) Watch(door string, h http.Handler) http.Handler {
	took := m.set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("comptoir_request_duration_seconds{door=%q}", door), seconds)
	under := m.set.GetOrCreateCounter(fmt.Sprintf("comptoir_requests_begun_total{door=%q}", door))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		under.Inc()
		r.Pattern = ""
		seen := httpsnoop.CaptureMetrics(h, w, r) // what the writer can do beside writing stays: files go out in the kernel
		method := r.Method
		if !slices.Contains(methods, method) {
			method = "other"
		}
		took.Update(seen.Duration.Seconds())
		m.set.GetOrCreateCounter(fmt.Sprintf("comptoir_requests_total{door=%q,route=%q,method=%q,status=\"%dxx\"}", door, r.Pattern, method, seen.Code/100)).Inc()
	})
}

// ServeHTTP answers a scrape, with the process's own figures behind ours.
func (m *Meter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.set.WritePrometheus(w)
	vm.WriteProcessMetrics(w)
}

// Server answers scrapes at /metrics and nothing else, for an address that only the monitoring system reaches.
func (m *Meter) Server() *http.Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m)
	return &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10}
}
