// Package metrics tells a monitoring system how the server fares, in Prometheus' text format. Labels are words of our
// tables alone (doors, patterns of routes, methods, classes of status): nothing that a caller sent, no tenant, no key.
package metrics

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	vm "github.com/VictoriaMetrics/metrics"

	"github.com/comptoir-dev/comptoir/internal/domain/when"
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
		seen, watch := answer{ResponseWriter: w}, when.Started()
		h.ServeHTTP(&seen, r)
		took.Update(watch.Took().Seconds())
		method := r.Method
		if !slices.Contains(methods, method) {
			method = "other"
		}
		m.set.GetOrCreateCounter(fmt.Sprintf("comptoir_requests_total{door=%q,route=%q,method=%q,status=\"%dxx\"}", door, r.Pattern, method, seen.class())).Inc()
	})
}

// Pace is how long a door takes to answer, since the server was started: half of its answers, and 99 of 100, took no longer than
// that. Seconds are the upper bounds of what times are counted in; over the last of them is Over.
type Pace struct {
	Door     string
	Answers  int
	P50, P99 float64
	Over     bool
}

var bucket = regexp.MustCompile(`(?m)^comptoir_request_duration_seconds_bucket\{door="([^"]+)",le="([^"]+)"\} (\d+)$`)

// Paces are those of all doors, by name.
func (m *Meter) Paces() (all []Pace) {
	var text bytes.Buffer
	m.set.WritePrometheus(&text)
	type step struct {
		le float64
		n  int
	}
	steps := map[string][]step{}
	for _, f := range bucket.FindAllStringSubmatch(text.String(), -1) {
		le, err := strconv.ParseFloat(f[2], 64)
		n, bad := strconv.Atoi(f[3])
		if err == nil && bad == nil {
			steps[f[1]] = append(steps[f[1]], step{le, n})
		}
	}
	for _, door := range slices.Sorted(maps.Keys(steps)) {
		s := steps[door]
		p := Pace{Door: door, Answers: s[len(s)-1].n}
		within := func(percent int) float64 {
			for _, b := range s {
				if b.n*100 >= p.Answers*percent && !math.IsInf(b.le, 1) {
					return b.le
				}
			}
			p.Over = true
			return seconds[len(seconds)-1]
		}
		p.P50, p.P99 = within(50), within(99)
		all = append(all, p)
	}
	return all
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
