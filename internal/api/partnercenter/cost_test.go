package partnercenter

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// discard is a ResponseWriter that keeps nothing.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// The door stands on the road of every checkout: what it adds around the handler is bounded.
func TestDoorAllocations(t *testing.T) {
	c := "/v1/customers/" + customerOne
	handler := func(_ context.Context, r *request) (answer, error) {
		if r.op.method == http.MethodGet {
			return answer{Body: []byte("{}")}, nil
		}
		in, err := read[testCart](r)
		if err != nil {
			return answer{}, err
		}
		_ = r.replay(true, nil)
		return reply(&in.value)
	}
	d := doorWith(t, options(),
		operation{method: "GET", path: "/v1/customers/{customer}", handle: handler},
		operation{method: "POST", path: "/v1/customers/{customer}/carts", handle: handler})
	for name, most := range map[string]float64{"GET " + c: 12, "POST " + c + "/carts": 65} {
		method, path, _ := strings.Cut(name, " ")
		req := httptest.NewRequest(method, path, nil)
		req.Header = http.Header{
			"Authorization": {"Bearer one"}, headerRequestID: {requestOne}, headerCorrelation: {requestOne}, headerLocale: {"en-US"},
		}
		req.ContentLength = int64(len(sdkCart))
		w := discard{http.Header{}}
		got := testing.AllocsPerRun(200, func() {
			req.Body = &onceBody{Reader: strings.NewReader(sdkCart)}
			clear(w.h)
			d.ServeHTTP(w, req)
		})
		t.Logf("%s: %.0f allocations", method, got)
		if got > most {
			t.Errorf("%s: %.0f allocations, want at most %.0f", method, got, most)
		}
	}
}

type onceBody struct{ *strings.Reader }

func (*onceBody) Close() error { return nil }
